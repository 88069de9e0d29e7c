/*
 * api_import.c - contacts from CSV. The header names the columns: email, tags,
 * lists, score:NAME; everything else is a field. An empty cell leaves alone
 * what is there. A bad line is reported by number, and the others go in.
 */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "http/api/api_call.h"
#include "http/api/csv.h"
#include "signal/record_key.h"

enum { BATCH_SIGNALS = 1000, ERRORS_MOST = 1000 };

enum import_kind {
	IMPORT_EMAIL,
	IMPORT_FIELD,
	IMPORT_TAGS,
	IMPORT_LISTS,
	IMPORT_SCORE
};

struct import_column {
	enum import_kind kind;
	const char *name; /* of the field or the score */
};

struct known_list {
	const char *name;
	struct known_list *next;
};

struct import {
	struct api_call *call;
	bool dry_run, set_scores;
	size_t n_columns;
	struct import_column columns[CSV_CELLS_MOST];
	struct known_list *lists;
	struct pool *batch; /* what the signals point to */
	size_t n_signals, most, n_keys;
	struct signal *signals;
	uint64_t *keys; /* of the records in this batch */
	int64_t lines, created, updated, bad;
	unsigned applied_to; /* the last line that is in */
	struct json *errors;
};

/* --- the header ---------------------------------------------------------- */

/* "First Name" means first_name. */
static char *
field_name(struct pool *pool, const char *header)
{
	char *name;
	size_t len;

	header += strspn(header, " ");
	if (strncmp(header, "field.", 6) == 0)
		header += 6;
	name = pool_strdup(pool, header);
	len = strlen(name);
	while (len > 0 && name[len - 1] == ' ')
		name[--len] = '\0';
	for (char *c = name; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + ('a' - 'A'));
		else if (*c == ' ' || *c == '-')
			*c = '_';
	}
	return name;
}

static enum sg_status
read_score_column(struct import *import, const char *name,
		  struct import_column *column, struct sg_err *err)
{
	struct score_settings settings;
	enum sg_status status = api_score(import->call, name, &settings, err);

	column->kind = IMPORT_SCORE;
	column->name = pool_strdup(import->call->pool, settings.name);
	return status == SG_NONE ? SG_REFUSED : status;
}

static enum sg_status
read_column(struct import *import, const char *header,
	    struct import_column *column, struct sg_err *err)
{
	char *name = field_name(import->call->pool, header);

	column->name = name;
	/* field.email is a field, as it was when it went out. */
	if (strncmp(header, "field.", 6) == 0) {
		column->kind = IMPORT_FIELD;
		return api_check_field(name, err);
	}
	if (strcmp(name, "email") == 0 || strcmp(name, "e_mail") == 0 ||
	    strcmp(name, "email_address") == 0) {
		column->kind = IMPORT_EMAIL;
		return SG_OK;
	}
	if (strcmp(header, "tags") == 0 || strcmp(header, "lists") == 0) {
		column->kind = *header == 't' ? IMPORT_TAGS : IMPORT_LISTS;
		return SG_OK;
	}
	if (strncmp(header, "score:", 6) == 0)
		return read_score_column(import, header + 6, column, err);
	if (score_part_find(header) >= 0)
		return err_set(err, SG_REFUSED,
			       "column `%s`: name it score:lead to change the "
			       "score, field.%s to fill a field, or remove it",
			       header, header);
	column->kind = IMPORT_FIELD;
	return api_check_field(name, err);
}

static enum sg_status
read_header(struct import *import, struct csv *csv, struct sg_err *err)
{
	struct csv_row row;
	size_t n_emails = 0;
	enum sg_status status = csv_next(csv, import->call->pool, &row, err);

	if (status == SG_NONE)
		return err_set(err, SG_REFUSED,
			       "the file is empty; expected a header line with "
			       "an email column");
	for (size_t i = 0; i < row.n_cells && status == SG_OK; i++) {
		status = read_column(import, row.cells[i], &import->columns[i],
				     err);
		n_emails += import->columns[i].kind == IMPORT_EMAIL;
	}
	if (status != SG_OK) {
		err_prefix(err, "line %u", row.line);
		return status;
	}
	if (n_emails != 1)
		return err_set(err, SG_REFUSED,
			       "line %u: the header must name one column "
			       "`email`, and has %zu",
			       row.line, n_emails);
	import->n_columns = row.n_cells;
	return SG_OK;
}

/* --- a row --------------------------------------------------------------- */

static struct signal *
add(struct import *import, enum signal_kind kind, const char *key)
{
	struct signal *signal = &import->signals[import->n_signals++];

	api_change(import->call, signal, kind, key);
	signal->source = "import";
	return signal;
}

static bool
has_room(const struct import *import)
{
	return import->n_signals < import->most;
}

static enum sg_status
list_is_there(struct import *import, const char *name, struct sg_err *err)
{
	struct known_list *known;
	enum sg_status status;

	for (known = import->lists; known; known = known->next)
		if (strcmp(known->name, name) == 0)
			return SG_OK;
	status = api_list_exists(import->call, name, err);
	if (status != SG_OK)
		return status == SG_NONE ? SG_REFUSED : status;
	known = pool_alloc(import->call->pool, sizeof(*known));
	known->name = pool_strdup(import->call->pool, name);
	known->next = import->lists;
	import->lists = known;
	return SG_OK;
}

static enum sg_status
add_one_of(struct import *import, enum import_kind kind, const char *name,
	   const char *key, struct sg_err *err)
{
	enum sg_status status =
		api_check_name(kind == IMPORT_TAGS ? "tag" : "list", name, err);
	struct signal *signal;

	if (status == SG_OK && kind == IMPORT_LISTS)
		status = list_is_there(import, name, err);
	if (status != SG_OK)
		return status;
	if (!has_room(import))
		return err_set(err, SG_REFUSED, "too many tags and lists");
	signal = add(import,
		     kind == IMPORT_TAGS ? SIGNAL_TAG_ADD : SIGNAL_LIST_JOIN,
		     key);
	status = signal_set(signal, kind == IMPORT_TAGS ? "tag" : "list", name,
			    err);
	if (status == SG_OK && kind == IMPORT_LISTS)
		status = signal_set(signal, "how", "import", err);
	return status;
}

/* "a;b" or "a, b" */
static enum sg_status
add_names(struct import *import, enum import_kind kind, const char *cell,
	  const char *key, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	while (*cell && status == SG_OK) {
		size_t len = strcspn(cell, ";,");
		size_t blank = strspn(cell, " ");
		size_t end = len;

		while (end > blank && cell[end - 1] == ' ')
			end--;
		if (end > blank)
			status = add_one_of(import, kind,
					    pool_memdup(import->batch,
							cell + blank,
							end - blank),
					    key, err);
		cell += len;
		if (*cell)
			cell++;
	}
	return status;
}

static enum sg_status
add_score(struct import *import, const struct import_column *column,
	  const char *cell, const char *key, struct sg_err *err)
{
	struct buf text = BUF_INIT;
	struct signal *signal;
	enum sg_status status;
	double points;

	if (!text_to_number(cell, &points))
		return err_set(err, SG_REFUSED,
			       "score:%s: `%s` is not a number", column->name,
			       cell);
	if (fabs(points) > SCORE_POINTS_MOST)
		return err_set(err, SG_REFUSED,
			       "score:%s: %s is more than %.0f", column->name,
			       cell, SCORE_POINTS_MOST);
	signal = add(import,
		     import->set_scores ? SIGNAL_SCORE_SET : SIGNAL_SCORE_ADD,
		     key);
	text_append_number(&text, points);
	status = signal_set(signal, "score", column->name, err);
	if (status == SG_OK)
		status = signal_set(signal, "points",
				    pool_strdup(import->batch, buf_text(&text)),
				    err);
	buf_done(&text);
	return status;
}

static enum sg_status
add_cell(struct import *import, const struct import_column *column,
	 const char *cell, const char *key, struct sg_err *err)
{
	struct signal *signal;
	enum sg_status status;

	if (!*cell || column->kind == IMPORT_EMAIL)
		return SG_OK;
	if (!text_is_utf8(cell, strlen(cell)))
		return err_set(err, SG_REFUSED, "not UTF-8");
	if (!has_room(import))
		return err_set(err, SG_REFUSED, "too many values");
	switch (column->kind) {
	case IMPORT_TAGS:
	case IMPORT_LISTS:
		return add_names(import, column->kind, cell, key, err);
	case IMPORT_SCORE:
		return add_score(import, column, cell, key, err);
	default:
		break;
	}
	signal = add(import, SIGNAL_FIELD_SET, key);
	status = signal_set(signal, "name", column->name, err);
	if (status == SG_OK)
		status = signal_set(signal, "value", cell, err);
	return status;
}

static enum sg_status
row_key(struct import *import, const struct csv_row *row, const char **key_out,
	struct sg_err *err)
{
	struct buf normal = BUF_INIT;
	enum sg_status status = SG_REFUSED;

	if (row->n_cells != import->n_columns)
		return err_set(err, SG_REFUSED,
			       "%zu cells, where the header has %zu",
			       row->n_cells, import->n_columns);
	for (size_t i = 0; i < row->n_cells; i++)
		if (import->columns[i].kind == IMPORT_EMAIL)
			status = record_key_normalise(
				api_module(import->call),
				csv_unguard(row->cells[i]), &normal, err);
	if (status == SG_OK)
		*key_out = pool_strdup(import->batch, buf_text(&normal));
	buf_done(&normal);
	return status;
}

/* New, or there already: in the store or earlier in this batch. */
static enum sg_status
count_record(struct import *import, const char *key, uint64_t record_key,
	     struct sg_err *err)
{
	struct store_record record;
	enum sg_status status;
	bool seen = false;

	for (size_t i = 0; i < import->n_keys && !seen; i++)
		seen = import->keys[i] == record_key;
	import->keys[import->n_keys++] = record_key;
	status = seen ? SG_OK
		      : store_record_find(import->call->store, record_key,
					  import->batch, &record, err);
	if (status != SG_OK && status != SG_NONE)
		return status;
	import->created += status == SG_NONE;
	import->updated += status == SG_OK;
	return SG_OK;
}

static enum sg_status
take_row(struct import *import, const struct csv_row *row, struct sg_err *err)
{
	size_t before = import->n_signals;
	const char *key = "";
	enum sg_status status = row_key(import, row, &key, err);

	if (status != SG_OK)
		return status;
	add(import, SIGNAL_RECORD_CREATE, key);
	for (size_t i = 0; i < row->n_cells && status == SG_OK; i++)
		status = add_cell(import, &import->columns[i],
				  csv_unguard(row->cells[i]), key, err);
	for (size_t i = before; i < import->n_signals && status == SG_OK; i++)
		status = signal_check(&import->signals[i], err);
	if (status == SG_OK)
		status = count_record(import, key,
				      import->signals[before].record_key, err);
	if (status != SG_OK)
		import->n_signals = before; /* all of a line, or nothing */
	return status;
}

/* --- all of it ----------------------------------------------------------- */

static void
note_bad_line(struct import *import, unsigned line, const char *text)
{
	struct json *item;

	if (++import->bad > ERRORS_MOST)
		return;
	item = json_new_object();
	json_add_int(item, "line", line);
	json_add_text(item, "text", text);
	json_push(import->errors, item);
}

static enum sg_status
flush(struct import *import, unsigned line, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	if (import->n_signals > 0 && !import->dry_run)
		status = api_submit(import->call, import->signals,
				    import->n_signals, err);
	import->n_signals = 0;
	import->n_keys = 0;
	pool_clear(import->batch);
	if (status == SG_OK)
		import->applied_to = line;
	else if (import->applied_to > 0)
		err_prefix(err, "the lines up to %u are in, the others not",
			   import->applied_to);
	return status;
}

/* A row of so many cells has at most so many signals. */
static void
begin_batches(struct import *import)
{
	struct pool *pool = import->call->pool;

	import->batch = pool_new();
	import->most = BATCH_SIGNALS + 2 * CSV_CELLS_MOST;
	import->signals =
		pool_alloc(pool, import->most * sizeof(*import->signals));
	import->keys = pool_alloc(pool, import->most * sizeof(*import->keys));
}

static enum sg_status
take_rows(struct import *import, struct csv *csv, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	struct csv_row row;

	while (status == SG_OK) {
		enum sg_status found = csv_next(csv, import->batch, &row, err);

		if (found == SG_NONE)
			break;
		import->lines++;
		if (found == SG_OK)
			found = take_row(import, &row, err);
		if (found == SG_REFUSED)
			note_bad_line(import, row.line, err->text);
		else
			status = found;
		if (status == SG_OK && import->n_signals >= BATCH_SIGNALS)
			status = flush(import, row.line, err);
	}
	return status == SG_OK ? flush(import, csv->line, err) : status;
}

static enum sg_status
read_options(struct import *import, struct sg_err *err)
{
	const char *scores = api_param(import->call, "scores");

	import->dry_run = api_param_yes(import->call, "dry_run");
	import->set_scores = scores && strcmp(scores, "set") == 0;
	if (scores && !import->set_scores && strcmp(scores, "add") != 0)
		return err_set(err, SG_REFUSED,
			       "`scores` is add or set, not `%s`", scores);
	return api_store(import->call, err);
}

enum sg_status
api_import(struct api_call *call, struct sg_err *err)
{
	const struct sg_request *request = &call->request->request;
	struct import *import = pool_alloc(call->pool, sizeof(*import));
	struct json *answer;
	struct csv csv;
	enum sg_status status;

	import->call = call;
	csv_init(&csv, request->body, request->body_len);
	status = read_options(import, err);
	if (status == SG_OK)
		status = read_header(import, &csv, err);
	if (status != SG_OK)
		return status;
	begin_batches(import);
	answer = api_answer(call);
	import->errors = json_new_array();
	json_add(answer, "errors", import->errors);
	status = take_rows(import, &csv, err);
	pool_free(import->batch);
	json_add_int(answer, "lines", import->lines);
	json_add_int(answer, "created", import->created);
	json_add_int(answer, "updated", import->updated);
	json_add_int(answer, "bad_lines", import->bad);
	return status;
}
