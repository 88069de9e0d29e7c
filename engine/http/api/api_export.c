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
#include "store/store_consent.h"

enum { EXPORT_MAGIC = 0x45585054, ROWS_A_PIECE = 200 };

struct export
{
	unsigned magic;
	struct api *api;
	struct pool *pool; /* of the whole export: the query */
	struct api_query query;
	struct record_set *set; /* in order of id; NULL: */
	struct api_rows rows;	/* sorted */
	uint32_t next_id;
	size_t at;
	bool csv, header_sent;
	uint64_t n_swaps; /* of the scoreboard, when it began */
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

/* The records of the next piece; fewer than a piece are the last. */
static size_t
next_ids(struct export *export, uint32_t ids[ROWS_A_PIECE])
{
	size_t n;

	if (export->set) {
		n = record_set_slice(export->set, export->next_id, ids,
				     ROWS_A_PIECE);
		if (n > 0)
			export->next_id = ids[n - 1] + 1;
		return n;
	}
	for (n = 0; n < ROWS_A_PIECE && export->at < export->rows.n_rows; n++)
		ids[n] = export->rows.rows[export->at++].record_id;
	return n;
}

static enum sg_status
write_rows(struct export *export, struct api_place *place, struct buf *to,
	   bool *more_out, struct sg_err *err)
{
	uint32_t ids[ROWS_A_PIECE];
	size_t n = next_ids(export, ids);
	struct scoreboard *board = export->api->options.scoreboard;
	enum sg_status status = SG_OK;

	*more_out = n == ROWS_A_PIECE;
	for (size_t i = 0; status == SG_OK && i < n; i++) {
		struct json *row = json_new_object();

		status = api_columns_json(place, &export->query.columns, ids[i],
					  row, err);
		if (status == SG_OK)
			write_row(export, row, to);
		json_free(row);
	}
	/* What was sent before cannot be made again as an answer can (api.c).
	 */
	if (status == SG_OK && scoreboard_n_swaps(board) != export->n_swaps)
		return err_set(err, SG_BUSY,
			       "`rules run` put new scores in; export again");
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
	bool more = false;

	assert(export->magic == EXPORT_MAGIC);
	if (export->csv && !export->header_sent)
		write_header(export, to);
	export->header_sent = true;
	status = store_readers_take(readers, &place.store, &err);
	if (status == SG_OK) {
		place.pool = pool_new();
		status = write_rows(export, &place, to, &more, &err);
		pool_free(place.pool);
		store_readers_give(readers, place.store);
	}
	if (status != SG_OK) {
		log_error("an export was cut short: %s", err.text);
		to->failed = true; /* ends the connection: the reader sees it */
	}
	return more && status == SG_OK;
}

static void
done(void *arg)
{
	struct export *export = arg;

	free(export->rows.rows);
	record_set_free(export->set);
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
	bool asked = false;
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
	status = store_consent_any(call->store, &asked, err);
	if (asked)
		buf_append_text(&text, ",consent.opens,consent.clicks");
	for (size_t i = 0; i < scoreboard_n_scores(board); i++)
		if (scoreboard_score_at(board, i, &settings) == SG_OK)
			buf_printf(&text, ",score:%s", settings.name);
	*columns_out = pool_strdup(call->pool, buf_text(&text));
	buf_done(&text);
	return status;
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
	export->n_swaps = scoreboard_n_swaps(call->api->options.scoreboard);
	status = api_query_read(call, columns, &export->query, err);
	/* Only who wants an order pays for the memory of one. */
	if (status == SG_OK && export->query.sorted)
		status = api_rows_all(call, &export->query, &export->rows, err);
	else if (status == SG_OK)
		status = api_select(call, export->query.where, &export->set,
				    err);
	if (status != SG_OK) {
		free(export);
		return status;
	}
	begin_stream(call, export);
	return SG_OK;
}
