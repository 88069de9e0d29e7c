/* json.c - see json.h. A struct json is a json-c object under another name. */
#include "base/json.h"

#include <assert.h>
#include <json-c/json.h>
#include <json-c/json_visit.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { DEPTH_MOST = 32 };

static struct json_object *
object_of(const struct json *json)
{
	return (struct json_object *)(uintptr_t)json;
}

static struct json *
json_of(struct json_object *object)
{
	return (struct json *)object;
}

/* Nothing that cannot be written again or would be cut: NaN, Infinity and
 * strings with a NUL. json-c takes them. */
static int
refuse_odd(json_object *object, int flags, json_object *parent,
	   const char *name, size_t *index, void *arg)
{
	bool *odd = arg;

	switch (json_object_get_type(object)) {
	case json_type_double:
		*odd = !isfinite(json_object_get_double(object));
		break;
	case json_type_string:
		*odd = strlen(json_object_get_string(object)) !=
		       (size_t)json_object_get_string_len(object);
		break;
	default:
		break;
	}
	return *odd ? JSON_C_VISIT_RETURN_STOP : JSON_C_VISIT_RETURN_CONTINUE;
}

static const char *
reason_of(enum json_tokener_error code)
{
	switch (code) {
	case json_tokener_continue:
		return "it ends too early";
	case json_tokener_error_depth:
		return "nested too deep";
	case json_tokener_error_parse_unexpected:
		return "unexpected character";
	default:
		return json_tokener_error_desc(code);
	}
}

enum sg_status
json_parse(const char *text, size_t len, struct json **json_out,
	   struct sg_err *err)
{
	struct json_tokener *tokener;
	struct json_object *object;
	enum json_tokener_error code;
	size_t end;
	bool odd = false;

	if (len > INT32_MAX - 1)
		return err_set(err, SG_REFUSED, "too much JSON");
	if (memchr(text, '\0', len)) /* where json-c would stop reading */
		return err_set(err, SG_REFUSED, "not JSON: it holds a NUL");
	tokener = json_tokener_new_ex(DEPTH_MOST);
	if (!tokener)
		return err_set(err, SG_FAILED, "out of memory for JSON");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
						JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, (int)len);
	code = json_tokener_get_error(tokener);
	if (code == json_tokener_continue) {
		/* A bare number or word ends only with what follows it. */
		object = json_tokener_parse_ex(tokener, " ", 1);
		if (json_tokener_get_error(tokener) == json_tokener_success)
			code = json_tokener_success;
		end = len;
	} else {
		end = json_tokener_get_parse_end(tokener);
	}
	json_tokener_free(tokener);
	if (code == json_tokener_success)
		for (; end < len; end++)
			if (!strchr(" \t\r\n", text[end]) || !text[end]) {
				code = json_tokener_error_parse_unexpected;
				break;
			}
	if (code == json_tokener_success && object)
		json_c_visit(object, 0, refuse_odd, &odd);
	if (code == json_tokener_success && !odd && object) {
		*json_out = json_of(object);
		return SG_OK;
	}
	json_object_put(object);
	if (odd)
		return err_set(err, SG_REFUSED,
			       "not JSON we take: a number "
			       "that is not finite or a NUL in a string");
	if (code == json_tokener_success)
		return err_set(err, SG_REFUSED, "not JSON we take: only null");
	return err_set(err, SG_REFUSED, "not JSON, at byte %zu: %s", end,
		       reason_of(code));
}

void
json_free(struct json *json)
{
	if (json)
		json_object_put(object_of(json));
}

/* Out of memory ends the process, as in a pool. */
static struct json *
must(struct json_object *object)
{
	if (!object)
		abort();
	return json_of(object);
}

struct json *
json_new_object(void)
{
	return must(json_object_new_object());
}

struct json *
json_new_array(void)
{
	return must(json_object_new_array());
}

struct json *
json_text(const char *text)
{
	size_t len = strlen(text);
	struct buf clean = BUF_INIT;
	struct json *json;

	if (text_is_utf8(text, len))
		return must(json_object_new_string_len(text, (int)len));
	text_append_clean(&clean, text, len);
	json = must(json_object_new_string(buf_text(&clean)));
	buf_done(&clean);
	return json;
}

struct json *
json_number(double number)
{
	struct buf text = BUF_INIT;
	struct json *json;

	assert(isfinite(number));
	text_append_number(&text, number);
	json = must(json_object_new_double_s(number, buf_text(&text)));
	buf_done(&text);
	return json;
}

void
json_add(struct json *object, const char *name, struct json *value)
{
	int failed = json_object_object_add(object_of(object), name,
					    object_of(value));

	assert(!failed);
	(void)failed;
}

bool
json_has(const struct json *object, const char *name)
{
	return json_is_object(object) &&
	       json_object_object_get_ex(object_of(object), name, NULL);
}

struct json *
json_share(struct json *value)
{
	return json_of(json_object_get(object_of(value)));
}

void
json_push(struct json *array, struct json *value)
{
	int failed = json_object_array_add(object_of(array), object_of(value));

	assert(!failed);
	(void)failed;
}

void
json_add_text(struct json *object, const char *name, const char *text)
{
	json_add(object, name, json_text(text));
}

void
json_add_clean(struct json *object, const char *name, const char *text)
{
	struct buf clean = BUF_INIT;

	text_append_clean(&clean, text, strlen(text));
	json_add_text(object, name, buf_text(&clean));
	buf_done(&clean);
}

void
json_add_number(struct json *object, const char *name, double number)
{
	json_add(object, name, json_number(number));
}

void
json_add_int(struct json *object, const char *name, int64_t number)
{
	json_add(object, name, must(json_object_new_int64(number)));
}

void
json_add_bool(struct json *object, const char *name, bool yes)
{
	json_add(object, name, must(json_object_new_boolean(yes)));
}

void
json_add_null(struct json *object, const char *name)
{
	json_add(object, name, NULL);
}

void
json_add_time(struct json *object, const char *name, int64_t at)
{
	char text[CLOCK_TEXT_SIZE];

	json_add_text(object, name, clock_format(at, text));
}

struct json *
json_get(const struct json *object, const char *name)
{
	struct json_object *value = NULL;

	if (!json_is_object(object))
		return NULL;
	json_object_object_get_ex(object_of(object), name, &value);
	return json_of(value);
}

const char *
json_get_text(const struct json *object, const char *name)
{
	const struct json *value = json_get(object, name);

	return json_is_text(value) ? json_object_get_string(object_of(value))
				   : NULL;
}

bool
json_get_number(const struct json *object, const char *name, double *out)
{
	const struct json *value = json_get(object, name);

	if (!json_object_is_type(object_of(value), json_type_double) &&
	    !json_object_is_type(object_of(value), json_type_int))
		return false;
	*out = json_object_get_double(object_of(value));
	return true;
}

bool
json_get_int(const struct json *object, const char *name, int64_t *out)
{
	const struct json *value = json_get(object, name);
	double number;

	if (json_object_is_type(object_of(value), json_type_int)) {
		*out = json_object_get_int64(object_of(value));
		return true;
	}
	if (!json_get_number(object, name, &number) ||
	    number != floor(number) || fabs(number) > 9007199254740992.0)
		return false;
	*out = (int64_t)number;
	return true;
}

bool
json_get_bool(const struct json *object, const char *name, bool *out)
{
	const struct json *value = json_get(object, name);

	if (!json_object_is_type(object_of(value), json_type_boolean))
		return false;
	*out = json_object_get_boolean(object_of(value));
	return true;
}

struct json *
json_pointer(const struct json *json, const char *pointer)
{
	struct json_object *found = NULL;

	if (json_pointer_get(object_of(json), pointer, &found) != 0)
		return NULL;
	return json_of(found);
}

bool
json_is_object(const struct json *json)
{
	return json_object_is_type(object_of(json), json_type_object);
}

bool
json_is_array(const struct json *json)
{
	return json_object_is_type(object_of(json), json_type_array);
}

bool
json_is_text(const struct json *json)
{
	return json_object_is_type(object_of(json), json_type_string);
}

size_t
json_count(const struct json *array)
{
	if (json_is_array(array))
		return json_object_array_length(object_of(array));
	return json_is_object(array)
		       ? (size_t)json_object_object_length(object_of(array))
		       : 0;
}

struct json *
json_at(const struct json *array, size_t i)
{
	return json_is_array(array)
		       ? json_of(json_object_array_get_idx(object_of(array), i))
		       : NULL;
}

bool
json_scalar(const struct json *json, struct buf *to)
{
	struct json_object *object = object_of(json);

	switch (json_object_get_type(object)) {
	case json_type_boolean:
		buf_append_text(to, json_object_get_boolean(object) ? "true"
								    : "false");
		return true;
	case json_type_double:
		text_append_number(to, json_object_get_double(object));
		return true;
	case json_type_int:
	case json_type_string:
		buf_append_text(to, json_object_get_string(object));
		return true;
	default:
		return false;
	}
}

void
json_each(const struct json *object,
	  bool (*fn)(void *arg, const char *name, struct json *value),
	  void *arg)
{
	if (!json_is_object(object))
		return;
	json_object_object_foreach(
		object_of(object), name,
		value) if (!fn(arg, name, json_of(value))) return;
}

static bool
share(void *to, const char *name, struct json *value)
{
	json_object_get(object_of(value));
	json_add(to, name, value);
	return true;
}

void
json_add_members(struct json *object, const struct json *of)
{
	json_each(of, share, object);
}

static void
write_with(const struct json *json, int flags, struct buf *to)
{
	size_t len = 0;
	const char *text = json_object_to_json_string_length(
		object_of(json), flags | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	if (!text)
		to->failed = true;
	else
		buf_append(to, text, len);
}

void
json_write(const struct json *json, struct buf *to)
{
	write_with(json, JSON_C_TO_STRING_PLAIN, to);
}

void
json_write_pretty(const struct json *json, struct buf *to)
{
	write_with(json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED, to);
}
