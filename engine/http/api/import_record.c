/* import_record.c - a line that is a record: its fields, tags, lists, points.
 * An empty cell leaves alone what is there. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "http/api/import_lines.h"
#include "signal/consent.h"

/* A change of the line's record, made now. */
static void
begin(const struct import_lines *lines, const struct signal *whose,
      enum signal_kind kind, struct signal *signal)
{
	api_change(lines->call, signal, kind, whose->key);
	signal->module = whose->module;
	signal->record_key = whose->record_key;
	signal->source = "import";
}

static enum sg_status
add_one_of(struct import_lines *lines, enum import_kind kind, const char *name,
	   const struct signal *whose, struct sg_err *err)
{
	bool tag = kind == IMPORT_TAGS;
	enum sg_status status = api_check_name(tag ? "tag" : "list", name, err);
	struct signal signal;

	if (status == SG_OK && !tag)
		status = import_list_exists(lines, name, err);
	if (status != SG_OK)
		return status;
	begin(lines, whose, tag ? SIGNAL_TAG_ADD : SIGNAL_LIST_JOIN, &signal);
	status = signal_set(&signal, tag ? "tag" : "list", name, err);
	if (status == SG_OK && !tag)
		status = signal_set(&signal, "how", "import", err);
	return status == SG_OK ? import_add(lines, &signal, err) : status;
}

/* "a;b" or "a, b" */
static enum sg_status
add_names(struct import_lines *lines, enum import_kind kind, const char *cell,
	  const struct signal *whose, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	while (*cell && status == SG_OK) {
		size_t len = strcspn(cell, ";,");
		size_t blank = strspn(cell, " ");
		size_t end = len;

		while (end > blank && cell[end - 1] == ' ')
			end--;
		if (end > blank)
			status = add_one_of(lines, kind,
					    pool_memdup(lines->pool,
							cell + blank,
							end - blank),
					    whose, err);
		cell += len;
		if (*cell)
			cell++;
	}
	return status;
}

static enum sg_status
add_score(struct import_lines *lines, const struct import_column *column,
	  const char *cell, const struct signal *whose, struct sg_err *err)
{
	struct buf text = BUF_INIT;
	struct signal signal;
	enum sg_status status;
	double points;

	if (!text_to_number(cell, &points))
		return err_set(err, SG_REFUSED,
			       "`%s` is not a number; expected points, as "
			       "12.5",
			       cell);
	if (fabs(points) > SCORE_POINTS_MOST)
		return err_set(err, SG_REFUSED,
			       "%s is more than " SCORE_POINTS_MOST_TEXT, cell);
	begin(lines, whose,
	      lines->settings->set_scores ? SIGNAL_SCORE_SET : SIGNAL_SCORE_ADD,
	      &signal);
	text_append_number(&text, points);
	status = signal_set(&signal, "score", column->name, err);
	if (status == SG_OK)
		status = signal_set(&signal, "points", buf_text(&text), err);
	if (status == SG_OK)
		status = import_add(lines, &signal, err);
	buf_done(&text);
	return status;
}

static enum sg_status
add_field(struct import_lines *lines, const struct import_column *column,
	  const char *cell, const struct signal *whose, struct sg_err *err)
{
	struct signal signal;
	const char *normal;
	enum sg_status status = api_field_value(
		lines->call, whose, column->name, cell, &normal, err);

	if (status == SG_OK)
		status = import_unique_claim(lines->unique, whose, column->name,
					     normal, err);
	begin(lines, whose, SIGNAL_FIELD_SET, &signal);
	if (status == SG_OK)
		status = signal_set(&signal, "name", column->name, err);
	if (status == SG_OK)
		status = signal_set(&signal, "value", normal, err);
	return status == SG_OK ? import_add(lines, &signal, err) : status;
}

/* "ACME", or several as "a;b" where a record may have several. */
static enum sg_status
add_links(struct import_lines *lines, const struct import_column *column,
	  const char *cell, const struct signal *whose, struct sg_err *err)
{
	struct api_link link = {.module = *whose->module ? whose->module
							 : "contact",
				.key = whose->key,
				.relation = column->name};
	enum sg_status status = SG_OK;

	while (*cell && status == SG_OK) {
		size_t len = strcspn(cell, ";");
		struct signal signal;

		link.to_key = pool_memdup(lines->pool, cell, len);
		begin(lines, whose, SIGNAL_LINK, &signal);
		status = api_link_fill(lines->call, &signal, &link, err);
		if (status == SG_OK)
			status = import_add(lines, &signal, err);
		cell += len + (cell[len] == ';');
	}
	return status;
}

static enum sg_status
add_consent(struct import_lines *lines, const struct import_column *column,
	    const char *cell, const struct signal *whose, struct sg_err *err)
{
	struct signal signal;
	enum sg_status status;

	begin(lines, whose, SIGNAL_CONSENT, &signal);
	status = consent_fill(&signal, column->name, cell, "import", NULL, err);
	signal.source = "import";
	return status == SG_OK ? import_add(lines, &signal, err) : status;
}

static enum sg_status
add_value(struct import_lines *lines, const struct import_value *value,
	  const struct signal *whose, struct sg_err *err)
{
	const struct import_column *column = value->column;

	lines->column = column->title;
	if (!*value->text)
		return SG_OK;
	switch (column->kind) {
	case IMPORT_TAGS:
	case IMPORT_LISTS:
		if (value->whole)
			return add_one_of(lines, column->kind, value->text,
					  whose, err);
		return add_names(lines, column->kind, value->text, whose, err);
	case IMPORT_SCORE:
		return add_score(lines, column, value->text, whose, err);
	case IMPORT_CONSENT:
		return add_consent(lines, column, value->text, whose, err);
	case IMPORT_FIELD:
		return add_field(lines, column, value->text, whose, err);
	case IMPORT_LINK:
		return add_links(lines, column, value->text, whose, err);
	default:
		return SG_OK;
	}
}

/* First sight, as of `created` when the line says it. */
static enum sg_status
add_creation(struct import_lines *lines, const struct import_row *row,
	     const struct signal *whose, struct sg_err *err)
{
	struct signal signal;
	enum sg_status status = SG_OK;
	int64_t at;

	begin(lines, whose, SIGNAL_RECORD_CREATE, &signal);
	for (size_t i = 0; i < row->n && status == SG_OK; i++) {
		const struct import_value *value = &row->values[i];

		if (value->column->kind != IMPORT_CREATED || !*value->text)
			continue;
		lines->column = value->column->title;
		status = clock_parse(value->text,
				     lines->call->api->options.timezone, &at,
				     err);
		if (status == SG_OK && at < signal.happened_at)
			signal.happened_at = at;
	}
	return status == SG_OK ? import_add(lines, &signal, err) : status;
}

enum sg_status
import_record_row(struct import_lines *lines, const struct import_row *row,
		  struct sg_err *err)
{
	struct signal whose = {.key = ""};
	enum sg_status status = import_subject(lines, row, &whose, err);

	if (status == SG_OK)
		status = add_creation(lines, row, &whose, err);
	for (size_t i = 0; i < row->n && status == SG_OK; i++)
		status = add_value(lines, &row->values[i], &whose, err);
	return status;
}
