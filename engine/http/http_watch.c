/*
 * http_watch.c - every open connection, and the thread that ends those whose
 * peer takes too long over one request. libmicrohttpd's timeout starts anew
 * with every byte, so a client that sends one every few seconds would stay for
 * ever.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "http/http_private.h"

enum { CONNECTION_MAGIC = 0x48434f4e, LOOK_EVERY_MS = 500 };

struct http_watch {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
};

/* SO_PEERCRED's struct ucred, which <sys/socket.h> hides without _GNU_SOURCE.
 */
struct peer_credentials {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

static void
end_overdue(struct http_door *door, long long before)
{
	struct http_connection *connection;

	pthread_mutex_lock(&door->lock);
	for (connection = door->connections; connection;
	     connection = connection->after) {
		long long since = atomic_load(&connection->waiting_since);

		if (since != 0 && since < before)
			shutdown(connection->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&door->lock);
}

static void *
watch(void *arg)
{
	struct http *http = arg;
	struct http_watch *self = http->watch;
	long long most_ms = (long long)http->options.request_s * 1000;

	pthread_mutex_lock(&self->lock);
	while (!self->stop) {
		int64_t until = clock_monotonic_ms() + LOOK_EVERY_MS;
		struct timespec at = {until / 1000, until % 1000 * 1000000};

		pthread_cond_timedwait(&self->wake, &self->lock, &at);
		for (size_t i = 0; i < http->n_doors && !self->stop; i++)
			end_overdue(http->doors[i],
				    clock_monotonic_ms() - most_ms);
	}
	pthread_mutex_unlock(&self->lock);
	return NULL;
}

enum sg_status
http_watch_start(struct http *http, struct sg_err *err)
{
	struct http_watch *self = calloc(1, sizeof(*self));
	pthread_condattr_t monotonic;

	if (!self)
		return err_set(err, SG_FAILED, "out of memory");
	pthread_mutex_init(&self->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&self->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	http->watch = self;
	if (pthread_create(&self->thread, NULL, watch, http) != 0) {
		http->watch = NULL;
		free(self);
		return err_set(err, SG_FAILED, "cannot start a thread");
	}
	return SG_OK;
}

void
http_watch_stop(struct http *http)
{
	struct http_watch *self = http->watch;

	if (!self)
		return;
	pthread_mutex_lock(&self->lock);
	self->stop = true;
	pthread_cond_signal(&self->wake);
	pthread_mutex_unlock(&self->lock);
	pthread_join(self->thread, NULL);
	pthread_cond_destroy(&self->wake);
	pthread_mutex_destroy(&self->lock);
	free(self);
	http->watch = NULL;
}

static void
set_peer(struct http_connection *self, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info;
	struct peer_credentials peer;
	socklen_t len = sizeof(peer);

	self->uid = (uid_t)-1;
	if (self->door->face == HTTP_LOCAL) {
		if (getsockopt(self->fd, SOL_SOCKET, SO_PEERCRED, &peer,
			       &len) == 0 &&
		    len == sizeof(peer))
			self->uid = peer.uid;
		return;
	}
	info = MHD_get_connection_info(connection,
				       MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	http_socket_peer(info ? info->client_addr : NULL, &self->peer);
	if (self->door->face == HTTP_PUBLIC)
		http_limit_enter(self->door->http, &self->peer);
	else
		self->peer.trusted = http_trust_has(
			&atomic_load(&self->door->http->policy)->trust,
			self->peer.known ? &self->peer.address : NULL);
}

static struct http_connection *
add(struct http_door *door, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct http_connection *self = calloc(1, sizeof(*self));

	if (!self)
		return NULL;
	self->magic = CONNECTION_MAGIC;
	self->door = door;
	self->fd = info ? info->connect_fd : -1;
	atomic_store(&self->waiting_since, clock_monotonic_ms());
	set_peer(self, connection);
	pthread_mutex_lock(&door->lock);
	self->after = door->connections;
	if (self->after)
		self->after->before = self;
	door->connections = self;
	pthread_mutex_unlock(&door->lock);
	atomic_fetch_add(&door->http->connections, 1);
	return self;
}

static void
drop(struct http_connection *self)
{
	struct http_door *door = self->door;

	pthread_mutex_lock(&door->lock);
	if (self->before)
		self->before->after = self->after;
	else
		door->connections = self->after;
	if (self->after)
		self->after->before = self->before;
	pthread_mutex_unlock(&door->lock);
	atomic_fetch_sub(&door->http->connections, 1);
	http_limit_leave(door->http, &self->peer);
	free(self);
}

void
http_watch_notify(void *arg, struct MHD_Connection *connection,
		  void **socket_context,
		  enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = add(arg, connection);
	} else if (*socket_context) {
		drop(*socket_context);
		*socket_context = NULL;
	}
}

struct http_connection *
http_watch_find(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct http_connection *self = info ? info->socket_context : NULL;

	assert(!self || self->magic == CONNECTION_MAGIC);
	return self;
}
