/*
 * net_lane.h - mails, one after the other, over one connection (net_link.h)
 * that is kept from mail to mail: MAIL, RCPT and DATA leave together where the
 * server offers PIPELINING (RFC 2920), so that a mail takes two round trips
 * and not four. It waits for the server's answer, so each lane has a thread of
 * its own (net_smtp.c). One thread a lane; net_lane_cut() from any.
 */
#ifndef ENGINE_NET_NET_LANE_H
#define ENGINE_NET_NET_LANE_H

#include "net/net_link.h"
#include "net/net_reply.h"

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
struct net_lane *net_lane_open(const struct net_server *server);
/* Says QUIT and does not wait for the answer. */
void net_lane_close(struct net_lane *lane);
/* Sends it, however long that takes; calls handing_over(). A kept connection
 * that the server has closed meanwhile costs nothing. */
void net_lane_send(struct net_lane *lane, const struct net_smtp_mail *mail,
		   struct net_answer *answer_out);
/* Cuts off what is being sent, and all that would be. */
void net_lane_cut(struct net_lane *lane);

#endif
