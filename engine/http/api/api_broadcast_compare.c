/* api_broadcast_compare.c - what came of several broadcasts, side by side. */
#include <string.h>

#include "http/api/api_call.h"
#include "store/store_broadcast.h"

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

static uint64_t
add_part(const struct store_broadcast_results *results, size_t which,
	 uint64_t whole, struct json *to)
{
	struct store_broadcast_result found = {0};
	struct json *item = json_new_object();

	for (size_t i = 0; i < results->n_rows; i++)
		if (!strcmp(results->rows[i].signal, parts[which].signal))
			found = results->rows[i];
	json_add_int(item, "people", (int64_t)found.people);
	json_add_int(item, "hits", (int64_t)found.hits);
	json_add_int(item, "machine_people", (int64_t)found.machine_people);
	json_add_int(item, "machine_hits", (int64_t)found.machine_hits);
	add_rate(item, "rate", found.people, whole);
	json_add(to, parts[which].name, item);
	return found.people;
}

static void
add_parts(const struct store_broadcast_results *results,
	  const uint64_t counts[RECIPIENT_N_STATES], struct json *to)
{
	uint64_t sent = counts[RECIPIENT_SENT], opened = 0, clicked = 0;
	uint64_t tried = sent + counts[RECIPIENT_FAILED], people;

	json_add_int(to, "sent", (int64_t)sent);
	json_add_int(to, "failed", (int64_t)counts[RECIPIENT_FAILED]);
	json_add_int(to, "skipped", (int64_t)counts[RECIPIENT_SKIPPED]);
	json_add_int(to, "doubtful", (int64_t)counts[RECIPIENT_DOUBTFUL]);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		people = add_part(results, i, parts[i].of_tried ? tried : sent,
				  to);
		if (!strcmp(parts[i].name, "opened"))
			opened = people;
		if (!strcmp(parts[i].name, "clicked"))
			clicked = people;
	}
	add_rate(to, "clicked_of_opened", clicked, opened);
}

static enum sg_status
add_points(struct api_call *call, const char *name, struct json *to,
	   struct sg_err *err)
{
	struct store_broadcast_points_rows rows = {0};
	struct json *points = json_new_object();
	enum sg_status status = store_broadcast_get_points(
		call->store, name, call->pool, &rows, err);

	for (size_t i = 0; status == SG_OK && i < rows.n_rows; i++)
		json_add_number(points, rows.rows[i].score,
				rows.rows[i].points);
	json_add(to, "points", points);
	return status;
}

static enum sg_status
add_one(struct api_call *call, const char *name, struct json *items,
	struct sg_err *err)
{
	uint64_t counts[RECIPIENT_N_STATES] = {0};
	struct store_broadcast_results results = {0};
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
		status = store_broadcast_get_results(call->store, name,
						     call->pool, &results, err);
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
	add_parts(&results, counts, item);
	return add_points(call, name, item, err);
}

enum sg_status
api_broadcasts_compare(struct api_call *call, struct sg_err *err)
{
	const char *with = api_param(call, "with");
	char *rest = with ? pool_strdup(call->pool, with) : NULL, *name;
	struct json *items = api_items(call);
	size_t n = 1;
	enum sg_status status = api_store(call, err);

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
