/*
 * http_origin.h - who a request comes from. Behind proxies every connection is
 * a proxy's; whose request it passes on stands in a header that anybody can
 * write. So it is believed only from addresses that the configuration names,
 * and read from its end: what the proxy nearest to us wrote, then, as long as
 * the one named there is trusted too, what the next one wrote. Pure; the
 * readers are fuzzed (tests/fuzz/forwarded_fuzz.c).
 */
#ifndef ENGINE_HTTP_HTTP_ORIGIN_H
#define ENGINE_HTTP_HTTP_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/inet.h"

enum { HTTP_TRUSTED_MOST = 64, HTTP_ORIGIN_LINES_MOST = 8 };

/* One of them only: a proxy that writes the one passes the other through as
 * the client sent it. */
enum http_forwarded {
	HTTP_FORWARDED_X_FOR, /* X-Forwarded-For */
	HTTP_FORWARDED_RFC,   /* Forwarded, RFC 7239 */
	HTTP_FORWARDED_NONE
};

struct http_trust {
	size_t n;
	struct inet_range ranges[HTTP_TRUSTED_MOST];
	bool local; /* whoever may use the Unix socket */
	enum http_forwarded header;
	bool proxy_protocol; /* from these, and then it must be there */
};

/* "127.0.0.1/32, ::1, unix": networks, by commas or blanks. SG_REFUSED. */
enum sg_status http_trust_parse(const char *text, struct http_trust *trust,
				struct sg_err *err) MUST_CHECK;
/* "X-Forwarded-For", "Forwarded", "none". SG_REFUSED. */
enum sg_status http_trust_header(const char *name, struct http_trust *trust,
				 struct sg_err *err) MUST_CHECK;

/* NULL: a peer on the Unix socket. */
bool http_trust_has(const struct http_trust *trust,
		    const struct inet_address *peer);
/* Of the header that is read; NULL: none is. */
const char *http_trust_header_name(const struct http_trust *trust);

/* `lines`: the header's values as they came from a trusted peer, the first
 * line first. false: they do not say; it is the peer's own, then. */
bool http_origin_find(const struct http_trust *trust, const char *const *lines,
		      size_t n_lines, struct inet_address *origin_out);

#endif
