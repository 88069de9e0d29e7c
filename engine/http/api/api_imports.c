/*
 * api_imports.c - imports of any size: begun with the header and what its
 * columns mean, then chunk after chunk of whole lines, each exactly once,
 * whoever is killed in between. A chunk that is in already is answered and not
 * taken again; GET says where to go on.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "http/api/api_imports.h"
#include "http/api/import_dry.h"

enum { HEADER_MOST = 1 << 16, KEPT_DAYS = 30 };

struct chunk {
	struct api_call *call;
	struct store_import row;
	struct import_settings settings;
	struct import_lines lines;
	struct json *stored; /* the import's settings */
	int64_t number, offset;
	int64_t would_create; /* of a dry run */
	bool last;
};

/* --- beginning ----------------------------------------------------------- */

struct beginning {
	const struct import_lines *lines;
	struct store_import row;
	int64_t now;
};

static enum sg_status
write_import(void *arg, struct store *store, struct sg_err *err)
{
	struct beginning *beginning = arg;
	enum sg_status status = store_imports_expire(
		store, beginning->now - KEPT_DAYS * CLOCK_DAY_MS, err);

	if (status != SG_OK)
		return status;
	return store_import_add(store, &beginning->row, &beginning->row.id,
				err);
}

static enum sg_status
read_word(struct api_call *call, const char *name, const char *one,
	  const char *other, bool *is_other_out, struct sg_err *err)
{
	const char *text;
	enum sg_status status = api_body_text(call, name, false, &text, err);

	if (status != SG_OK)
		return status;
	*is_other_out = text && strcmp(text, other) == 0;
	if (text && !*is_other_out && strcmp(text, one) != 0)
		return err_set(err, SG_REFUSED, "`%s` is %s or %s, not `%s`",
			       name, one, other, text);
	return SG_OK;
}

static enum sg_status
read_settings(struct api_call *call, struct import_settings *settings,
	      struct sg_err *err)
{
	enum sg_status status = read_word(call, "format", "csv", "ndjson",
					  &settings->ndjson, err);

	if (status == SG_OK)
		status = read_word(call, "what", "records", "signals",
				   &settings->signals, err);
	if (status == SG_OK)
		status = read_word(call, "scores", "add", "set",
				   &settings->set_scores, err);
	if (status == SG_OK)
		status = api_body_text(call, "header", false, &settings->header,
				       err);
	if (status != SG_OK)
		return status;
	json_get_bool(call->body, "dry_run", &settings->dry_run);
	settings->map = json_get(call->body, "map");
	if (settings->map && !json_is_object(settings->map))
		return err_set(err, SG_REFUSED,
			       "`map` must be an object: {\"E-Mail\": "
			       "\"email\"}");
	if (!settings->ndjson && !settings->header)
		return err_set(
			err, SG_REFUSED,
			"`header` is missing: the first line of the CSV");
	if (settings->header && strlen(settings->header) > HEADER_MOST)
		return err_set(err, SG_REFUSED,
			       "the header has more than %d bytes",
			       HEADER_MOST);
	return SG_OK;
}

/* What later chunks need to know. */
static const char *
settings_text(struct api_call *call, const struct import_settings *settings)
{
	struct json *kept = json_new_object();
	struct buf text = BUF_INIT, map = BUF_INIT;
	struct json *copy = NULL;
	const char *result;

	json_add_text(kept, "format", settings->ndjson ? "ndjson" : "csv");
	json_add_text(kept, "what", settings->signals ? "signals" : "records");
	json_add_text(kept, "scores", settings->set_scores ? "set" : "add");
	json_add_text(kept, "module", api_module(call));
	json_add_bool(kept, "dry_run", settings->dry_run);
	if (settings->header)
		json_add_text(kept, "header", settings->header);
	if (settings->map) {
		json_write(settings->map, &map);
		if (json_parse(buf_text(&map), map.len, &copy, NULL) == SG_OK)
			json_add(kept, "map", copy);
	}
	json_write(kept, &text);
	result = pool_strdup(call->pool, buf_text(&text));
	json_free(kept);
	buf_done(&map);
	buf_done(&text);
	return result;
}

static enum sg_status
show_begun(struct api_call *call, void *arg, struct sg_err *err)
{
	const struct beginning *beginning = arg;

	api_import_json(api_answer(call), &beginning->row);
	api_import_columns(call, beginning->lines);
	call->status = 201;
	return SG_OK;
}

static enum sg_status
begin_import(struct api_call *call, const struct import_settings *settings,
	     const struct import_lines *lines, struct sg_err *err)
{
	struct beginning beginning = {.now = call->now, .lines = lines};
	struct store_import *row = &beginning.row;
	struct api_definition definition = {.fn = write_import,
					    .arg = &beginning,
					    .action = "import.begin"};
	const char *name, *digest;
	enum sg_status status = api_body_text(call, "name", false, &name, err);

	if (status == SG_OK)
		status = api_body_text(call, "digest", false, &digest, err);
	if (status != SG_OK)
		return status;
	row->name = name ? name : "";
	row->digest = digest ? digest : "";
	row->settings = settings_text(call, settings);
	row->author = call->principal.name;
	row->created_at = row->changed_at = call->now;
	if (!json_get_int(call->body, "size", &row->size) || row->size < 0)
		row->size = 0;
	definition.object = row->name;
	return api_define_answered(call, &definition, show_begun, &beginning,
				   err);
}

enum sg_status
api_imports_begin(struct api_call *call, struct sg_err *err)
{
	struct import_lines *lines = pool_alloc(call->pool, sizeof(*lines));
	struct import_settings settings = {0};
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = read_settings(call, &settings, err);
	if (status != SG_OK)
		return status;
	status = import_lines_init(lines, call, &settings, err);
	if (status == SG_OK)
		status = begin_import(call, &settings, lines, err);
	import_lines_done(lines);
	return status;
}

/* --- a chunk ------------------------------------------------------------- */

static enum sg_status
check_number(struct chunk *chunk, struct sg_err *err)
{
	const struct sg_request *request = &chunk->call->request->request;
	long long number;
	size_t lines = 1;

	if (!text_to_int(chunk->call->args[1], &number) || number < 0)
		return err_set(err, SG_REFUSED,
			       "`%s` is not the number of a chunk",
			       chunk->call->args[1]);
	chunk->number = number;
	chunk->last = api_param_yes(chunk->call, "last");
	if (request->body_len > IMPORT_CHUNK_BYTES_MOST)
		return err_set(err, SG_REFUSED, "a chunk has at most %d bytes",
			       IMPORT_CHUNK_BYTES_MOST);
	for (size_t i = 0; i < request->body_len; i++)
		lines += request->body[i] == '\n';
	if (lines > IMPORT_CHUNK_LINES_MOST + 1)
		return err_set(err, SG_REFUSED, "a chunk has at most %d lines",
			       IMPORT_CHUNK_LINES_MOST);
	return api_param_int(chunk->call, "offset",
			     chunk->row.offset + (int64_t)request->body_len,
			     INT64_MAX, &chunk->offset, err);
}

/* Is it the one that is waited for? SG_NONE: it is in already. */
static enum sg_status
check_turn(const struct chunk *chunk, const struct store_import *row,
	   struct sg_err *err)
{
	if (row->next_chunk > chunk->number)
		return SG_NONE;
	if (row->finished_at)
		return err_set(err, SG_REFUSED, "import %lld is done",
			       (long long)row->id);
	if (row->next_chunk < chunk->number)
		return err_set(err, SG_REFUSED,
			       "chunk %lld comes before its turn: the next is "
			       "%lld",
			       (long long)chunk->number,
			       (long long)row->next_chunk);
	return SG_OK;
}

static enum sg_status
begin_chunk(void *arg, struct store *store, struct sg_err *err)
{
	struct chunk *chunk = arg;
	struct store_import row;
	enum sg_status status = store_import_get(store, chunk->row.id,
						 chunk->call->pool, &row, err);

	if (status == SG_NONE)
		return err_set(err, SG_REFUSED, "no import %lld",
			       (long long)chunk->row.id);
	return status == SG_OK ? check_turn(chunk, &row, err) : status;
}

static enum sg_status
keep_errors(struct chunk *chunk, struct store *store, struct sg_err *err)
{
	const struct json *errors = chunk->lines.errors;
	int64_t room = IMPORT_ERRORS_MOST - chunk->row.bad_lines;
	enum sg_status status = SG_OK;

	for (size_t i = 0; i < json_count(errors) && status == SG_OK; i++) {
		const struct json *item = json_at(errors, i);
		const char *column = json_get_text(item, "column");
		struct store_import_error row = {
			.column = column ? column : "",
			.text = json_get_text(item, "text")};

		if ((int64_t)i >= room ||
		    !json_get_int(item, "line", &row.line))
			break;
		status =
			store_import_error_add(store, chunk->row.id, &row, err);
	}
	return status;
}

static enum sg_status
end_chunk(void *arg, struct store *store, const struct apply_fed *fed,
	  struct sg_err *err)
{
	struct chunk *chunk = arg;
	struct store_import row = chunk->row;
	const struct import_lines *lines = &chunk->lines;
	enum sg_status status = keep_errors(chunk, store, err);

	if (status != SG_OK)
		return status;
	row.changed_at = chunk->call->now;
	row.next_chunk = chunk->number + 1;
	row.offset = chunk->offset;
	row.text_lines += lines->text_lines;
	row.lines += lines->lines;
	row.created += (int64_t)fed->created;
	row.updated += lines->good - (int64_t)fed->created;
	row.bad_lines += lines->bad;
	if (chunk->last)
		row.finished_at = chunk->call->now;
	status = store_import_put(store, &row, err);
	if (status == SG_OK)
		chunk->row = row;
	return status;
}

static enum sg_status
write_dry(void *arg, struct store *store, struct sg_err *err)
{
	struct chunk *chunk = arg;
	struct apply_fed fed = {.created = (uint64_t)chunk->would_create};
	enum sg_status status = begin_chunk(chunk, store, err);

	return status == SG_OK ? end_chunk(chunk, store, &fed, err) : status;
}

static enum sg_status
take_dry(struct chunk *chunk, struct sg_err *err)
{
	enum sg_status status = import_lines_new_records(
		&chunk->lines, &chunk->would_create, err);

	if (status != SG_OK)
		return status;
	return apply_call(chunk->call->api->options.apply, write_dry, chunk,
			  err);
}

static unsigned
lines_before(const struct chunk *chunk)
{
	const char *header = chunk->settings.header;
	int64_t lines = chunk->row.text_lines;

	for (; header && *header; header++)
		lines += *header == '\n';
	return lines > UINT32_MAX ? UINT32_MAX : (unsigned)lines;
}

/* What the chunks before have claimed of unique fields: nothing of a dry run
 * is in the store. */
static void
take_claims(struct chunk *chunk)
{
	struct import_unique *unique =
		import_dry_take(chunk->call->api->dry_imports, chunk->row.id);

	if (!unique)
		return;
	import_unique_free(chunk->lines.unique);
	chunk->lines.unique = unique;
}

static void
keep_claims(struct chunk *chunk)
{
	if (!chunk->settings.dry_run || chunk->last || !chunk->lines.unique)
		return;
	import_dry_keep(chunk->call->api->dry_imports, chunk->row.id,
			chunk->lines.unique);
	chunk->lines.unique = NULL;
}

static enum sg_status
take_chunk(struct chunk *chunk, struct sg_err *err)
{
	const struct sg_request *request = &chunk->call->request->request;
	struct import_fed fed = {.lines = &chunk->lines,
				 .call = chunk->call,
				 .begin = begin_chunk,
				 .end = end_chunk,
				 .arg = chunk};
	enum sg_status status = import_lines_init(&chunk->lines, chunk->call,
						  &chunk->settings, err);

	if (status == SG_OK && chunk->settings.dry_run)
		take_claims(chunk);
	if (status == SG_OK)
		status = import_lines_read(&chunk->lines, request->body,
					   request->body_len,
					   lines_before(chunk), err);
	if (status != SG_OK)
		return status;
	return chunk->settings.dry_run ? take_dry(chunk, err)
				       : import_feed(&fed, err);
}

enum sg_status
api_imports_chunk(struct api_call *call, struct sg_err *err)
{
	struct chunk *chunk = pool_alloc(call->pool, sizeof(*chunk));
	struct json *answer = api_answer(call);
	enum sg_status status = api_import_find(call, &chunk->row, err);

	if (status != SG_OK)
		return status;
	chunk->call = call;
	status = check_number(chunk, err);
	if (status == SG_OK)
		status = check_turn(chunk, &chunk->row, err);
	if (status == SG_OK)
		status = api_import_restore(call, &chunk->row, &chunk->settings,
					    &chunk->stored, err);
	if (status == SG_OK)
		status = take_chunk(chunk, err);
	json_add_int(answer, "chunk", chunk->number);
	json_add_bool(answer, "already", status == SG_NONE);
	if (status == SG_NONE)
		status = api_import_find(call, &chunk->row, err);
	if (status == SG_OK) {
		api_import_json(answer, &chunk->row);
		json_add(answer, "errors",
			 chunk->lines.errors ? chunk->lines.errors
					     : json_new_array());
		chunk->lines.errors = NULL;
		keep_claims(chunk);
	}
	import_lines_done(&chunk->lines);
	json_free(chunk->stored);
	return status;
}

/* --- forgetting one ------------------------------------------------------ */

static enum sg_status
delete_import(void *arg, struct store *store, struct sg_err *err)
{
	return store_import_delete(store, *(int64_t *)arg, err);
}

enum sg_status
api_imports_delete(struct api_call *call, struct sg_err *err)
{
	struct store_import row;
	struct api_definition definition = {
		.fn = delete_import, .arg = &row.id, .action = "import.delete"};
	enum sg_status status = api_import_find(call, &row, err);

	definition.object = row.name;
	if (status == SG_OK)
		status = api_define(call, &definition, err);
	if (status == SG_OK)
		call->status = 204;
	return status;
}
