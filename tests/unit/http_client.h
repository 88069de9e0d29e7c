/*
 * http_client.h - a client for tests that says exactly the bytes it is given:
 * no library would send what a hostile one does.
 */
#ifndef TESTS_UNIT_HTTP_CLIENT_H
#define TESTS_UNIT_HTTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct http_answer {
	int status; /* 0: the server closed without an answer */
	struct buf head, body;
	bool closed; /* by the server, after it */
};

/* Both assert. */
int http_client_connect(uint16_t port);
int http_client_connect_unix(const char *path);
void http_client_send(int fd, const void *bytes, size_t len);
/* Reads one answer; 5 s at most. head_only: it answers a HEAD. */
void http_client_read(int fd, bool head_only, struct http_answer *answer);
void http_answer_done(struct http_answer *answer);
/* The value, cut at 255 bytes; NULL = absent. Static. */
const char *http_answer_header(const struct http_answer *answer,
			       const char *name);
/* Does the server close without another byte within wait_ms? */
bool http_client_is_closed(int fd, int wait_ms);

#endif
