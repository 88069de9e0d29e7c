/*
 * link_target.c - see link_target.h. What browsers forgive is forgiven as far
 * as it is common (blanks around, line breaks inside, a raw space); what is
 * left over stays untracked.
 */
#include "mail/link_target.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/idn.h"
#include "base/text.h"
#include "mail/html_reference.h"
#include "mail/url_resolve.h"

/* Longer ones would be refused by the token anyway. */
enum { VALUE_MOST = 8 * 1024 };

static const char *const MARKERS[] = {"{{", "}}", "*|", "|*", "%%",
				      "[[", "]]", "<%", "%>", "{%"};

void
link_reader_init(struct link_reader *reader, bool is_utf8)
{
	reader->is_utf8 = is_utf8;
	reader->is_plain = false;
	buf_init(&reader->base, VALUE_MOST);
	buf_init(&reader->value, VALUE_MOST);
	buf_init(&reader->url, VALUE_MOST);
}

void
link_reader_done(struct link_reader *reader)
{
	if (!reader)
		return;
	buf_done(&reader->base);
	buf_done(&reader->value);
	buf_done(&reader->url);
}

static bool
has_marker(const char *text)
{
	size_t i;

	if (!strpbrk(text, "{*%[<|]}"))
		return false;
	for (i = 0; i < sizeof(MARKERS) / sizeof(MARKERS[0]); i++) {
		if (strstr(text, MARKERS[i]))
			return true;
	}
	return false;
}

/* Blanks and controls around go, tabs and line breaks inside too. */
static void
strip(struct buf *value)
{
	char *text = value->data;
	size_t from = 0, to = value->len, i, n = 0;

	while (from < to && (unsigned char)text[from] <= ' ')
		from++;
	while (to > from && (unsigned char)text[to - 1] <= ' ')
		to--;
	for (i = from; i < to; i++) {
		if (text[i] != '\t' && text[i] != '\r' && text[i] != '\n')
			text[n++] = text[i];
	}
	text[n] = '\0';
	value->len = n;
}

/* Length of the scheme with its ':', 0: none. */
static size_t
scheme_len(const char *text)
{
	size_t i = 0;

	if (!isalpha((unsigned char)text[0]))
		return 0;
	while (isalnum((unsigned char)text[i]) ||
	       (text[i] && strchr("+-.", text[i])))
		i++;
	return text[i] == ':' ? i + 1 : 0;
}

static bool
is_ascii(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if ((unsigned char)text[i] >= 0x80)
			return false;
	}
	return true;
}

/* Length of the host at text[0]: up to a port or the end. */
static size_t
host_length(const char *text, size_t len)
{
	const char *end = memchr(text, text[0] == '[' ? ']' : ':', len);

	if (!end)
		return len;
	return (size_t)(end - text) + (text[0] == '[');
}

static bool
is_no_host_char(char c)
{
	/* Nearly always. */
	if ((c >= 'a' && c <= 'z') || c == '.' || (c >= '0' && c <= '9'))
		return false;
	return (unsigned char)c <= ' ' || c == 0x7f || strchr("<>\"`\\^{|}", c);
}

/* The authority at text, `len` bytes: user information, host, port. */
static enum sg_status
append_authority(struct buf *to, const char *text, size_t len)
{
	char host[256];
	size_t i, start = 0, host_len;

	for (i = 0; i < len; i++) {
		if (is_no_host_char(text[i]))
			return SG_NONE;
		if (text[i] == '@')
			start = i + 1;
	}
	host_len = start < len ? host_length(text + start, len - start) : 0;
	if (host_len == 0 || host_len >= sizeof(host) ||
	    !is_ascii(text, start) ||
	    !is_ascii(text + start + host_len, len - start - host_len))
		return SG_NONE;
	if (is_ascii(text + start, host_len)) {
		buf_append(to, text, len);
		return SG_OK;
	}
	memcpy(host, text + start, host_len);
	host[host_len] = '\0';
	buf_append(to, text, start);
	if (idn_to_ascii(to, host, NULL) != SG_OK)
		return SG_NONE;
	buf_append(to, text + start + host_len, len - start - host_len);
	return SG_OK;
}

static bool
is_url_char(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '<' && c != '>' && c != '"' &&
	       c != '`';
}

static void
append_rest(struct buf *to, const char *text)
{
	static const char HEX[] = "0123456789ABCDEF";
	unsigned char c;
	size_t run;

	while (*text) {
		for (run = 0; is_url_char((unsigned char)text[run]); run++)
			;
		buf_append(to, text, run);
		text += run;
		if (!*text)
			break;
		c = (unsigned char)*text++;
		buf_append_char(to, '%');
		buf_append_char(to, HEX[c >> 4]);
		buf_append_char(to, HEX[c & 15]);
	}
}

/* An absolute http(s) URL as ASCII into `to`. */
static enum sg_status
to_ascii(struct buf *to, const char *url)
{
	size_t len = scheme_len(url), authority_len;

	if (len == 0 || (strncasecmp(url, "http:", len) != 0 &&
			 strncasecmp(url, "https:", len) != 0))
		return SG_NONE;
	if (url[len] != '/' || url[len + 1] != '/')
		return SG_NONE;
	buf_append(to, url, len + 2);
	url += len + 2;
	authority_len = strcspn(url, "/?#");
	if (append_authority(to, url, authority_len) != SG_OK)
		return SG_NONE;
	append_rest(to, url + authority_len);
	return buf_ok(to) ? SG_OK : SG_NONE;
}

/* The value decoded and stripped, in reader->value. */
static enum sg_status
read_value(struct link_reader *reader, const char *value, size_t len)
{
	struct buf *text = &reader->value;
	size_t i;

	buf_reset(text);
	if (len > VALUE_MOST || memchr(value, '\0', len))
		return SG_NONE;
	if (reader->is_plain)
		buf_append(text, value, len);
	else if (html_decode_references(text, value, len) != SG_OK)
		return SG_NONE;
	if (text->len == 0)
		return SG_NONE;
	strip(text);
	if (has_marker(text->data))
		return SG_NONE;
	for (i = 0; i < text->len; i++) {
		if ((unsigned char)text->data[i] >= 0x80)
			return reader->is_utf8 && text_is_utf8(text->data,
							       text->len)
				       ? SG_OK
				       : SG_NONE;
	}
	return SG_OK;
}

enum sg_status
link_reader_read(struct link_reader *reader, const char *value, size_t len)
{
	const char *text;
	struct buf resolved;
	enum sg_status status;

	if (read_value(reader, value, len) != SG_OK)
		return SG_NONE;
	buf_reset(&reader->url);
	text = buf_text(&reader->value);
	if (scheme_len(text))
		return to_ascii(&reader->url, text);
	if (!*text || *text == '#' || reader->base.len == 0)
		return SG_NONE;
	buf_init(&resolved, VALUE_MOST);
	url_resolve(&resolved, reader->base.data, text);
	status = buf_ok(&resolved) ? to_ascii(&reader->url, buf_text(&resolved))
				   : SG_NONE;
	buf_done(&resolved);
	return status;
}

void
link_reader_set_base(struct link_reader *reader, const char *value, size_t len)
{
	buf_reset(&reader->base);
	if (link_reader_read(reader, value, len) == SG_OK)
		buf_append(&reader->base, reader->url.data, reader->url.len);
}
