/*
 * mail_log - an SMTP server that throws mails away and keeps who got them: for
 * a broadcast to a million, of whom nobody may be missing and nobody twice.
 *
 *   mail_log PORT FILE
 *
 * FILE gets a line for each mail that was taken, its recipient, filled up with
 * blanks to 47 bytes: so its size tells how many there are. Written before any
 * of them is answered. One thread.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	LINE = 48,
	EVENTS = 64,
	IN_SIZE = 1 << 17, /* a line of a mail is shorter */
	OUT_SIZE = 4096,
	LOG_SIZE = 1 << 18
};

struct session {
	int fd;
	bool in_data, ends;
	char recipient[LINE];
	size_t in_len, out_len;
	char in[IN_SIZE + 1], out[OUT_SIZE];
};

static char log_text[LOG_SIZE];
static size_t log_len;
static int log_fd;

static void
die(const char *what)
{
	fprintf(stderr, "mail_log: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
flush_log(void)
{
	if (log_len && write(log_fd, log_text, log_len) != (ssize_t)log_len)
		die("log");
	log_len = 0;
}

static void
say(struct session *session, const char *text)
{
	size_t len = strlen(text);

	if (session->out_len + len > OUT_SIZE) {
		session->ends = true;
		return;
	}
	memcpy(session->out + session->out_len, text, len);
	session->out_len += len;
}

static void
keep(struct session *session)
{
	if (log_len + LINE > LOG_SIZE)
		flush_log();
	snprintf(log_text + log_len, LINE, "%-*s", LINE - 1,
		 session->recipient);
	log_text[log_len + LINE - 1] = '\n';
	log_len += LINE;
}

static void
take_recipient(struct session *session, const char *line)
{
	const char *from = strchr(line, '<');
	size_t len = from ? strcspn(from + 1, ">") : 0;

	snprintf(session->recipient, LINE, "%.*s",
		 (int)(len < LINE ? len : LINE - 1), from ? from + 1 : "");
	say(session, "250 2.1.5 ok\r\n");
}

static void
take_line(struct session *session, const char *line)
{
	if (session->in_data) {
		if (strcmp(line, ".") != 0)
			return;
		session->in_data = false;
		keep(session);
		say(session, "250 2.0.0 kept\r\n");
	} else if (!strncasecmp(line, "EHLO", 4)) {
		say(session, "250-sink.test\r\n250-PIPELINING\r\n"
			     "250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE\r\n");
	} else if (!strncasecmp(line, "RCPT", 4)) {
		take_recipient(session, line);
	} else if (!strncasecmp(line, "DATA", 4)) {
		session->in_data = true;
		say(session, "354 go on\r\n");
	} else if (!strncasecmp(line, "QUIT", 4)) {
		session->ends = true;
		say(session, "221 2.0.0 bye\r\n");
	} else {
		say(session, "250 2.0.0 ok\r\n");
	}
}

/* Every whole line; the rest stays. */
static void
take_lines(struct session *session)
{
	char *from = session->in, *end = session->in + session->in_len, *stop;

	while (!session->ends &&
	       (stop = memchr(from, '\n', (size_t)(end - from)))) {
		*stop = '\0';
		if (stop > from && stop[-1] == '\r')
			stop[-1] = '\0';
		take_line(session, from);
		from = stop + 1;
	}
	session->in_len = (size_t)(end - from);
	memmove(session->in, from, session->in_len);
	if (session->in_len == IN_SIZE)
		session->ends = true;
}

/* False: it is over. */
static bool
read_some(struct session *session)
{
	ssize_t n = read(session->fd, session->in + session->in_len,
			 IN_SIZE - session->in_len);

	if (n <= 0)
		return n < 0 && errno == EINTR;
	session->in_len += (size_t)n;
	take_lines(session);
	return true;
}

static void
answer(struct session *session)
{
	if (session->out_len &&
	    write(session->fd, session->out, session->out_len) < 0)
		session->ends = true;
	session->out_len = 0;
}

static void
welcome(int listener, int epoll)
{
	struct session *session = calloc(1, sizeof(*session));
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = session};
	int one = 1;

	if (!session)
		die("memory");
	session->fd = accept(listener, NULL, NULL);
	if (session->fd < 0) {
		free(session);
		return;
	}
	setsockopt(session->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	say(session, "220 sink.test ESMTP\r\n");
	answer(session);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, session->fd, &event) != 0)
		die("epoll");
}

static void
part(struct session *session)
{
	close(session->fd);
	free(session);
}

static int
listen_at(const char *port)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(fd, 128) != 0)
		die(port);
	return fd;
}

/* What they said is read, kept, and only then answered. */
static void
serve(int listener, int epoll)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(epoll, events, EVENTS, -1), i;

	for (i = 0; i < n; i++) {
		struct session *session = events[i].data.ptr;

		if (!session)
			welcome(listener, epoll);
		else if (!read_some(session))
			session->ends = true;
	}
	flush_log();
	for (i = 0; i < n; i++) {
		struct session *session = events[i].data.ptr;

		if (!session)
			continue;
		answer(session);
		if (session->ends)
			part(session);
	}
}

int
main(int argc, char **argv)
{
	struct epoll_event event = {.events = EPOLLIN};
	int listener, epoll;

	if (argc != 3) {
		fprintf(stderr, "mail_log PORT FILE\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	log_fd = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (log_fd < 0)
		die(argv[2]);
	listener = listen_at(argv[1]);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0)
		die("epoll");
	for (;;)
		serve(listener, epoll);
}
