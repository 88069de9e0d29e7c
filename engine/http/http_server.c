/*
 * http_server.c - starting and stopping. One libmicrohttpd daemon is a door:
 * the public face has several, each an epoll loop behind a quick lane with a
 * listen socket of its own on the same port (libmicrohttpd's own thread pool
 * wakes every thread for each connection); the private faces have one with a
 * thread a connection.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/http_lane.h"
#include "http/http_relay.h"
#include "http/lane_head.h"

enum {
	THREADS = 2,
	PUBLIC_CONNECTIONS = 10000,
	PRIVATE_CONNECTIONS = 256,
	TIMEOUT_S = 10,
	REQUEST_S = 30,
	HEADER_BYTES = LANE_HEAD_MOST,
	BODY_BYTES = 1 << 20,
	BODIES_BYTES = 256 << 20,
	/* libmicrohttpd's of a connection, in such heads: one, what it makes
	 * of it, and the answer's. */
	MEMORY_FOR_ONE = 2,
	CLOSE_WAIT_MS = 5000,
	CLOSE_LOOK_MS = 5
};

static void
set_defaults(struct http_options *options)
{
	if (!options->connections_most)
		options->connections_most = PUBLIC_CONNECTIONS;
	if (!options->timeout_s)
		options->timeout_s = TIMEOUT_S;
	if (!options->request_s)
		options->request_s = REQUEST_S;
	if (!options->body_most)
		options->body_most = BODY_BYTES;
	if (!options->bodies_most)
		options->bodies_most = BODIES_BYTES;
	if (!options->header_most)
		options->header_most = HEADER_BYTES;
}

enum sg_status
http_open(const struct http_options *options, http_handler_fn *handler,
	  void *arg, struct http **http_out, struct sg_err *err)
{
	struct http *http = calloc(1, sizeof(*http));
	enum sg_status status;

	if (!http)
		return err_set(err, SG_FAILED, "out of memory");
	http->options = *options;
	set_defaults(&http->options);
	http->handler = handler;
	http->arg = arg;
	status = http_limit_start(http, err);
	if (status == SG_OK)
		status = http_watch_start(http, err);
	if (status == SG_OK)
		status = http_workers_start(http, err);
	if (status != SG_OK) {
		http_watch_stop(http);
		http_limit_stop(http);
		free(http);
		return status;
	}
	*http_out = http;
	return SG_OK;
}

/* libmicrohttpd's own complaints: of peers, mostly, so not for the operator. */
static void
log_library(void *arg, const char *format, va_list args)
{
	char text[LOG_QUOTE_SIZE], quoted[LOG_QUOTE_SIZE];

	vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\n")] = '\0';
	log_debug("http: %s", log_quote(text, quoted));
}

/* Paths and parameters stay as they came: each resource decodes its own. */
static size_t
keep_escapes(void *arg, struct MHD_Connection *connection, char *text)
{
	return strlen(text);
}

static unsigned
connections_most(const struct http *http, enum http_face face, unsigned n)
{
	if (face != HTTP_PUBLIC)
		return PRIVATE_CONNECTIONS;
	return http->options.connections_most / n + 1;
}

/* Takes fd when it is SG_OK. */
static enum sg_status
start_door(struct http_door *door, int fd, unsigned n, struct sg_err *err)
{
	struct http *http = door->http;
	unsigned flags = MHD_USE_ERROR_LOG | MHD_USE_ITC;
	/* The public face's lane listens, and gives the connections that it
	 * does not serve. */
	struct MHD_OptionItem more[] = {{MHD_OPTION_LISTEN_SOCKET, fd, NULL},
					{MHD_OPTION_END, 0, NULL}};

	if (door->face == HTTP_PUBLIC)
		more[0].option = MHD_OPTION_END;
	flags |= door->face == HTTP_PUBLIC
			 ? MHD_USE_EPOLL_INTERNAL_THREAD |
				   MHD_ALLOW_SUSPEND_RESUME |
				   MHD_USE_NO_LISTEN_SOCKET
			 : MHD_USE_POLL_INTERNAL_THREAD |
				   MHD_USE_THREAD_PER_CONNECTION;
	door->daemon = MHD_start_daemon(
		flags, 0, NULL, NULL, http_exchange_step, door,
		MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL, MHD_OPTION_ARRAY,
		more, MHD_OPTION_CONNECTION_LIMIT,
		connections_most(http, door->face, n),
		MHD_OPTION_CONNECTION_TIMEOUT, http->options.timeout_s,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		MEMORY_FOR_ONE * http->options.header_most,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
		http_exchange_begin, door, MHD_OPTION_UNESCAPE_CALLBACK,
		keep_escapes, NULL, MHD_OPTION_NOTIFY_COMPLETED,
		http_exchange_end, door, MHD_OPTION_NOTIFY_CONNECTION,
		http_watch_notify, door, MHD_OPTION_END);
	if (!door->daemon)
		return err_set(err, SG_FAILED,
			       "the HTTP server could not be started");
	if (door->face != HTTP_PUBLIC ||
	    http_lane_start(door, fd, connections_most(http, door->face, n),
			    &door->lane, err) == SG_OK)
		return SG_OK;
	MHD_stop_daemon(door->daemon);
	return SG_FAILED;
}

/* Twice as many as the lane has: the last bytes for some are on their way. */
static enum sg_status
start_relay(struct http_door *door, unsigned n, struct sg_err *err)
{
	const struct http *http = door->http;

	return http_relay_start(2 * connections_most(http, HTTP_PUBLIC, n),
				http->options.timeout_s, &door->relay, err);
}

/* Takes fd. */
static enum sg_status
add_door(struct http *http, const struct http_listen *at, int fd, uint16_t port,
	 unsigned n, struct sg_err *err)
{
	struct http_door *door = NULL;
	enum sg_status status = SG_FAILED;

	if (http->n_doors == HTTP_DOORS_MOST)
		err_set(err, status, "more than %d listeners", HTTP_DOORS_MOST);
	else if (!(door = calloc(1, sizeof(*door))))
		err_set(err, status, "out of memory");
	if (!door) {
		close(fd);
		return SG_FAILED;
	}
	door->http = http;
	door->face = at->face;
	door->port = port;
	if (at->address[0] == '/' && !at->inherited_fd)
		memcpy(door->path, at->address, strlen(at->address) + 1);
	pthread_mutex_init(&door->lock, NULL);
	status = at->tls ? start_relay(door, n, err) : SG_OK;
	if (status == SG_OK)
		status = start_door(door, fd, n, err);
	if (status != SG_OK) {
		http_relay_stop(door->relay);
		pthread_mutex_destroy(&door->lock);
		free(door);
		close(fd);
		return status;
	}
	/* In this order: the watch reads the doors below the count. */
	http->doors[http->n_doors] = door;
	atomic_fetch_add(&http->n_doors, 1);
	return SG_OK;
}

enum sg_status
http_listen_on(struct http *http, const struct http_listen *at,
	       struct sg_err *err)
{
	unsigned n = at->threads ? at->threads : THREADS;
	uint16_t port = 0;
	enum sg_status status = SG_OK;
	int fd;

	if ((at->address[0] == '/' && !at->inherited_fd) ||
	    at->face != HTTP_PUBLIC)
		n = 1;
	for (unsigned i = 0; status == SG_OK && i < n; i++) {
		if (at->inherited_fd)
			status = http_socket_inherit(at->inherited_fd, &fd,
						     &port, err);
		else if (at->address[0] == '/')
			status = http_socket_unix(at, &fd, err);
		else
			status = http_socket_tcp(at->address, port, &fd, &port,
						 err);
		if (status == SG_OK)
			status = add_door(http, at, fd, port, n, err);
	}
	if (at->inherited_fd)
		close(at->inherited_fd);
	return status;
}

uint16_t
http_port(struct http *http, enum http_face face)
{
	for (size_t i = 0; i < http->n_doors; i++)
		if (http->doors[i]->face == face && http->doors[i]->port)
			return http->doors[i]->port;
	return 0;
}

static void
wait_until_idle(struct http *http)
{
	int64_t until = clock_monotonic_ms() + CLOSE_WAIT_MS;

	while (atomic_load(&http->under_way) > 0 &&
	       clock_monotonic_ms() < until)
		usleep(CLOSE_LOOK_MS * 1000);
}

static void
stop_listening(struct http_door *door)
{
	int fd = -1;

	if (door->lane)
		http_lane_stop(door->lane);
	else
		fd = MHD_quiesce_daemon(door->daemon);
	if (door->path[0])
		unlink(door->path);
	if (fd >= 0)
		close(fd);
}

static void
close_door(struct http_door *door)
{
	MHD_stop_daemon(door->daemon);
	http_relay_stop(door->relay);
	pthread_mutex_destroy(&door->lock);
	free(door);
}

void
http_close(struct http *http)
{
	if (!http)
		return;
	atomic_store(&http->closing, true);
	for (size_t i = 0; i < http->n_doors; i++)
		stop_listening(http->doors[i]);
	wait_until_idle(http);
	/* No connection may stay suspended past here. */
	http_workers_stop(http);
	http_watch_stop(http);
	for (size_t i = 0; i < http->n_doors; i++)
		close_door(http->doors[i]);
	http_limit_stop(http);
	free(http);
}

bool
http_is_closing(const struct http *http)
{
	return atomic_load(&http->closing);
}

void
http_get_status(struct http *http, struct http_status *out)
{
	out->requests = atomic_load(&http->requests);
	out->refused = atomic_load(&http->refused);
	out->connections = (uint64_t)atomic_load(&http->connections);
	out->quick = atomic_load(&http->quick);
	out->unkept = atomic_load(&http->unkept);
	out->limited = atomic_load(&http->limited);
	out->crowded = atomic_load(&http->crowded);
}
