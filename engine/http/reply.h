/*
 * reply.h - an HTTP answer under construction. http/ turns it into bytes; the
 * gate gives plugins functions on it. One thread, one request.
 */
#ifndef ENGINE_HTTP_REPLY_H
#define ENGINE_HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum {
	REPLY_HEADERS_MOST = 16,
	REPLY_TEXT_SIZE = 640,
	REPLY_BODY_MOST = 64 << 20
};

struct reply_header {
	char *name, *value; /* in the reply's own text, or a heap's */
	size_t name_len, value_len;
};

/* A body made while it is sent. `next` appends a piece to `to`; false: that
 * was the last one. Called on the connection's thread after the handler has
 * returned; only for the private faces, which have a thread a connection. */
struct reply_stream {
	bool (*next)(void *arg, struct buf *to);
	void (*done)(void *arg); /* always called, once */
	void *arg;
};

struct sg_reply {
	int status; /* 200 unless set */
	size_t n_headers;
	struct reply_header headers[REPLY_HEADERS_MOST];
	struct buf body; /* copied in … */
	const char *fixed; /* … or static bytes that outlive every request … */
	size_t fixed_len;
	struct reply_stream stream; /* … or made on the way */
	size_t text_len;
	char text[REPLY_TEXT_SIZE]; /* what headers are made of, while it lasts
				     */
};

void reply_init(struct sg_reply *reply);
void reply_done(struct sg_reply *reply);
void reply_status(struct sg_reply *reply, int status);
/* Copied; replaces one of that name. A value with CR, LF or NUL is dropped
 * and the answer becomes 500. */
void reply_header(struct sg_reply *reply, const char *name, const char *value);
void reply_body(struct sg_reply *reply, const void *bytes, size_t len);
void reply_text(struct sg_reply *reply, int status, const char *text);
/* RFC 9457; `detail` is our own text, without quotes. */
void reply_problem(struct sg_reply *reply, int status, const char *detail);
/* Content type text/html; charset=utf-8, with the headers a page needs
 * (Content-Security-Policy, X-Content-Type-Options, Referrer-Policy). */
void reply_page(struct sg_reply *reply, int status, const char *html);
void reply_fixed(struct sg_reply *reply, const char *type, const void *bytes,
		 size_t len);
/* The reply owns the stream from here on. */
void reply_stream(struct sg_reply *reply, const char *type,
		  const struct reply_stream *stream);
/* NULL: not set. */
const char *reply_get_header(const struct sg_reply *reply, const char *name);

#endif
