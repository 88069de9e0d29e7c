/*
 * api_shape.h - what a body looks like, written short, and as JSON Schema.
 * The table of resources and that of the named shapes are written so:
 *
 *   text int number bool time any object null   the plain ones
 *   'add'                                       this text
 *   a|b                                         either
 *   a[]                                         an array of a
 *   {name:text age?:int}                        members; ? may be absent
 *   {name:text ...}                             and others
 *   map(a)                                      any members, each an a
 *   Contact                                     a named shape
 *   a*                                          a page: {items:a[] next}
 */
#ifndef ENGINE_HTTP_API_API_SHAPE_H
#define ENGINE_HTTP_API_API_SHAPE_H

#include <stdbool.h>

#include "base/json.h"

/* A named shape, or a parameter of queries: there `shape` is its type. */
struct api_shape {
	const char *name, *shape, *summary;
};

/* api_shapes.c; both end with {0}. */
extern const struct api_shape api_shapes[];
extern const struct api_shape api_params[];
const struct api_shape *api_shape_find(const struct api_shape *all,
				       const char *name, size_t len);

/* The schema of a shape; NULL: it is not written as it should be. */
struct json *api_shape_schema(const char *shape);
/* Is `name` one of these words, which a blank separates? */
bool api_shape_has_word(const char *words, const char *name);

#endif
