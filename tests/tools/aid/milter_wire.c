#include "tests/tools/aid/milter_wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST_PACKET = 16 << 20 };

static int
connect_unix(const char *path)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(un.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(un.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int
connect_inet(const char *port_at_host)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	char *at;
	int on = 1;
	int fd;

	in.sin_port = htons((uint16_t)strtoul(port_at_host, &at, 10));
	if (*at != '@' || inet_pton(AF_INET, at + 1, &in.sin_addr) != 1) {
		errno = EINVAL;
		return -1;
	}
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (struct sockaddr *)&in, sizeof(in)) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool
wire_open(struct milter_wire *wire, const char *address)
{
	struct timeval patience = {.tv_sec = 20};

	memset(wire, 0, offsetof(struct milter_wire, chunk));
	if (!strncmp(address, "inet:", 5))
		wire->fd = connect_inet(address + 5);
	else
		wire->fd = connect_unix(
			strncmp(address, "unix:", 5) ? address : address + 5);
	if (wire->fd >= 0)
		setsockopt(wire->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			   sizeof(patience));
	return wire->fd >= 0;
}

void
wire_close(struct milter_wire *wire)
{
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
	buf_done(&wire->in);
	buf_done(&wire->out);
}

void
wire_put(struct milter_wire *wire, char command, const void *data, size_t len)
{
	uint32_t size = htonl((uint32_t)len + 1);

	buf_append(&wire->out, &size, sizeof(size));
	buf_append_char(&wire->out, command);
	buf_append(&wire->out, data, len);
}

bool
wire_flush(struct milter_wire *wire)
{
	size_t at = 0;

	while (at < wire->out.len) {
		ssize_t n = send(wire->fd, wire->out.data + at,
				 wire->out.len - at, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	buf_reset(&wire->out);
	return true;
}

/* `len` bytes into `to`, by way of the chunk. */
static bool
take(struct milter_wire *wire, char *to, size_t len)
{
	while (len > 0) {
		size_t n = wire->in_have - wire->in_at;

		if (n == 0) {
			ssize_t got = recv(wire->fd, wire->chunk,
					   sizeof(wire->chunk), 0);

			if (got <= 0)
				return false;
			wire->in_at = 0;
			wire->in_have = (size_t)got;
			continue;
		}
		if (n > len)
			n = len;
		memcpy(to, wire->chunk + wire->in_at, n);
		wire->in_at += n;
		to += n;
		len -= n;
	}
	return true;
}

uint32_t
wire_number(const char *four_bytes)
{
	uint32_t number;

	memcpy(&number, four_bytes, sizeof(number));
	return ntohl(number);
}

bool
wire_read(struct milter_wire *wire)
{
	char size[4];
	size_t len;
	char *room;

	if (!wire_flush(wire) || !take(wire, size, sizeof(size)))
		return false;
	len = wire_number(size);
	buf_reset(&wire->in);
	if (len == 0 || len > MOST_PACKET)
		return false;
	room = buf_reserve(&wire->in, len);
	if (!room || !take(wire, room, len))
		return false;
	buf_commit(&wire->in, len);
	return true;
}

bool
wire_negotiate(struct milter_wire *wire, uint32_t version, uint32_t actions,
	       uint32_t steps)
{
	uint32_t offer[3] = {htonl(version), htonl(actions), htonl(steps)};

	wire_put(wire, 'O', offer, sizeof(offer));
	if (!wire_read(wire) || wire->in.data[0] != 'O' || wire->in.len < 13)
		return false;
	wire->actions = wire_number(wire->in.data + 5);
	wire->steps = wire_number(wire->in.data + 9);
	return true;
}

bool
wire_is_answered(const struct milter_wire *wire, char command)
{
	static const struct {
		char command;
		uint32_t no_reply;
	} table[] = {
		{'C', WIRE_NR_CONN}, {'H', WIRE_NR_HELO}, {'M', WIRE_NR_MAIL},
		{'R', WIRE_NR_RCPT}, {'T', WIRE_NR_DATA}, {'L', WIRE_NR_HDR},
		{'N', WIRE_NR_EOH},  {'B', WIRE_NR_BODY}, {'U', WIRE_NR_UNKN},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].command == command)
			return !(wire->steps & table[i].no_reply);
	return command == 'E';
}

bool
wire_is_final(char reply)
{
	return reply && strchr("cadrtysf", reply);
}

static void
string(struct buf *data, const char *text)
{
	buf_append(data, text, strlen(text) + 1);
}

void
wire_connect_data(struct buf *data, const char *name, const char *address)
{
	static const char port[2] = {0x30, 0x39};

	string(data, name);
	if (!address) {
		buf_append_char(data, 'U');
		return;
	}
	buf_append_char(data, strchr(address, ':') ? '6' : '4');
	buf_append(data, port, sizeof(port));
	string(data, address);
}

void
wire_header_data(struct buf *data, const char *name, const char *value)
{
	string(data, name);
	string(data, value);
}

void
wire_args_data(struct buf *data, const char *const *args, size_t n)
{
	for (size_t i = 0; i < n; i++)
		string(data, args[i]);
}
