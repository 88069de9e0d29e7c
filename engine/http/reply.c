/* reply.c - see reply.h. */
#include "http/reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

void
reply_init(struct sg_reply *reply)
{
	reply->status = 200;
	reply->n_headers = 0;
	buf_init(&reply->body, REPLY_BODY_MOST);
	reply->fixed = NULL;
	reply->fixed_len = 0;
	memset(&reply->stream, 0, sizeof(reply->stream));
	reply->text_len = 0;
}

static void
drop_stream(struct sg_reply *reply)
{
	if (reply->stream.done)
		reply->stream.done(reply->stream.arg);
	memset(&reply->stream, 0, sizeof(reply->stream));
}

/* A heap would be asked ten times for the headers of one small image. */
static char *
keep_text(struct sg_reply *reply, const char *text, size_t len)
{
	size_t size = len + 1;
	char *to = reply->text + reply->text_len;

	if (size > REPLY_TEXT_SIZE - reply->text_len)
		return strdup(text);
	reply->text_len += size;
	return memcpy(to, text, size);
}

static void
free_text(struct sg_reply *reply, char *text)
{
	if (text < reply->text || text >= reply->text + REPLY_TEXT_SIZE)
		free(text);
}

void
reply_done(struct sg_reply *reply)
{
	if (!reply)
		return;
	for (size_t i = 0; i < reply->n_headers; i++) {
		free_text(reply, reply->headers[i].name);
		free_text(reply, reply->headers[i].value);
	}
	reply->n_headers = 0;
	buf_done(&reply->body);
	drop_stream(reply);
}

void
reply_status(struct sg_reply *reply, int status)
{
	reply->status = status;
}

static struct reply_header *
find(const struct sg_reply *reply, const char *name, size_t len)
{
	for (size_t i = 0; i < reply->n_headers; i++)
		if (reply->headers[i].name_len == len &&
		    strcasecmp(reply->headers[i].name, name) == 0)
			return (struct reply_header *)&reply->headers[i];
	return NULL;
}

const char *
reply_get_header(const struct sg_reply *reply, const char *name)
{
	const struct reply_header *header = find(reply, name, strlen(name));

	return header ? header->value : NULL;
}

/* RFC 9110 §5.1: a token. */
static bool
is_name(const char *name, size_t *len_out)
{
	const char *at = name;

	while (text_is_token_char(*at))
		at++;
	*len_out = (size_t)(at - name);
	return at > name && !*at;
}

/* One header is one line: whoever can put a line end into a value can write
 * headers and bodies of their own. */
static bool
is_value(const char *value, size_t *len_out)
{
	const char *at = value;

	while ((unsigned char)*at >= ' ' ? *at != 127 : *at == '\t')
		at++;
	*len_out = (size_t)(at - value);
	return !*at;
}

void
reply_header(struct sg_reply *reply, const char *name, const char *value)
{
	size_t name_len, value_len;
	struct reply_header *header = NULL;
	char *copy = NULL;

	if (is_name(name, &name_len) && is_value(value, &value_len)) {
		header = find(reply, name, name_len);
		if (header || reply->n_headers < REPLY_HEADERS_MOST)
			copy = keep_text(reply, value, value_len);
	}
	if (!copy) {
		reply->status = 500;
		return;
	}
	if (header) {
		free_text(reply, header->value);
	} else {
		header = &reply->headers[reply->n_headers];
		header->name = keep_text(reply, name, name_len);
		header->name_len = name_len;
		reply->n_headers += header->name != NULL;
	}
	header->value = copy;
	header->value_len = value_len;
	if (!header->name) {
		free_text(reply, copy);
		reply->status = 500;
	}
}

void
reply_body(struct sg_reply *reply, const void *bytes, size_t len)
{
	drop_stream(reply);
	reply->fixed = NULL;
	buf_append(&reply->body, bytes, len);
	if (!buf_ok(&reply->body))
		reply->status = 500;
}

void
reply_text(struct sg_reply *reply, int status, const char *text)
{
	reply->status = status;
	reply_header(reply, "Content-Type", "text/plain; charset=utf-8");
	reply_header(reply, "X-Content-Type-Options", "nosniff");
	buf_reset(&reply->body);
	reply_body(reply, text, strlen(text));
}

void
reply_problem(struct sg_reply *reply, int status, const char *detail)
{
	reply_status(reply, status);
	reply_header(reply, "Content-Type", "application/problem+json");
	buf_reset(&reply->body);
	buf_printf(&reply->body,
		   "{\"type\":\"about:blank\",\"title\":\"%s\","
		   "\"status\":%d,\"detail\":\"%s\"}\n",
		   detail, status, detail);
}

void
reply_page(struct sg_reply *reply, int status, const char *html)
{
	reply->status = status;
	reply_header(reply, "Content-Type", "text/html; charset=utf-8");
	reply_header(reply, "X-Content-Type-Options", "nosniff");
	/* Not no-referrer: a browser posts such a page's form with
	 * `Origin: null`, as nobody's. */
	reply_header(reply, "Referrer-Policy", "same-origin");
	if (!reply_get_header(reply, "Content-Security-Policy"))
		reply_header(reply, "Content-Security-Policy",
			     "default-src 'none'; "
			     "img-src 'self' data:; form-action 'self'; "
			     "frame-ancestors 'none'; base-uri 'none'");
	buf_reset(&reply->body);
	reply_body(reply, html, strlen(html));
}

void
reply_fixed(struct sg_reply *reply, const char *type, const void *bytes,
	    size_t len)
{
	drop_stream(reply);
	buf_reset(&reply->body);
	reply_header(reply, "Content-Type", type);
	reply->fixed = bytes;
	reply->fixed_len = len;
}

void
reply_stream(struct sg_reply *reply, const char *type,
	     const struct reply_stream *stream)
{
	drop_stream(reply);
	buf_reset(&reply->body);
	reply->fixed = NULL;
	reply_header(reply, "Content-Type", type);
	reply->stream = *stream;
}
