/*
 * net_lane.h - one connection of net_smtp.h: an easy handle of libcurl, which
 * keeps its connection from mail to mail. curl waits for the server's answer at
 * the end of a mail and lets nothing else go on meanwhile, with curl's multi
 * interface neither: so each connection has a thread of its own (net_smtp.c).
 * One thread a lane; net_lane_cut() from any.
 */
#ifndef ENGINE_NET_NET_LANE_H
#define ENGINE_NET_NET_LANE_H

#include <stdatomic.h>

#include "net/net_smtp.h"

enum { NET_REPLY_SIZE = 512, NET_STATUS_SIZE = 16 };

/* What all lanes of one server share; not changed once lanes are open. */
struct net_server {
	char url[600];
	char *user, *password;
	enum net_smtp_tls tls;
	bool verify;
	long timeout_ms;
	atomic_bool knows_utf8; /* it offers SMTPUTF8 (RFC 6531) */
};

/* A net_smtp_result with its own texts. */
struct net_answer {
	enum net_smtp_end end;
	enum net_smtp_stage stage;
	int code;
	char status[NET_STATUS_SIZE];
	char text[NET_REPLY_SIZE];
};

struct net_lane;

/* NULL: out of memory. */
struct net_lane *net_lane_open(struct net_server *server);
/* Says QUIT and does not wait for the answer. */
void net_lane_close(struct net_lane *lane);
/* Sends it, however long that takes; calls handing_over(). A kept connection
 * that the server has closed meanwhile costs nothing. */
void net_lane_send(struct net_lane *lane, const struct net_smtp_mail *mail,
		   struct net_answer *answer_out);
/* Cuts off what is being sent, and all that would be. */
void net_lane_cut(struct net_lane *lane);

#endif
