/* http_relay.c - see http_relay.h. */
#include "http/http_relay.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/http_tls.h"

enum {
	RELAYED_MAGIC = 0x52454c59,
	EVENTS_MOST = 128,
	RECORD_MOST = 16384, /* RFC 8446 §5.1 */
	TURNS_MOST = 8,	     /* then it is another's turn */
	LOOK_EVERY_MS = 1000,
	STOP_MS = 2000
};

struct relayed;

struct relay_end {
	struct relayed *of;
	int fd;
};

/* Events are edge-triggered: each time all is moved that can be. */
struct relayed {
	unsigned magic;
	struct http_tls *tls;
	struct relay_end wire, plain; /* towards the client, the lane */
	bool shaken;
	bool wire_over;	 /* no more comes from the client */
	bool plain_over; /* nor for him */
	bool gone;	 /* the plain end is closed: nobody hears him */
	bool owes;	 /* GnuTLS has bytes that could not be sent */
	bool bye;	 /* the client knows that it was all */
	bool dead;
	char *rest; /* of his that the plain end could not take */
	size_t rest_len, rest_at;
	int64_t since; /* monotonic, when it was gone */
	struct relayed *before, *after;
};

struct http_relay {
	pthread_t thread;
	int epoll_fd, stop_fd;
	atomic_bool stop;
	unsigned most;
	int64_t patience_ms;
	struct http_tls_door *tls;
	pthread_mutex_t lock; /* guards the list, and the beginning of one */
	struct relayed *first;
	unsigned n;
	struct relayed *dead; /* until the events in hand are seen to */
	char bytes[RECORD_MOST];
};

enum moved { NOTHING, SOME, BROKEN };

/* --- from the client ------------------------------------------------------ */

/* To the plain end; what does not go into it is kept. */
static enum moved
give(struct relayed *self, const char *bytes, size_t len)
{
	ssize_t sent =
		send(self->plain.fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	/* Nobody hears him any more, which we are told soon. */
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		return SOME;
	sent = sent < 0 ? 0 : sent;
	if ((size_t)sent == len)
		return SOME;
	self->rest_len = len - (size_t)sent;
	self->rest_at = 0;
	self->rest = malloc(self->rest_len);
	if (!self->rest)
		return BROKEN;
	memcpy(self->rest, bytes + sent, self->rest_len);
	return SOME;
}

static enum moved
give_rest(struct relayed *self)
{
	ssize_t sent = send(self->plain.fd, self->rest + self->rest_at,
			    self->rest_len - self->rest_at,
			    MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent <= 0)
		return NOTHING;
	self->rest_at += (size_t)sent;
	if (self->rest_at == self->rest_len) {
		free(self->rest);
		self->rest = NULL;
	}
	return SOME;
}

static enum moved
move_in(struct http_relay *relay, struct relayed *self)
{
	ssize_t len;

	if (self->wire_over || self->gone)
		return NOTHING;
	if (self->rest)
		return give_rest(self);
	len = http_tls_read(self->tls, relay->bytes, sizeof(relay->bytes));
	if (len == HTTP_TLS_LATER)
		return NOTHING;
	if (len < 0)
		return BROKEN;
	if (len > 0)
		return give(self, relay->bytes, (size_t)len);
	self->wire_over = true;
	shutdown(self->plain.fd, SHUT_WR);
	return SOME;
}

/* --- to the client -------------------------------------------------------- */

static enum moved
say_bye(struct relayed *self)
{
	ssize_t rc;

	if (self->bye)
		return NOTHING;
	rc = http_tls_bye(self->tls);
	if (rc == HTTP_TLS_LATER)
		return NOTHING;
	if (rc < 0)
		return BROKEN;
	self->bye = true;
	shutdown(self->wire.fd, SHUT_WR);
	return SOME;
}

/* The plain end keeps what GnuTLS has not sent yet. */
static enum moved
move_out(struct http_relay *relay, struct relayed *self)
{
	ssize_t len = 0;

	if (self->plain_over)
		return say_bye(self);
	if (!self->owes) {
		len = recv(self->plain.fd, relay->bytes, sizeof(relay->bytes),
			   MSG_PEEK | MSG_DONTWAIT);
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			return NOTHING;
		if (len <= 0) {
			self->plain_over = true;
			return SOME;
		}
	}
	len = http_tls_write(self->tls, self->owes ? NULL : relay->bytes,
			     (size_t)len);
	self->owes = len == HTTP_TLS_LATER;
	if (self->owes)
		return NOTHING;
	if (len < 0 || recv(self->plain.fd, relay->bytes, (size_t)len,
			    MSG_DONTWAIT) != len)
		return BROKEN;
	return SOME;
}

/* --- one connection ------------------------------------------------------- */

static bool
watch(const struct http_relay *relay, struct relay_end *end, int how)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP |
					      EPOLLET,
				    .data.ptr = end};

	return epoll_ctl(relay->epoll_fd, how, end->fd, &event) == 0;
}

static void
relayed_free(struct relayed *self)
{
	http_tls_free(self->tls);
	free(self->rest);
	self->magic = 0;
	free(self);
}

/* Freed a little later: an event of it may be in hand. */
static void
end(struct http_relay *relay, struct relayed *self)
{
	pthread_mutex_lock(&relay->lock);
	if (self->before)
		self->before->after = self->after;
	else
		relay->first = self->after;
	if (self->after)
		self->after->before = self->before;
	relay->n--;
	pthread_mutex_unlock(&relay->lock);
	/* What is not read would make close() a reset. */
	for (int i = 0; i < TURNS_MOST; i++)
		if (recv(self->wire.fd, relay->bytes, sizeof(relay->bytes),
			 MSG_DONTWAIT) <= 0)
			break;
	close(self->wire.fd);
	close(self->plain.fd);
	self->dead = true;
	self->after = relay->dead;
	relay->dead = self;
}

/* false: it goes no further now. */
static bool
shake(struct http_relay *relay, struct relayed *self)
{
	ssize_t rc = self->gone ? HTTP_TLS_FAILED : http_tls_shake(self->tls);

	if (rc == 0)
		self->shaken = true;
	else if (rc != HTTP_TLS_LATER)
		end(relay, self);
	return rc == 0;
}

/* All that can be moved now, both ways. */
static void
move(struct http_relay *relay, struct relayed *self)
{
	enum moved in = SOME, out = SOME;

	if (!self->shaken && !shake(relay, self))
		return;
	for (int i = 0; i < TURNS_MOST && (in == SOME || out == SOME); i++) {
		in = move_in(relay, self);
		out = in == BROKEN ? BROKEN : move_out(relay, self);
		if (out == BROKEN ||
		    (self->bye && (self->gone || self->wire_over))) {
			end(relay, self);
			return;
		}
	}
	/* There is more: once more, after the others. */
	if ((in == SOME || out == SOME) &&
	    !watch(relay, &self->wire, EPOLL_CTL_MOD))
		end(relay, self);
}

static void
hear(struct http_relay *relay, struct relay_end *from, uint32_t what)
{
	struct relayed *self = from->of;

	assert(self->magic == RELAYED_MAGIC);
	if (self->dead)
		return;
	if (from == &self->plain && (what & (EPOLLHUP | EPOLLERR)) &&
	    !self->gone) {
		self->gone = true;
		self->since = clock_monotonic_ms();
	}
	move(relay, self);
}

/* --- the thread ----------------------------------------------------------- */

static void
free_dead(struct http_relay *relay)
{
	while (relay->dead) {
		struct relayed *next = relay->dead->after;

		relayed_free(relay->dead);
		relay->dead = next;
	}
}

/* Those who do not take what is theirs. Only this thread takes any away. */
static unsigned
end_overdue(struct http_relay *relay, int64_t patience_ms)
{
	int64_t before = clock_monotonic_ms() - patience_ms;
	struct relayed *each, *next;
	unsigned n;

	pthread_mutex_lock(&relay->lock);
	each = relay->first;
	pthread_mutex_unlock(&relay->lock);
	for (; each; each = next) {
		next = each->after;
		if (each->gone && each->since <= before)
			end(relay, each);
	}
	free_dead(relay);
	pthread_mutex_lock(&relay->lock);
	n = relay->n;
	pthread_mutex_unlock(&relay->lock);
	return n;
}

static void
play_round(struct http_relay *relay, int wait_ms)
{
	struct epoll_event events[EVENTS_MOST];
	int n = epoll_wait(relay->epoll_fd, events, EVENTS_MOST, wait_ms);

	for (int i = 0; i < n; i++)
		if (events[i].data.ptr != relay)
			hear(relay, events[i].data.ptr, events[i].events);
	free_dead(relay);
}

static void *
run(void *arg)
{
	struct http_relay *relay = arg;
	int64_t looked_at = 0, until;
	unsigned n = 0;

	prctl(PR_SET_NAME, "web-tls", 0, 0, 0);
	while (!atomic_load(&relay->stop)) {
		play_round(relay, n ? LOOK_EVERY_MS : -1);
		if (clock_monotonic_ms() - looked_at < LOOK_EVERY_MS && n)
			continue;
		looked_at = clock_monotonic_ms();
		n = end_overdue(relay, relay->patience_ms);
	}
	until = clock_monotonic_ms() + STOP_MS;
	while (end_overdue(relay, STOP_MS) > 0 && clock_monotonic_ms() < until)
		play_round(relay, LOOK_EVERY_MS / 10);
	while (relay->first)
		end(relay, relay->first);
	free_dead(relay);
	return NULL;
}

/* --- from outside --------------------------------------------------------- */

/* false: it is not there. */
static bool
begin(struct http_relay *relay, struct relayed *self)
{
	bool is = false;

	pthread_mutex_lock(&relay->lock);
	if (relay->n < relay->most &&
	    watch(relay, &self->plain, EPOLL_CTL_ADD)) {
		self->after = relay->first;
		if (self->after)
			self->after->before = self;
		relay->first = self;
		relay->n++;
		is = true;
		/* From here on it may end, once the lock is free. */
		if (!watch(relay, &self->wire, EPOLL_CTL_ADD))
			shutdown(self->wire.fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&relay->lock);
	return is;
}

int
http_relay_add(struct http_relay *relay, int client_fd)
{
	struct relayed *self = calloc(1, sizeof(*self));
	int pair[2];

	if (!self)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       pair) < 0) {
		free(self);
		return -1;
	}
	self->magic = RELAYED_MAGIC;
	self->wire = (struct relay_end){self, client_fd};
	self->plain = (struct relay_end){self, pair[0]};
	self->tls = http_tls_new(relay->tls, client_fd);
	if (self->tls && begin(relay, self))
		return pair[1];
	close(pair[0]);
	close(pair[1]);
	relayed_free(self);
	return -1;
}

static void
done(struct http_relay *relay)
{
	if (relay->epoll_fd >= 0)
		close(relay->epoll_fd);
	if (relay->stop_fd >= 0)
		close(relay->stop_fd);
	http_tls_door_free(relay->tls);
	pthread_mutex_destroy(&relay->lock);
	free(relay);
}

enum sg_status
http_relay_start(unsigned connections_most, unsigned patience_s,
		 struct http_relay **relay_out, struct sg_err *err)
{
	struct http_relay *relay = calloc(1, sizeof(*relay));
	struct epoll_event stop = {.events = EPOLLIN, .data.ptr = relay};

	if (!relay)
		return err_set(err, SG_FAILED, "out of memory");
	relay->most = connections_most;
	relay->patience_ms = (int64_t)patience_s * 1000;
	pthread_mutex_init(&relay->lock, NULL);
	relay->tls = http_tls_door_new();
	relay->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	relay->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (!relay->tls || relay->epoll_fd < 0 || relay->stop_fd < 0 ||
	    epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, relay->stop_fd, &stop) <
		    0 ||
	    pthread_create(&relay->thread, NULL, run, relay) != 0) {
		done(relay);
		return err_set(err, SG_FAILED, "the TLS relay cannot start");
	}
	*relay_out = relay;
	return SG_OK;
}

void
http_relay_stop(struct http_relay *relay)
{
	uint64_t one = 1;

	if (!relay)
		return;
	atomic_store(&relay->stop, true);
	if (write(relay->stop_fd, &one, sizeof(one)) < 0)
		log_debug("http: a TLS relay was not woken");
	pthread_join(relay->thread, NULL);
	done(relay);
}
