/* api_shape.c - see api_shape.h. */
#include "http/api/api_shape.h"

#include <string.h>

enum { DEPTH_MOST = 16 };

struct reading {
	const char *at;
	int depth;
	bool bad;
};

static struct json *read_either(struct reading *reading);

static struct json *
typed(const char *type)
{
	struct json *schema = json_new_object();

	json_add_text(schema, "type", type);
	return schema;
}

static bool
take(struct reading *reading, char c)
{
	if (*reading->at != c)
		return false;
	reading->at++;
	return true;
}

static size_t
word_len(const char *at)
{
	return strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			  "0123456789_-.@");
}

static struct json *
plain(const char *word, size_t len)
{
	static const struct {
		const char *word, *type;
	} all[] = {
		{"text", "string"},   {"int", "integer"}, {"number", "number"},
		{"bool", "boolean"},  {"time", "string"}, {"any", NULL},
		{"object", "object"}, {"null", "null"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct json *schema;

		if (strlen(all[i].word) != len ||
		    memcmp(all[i].word, word, len) != 0)
			continue;
		if (!all[i].type)
			return json_new_object();
		schema = typed(all[i].type);
		if (strcmp(all[i].word, "time") == 0)
			json_add_text(schema, "format", "date-time");
		return schema;
	}
	return NULL;
}

static struct json *
reference(const char *name, size_t len)
{
	struct json *schema;
	struct buf path = BUF_INIT;

	if (!api_shape_find(api_shapes, name, len))
		return NULL;
	schema = json_new_object();
	buf_printf(&path, "#/components/schemas/%.*s", (int)len, name);
	json_add_text(schema, "$ref", buf_text(&path));
	buf_done(&path);
	return schema;
}

static struct json *
read_map(struct reading *reading)
{
	struct json *schema = typed("object");

	json_add(schema, "additionalProperties", read_either(reading));
	reading->bad |= !take(reading, ')');
	return schema;
}

static struct json *
read_word(struct reading *reading)
{
	size_t len = word_len(reading->at);
	const char *word = reading->at;
	struct json *schema;

	reading->at += len;
	if (len == 3 && memcmp(word, "map", 3) == 0 && take(reading, '('))
		return read_map(reading);
	schema = plain(word, len);
	if (!schema)
		schema = reference(word, len);
	if (schema)
		return schema;
	reading->bad = true;
	return json_new_object();
}

static struct json *
read_literal(struct reading *reading)
{
	struct json *schema = json_new_object();
	const char *end = strchr(reading->at, '\'');
	struct buf text = BUF_INIT;

	if (!end) {
		reading->bad = true;
		return schema;
	}
	buf_append(&text, reading->at, (size_t)(end - reading->at));
	json_add_text(schema, "const", buf_text(&text));
	buf_done(&text);
	reading->at = end + 1;
	return schema;
}

static void
read_member(struct reading *reading, struct json *properties,
	    struct json *required)
{
	struct buf name = BUF_INIT;
	size_t len = word_len(reading->at);
	bool optional;

	buf_append(&name, reading->at, len);
	reading->at += len;
	optional = take(reading, '?');
	reading->bad |= len == 0 || !take(reading, ':');
	json_add(properties, buf_text(&name), read_either(reading));
	if (!optional)
		json_push(required, json_text(buf_text(&name)));
	buf_done(&name);
}

static struct json *
read_members(struct reading *reading)
{
	struct json *schema = typed("object");
	struct json *properties = json_new_object();
	struct json *required = json_new_array();

	json_add(schema, "properties", properties);
	json_add(schema, "required", required);
	while (!reading->bad && !take(reading, '}')) {
		if (strncmp(reading->at, "...", 3) == 0) {
			reading->at += 3;
			json_add_bool(schema, "additionalProperties", true);
		} else {
			read_member(reading, properties, required);
		}
		while (take(reading, ' '))
			;
	}
	return schema;
}

/* What `*` stands for. */
static struct json *
page_of(struct json *item)
{
	struct reading next = {.at = "text|null"}, warnings = {.at = "text[]"};
	struct json *schema = typed("object");
	struct json *properties = json_new_object();
	struct json *items = typed("array");
	struct json *required = json_new_array();

	json_add(items, "items", item);
	json_add(properties, "items", items);
	json_add(properties, "next", read_either(&next));
	json_add(properties, "warnings", read_either(&warnings));
	json_add(schema, "properties", properties);
	json_push(required, json_text("items"));
	json_push(required, json_text("next"));
	json_add(schema, "required", required);
	return schema;
}

static struct json *
read_one(struct reading *reading)
{
	struct json *schema, *array;

	if (take(reading, '{'))
		schema = read_members(reading);
	else if (take(reading, '\''))
		schema = read_literal(reading);
	else
		schema = read_word(reading);
	for (;;) {
		if (take(reading, '*')) {
			schema = page_of(schema);
		} else if (strncmp(reading->at, "[]", 2) == 0) {
			reading->at += 2;
			array = typed("array");
			json_add(array, "items", schema);
			schema = array;
		} else {
			return schema;
		}
	}
}

static struct json *
read_either(struct reading *reading)
{
	struct json *schema, *either, *array;

	if (++reading->depth > DEPTH_MOST)
		reading->bad = true;
	schema = reading->bad ? json_new_object() : read_one(reading);
	if (*reading->at == '|') {
		either = json_new_object();
		array = json_new_array();
		json_push(array, schema);
		while (!reading->bad && take(reading, '|'))
			json_push(array, read_one(reading));
		json_add(either, "anyOf", array);
		schema = either;
	}
	reading->depth--;
	return schema;
}

struct json *
api_shape_schema(const char *shape)
{
	struct reading reading = {.at = shape};
	struct json *schema = read_either(&reading);

	if (!reading.bad && !*reading.at)
		return schema;
	json_free(schema);
	return NULL;
}

const struct api_shape *
api_shape_find(const struct api_shape *all, const char *name, size_t len)
{
	for (; all->name; all++)
		if (strlen(all->name) == len &&
		    memcmp(all->name, name, len) == 0)
			return all;
	return NULL;
}

bool
api_shape_has_word(const char *words, const char *name)
{
	size_t len = strlen(name);

	while (words && *words) {
		size_t word = strcspn(words, " ");

		if (word == len && memcmp(words, name, len) == 0)
			return true;
		words += word;
		words += strspn(words, " ");
	}
	return false;
}
