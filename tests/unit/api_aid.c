/* api_aid.c - see api_aid.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api_aid.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "mail/part_map.h"

static void
must(enum sg_status status, const struct sg_err *err)
{
	if (status != SG_OK)
		fail_msg("%s", err->text);
}

static void
open_store(struct api_server *server)
{
	static const struct score_settings scores[] = {
		{.name = "lead", .degrade_negative = true},
		{.name = "fit", .degrade = 10, .degrade_negative = true},
	};
	struct spool_options spool = {.directory = server->directory,
				      .segment_bytes = 1 << 20,
				      .sync_ms = 5};
	struct apply_options apply = {0};
	struct sg_err err = {0};
	char keys[96];

	snprintf(keys, sizeof(keys), "%s/keys", server->directory);
	must(keys_open(keys, 1, &server->keys, &err), &err);
	must(spool_open(&spool, &server->spool, &err), &err);
	server->board = scoreboard_new(clock_now());
	server->kinds = signal_kinds_new();
	apply.store_path = server->store_path;
	apply.spool = server->spool;
	apply.scoreboard = server->board;
	apply.kinds = server->kinds;
	apply.record_secret = keys_record_secret(server->keys);
	apply.scores = scores;
	apply.n_scores = 2;
	apply.create_contacts = true;
	apply.checkpoint_ms = 60000;
	apply.batch_most = 5000;
	apply.batch_wait_ms = 10;
	/* Each is packed when its batch is over. */
	apply.cache_unpacked = 1;
	must(apply_open(&apply, &server->apply, &err), &err);
	must(apply_start(server->apply, &err), &err);
	must(store_readers_open(server->store_path, 4, &server->readers, &err),
	     &err);
}

static enum sg_status
reload(void *arg, struct buf *at_restart, struct sg_err *err)
{
	return SG_OK;
}

static enum sg_status
backup(void *arg, const char *path, struct sg_err *err)
{
	struct api_server *server = arg;

	snprintf(server->backup_path, sizeof(server->backup_path), "%s", path);
	return SG_OK;
}

static void
listen_on(struct api_server *server, enum http_face face, const char *address)
{
	struct http_listen at = {.face = face, .address = address};
	struct sg_err err = {0};

	must(http_listen_on(server->http, &at, &err), &err);
}

static void
open_broadcasts(struct api_server *server)
{
	struct broadcasts_options options = {
		.apply = server->apply,
		.spool = server->spool,
		.scoreboard = server->board,
		.readers = server->readers,
		.keys = server->keys,
		.state_directory = server->directory,
		.public_url = "http://t.example.com",
	};
	struct sg_err err = {0};

	must(conf_parse("smtp", "", 1, broadcast_smtp_options, &server->smtp,
			&err),
	     &err);
	options.smtp = server->smtp;
	must(broadcasts_open(&options, &server->broadcasts, &err), &err);
}

static void
open_web(struct api_server *server, int submit_wait_ms)
{
	struct api_options options = {
		.apply = server->apply,
		.spool = server->spool,
		.scoreboard = server->board,
		.kinds = server->kinds,
		.keys = server->keys,
		.readers = server->readers,
		.broadcasts = server->broadcasts,
		.submit_wait_ms = submit_wait_ms,
		.reload = reload,
		.backup = backup,
		.arg = server,
	};
	struct http_options http = {0};
	struct sg_err err = {0};

	must(api_open(&options, &server->api, &err), &err);
	server->routes.api = api_handle;
	server->routes.health = api_health;
	server->routes.metrics = api_metrics;
	server->routes.api_arg = server->api;
	must(http_open(&http, http_route, &server->routes, &server->http, &err),
	     &err);
	api_set_http(server->api, server->http);
	listen_on(server, HTTP_LOCAL, server->socket);
	listen_on(server, HTTP_PRIVATE, "127.0.0.1:0");
	server->port = http_port(server->http, HTTP_PRIVATE);
}

static int
start(void **state, int submit_wait_ms)
{
	struct api_server *server = calloc(1, sizeof(*server));
	struct signal_kind_info order = {"order.paid", "webhook", "amount",
					 "an order was paid"};
	struct sg_err err = {0};

	assert_non_null(server);
	must(crypto_start(&err), &err);
	mail_start();
	snprintf(server->directory, sizeof(server->directory), "%s",
		 "/tmp/scoregate-api-XXXXXX");
	assert_non_null(mkdtemp(server->directory));
	snprintf(server->socket, sizeof(server->socket), "%s/api",
		 server->directory);
	snprintf(server->store_path, sizeof(server->store_path), "%s/store",
		 server->directory);
	open_store(server);
	must(signal_kinds_add(server->kinds, &order, &err), &err);
	open_broadcasts(server);
	open_web(server, submit_wait_ms);
	*state = server;
	return 0;
}

int
api_server_start(void **state)
{
	return start(state, 0);
}

int
api_server_start_hasty(void **state)
{
	return start(state, 200);
}

static void
remove_directory(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	char name[512];

	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (remove(name) != 0)
			remove_directory(name);
	}
	if (directory)
		closedir(directory);
	remove(path);
}

static void
forget(struct api_server *server)
{
	json_free(server->json);
	server->json = NULL;
	http_answer_done(&server->answer);
}

int
api_server_stop(void **state)
{
	struct api_server *server = *state;

	http_close(server->http);
	api_close(server->api);
	broadcasts_close(server->broadcasts);
	conf_free(server->smtp);
	apply_stop(server->apply, 1000);
	store_readers_close(server->readers);
	apply_close(server->apply);
	spool_close(server->spool);
	keys_close(server->keys);
	signal_kinds_free(server->kinds);
	scoreboard_free(server->board);
	remove_directory(server->directory);
	forget(server);
	free(server);
	return 0;
}

/* --- asking -------------------------------------------------------------- */

static int
ask(struct api_server *server, int fd, const char *method, const char *path,
    const char *headers, const char *body)
{
	struct buf text = BUF_INIT;
	struct json *json = NULL;

	forget(server);
	buf_printf(&text, "%s %s HTTP/1.1\r\nHost: x\r\n%s", method, path,
		   headers ? headers : "");
	if (body)
		buf_printf(&text, "Content-Length: %zu\r\n", strlen(body));
	buf_append_text(&text, "\r\n");
	if (body)
		buf_append_text(&text, body);
	http_client_send(fd, text.data, text.len);
	http_client_read(fd, strcmp(method, "HEAD") == 0, &server->answer);
	close(fd);
	buf_done(&text);
	if (server->answer.body.len &&
	    json_parse(buf_text(&server->answer.body), server->answer.body.len,
		       &json, NULL) == SG_OK)
		server->json = json;
	return server->answer.status;
}

int
api_ask_with(struct api_server *server, const char *method, const char *path,
	     const char *headers, const char *body)
{
	struct buf full = BUF_INIT;
	int status;

	if (path[0] == '/' && strncmp(path, "/api/v1", 7) != 0 &&
	    strcmp(path, "/healthz") != 0 && strcmp(path, "/metrics") != 0)
		buf_append_text(&full, "/api/v1");
	buf_append_text(&full, path);
	status = ask(server, http_client_connect_unix(server->socket), method,
		     buf_text(&full), headers, body);
	buf_done(&full);
	return status;
}

int
api_ask(struct api_server *server, const char *method, const char *path,
	const char *body)
{
	return api_ask_with(server, method, path, NULL, body);
}

int
api_ask_token(struct api_server *server, const char *token, const char *method,
	      const char *path, const char *body)
{
	char full[1024], header[512] = "";

	snprintf(full, sizeof(full), "/api/v1%s", path);
	if (token)
		snprintf(header, sizeof(header), "Authorization: Bearer %s\r\n",
			 token);
	return ask(server, http_client_connect(server->port), method, full,
		   header, body);
}

const char *
api_got(struct api_server *server, const char *pointer)
{
	static char text[4096];
	struct buf scalar = BUF_INIT;
	struct json *found =
		server->json ? json_pointer(server->json, pointer) : NULL;

	snprintf(text, sizeof(text), "%s",
		 found && json_scalar(found, &scalar) ? buf_text(&scalar)
						      : "-");
	buf_done(&scalar);
	return text;
}

double
api_number(struct api_server *server, const char *pointer)
{
	const char *text = api_got(server, pointer);

	if (strcmp(text, "-") == 0)
		fail_msg("%s is not in %s", pointer,
			 buf_text(&server->answer.body));
	return strtod(text, NULL);
}

void
api_expect(struct api_server *server, int status, const char *method,
	   const char *path, const char *body)
{
	int got = api_ask(server, method, path, body);

	if (got != status)
		fail_msg("%s %s: %d, expected %d: %s", method, path, got,
			 status, buf_text(&server->answer.body));
}

void
api_expect_text(struct api_server *server, const char *part)
{
	if (!strstr(buf_text(&server->answer.body), part))
		fail_msg("'%s' is not in '%s'", part,
			 buf_text(&server->answer.body));
}
