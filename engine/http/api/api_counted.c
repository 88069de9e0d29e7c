/* api_counted.c - see api_counted.h. */
#include "http/api/api_counted.h"

#include "http/api/api_call.h"

static enum sg_status
add_counts(struct api_call *call, const char *name, struct json *to,
	   struct sg_err *err)
{
	uint64_t counts[RECIPIENT_N_STATES] = {0}, total = 0;
	struct json *object = json_new_object();
	enum sg_status status =
		store_recipients_counts(call->store, name, counts, err);

	json_add(to, "recipients", object);
	for (int i = 0; i < RECIPIENT_N_STATES; i++)
		total += counts[i];
	json_add_int(object, "total", (int64_t)total);
	for (int i = 0; i < RECIPIENT_N_STATES; i++)
		json_add_int(object,
			     recipient_state_name((enum recipient_state)i),
			     (int64_t)counts[i]);
	return status;
}

/* {"email.opened": 12, …}: people. */
static void
add_people(const struct json *hits, struct json *to)
{
	struct json *people = json_new_object();
	int64_t n;

	for (size_t i = 0; i < json_count(hits); i++) {
		const struct json *item = json_at(hits, i);

		if (json_get_int(item, "people", &n))
			json_add_int(people, json_get_text(item, "signal"), n);
	}
	json_add(to, "results", people);
}

static void
add_list(const struct json *found, const char *name, struct json *to)
{
	struct json *list = json_get(found, name);

	json_add(to, name, list ? json_share(list) : json_new_array());
}

void
api_add_counted_at(const struct broadcast_counted *counted, struct json *to)
{
	if (counted->at)
		json_add_time(to, "counted_at", counted->at);
	else if (!counted->is_now)
		json_add_null(to, "counted_at");
}

enum sg_status
api_counted_add(struct api_call *call, const struct store_broadcast *broadcast,
		struct sg_err *err)
{
	struct broadcast_counted counted = {0};
	struct json *to = api_answer(call);
	enum sg_status status = add_counts(call, broadcast->name, to, err);

	if (status == SG_OK)
		status = broadcast_get_counted(call->api->options.broadcasts,
					       call->store, broadcast->name,
					       &counted, err);
	if (status != SG_OK)
		return status;
	add_people(json_get(counted.found, "hits"), to);
	add_list(counted.found, "hits", to);
	add_list(counted.found, "points", to);
	api_add_counted_at(&counted, to);
	api_add_split(call, broadcast, json_get(counted.found, "versions"));
	json_free(counted.found);
	return SG_OK;
}
