/* api_broadcast_compare.c - what came of several broadcasts, side by side. */
#include <string.h>

#include "http/api/api_call.h"
#include "http/api/api_counted.h"

enum { COMPARED_MOST = 10 };

/* Each with people and hits, and the share of those who were sent to (of a
 * bounce: also of those whom the MTA refused). */
static const struct {
	const char *name, *signal;
	bool of_tried;
} parts[] = {
	{"delivered", "email.delivered", false},
	{"opened", "email.opened", false},
	{"clicked", "email.clicked", false},
	{"replied", "email.replied", false},
	{"bounced", "email.bounced", true},
	{"complained", "email.complained", false},
	{"unsubscribed", "email.unsubscribed", false},
};

static void
add_rate(struct json *to, const char *name, uint64_t part, uint64_t whole)
{
	if (whole)
		json_add_number(to, name, (double)part / (double)whole);
	else
		json_add_null(to, name);
}

static const struct json *
find_hits(const struct json *hits, const char *signal)
{
	for (size_t i = 0; i < json_count(hits); i++) {
		const char *name = json_get_text(json_at(hits, i), "signal");

		if (name && !strcmp(name, signal))
			return json_at(hits, i);
	}
	return NULL;
}

static uint64_t
add_part(const struct json *hits, size_t which, uint64_t whole, struct json *to)
{
	static const char *const names[] = {"people", "hits", "machine_people",
					    "machine_hits"};
	const struct json *found = find_hits(hits, parts[which].signal);
	struct json *item = json_new_object();
	int64_t people = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int64_t n = 0;

		json_add_int(item, names[i],
			     json_get_int(found, names[i], &n) ? n : 0);
	}
	if (!json_get_int(found, "people", &people))
		people = 0;
	add_rate(item, "rate", (uint64_t)people, whole);
	json_add(to, parts[which].name, item);
	return (uint64_t)people;
}

static void
add_parts(const struct json *hits, const uint64_t counts[RECIPIENT_N_STATES],
	  struct json *to)
{
	uint64_t sent = counts[RECIPIENT_SENT], opened = 0, clicked = 0;
	uint64_t tried = sent + counts[RECIPIENT_FAILED], people;

	json_add_int(to, "sent", (int64_t)sent);
	json_add_int(to, "failed", (int64_t)counts[RECIPIENT_FAILED]);
	json_add_int(to, "skipped", (int64_t)counts[RECIPIENT_SKIPPED]);
	json_add_int(to, "doubtful", (int64_t)counts[RECIPIENT_DOUBTFUL]);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		people =
			add_part(hits, i, parts[i].of_tried ? tried : sent, to);
		if (!strcmp(parts[i].name, "opened"))
			opened = people;
		if (!strcmp(parts[i].name, "clicked"))
			clicked = people;
	}
	add_rate(to, "clicked_of_opened", clicked, opened);
}

static void
add_points(const struct json *rows, struct json *to)
{
	struct json *points = json_new_object();

	for (size_t i = 0; i < json_count(rows); i++) {
		const struct json *row = json_at(rows, i);
		double given;

		if (json_get_number(row, "points", &given))
			json_add_number(points, json_get_text(row, "score"),
					given);
	}
	json_add(to, "points", points);
}

static enum sg_status
add_one(struct api_call *call, const char *name, struct json *items,
	struct sg_err *err)
{
	uint64_t counts[RECIPIENT_N_STATES] = {0};
	struct broadcast_counted counted = {0};
	struct store_broadcast broadcast;
	struct json *item;
	enum sg_status status = store_broadcast_get(
		call->store, name, call->pool, &broadcast, err);

	if (status == SG_NONE)
		return err_set(err, SG_NONE, "no broadcast `%s`", name);
	if (status == SG_OK)
		status =
			store_recipients_counts(call->store, name, counts, err);
	if (status == SG_OK)
		status =
			broadcast_get_counted(call->api->options.broadcasts,
					      call->store, name, &counted, err);
	if (status != SG_OK)
		return status;
	item = json_new_object();
	json_push(items, item);
	json_add_text(item, "name", name);
	json_add_text(item, "state", broadcast_state_name(broadcast.state));
	if (broadcast.started_at)
		json_add_time(item, "started_at", broadcast.started_at);
	else
		json_add_null(item, "started_at");
	api_add_counted_at(&counted, item);
	add_parts(json_get(counted.found, "hits"), counts, item);
	add_points(json_get(counted.found, "points"), item);
	json_free(counted.found);
	return SG_OK;
}

enum sg_status
api_broadcasts_compare(struct api_call *call, struct sg_err *err)
{
	const char *with = api_param(call, "with");
	char *rest = with ? pool_strdup(call->pool, with) : NULL, *name;
	struct json *items = api_items(call);
	size_t n = 1;
	enum sg_status status = api_store(call, err);

	if (!call->api->options.broadcasts)
		return err_set(err, SG_BUSY, "broadcasts are not running here");
	if (!with || !*with)
		return err_set(err, SG_REFUSED,
			       "`with` says which others: with=summer,autumn");
	if (status == SG_OK)
		status = add_one(call, call->args[0], items, err);
	while (status == SG_OK && (name = strsep(&rest, ",")) != NULL) {
		if (++n > COMPARED_MOST)
			return err_set(err, SG_REFUSED, "at most %d at once",
				       COMPARED_MOST);
		status = add_one(call, name, items, err);
	}
	return status;
}
