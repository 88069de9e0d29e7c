/*
 * milter_wire.h - the bytes between the MTA and libmilter: read ahead, and
 * written together.
 *
 * libmilter takes five system calls for a packet that comes (poll, poll, read,
 * poll, read) and two for one that goes, and Postfix sends some 35 a message:
 * measured, most of what a message cost us. So libmilter.a is linked with its
 * accept, poll, read, writev and close bound to these (Makefile): what is there
 * is received at once and handed out from memory, and the edits of a message
 * leave with its final answer, so that the MTA wakes for them once. Where there
 * is only a shared libmilter it is linked as it is, and none of this is called.
 *
 * Every function does what its namesake does. A connection belongs to one
 * thread at a time, which is libmilter's own rule; one at rest holds no memory.
 */
#ifndef MILTER_MILTER_WIRE_H
#define MILTER_MILTER_WIRE_H

#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

/* From then on the connection is one of ours. */
int milter_wire_accept(int fd, struct sockaddr *from, socklen_t *from_len);

/* Of one connection of ours: what is in memory is ready. Others, and several
 * at once, are the kernel's. */
int milter_wire_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms);

ssize_t milter_wire_read(int fd, void *to, size_t len);

/* A whole packet. An edit is kept until the answer that follows it. */
ssize_t milter_wire_writev(int fd, const struct iovec *parts, int n_parts);

int milter_wire_close(int fd);

#endif
