/*
 * proxy_header.h - the PROXY protocol's header, versions 1 and 2 (haproxy's
 * proxy-protocol.txt): what a proxy sends before anything else to say whose
 * connection this is. Pure; fuzzed (tests/fuzz/proxy_fuzz.c).
 */
#ifndef ENGINE_HTTP_PROXY_HEADER_H
#define ENGINE_HTTP_PROXY_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "base/inet.h"

enum { PROXY_HEADER_MOST = 4096 }; /* with what v2 may append to it */

enum proxy_result {
	PROXY_BAD,    /* not one, or none that can be right */
	PROXY_MORE,   /* as far as it goes; the rest is not there yet */
	PROXY_SOURCE, /* whose connection it is */
	PROXY_OWN     /* the proxy's own (a health check), or of no address */
};

struct proxy_header {
	size_t len; /* what follows is the client's */
	struct inet_address source;
	uint16_t port;
};

/* The header is filled for PROXY_SOURCE; for PROXY_OWN its len. */
enum proxy_result proxy_header_read(const char *bytes, size_t len,
				    struct proxy_header *header);

#endif
