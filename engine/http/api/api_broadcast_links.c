/* api_broadcast_links.c - the links of a broadcast: how many people clicked
 * each, how often, and how many machines. */
#include <stdlib.h>
#include <string.h>

#include "base/record_set.h"
#include "http/api/api_call.h"
#include "store/store_broadcast.h"

/* A mail has no more; those that a variable makes many of are one, "". */
enum { LINKS_MOST = 2000 };

struct link {
	const char *url;
	struct record_set *people, *machines;
	uint64_t hits, machine_hits;
};

struct links {
	struct pool *pool;
	struct link rows[LINKS_MOST + 1];
	size_t n_rows;
};

static struct link *
find(struct links *links, const char *url)
{
	struct link *link;
	size_t i;

	for (i = 0; i < links->n_rows; i++)
		if (!strcmp(links->rows[i].url, url))
			return &links->rows[i];
	if (links->n_rows >= LINKS_MOST && *url)
		return find(links, "");
	link = &links->rows[links->n_rows++];
	link->url = pool_strdup(links->pool, url);
	link->people = record_set_new();
	link->machines = record_set_new();
	return link;
}

static void
count(void *arg, const struct store_broadcast_hit *hit)
{
	struct json *props = NULL;
	const char *url = NULL;
	struct link *link;
	struct sg_err err;

	if (json_parse(hit->props, strlen(hit->props), &props, &err) == SG_OK)
		url = json_get_text(props, "url");
	link = find(arg, url ? url : "");
	json_free(props);
	if (hit->verdict == VERDICT_HUMAN) {
		link->hits++;
		record_set_add(link->people, hit->record_id);
	} else {
		link->machine_hits++;
		record_set_add(link->machines, hit->record_id);
	}
}

/* By people, most first; then by hits. */
static int
compare(const void *a, const void *b)
{
	const struct link *x = a, *y = b;
	uint64_t p = record_set_count(x->people),
		 q = record_set_count(y->people);

	if (p != q)
		return p > q ? -1 : 1;
	if (x->hits != y->hits)
		return x->hits > y->hits ? -1 : 1;
	return strcmp(x->url, y->url);
}

static void
answer(struct api_call *call, struct links *links)
{
	struct json *items = api_items(call);

	qsort(links->rows, links->n_rows, sizeof(links->rows[0]), compare);
	for (size_t i = 0; i < links->n_rows; i++) {
		const struct link *link = &links->rows[i];
		struct json *item = json_new_object();

		json_add_text(item, "url", link->url);
		json_add_int(item, "people",
			     (int64_t)record_set_count(link->people));
		json_add_int(item, "hits", (int64_t)link->hits);
		json_add_int(item, "machine_people",
			     (int64_t)record_set_count(link->machines));
		json_add_int(item, "machine_hits", (int64_t)link->machine_hits);
		json_push(items, item);
	}
}

enum sg_status
api_broadcasts_links(struct api_call *call, struct sg_err *err)
{
	struct links *links = pool_alloc(call->pool, sizeof(*links));
	struct store_broadcast_each each = {.name = call->args[0],
					    .signal = "email.clicked",
					    .fn = count,
					    .arg = links};
	struct store_broadcast broadcast;
	enum sg_status status = api_store(call, err);

	links->pool = call->pool;
	if (status == SG_OK)
		status = store_broadcast_get(call->store, call->args[0],
					     call->pool, &broadcast, err);
	if (status == SG_NONE)
		return err_set(err, SG_NONE, "no broadcast `%s`",
			       call->args[0]);
	if (status == SG_OK)
		status = store_broadcast_each_hit(call->store, &each, err);
	if (status == SG_OK)
		answer(call, links);
	for (size_t i = 0; i < links->n_rows; i++) {
		record_set_free(links->rows[i].people);
		record_set_free(links->rows[i].machines);
	}
	return status;
}
