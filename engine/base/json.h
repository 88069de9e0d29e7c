/*
 * json.h - the only door to json-c. Values are reference trees owned by their
 * root; json_free() frees the root. Parsing is bounded: depth 32, `len` bytes
 * as given by the caller; duplicate keys: the last wins.
 */
#ifndef ENGINE_BASE_JSON_H
#define ENGINE_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct json; /* opaque; is a json-c object */

/* SG_REFUSED with the byte offset and what was expected. */
enum sg_status json_parse(const char *text, size_t len, struct json **json_out,
			  struct sg_err *err) MUST_CHECK;
void json_free(struct json *json);

struct json *json_new_object(void);
struct json *json_new_array(void);
/* The container takes the value. */
void json_add(struct json *object, const char *name, struct json *value);
void json_push(struct json *array, struct json *value);
void json_add_text(struct json *object, const char *name, const char *text);
/* Of whatever charset: what is no UTF-8 is replaced (text_append_clean()). */
void json_add_clean(struct json *object, const char *name, const char *text);
void json_add_number(struct json *object, const char *name, double number);
void json_add_int(struct json *object, const char *name, int64_t number);
void json_add_bool(struct json *object, const char *name, bool yes);
void json_add_null(struct json *object, const char *name);
void json_add_time(struct json *object, const char *name, int64_t at); /* ISO */
struct json *json_text(const char *text);    /* new string value */
struct json *json_share(struct json *value); /* for one more container */
struct json *json_number(double number);

/* Borrowed; NULL when absent, JSON null or of another type. */
struct json *json_get(const struct json *object, const char *name);
const char *json_get_text(const struct json *object, const char *name);
bool json_get_number(const struct json *object, const char *name, double *out);
bool json_get_int(const struct json *object, const char *name, int64_t *out);
bool json_get_bool(const struct json *object, const char *name, bool *out);
/* RFC 6901. NULL when it leads nowhere. */
struct json *json_pointer(const struct json *json, const char *pointer);

/* Is there a member of that name, be it null? */
bool json_has(const struct json *object, const char *name);
bool json_is_object(const struct json *json);
bool json_is_array(const struct json *json);
bool json_is_text(const struct json *json);
size_t json_count(const struct json *array); /* also members of an object */
struct json *json_at(const struct json *array, size_t i);
/* A scalar as text ("true", "12.5", "abc"), appended; false: not a scalar. */
bool json_scalar(const struct json *json, struct buf *to);
/* Each member in turn; stops when fn returns false. */
void json_each(const struct json *object,
	       bool (*fn)(void *arg, const char *name, struct json *value),
	       void *arg);

/* The members of the one become members of the other, which shares them. */
void json_add_members(struct json *object, const struct json *of);

void json_write(const struct json *json, struct buf *to); /* one line */
void json_write_pretty(const struct json *json, struct buf *to);

#endif
