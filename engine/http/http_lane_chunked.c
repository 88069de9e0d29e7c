/*
 * http_lane_chunked.c - a POST whose body comes in chunks, as several senders
 * of webhooks do it. libmicrohttpd takes more for the end of a line in it than
 * a CRLF, and nobody sees it but itself; so it is read here, and whatever is
 * not beyond doubt is refused. The lane collects it, a worker answers it, and
 * the connection ends: what stands behind the body is never a request.
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/http_lane_private.h"
#include "http/lane_chunk.h"

struct lane_chunked {
	struct http_work work;
	struct http *http;
	char *head;
	struct lane_request request; /* its strings stand in the head */
	struct lane_chunk chunk;
	struct buf body;
	int64_t begun_at; /* monotonic */
	int fd;		  /* once it is a worker's */
	struct http_origin peer;
	char text[HTTP_PEER_SIZE];
};

void
lane_chunked_free(struct lane_chunked *self)
{
	if (!self)
		return;
	atomic_fetch_sub(&self->http->bodies[HTTP_PUBLIC], self->body.len);
	buf_done(&self->body);
	free(self->head);
	free(self);
}

/* --- the answer, on a worker ---------------------------------------------- */

static void
ask(struct lane_chunked *self, struct sg_reply *reply)
{
	struct http *http = self->http;
	struct http_request request = {.face = HTTP_PUBLIC,
				       .peer_uid = (uid_t)-1};
	struct http_origin from = self->peer;
	int64_t wait_ms = 0;

	request.request.size = sizeof(request.request);
	request.request.method = self->request.method;
	request.request.path = self->request.path;
	request.request.query = self->request.query;
	request.request.body = buf_text(&self->body);
	request.request.body_len = self->body.len;
	request.request.received_at = clock_now();
	request.request.handle = &self->request;
	http_limit_origin(http, &self->peer, &self->request.handle, &from);
	request.request.peer = http_socket_text(&from, self->text);
	switch (http_limit_request(http, &from, self->request.path,
				   request.request.received_at, &wait_ms)) {
	case HTTP_MAY_NOT:
		http_limit_refuse(reply, wait_ms);
		return;
	case HTTP_MAY_SEE:
		self->request.handle.over_limit = true;
		break;
	case HTTP_MAY:
	default:
		break;
	}
	http->handler(http->arg, &request, reply);
}

/* To its end, or until nothing moves for too long. */
static void
send_all(const struct lane_chunked *self, const struct buf *out)
{
	struct pollfd writable = {.fd = self->fd, .events = POLLOUT};
	int wait_ms = (int)self->http->options.timeout_s * 1000;
	size_t sent = 0;
	ssize_t len;

	while (sent < out->len) {
		len = send(self->fd, out->data + sent, out->len - sent,
			   MSG_NOSIGNAL | MSG_DONTWAIT);
		if (len > 0)
			sent += (size_t)len;
		else if (errno != EINTR &&
			 (errno != EAGAIN || poll(&writable, 1, wait_ms) <= 0))
			return;
	}
}

static void
answer(struct http_work *work)
{
	struct lane_chunked *self =
		(struct lane_chunked *)(void *)((char *)work -
						offsetof(struct lane_chunked,
							 work));
	struct http *http = self->http;
	char date[HTTP_DATE_SIZE], rest[4096];
	struct buf out = BUF_INIT;
	struct sg_reply reply;

	reply_init(&reply);
	ask(self, &reply);
	http_lane_date(clock_now(), date);
	http_lane_answer(&out, &reply, date, false, true);
	if (buf_ok(&out))
		send_all(self, &out);
	/* What is not read would make close() a reset. */
	while (recv(self->fd, rest, sizeof(rest), MSG_DONTWAIT) > 0)
		;
	close(self->fd);
	buf_done(&out);
	reply_done(&reply);
	http_limit_leave(http, &self->peer);
	lane_chunked_free(self);
	atomic_fetch_sub(&http->connections, 1);
	atomic_fetch_sub(&http->under_way, 1);
}

/* --- the body, on the lane ------------------------------------------------ */

static void
refuse(struct http_lane *lane, struct lane_connection *connection, int status)
{
	struct lane_look nothing = {lane->bytes, 0};

	lane_chunked_free(connection->chunked);
	connection->chunked = NULL;
	lane_refuse(lane, connection, &nothing, status);
}

/* From here on it is counted among the requests, no longer by the lane. */
static void
give_to_worker(struct http_lane *lane, struct lane_connection *connection)
{
	struct lane_chunked *self = connection->chunked;
	struct http *http = self->http;
	bool watched = connection->watched;

	if (atomic_fetch_add(&http->under_way, 1) >=
	    (int)http->options.connections_most) {
		atomic_fetch_sub(&http->under_way, 1);
		refuse(lane, connection, 503);
		return;
	}
	self->peer = connection->peer;
	connection->peer.counted = false; /* it is he still */
	connection->chunked = NULL;
	self->fd = lane_connection_release(&lane->all, http, connection);
	if (watched)
		epoll_ctl(lane->all.epoll_fd, EPOLL_CTL_DEL, self->fd, NULL);
	atomic_fetch_add(&http->connections, 1);
	atomic_fetch_add(&http->requests, 1);
	self->work.fn = answer;
	http_workers_put(http, &self->work);
}

/* 0, or the status that it is refused with. */
static int
read_some(struct lane_chunked *self, const char *bytes, size_t len, bool *ended)
{
	atomic_size_t *bodies = &self->http->bodies[HTTP_PUBLIC];
	size_t before = self->body.len, came;
	enum lane_chunk_result result =
		lane_chunk_read(&self->chunk, bytes, len,
				self->http->options.body_most, &self->body);

	came = self->body.len - before;
	*ended = result == LANE_CHUNK_END;
	if (atomic_fetch_add(bodies, came) + came >
	    self->http->options.bodies_most)
		return 503;
	if (result == LANE_CHUNK_BAD)
		return 400;
	if (result == LANE_CHUNK_LARGE)
		return 413;
	return buf_ok(&self->body) ? 0 : 500;
}

void
lane_chunked_hear(struct http_lane *lane, struct lane_connection *connection)
{
	struct lane_chunked *self = connection->chunked;
	int64_t most_ms = (int64_t)self->http->options.request_s * 1000;
	bool ended = false;
	ssize_t len = 0;
	int status = 0;

	while (!ended && !status) {
		len = recv(connection->fd, lane->bytes, sizeof(lane->bytes),
			   MSG_DONTWAIT);
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			break;
		status = read_some(self, lane->bytes, (size_t)len, &ended);
	}
	if (status)
		refuse(lane, connection, status);
	else if (ended)
		give_to_worker(lane, connection);
	else if (len == 0 || errno != EAGAIN ||
		 lane->monotonic - self->begun_at > most_ms)
		lane_drop(lane, connection);
	else
		(void)lane_wait_for_more(lane, connection);
}

/* --- its head ------------------------------------------------------------- */

static struct lane_chunked *
chunked_new(struct http *http, const struct lane_look *look, bool *continues)
{
	struct lane_chunked *self = calloc(1, sizeof(*self));

	if (!self)
		return NULL;
	self->http = http;
	buf_init(&self->body, 0);
	self->head = malloc(look->len);
	if (self->head) {
		memcpy(self->head, look->bytes, look->len);
		if (lane_request_read_chunked(self->head, look->len,
					      &self->request, continues))
			return self;
	}
	lane_chunked_free(self);
	return NULL;
}

bool
lane_chunked_begin(struct http_lane *lane, struct lane_connection *connection,
		   const struct lane_look *look)
{
	static const char may_send[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct lane_chunked *self;
	bool continues = false;

	/* One too many is answered if that can be at once: not he. */
	if (look->bytes[0] != 'P' || connection->peer.crowd)
		return false;
	self = chunked_new(lane->door->http, look, &continues);
	if (!self)
		return false;
	self->begun_at = lane->monotonic;
	connection->chunked = self;
	connection->begun = false;
	connection->answered += self->request.len;
	if (!lane_connection_take(connection, lane->bytes) ||
	    (continues && look->len == self->request.len &&
	     send(connection->fd, may_send, sizeof(may_send) - 1,
		  MSG_NOSIGNAL | MSG_DONTWAIT) < 0))
		lane_drop(lane, connection);
	else
		lane_chunked_hear(lane, connection);
	return true;
}
