/* api_counted.c - see api_counted.h. */
#include "http/api/api_counted.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http/api/api_call.h"
#include "store/store_broadcast.h"

enum { KEPT_TIMES = 20 };

struct api_counted {
	pthread_mutex_t lock;
	char *name;    /* NULL = nothing is kept */
	char *text;    /* JSON */
	int64_t until; /* monotonic ms */
};

struct api_counted *
api_counted_new(void)
{
	struct api_counted *counted = calloc(1, sizeof(*counted));

	if (counted)
		pthread_mutex_init(&counted->lock, NULL);
	return counted;
}

static void
forget(struct api_counted *counted)
{
	free(counted->name);
	free(counted->text);
	counted->name = counted->text = NULL;
}

void
api_counted_free(struct api_counted *counted)
{
	if (!counted)
		return;
	forget(counted);
	pthread_mutex_destroy(&counted->lock);
	free(counted);
}

static void
keep(struct api_counted *counted, const char *name, const struct json *found,
     int64_t took_ms)
{
	struct buf text = BUF_INIT;

	json_write(found, &text);
	pthread_mutex_lock(&counted->lock);
	forget(counted);
	counted->name = strdup(name);
	counted->text = strdup(buf_text(&text));
	counted->until = clock_monotonic_ms() + took_ms * KEPT_TIMES;
	if (!counted->name || !counted->text)
		forget(counted);
	pthread_mutex_unlock(&counted->lock);
	buf_done(&text);
}

/* NULL: there is none, or it is too old. */
static struct json *
kept(struct api_counted *counted, const char *name)
{
	struct json *found = NULL;
	struct sg_err err;

	pthread_mutex_lock(&counted->lock);
	if (counted->name && strcmp(counted->name, name) == 0 &&
	    clock_monotonic_ms() < counted->until &&
	    json_parse(counted->text, strlen(counted->text), &found, &err) !=
		    SG_OK)
		found = NULL;
	pthread_mutex_unlock(&counted->lock);
	return found;
}

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

/* {"email.opened": 12, …}: people; with hits and machine hits beside. */
static enum sg_status
add_results(struct api_call *call, const char *name, struct json *to,
	    struct sg_err *err)
{
	struct store_broadcast_results results;
	struct json *people = json_new_object(), *all = json_new_array();
	enum sg_status status = store_broadcast_get_results(
		call->store, name, call->pool, &results, err);

	json_add(to, "results", people);
	json_add(to, "hits", all);
	for (size_t i = 0; status == SG_OK && i < results.n_rows; i++) {
		const struct store_broadcast_result *row = &results.rows[i];
		struct json *item = json_new_object();

		json_add_int(people, row->signal, (int64_t)row->people);
		json_add_text(item, "signal", row->signal);
		json_add_int(item, "people", (int64_t)row->people);
		json_add_int(item, "hits", (int64_t)row->hits);
		json_add_int(item, "machine_people",
			     (int64_t)row->machine_people);
		json_add_int(item, "machine_hits", (int64_t)row->machine_hits);
		json_push(all, item);
	}
	return status;
}

/* [{"score", "points", "people"}]: what its signals scored. */
static enum sg_status
add_points(struct api_call *call, const char *name, struct json *to,
	   struct sg_err *err)
{
	struct store_broadcast_points_rows points;
	struct json *all = json_new_array();
	enum sg_status status = store_broadcast_get_points(
		call->store, name, call->pool, &points, err);

	json_add(to, "points", all);
	for (size_t i = 0; status == SG_OK && i < points.n_rows; i++) {
		struct json *item = json_new_object();

		json_add_text(item, "score", points.rows[i].score);
		json_add_number(item, "points", points.rows[i].points);
		json_add_int(item, "people", (int64_t)points.rows[i].people);
		json_push(all, item);
	}
	return status;
}

static enum sg_status
count(struct api_call *call, const char *name, struct json *to,
      struct sg_err *err)
{
	enum sg_status status = add_counts(call, name, to, err);

	if (status == SG_OK)
		status = add_results(call, name, to, err);
	return status == SG_OK ? add_points(call, name, to, err) : status;
}

enum sg_status
api_counted_add(struct api_call *call, const char *name, bool may_be_old,
		struct sg_err *err)
{
	struct api_counted *counted = call->api->counted;
	struct json *found = may_be_old ? kept(counted, name) : NULL;
	int64_t began = clock_monotonic_ms();
	enum sg_status status = SG_OK;

	if (!found) {
		found = json_new_object();
		status = count(call, name, found, err);
		if (status == SG_OK && may_be_old)
			keep(counted, name, found,
			     clock_monotonic_ms() - began);
	}
	json_add_members(api_answer(call), found);
	json_free(found);
	return status;
}
