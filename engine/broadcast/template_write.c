/* template_write.c - see template_write.h. */
#include "broadcast/template_write.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/encode.h"

enum {
	LINE_MOST = 76,
	WORD_BYTES = 42, /* 56 in base64, 68 in the word */
	VALUE_MOST = 900,
	PIECE = 4096
};

static bool
is_ascii(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x7F ||
		    (unsigned char)text[i] < 0x20)
			return false;
	return true;
}

/* At most WORD_BYTES of the text, not through a character. */
static size_t
word_len(const char *text, size_t len)
{
	size_t take = len < WORD_BYTES ? len : WORD_BYTES;

	while (take < len && take > 1 &&
	       ((unsigned char)text[take] & 0xC0) == 0x80)
		take--;
	return take;
}

static void
write_words(struct buf *to, const char *text, size_t len)
{
	size_t take;

	for (; len; text += take, len -= take) {
		take = word_len(text, len);
		buf_append_text(to, "=?UTF-8?B?");
		encode_base64(to, text, take);
		buf_append_text(to, take < len ? "?=\n " : "?=");
	}
}

bool
template_is_address_field(const char *name)
{
	static const char *const names[] = {"From",
					    "To",
					    "Sender",
					    "Reply-To",
					    "Errors-To",
					    "Message-ID",
					    "In-Reply-To",
					    "References",
					    "Disposition-Notification-To",
					    "Return-Receipt-To"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcasecmp(names[i], name))
			return true;
	return template_is_list_field(name);
}

bool
template_is_list_field(const char *name)
{
	return !strncasecmp(name, "List-", 5);
}

/* A header line has at most 998 octets (RFC 5322 §2.1.1); not through a
 * character. */
static size_t
value_len(const char *value)
{
	size_t len = strnlen(value, VALUE_MOST);

	if (value[len])
		while (len && ((unsigned char)value[len] & 0xC0) == 0x80)
			len--;
	return len;
}

/* How much of it is text: of an address, its display name; the address stays
 * one, in UTF-8 as RFC 6532 has it. */
static size_t
text_len(const char *name, const char *value, size_t len)
{
	const char *open = strrchr(value, '<');

	if (!template_is_address_field(name))
		return len;
	if (open && len && value[len] == '\0' && value[len - 1] == '>')
		return (size_t)(open - value);
	return !open && strchr(value, '@') && !strpbrk(value, " \"") ? 0 : len;
}

/* Somebody's name that looks like an encoded word is not to be read as one; our
 * sender's may be one. */
static bool
stands_for_itself(const char *name, const char *value, size_t len)
{
	return is_ascii(value, len) &&
	       (!strcasecmp(name, "From") || !strstr(value, "=?"));
}

void
template_write_header(struct buf *to, const char *name, const char *value)
{
	size_t len = value_len(value), words = text_len(name, value, len);

	while (words && value[words - 1] == ' ')
		words--;
	buf_printf(to, "%s: ", name);
	if (stands_for_itself(name, value, len)) {
		buf_append(to, value, len);
	} else {
		write_words(to, value, words);
		if (words)
			buf_append_text(to, words < len ? "\n" : "");
		if (words && words < len && value[words] != ' ')
			buf_append_char(to, ' ');
		buf_append(to, value + words, len - words);
	}
	buf_append_char(to, '\n');
}

void
template_write_date(struct buf *to, int64_t at)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(at / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	buf_printf(to, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\n",
		   days + tm.tm_wday * 3, tm.tm_mday, months + tm.tm_mon * 3,
		   tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Stands for itself, but for white space at the end of a line (RFC 2045 §6.7
 * (2) and (3)). */
static bool
is_plain(unsigned char c)
{
	return (c >= 0x20 && c < 0x7F && c != '=') || c == '\t';
}

/* So many of them from here on. */
static size_t
plain_len(const char *text, size_t most)
{
	size_t n = 0;

	while (n < most && is_plain((unsigned char)text[n]))
		n++;
	return n;
}

/* At the beginning of a line: somebody's value is no boundary of the mail. */
static bool
is_dashes(const char *text, size_t len)
{
	return *text == '-' && (len == 1 || text[1] == '-');
}

static char *
write_hex(char *out, unsigned char c)
{
	static const char hex[] = "0123456789ABCDEF";

	*out++ = '=';
	*out++ = hex[c >> 4];
	*out++ = hex[c & 15];
	return out;
}

/* Some of a line, at most PIECE bytes; *width: how far the line has come. */
static void
write_quoted(struct buf *to, const char *text, size_t len, bool ends,
	     size_t *width)
{
	char *out = buf_reserve(to, len * 4 + 4), *begin = out;
	size_t i = 0, n;

	while (out && i < len) {
		size_t room = LINE_MOST - 1 - *width, left = len - i;

		/* White space at the very end is not plain. */
		n = plain_len(text + i, left < room ? left : room);
		if (ends && n == left &&
		    (text[len - 1] == ' ' || text[len - 1] == '\t'))
			n--;
		if (*width == 0 && is_dashes(text + i, left))
			n = 0;
		memcpy(out, text + i, n);
		out += n;
		i += n;
		*width += n;
		if (i == len)
			break;
		/* The next one is not plain, or there is no room for it. */
		if (n == room || *width + 3 > LINE_MOST - 1) {
			*out++ = '=';
			*out++ = '\n';
			*width = 0;
			continue;
		}
		out = write_hex(out, (unsigned char)text[i++]);
		*width += 3;
	}
	if (out)
		buf_commit(to, (size_t)(out - begin));
}

static void
write_quoted_line(struct buf *to, const char *line, size_t len)
{
	size_t width = 0, take;

	for (; len; line += take, len -= take) {
		take = len < PIECE ? len : PIECE;
		write_quoted(to, line, take, take == len, &width);
	}
}

void
template_write_quoted_printable(struct buf *to, const char *text, size_t len)
{
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t whole = end ? (size_t)(end - text) + 1 : len;
		size_t line = end ? whole - 1 : len;

		if (end && line && text[line - 1] == '\r')
			line--;
		write_quoted_line(to, text, line);
		if (end)
			buf_append_char(to, '\n');
		text += whole;
		len -= whole;
	}
}

/* Lines whose end is LF, CR LF or CR. */
void
template_write_crlf(struct buf *to, const char *text, size_t len)
{
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t line = end ? (size_t)(end - text) : len;
		const char *early = memchr(text, '\r', line);
		bool both = early && end && early + 1 == end;

		if (early)
			line = (size_t)(early - text);
		buf_append(to, text, line);
		if (end || early)
			buf_append(to, "\r\n", 2);
		line += (end || early ? 1 : 0) + (both ? 1 : 0);
		text += line;
		len -= line;
	}
}

size_t
template_part_head(const char *body, size_t from, size_t content)
{
	size_t start = content, line;

	/* Upwards line by line; a header field never begins with "--". */
	while (start > from) {
		line = start - 1;
		while (line > from && body[line - 1] != '\n')
			line--;
		if (content - line > 2 && body[line] == '-' &&
		    body[line + 1] == '-')
			return start;
		start = line;
	}
	return start;
}

static bool
is_replaced(const char *line, size_t len)
{
	static const char *const names[] = {"Content-Type:",
					    "Content-Transfer-Encoding:"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (len >= strlen(names[i]) &&
		    !strncasecmp(line, names[i], strlen(names[i])))
			return true;
	return false;
}

/* What is said of a part, less its type and encoding. */
static void
write_others(const char *head, size_t len, struct buf *to)
{
	const char *end = head + len, *next;
	bool dropping = false;

	for (; head < end; head = next) {
		size_t line_len;

		next = memchr(head, '\n', (size_t)(end - head));
		next = next ? next + 1 : end;
		line_len = (size_t)(next - head);
		if (*head == '\n' || (*head == '\r' && line_len <= 2))
			break;
		if (*head != ' ' && *head != '\t')
			dropping = is_replaced(head, line_len);
		if (!dropping)
			buf_append(to, head, line_len);
	}
}

void
template_write_part_head(const char *head, size_t len, const char *type,
			 struct buf *to)
{
	write_others(head, len, to);
	buf_printf(to,
		   "Content-Type: %s; charset=utf-8\n"
		   "Content-Transfer-Encoding: quoted-printable\n\n",
		   type);
}

void
template_write_alternative_head(const char *head, size_t len,
				const char *boundary, struct buf *to)
{
	write_others(head, len, to);
	buf_printf(to,
		   "Content-Type: multipart/alternative;\n"
		   " boundary=\"%s\"\n\n",
		   boundary);
}
