/*
 * lane_head.h - a request that is not for the quick lane, before it goes to
 * the other one: is its head all there, and is it one that libmicrohttpd would
 * refuse in a page of its own, or change without a word? Pure; fuzzed
 * (tests/fuzz/lane_fuzz.c).
 */
#ifndef ENGINE_HTTP_LANE_HEAD_H
#define ENGINE_HTTP_LANE_HEAD_H

#include <stddef.h>

enum {
	LANE_HEAD_MOST = 16384, /* bytes of a request's line and headers */
	LANE_FIELDS_MOST = 100
};

enum lane_head {
	LANE_HEAD_OTHER = 0, /* the other lane judges it */
	LANE_HEAD_MORE = 1,  /* its end is still to come */
	/* else the status that it is refused with: 400 a header without a
	 * name, 414 a target without end, 431 too much of a head */
};

/* What is there of it, at most LANE_HEAD_MOST bytes. lane_request_read() may
 * have been at it before. */
int lane_head_look(const char *bytes, size_t len);

#endif
