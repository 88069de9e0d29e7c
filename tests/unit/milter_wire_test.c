/*
 * milter_wire_test.c - libmilter's reads and writes through milter/milter_wire:
 * what it sees is what came, in order, and what it says arrives, in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "milter/milter_wire.h"

enum { READY_MS = 1, LONG_MS = 30000 };

/* A connection as libmilter accepts it: ours, and the MTA's end. */
struct line {
	int listener, ours, mta;
};

static void
connect_line(struct line *line)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	socklen_t len;

	/* Linux makes up a name outside the file system. */
	len = sizeof(at.sun_family);
	line->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(
		bind(line->listener, (const struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(line->listener, 4), 0);
	len = sizeof(at);
	assert_int_equal(
		getsockname(line->listener, (struct sockaddr *)&at, &len), 0);
	line->mta = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(line->mta, (const struct sockaddr *)&at, len),
			 0);
	line->ours = milter_wire_accept(line->listener, NULL, NULL);
	assert_true(line->ours >= 0);
}

static void
end_line(struct line *line)
{
	milter_wire_close(line->ours);
	close(line->listener);
	if (line->mta >= 0)
		close(line->mta);
}

static int
look(int fd, short events, int timeout_ms)
{
	struct pollfd one = {.fd = fd, .events = events};

	return milter_wire_poll(&one, 1, timeout_ms);
}

static void
mta_says(const struct line *line, const void *bytes, size_t len)
{
	assert_int_equal(write(line->mta, bytes, len), (ssize_t)len);
}

/* libmilter's way: look, then take some of it. */
static void
assert_read(const struct line *line, const char *want)
{
	char got[64] = "";
	size_t len = strlen(want);

	assert_int_equal(look(line->ours, POLLIN, LONG_MS), 1);
	assert_int_equal(milter_wire_read(line->ours, got, len), (ssize_t)len);
	assert_string_equal(got, want);
}

/* A packet of `what` and `text`, as libmilter writes it. */
static ssize_t
say(int fd, char what, const char *text)
{
	char head[5] = {0, 0, 0, (char)(1 + strlen(text)), what};
	struct iovec parts[] = {{head, sizeof(head)},
				{(char *)(uintptr_t)text, strlen(text)}};

	return milter_wire_writev(fd, parts, 2);
}

/* What has arrived at the MTA, its zeros as dots. */
static const char *
heard(const struct line *line)
{
	static char text[256];
	ssize_t got = recv(line->mta, text, sizeof(text) - 1, MSG_DONTWAIT);

	if (got < 0)
		got = 0;
	text[got] = '\0';
	for (ssize_t i = 0; i < got; i++)
		if (text[i] < ' ')
			text[i] = '.';
	return text;
}

static void
what_came_together_is_handed_out_in_order(void **state)
{
	struct line line;

	connect_line(&line);
	mta_says(&line, "first second third", 18);
	assert_read(&line, "first");
	assert_read(&line, " sec");
	mta_says(&line, " fourth", 7);
	assert_read(&line, "ond third");
	assert_read(&line, " fourth");
	assert_int_equal(look(line.ours, POLLIN, 0), 0);
	end_line(&line);
}

static void
more_than_is_read_ahead_comes_whole(void **state)
{
	enum { MANY = 70000 };
	char *sent = malloc(MANY), *got = malloc(MANY);
	size_t len = 0;
	struct line line;
	ssize_t some;

	connect_line(&line);
	for (size_t i = 0; i < MANY; i++)
		sent[i] = (char)(i * 7 + i / 251);
	mta_says(&line, sent, MANY);
	while (len < MANY) {
		assert_int_equal(look(line.ours, POLLIN, LONG_MS), 1);
		some = milter_wire_read(line.ours, got + len, MANY - len);
		assert_true(some > 0);
		len += (size_t)some;
	}
	assert_memory_equal(sent, got, MANY);
	free(sent);
	free(got);
	end_line(&line);
}

static void
the_end_is_seen_after_what_came_before_it(void **state)
{
	struct line line;
	char byte;

	connect_line(&line);
	mta_says(&line, "QUIT", 4);
	close(line.mta);
	line.mta = -1;
	assert_read(&line, "QU");
	assert_read(&line, "IT");
	assert_int_equal(look(line.ours, POLLIN, LONG_MS), 1);
	assert_int_equal(milter_wire_read(line.ours, &byte, 1), 0);
	end_line(&line);
}

static void
edits_leave_with_the_answer(void **state)
{
	struct line line;

	connect_line(&line);
	assert_int_equal(look(line.ours, POLLOUT, LONG_MS), 1);
	assert_int_equal(say(line.ours, 'h', "X"), 6);
	assert_int_equal(say(line.ours, 'm', "Y"), 6);
	assert_int_equal(say(line.ours, 'b', "body"), 9);
	assert_string_equal(heard(&line), "");
	assert_int_equal(say(line.ours, 'c', ""), 5);
	assert_string_equal(heard(&line), "....hX....mY....bbody....c");
	end_line(&line);
}

static void
an_answer_and_a_sign_of_life_leave_at_once(void **state)
{
	struct line line;

	connect_line(&line);
	say(line.ours, 'c', "");
	assert_string_equal(heard(&line), "....c");
	say(line.ours, 'h', "X");
	say(line.ours, 'p', "");
	assert_string_equal(heard(&line), "....hX....p");
	end_line(&line);
}

static void
who_waits_for_a_command_has_said_all(void **state)
{
	struct line line;

	connect_line(&line);
	say(line.ours, 'h', "X");
	assert_int_equal(look(line.ours, POLLIN, 0), 0);
	assert_string_equal(heard(&line), "....hX");
	end_line(&line);
}

struct listening {
	int fd;
	size_t len;
	unsigned sum;
};

static void *
hear_all(void *arg)
{
	struct listening *to = arg;
	unsigned char bytes[5000];
	ssize_t got;

	while ((got = read(to->fd, bytes, sizeof(bytes))) > 0) {
		for (ssize_t i = 0; i < got; i++)
			to->sum = to->sum * 31 + bytes[i];
		to->len += (size_t)got;
	}
	return NULL;
}

static void
a_body_of_many_pieces_arrives_whole(void **state)
{
	enum { PIECE = 65535, N_PIECES = 50 };
	char head[5] = {0, 1, 0, 0, 'b'};
	char *piece = malloc(PIECE);
	struct iovec parts[] = {{head, sizeof(head)}, {piece, PIECE}};
	struct listening mta = {0};
	pthread_t thread;
	struct line line;
	unsigned sum = 0;

	connect_line(&line);
	mta.fd = line.mta;
	assert_int_equal(pthread_create(&thread, NULL, hear_all, &mta), 0);
	for (int n = 0; n < N_PIECES; n++) {
		for (size_t i = 0; i < PIECE; i++)
			piece[i] = (char)(i + (size_t)n);
		assert_int_equal(look(line.ours, POLLOUT, LONG_MS), 1);
		assert_int_equal(milter_wire_writev(line.ours, parts, 2),
				 PIECE + 5);
		for (size_t i = 0; i < sizeof(head); i++)
			sum = sum * 31 + (unsigned char)head[i];
		for (size_t i = 0; i < PIECE; i++)
			sum = sum * 31 + (unsigned char)piece[i];
	}
	head[4] = 'c';
	assert_int_equal(milter_wire_writev(line.ours, parts, 1), 5);
	for (size_t i = 0; i < sizeof(head); i++)
		sum = sum * 31 + (unsigned char)head[i];
	milter_wire_close(line.ours);
	pthread_join(thread, NULL);
	assert_int_equal(mta.len, N_PIECES * (PIECE + 5) + 5);
	assert_int_equal(mta.sum, sum);
	close(line.listener);
	close(line.mta);
	free(piece);
}

static void
an_mta_that_takes_nothing_is_given_up(void **state)
{
	enum { PIECE = 65535 };
	char head[5] = {0, 1, 0, 0, 'c'};
	char *piece = calloc(1, PIECE);
	struct iovec parts[] = {{head, sizeof(head)}, {piece, PIECE}};
	struct line line;
	ssize_t wrote;

	connect_line(&line);
	do {
		assert_int_equal(look(line.ours, POLLOUT, 10), 1);
		wrote = milter_wire_writev(line.ours, parts, 2);
	} while (wrote > 0);
	assert_int_equal(wrote, -1);
	assert_int_equal(errno, ETIMEDOUT);
	free(piece);
	end_line(&line);
}

static void
to_an_mta_that_is_gone_nothing_is_written(void **state)
{
	struct line line;

	connect_line(&line);
	close(line.mta);
	line.mta = -1;
	assert_int_equal(say(line.ours, 'h', "X"), 6);
	assert_int_equal(say(line.ours, 'c', ""), -1);
	assert_int_equal(errno, EPIPE);
	end_line(&line);
}

static void
the_next_connection_finds_nothing_of_the_last(void **state)
{
	struct line first, second;

	connect_line(&first);
	mta_says(&first, "left over", 9);
	assert_read(&first, "left");
	say(first.ours, 'h', "X");
	end_line(&first);
	connect_line(&second);
	assert_int_equal(look(second.ours, POLLIN, READY_MS), 0);
	assert_string_equal(heard(&second), "");
	mta_says(&second, "new", 3);
	assert_read(&second, "new");
	end_line(&second);
}

static void
what_was_not_accepted_here_is_the_kernel_s(void **state)
{
	struct pollfd both[2];
	struct line line;
	char bytes[8] = "";
	int pipe_fds[2];

	connect_line(&line);
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(look(pipe_fds[0], POLLIN, 0), 0);
	assert_int_equal(say(pipe_fds[1], 'h', "X"), 6);
	assert_int_equal(look(pipe_fds[0], POLLIN, LONG_MS), 1);
	assert_int_equal(milter_wire_read(pipe_fds[0], bytes, 8), 6);
	mta_says(&line, "x", 1);
	both[0] = (struct pollfd){.fd = pipe_fds[0], .events = POLLIN};
	both[1] = (struct pollfd){.fd = line.ours, .events = POLLIN};
	assert_int_equal(milter_wire_poll(both, 2, LONG_MS), 1);
	assert_int_equal(both[1].revents, POLLIN);
	milter_wire_close(pipe_fds[0]);
	milter_wire_close(pipe_fds[1]);
	assert_int_equal(fcntl(pipe_fds[0], F_GETFD), -1);
	assert_int_equal(milter_wire_accept(-1, NULL, NULL), -1);
	end_line(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_came_together_is_handed_out_in_order),
		cmocka_unit_test(more_than_is_read_ahead_comes_whole),
		cmocka_unit_test(the_end_is_seen_after_what_came_before_it),
		cmocka_unit_test(edits_leave_with_the_answer),
		cmocka_unit_test(an_answer_and_a_sign_of_life_leave_at_once),
		cmocka_unit_test(who_waits_for_a_command_has_said_all),
		cmocka_unit_test(a_body_of_many_pieces_arrives_whole),
		cmocka_unit_test(an_mta_that_takes_nothing_is_given_up),
		cmocka_unit_test(to_an_mta_that_is_gone_nothing_is_written),
		cmocka_unit_test(the_next_connection_finds_nothing_of_the_last),
		cmocka_unit_test(what_was_not_accepted_here_is_the_kernel_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
