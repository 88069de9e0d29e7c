/*
 * template_mime.h - header fields of a part whose author wrote signs outside
 * ASCII into them: a file name as an RFC 2231 parameter, other text as RFC 2047
 * words. Pure, any thread.
 */
#ifndef ENGINE_BROADCAST_TEMPLATE_MIME_H
#define ENGINE_BROADCAST_TEMPLATE_MIME_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/pool.h"

bool template_is_ascii(const char *bytes, size_t len);
/* A block of fields, folded or not, perhaps with the empty line at its end;
 * those in ASCII stay byte for byte. UTF-8, or else taken for Latin-1. */
void template_write_mime_fields(struct buf *to, const char *block, size_t len);
/* The value of one field, without the line end after it. */
const char *template_mime_value(struct pool *pool, const char *name,
				const char *value);

#endif
