/*
 * http.h - the web front: the only door to libmicrohttpd. Listeners (public,
 * private, Unix socket), bounds, dispatch to handlers.
 */
#ifndef ENGINE_HTTP_HTTP_H
#define ENGINE_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/rate.h"
#include "http/http_origin.h"
#include "http/reply.h"
#include "scoregate_plugin.h"
#include "spool/spool_batch.h"

struct http;

enum http_face { HTTP_PUBLIC, HTTP_PRIVATE, HTTP_LOCAL /* the Unix socket */ };

/* What a handler sees beside sg_request. */
struct http_request {
	struct sg_request request; /* path is the whole path here */
	enum http_face face;
	uid_t peer_uid; /* HTTP_LOCAL only */
	/* Where signals go that are written with those of other requests,
	 * before any of them is answered; NULL = each is written by itself. */
	struct spool_batch *batch;
};
const char *http_request_header(const struct http_request *request,
				const char *name); /* NULL = absent */
/* Has the caller hung up? For work that takes long; costs a system call. */
bool http_request_is_over(const struct http_request *request);
/* The same from sg_request.handle: what gate_route() wants. ":over-limit" is
 * there when the request is past its address's limit: to be answered, without
 * a signal. */
const char *http_header_of(const void *handle, const char *name);
/* Decoded value of a query parameter into out; SG_NONE: absent. */
enum sg_status http_request_param(const struct http_request *request,
				  const char *name, struct buf *out);

/* Called from several threads at once. Always fills the reply. */
typedef void http_handler_fn(void *arg, const struct http_request *request,
			     struct sg_reply *reply);

/*
 * The public face is served by `threads` lanes, each with a listen socket of
 * its own: opens and clicks are answered right there (http_lane.h), the rest
 * on an epoll loop of libmicrohttpd beside each. Handlers of GET, HEAD and
 * OPTIONS must be quick there, those of other methods run on workers and may
 * wait. The private faces have a thread a connection: there every handler may
 * wait.
 */
struct http_listen {
	enum http_face face;
	const char *address; /* "127.0.0.1:8025", "[::1]:8025", "/path/sock" */
	int inherited_fd;    /* listens already (systemd); 0 = none. Taken */
	bool tls;	     /* public face only; http_tls_use() before */
	unsigned threads;    /* 0 = 2 */
	mode_t socket_mode;  /* Unix socket, 0660 */
	const char *socket_group; /* NULL = own */
};

/* 0 = what the comment says. */
struct http_options {
	size_t body_most;   /* public face: 1 MB; the others always 64 MB */
	size_t bodies_most; /* of a face, all that are there at once: 256 MB */
	unsigned connections_most; /* public face: 10000; the others 256 */
	unsigned timeout_s;	   /* without a byte moving: 10 */
	unsigned request_s;	   /* for a request to be complete: 30 */
	size_t header_most;	   /* request line and headers, about: 16 KB */
	/* Beginnings of paths whose GET may wait, too: on a worker. Ends with
	 * NULL; static; NULL = none. */
	const char *const *waiting;
	/* Takes the lanes' batches; NULL: there are none. */
	struct spool *spool;
};

/* What a reload may change, of the public face; trust goes for all. */
struct http_policy {
	struct http_trust trust;
	/* Of one address; opens, clicks and unsubscriptions: of one address
	 * for one link. */
	struct rate_limit requests;
	/* Connections of one address that is not trusted; 0 = no limit. One
	 * past it is answered if it asks at once, and not kept. */
	unsigned per_address;
};

/* SG_REFUSED: not of the form HOST:PORT. Asks nobody whether it exists. */
enum sg_status http_address_check(const char *address,
				  struct sg_err *err) MUST_CHECK;

enum sg_status http_open(const struct http_options *options,
			 http_handler_fn *handler, void *arg,
			 struct http **http_out, struct sg_err *err) MUST_CHECK;
enum sg_status http_listen_on(struct http *http, const struct http_listen *at,
			      struct sg_err *err) MUST_CHECK;
/* Any thread; nothing is trusted and nothing limited before the first. */
enum sg_status http_set_policy(struct http *http,
			       const struct http_policy *policy,
			       struct sg_err *err) MUST_CHECK;
/* The port in use when the address said port 0; 0 = unknown. */
uint16_t http_port(struct http *http, enum http_face face);
/* Refuses new connections, finishes requests under way (at most 5 s), closes.
 * NULL is fine. */
void http_close(struct http *http);

/* http_close() was called: what streams without end should end. */
bool http_is_closing(const struct http *http);

struct http_status {
	uint64_t requests, refused; /* refused: not HTTP as it should be */
	uint64_t connections;	    /* open now */
	uint64_t quick;		    /* of the requests: answered on a lane */
	/* Answered on a lane while the spool could not be written. */
	uint64_t unkept;
	/* Past a limit: requests; connections that were let go. */
	uint64_t limited, crowded;
};
void http_get_status(struct http *http, struct http_status *out);

#endif
