/*
 * http_private.h - what the files of this folder share: the server, its doors
 * (one libmicrohttpd daemon each), the connections under watch.
 */
#ifndef ENGINE_HTTP_HTTP_PRIVATE_H
#define ENGINE_HTTP_HTTP_PRIVATE_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include "http/http.h"
#include "http/http_guests.h"
#include "http/http_handle.h"

enum {
	HTTP_DOORS_MOST = 256,
	HTTP_PEER_SIZE = INET_TEXT_SIZE,
	HTTP_PATH_SIZE = 108 /* sun_path */
};

/* Whose a connection is, or a request. */
struct http_origin {
	struct inet_address address;
	bool known;   /* no: a Unix socket's */
	bool trusted; /* may say for whom it asks */
	bool counted; /* in http->guests */
	bool crowd;   /* one too many of its address */
};

/* One open connection. `waiting_since`: monotonic ms since when the peer owes
 * us (the rest of) a request; 0 while we are working on one. */
struct http_connection {
	unsigned magic;
	struct http_door *door;
	struct http_connection *before, *after;
	int fd;
	uid_t uid;
	struct http_origin peer;
	atomic_llong waiting_since;
};

struct http_door {
	struct http *http;
	struct MHD_Daemon *daemon;
	struct http_lane *lane;	  /* the public face's */
	struct http_relay *relay; /* before it, where TLS is spoken */
	enum http_face face;
	uint16_t port;		   /* TCP */
	char path[HTTP_PATH_SIZE]; /* Unix socket, "" = none */
	pthread_mutex_t lock;	   /* guards the list */
	struct http_connection *connections;
};

struct http {
	struct http_options options;
	http_handler_fn *handler;
	void *arg;
	atomic_size_t n_doors;
	struct http_door *doors[HTTP_DOORS_MOST];
	atomic_bool closing;
	atomic_int under_way; /* requests between their first line and end */
	atomic_ullong requests, refused, quick, unkept, limited, crowded;
	atomic_int connections;
	_Atomic(const struct http_policy *) policy;
	struct http_guests *guests;
	struct rate *rate;
	atomic_size_t bodies[HTTP_LOCAL + 1]; /* bytes held now, by face */
	struct http_watch *watch;
	struct http_workers *workers;
};

/* http_socket.c: listening sockets. Both close what they opened on failure. */
enum sg_status http_socket_tcp(const char *address, uint16_t use_port,
			       int *fd_out, uint16_t *port_out,
			       struct sg_err *err) MUST_CHECK;
enum sg_status http_socket_unix(const struct http_listen *at, int *fd_out,
				struct sg_err *err) MUST_CHECK;

/* One more descriptor of a socket that somebody else opened. */
enum sg_status http_socket_inherit(int inherited_fd, int *fd_out,
				   uint16_t *port_out,
				   struct sg_err *err) MUST_CHECK;
/* From a peer's address, and back (for libmicrohttpd). */
void http_socket_peer(const struct sockaddr *address, struct http_origin *peer);
socklen_t http_socket_address(const struct http_origin *peer,
			      struct sockaddr_storage *address);
/* As text, "" for none. */
char *http_socket_text(const struct http_origin *from,
		       char text[HTTP_PEER_SIZE]);

/* http_limit.c: what the policy says of an address. */
enum sg_status http_limit_start(struct http *http,
				struct sg_err *err) MUST_CHECK;
void http_limit_stop(struct http *http);
/* A connection comes: sets `trusted`, `counted`, `crowd`. And goes. */
void http_limit_enter(struct http *http, struct http_origin *peer);
void http_limit_leave(struct http *http, struct http_origin *peer);
/* Whose request it is that `peer` brings: `known` and `address` of `from`. */
void http_limit_origin(struct http *http, const struct http_origin *peer,
		       const struct http_handle *handle,
		       struct http_origin *from);
enum http_may {
	HTTP_MAY,
	HTTP_MAY_SEE, /* be answered, without an effect */
	HTTP_MAY_NOT  /* http_limit_refuse() */
};
enum http_may http_limit_request(struct http *http,
				 const struct http_origin *from,
				 const char *path, int64_t now,
				 int64_t *wait_ms);
void http_limit_refuse(struct sg_reply *reply, int64_t wait_ms);

/* http_watch.c: the list of connections, and the thread that ends those that
 * take too long over a request (libmicrohttpd's own timeout starts anew with
 * every byte). */
enum sg_status http_watch_start(struct http *http,
				struct sg_err *err) MUST_CHECK;
void http_watch_stop(struct http *http);
/* MHD_OPTION_NOTIFY_CONNECTION, arg = door. */
void http_watch_notify(void *arg, struct MHD_Connection *connection,
		       void **socket_context,
		       enum MHD_ConnectionNotificationCode code);
struct http_connection *http_watch_find(struct MHD_Connection *connection);

/* http_worker.c: threads for requests of the public face that may wait. */
struct http_work {
	struct http_work *next;
	void (*fn)(struct http_work *work);
};
enum sg_status http_workers_start(struct http *http,
				  struct sg_err *err) MUST_CHECK;
void http_workers_put(struct http *http, struct http_work *work);
/* Does what is there still, then ends. */
void http_workers_stop(struct http *http);

/* http_exchange.c: one request and its answer; the callbacks of a door. */
void *http_exchange_begin(void *arg, const char *uri,
			  struct MHD_Connection *connection);
enum MHD_Result http_exchange_step(void *arg, struct MHD_Connection *connection,
				   const char *url, const char *method,
				   const char *version, const char *bytes,
				   size_t *len, void **exchange);
void http_exchange_end(void *arg, struct MHD_Connection *connection,
		       void **exchange, enum MHD_RequestTerminationCode code);

/* http_check.c: is this a request as RFC 9112 wants it? 0 = yes, else the
 * status to refuse it with. */
struct http_checked {
	struct MHD_Connection *connection;
	const char *method, *version;
	const char *url;    /* where libmicrohttpd has the target … */
	size_t target_len;  /* … as long as it came */
	const char *target; /* our copy, without an origin */
	size_t body_most;
	/* A body need not say its length, a head may be larger. */
	bool is_private;
};
int http_check(const struct http_checked *request);

/* http_answer.c: the reply as libmicrohttpd's response, queued. Takes what the
 * reply holds. */
enum MHD_Result http_answer(struct MHD_Connection *connection,
			    struct sg_reply *reply, bool close_after);
/* In a sentence, for who is refused with this status. */
const char *http_refusal(int status);
/* What goes for the answers of both lanes: the status that is sent (500 for a
 * reply that cannot be), the type of a body without one, and the headers that
 * are the server's business alone. */
int http_answer_status(struct sg_reply *reply);
#define HTTP_ANSWER_TYPE "text/plain; charset=utf-8"
bool http_answer_is_framing(const char *name);

#endif
