/*
 * lane_request.h - the requests that the quick lane takes: a whole GET or HEAD
 * of /o/… or /c/…, in the form that mail clients and browsers send. It is no
 * parser of HTTP: what is not beyond doubt is not taken, and libmicrohttpd
 * judges it. Pure; fuzzed (tests/fuzz/lane_fuzz.c).
 */
#ifndef ENGINE_HTTP_LANE_REQUEST_H
#define ENGINE_HTTP_LANE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "http/http_handle.h"

enum { LANE_HEADERS_MOST = 64 };

struct lane_header {
	const char *name, *value;
	size_t name_len;
};

/* Its strings stand in the bytes it was read from, which begin with it. */
struct lane_request {
	struct http_handle handle; /* first: sg_request.handle is this */
	size_t len; /* of the request, in bytes: the next one starts there */
	const char *method, *path, *query; /* query "" = none */
	bool close_after;		   /* "Connection: close" */
	size_t n_headers;
	struct lane_header headers[LANE_HEADERS_MOST];
};

/* false: not one for this lane, or not all of it is there. Writes into the
 * bytes in either case. */
bool lane_request_read(char *bytes, size_t len, struct lane_request *request);

/* The head of a POST whose body comes in chunks, since libmicrohttpd does not
 * look at these closely enough (lane_chunk.h). *continues_out: it waits to be
 * told that it may send them (RFC 9110 §10.1.1). false: it is none, or one that
 * only the other lane answers, with a refusal. Writes likewise. */
bool lane_request_read_chunked(char *bytes, size_t len,
			       struct lane_request *request,
			       bool *continues_out);

#endif
