#include "milter_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SAY(...) snprintf(why, why_size, __VA_ARGS__)

static enum sg_status
parse_unix(const char *path, struct milter_socket *out, char *why,
	   size_t why_size)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&out->address;

	if (path[0] != '/') {
		SAY("milter socket '%s': the path must begin with '/'", path);
		return SG_REFUSED;
	}
	if (strlen(path) >= sizeof(un->sun_path)) {
		SAY("milter socket '%s': a path has at most %zu bytes", path,
		    sizeof(un->sun_path) - 1);
		return SG_REFUSED;
	}
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path, strlen(path) + 1);
	out->is_unix = true;
	out->address_len = sizeof(*un);
	snprintf(out->text, sizeof(out->text), "unix:%s", path);
	out->path = out->text + strlen("unix:");
	return SG_OK;
}

static enum sg_status
parse_inet(int family, const char *text, const char *rest,
	   struct milter_socket *out, char *why, size_t why_size)
{
	struct addrinfo hints = {.ai_family = family,
				 .ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	const char *at = strchr(rest, '@');
	char port[8] = "";

	if (at && (size_t)(at - rest) < sizeof(port) && at[1] != '\0') {
		memcpy(port, rest, (size_t)(at - rest));
		if (getaddrinfo(at + 1, port, &hints, &found) != 0)
			found = NULL;
	}
	if (!found || strlen(text) >= sizeof(out->text)) {
		if (found)
			freeaddrinfo(found);
		SAY("milter socket '%s': expected unix:/path or "
		    "inet:port@host, with a host this machine knows",
		    text);
		return SG_REFUSED;
	}
	memcpy(&out->address, found->ai_addr, found->ai_addrlen);
	out->address_len = found->ai_addrlen;
	freeaddrinfo(found);
	snprintf(out->text, sizeof(out->text), "%s", text);
	return SG_OK;
}

enum sg_status
milter_socket_parse(const char *text, struct milter_socket *out, char *why,
		    size_t why_size)
{
	memset(out, 0, sizeof(*out));
	if (!text || !*text) {
		SAY("milter socket: nothing given");
		return SG_REFUSED;
	}
	if (!strncmp(text, "inet:", 5))
		return parse_inet(AF_INET, text, text + 5, out, why, why_size);
	if (!strncmp(text, "inet6:", 6))
		return parse_inet(AF_INET6, text, text + 6, out, why, why_size);
	if (!strncmp(text, "unix:", 5))
		text += 5;
	else if (!strncmp(text, "local:", 6))
		text += 6;
	return parse_unix(text, out, why, why_size);
}

/* Connected (0), or the errno of what went wrong. */
static int
try_connect(const struct milter_socket *at)
{
	int error = 0;
	int fd = socket(at->address.ss_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return errno;
	if (connect(fd, (const struct sockaddr *)&at->address,
		    at->address_len) < 0)
		error = errno;
	close(fd);
	return error;
}

enum sg_status
milter_socket_clear(const struct milter_socket *at, char *why, size_t why_size)
{
	struct stat st;

	if (!at->is_unix || lstat(at->path, &st) < 0)
		return SG_OK;
	if (!S_ISSOCK(st.st_mode)) {
		SAY("milter socket '%s': something that is no socket is there",
		    at->path);
		return SG_REFUSED;
	}
	/* EAGAIN: somebody listens and is too busy to answer. */
	switch (try_connect(at)) {
	case 0:
	case EAGAIN:
		SAY("milter socket '%s': another milter listens there; is a "
		    "scoregated running already?",
		    at->path);
		return SG_BUSY;
	case ECONNREFUSED:
		if (unlink(at->path) == 0 || errno == ENOENT)
			return SG_OK;
		break;
	default:
		break;
	}
	SAY("milter socket '%s': the one left there cannot be removed: %s",
	    at->path, strerror(errno));
	return SG_FAILED;
}

enum sg_status
milter_socket_permit(const struct milter_socket *at, const char *group,
		     mode_t mode, char *why, size_t why_size)
{
	if (!at->is_unix)
		return SG_OK;
	if (group) {
		/* Once, at start, before there is a second thread. */
		struct group *entry = getgrnam(group);

		if (!entry) {
			SAY("milter socket group '%s': no such group", group);
			return SG_REFUSED;
		}
		if (chown(at->path, (uid_t)-1, entry->gr_gid) < 0) {
			SAY("milter socket '%s': cannot be given to group "
			    "'%s': %s",
			    at->path, group, strerror(errno));
			return SG_FAILED;
		}
	}
	if (chmod(at->path, mode) < 0) {
		SAY("milter socket '%s': cannot be given mode %04o: %s",
		    at->path, (unsigned)mode, strerror(errno));
		return SG_FAILED;
	}
	return SG_OK;
}

static bool
is_listener_of(int fd, const struct milter_socket *at)
{
	struct sockaddr_storage here;
	socklen_t len = sizeof(here);
	int listening = 0;
	socklen_t flag_len = sizeof(listening);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &flag_len) <
		    0 ||
	    !listening || getsockname(fd, (struct sockaddr *)&here, &len) < 0 ||
	    here.ss_family != at->address.ss_family)
		return false;
	if (here.ss_family == AF_INET)
		return ((struct sockaddr_in *)&here)->sin_port ==
		       ((const struct sockaddr_in *)&at->address)->sin_port;
	return ((struct sockaddr_in6 *)&here)->sin6_port ==
	       ((const struct sockaddr_in6 *)&at->address)->sin6_port;
}

void
milter_socket_nodelay(const struct milter_socket *at)
{
	enum { LOW_FDS = 256 };
	int on = 1;

	for (int fd = 3; !at->is_unix && fd < LOW_FDS; fd++)
		if (is_listener_of(fd, at))
			(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
					 sizeof(on));
}
