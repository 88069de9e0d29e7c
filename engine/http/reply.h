/*
 * reply.h - an HTTP answer under construction. http/ turns it into bytes; the
 * gate gives plugins functions on it. One thread, one request.
 */
#ifndef ENGINE_HTTP_REPLY_H
#define ENGINE_HTTP_REPLY_H

#include "base/buf.h"

enum { REPLY_HEADERS_MOST = 16, REPLY_BODY_MOST = 64 << 20 };

struct reply_header {
	char *name, *value;
};

struct sg_reply {
	int status; /* 200 unless set */
	size_t n_headers;
	struct reply_header headers[REPLY_HEADERS_MOST];
	struct buf body;   /* copied in … */
	const char *fixed; /* … or static bytes that outlive every request */
	size_t fixed_len;
};

void reply_init(struct sg_reply *reply);
void reply_done(struct sg_reply *reply);
void reply_status(struct sg_reply *reply, int status);
/* Copied; replaces one of that name. A value with CR, LF or NUL is dropped
 * and the answer becomes 500. */
void reply_header(struct sg_reply *reply, const char *name, const char *value);
void reply_body(struct sg_reply *reply, const void *bytes, size_t len);
void reply_text(struct sg_reply *reply, int status, const char *text);
/* Content type text/html; charset=utf-8, with the headers a page needs
 * (Content-Security-Policy, X-Content-Type-Options, Referrer-Policy). */
void reply_page(struct sg_reply *reply, int status, const char *html);
void reply_fixed(struct sg_reply *reply, const char *type, const void *bytes,
		 size_t len);

#endif
