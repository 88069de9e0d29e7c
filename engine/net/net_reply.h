/*
 * net_reply.h - one reply of an SMTP server (RFC 5321 §4.2), read as its bytes
 * come. Pure: it knows no socket.
 */
#ifndef ENGINE_NET_NET_REPLY_H
#define ENGINE_NET_NET_REPLY_H

#include <stdbool.h>
#include <stddef.h>

/* Of a line so much is kept; and so much of a reply is read at all. */
enum { NET_REPLY_SIZE = 512, NET_STATUS_SIZE = 16, NET_REPLY_MOST = 65536 };

enum net_reply_end {
	NET_REPLY_MORE,	 /* it is not over yet */
	NET_REPLY_WHOLE, /* code and text are known */
	NET_REPLY_WRONG	 /* this is no reply */
};

struct net_reply {
	int code;		   /* 0 = none yet */
	char text[NET_REPLY_SIZE]; /* the last line, its code with it */
	size_t len;		   /* of the line so far */
	size_t taken;		   /* bytes of all its lines */
};

void net_reply_begin(struct net_reply *reply);
/* Takes bytes up to the reply's end; *used_out: how many. */
enum net_reply_end net_reply_feed(struct net_reply *reply, const char *bytes,
				  size_t n, size_t *used_out);
/* The enhanced status code (RFC 2034) behind the code, "" if there is none. */
void net_reply_status(const char *line, char out[NET_STATUS_SIZE]);

#endif
