/*
 * transfer_code.h - the smallest pieces of base64 and quoted-printable
 * (RFC 2045 §6.7, §6.8), for reading a part and for changing one in place.
 */
#ifndef ENGINE_MAIL_TRANSFER_CODE_H
#define ENGINE_MAIL_TRANSFER_CODE_H

#include <stddef.h>

/* -1: no such digit. */
static inline int
transfer_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static inline int
transfer_base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Length of a soft line break at text[0] == '=', 0: none. */
static inline size_t
transfer_soft_break(const char *text, size_t len)
{
	size_t i = 1;

	while (i < len && (text[i] == ' ' || text[i] == '\t'))
		i++;
	if (i == len)
		return len;
	if (text[i] == '\n')
		return i + 1;
	return text[i] == '\r' && i + 1 < len && text[i + 1] == '\n' ? i + 2
								     : 0;
}

#endif
