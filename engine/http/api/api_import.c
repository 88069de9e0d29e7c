/*
 * api_import.c - records or signals from a body of CSV or NDJSON, in one
 * request. A bad line is reported by number, and the others go in, a slice of
 * lines a transaction. What is large goes through /imports (api_imports.c).
 */
#include <string.h>

#include "http/api/import_feed.h"

enum { SLICE_BYTES = 1 << 18 };

struct import {
	struct api_call *call;
	struct import_settings settings;
	struct import_lines lines;
	int64_t created;
	unsigned applied_to; /* the last line that is in */
};

/* Whole records, as many as make a slice. */
static size_t
slice_end(const struct import *import, const char *text, size_t len, size_t at)
{
	size_t end = at;

	while (end < len && end - at < SLICE_BYTES) {
		const char *line_end;

		if (!import->settings.ndjson) {
			end = csv_record_end(text, len, end);
			continue;
		}
		line_end = memchr(text + end, '\n', len - end);
		end = line_end ? (size_t)(line_end - text) + 1 : len;
	}
	return end;
}

static enum sg_status
take_slice(struct import *import, struct sg_err *err)
{
	struct import_fed fed = {.lines = &import->lines, .call = import->call};
	enum sg_status status = SG_OK;

	if (import->settings.dry_run)
		status = import_lines_new_records(&import->lines, &fed.created,
						  err);
	else
		status = import_feed(&fed, err);
	if (status == SG_OK) {
		import->created += fed.created;
		import->applied_to = import->lines.line;
	} else if (import->applied_to > 0) {
		err_prefix(err, "the lines up to %u are in, the others not",
			   import->applied_to);
	}
	import_lines_clear(&import->lines);
	return status;
}

static enum sg_status
take_all(struct import *import, struct sg_err *err)
{
	const struct sg_request *request = &import->call->request->request;
	const char *text = request->body;
	size_t len = request->body_len, at = 0;
	enum sg_status status = SG_OK;

	do {
		size_t end = slice_end(import, text, len, at);

		status = import_lines_read(&import->lines, text + at, end - at,
					   import->lines.text_lines, err);
		if (status == SG_OK)
			status = take_slice(import, err);
		at = end;
	} while (at < len && status == SG_OK);
	return status;
}

enum sg_status
import_read_options(struct api_call *call, struct import_settings *settings,
		    struct sg_err *err)
{
	const char *scores = api_param(call, "scores");
	const char *format = api_param(call, "format");

	settings->dry_run = api_param_yes(call, "dry_run");
	settings->signals = api_param_yes(call, "signals");
	settings->set_scores = scores && strcmp(scores, "set") == 0;
	settings->ndjson = format && strcmp(format, "ndjson") == 0;
	if (scores && !settings->set_scores && strcmp(scores, "add") != 0)
		return err_set(err, SG_REFUSED,
			       "`scores` is add or set, not `%s`", scores);
	if (format && !settings->ndjson && strcmp(format, "csv") != 0)
		return err_set(err, SG_REFUSED,
			       "`format` is csv or ndjson, not `%s`", format);
	return api_store(call, err);
}

static void
answer(struct import *import)
{
	struct json *to = api_answer(import->call);
	struct import_lines *lines = &import->lines;

	json_add(to, "errors", lines->errors);
	lines->errors = NULL;
	json_add_int(to, "lines", lines->lines);
	json_add_int(to, "created", import->created);
	json_add_int(to, "updated", lines->good - import->created);
	json_add_int(to, "bad_lines", lines->bad);
}

enum sg_status
api_import(struct api_call *call, struct sg_err *err)
{
	struct import *import = pool_alloc(call->pool, sizeof(*import));
	enum sg_status status;

	import->call = call;
	status = import_read_options(call, &import->settings, err);
	if (status != SG_OK)
		return status;
	status =
		import_lines_init(&import->lines, call, &import->settings, err);
	if (status == SG_OK)
		status = take_all(import, err);
	if (status == SG_OK)
		answer(import);
	import_lines_done(&import->lines);
	return status;
}
