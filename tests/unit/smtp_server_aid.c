/* smtp_server_aid.c - see smtp_server_aid.h. */
#include "smtp_server_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

enum { CUT_AFTER = 1000 };

static void
see(struct smtp_server *server, const char *line)
{
	size_t len = strlen(server->seen);

	snprintf(server->seen + len, SEEN_SIZE - len, "%s|", line);
}

static bool
say(int fd, const char *reply)
{
	char line[1000];
	int len = snprintf(line, sizeof(line), "%s\r\n", reply);

	return send(fd, line, (size_t)len, MSG_NOSIGNAL) == len;
}

static bool
read_line(FILE *in, char *line, int size)
{
	if (!fgets(line, size, in))
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	return true;
}

static void
read_data(struct smtp_server *server, FILE *in)
{
	char line[2000];
	size_t len;

	server->data[0] = '\0';
	server->n_dotted = 0;
	while (fgets(line, sizeof(line), in)) {
		if (strcmp(line, ".\r\n") == 0) {
			see(server, ".");
			return;
		}
		server->n_dotted += !strncmp(line, "..", 2);
		len = strlen(server->data);
		snprintf(server->data + len, sizeof(server->data) - len, "%s",
			 line);
	}
}

static void
hang(struct smtp_server *server)
{
	while (!atomic_load(&server->over))
		clock_sleep_ms(5);
}

static void
serve(struct smtp_server *server, int fd, const smtp_script *steps)
{
	FILE *in = fdopen(fd, "r");
	char line[2000];
	size_t i;

	for (i = 0; i < STEPS_MOST && (*steps)[i]; i++) {
		const char *step = (*steps)[i];

		if (i > 0 && strstr((*steps)[i - 1], "354 "))
			read_data(server, in);
		else if (i > 0 && !read_line(in, line, sizeof(line)))
			break;
		else if (i > 0)
			see(server, line);
		if (!strcmp(step, WAIT))
			continue;
		if (!strcmp(step, HANG))
			hang(server);
		if (!strcmp(step, CLOSE) || !strcmp(step, HANG))
			break;
		if (!strcmp(step, CUT)) {
			say(fd, GO);
			for (int n = 0; n < CUT_AFTER; n++)
				(void)fgetc(in);
			break;
		}
		if (!say(fd, step))
			break;
	}
	see(server, "/");
	fclose(in);
}

static void *
server_thread(void *arg)
{
	struct smtp_server *server = arg;
	int fd;

	while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
		unsigned n = atomic_fetch_add(&server->n_connections, 1);

		if (n < server->n_scripts)
			serve(server, fd, &server->scripts[n]);
		else
			close(fd);
	}
	return NULL;
}

void
smtp_server_start(struct smtp_server *server, const smtp_script *scripts,
		  size_t n)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);

	memset(server, 0, sizeof(*server));
	server->scripts = scripts;
	server->n_scripts = n;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(server->listener, (void *)&at, sizeof(at)), 0);
	assert_int_equal(listen(server->listener, 8), 0);
	assert_int_equal(getsockname(server->listener, (void *)&at, &len), 0);
	server->port = ntohs(at.sin_port);
	assert_int_equal(
		pthread_create(&server->thread, NULL, server_thread, server),
		0);
}

void
smtp_server_stop(struct smtp_server *server)
{
	atomic_store(&server->over, true);
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
}
