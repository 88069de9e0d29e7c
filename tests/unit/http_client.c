/* http_client.c - see http_client.h. */
#include "http_client.h"

#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { READ_WAIT_MS = 20000 };

int
http_client_connect(uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc;

	at.sin_port = htons(port);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert(fd >= 0);
	rc = connect(fd, (struct sockaddr *)&at, sizeof(at));
	assert(rc == 0);
	return fd;
}

int
http_client_connect_unix(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc;

	assert(fd >= 0 && strlen(path) < sizeof(at.sun_path));
	memcpy(at.sun_path, path, strlen(path));
	rc = connect(fd, (struct sockaddr *)&at, sizeof(at));
	assert(rc == 0);
	return fd;
}

void
http_client_send(int fd, const void *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return; /* the server has had enough */
		bytes = (const char *)bytes + n;
		len -= (size_t)n;
	}
}

static bool
wait_readable(int fd, int wait_ms)
{
	struct pollfd at = {fd, POLLIN, 0};

	return poll(&at, 1, wait_ms) == 1;
}

/* One more byte; false: closed. */
static bool
read_byte(int fd, struct buf *to)
{
	char byte;

	if (!wait_readable(fd, READ_WAIT_MS) || read(fd, &byte, 1) != 1)
		return false;
	buf_append_char(to, byte);
	return true;
}

static bool
read_bytes(int fd, struct buf *to, size_t len)
{
	while (len-- > 0)
		if (!read_byte(fd, to))
			return false;
	return true;
}

static bool
read_line(int fd, struct buf *to)
{
	size_t from = to->len;

	do {
		if (!read_byte(fd, to))
			return false;
	} while (to->len - from < 2 ||
		 memcmp(to->data + to->len - 2, "\r\n", 2) != 0);
	return true;
}

static bool
read_chunks(int fd, struct buf *body)
{
	struct buf line = BUF_INIT, end = BUF_INIT;
	size_t len = 1;
	bool ok = true;

	while (ok && len > 0) {
		buf_reset(&line);
		ok = read_line(fd, &line);
		len = ok ? strtoul(buf_text(&line), NULL, 16) : 0;
		ok = ok && read_bytes(fd, body, len) && read_line(fd, &end);
	}
	buf_done(&line);
	buf_done(&end);
	return ok;
}

static void
read_body(int fd, struct http_answer *answer)
{
	const char *length = http_answer_header(answer, "Content-Length");
	const char *encoding = http_answer_header(answer, "Transfer-Encoding");

	if (encoding)
		answer->closed = !read_chunks(fd, &answer->body);
	else if (length)
		answer->closed = !read_bytes(fd, &answer->body,
					     strtoul(length, NULL, 10));
	else
		while (read_byte(fd, &answer->body))
			;
}

void
http_client_read(int fd, bool head_only, struct http_answer *answer)
{
	const char *connection;

	memset(answer, 0, sizeof(*answer));
	do {
		buf_reset(&answer->head);
		do {
			if (!read_line(fd, &answer->head)) {
				answer->closed = true;
				return;
			}
		} while (answer->head.len < 4 ||
			 memcmp(answer->head.data + answer->head.len - 4,
				"\r\n\r\n", 4) != 0);
		if (strncmp(answer->head.data, "HTTP/1.", 7) == 0)
			answer->status =
				(int)strtol(answer->head.data + 9, NULL, 10);
	} while (answer->status == 100);
	if (!head_only && answer->status != 204 && answer->status != 304)
		read_body(fd, answer);
	connection = http_answer_header(answer, "Connection");
	if (connection && strcasecmp(connection, "close") == 0)
		answer->closed = true;
}

void
http_answer_done(struct http_answer *answer)
{
	buf_done(&answer->head);
	buf_done(&answer->body);
}

const char *
http_answer_header(const struct http_answer *answer, const char *name)
{
	static _Thread_local char value[256];
	const char *at = buf_text(&answer->head);
	size_t len = strlen(name);

	while ((at = strstr(at, "\r\n"))) {
		at += 2;
		if (strncasecmp(at, name, len) == 0 && at[len] == ':') {
			at += len + 1;
			at += strspn(at, " ");
			len = strcspn(at, "\r");
			if (len >= sizeof(value))
				len = sizeof(value) - 1;
			memcpy(value, at, len);
			value[len] = '\0';
			return value;
		}
	}
	return NULL;
}

bool
http_client_is_closed(int fd, int wait_ms)
{
	char byte;

	return wait_readable(fd, wait_ms) && read(fd, &byte, 1) <= 0;
}
