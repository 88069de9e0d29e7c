/* api_look.c - a record by its key's hash, as a plugin's page needs it. */
#include "base/clock.h"
#include "http/api/api_call.h"
#include "store/store_list.h"

static enum sg_status
show_contact(struct api_call *call, uint64_t record_key, struct json *to,
	     struct sg_err *err)
{
	struct store_record record;
	struct json *contact;
	enum sg_status status = store_record_find(call->store, record_key,
						  call->pool, &record, err);

	if (status == SG_NONE || (status == SG_OK && record.deleted_at)) {
		json_add_null(to, "contact");
		return SG_OK;
	}
	if (status != SG_OK)
		return status;
	contact = json_new_object();
	json_add(to, "contact", contact);
	return api_show_contact(call, &record, contact, err);
}

static enum sg_status
show_lists(struct api_call *call, struct json *to, struct sg_err *err)
{
	struct store_lists lists;
	struct json *array = json_new_array(), *item;
	enum sg_status status =
		store_lists_all(call->store, call->pool, &lists, err);

	json_add(to, "lists", array);
	for (size_t i = 0; status == SG_OK && i < lists.n_rows; i++) {
		item = json_new_object();
		json_add_text(item, "name", lists.rows[i].name);
		json_add_text(item, "title", lists.rows[i].title);
		json_push(array, item);
	}
	return status;
}

enum sg_status
api_look(void *arg, uint64_t record_key, struct json **json_out,
	 struct sg_err *err)
{
	struct api *api = arg;
	struct api_call call = {.api = api, .now = clock_now()};
	struct json *to, *consent;
	enum sg_status status =
		store_readers_take(api->options.readers, &call.store, err);

	if (status != SG_OK)
		return status;
	call.pool = pool_new();
	to = json_new_object();
	status = show_contact(&call, record_key, to, err);
	if (status == SG_OK)
		status = api_consent_json(&call, record_key, &consent, err);
	if (status == SG_OK) {
		json_add(to, "consent", consent);
		status = show_lists(&call, to, err);
	}
	if (status == SG_OK)
		*json_out = to;
	else
		json_free(to);
	store_readers_give(api->options.readers, call.store);
	pool_free(call.pool);
	return status;
}
