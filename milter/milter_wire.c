#include "milter_wire.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libmilter/mfdef.h>

enum {
	WIRES_MOST = 16384, /* descriptors above are not read ahead */
	READ_SIZE = 16 * 1024,
	HELD_MOST = 1024 * 1024, /* bytes of edits that wait */
	HEAD_SIZE = 5,		 /* of a packet: its length, what it is */
	/* libmilter looks so long for the next command and then gives the
	 * connection back to its pool, which costs two changes of thread. As
	 * long as there are few, a thread stays with its own: the MTA comes
	 * back with the next message after some milliseconds. */
	LOOK_MS = 1,
	STAY_MS = 20,
	FEW_WIRES = 32
};

/* One connection. `in` is there while something is to be handed out. */
struct wire {
	char *in;
	size_t in_at, in_len;
	char *out;
	size_t out_len, out_cap;
	int write_timeout_ms; /* libmilter's, of the last it asked with */
};

static _Atomic(struct wire *) wires[WIRES_MOST];
static atomic_int n_wires;

static struct wire *
wire_of(int fd)
{
	return fd >= 0 && fd < WIRES_MOST ? atomic_load(&wires[fd]) : NULL;
}

static void
drop_wire(int fd)
{
	struct wire *wire = wire_of(fd);

	if (!wire)
		return;
	atomic_store(&wires[fd], NULL);
	atomic_fetch_sub(&n_wires, 1);
	free(wire->in);
	free(wire->out);
	free(wire);
}

/* Without memory for it the connection is served as it is. */
int
milter_wire_accept(int fd, struct sockaddr *from, socklen_t *from_len)
{
	int got = accept(fd, from, from_len);
	struct wire *wire;

	if (got < 0 || got >= WIRES_MOST)
		return got;
	wire = calloc(1, sizeof(*wire));
	if (wire) {
		drop_wire(got); /* there is none: close() drops it */
		atomic_store(&wires[got], wire);
		atomic_fetch_add(&n_wires, 1);
	}
	return got;
}

int
milter_wire_close(int fd)
{
	drop_wire(fd);
	return close(fd);
}

/* --- what comes ----------------------------------------------------------- */

static void
rest(struct wire *wire)
{
	free(wire->in);
	wire->in = NULL;
	wire->in_at = wire->in_len = 0;
}

/* Takes what the socket has, without waiting. false: nothing, or an end or an
 * error, of which the kernel is to be asked. */
static bool
receive(struct wire *wire, int fd)
{
	ssize_t got;

	if (!wire->in)
		wire->in = malloc(READ_SIZE);
	if (!wire->in)
		return false;
	got = recv(fd, wire->in, READ_SIZE, MSG_DONTWAIT);
	wire->in_at = 0;
	wire->in_len = got > 0 ? (size_t)got : 0;
	return got > 0;
}

static int
poll_in(struct wire *wire, struct pollfd *fds, int timeout_ms)
{
	int got;

	if (timeout_ms == LOOK_MS && atomic_load(&n_wires) <= FEW_WIRES)
		timeout_ms = STAY_MS;
	if (wire->in_at == wire->in_len && !receive(wire, fds->fd)) {
		got = poll(fds, 1, timeout_ms);
		if (got <= 0)
			rest(wire);
		if (got <= 0 || !(fds->revents & POLLIN) ||
		    !receive(wire, fds->fd))
			return got;
	}
	fds->revents = POLLIN;
	return 1;
}

ssize_t
milter_wire_read(int fd, void *to, size_t len)
{
	struct wire *wire = wire_of(fd);
	size_t there = wire ? wire->in_len - wire->in_at : 0;

	if (there == 0)
		return read(fd, to, len);
	if (len > there)
		len = there;
	memcpy(to, wire->in + wire->in_at, len);
	wire->in_at += len;
	return (ssize_t)len;
}

/* --- what goes ------------------------------------------------------------ */

/* All of it, as libmilter would: each piece when the socket takes one. */
static bool
write_all(const struct wire *wire, int fd, const char *bytes, size_t len)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	ssize_t wrote;
	int got;

	while (len) {
		wrote = send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (wrote > 0) {
			bytes += wrote;
			len -= (size_t)wrote;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			return false;
		got = poll(&ready, 1, wire->write_timeout_ms);
		if (got == 0)
			errno = ETIMEDOUT;
		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
	}
	return true;
}

static bool
flush(struct wire *wire, int fd)
{
	bool done = write_all(wire, fd, wire->out, wire->out_len);

	free(wire->out);
	wire->out = NULL;
	wire->out_len = wire->out_cap = 0;
	return done;
}

static bool
has_room(struct wire *wire, size_t len)
{
	size_t cap = wire->out_cap ? wire->out_cap : 4096;
	char *grown;

	if (wire->out_cap - wire->out_len >= len)
		return true;
	while (cap - wire->out_len < len)
		cap *= 2;
	grown = realloc(wire->out, cap);
	if (!grown)
		return false;
	wire->out = grown;
	wire->out_cap = cap;
	return true;
}

/* Is another packet sure to follow at once? */
static bool
is_edit(const struct iovec *head)
{
	static const char edits[] = {
		SMFIR_ADDRCPT,	 SMFIR_DELRCPT,	   SMFIR_ADDRCPT_PAR,
		SMFIR_ADDHEADER, SMFIR_INSHEADER,  SMFIR_CHGHEADER,
		SMFIR_CHGFROM,	 SMFIR_QUARANTINE, SMFIR_REPLBODY,
	};

	return head->iov_len >= HEAD_SIZE &&
	       memchr(edits, ((const char *)head->iov_base)[HEAD_SIZE - 1],
		      sizeof(edits));
}

ssize_t
milter_wire_writev(int fd, const struct iovec *parts, int n_parts)
{
	struct wire *wire = wire_of(fd);
	size_t len = 0;

	for (int i = 0; i < n_parts; i++)
		len += parts[i].iov_len;
	if (!wire || !has_room(wire, len))
		return wire && !flush(wire, fd) ? -1
						: writev(fd, parts, n_parts);
	for (int i = 0; i < n_parts; i++) {
		memcpy(wire->out + wire->out_len, parts[i].iov_base,
		       parts[i].iov_len);
		wire->out_len += parts[i].iov_len;
	}
	if (is_edit(&parts[0]) && wire->out_len < HELD_MOST)
		return (ssize_t)len;
	return flush(wire, fd) ? (ssize_t)len : -1;
}

/* --- both ----------------------------------------------------------------- */

int
milter_wire_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
	struct wire *wire = n_fds == 1 ? wire_of(fds->fd) : NULL;

	if (!wire)
		return poll(fds, n_fds, timeout_ms);
	if (fds->events & POLLIN) {
		/* Nobody may wait for an answer that waits in here. */
		if (wire->out_len && !flush(wire, fds->fd)) {
			fds->revents = POLLERR;
			return 1;
		}
		return poll_in(wire, fds, timeout_ms);
	}
	wire->write_timeout_ms = timeout_ms;
	fds->revents = fds->events;
	return 1;
}
