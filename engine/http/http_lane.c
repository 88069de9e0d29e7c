/* http_lane.c - see http_lane.h. */
#include "http/http_lane_private.h"
#include "http/http_relay.h"
#include "http/proxy_header.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

enum {
	IDLE_LOOK_MS = 1000,
	ACCEPT_PAUSE_MS = 50 /* when there are no descriptors left */
};

/* --- connections ---------------------------------------------------------- */

/* What was not taken would make close() a reset, and the answer be lost. */
void
lane_drop(struct http_lane *lane, struct lane_connection *self)
{
	(void)lane_connection_take(self, lane->bytes);
	close(lane_connection_release(&lane->all, lane->door->http, self));
}

/* One too many: it was not to be answered at once. */
static void
let_go(struct http_lane *lane, struct lane_connection *self)
{
	atomic_fetch_add(&lane->door->http->crowded, 1);
	lane_drop(lane, self);
}

/* As it is, nothing is taken of what is not answered. */
static void
hand_over(struct http_lane *lane, struct lane_connection *self)
{
	struct sockaddr_storage address;
	socklen_t len = http_socket_address(&self->peer, &address);
	bool watched = self->watched;
	int fd;

	if (self->peer.crowd) {
		let_go(lane, self);
		return;
	}
	if (!lane_connection_take(self, lane->bytes)) {
		lane_drop(lane, self);
		return;
	}
	fd = lane_connection_release(&lane->all, lane->door->http, self);
	if (watched)
		epoll_ctl(lane->all.epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	/* Closes the descriptor when it cannot take it. */
	if (MHD_add_connection(lane->door->daemon, fd,
			       (struct sockaddr *)&address, len) != MHD_YES)
		log_debug("http: a connection was not taken: %s",
			  strerror(errno));
}

/* It waits for the next request, anew. false: it has gone. */
bool
lane_wait_for_more(struct http_lane *lane, struct lane_connection *self)
{
	if (self->peer.crowd) {
		let_go(lane, self);
		return false;
	}
	if (lane_connection_wait(&lane->all, self, lane->monotonic) == SG_OK)
		return true;
	lane_drop(lane, self);
	return false;
}

static void
end_idle(struct http_lane *lane)
{
	int64_t most = (int64_t)lane->door->http->options.timeout_s * 1000;

	/* Whoever comes is heard: who has waited longest makes room. */
	while (lane->all.n > lane->connections_most && lane->all.first)
		let_go(lane, lane->all.first);
	if (lane->monotonic / 1000 == lane->looked_s)
		return;
	lane->looked_s = lane->monotonic / 1000;
	while (lane->all.first &&
	       lane->monotonic - lane->all.first->since > most)
		lane_drop(lane, lane->all.first);
}

/* --- one round ------------------------------------------------------------ */

/* Whose it is when a proxy brings it, and may it have an effect? */
static void
look_behind(struct http_lane *lane, const struct lane_connection *connection,
	    struct lane_request *from, struct http_request *request)
{
	struct http *http = lane->door->http;
	struct http_origin origin = connection->peer;

	if (connection->peer.trusted) {
		http_limit_origin(http, &connection->peer, &from->handle,
				  &origin);
		request->request.peer = http_socket_text(&origin, lane->client);
	}
	from->handle.over_limit =
		http_limit_request(http, &origin, from->path, lane->now,
				   NULL) != HTTP_MAY;
}

static void
handle(struct http_lane *lane, struct lane_connection *connection,
       struct lane_request *from, struct lane_answer *answer)
{
	struct http *http = lane->door->http;
	struct http_request request = {.face = lane->door->face,
				       .peer_uid = (uid_t)-1};
	struct sg_reply reply;

	request.request.size = sizeof(request.request);
	request.request.method = from->method;
	request.request.path = from->path;
	request.request.query = from->query;
	request.request.body = "";
	request.request.peer = connection->text;
	request.request.received_at = lane->now;
	request.request.handle = from;
	request.batch = lane->has_batch ? &lane->batch : NULL;
	reply_init(&reply);
	look_behind(lane, connection, from, &request);
	http->handler(http->arg, &request, &reply);
	answer->begin = lane->out.len;
	http_lane_answer(&lane->out, &reply, lane->date,
			 strcmp(from->method, "HEAD") == 0,
			 answer->close_after);
	answer->len = lane->out.len - answer->begin;
	reply_done(&reply);
}

/* false: nothing, or not now; then it is taken care of. */
static bool
look_at(struct http_lane *lane, struct lane_connection *connection,
	struct lane_look *look)
{
	ssize_t len = recv(connection->fd, lane->bytes, sizeof(lane->bytes),
			   MSG_PEEK | MSG_DONTWAIT);

	if (len > (ssize_t)connection->answered) {
		look->bytes = lane->bytes + connection->answered;
		look->len = (size_t)len - connection->answered;
		if (look->len > LANE_HEAD_MOST)
			look->len = LANE_HEAD_MOST;
		return true;
	}
	if (len == 0 || (len > 0 && connection->over) ||
	    (len < 0 && errno != EAGAIN && errno != EINTR))
		lane_drop(lane, connection);
	else if (!connection->watched)
		(void)lane_wait_for_more(lane, connection);
	return false;
}

/* What is there of a head is too little to say anything: it stays in the
 * kernel, and here it costs no more than an idle connection. It has as long as
 * that to be complete. */
static void
wait_for_rest(struct http_lane *lane, struct lane_connection *connection)
{
	if (connection->over)
		lane_drop(lane, connection);
	else if (!connection->begun && lane_wait_for_more(lane, connection))
		connection->begun = true;
}

/* The PROXY header is taken away, so that what follows is a client's like any
 * other. false: there is no more to be done with it now. */
static bool
take_proxy(struct http_lane *lane, struct lane_connection *connection,
	   const struct lane_look *look)
{
	struct http *http = lane->door->http;
	struct proxy_header header;

	switch (proxy_header_read(look->bytes, look->len, &header)) {
	case PROXY_MORE:
		wait_for_rest(lane, connection);
		return false;
	case PROXY_SOURCE:
		http_limit_leave(http, &connection->peer);
		connection->peer.known = true;
		connection->peer.address = header.source;
		http_limit_enter(http, &connection->peer);
		http_socket_text(&connection->peer, connection->text);
		break;
	case PROXY_OWN:
		break;
	case PROXY_BAD:
	default:
		atomic_fetch_add(&http->refused, 1);
		lane_drop(lane, connection);
		return false;
	}
	connection->wants_proxy = connection->begun = false;
	connection->answered = header.len;
	if (lane_connection_take(connection, lane->bytes))
		return true;
	lane_drop(lane, connection);
	return false;
}

void
lane_refuse(struct http_lane *lane, struct lane_connection *connection,
	    const struct lane_look *look, int status)
{
	struct lane_answer *answer = &lane->answers[lane->n_answers++];
	struct sg_reply reply;

	atomic_fetch_add(&lane->door->http->refused, 1);
	reply_init(&reply);
	reply_text(&reply, status, http_refusal(status));
	buf_append_char(&reply.body, '\n');
	if (status == 503)
		reply_header(&reply, "Retry-After", "1");
	answer->connection = connection;
	answer->request_len = look->len;
	answer->more = false;
	answer->refused = answer->close_after = true;
	answer->begin = lane->out.len;
	http_lane_answer(&lane->out, &reply, lane->date, false, true);
	answer->len = lane->out.len - answer->begin;
	reply_done(&reply);
}

/* It is not for this lane, or not all of it is there. */
static void
pass_on(struct http_lane *lane, struct lane_connection *connection,
	const struct lane_look *look)
{
	int what = lane_head_look(look->bytes, look->len);

	if (what == LANE_HEAD_MORE)
		wait_for_rest(lane, connection);
	else if (what == LANE_HEAD_OTHER)
		hand_over(lane, connection);
	else
		lane_refuse(lane, connection, look, what);
}

/* What is there is TLS: from now on the relay's end is looked at. */
static void
uncover(struct http_lane *lane, struct lane_connection *connection)
{
	int fd;

	if (connection->peer.crowd) {
		let_go(lane, connection);
		return;
	}
	lane_connection_unwatch(&lane->all, connection);
	fd = http_relay_add(lane->door->relay, connection->fd);
	if (fd < 0) {
		lane_drop(lane, connection);
		return;
	}
	connection->fd = fd;
	connection->relayed = true;
	connection->begun = connection->over = false;
	(void)lane_wait_for_more(lane, connection);
}

/* What a client sent, or that it has gone. */
static void
serve(struct http_lane *lane, struct lane_connection *connection)
{
	struct lane_answer *answer = &lane->answers[lane->n_answers];
	struct lane_request request;
	struct lane_look look;

	if (connection->refused) {
		if (!lane_connection_throw(connection, lane->bytes,
					   sizeof(lane->bytes)))
			lane_drop(lane, connection);
		return;
	}
	if (connection->chunked) {
		lane_chunked_hear(lane, connection);
		return;
	}
	if (!look_at(lane, connection, &look))
		return;
	if (connection->wants_proxy && (!take_proxy(lane, connection, &look) ||
					!look_at(lane, connection, &look)))
		return;
	if (lane->door->relay && !connection->relayed) {
		uncover(lane, connection);
		return;
	}
	if (lane_chunked_begin(lane, connection, &look))
		return;
	/* What follows a last request would make close() a reset. */
	if (!lane_request_read(look.bytes, look.len, &request) ||
	    (request.close_after && request.len != look.len)) {
		pass_on(lane, connection, &look);
		return;
	}
	connection->begun = false;
	answer->connection = connection;
	answer->request_len = request.len;
	answer->more = request.len != look.len;
	answer->refused = false;
	answer->close_after = request.close_after || connection->peer.crowd ||
			      lane->all.n > lane->connections_most ||
			      atomic_load(&lane->stop);
	handle(lane, connection, &request, answer);
	lane->n_answers++;
}

/* The descriptors are used up: whoever waits in the queue keeps waiting. */
static void
pause_accepting(void)
{
	log_warn("http: no more connections can be taken: %s", strerror(errno));
	usleep(ACCEPT_PAUSE_MS * 1000);
}

static void
accept_some(struct http_lane *lane)
{
	struct lane_connection *connection;
	struct sockaddr_storage address;
	socklen_t len;
	long fd;

	for (int i = 0; i < ACCEPTS_MOST; i++) {
		len = sizeof(address);
		/* accept4() itself is declared for _GNU_SOURCE only. */
		fd = syscall(SYS_accept4, lane->listen_fd, &address, &len,
			     SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE))
			pause_accepting();
		if (fd < 0)
			return;
		connection = lane_connection_new(&lane->all, lane->door->http,
						 (int)fd,
						 (struct sockaddr *)&address);
		if (connection)
			serve(lane, connection);
		else
			close((int)fd);
	}
}

/* Says so when it begins and when it ends. */
static void
keep(struct http_lane *lane)
{
	struct spool_batch *batch = &lane->batch;
	struct sg_err err = {.status = SG_OK};
	bool any = batch->n_signals > 0;

	if (spool_batch_write(batch, &err) != SG_OK || batch->n_dropped) {
		atomic_fetch_add(&lane->door->http->unkept, batch->n_dropped);
		batch->n_dropped = 0;
		if (!lane->unkept)
			log_error("opens and clicks are answered but not kept: "
				  "%s",
				  err.text);
		lane->unkept = true;
	} else if (lane->unkept && any) {
		log_info("opens and clicks are kept again");
		lane->unkept = false;
	}
	spool_batch_clear(batch);
}

/* Taken in the end, and when it would be in the way; and before it is watched,
 * since it would be news then. */
static bool
make_room(struct http_lane *lane, struct lane_connection *connection)
{
	return (connection->watched &&
		connection->answered <= LANE_ANSWERED_MOST) ||
	       lane_connection_take(connection, lane->bytes);
}

/* It hears that this was all, and what it still says is not heard. */
static void
turn_away(struct http_lane *lane, struct lane_connection *connection)
{
	if (!lane_connection_take(connection, lane->bytes) ||
	    shutdown(connection->fd, SHUT_WR) < 0) {
		lane_drop(lane, connection);
		return;
	}
	connection->refused = true;
	if (lane_wait_for_more(lane, connection))
		lane_connection_wake(&lane->all, connection);
}

static void
send_answer(struct http_lane *lane, const struct lane_answer *answer)
{
	struct lane_connection *connection = answer->connection;
	/* The end goes into the answer's packet. */
	int flags = MSG_NOSIGNAL | MSG_DONTWAIT |
		    (answer->close_after ? MSG_MORE : 0);
	ssize_t sent = send(connection->fd, lane->out.data + answer->begin,
			    answer->len, flags);

	connection->answered += answer->request_len;
	if (answer->refused && sent == (ssize_t)answer->len) {
		turn_away(lane, connection);
		return;
	}
	/* Whoever does not read so much as our short answers is let go. */
	if (answer->close_after || sent != (ssize_t)answer->len ||
	    (connection->over && !answer->more) || !make_room(lane, connection))
		lane_drop(lane, connection);
	else if (lane_wait_for_more(lane, connection) && answer->more)
		lane_connection_wake(&lane->all, connection);
}

static void
answer_all(struct http_lane *lane)
{
	struct http *http = lane->door->http;

	if (lane->n_answers == 0)
		return;
	if (lane->has_batch)
		keep(lane);
	for (size_t i = 0; i < lane->n_answers; i++) {
		if (buf_ok(&lane->out))
			send_answer(lane, &lane->answers[i]);
		else
			lane_drop(lane, lane->answers[i].connection);
	}
	atomic_fetch_add(&http->requests, lane->n_answers);
	atomic_fetch_add(&http->quick, lane->n_answers);
	lane->n_answers = 0;
	buf_reset(&lane->out);
}

static void
set_clocks(struct http_lane *lane)
{
	lane->now = clock_now();
	lane->monotonic = clock_monotonic_ms();
	if (lane->now / 1000 == lane->date_s)
		return;
	lane->date_s = lane->now / 1000;
	http_lane_date(lane->now, lane->date);
}

static void
hear(struct http_lane *lane, struct lane_connection *connection, uint32_t what)
{
	if (what & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		connection->over = true;
	serve(lane, connection);
}

static void
play_round(struct http_lane *lane, const struct epoll_event *events, int n)
{
	bool accepts = false;

	set_clocks(lane);
	for (int i = 0; i < n; i++) {
		void *of = events[i].data.ptr;

		if (of == lane)
			accepts = true;
		else if (of != &lane->stop_fd)
			hear(lane, of, events[i].events);
	}
	if (accepts)
		accept_some(lane);
	answer_all(lane);
	/* Last: nobody in the events was ended before. */
	end_idle(lane);
}

static void *
run(void *arg)
{
	struct http_lane *lane = arg;
	struct epoll_event events[EVENTS_MOST];
	struct thread_answerer *answerer;
	int n;

	prctl(PR_SET_NAME, "web-lane", 0, 0, 0);
	answerer = thread_answers(lane->all.epoll_fd);
	while (!atomic_load(&lane->stop)) {
		n = epoll_wait(lane->all.epoll_fd, events, EVENTS_MOST,
			       lane->all.first ? IDLE_LOOK_MS : -1);
		thread_answers_begin(answerer);
		play_round(lane, events, n);
		thread_answers_end(answerer);
	}
	thread_answers_no_more(answerer);
	while (lane->all.first)
		lane_drop(lane, lane->all.first);
	return NULL;
}

/* --- start and stop ------------------------------------------------------- */

static bool
watch(struct http_lane *lane, int fd, void *as)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = as};

	/* An inherited socket is shared: one connection wakes one lane. */
	if (fd == lane->listen_fd)
		event.events |= EPOLLEXCLUSIVE;
	return epoll_ctl(lane->all.epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void
done(struct http_lane *lane)
{
	if (lane->all.epoll_fd >= 0)
		close(lane->all.epoll_fd);
	if (lane->stop_fd >= 0)
		close(lane->stop_fd);
	if (lane->has_batch)
		spool_batch_done(&lane->batch);
	buf_done(&lane->out);
	free(lane);
}

enum sg_status
http_lane_start(struct http_door *door, int listen_fd,
		unsigned connections_most, struct http_lane **lane_out,
		struct sg_err *err)
{
	struct http_lane *lane = calloc(1, sizeof(*lane));
	struct spool *spool = door->http->options.spool;

	if (!lane)
		return err_set(err, SG_FAILED, "out of memory");
	lane->door = door;
	lane->listen_fd = listen_fd;
	lane->connections_most = connections_most;
	buf_init(&lane->out, 0);
	lane->has_batch = spool != NULL;
	if (spool)
		spool_batch_init(&lane->batch, spool);
	lane->all.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	lane->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (lane->all.epoll_fd < 0 || lane->stop_fd < 0 ||
	    !watch(lane, listen_fd, lane) ||
	    !watch(lane, lane->stop_fd, &lane->stop_fd) ||
	    pthread_create(&lane->thread, NULL, run, lane) != 0) {
		done(lane);
		return err_set(err, SG_FAILED, "a web lane cannot be started");
	}
	*lane_out = lane;
	return SG_OK;
}

void
http_lane_stop(struct http_lane *lane)
{
	uint64_t one = 1;

	if (!lane)
		return;
	atomic_store(&lane->stop, true);
	if (write(lane->stop_fd, &one, sizeof(one)) < 0)
		log_debug("http: a web lane was not woken");
	pthread_join(lane->thread, NULL);
	close(lane->listen_fd);
	done(lane);
}
