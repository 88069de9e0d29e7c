/*
 * import_json.c - a line of NDJSON as values in columns. What an export
 * writes, as it is ("field.city", "score:lead", "tags": [ ]); and the API's
 * own form, with `fields`, `scores` and `properties` as objects.
 */
#include <string.h>

#include "http/api/import_lines.h"

struct reading {
	struct import_lines *lines;
	struct import_row *row;
	const char *prefix; /* of the object the members are in */
	enum sg_status status;
	struct sg_err *err;
};

static enum sg_status
add_text(struct reading *reading, const char *title, const char *text,
	 bool whole)
{
	struct import_row *row = reading->row;
	struct import_value *value = &row->values[row->n];
	struct import_lines *lines = reading->lines;
	enum sg_status status;

	if (row->n == CSV_CELLS_MOST)
		return err_set(reading->err, SG_REFUSED, "more than %d values",
			       CSV_CELLS_MOST);
	lines->column = pool_strdup(lines->pool, title);
	status = import_columns_find(&lines->columns, title, &value->column,
				     reading->err);
	if (status != SG_OK)
		return status;
	value->text = pool_strdup(lines->pool, text);
	value->whole = whole;
	row->n++;
	return SG_OK;
}

static enum sg_status
refuse(struct reading *reading, const char *title, const char *expected)
{
	reading->lines->column = pool_strdup(reading->lines->pool, title);
	return err_set(reading->err, SG_REFUSED, "`%s`: expected %s", title,
		       expected);
}

/* Each name on its own: one may have a comma. */
static enum sg_status
add_array(struct reading *reading, const char *title, const struct json *array)
{
	struct buf text = BUF_INIT;
	enum sg_status status = SG_OK;

	for (size_t i = 0; i < json_count(array) && status == SG_OK; i++) {
		buf_reset(&text);
		status = json_scalar(json_at(array, i), &text)
				 ? add_text(reading, title, buf_text(&text),
					    true)
				 : refuse(reading, title, "texts in the array");
	}
	buf_done(&text);
	return status;
}

static bool add_member(void *arg, const char *name, struct json *value);

/* What the members of an object of that name are called before; NULL: it is no
 * such object. */
static const char *
prefix_of(const struct reading *reading, const char *name)
{
	static const struct {
		const char *name, *prefix;
		bool signals;
	} objects[] = {{"fields", "field.", false},
		       {"scores", "score:", false},
		       {"properties", "property.", true}};

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (!*reading->prefix && strcmp(objects[i].name, name) == 0 &&
		    objects[i].signals == reading->lines->settings->signals)
			return objects[i].prefix;
	return NULL;
}

static enum sg_status
add_object(struct reading *reading, const char *name, const struct json *object)
{
	struct reading inner = *reading;

	inner.prefix = prefix_of(reading, name);
	if (!inner.prefix)
		return refuse(reading, name, "a text, a number, true or false");
	json_each(object, add_member, &inner);
	return inner.status;
}

static bool
add_member(void *arg, const char *name, struct json *value)
{
	struct reading *reading = arg;
	struct buf text = BUF_INIT, title = BUF_INIT;

	buf_append_text(&title, reading->prefix);
	buf_append_text(&title, name);
	if (!value) /* null leaves alone what is there */
		reading->status = SG_OK;
	else if (json_is_object(value))
		reading->status = add_object(reading, name, value);
	else if (prefix_of(reading, name))
		reading->status = refuse(reading, name, "an object");
	else if (json_is_array(value))
		reading->status = add_array(reading, buf_text(&title), value);
	else if (json_scalar(value, &text))
		reading->status = add_text(reading, buf_text(&title),
					   buf_text(&text), false);
	buf_done(&title);
	buf_done(&text);
	return reading->status == SG_OK;
}

enum sg_status
import_json_row(struct import_lines *lines, const struct json *object,
		struct import_row *row_out, struct sg_err *err)
{
	struct reading reading = {lines, row_out, "", SG_OK, err};

	row_out->n = 0;
	json_each(object, add_member, &reading);
	if (reading.status == SG_OK)
		lines->column = "";
	return reading.status;
}
