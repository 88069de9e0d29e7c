/*
 * header_value.c - structured header values (RFC 2045 §5.1): the keyword and
 * its parameters. See header.h.
 */
#include "mail/header.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "mail/transfer_code.h"

enum { SECTIONS_MOST = 20 }; /* of a parameter in pieces (RFC 2231) */

/* Past a comment at `text`, which begins with '('; nested ones count. */
static const char *
skip_comment(const char *text)
{
	unsigned depth = 0;

	for (; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		else if (*text == '(')
			depth++;
		else if (*text == ')' && --depth == 0)
			return text + 1;
	}
	return text;
}

static const char *
skip_blanks(const char *text)
{
	for (;;) {
		if (*text == '(')
			text = skip_comment(text);
		else if (*text && strchr(" \t\r\n", *text))
			text++;
		else
			return text;
	}
}

const char *
header_keyword(struct pool *pool, const char *value)
{
	char *word;
	size_t n = 0;
	const char *next;

	if (!value)
		return "";
	value = skip_blanks(value);
	word = pool_alloc(pool, strlen(value) + 1);
	while (*value && *value != ';') {
		next = skip_blanks(value);
		/* Blanks end it, but for those around the '/'. */
		if (next != value && *next != '/' && n && word[n - 1] != '/')
			break;
		if (!*next || *next == ';')
			break;
		word[n++] = (char)tolower((unsigned char)*next);
		value = next + 1;
	}
	return word;
}

/* A token or quoted string at *at into `out` (as long as the value). */
static void
read_value(const char **at, char *out)
{
	const char *text = *at;
	size_t n = 0;

	if (*text == '"') {
		for (text++; *text && *text != '"'; text++) {
			if (*text == '\\' && text[1])
				text++;
			if (*text != '\n' && *text != '\r')
				out[n++] = *text;
		}
		text += *text == '"';
	} else {
		while (*text && !strchr("; \t\r\n(", *text))
			out[n++] = *text++;
	}
	out[n] = '\0';
	*at = text;
}

/* The next ';' outside quotes and comments, or the end. */
static const char *
skip_to_semicolon(const char *text)
{
	while (*text && *text != ';') {
		if (*text == '(') {
			text = skip_comment(text);
			continue;
		}
		if (*text == '"') {
			for (text++; *text && *text != '"'; text++) {
				if (*text == '\\' && text[1])
					text++;
			}
			if (!*text)
				break;
		}
		text++;
	}
	return text;
}

/* The value of the parameter of exactly this name, NULL = absent. */
static char *
plain_parameter(struct pool *pool, const char *value, const char *name)
{
	size_t name_len = strlen(name);
	const char *at;
	char *out;

	for (at = skip_to_semicolon(value); *at; at = skip_to_semicolon(at)) {
		at = skip_blanks(at + 1);
		if (strncasecmp(at, name, name_len) != 0)
			continue;
		at = skip_blanks(at + name_len);
		if (*at != '=')
			continue;
		at = skip_blanks(at + 1);
		out = pool_alloc(pool, strlen(at) + 1);
		read_value(&at, out);
		return out;
	}
	return NULL;
}

/* %41 -> A, in place; behind charset'language' where they stand. */
static char *
decode_extended(char *text, bool has_charset)
{
	char *from = text, *to, *quote = strchr(text, '\'');

	if (has_charset && quote && (quote = strchr(quote + 1, '\'')))
		from = text = quote + 1;
	for (to = from; *from; from++) {
		int high = *from == '%' ? transfer_hex_value(from[1]) : -1;
		int low = high >= 0 ? transfer_hex_value(from[2]) : -1;

		if (low < 0) {
			*to++ = *from;
			continue;
		}
		*to++ = (char)(16 * high + low);
		from += 2;
	}
	*to = '\0';
	return text;
}

/* RFC 2231: name*=charset''value, or in sections name*0, name*1, …, each with
 * a '*' behind it when it is encoded. */
static const char *
extended_parameter(struct pool *pool, const char *value, const char *name)
{
	const char *all = "";
	char *part =
		plain_parameter(pool, value, pool_printf(pool, "%s*", name));

	if (part)
		return decode_extended(part, true);
	for (int i = 0; i < SECTIONS_MOST; i++) {
		part = plain_parameter(pool, value,
				       pool_printf(pool, "%s*%d", name, i));
		if (!part) {
			part = plain_parameter(
				pool, value,
				pool_printf(pool, "%s*%d*", name, i));
			part = part ? decode_extended(part, i == 0) : NULL;
		}
		if (!part)
			break;
		all = pool_printf(pool, "%s%s", all, part);
	}
	return *all ? all : NULL;
}

const char *
header_parameter(struct pool *pool, const char *value, const char *name)
{
	const char *plain;

	if (!value)
		return NULL;
	plain = plain_parameter(pool, value, name);
	if (plain || !strchr(value, '*'))
		return plain;
	return extended_parameter(pool, value, name);
}
