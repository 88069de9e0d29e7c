/* api_contact_show.c - one contact with all that is known of it. */
#include "http/api/api_call.h"
#include "signal/module.h"
#include "store/store_list.h"
#include "store/store_suppression.h"

static enum sg_status
show_fields(struct api_call *call, uint32_t id, struct json *to,
	    struct sg_err *err)
{
	struct store_fields fields;
	struct store_names tags;
	struct json *object = json_new_object(), *array = json_new_array();
	enum sg_status status =
		store_fields_of(call->store, id, call->pool, &fields, err);

	json_add(to, "fields", object);
	json_add(to, "tags", array);
	if (status == SG_OK)
		status = store_tags_of(call->store, id, call->pool, &tags, err);
	if (status != SG_OK)
		return status;
	for (size_t i = 0; i < fields.n_rows; i++)
		api_add_field(object, fields.rows[i].name, fields.rows[i].name,
			      fields.rows[i].value);
	for (size_t i = 0; i < tags.n_names; i++)
		json_push(array, json_text(tags.names[i]));
	return SG_OK;
}

static enum sg_status
show_lists(struct api_call *call, uint32_t id, struct json *to,
	   struct sg_err *err)
{
	struct store_members members;
	struct json *array = json_new_array();
	enum sg_status status =
		store_members_of(call->store, id, call->pool, &members, err);

	json_add(to, "lists", array);
	if (status != SG_OK)
		return status;
	for (size_t i = 0; i < members.n_rows; i++) {
		const struct store_member *member = &members.rows[i];
		struct json *item = json_new_object();

		json_add_text(item, "name", member->list);
		json_add_text(item, "state", list_state_name(member->state));
		json_add_time(item, "since", member->since);
		json_add_text(item, "how", member->how);
		json_push(array, item);
	}
	return SG_OK;
}

static void
show_scores(struct api_call *call, uint32_t id, struct json *to)
{
	struct scoreboard *board = call->api->options.scoreboard;
	struct score_settings settings;
	struct json *array = json_new_array();

	json_add(to, "scores", array);
	for (size_t i = 0; i < scoreboard_n_scores(board); i++) {
		struct json *item = json_new_object();

		if (scoreboard_score_at(board, i, &settings) == SG_OK &&
		    api_score_json(call, id, &settings, item))
			json_push(array, item);
		else
			json_free(item);
	}
}

static enum sg_status
show_suppression(struct api_call *call, const struct store_record *record,
		 struct json *to, struct sg_err *err)
{
	struct store_suppression suppression;
	enum sg_status status =
		store_suppression_get(call->store, record->record_key,
				      call->now, call->pool, &suppression, err);

	if (status == SG_NONE) {
		json_add_null(to, "suppression");
		return SG_OK;
	}
	if (status != SG_OK)
		return status;
	json_add(to, "suppression", api_suppression_json(&suppression));
	return SG_OK;
}

enum sg_status
api_show_contact(struct api_call *call, const struct store_record *record,
		 struct json *to, struct sg_err *err)
{
	enum sg_status status = api_store(call, err);
	struct json *consent;

	/* First: what changes meanwhile is of a later version. */
	if (status == SG_OK)
		status = api_version_of_record(call, call->store, record->id,
					       &call->version, err);
	if (status != SG_OK)
		return status;
	if (module_has_email(record->module))
		json_add_text(to, "email", record->key);
	else
		json_add_null(to, "email");
	json_add_text(to, "key", record->key);
	json_add_text(to, "module", record->module);
	json_add_int(to, "id", record->id);
	json_add_time(to, "created_at", record->created_at);
	status = show_fields(call, record->id, to, err);
	if (status == SG_OK)
		status = show_lists(call, record->id, to, err);
	if (status == SG_OK)
		status = api_links_json(call, record->id, to, err);
	if (status == SG_OK)
		status = show_suppression(call, record, to, err);
	if (status == SG_OK)
		status = api_consent_json(call, record->record_key, &consent,
					  err);
	if (status == SG_OK) {
		json_add(to, "consent", consent);
		show_scores(call, record->id, to);
		status = api_firings_of(call, record, to, err);
		if (status == SG_OK)
			status = api_sequences_of(call, record, to, err);
	}
	return status;
}
