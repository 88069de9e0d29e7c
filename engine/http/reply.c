/* reply.c - see reply.h. */
#include "http/reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

void
reply_init(struct sg_reply *reply)
{
	memset(reply, 0, offsetof(struct sg_reply, text));
	reply->status = 200;
	buf_init(&reply->body, REPLY_BODY_MOST);
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
keep_text(struct sg_reply *reply, const char *text)
{
	size_t size = strlen(text) + 1;
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
find(const struct sg_reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->n_headers; i++)
		if (strcasecmp(reply->headers[i].name, name) == 0)
			return (struct reply_header *)&reply->headers[i];
	return NULL;
}

const char *
reply_get_header(const struct sg_reply *reply, const char *name)
{
	const struct reply_header *header = find(reply, name);

	return header ? header->value : NULL;
}

/* RFC 9110 §5.1: a token. */
static bool
is_name(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if (!text_is_token_char(*name))
			return false;
	return true;
}

/* One header is one line: whoever can put a line end into a value can write
 * headers and bodies of their own. */
static bool
is_value(const char *value)
{
	for (; *value; value++)
		if ((*value > 0 && *value < ' ' && *value != '\t') ||
		    *value == 127)
			return false;
	return true;
}

void
reply_header(struct sg_reply *reply, const char *name, const char *value)
{
	struct reply_header *header = find(reply, name);
	char *copy;

	if (!is_name(name) || !is_value(value) ||
	    (!header && reply->n_headers == REPLY_HEADERS_MOST)) {
		reply->status = 500;
		return;
	}
	copy = keep_text(reply, value);
	if (!copy) {
		reply->status = 500;
		return;
	}
	if (header) {
		free_text(reply, header->value);
		header->value = copy;
		return;
	}
	header = &reply->headers[reply->n_headers];
	header->name = keep_text(reply, name);
	header->value = copy;
	if (header->name)
		reply->n_headers++;
	else
		free_text(reply, copy);
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
	reply_header(reply, "Referrer-Policy", "no-referrer");
	if (!find(reply, "Content-Security-Policy"))
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
