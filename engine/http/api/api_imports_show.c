/* api_imports_show.c - the imports: which there are, how far each is, what its
 * columns mean, which lines are bad. */
#include <string.h>

#include "base/text.h"
#include "http/api/api_imports.h"

void
api_import_json(struct json *to, const struct store_import *row)
{
	json_add_int(to, "id", row->id);
	json_add_text(to, "name", row->name);
	json_add_text(to, "state", row->finished_at ? "done" : "under way");
	json_add_text(to, "author", row->author);
	json_add_time(to, "created_at", row->created_at);
	json_add_time(to, "changed_at", row->changed_at);
	if (row->finished_at)
		json_add_time(to, "finished_at", row->finished_at);
	json_add_int(to, "next_chunk", row->next_chunk);
	json_add_int(to, "offset", row->offset);
	if (row->size)
		json_add_int(to, "size", row->size);
	if (*row->digest)
		json_add_text(to, "digest", row->digest);
	json_add_int(to, "lines", row->lines);
	json_add_int(to, "created", row->created);
	json_add_int(to, "updated", row->updated);
	json_add_int(to, "bad_lines", row->bad_lines);
}

enum sg_status
api_import_find(struct api_call *call, struct store_import *row_out,
		struct sg_err *err)
{
	enum sg_status status = api_store(call, err);
	long long id;

	if (status != SG_OK)
		return status;
	if (!text_to_int(call->args[0], &id))
		return err_set(err, SG_REFUSED,
			       "`%s` is not the number of an import",
			       call->args[0]);
	status = store_import_get(call->store, id, call->pool, row_out, err);
	if (status == SG_NONE)
		return err_set(err, SG_NONE, "no import %lld", id);
	return status;
}

enum sg_status
api_imports_all(struct api_call *call, struct sg_err *err)
{
	struct store_imports rows;
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
		status =
			store_imports_recent(call->store, before, (size_t)limit,
					     call->pool, &rows, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < rows.n_rows; i++) {
		struct json *item = json_new_object();

		api_import_json(item, &rows.rows[i]);
		json_push(items, item);
	}
	api_next_id(call, rows.n_rows, limit,
		    rows.n_rows ? rows.rows[rows.n_rows - 1].id : 0);
	return SG_OK;
}

void
api_import_columns(struct api_call *call, const struct import_lines *lines)
{
	struct json *columns = json_new_array();

	for (size_t i = 0; i < lines->columns.n; i++) {
		const struct import_column *column = &lines->columns.columns[i];
		struct json *item = json_new_object();

		json_add_text(item, "name", column->title);
		json_add_text(item, "means",
			      import_column_means(column, call->pool));
		json_push(columns, item);
	}
	json_add(call->answer, "columns", columns);
	json_add_int(call->answer, "chunk_bytes", IMPORT_CHUNK_BYTES_MOST);
	json_add_int(call->answer, "chunk_lines", IMPORT_CHUNK_LINES_MOST);
}

static bool
is_word(const struct json *settings, const char *name, const char *word)
{
	const char *text = json_get_text(settings, name);

	return text && strcmp(text, word) == 0;
}

enum sg_status
api_import_restore(struct api_call *call, const struct store_import *row,
		   struct import_settings *settings, struct json **stored_out,
		   struct sg_err *err)
{
	const char *text = row->settings, *module;
	struct json *stored = NULL;
	enum sg_status status = json_parse(text, strlen(text), &stored, err);

	if (status != SG_OK)
		return SG_FAILED;
	*stored_out = stored;
	settings->ndjson = is_word(stored, "format", "ndjson");
	settings->signals = is_word(stored, "what", "signals");
	settings->set_scores = is_word(stored, "scores", "set");
	settings->header = json_get_text(stored, "header");
	settings->map = json_get(stored, "map");
	json_get_bool(stored, "dry_run", &settings->dry_run);
	module = json_get_text(stored, "module");
	if (module && !api_param(call, "module") &&
	    call->n_params < API_PARAMS_MOST) {
		call->params[call->n_params].name = "module";
		call->params[call->n_params++].value = module;
	}
	return SG_OK;
}

/* What they mean, unless they cannot any more: a field is gone. */
static void
show_columns(struct api_call *call, const struct store_import *row,
	     struct json **stored_out)
{
	struct import_lines *lines = pool_alloc(call->pool, sizeof(*lines));
	struct import_settings settings = {0};
	struct sg_err ignored;

	if (api_import_restore(call, row, &settings, stored_out, &ignored) !=
		    SG_OK ||
	    settings.ndjson)
		return;
	if (import_lines_init(lines, call, &settings, &ignored) == SG_OK)
		api_import_columns(call, lines);
	import_lines_done(lines);
}

enum sg_status
api_imports_show(struct api_call *call, struct sg_err *err)
{
	struct json *errors = json_new_array(), *settings = NULL;
	struct json *stored = NULL;
	struct store_import_errors rows = {NULL, 0};
	struct store_import row;
	enum sg_status status;

	json_add(api_answer(call), "errors", errors);
	status = api_import_find(call, &row, err);
	if (status == SG_OK)
		status = store_import_errors_of(call->store, row.id, call->pool,
						&rows, err);
	if (status == SG_OK)
		status = json_parse(row.settings, strlen(row.settings),
				    &settings, err);
	if (status != SG_OK)
		return status;
	api_import_json(call->answer, &row);
	json_add(call->answer, "settings", settings);
	show_columns(call, &row, &stored);
	json_free(stored);
	for (size_t i = 0; i < rows.n_rows; i++) {
		struct json *item = json_new_object();

		json_add_int(item, "line", rows.rows[i].line);
		if (*rows.rows[i].column)
			json_add_text(item, "column", rows.rows[i].column);
		json_add_text(item, "text", rows.rows[i].text);
		json_push(errors, item);
	}
	return SG_OK;
}
