/*
 * api_export.c - contacts as CSV or as lines of JSON, made while they are
 * sent: the selection is made first, so what is wrong with the question is
 * still answered as a problem.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "http/api/api_call.h"
#include "http/api/api_rows.h"
#include "http/api/csv.h"

enum { EXPORT_MAGIC = 0x45585054, ROWS_A_PIECE = 200 };

struct export
{
	unsigned magic;
	struct api *api;
	struct pool *pool; /* of the whole export: the query */
	struct api_query query;
	struct api_rows rows;
	size_t at;
	bool csv, header_sent;
};

static bool
append_item(struct buf *cell, const struct json *value)
{
	if (cell->len)
		buf_append_char(cell, ';');
	return json_scalar(value, cell);
}

static void
write_csv_value(struct buf *to, const struct json *value)
{
	struct buf cell = BUF_INIT;

	if (json_is_array(value))
		for (size_t i = 0; i < json_count(value); i++)
			append_item(&cell, json_at(value, i));
	else if (value)
		append_item(&cell, value);
	csv_write_guarded(to, buf_text(&cell));
	buf_done(&cell);
}

static void
write_row(const struct export *export, const struct json *row, struct buf *to)
{
	const struct api_columns *columns = &export->query.columns;

	if (!export->csv) {
		json_write(row, to);
		buf_append_char(to, '\n');
		return;
	}
	for (size_t i = 0; i < columns->n; i++) {
		if (i > 0)
			buf_append_char(to, ',');
		write_csv_value(to, json_get(row, columns->columns[i].text));
	}
	buf_append_text(to, "\r\n");
}

static void
write_header(const struct export *export, struct buf *to)
{
	const struct api_columns *columns = &export->query.columns;

	for (size_t i = 0; i < columns->n; i++) {
		if (i > 0)
			buf_append_char(to, ',');
		csv_write_cell(to, columns->columns[i].text);
	}
	buf_append_text(to, "\r\n");
}

static enum sg_status
write_rows(struct export *export, struct api_place *place, struct buf *to,
	   struct sg_err *err)
{
	const struct api_rows *rows = &export->rows;
	enum sg_status status = SG_OK;

	for (size_t i = 0;
	     status == SG_OK && i < ROWS_A_PIECE && export->at < rows->n_rows;
	     i++, export->at++) {
		struct json *row = json_new_object();

		status = api_columns_json(place, &export->query.columns,
					  rows->rows[export->at].record_id, row,
					  err);
		if (status == SG_OK)
			write_row(export, row, to);
		json_free(row);
	}
	return status;
}

/* A reader for each piece: who reads the stream may pause for minutes, and
 * there are not many readers. */
static bool
next(void *arg, struct buf *to)
{
	struct export *export = arg;
	struct api_place place = export->query.place;
	struct store_readers *readers = export->api->options.readers;
	struct sg_err err;
	enum sg_status status;

	assert(export->magic == EXPORT_MAGIC);
	if (export->csv && !export->header_sent)
		write_header(export, to);
	export->header_sent = true;
	status = store_readers_take(readers, &place.store, &err);
	if (status == SG_OK) {
		place.pool = pool_new();
		status = write_rows(export, &place, to, &err);
		pool_free(place.pool);
		store_readers_give(readers, place.store);
	}
	if (status != SG_OK) {
		log_error("an export was cut short: %s", err.text);
		to->failed = true; /* ends the connection: the reader sees it */
	}
	return export->at < export->rows.n_rows;
}

static void
done(void *arg)
{
	struct export *export = arg;

	free(export->rows.rows);
	pool_free(export->pool);
	export->magic = 0;
	free(export);
}

/* Everything that an import takes back: fields, tags, lists and scores. */
static enum sg_status
all_columns(struct api_call *call, const char **columns_out, struct sg_err *err)
{
	struct scoreboard *board = call->api->options.scoreboard;
	struct score_settings settings;
	struct store_names fields;
	struct buf text = BUF_INIT;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_field_names(call->store, call->pool, &fields,
					   err);
	if (status != SG_OK)
		return status;
	buf_append_text(&text, "email");
	for (size_t i = 0; i < fields.n_names; i++)
		buf_printf(&text, ",field.%s", fields.names[i]);
	buf_append_text(&text, ",tags,lists");
	for (size_t i = 0; i < scoreboard_n_scores(board); i++)
		if (scoreboard_score_at(board, i, &settings) == SG_OK)
			buf_printf(&text, ",score:%s", settings.name);
	*columns_out = pool_strdup(call->pool, buf_text(&text));
	buf_done(&text);
	return SG_OK;
}

/* The stream outlives the call: it takes the call's pool. */
static void
begin_stream(struct api_call *call, struct export *export)
{
	struct reply_stream stream = {next, done, export};

	export->magic = EXPORT_MAGIC;
	export->api = call->api;
	export->pool = call->pool;
	call->pool = NULL;
	reply_stream(call->reply,
		     export->csv ? "text/csv; charset=utf-8"
				 : "application/x-ndjson",
		     &stream);
}

enum sg_status
api_export(struct api_call *call, struct sg_err *err)
{
	const char *format = api_param(call, "format");
	const char *columns = api_param(call, "columns");
	struct export *export;
	enum sg_status status = SG_OK;

	if (format && strcmp(format, "csv") != 0 &&
	    strcmp(format, "ndjson") != 0)
		return err_set(err, SG_REFUSED,
			       "`format` is csv or ndjson, not `%s`", format);
	if (!columns || !*columns)
		status = all_columns(call, &columns, err);
	if (status != SG_OK)
		return status;
	export = calloc(1, sizeof(*export));
	if (!export)
		return err_set(err, SG_FAILED, "out of memory");
	export->csv = !format || strcmp(format, "csv") == 0;
	status = api_query_read(call, columns, &export->query, err);
	if (status == SG_OK)
		status = api_rows_all(call, &export->query, &export->rows, err);
	if (status != SG_OK) {
		free(export);
		return status;
	}
	begin_stream(call, export);
	return SG_OK;
}
