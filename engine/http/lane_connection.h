/*
 * lane_connection.h - a client of the quick lane that may ask again. What it
 * sends stays in the kernel until it is known that the other lane need not see
 * it: it is looked at (MSG_PEEK), answered, and taken away later, a few
 * requests at once. So events are edge-triggered: what is there is no news.
 * Those that wait for nothing stand in a list, the longest waiting first. The
 * lane's thread alone.
 */
#ifndef ENGINE_HTTP_LANE_CONNECTION_H
#define ENGINE_HTTP_LANE_CONNECTION_H

#include "http/http_private.h"

enum {
	/* So much of what is answered may stand before a request. */
	LANE_ANSWERED_MOST = 512
};

struct lane_connection {
	unsigned magic;
	int fd;
	bool watched;	  /* by epoll, and in the list */
	bool wants_proxy; /* a PROXY header comes first */
	bool begun;	  /* there is a head that is not all there yet */
	bool over;	  /* nothing more will come than is there */
	bool refused;	  /* what still comes is thrown away */
	bool relayed;	  /* fd is the plain end of a TLS relay */
	struct lane_chunked *chunked; /* a body that is coming, or NULL */
	size_t answered;	      /* bytes of those that are there */
	size_t thrown;		      /* bytes away, since it is refused */
	int64_t since;
	struct lane_connection *before, *after;
	struct http_origin peer;
	char text[HTTP_PEER_SIZE];
};

/* http_lane_chunked.c. NULL is fine. */
void lane_chunked_free(struct lane_chunked *chunked);

/* All connections of a lane, and the list. */
struct lane_connections {
	int epoll_fd;
	unsigned n;
	struct lane_connection *first, *last;
};

/* NULL: out of memory; the descriptor is the caller's. */
struct lane_connection *lane_connection_new(struct lane_connections *all,
					    struct http *http, int fd,
					    const struct sockaddr *address);
/* Frees it. The descriptor is the caller's, and no longer watched. */
int lane_connection_release(struct lane_connections *all, struct http *http,
			    struct lane_connection *connection);
/* Its last in the list, from now on; watched. SG_FAILED: it cannot be. */
enum sg_status lane_connection_wait(struct lane_connections *all,
				    struct lane_connection *connection,
				    int64_t now) MUST_CHECK;
/* Nothing is heard of it until it waits anew. */
void lane_connection_unwatch(struct lane_connections *all,
			     struct lane_connection *connection);
/* What is there is to be looked at once more. */
void lane_connection_wake(struct lane_connections *all,
			  struct lane_connection *connection);
/* Takes away what is answered. `scratch` has room for it. false: it is not
 * there any more. */
bool lane_connection_take(struct lane_connection *connection, char *scratch);
/* A close() while a peer that is refused is still sending would be a reset,
 * which may overtake our answer (RFC 9112 §9.6): all that is there is thrown
 * away. false: that was all, or too much. */
bool lane_connection_throw(struct lane_connection *connection, char *scratch,
			   size_t size);

#endif
