/*
 * record_ref.h - naming a record by the value of a unique field instead of its
 * key: `match = field.phone`, an id of another system. It travels in a
 * signal's `key`, and cannot be taken for one: keys have no control
 * characters. Pure, any thread.
 */
#ifndef ENGINE_SIGNAL_RECORD_REF_H
#define ENGINE_SIGNAL_RECORD_REF_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

enum { RECORD_REF_NAME_SIZE = 65 };

/* The value is brought into the field's normal form. SG_REFUSED: the field is
 * not unique, or the value is none of its type, empty or too long. */
enum sg_status record_ref_write(const char *field, const char *value,
				struct buf *out, struct sg_err *err) MUST_CHECK;
/* false: it is a key. value_out points into it. */
bool record_ref_read(const char *key, char field_out[RECORD_REF_NAME_SIZE],
		     const char **value_out);
/* For people: "field.phone=+493012345"; a key as it is. */
void record_ref_show(const char *key, struct buf *out);

#endif
