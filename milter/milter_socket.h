/*
 * milter_socket.h - the socket the MTA connects to: its form, what may be left
 * of an earlier run, its file's group and mode. Addresses: "unix:/path" or a
 * bare path, "inet:port@host", "inet6:port@host".
 */
#ifndef MILTER_MILTER_SOCKET_H
#define MILTER_MILTER_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "scoregate_status.h"

enum { MILTER_SOCKET_TEXT = 160 };

struct milter_socket {
	bool is_unix;
	char text[MILTER_SOCKET_TEXT]; /* as libmilter wants it */
	const char *path;	       /* inside text; NULL unless is_unix */
	struct sockaddr_storage address;
	socklen_t address_len;
};

/* SG_REFUSED with a sentence in `why`. */
enum sg_status milter_socket_parse(const char *text, struct milter_socket *out,
				   char *why, size_t why_size)
	__attribute__((warn_unused_result));

/*
 * Removes a socket file nobody listens on. SG_BUSY: somebody does.
 * SG_REFUSED: something that is no socket is there. Nothing to do for TCP.
 */
enum sg_status milter_socket_clear(const struct milter_socket *at, char *why,
				   size_t why_size)
	__attribute__((warn_unused_result));

/* After the socket is made: group by name (NULL = leave), then mode. */
enum sg_status milter_socket_permit(const struct milter_socket *at,
				    const char *group, mode_t mode, char *why,
				    size_t why_size)
	__attribute__((warn_unused_result));

/* TCP_NODELAY on our listener, which the accepted sockets inherit: libmilter
 * writes each change as a segment of its own and would wait 40 ms for the ACK
 * of each. libmilter does not tell its descriptor: it is found by its port. */
void milter_socket_nodelay(const struct milter_socket *at);

#endif
