/*
 * http_tls.h - the certificates of the TLS listeners. libmicrohttpd speaks TLS
 * through GnuTLS and asks us for a certificate in each handshake, without
 * saying for which of its daemons: so there is one set of them in the process.
 * A new set is in force from the next handshake on.
 */
#ifndef ENGINE_HTTP_HTTP_TLS_H
#define ENGINE_HTTP_HTTP_TLS_H

#include <microhttpd.h>
#include <stddef.h>

#include "base/err.h"

enum { HTTP_TLS_OPTIONS = 3, HTTP_TLS_MOST = 32 };

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

/* What libmicrohttpd is told: options[HTTP_TLS_OPTIONS], the last one ends. */
void http_tls_options(struct MHD_OptionItem *options);

#endif
