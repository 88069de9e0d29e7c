/* api_clicks.c - who clicked what in a broadcast or in the mails of a
 * sequence, when, man or machine. */
#include <string.h>

#include "http/api/api_call.h"
#include "http/api/api_rows.h"
#include "store/store_broadcast.h"
#include "store/store_sequence.h"

enum { LOOK_FIRST = 500, LOOK_THEN = 5000 };

static void
add_click(struct json *items, const struct store_broadcast_hit *hit,
	  const char *url)
{
	struct json *item = json_new_object();

	json_add_text(item, "email", hit->email);
	json_add_text(item, "url", url);
	json_add_time(item, "happened_at", hit->happened_at);
	json_add_text(item, "verdict",
		      verdict_name((enum verdict)hit->verdict));
	if (*hit->verdict_reason)
		json_add_text(item, "reason", hit->verdict_reason);
	if (hit->step)
		json_add_text(item, "step", hit->step);
	json_push(items, item);
}

/* Which are wanted. */
struct wanted {
	const char *link;	/* NULL = on any */
	struct record_set *set; /* NULL = of anybody */
	size_t limit;
};

/* Those among these; how many there are now. */
static size_t
add_clicks(struct json *items, const struct store_broadcast_hits *hits,
	   const struct wanted *wanted, int64_t *after)
{
	const char *link = wanted->link;

	for (size_t i = 0;
	     i < hits->n_rows && json_count(items) < wanted->limit; i++) {
		const struct store_broadcast_hit *hit = &hits->rows[i];
		struct json *props = NULL;
		const char *url = NULL;
		struct sg_err err;

		*after = hit->id;
		if (json_parse(hit->props, strlen(hit->props), &props, &err) ==
		    SG_OK)
			url = json_get_text(props, "url");
		if (api_where_has(wanted->set, hit->record_id) &&
		    (!link || (url && !strcmp(url, link))))
			add_click(items, hit, url ? url : "");
		json_free(props);
	}
	return json_count(items);
}

typedef enum sg_status
get_hits_fn(struct store *store, const struct store_broadcast_hits_asked *asked,
	    struct pool *pool, struct store_broadcast_hits *out,
	    struct sg_err *err);

static enum sg_status
walk(struct api_call *call, get_hits_fn *get, const struct wanted *wanted,
     int64_t after, struct sg_err *err)
{
	struct store_broadcast_hits_asked asked = {
		.name = call->args[0],
		.signal = "email.clicked",
		.step = api_param(call, "step"),
		.after = after,
		.most = LOOK_FIRST};
	struct json *items = api_items(call);
	struct store_broadcast_hits hits;
	size_t n = 0;
	bool over = false;
	enum sg_status status = SG_OK;

	while (status == SG_OK && n < wanted->limit && !over) {
		struct pool *pool = pool_new();

		status = get(call->store, &asked, pool, &hits, err);
		if (status == SG_OK)
			n = add_clicks(items, &hits, wanted, &asked.after);
		over = status == SG_OK && hits.n_rows < asked.most;
		asked.most = LOOK_THEN;
		pool_free(pool);
	}
	if (status == SG_OK)
		api_next_id(call, n, (int64_t)wanted->limit, asked.after);
	return status;
}

/* The clicks on what the path names, from the cursor on. */
static enum sg_status
clicks(struct api_call *call, get_hits_fn *get, struct sg_err *err)
{
	struct wanted wanted = {.link = api_param(call, "link")};
	int64_t limit = 0, after;
	enum sg_status status = api_param_int(call, "limit", API_LIMIT,
					      API_LIMIT_MOST, &limit, err);

	if (status == SG_OK)
		status = api_param_int(call, "cursor", 0, INT64_MAX, &after,
				       err);
	if (status == SG_OK)
		status = api_where(call, &wanted.set, err);
	wanted.limit = (size_t)limit;
	if (status == SG_OK)
		status = walk(call, get, &wanted, after, err);
	record_set_free(wanted.set);
	return status;
}

enum sg_status
api_broadcasts_clicks(struct api_call *call, struct sg_err *err)
{
	struct store_broadcast broadcast;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_broadcast_get(call->store, call->args[0],
					     call->pool, &broadcast, err);
	if (status == SG_NONE)
		return err_set(err, SG_NONE, "no broadcast `%s`",
			       call->args[0]);
	return status == SG_OK ? clicks(call, store_broadcast_get_hits, err)
			       : status;
}

/* Also of one that was removed: what came of it stays. */
enum sg_status
api_sequences_clicks(struct api_call *call, struct sg_err *err)
{
	const struct store_definition_name of = {STORE_SEQUENCE, call->args[0]};
	struct store_definitions versions = {NULL, 0};
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_definition_versions(call->store, &of, call->pool,
						   &versions, err);
	if (status == SG_OK && !versions.n_rows)
		return err_set(err, SG_NONE, "no sequence `%s`", call->args[0]);
	return status == SG_OK ? clicks(call, store_sequence_get_hits, err)
			       : status;
}
