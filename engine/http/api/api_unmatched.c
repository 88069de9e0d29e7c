/* api_unmatched.c - what came and belongs to no record (yet). */
#include "http/api/api_call.h"
#include "store/store_history.h"

enum sg_status
api_signals_unmatched(struct api_call *call, struct sg_err *err)
{
	struct store_unmatched_rows rows;
	struct json *items;
	int64_t limit, before;
	enum sg_status status = api_param_int(call, "limit", API_LIMIT,
					      API_LIMIT_MOST, &limit, err);

	if (status == SG_OK)
		status = api_param_int(call, "cursor", 0, INT64_MAX, &before,
				       err);
	if (status == SG_OK)
		status = api_store(call, err);
	if (status == SG_OK)
		status = store_unmatched_recent(call->store, before,
						(size_t)limit, call->pool,
						&rows, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < rows.n_rows; i++) {
		struct json *item = api_history_json(&rows.rows[i].row);

		json_add_text(item, "module", rows.rows[i].module);
		if (*rows.rows[i].key)
			json_add_text(item, "key", rows.rows[i].key);
		else
			json_add_null(item, "key");
		json_push(items, item);
	}
	api_next_id(call, rows.n_rows, limit,
		    rows.n_rows ? rows.rows[rows.n_rows - 1].row.id : 0);
	return SG_OK;
}
