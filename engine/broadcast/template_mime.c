/* template_mime.c - see template_mime.h. */
#include "broadcast/template_mime.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "broadcast/template_write.h"

enum { SEGMENT = 54 }; /* of a parameter's value, so that a line stays short */

bool
template_is_ascii(const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)bytes[i] >= 0x80)
			return false;
	return true;
}

/* attribute-char of RFC 2231 §7 */
static bool
is_attribute_char(unsigned char c)
{
	return c > 0x20 && c < 0x7F && !strchr("*'%()<>@,;:\\\"/[]?=", c);
}

static void
append_percent(struct buf *to, const struct buf *value)
{
	size_t i;

	for (i = 0; i < value->len; i++) {
		unsigned char c = (unsigned char)value->data[i];

		if (is_attribute_char(c))
			buf_append_char(to, (char)c);
		else
			buf_printf(to, "%%%02X", c);
	}
}

/* name*=utf-8''…, or in numbered segments (RFC 2231 §3 and §4.1). */
static void
write_extended(struct buf *to, const char *name, size_t name_len,
	       const struct buf *value)
{
	bool utf8 = text_is_utf8(value->data, value->len);
	struct buf coded = BUF_INIT;
	const char *at;
	size_t left, take, n = 0;
	bool several;

	buf_append_text(&coded, utf8 ? "utf-8''" : "iso-8859-1''");
	append_percent(&coded, value);
	at = buf_text(&coded);
	left = coded.len;
	several = left > SEGMENT;
	for (; left; at += take, left -= take) {
		take = left < SEGMENT ? left : SEGMENT;
		/* Not through a %XX. */
		if (take < left)
			while (at[take - 1] == '%' || at[take - 2] == '%')
				take--;
		buf_printf(to, ";\n %.*s", (int)name_len, name);
		if (several)
			buf_printf(to, "*%zu", n++);
		buf_append_text(to, "*=");
		buf_append(to, at, take);
	}
	buf_done(&coded);
}

/* The value at `at`, quoted or a token, appended without its quotes; where it
 * ends. */
static const char *
read_value(const char *at, const char *end, struct buf *value)
{
	bool quoted = at < end && *at == '"';

	for (at += quoted; at < end; at++) {
		if (quoted && *at == '"')
			return at + 1;
		if (!quoted && strchr("; \t\r\n", *at))
			return at;
		if (quoted && *at == '\\' && at + 1 < end)
			at++;
		if (*at != '\r' && *at != '\n')
			buf_append_char(value, *at);
	}
	return at;
}

/* One "; name=value" from its semicolon on; where it ends. */
static const char *
write_parameter(struct buf *to, const char *at, const char *end)
{
	const char *begin = at++, *name, *value_at;
	struct buf value = BUF_INIT;
	size_t name_len;

	while (at < end && strchr(" \t\r\n", *at))
		at++;
	name = at;
	while (at < end && !strchr("=; \t\r\n", *at))
		at++;
	name_len = (size_t)(at - name);
	while (at < end && strchr(" \t\r\n", *at))
		at++;
	if (at < end && *at == '=') {
		value_at = at + 1;
		while (value_at < end && strchr(" \t\r\n", *value_at))
			value_at++;
		at = read_value(value_at, end, &value);
	}
	if (template_is_ascii(begin, (size_t)(at - begin)))
		buf_append(to, begin, (size_t)(at - begin));
	else if (template_is_ascii(name, name_len) && name_len)
		write_extended(to, name, name_len, &value);
	buf_done(&value);
	while (at < end && *at != ';')
		at++;
	return at;
}

static void
write_parameters(struct buf *to, const char *field, size_t len)
{
	const char *end = field + len;
	const char *at = memchr(field, ';', len);

	while (end > field && strchr(" \t\r\n", end[-1]))
		end--;
	if (!at || at > end)
		at = end;
	buf_append(to, field, (size_t)(at - field));
	while (at < end)
		at = write_parameter(to, at, end);
	buf_append_char(to, '\n');
}

/* Text for people, as Content-Description. */
static void
write_words(struct buf *to, const char *field, size_t len)
{
	const char *colon = memchr(field, ':', len);
	struct buf name = BUF_INIT, value = BUF_INIT;
	const char *at;

	if (!colon)
		return;
	buf_append(&name, field, (size_t)(colon - field));
	for (at = colon + 1; at < field + len; at++)
		if (*at != '\r' && *at != '\n')
			buf_append_char(&value, *at);
	at = buf_text(&value);
	template_write_header(to, buf_text(&name), at + strspn(at, " \t"));
	buf_done(&name);
	buf_done(&value);
}

static bool
has_parameters(const char *field, size_t len)
{
	static const char *const names[] = {"Content-Type:",
					    "Content-Disposition:"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (len > strlen(names[i]) &&
		    !strncasecmp(field, names[i], strlen(names[i])))
			return true;
	return false;
}

/* With the lines that go on with it. */
static size_t
field_len(const char *at, const char *end)
{
	const char *next = at;

	do {
		next = memchr(next, '\n', (size_t)(end - next));
		next = next ? next + 1 : end;
	} while (next < end && (*next == ' ' || *next == '\t'));
	return (size_t)(next - at);
}

void
template_write_mime_fields(struct buf *to, const char *block, size_t len)
{
	const char *end = block + len;
	size_t n;

	for (; block < end; block += n) {
		n = field_len(block, end);
		if (template_is_ascii(block, n))
			buf_append(to, block, n);
		else if (has_parameters(block, n))
			write_parameters(to, block, n);
		else
			write_words(to, block, n);
	}
}

const char *
template_mime_value(struct pool *pool, const char *name, const char *value)
{
	struct buf all = BUF_INIT, ascii = BUF_INIT;
	size_t head = strlen(name) + 1;
	const char *made = "";

	buf_printf(&all, "%s:%s\n", name, value);
	template_write_mime_fields(&ascii, buf_text(&all), all.len);
	if (ascii.len > head)
		made = pool_memdup(pool, ascii.data + head,
				   ascii.len - head - 1);
	buf_done(&all);
	buf_done(&ascii);
	return made;
}
