/*
 * http_lane.h - the quick lane of a public door: its own accept loop. It looks
 * at what a client sent without taking it (MSG_PEEK); opens and clicks
 * (lane_request.h) are answered right there, by the same handler; everything
 * else goes, untouched, to the libmicrohttpd of the door. Where TLS is spoken,
 * a relay (http_relay.h) takes it off first.
 *
 * One round of the loop: the requests that are there are handled, what they
 * emit is written to the spool at once, then they are answered. Should that
 * write fail, they are answered all the same, and counted: a reader gets his
 * image, and the page he wanted to see.
 */
#ifndef ENGINE_HTTP_HTTP_LANE_H
#define ENGINE_HTTP_HTTP_LANE_H

#include "http/http_private.h"
#include "http/lane_request.h"

struct http_lane;

/* Takes listen_fd when it is SG_OK. */
enum sg_status http_lane_start(struct http_door *door, int listen_fd,
			       unsigned connections_most,
			       struct http_lane **lane_out,
			       struct sg_err *err) MUST_CHECK;
/* Answers what it has taken, then ends. NULL is fine. */
void http_lane_stop(struct http_lane *lane);

/* http_lane_answer.c: the reply as bytes at the end of `to`, byte for byte
 * (but for the date) as libmicrohttpd would send it. */
void http_lane_answer(struct buf *to, struct sg_reply *reply, const char *date,
		      bool head_only, bool close_after);
/* "Sat, 21 Nov 2026 20:46:58 GMT" (RFC 9110 §5.6.7) */
enum { HTTP_DATE_SIZE = 32 };
void http_lane_date(int64_t at, char text[HTTP_DATE_SIZE]);

#endif
