/*
 * net_http.h - one HTTP request as a client, over TCP or a Unix socket; with
 * net_smtp.h the only door to libcurl. Blocking; one thread a client.
 */
#ifndef ENGINE_NET_NET_HTTP_H
#define ENGINE_NET_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct net_client;

struct net_http_request {
	const char *method;	    /* "GET" */
	const char *url;	    /* "http://localhost/api/v1/…" */
	const char *socket_path;    /* NULL = TCP */
	const char *bearer;	    /* token, NULL = none */
	const char *accept;	    /* NULL = any type */
	const char *content_type;   /* of the body; NULL = no body */
	const char *header;	    /* one more "Name: value", NULL = none */
	const char *const *headers; /* still more */
	size_t n_headers;
	size_t answer_most; /* bytes of the answer, the rest is left; 0 = all */
	const void *body;
	size_t body_len;
	long timeout_ms; /* for the whole exchange; 0 = none */
	/* Where a 2xx body goes instead of the response's buffer. False ends
	 * the transfer with SG_FAILED. */
	bool (*sink)(void *arg, const void *bytes, size_t len);
	void *sink_arg;
};

struct net_http_response {
	int status;
	struct buf body; /* bounded at 256 MB; buf_done() it */
};

/* Keeps its connection from call to call. */
enum sg_status net_client_new(struct net_client **client_out,
			      struct sg_err *err) MUST_CHECK;
void net_client_free(struct net_client *client);

/*
 * SG_OK: an answer came, whatever its status. SG_BUSY: nobody is there
 * (refused, no such socket, timed out). SG_FAILED: the rest. No redirect is
 * followed and no environment proxy is used.
 */
enum sg_status net_http_call(struct net_client *client,
			     const struct net_http_request *request,
			     struct net_http_response *response,
			     struct sg_err *err) MUST_CHECK;

#endif
