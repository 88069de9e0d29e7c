/*
 * http_tls.h - the certificates of the TLS listeners, and one connection's TLS
 * (GnuTLS). There is one set of certificates in the process; a new one is in
 * force from the next handshake on. Who moves the bytes: http_relay.h.
 */
#ifndef ENGINE_HTTP_HTTP_TLS_H
#define ENGINE_HTTP_HTTP_TLS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum { HTTP_TLS_MOST = 32 };

/* PEM files: the certificate with those it was signed by behind it, and its
 * key. */
struct http_tls_files {
	const char *certificate, *key;
};

/*
 * These from now on; the first is for whom none fits by name. SG_REFUSED with
 * which file and why: one that cannot be read or is no PEM, a key that is not
 * the certificate's, a key that anybody can read; then what was in force stays.
 * One thread at a time.
 */
enum sg_status http_tls_use(const struct http_tls_files *files, size_t n,
			    struct sg_err *err) MUST_CHECK;
/* The same check, and nothing is taken. `seconds_left_out` (may be NULL): until
 * the first of them is no longer valid, below 0 when it is. */
enum sg_status http_tls_check(const struct http_tls_files *files, size_t n,
			      int64_t now, int64_t *seconds_left_out,
			      struct sg_err *err) MUST_CHECK;
/* No TLS listener is left. */
void http_tls_forget(void);

/* What the connections of a listener have in common; outlives them. NULL: out
 * of memory. */
struct http_tls_door;
struct http_tls_door *http_tls_door_new(void);
void http_tls_door_free(struct http_tls_door *self);

/* The server's side of one connection, over a descriptor that does not wait
 * and stays the caller's. One thread. */
struct http_tls;
struct http_tls *http_tls_new(const struct http_tls_door *door, int fd);
void http_tls_free(struct http_tls *self);

enum {
	HTTP_TLS_LATER = -1, /* again, when the descriptor is ready */
	HTTP_TLS_FAILED = -2 /* there is no more to be had of it */
};
/* 0: they understand each other. */
ssize_t http_tls_shake(struct http_tls *self);
/* How many bytes came, 0 = it was all. */
ssize_t http_tls_read(struct http_tls *self, char *to, size_t size);
/* How many of them went. After HTTP_TLS_LATER they are kept: ask again with
 * NULL and 0. */
ssize_t http_tls_write(struct http_tls *self, const char *from, size_t len);
/* 0: the peer is told that no more comes. */
ssize_t http_tls_bye(struct http_tls *self);

#endif
