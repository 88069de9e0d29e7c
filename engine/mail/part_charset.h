/*
 * part_charset.h - whether the bytes of a text can be read as ASCII where they
 * look like it, so that markup can be found and replaced; and reading them.
 * Pure, any thread.
 */
#ifndef ENGINE_MAIL_PART_CHARSET_H
#define ENGINE_MAIL_PART_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* By its name, lower case, "" = none said. UTF-16, UTF-32, UTF-7, ISO-2022-*,
 * HZ, Johab and EBCDIC are not. */
bool part_charset_has_ascii(const char *charset);
/* Bytes over 127 are UTF-8, or nothing is said of them. */
bool part_charset_is_utf8(const char *charset);
/* By the bytes, whatever the header says: no escape, no UTF-16. */
bool part_text_has_ascii(const char *text, size_t len);
/* Appended, as UTF-8; "" is UTF-8. SG_REFUSED: not in that charset, or nobody
 * knows it. */
enum sg_status part_charset_to_utf8(const char *charset, const char *bytes,
				    size_t len, struct buf *to) MUST_CHECK;

#endif
