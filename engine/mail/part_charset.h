/*
 * part_charset.h - whether the bytes of a text can be read as ASCII where they
 * look like it, so that markup can be found and replaced. Pure, any thread.
 */
#ifndef ENGINE_MAIL_PART_CHARSET_H
#define ENGINE_MAIL_PART_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

/* By its name, lower case, "" = none said. UTF-16, UTF-32, UTF-7, ISO-2022-*,
 * HZ, Johab and EBCDIC are not. */
bool part_charset_has_ascii(const char *charset);
/* Bytes over 127 are UTF-8, or nothing is said of them. */
bool part_charset_is_utf8(const char *charset);
/* By the bytes, whatever the header says: no escape, no UTF-16. */
bool part_text_has_ascii(const char *text, size_t len);

#endif
