/* api_automations.c - automations: what they are, and what fired. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "http/api/api_call.h"
#include "http/api/api_rows.h"
#include "rule/rule.h"
#include "store/store_automation.h"

/* --- beside the rules --------------------------------------------------- */

static const struct ruleset *
in_force(const struct api_call *call)
{
	return apply_automations_get(call->api->options.apply);
}

void
api_automations_text(const struct api_call *call, struct buf *to)
{
	const struct ruleset *file = in_force(call);

	if (to->len && file->n_automations)
		buf_append_char(to, '\n');
	ruleset_write(file, to);
}

static void
add_or_null(struct json *to, const char *name, const char *text)
{
	if (text)
		json_add_text(to, name, text);
	else
		json_add_null(to, name);
}

static struct json *
automation_json(const struct automation *automation)
{
	struct json *item = json_new_object(), *actions = json_new_array();

	json_add_text(item, "name", automation->name);
	json_add_int(item, "version", automation->version);
	json_add_text(item, "module", automation->module);
	json_add_text(item, "on", automation->on_text);
	add_or_null(item, "if", automation->when);
	json_add_bool(item, "enabled", automation->enabled);
	for (size_t i = 0; i < automation->n_actions; i++)
		json_push(actions, json_text(automation->actions[i].source));
	json_add(item, "do", actions);
	json_add_text(item, "source", automation->source);
	return item;
}

void
api_automations_items(struct api_call *call)
{
	const struct ruleset *file = in_force(call);
	struct json *items = json_new_array();

	for (size_t i = 0; i < file->n_automations; i++)
		json_push(items, automation_json(&file->automations[i]));
	json_add(api_answer(call), "automations", items);
}

void
api_automations_differences(struct api_call *call, const struct ruleset *after,
			    struct json *add_to)
{
	struct automation_difference *differences;
	size_t n = automations_compare(in_force(call), after, call->pool,
				       &differences);

	for (size_t i = 0; i < n; i++) {
		const struct automation_difference *one = &differences[i];
		struct json *item = json_new_object();

		json_add_text(item, "change", rule_change_name(one->change));
		json_add_text(item, "kind", "automation");
		json_add_text(item, "name",
			      one->after ? one->after->name
					 : one->before->name);
		add_or_null(item, "before",
			    one->before ? one->before->source : NULL);
		add_or_null(item, "after",
			    one->after ? one->after->source : NULL);
		json_push(add_to, item);
	}
}

/* --- firings ------------------------------------------------------------ */

static struct json *
firing_json(const struct store_firing *firing)
{
	struct json *item = json_new_object();

	json_add_time(item, "at", store_id_time(firing->id));
	json_add_text(item, "automation", firing->name);
	json_add_int(item, "version", firing->version);
	json_add_text(item, "key", firing->key);
	json_add_text(item, "cause", firing->cause);
	json_add_text(item, "chain", firing->chain);
	json_add_text(item, "trouble", firing->trouble);
	return item;
}

struct json *
api_firing_entry(const struct store_firing *firing)
{
	struct json *item = json_new_object(), *properties = json_new_object();
	char id[32];

	snprintf(id, sizeof(id), "%" PRId64, firing->id);
	json_add_text(item, "id", id);
	json_add_time(item, "happened_at", store_id_time(firing->id));
	json_add_time(item, "received_at", store_id_time(firing->id));
	json_add_text(item, "name", "automation.fired");
	json_add_text(item, "source", "automation");
	json_add_text(item, "because", firing->cause);
	json_add_bool(item, "effective", !*firing->trouble);
	json_add_text(properties, "automation", firing->name);
	if (*firing->chain)
		json_add_text(properties, "after", firing->chain);
	if (*firing->trouble)
		json_add_text(properties, "trouble", firing->trouble);
	json_add(item, "properties", properties);
	return item;
}

static enum sg_status
add_firings(struct api_call *call, struct store_firing_page *page,
	    struct sg_err *err)
{
	struct store_firings found;
	struct record_set *set = NULL;
	struct json *items;
	int64_t limit, before;
	enum sg_status status = api_param_int(call, "limit", API_LIMIT,
					      API_LIMIT_MOST, &limit, err);

	if (status == SG_OK)
		status = api_param_int(call, "cursor", 0, INT64_MAX, &before,
				       err);
	if (status != SG_OK)
		return status;
	page->most = (size_t)limit;
	page->before = before;
	status = store_firings_recent(call->store, page, call->pool, &found,
				      err);
	if (status == SG_OK)
		status = api_where(call, &set, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < found.n_rows; i++)
		if (api_where_has(set, found.rows[i].record_id))
			json_push(items, firing_json(&found.rows[i]));
	record_set_free(set);
	api_next_id(call, found.n_rows, limit,
		    found.n_rows ? found.rows[found.n_rows - 1].id : 0);
	return SG_OK;
}

enum sg_status
api_firings_all(struct api_call *call, struct sg_err *err)
{
	const char *key = api_param(call, "contact");
	struct store_firing_page page = {.automation =
						 api_param(call, "automation")};
	struct store_record record;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK && key && *key) {
		status = api_contact(call, key, &record, NULL, err);
		page.record_id = record.id;
	}
	return status == SG_OK ? add_firings(call, &page, err) : status;
}

enum sg_status
api_firings_of(struct api_call *call, const struct store_record *record,
	       struct json *to, struct sg_err *err)
{
	struct store_firing_page page = {.record_id = record->id, .most = 10};
	struct store_firings found;
	struct json *items;
	enum sg_status status = store_firings_recent(call->store, &page,
						     call->pool, &found, err);

	if (status != SG_OK)
		return status;
	items = json_new_array();
	for (size_t i = 0; i < found.n_rows; i++)
		json_push(items, firing_json(&found.rows[i]));
	json_add(to, "firings", items);
	return SG_OK;
}

/* --- which there are ---------------------------------------------------- */

static enum sg_status
add_sum(struct api_call *call, const char *name, struct json *to,
	struct sg_err *err)
{
	struct store_firing_sum sum;
	enum sg_status status = store_firing_sum(call->store, name, &sum, err);

	if (status != SG_OK)
		return status;
	json_add_int(to, "fired", (int64_t)sum.fired);
	json_add_int(to, "troubled", (int64_t)sum.troubled);
	if (sum.last_at)
		json_add_time(to, "last_at", sum.last_at);
	else
		json_add_null(to, "last_at");
	return SG_OK;
}

static void
version_json(const struct store_definition *row, struct json *to)
{
	json_add_int(to, "version", row->version);
	json_add_text(to, "author", row->author);
	json_add_time(to, "created_at", row->created_at);
	if (row->ended_at)
		json_add_time(to, "ended_at", row->ended_at);
	else
		json_add_null(to, "ended_at");
	json_add_text(to, "ended_by", row->ended_by);
	json_add_text(to, "source", row->source);
}

static const struct store_definition *
find_row(const struct store_definitions *rows, const char *name)
{
	for (size_t i = 0; i < rows->n_rows; i++)
		if (strcmp(rows->rows[i].name, name) == 0)
			return &rows->rows[i];
	return NULL;
}

enum sg_status
api_automations_all(struct api_call *call, struct sg_err *err)
{
	const struct ruleset *file = in_force(call);
	struct store_definitions rows;
	struct json *items;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_definitions_in_force(
			call->store, STORE_AUTOMATION, call->pool, &rows, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < file->n_automations && status == SG_OK; i++) {
		const struct automation *one = &file->automations[i];
		const struct store_definition *row = find_row(&rows, one->name);
		struct json *item = automation_json(one);

		if (row) {
			json_add_text(item, "author", row->author);
			json_add_time(item, "changed_at", row->created_at);
		}
		json_push(items, item);
		status = add_sum(call, one->name, item, err);
	}
	return status;
}

enum sg_status
api_automations_show(struct api_call *call, struct sg_err *err)
{
	const struct ruleset *file = in_force(call);
	const struct store_definition_name of = {STORE_AUTOMATION,
						 call->args[0]};
	struct store_definitions rows;
	struct json *versions = json_new_array(), *answer = api_answer(call);
	enum sg_status status = api_store(call, err);

	json_add(answer, "versions", versions);
	if (status == SG_OK)
		status = store_definition_versions(call->store, &of, call->pool,
						   &rows, err);
	if (status == SG_OK && !rows.n_rows)
		return err_set(err, SG_NONE, "no automation `%s`",
			       call->args[0]);
	if (status != SG_OK)
		return status;
	json_add_text(answer, "name", call->args[0]);
	for (size_t i = 0; i < file->n_automations; i++)
		if (strcmp(file->automations[i].name, call->args[0]) == 0)
			json_add(answer, "automation",
				 automation_json(&file->automations[i]));
	for (size_t i = 0; i < rows.n_rows; i++) {
		struct json *item = json_new_object();

		version_json(&rows.rows[i], item);
		json_push(versions, item);
	}
	return add_sum(call, call->args[0], answer, err);
}
