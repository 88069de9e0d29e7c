/* api_contacts.c - reading contacts: the filtered list, one, its history. */
#include <string.h>

#include "http/api/api_call.h"
#include "store/store_automation.h"
#include "http/api/api_rows.h"
#include "store/store_history.h"

enum sg_status
api_contacts_list(struct api_call *call, struct sg_err *err)
{
	const char *columns = api_param(call, "columns");
	struct api_query query = {0};
	struct api_rows rows;
	struct json *items;
	int64_t limit;
	enum sg_status status = api_param_int(call, "limit", API_LIMIT,
					      API_LIMIT_MOST, &limit, err);

	if (status == SG_OK)
		status = api_query_read(call, columns ? columns : API_COLUMNS,
					&query, err);
	if (status != SG_OK)
		return status;
	status = api_rows_page(call, &query, (size_t)limit, &rows, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < rows.n_rows && status == SG_OK; i++) {
		struct json *item = json_new_object();

		json_push(items, item);
		status = api_columns_json(&query.place, &query.columns,
					  rows.rows[i].record_id, item, err);
	}
	if (rows.next)
		json_add_text(call->answer, "next", rows.next);
	return status;
}

enum sg_status
api_contacts_show(struct api_call *call, struct sg_err *err)
{
	struct store_record record;
	enum sg_status status =
		api_contact(call, call->args[0], &record, NULL, err);

	if (status != SG_OK)
		return status;
	return api_show_contact(call, &record, api_answer(call), err);
}

struct json *
api_history_json(const struct store_history *row)
{
	struct json *item = json_new_object(), *props = NULL;
	char id[32];

	snprintf(id, sizeof(id), "%lld", (long long)row->id);
	json_add_text(item, "id", id); /* past what JavaScript counts to */
	json_add_time(item, "happened_at", row->happened_at);
	json_add_time(item, "received_at", row->received_at);
	json_add_text(item, "name", row->name);
	json_add_text(item, "source", row->source);
	if (*row->actor)
		json_add_text(item, "actor", row->actor);
	if (*row->because)
		json_add_text(item, "because", row->because);
	json_add_text(item, "verdict", verdict_name(row->verdict));
	if (*row->verdict_reason)
		json_add_text(item, "verdict_reason", row->verdict_reason);
	if (row->settle_until)
		json_add_time(item, "settles_at", row->settle_until);
	json_add_bool(item, "effective", row->effective);
	/* A folded state is nothing to read. */
	if (row->kind == SIGNAL_OPENING)
		json_add(item, "properties", json_new_object());
	else if (json_parse(row->props, strlen(row->props), &props, NULL) ==
		 SG_OK)
		json_add(item, "properties", props);
	return item;
}

enum { FIRINGS_PER_ENTRY = 4 }; /* shown; there is /firings */

/* What fired after the entry of that id; their ids are of one sequence. Takes
 * them off. */
static void
push_firings(struct json *items, struct store_firings *firings, int64_t id)
{
	while (firings->n_rows && firings->rows[0].id > id) {
		json_push(items, api_firing_entry(&firings->rows[0]));
		firings->rows++;
		firings->n_rows--;
	}
}

enum sg_status
api_contacts_history(struct api_call *call, struct sg_err *err)
{
	struct store_history_filter filter = {0};
	struct store_history_rows rows;
	struct store_firings firings;
	struct store_record record;
	struct json *items;
	int64_t limit, before, last;
	enum sg_status status = api_param_int(call, "limit", API_LIMIT,
					      API_LIMIT_MOST, &limit, err);

	if (status == SG_OK)
		status = api_param_int(call, "cursor", 0, INT64_MAX, &before,
				       err);
	if (status == SG_OK)
		status = api_contact(call, call->args[0], &record, NULL, err);
	if (status != SG_OK)
		return status;
	filter.record_id = record.id;
	filter.most = (size_t)limit;
	filter.before_id = before;
	status = store_history_recent(call->store, &filter, call->pool, &rows,
				      err);
	if (status != SG_OK)
		return status;
	last = rows.n_rows ? rows.rows[rows.n_rows - 1].id : 0;
	status = store_firings_recent(
		call->store,
		&(struct store_firing_page){.record_id = record.id,
					    .before = before,
					    .most = FIRINGS_PER_ENTRY *
						    (size_t)limit},
		call->pool, &firings, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < rows.n_rows; i++) {
		push_firings(items, &firings, rows.rows[i].id);
		json_push(items, api_history_json(&rows.rows[i]));
	}
	if (rows.n_rows < (size_t)limit)
		push_firings(items, &firings, 0);
	api_next_id(call, rows.n_rows, limit, last);
	return SG_OK;
}
