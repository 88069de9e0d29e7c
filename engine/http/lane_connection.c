/* lane_connection.c - see lane_connection.h. */
#include "http/lane_connection.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { CONNECTION_MAGIC = 0x4c434f4e, THROWN_MOST = 1 << 20 /* bytes */ };

struct lane_connection *
lane_connection_new(struct lane_connections *all, struct http *http, int fd,
		    const struct sockaddr *address)
{
	struct lane_connection *self = malloc(sizeof(*self));

	if (!self)
		return NULL;
	self->magic = CONNECTION_MAGIC;
	self->fd = fd;
	self->watched = self->begun = self->over = self->refused = false;
	self->relayed = false;
	self->answered = self->thrown = 0;
	self->chunked = NULL;
	http_socket_peer(address, &self->peer);
	http_limit_enter(http, &self->peer);
	http_socket_text(&self->peer, self->text);
	self->wants_proxy = self->peer.trusted &&
			    atomic_load(&http->policy)->trust.proxy_protocol;
	all->n++;
	atomic_fetch_add(&http->connections, 1);
	return self;
}

static void
unlink_it(struct lane_connections *all, struct lane_connection *self)
{
	if (self->before)
		self->before->after = self->after;
	else
		all->first = self->after;
	if (self->after)
		self->after->before = self->before;
	else
		all->last = self->before;
}

static void
link_last(struct lane_connections *all, struct lane_connection *self)
{
	self->before = all->last;
	self->after = NULL;
	if (all->last)
		all->last->after = self;
	else
		all->first = self;
	all->last = self;
}

int
lane_connection_release(struct lane_connections *all, struct http *http,
			struct lane_connection *self)
{
	int fd = self->fd;

	assert(self->magic == CONNECTION_MAGIC);
	if (self->watched)
		unlink_it(all, self);
	all->n--;
	atomic_fetch_sub(&http->connections, 1);
	http_limit_leave(http, &self->peer);
	lane_chunked_free(self->chunked);
	self->magic = 0;
	free(self);
	return fd;
}

static bool
watch(const struct lane_connections *all, struct lane_connection *self, int how)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET,
				    .data.ptr = self};

	return epoll_ctl(all->epoll_fd, how, self->fd, &event) == 0;
}

enum sg_status
lane_connection_wait(struct lane_connections *all, struct lane_connection *self,
		     int64_t now)
{
	if (self->watched)
		unlink_it(all, self);
	else if (!watch(all, self, EPOLL_CTL_ADD))
		return SG_FAILED;
	self->watched = true;
	self->since = now;
	link_last(all, self);
	return SG_OK;
}

void
lane_connection_unwatch(struct lane_connections *all,
			struct lane_connection *self)
{
	if (!self->watched)
		return;
	unlink_it(all, self);
	epoll_ctl(all->epoll_fd, EPOLL_CTL_DEL, self->fd, NULL);
	self->watched = false;
}

void
lane_connection_wake(struct lane_connections *all, struct lane_connection *self)
{
	if (!watch(all, self, EPOLL_CTL_MOD))
		self->over = true; /* it ends when it has waited too long */
}

bool
lane_connection_take(struct lane_connection *self, char *scratch)
{
	size_t len = self->answered;

	self->answered = 0;
	/* The kernel throws it away; a Unix socket's copies it. */
	return len == 0 || recv(self->fd, scratch, len,
				MSG_TRUNC | MSG_DONTWAIT) == (ssize_t)len;
}

bool
lane_connection_throw(struct lane_connection *self, char *scratch, size_t size)
{
	ssize_t len;

	do {
		len = recv(self->fd, scratch, size, MSG_TRUNC | MSG_DONTWAIT);
		self->thrown += len > 0 ? (size_t)len : 0;
	} while (len > 0 && self->thrown < THROWN_MOST);
	return len < 0 && (errno == EAGAIN || errno == EINTR);
}
