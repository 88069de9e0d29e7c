/*
 * http_socket.c - listening sockets of our own: several on one TCP port (one
 * for each epoll loop; the kernel shares connections out), woken only when a
 * request's first bytes are there, and the Unix socket with its mode.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/http_private.h"

enum { BACKLOG = 1024, DEFER_ACCEPT_S = 5, ADDRESS_MOST = 256 };

/* "host:port", "[v6]:port", "*:port" into its two halves. */
static enum sg_status
split_address(const char *address, char host[ADDRESS_MOST], const char **port,
	      struct sg_err *err)
{
	const char *colon = strrchr(address, ':');
	size_t len = colon ? (size_t)(colon - address) : 0;

	if (!colon || !colon[1] ||
	    strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
	    strtoul(colon + 1, NULL, 10) > UINT16_MAX || len >= ADDRESS_MOST)
		return err_set(err, SG_REFUSED,
			       "`%s` is not an address to listen on: expected "
			       "HOST:PORT, as in 127.0.0.1:8025 or [::1]:8025",
			       address);
	if (len >= 2 && address[0] == '[' && colon[-1] == ']') {
		address++;
		len -= 2;
	}
	memcpy(host, address, len);
	host[len] = '\0';
	*port = colon + 1;
	return SG_OK;
}

enum sg_status
http_address_check(const char *address, struct sg_err *err)
{
	char host[ADDRESS_MOST];
	const char *port;

	return split_address(address, host, &port, err);
}

static enum sg_status
resolve(const char *address, struct addrinfo **found_out, struct sg_err *err)
{
	struct addrinfo hints = {0};
	char host[ADDRESS_MOST];
	const char *port = NULL, *node = host;
	enum sg_status status = split_address(address, host, &port, err);
	int rc;

	if (status != SG_OK)
		return status;
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
	if (!*node || strcmp(node, "*") == 0)
		node = NULL;
	rc = getaddrinfo(node, port, &hints, found_out);
	if (rc != 0)
		return err_set(err, SG_REFUSED, "cannot listen on `%s`: %s",
			       address, gai_strerror(rc));
	return SG_OK;
}

static void
set_port(struct sockaddr *address, uint16_t port)
{
	if (address->sa_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)address)->sin6_port =
			htons(port);
	else
		((struct sockaddr_in *)(void *)address)->sin_port = htons(port);
}

static uint16_t
get_port(int fd)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);

	if (getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		return 0;
	if (at.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&at)->sin6_port);
	if (at.ss_family != AF_INET)
		return 0;
	return ntohs(((struct sockaddr_in *)&at)->sin_port);
}

/* Without SO_REUSEPORT a second daemon on our port is refused, as it must be;
 * with it the kernel would share our connections out to it. So the port is
 * tried without first. */
static bool
is_free(const struct addrinfo *at)
{
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int yes = 1, saved;
	bool is;

	if (fd < 0)
		return true;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	is = bind(fd, at->ai_addr, at->ai_addrlen) == 0;
	saved = errno;
	close(fd);
	errno = saved;
	return is;
}

static int
bind_tcp(const struct addrinfo *at)
{
	int fd = socket(at->ai_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int yes = 1, no = 0, defer_s = DEFER_ACCEPT_S, saved;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &defer_s,
		   sizeof(defer_s));
	if (at->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

enum sg_status
http_socket_tcp(const char *address, uint16_t use_port, int *fd_out,
		uint16_t *port_out, struct sg_err *err)
{
	struct addrinfo *found;
	enum sg_status status = resolve(address, &found, err);
	int fd;

	if (status != SG_OK)
		return status;
	if (use_port)
		set_port(found->ai_addr, use_port);
	fd = use_port || is_free(found) ? bind_tcp(found) : -1;
	freeaddrinfo(found);
	if (fd < 0 && errno == EADDRINUSE)
		return err_set(err, SG_FAILED,
			       "cannot listen on %s: another program does "
			       "(ss -ltnp says which)",
			       address);
	if (fd < 0)
		return err_errno(err, SG_FAILED, "cannot listen on %s",
				 address);
	*fd_out = fd;
	*port_out = get_port(fd);
	return SG_OK;
}

enum sg_status
http_socket_inherit(int inherited_fd, int *fd_out, uint16_t *port_out,
		    struct sg_err *err)
{
	int yes = 1, listens = 0, flags;
	socklen_t len = sizeof(listens);
	int fd = fcntl(inherited_fd, F_DUPFD_CLOEXEC, 3);

	if (fd < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) < 0 ||
	    !listens) {
		if (fd >= 0)
			close(fd);
		return err_set(err, SG_REFUSED,
			       "the descriptor %d that was handed to us is no "
			       "socket that listens for connections",
			       inherited_fd);
	}
	flags = fcntl(fd, F_GETFL);
	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	/* Not a TCP socket's: then it does nothing. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	*fd_out = fd;
	*port_out = get_port(fd);
	return SG_OK;
}

/* A socket file that nobody answers is what a killed daemon left. */
static enum sg_status
clear_stale(const char *path, const struct sockaddr_un *at, struct sg_err *err)
{
	struct stat what;
	int fd, rc;

	if (lstat(path, &what) < 0)
		return errno == ENOENT ? SG_OK
				       : err_errno(err, SG_FAILED,
						   "cannot look at %s", path);
	if (!S_ISSOCK(what.st_mode))
		return err_set(err, SG_REFUSED,
			       "%s is there and is not a socket", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno(err, SG_FAILED, "socket");
	rc = connect(fd, (const struct sockaddr *)at, sizeof(*at));
	close(fd);
	if (rc == 0)
		return err_set(err, SG_REFUSED,
			       "another scoregated is listening on %s", path);
	if (unlink(path) < 0)
		return err_errno(err, SG_FAILED, "cannot remove the old %s",
				 path);
	return SG_OK;
}

static enum sg_status
set_owner_and_mode(const struct http_listen *at, struct sg_err *err)
{
	struct group *group;

	if (at->socket_group) {
		group = getgrnam(at->socket_group);
		if (!group)
			return err_set(err, SG_REFUSED,
				       "no group `%s` for the socket %s",
				       at->socket_group, at->address);
		if (chown(at->address, (uid_t)-1, group->gr_gid) < 0)
			return err_errno(err, SG_FAILED,
					 "cannot give %s to group `%s`",
					 at->address, at->socket_group);
	}
	if (chmod(at->address, at->socket_mode ? at->socket_mode : 0660) < 0)
		return err_errno(err, SG_FAILED, "cannot set the mode of %s",
				 at->address);
	return SG_OK;
}

/* Bound with no permission for anybody else, opened up when it is right. */
static enum sg_status
bind_unix(int fd, const struct sockaddr_un *name, const struct http_listen *at,
	  struct sg_err *err)
{
	enum sg_status status;

	if (fchmod(fd, 0600) < 0 ||
	    bind(fd, (const struct sockaddr *)name, sizeof(*name)) < 0)
		return err_errno(err, SG_FAILED, "cannot listen on %s",
				 at->address);
	status = set_owner_and_mode(at, err);
	if (status == SG_OK && listen(fd, BACKLOG) < 0)
		status = err_errno(err, SG_FAILED, "cannot listen on %s",
				   at->address);
	if (status != SG_OK)
		unlink(at->address);
	return status;
}

enum sg_status
http_socket_unix(const struct http_listen *at, int *fd_out, struct sg_err *err)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	size_t len = strlen(at->address);
	enum sg_status status;
	int fd;

	if (len >= sizeof(name.sun_path))
		return err_set(err, SG_REFUSED,
			       "the socket path %s is longer than %zu bytes",
			       at->address, sizeof(name.sun_path) - 1);
	memcpy(name.sun_path, at->address, len);
	status = clear_stale(at->address, &name, err);
	if (status != SG_OK)
		return status;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_errno(err, SG_FAILED, "socket");
	status = bind_unix(fd, &name, at, err);
	if (status != SG_OK) {
		close(fd);
		return status;
	}
	*fd_out = fd;
	return SG_OK;
}

void
http_socket_peer(const struct sockaddr *address, struct http_origin *peer)
{
	const struct sockaddr_in6 *v6 = (const void *)address;
	const struct sockaddr_in *v4 = (const void *)address;

	memset(peer, 0, sizeof(*peer));
	peer->known = address && (address->sa_family == AF_INET ||
				  address->sa_family == AF_INET6);
	if (!peer->known)
		return;
	/* An IPv4 peer on a socket for both is mapped already. */
	if (address->sa_family == AF_INET6)
		memcpy(peer->address.bytes, &v6->sin6_addr, 16);
	else
		inet_from_v4(&v4->sin_addr, &peer->address);
}

socklen_t
http_socket_address(const struct http_origin *peer,
		    struct sockaddr_storage *address)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;

	memset(address, 0, sizeof(*address));
	if (!peer->known) {
		address->ss_family = AF_UNIX;
		return sizeof(sa_family_t);
	}
	if (inet_is_v4(&peer->address)) {
		v4->sin_family = AF_INET;
		memcpy(&v4->sin_addr, peer->address.bytes + 12, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	memcpy(&v6->sin6_addr, peer->address.bytes, 16);
	return sizeof(*v6);
}

char *
http_socket_text(const struct http_origin *from, char text[HTTP_PEER_SIZE])
{
	text[0] = '\0';
	return from->known ? inet_print(&from->address, text) : text;
}
