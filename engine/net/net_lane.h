/*
 * net_lane.h - mails, one after the other, over one connection (net_link.h)
 * that is kept from mail to mail. Where the server offers PIPELINING (RFC 2920)
 * MAIL, RCPT and DATA leave together, so that a mail takes two round trips and
 * not four; and when the next mail is there already they leave with this one's
 * last bytes, so that it takes one. It waits for the server's answer, so each
 * lane has a thread of its own (net_smtp.c). One thread a lane; net_lane_cut()
 * from any.
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

/* The mail that net_lane_send() is called with next, or NULL: it is not known
 * yet. Asked when the last bytes of this one are about to leave; by whoever
 * calls net_lane_send(). */
typedef const struct net_smtp_mail *net_lane_next_fn(void *arg);

/* NULL: out of memory. */
struct net_lane *net_lane_open(const struct net_server *server,
			       net_lane_next_fn *next, void *arg);
/* Says QUIT and does not wait for the answer. */
void net_lane_close(struct net_lane *lane);
/* Sends it, however long that takes; calls handing_over(). A kept connection
 * that the server has closed meanwhile costs nothing. One that waits for
 * another mail than this, or whose owner would not have this one handed over
 * after all, is dropped: after DATA there is no other way back. */
void net_lane_send(struct net_lane *lane, const struct net_smtp_mail *mail,
		   struct net_answer *answer_out);
/* Cuts off what is being sent, and all that would be. */
void net_lane_cut(struct net_lane *lane);

#endif
