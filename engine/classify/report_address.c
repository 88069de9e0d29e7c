/* report_address.c - typed addresses of reports. See report.h. */
#include <string.h>
#include <strings.h>

#include "classify/report.h"
#include "mail/address.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t
put_utf8(char *to, unsigned long code)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		to[0] = (char)(0xe0 | code >> 12);
		to[1] = (char)(0x80 | (code >> 6 & 0x3f));
		to[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | code >> 18);
	to[1] = (char)(0x80 | (code >> 12 & 0x3f));
	to[2] = (char)(0x80 | (code >> 6 & 0x3f));
	to[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* "\x{E9}" (RFC 6533 §3) to UTF-8. The result is never longer. */
static const char *
decode_utf8_type(struct pool *pool, const char *text)
{
	char *out = pool_strdup(pool, text);
	size_t n = 0, i;
	unsigned long code;

	while (*text) {
		if (strncmp(text, "\\x{", 3) != 0) {
			out[n++] = *text++;
			continue;
		}
		code = 0;
		for (i = 3; i < 9 && hex_value(text[i]) >= 0; i++)
			code = code * 16 + (unsigned long)hex_value(text[i]);
		if (text[i] != '}' || i == 3 || code > 0x10ffff ||
		    code < 0x20) {
			out[n++] = *text++;
			continue;
		}
		n += put_utf8(out + n, code);
		text += i + 1;
	}
	out[n] = '\0';
	return out;
}

const char *
report_address(struct pool *pool, const char *value)
{
	const char *semicolon, *address;

	if (!value)
		return NULL;
	value = header_unfold(pool, value);
	semicolon = strchr(value, ';');
	if (semicolon) {
		if (strncasecmp(value, "utf-8", 5) == 0)
			value = decode_utf8_type(pool, semicolon + 1);
		else
			value = semicolon + 1;
	}
	if (strncasecmp(value, "mailto:", 7) == 0)
		value += 7;
	return address_list(pool, value, &address, 1) ? address : NULL;
}

/*
 * A text in which each '+' begins the code of a character that xtext has to
 * encode is taken for xtext: NULL when it is not.
 */
static const char *
decode_xtext(struct pool *pool, const char *text)
{
	char *out = pool_strdup(pool, text);
	size_t n = 0;
	int code;
	bool found = false;

	for (; *text; text++) {
		if (*text == '=')
			return NULL;
		if (*text != '+') {
			out[n++] = *text;
			continue;
		}
		if (hex_value(text[1]) < 0 || hex_value(text[2]) < 0)
			return NULL;
		code = hex_value(text[1]) * 16 + hex_value(text[2]);
		if (code != '+' && code != '=')
			return NULL;
		out[n++] = (char)code;
		text += 2;
		found = true;
	}
	out[n] = '\0';
	return found ? out : NULL;
}

const char *
report_original_address(struct pool *pool, const char *value, const char *final)
{
	const char *address = report_address(pool, value), *decoded;

	if (!address || (final && address_equal(address, final)))
		return address;
	decoded = decode_xtext(pool, address);
	return decoded ? decoded : address;
}

const char *
report_clean_text(struct pool *pool, const char *text)
{
	char *out = pool_memdup(pool, text, strnlen(text, CLASSIFY_TEXT_MOST));
	size_t i, n = 0;

	for (i = 0; out[i]; i++) {
		if ((unsigned char)out[i] > ' ' && out[i] != 0x7f)
			out[n++] = out[i];
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return out;
}
