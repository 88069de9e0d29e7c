/*
 * net_link.h - a connection to an SMTP server that is ready for mails: libcurl
 * connects, greets, says EHLO, STARTTLS and AUTH (CURLOPT_CONNECT_ONLY); the
 * mails themselves are net_lane.h's, for libcurl does no PIPELINING. One thread
 * a link; net_link_cut() from any. Times are of the monotonic clock, ms.
 */
#ifndef ENGINE_NET_NET_LINK_H
#define ENGINE_NET_NET_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/net_smtp.h"

/* What all connections to one server share. */
struct net_server {
	char url[600];
	char *user, *password; /* NULL = no AUTH */
	enum net_smtp_tls tls;
	bool verify;
	long timeout_ms; /* for one mail */
};

enum net_link_end {
	NET_LINK_OK,
	NET_LINK_LOST, /* closed, reset, refused */
	NET_LINK_LATE  /* the time is over */
};

struct net_link;

/* NULL: out of memory. Not connected yet. */
struct net_link *net_link_new(const struct net_server *server);
void net_link_free(struct net_link *link);

enum net_link_end net_link_open(struct net_link *link, int64_t until);
/* After it failed: the last reply's code, 0 = none; and what to tell people,
 * borrowed until the next call. */
int net_link_code(const struct net_link *link);
const char *net_link_trouble(const struct net_link *link);

/* What the server offers (EHLO): PIPELINING (RFC 2920), SMTPUTF8 (RFC 6531),
 * SIZE (RFC 1870). */
bool net_link_offers(const struct net_link *link, const char *keyword);

/* It is open, and the server has said nothing unasked, as it does when it
 * closes. */
bool net_link_is_alive(struct net_link *link);
enum net_link_end net_link_write(struct net_link *link, const char *bytes,
				 size_t len, int64_t until);
/* At least one byte, at most `size`. */
enum net_link_end net_link_read(struct net_link *link, char *to, size_t size,
				int64_t until, size_t *n_out);
void net_link_close(struct net_link *link);
/* All that is under way or would be ends as lost. */
void net_link_cut(struct net_link *link);

#endif
