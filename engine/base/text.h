/*
 * text.h - Unicode and number text; the only door to libunistring. Pure, any
 * thread. Numbers are always in the C locale.
 */
#ifndef ENGINE_BASE_TEXT_H
#define ENGINE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

bool text_is_utf8(const char *text, size_t len);
/* The text with each byte that is not UTF-8 replaced by U+FFFD. */
void text_append_clean(struct buf *to, const char *text, size_t len);
/* Full Unicode case folding, appended; invalid bytes are kept as they are. */
void text_fold(struct buf *to, const char *text);
/* Without regard to case (Unicode); <0, 0, >0. */
int text_compare_fold(const char *a, const char *b);
bool text_equal_fold(const char *a, const char *b);
bool text_contains_fold(const char *text, const char *part);
/* `*` any run, `?` one character, `\` takes the next literally; case folded,
 * linear time (no backtracking blow-up). */
bool text_glob_fold(const char *glob, const char *text);
/* ASCII only: header names, keywords. */
bool text_equal_ascii(const char *a, const char *b);
bool text_starts_ascii(const char *text, const char *prefix);
/* Columns on a terminal: 2 for wide characters, 0 for combining ones. */
size_t text_width(const char *text);
/* Bytes from the front that take at most so many columns. */
size_t text_fit(const char *text, size_t columns);
/* Appended with everything that could steer a terminal as `?`: control
 * characters and those that turn the direction of writing. */
void text_append_harmless(struct buf *to, const char *text);
/* The whole text is one finite decimal number ("-1.5e3", surrounding blanks
 * allowed; no hex, no inf, no nan). */
bool text_to_number(const char *text, double *number_out);
bool text_to_int(const char *text, long long *number_out);
/* Shortest form that reads back the same; "0", "18.585", "-12". */
void text_append_number(struct buf *to, double number);
/* Rounded half away from zero, for people: 99.5 -> "100", -0.4 -> "0". */
void text_append_rounded(struct buf *to, double number);

/* RFC 9110 §5.6.2: is it one of a token's characters, as in a header's name?
 * Asked of each byte that comes. */
static inline bool
text_is_token_char(char c)
{
	/* One bit for each of the first 128 characters. */
	static const uint32_t token[4] = {0, 0x03ff6cfa, 0xc7fffffe,
					  0x57ffffff};
	unsigned char at = (unsigned char)c;

	return at < 128 && token[at / 32] >> at % 32 & 1;
}

#endif
