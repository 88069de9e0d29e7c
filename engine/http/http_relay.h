/*
 * http_relay.h - TLS in front of a door: a thread that takes it off. A quick
 * lane gives it the client's descriptor and gets one where the same client
 * speaks and hears plain text; from there on the lane, and libmicrohttpd behind
 * it, serve him like any other. Who is too slow, or one too many, is their
 * business too: when they close their end, the client's is closed.
 */
#ifndef ENGINE_HTTP_HTTP_RELAY_H
#define ENGINE_HTTP_HTTP_RELAY_H

#include "base/err.h"

struct http_relay;

/* So many connections at once, those included whose last bytes are still to be
 * taken by the client; he has `patience_s` for that. */
enum sg_status http_relay_start(unsigned connections_most, unsigned patience_s,
				struct http_relay **relay_out,
				struct sg_err *err) MUST_CHECK;
/* Takes client_fd, and returns the plain end, which is the caller's. -1: not
 * now; then client_fd is the caller's still. Any thread. */
int http_relay_add(struct http_relay *relay, int client_fd);
/* All plain ends are closed: sends what is there, for a moment, then ends.
 * NULL is fine. */
void http_relay_stop(struct http_relay *relay);

#endif
