/* import_lines.c - see import_lines.h. */
#include "http/api/import_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "signal/module.h"
#include "signal/record_key.h"

#define BYTES_MOST ((size_t)1 << 30)

enum sg_status
import_lines_init(struct import_lines *lines, struct api_call *call,
		  const struct import_settings *settings, struct sg_err *err)
{
	struct csv_row header;
	struct csv csv;
	enum sg_status status;

	memset(lines, 0, sizeof(*lines));
	lines->call = call;
	lines->settings = settings;
	lines->columns.call = call;
	lines->columns.map = settings->map;
	lines->columns.signals = settings->signals;
	lines->pool = pool_new();
	lines->column = "";
	lines->errors = json_new_array();
	lines->unique = import_unique_new();
	buf_init(&lines->bytes, BYTES_MOST);
	if (!lines->unique)
		return err_set(err, SG_FAILED, "out of memory");
	if (settings->ndjson || !settings->header)
		return SG_OK;
	csv_init(&csv, settings->header, strlen(settings->header));
	status = csv_next(&csv, call->pool, &header, err);
	if (status == SG_NONE)
		return err_set(err, SG_REFUSED,
			       "the file is empty; expected a header line with "
			       "an email column");
	if (status != SG_OK) {
		err_prefix(err, "line %u", header.line);
		return status;
	}
	lines->columns.separator = csv.separator;
	return import_columns_header(&lines->columns, &header, err);
}

void
import_lines_done(struct import_lines *lines)
{
	pool_free(lines->pool);
	json_free(lines->errors);
	import_unique_free(lines->unique);
	buf_done(&lines->bytes);
	free(lines->entries);
	memset(lines, 0, sizeof(*lines));
}

/* --- what a line gives --------------------------------------------------- */

enum sg_status
import_add(struct import_lines *lines, const struct signal *signal,
	   struct sg_err *err)
{
	struct import_entry *entry;
	enum sg_status status = signal_check(signal, err);

	if (status != SG_OK)
		return status;
	if (lines->n_entries == lines->cap) {
		size_t cap = lines->cap ? 2 * lines->cap : 256;
		struct import_entry *more =
			realloc(lines->entries, cap * sizeof(*more));

		if (!more)
			return err_set(err, SG_FAILED, "out of memory");
		lines->entries = more;
		lines->cap = cap;
	}
	entry = &lines->entries[lines->n_entries];
	entry->start = lines->bytes.len;
	entry->at = signal->happened_at;
	entry->record_key = signal->record_key;
	entry->line = lines->line;
	signal_encode(&lines->bytes, signal);
	if (!buf_ok(&lines->bytes))
		return err_set(err, SG_FAILED, "out of memory");
	entry->len = lines->bytes.len - entry->start;
	lines->n_entries++;
	return SG_OK;
}

enum sg_status
import_subject(struct import_lines *lines, const struct import_row *row,
	       struct signal *signal, struct sg_err *err)
{
	const struct api_call *call = lines->call;
	const char *module = api_module(call), *key = NULL;
	struct buf normal = BUF_INIT;
	enum sg_status status;

	for (size_t i = 0; i < row->n; i++)
		if (row->values[i].column->kind == IMPORT_EMAIL) {
			key = row->values[i].text;
			lines->column = row->values[i].column->title;
		} else if (row->values[i].column->kind == IMPORT_MODULE &&
			   *row->values[i].text) {
			module = row->values[i].text;
		}
	if (!key)
		return err_set(
			err, SG_REFUSED,
			"whose line it is is not said; expected `email`");
	status = module_must_be(module, err);
	if (status == SG_OK)
		status = record_key_normalise(module, key, &normal, err);
	if (status == SG_OK) {
		signal->module = strcmp(module, "contact") == 0
					 ? ""
					 : pool_strdup(lines->pool, module);
		signal->key = pool_strdup(lines->pool, buf_text(&normal));
		signal->record_key = record_key_hash(
			keys_record_secret(call->api->options.keys), module,
			signal->key);
		lines->column = "";
	}
	buf_done(&normal);
	return status;
}

enum sg_status
import_list_exists(struct import_lines *lines, const char *name,
		   struct sg_err *err)
{
	struct import_known *known;
	enum sg_status status;

	for (known = lines->lists; known; known = known->next)
		if (strcmp(known->name, name) == 0)
			return SG_OK;
	status = api_list_exists(lines->call, name, err);
	if (status != SG_OK)
		return status == SG_NONE ? SG_REFUSED : status;
	known = pool_alloc(lines->call->pool, sizeof(*known));
	known->name = pool_strdup(lines->call->pool, name);
	known->next = lines->lists;
	lines->lists = known;
	return SG_OK;
}

void
import_lines_refuse(struct import_lines *lines, unsigned line,
		    const char *column, const char *text)
{
	struct json *item;

	if (++lines->bad > IMPORT_ERRORS_MOST)
		return;
	item = json_new_object();
	json_add_int(item, "line", line);
	if (*column)
		json_add_text(item, "column", column);
	json_add_text(item, "text", text);
	json_push(lines->errors, item);
}

void
import_lines_drop(struct import_lines *lines, unsigned line)
{
	size_t n = 0;

	for (size_t i = 0; i < lines->n_entries; i++)
		if (lines->entries[i].line != line)
			lines->entries[n++] = lines->entries[i];
	lines->n_entries = n;
	lines->good--;
}

/* --- lines --------------------------------------------------------------- */

/* All of a line, or nothing of it. */
static enum sg_status
take(struct import_lines *lines, const struct import_row *row,
     struct sg_err *err)
{
	size_t n = lines->n_entries, len = lines->bytes.len;
	enum sg_status status = lines->settings->signals
					? import_signal_row(lines, row, err)
					: import_record_row(lines, row, err);

	if (status == SG_OK)
		status = import_unique_keep(lines->unique, err);
	if (status == SG_OK) {
		lines->good++;
		return SG_OK;
	}
	import_unique_drop(lines->unique);
	lines->n_entries = n;
	lines->bytes.len = len;
	return status;
}

static enum sg_status
take_cells(struct import_lines *lines, const struct csv_row *cells,
	   struct sg_err *err)
{
	struct import_row row = {.n = cells->n_cells};

	if (cells->n_cells != lines->columns.n)
		return err_set(err, SG_REFUSED,
			       "%zu cells, where the header has %zu",
			       cells->n_cells, lines->columns.n);
	for (size_t i = 0; i < row.n; i++) {
		row.values[i].column = &lines->columns.columns[i];
		row.values[i].text = csv_unguard(cells->cells[i]);
		lines->column = row.values[i].column->title;
		if (!text_is_utf8(row.values[i].text,
				  strlen(row.values[i].text)))
			return err_set(err, SG_REFUSED,
				       "not UTF-8; expected a file saved as "
				       "UTF-8");
	}
	lines->column = "";
	return take(lines, &row, err);
}

/* What came of a line; anything but a bad line ends the whole. */
static enum sg_status
conclude(struct import_lines *lines, enum sg_status status,
	 const struct sg_err *err)
{
	lines->lines++;
	if (status == SG_REFUSED)
		import_lines_refuse(lines, lines->line, lines->column,
				    err->text);
	lines->column = "";
	pool_clear(lines->pool);
	return status == SG_REFUSED ? SG_OK : status;
}

static enum sg_status
read_csv(struct import_lines *lines, const char *text, size_t len,
	 unsigned before, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	struct csv_row row;
	struct csv csv;

	csv_init(&csv, text, len);
	csv.line = before + 1;
	if (lines->columns.separator) {
		csv.separator = lines->columns.separator;
	} else {
		status = csv_next(&csv, lines->call->pool, &row, err);
		if (status == SG_NONE)
			return err_set(err, SG_REFUSED,
				       "the file is empty; expected a header "
				       "line with an email column");
		if (status != SG_OK)
			err_prefix(err, "line %u", row.line);
		else
			status = import_columns_header(&lines->columns, &row,
						       err);
		lines->columns.separator = csv.separator;
	}
	while (status == SG_OK) {
		enum sg_status found = csv_next(&csv, lines->pool, &row, err);

		if (found == SG_NONE)
			break;
		lines->line = row.line;
		if (found == SG_OK)
			found = take_cells(lines, &row, err);
		status = conclude(lines, found, err);
	}
	lines->text_lines += csv.line - 1 - before;
	return status;
}

static enum sg_status
take_json(struct import_lines *lines, const char *text, size_t len,
	  struct sg_err *err)
{
	struct import_row row = {.n = 0};
	struct json *object = NULL;
	enum sg_status status;

	if (!text_is_utf8(text, len) || memchr(text, '\0', len))
		return err_set(err, SG_REFUSED,
			       "not UTF-8; expected a file "
			       "saved as UTF-8");
	status = json_parse(text, len, &object, err);
	if (status == SG_OK && !json_is_object(object))
		status = err_set(err, SG_REFUSED,
				 "not a JSON object; expected {\"email\": …}");
	if (status == SG_OK)
		status = import_json_row(lines, object, &row, err);
	if (status == SG_OK)
		status = take(lines, &row, err);
	json_free(object);
	return status;
}

static enum sg_status
read_ndjson(struct import_lines *lines, const char *text, size_t len,
	    unsigned before, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	unsigned text_lines = 0;
	size_t at = 0;

	if (before == 0 && len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < len && status == SG_OK) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line_len = end ? (size_t)(end - text) - at : len - at;

		lines->line = before + text_lines + 1;
		if (strspn(text + at, " \t\r\n") < line_len)
			status = conclude(
				lines,
				take_json(lines, text + at, line_len, err),
				err);
		text_lines += end != NULL;
		at += line_len + 1;
	}
	lines->text_lines += text_lines;
	return status;
}

enum sg_status
import_lines_read(struct import_lines *lines, const char *text, size_t len,
		  unsigned before, struct sg_err *err)
{
	return lines->settings->ndjson
		       ? read_ndjson(lines, text, len, before, err)
		       : read_csv(lines, text, len, before, err);
}

void
import_lines_clear(struct import_lines *lines)
{
	lines->n_entries = 0;
	buf_reset(&lines->bytes);
}

/* --- how many are new ---------------------------------------------------- */

static int
by_key(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return (a > b) - (a < b);
}

enum sg_status
import_lines_new_records(const struct import_lines *lines, int64_t *new_out,
			 struct sg_err *err)
{
	uint64_t *keys = malloc((lines->n_entries + 1) * sizeof(*keys));
	enum sg_status status = SG_OK;
	struct store_record record;
	int64_t n_new = 0;

	if (!keys)
		return err_set(err, SG_FAILED, "out of memory");
	for (size_t i = 0; i < lines->n_entries; i++)
		keys[i] = lines->entries[i].record_key;
	if (lines->n_entries)
		qsort(keys, lines->n_entries, sizeof(*keys), by_key);
	for (size_t i = 0; i < lines->n_entries && status == SG_OK; i++) {
		if (i > 0 && keys[i] == keys[i - 1])
			continue;
		status = store_record_find(lines->call->store, keys[i],
					   lines->pool, &record, err);
		n_new += status == SG_NONE;
		if (status == SG_NONE)
			status = SG_OK;
	}
	pool_clear(lines->pool);
	free(keys);
	if (status == SG_OK)
		*new_out = n_new;
	return status;
}

/* --- in order ------------------------------------------------------------ */

static int
by_time(const void *one, const void *other)
{
	const struct import_entry *a = one, *b = other;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->start > b->start) - (a->start < b->start);
}

void
import_lines_sort(struct import_lines *lines)
{
	if (lines->settings->signals && lines->n_entries)
		qsort(lines->entries, lines->n_entries, sizeof(*lines->entries),
		      by_time);
}

enum sg_status
import_lines_signal(const struct import_lines *lines, size_t i,
		    struct pool *pool, struct signal *signal_out,
		    struct sg_err *err)
{
	const struct import_entry *entry = &lines->entries[i];

	return signal_decode(lines->bytes.data + entry->start, entry->len, pool,
			     signal_out, err);
}
