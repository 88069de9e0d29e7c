/*
 * http_lane_private.h - the inside of a quick lane (http_lane.c), for those who
 * serve on its thread beside it (http_lane_chunked.c).
 */
#ifndef ENGINE_HTTP_HTTP_LANE_PRIVATE_H
#define ENGINE_HTTP_HTTP_LANE_PRIVATE_H

#include "http/http_lane.h"
#include "http/lane_connection.h"
#include "http/lane_head.h"

enum {
	EVENTS_MOST = 128,
	ACCEPTS_MOST = 64, /* in one round */
	ROUND_MOST = EVENTS_MOST + ACCEPTS_MOST
};

struct lane_answer {
	struct lane_connection *connection;
	size_t request_len;
	size_t begin, len; /* in lane.out */
	bool close_after;
	bool more;    /* is there behind the request */
	bool refused; /* and may still be coming */
};

struct http_lane {
	struct http_door *door;
	pthread_t thread;
	int listen_fd, stop_fd;
	atomic_bool stop;
	unsigned connections_most;
	struct lane_connections all;
	struct spool_batch batch;
	bool has_batch, unkept; /* unkept: the last write failed */
	struct buf out;
	size_t n_answers;
	struct lane_answer answers[ROUND_MOST];
	int64_t now;	   /* wall clock of this round, and the other */
	int64_t monotonic; /* one, by which waits are measured */
	int64_t date_s, looked_s;
	char date[HTTP_DATE_SIZE];
	char client[HTTP_PEER_SIZE]; /* of the request being handled */
	char bytes[LANE_ANSWERED_MOST + LANE_HEAD_MOST];
};

/* What there is that is not answered. */
struct lane_look {
	char *bytes;
	size_t len;
};

/* Ends it. */
void lane_drop(struct http_lane *lane, struct lane_connection *connection);
/* It waits for the next request, anew, or for more of it. false: it has gone.
 */
bool lane_wait_for_more(struct http_lane *lane,
			struct lane_connection *connection);
/* Answered so in this round, and what it still sends is thrown away. */
void lane_refuse(struct http_lane *lane, struct lane_connection *connection,
		 const struct lane_look *look, int status);

/* http_lane_chunked.c: a POST in chunks is read here, strictly, and answered
 * on a worker; the connection ends with it. false: this is none. */
bool lane_chunked_begin(struct http_lane *lane,
			struct lane_connection *connection,
			const struct lane_look *look);
/* More of it came, or its end. */
void lane_chunked_hear(struct http_lane *lane,
		       struct lane_connection *connection);

#endif
