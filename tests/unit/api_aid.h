/*
 * api_aid.h - the API as it runs in the daemon, without the rest of it: a
 * store, a spool, the applier and a server on loopback, in a folder of its
 * own.
 */
#ifndef TESTS_UNIT_API_AID_H
#define TESTS_UNIT_API_AID_H

#include "base/json.h"
#include "http/api/api.h"
#include "http/http_route.h"
#include "http_client.h"

struct api_server {
	char directory[64], socket[96], store_path[96];
	struct scoreboard *board;
	struct signal_kinds *kinds;
	struct spool *spool;
	struct keys *keys;
	struct apply *apply;
	struct store_readers *readers;
	struct conf_section *smtp;
	struct broadcasts *broadcasts; /* not started: nothing is sent */
	struct api *api;
	struct http *http;
	struct http_routes routes;
	uint16_t port; /* private */
	char backup_path[96];
	/* What the last answer was. */
	struct http_answer answer;
	struct json *json; /* NULL: it was no JSON */
};

/* cmocka's setup and teardown; scores "lead" and "fit" (degrades 10 % a day).
 */
int api_server_start(void **state);
/* The same, and a change is waited for no longer than 200 ms. */
int api_server_start_hasty(void **state);
int api_server_stop(void **state);

/* Over the Unix socket, as our own user. body NULL = none. Returns the
 * status. `headers`: more of them, each ended by CRLF, or NULL. */
int api_ask(struct api_server *server, const char *method, const char *path,
	    const char *body);
int api_ask_with(struct api_server *server, const char *method,
		 const char *path, const char *headers, const char *body);
/* Over TCP with this token; NULL = none. */
int api_ask_token(struct api_server *server, const char *token,
		  const char *method, const char *path, const char *body);

/* A value of the last answer by JSON pointer, as text; "-": not there. */
const char *api_got(struct api_server *server, const char *pointer);
double api_number(struct api_server *server, const char *pointer);
/* These fail the test and print the answer. */
void api_expect(struct api_server *server, int status, const char *method,
		const char *path, const char *body);
void api_expect_text(struct api_server *server, const char *part);

#endif
