/* api_suppressions.c - addresses that get no mail: contacts or not. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "http/api/api_call.h"
#include "http/api/api_rows.h"
#include "signal/record_key.h"
#include "store/store_suppression.h"

struct json *
api_suppression_json(const struct store_suppression *suppression)
{
	struct json *object = json_new_object();

	json_add_text(object, "reason", suppression->reason);
	json_add_text(object, "evidence", suppression->evidence);
	json_add_text(object, "source", suppression->source);
	json_add_time(object, "since", suppression->created_at);
	if (suppression->expires_at)
		json_add_time(object, "until", suppression->expires_at);
	else
		json_add_null(object, "until");
	return object;
}

/* "MOMENT.KEY" of the last row before. */
static enum sg_status
read_place(struct api_call *call, struct store_suppression_page *page,
	   struct sg_err *err)
{
	const char *cursor = api_param(call, "cursor");
	char rest;

	if (!cursor || !*cursor)
		return SG_OK;
	if (sscanf(cursor, "%" SCNd64 ".%" SCNu64 "%c", &page->before_at,
		   &page->after_key, &rest) != 2)
		return err_set(err, SG_REFUSED,
			       "`cursor` is not one that the API gave");
	page->has_place = true;
	return SG_OK;
}

/* Who is no record is in no condition. */
static bool
fits(struct api_call *call, const struct record_set *set,
     const struct store_suppression *row)
{
	struct store_record record;

	return !set || (store_record_find(call->store, row->record_key,
					  call->pool, &record, NULL) == SG_OK &&
			record_set_has(set, record.id));
}

enum sg_status
api_suppressions_all(struct api_call *call, struct sg_err *err)
{
	struct store_suppression_page page = {.now = call->now};
	struct store_suppressions found;
	struct record_set *set = NULL;
	struct json *items;
	int64_t limit;
	enum sg_status status = api_param_int(call, "limit", API_LIMIT,
					      API_LIMIT_MOST, &limit, err);

	if (status == SG_OK)
		status = read_place(call, &page, err);
	if (status == SG_OK)
		status = api_store(call, err);
	page.most = (size_t)limit;
	if (status == SG_OK)
		status = store_suppressions_recent(call->store, &page,
						   call->pool, &found, err);
	if (status != SG_OK)
		return status;
	status = api_where(call, &set, err);
	items = api_items(call);
	for (size_t i = 0; status == SG_OK && i < found.n_rows; i++) {
		const struct store_suppression *row = &found.rows[i];
		struct json *item;

		if (!fits(call, set, row))
			continue;
		item = api_suppression_json(row);
		/* Of who is no contact only the hash is kept. */
		if (*row->address)
			json_add_text(item, "email", row->address);
		else
			json_add_null(item, "email");
		json_push(items, item);
	}
	record_set_free(set);
	if (found.n_rows && found.n_rows == (size_t)limit)
		json_add_text(
			api_answer(call), "next",
			pool_printf(call->pool, "%" PRId64 ".%" PRIu64,
				    found.rows[found.n_rows - 1].created_at,
				    found.rows[found.n_rows - 1].record_key));
	return status;
}

/* --- one address ---------------------------------------------------------- */

/* The key that it is kept by, whether it is a contact or not. */
static enum sg_status
find(struct api_call *call, const char **key_out, uint64_t *record_key_out,
     struct sg_err *err)
{
	const struct keys *keys = call->api->options.keys;
	struct store_record record;
	const char *normal = NULL;
	enum sg_status status =
		api_contact(call, call->args[0], &record, &normal, err);

	if (status == SG_OK) {
		*key_out = record.key;
		*record_key_out = record.record_key;
	} else if (status == SG_NONE) {
		*key_out = normal;
		*record_key_out = record_key_hash(keys_record_secret(keys),
						  api_module(call), normal);
		status = SG_OK;
	}
	return status;
}

static enum sg_status
set_expiry(struct api_call *call, struct signal *signal, struct sg_err *err)
{
	char *text = pool_alloc(call->pool, CLOCK_TEXT_SIZE);
	const char *given;
	int64_t at;
	enum sg_status status =
		api_body_text(call, "expires_at", false, &given, err);

	if (status != SG_OK || !given)
		return status;
	status = clock_parse(given, call->api->options.timezone, &at, err);
	if (status != SG_OK) {
		err_prefix(err, "`expires_at`");
		return status;
	}
	if (at <= call->now)
		return err_set(err, SG_REFUSED,
			       "`expires_at`: %s is not in the future", given);
	return signal_set(signal, "expires_at", clock_format(at, text), err);
}

static enum sg_status
fill(struct api_call *call, struct signal *signal, struct sg_err *err)
{
	const char *reason, *evidence;
	enum sg_status status;

	if (!call->request->request.body_len) /* all of it is optional */
		return signal_set(signal, "reason", "manual", err);
	status = api_body_text(call, "reason", false, &reason, err);

	if (status == SG_OK)
		status = api_body_text(call, "evidence", false, &evidence, err);
	if (status != SG_OK)
		return status;
	status = signal_set(signal, "reason",
			    reason && *reason ? reason : "manual", err);
	if (status == SG_OK && evidence)
		status = signal_set(signal, "evidence", evidence, err);
	if (status == SG_OK)
		status = set_expiry(call, signal, err);
	return status;
}

enum sg_status
api_suppressions_put(struct api_call *call, struct sg_err *err)
{
	struct store_suppression row;
	struct json *answer = NULL;
	struct signal signal;
	uint64_t record_key;
	const char *key;
	enum sg_status status = find(call, &key, &record_key, err);

	if (status != SG_OK)
		return status;
	api_change(call, &signal, SIGNAL_SUPPRESS, key);
	status = fill(call, &signal, err);
	if (status == SG_OK)
		status = api_submit(call, &signal, 1, err);
	if (status == SG_OK)
		status =
			store_suppression_get(call->store, record_key,
					      call->now, call->pool, &row, err);
	if (status != SG_OK)
		return status;
	answer = api_suppression_json(&row);
	json_add_text(answer, "email", key);
	json_free(call->answer);
	call->answer = answer;
	return SG_OK;
}

enum sg_status
api_suppressions_delete(struct api_call *call, struct sg_err *err)
{
	struct store_suppression row;
	struct signal signal;
	uint64_t record_key;
	const char *key;
	enum sg_status status = find(call, &key, &record_key, err);

	if (status == SG_OK)
		status =
			store_suppression_get(call->store, record_key,
					      call->now, call->pool, &row, err);
	if (status == SG_NONE)
		return err_set(err, SG_NONE, "%s is not suppressed", key);
	if (status != SG_OK)
		return status;
	api_change(call, &signal, SIGNAL_UNSUPPRESS, key);
	status = signal_set(&signal, "reason", "manual", err);
	if (status == SG_OK)
		status = api_submit(call, &signal, 1, err);
	call->status = 204;
	return status;
}
