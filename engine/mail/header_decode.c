/*
 * header_decode.c - RFC 2047 encoded words to UTF-8, by GMime, which copes
 * with what mail really contains (raw 8-bit, split multi-byte characters).
 */
#include "mail/header.h"

#include <gmime/gmime.h>

/* A subject longer than this is cut: nobody reads it. */
enum { DECODE_MOST = 4096 };

/* Nothing to decode: most of what is asked for. */
static bool
is_plain(const char *text)
{
	for (const char *c = text; *c; c++)
		if (*c < ' ' || *c >= 0x7f || (*c == '=' && c[1] == '?'))
			return false;
	return true;
}

const char *
header_decode(struct pool *pool, const char *value)
{
	const char *text;
	char *cut, *decoded, *valid, *c;

	if (!value)
		return NULL;
	text = header_unfold(pool, value);
	cut = pool_memdup(pool, text, strnlen(text, DECODE_MOST));
	if (is_plain(cut))
		return cut;
	decoded = g_mime_utils_header_decode_text(NULL, cut);
	valid = g_utf8_make_valid(decoded ? decoded : cut, -1);
	for (c = valid; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	}
	text = pool_strdup(pool, valid);
	g_free(valid);
	g_free(decoded);
	return text;
}
