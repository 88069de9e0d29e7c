/* thread_test.c - who gives way to whom. Counted is how often we went to
 * sleep, not for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/thread.h"

enum {
	SLEEPS_LEAST = 10,
	TIMES_IN_A_ROW = 20,
	OF_THREAD = 1 /* RUSAGE_THREAD, which is there for _GNU_SOURCE only */
};

struct answering {
	struct thread_answerer *answerer;
	int epoll_fd;
	int event_fd;
};

static int
stay_on_this_cpu(void **state)
{
	unsigned long mask[16] = {0};
	unsigned cpu = 0;

	(void)state;
	syscall(SYS_getcpu, &cpu, NULL, NULL);
	mask[cpu / 64] = 1UL << cpu % 64;
	return (int)syscall(SYS_sched_setaffinity, 0, sizeof(mask), mask);
}

static void
begin(struct answering *on)
{
	struct epoll_event event = {.events = EPOLLIN};

	on->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	on->event_fd = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(
		epoll_ctl(on->epoll_fd, EPOLL_CTL_ADD, on->event_fd, &event),
		0);
	on->answerer = thread_answers(on->epoll_fd);
	assert_non_null(on->answerer);
	thread_answers_begin(on->answerer);
	thread_answers_end(on->answerer);
}

static void
end(struct answering *on)
{
	thread_answers_no_more(on->answerer);
	close(on->epoll_fd);
	close(on->event_fd);
}

/* A thread of the test's own, on the CPU the test is on. */
static void *
sleeps_behind(void *late)
{
	struct rusage before, after;

	thread_works_behind();
	threads_are_late(*(bool *)late);
	getrusage(OF_THREAD, &before);
	thread_gives_way();
	getrusage(OF_THREAD, &after);
	return (void *)(after.ru_nvcsw - before.ru_nvcsw);
}

static long
sleeps(bool late)
{
	pthread_t thread;
	void *n;

	assert_int_equal(pthread_create(&thread, NULL, sleeps_behind, &late),
			 0);
	pthread_join(thread, &n);
	return (long)n;
}

static void
gives_way_amid_answers(void **state)
{
	struct answering on;

	(void)state;
	begin(&on);
	assert_int_equal(sleeps(false), 0);
	thread_answers_begin(on.answerer);
	assert_true(sleeps(false) >= SLEEPS_LEAST);
	thread_answers_end(on.answerer);
	assert_int_equal(sleeps(false), 0);
	end(&on);
}

static void
gives_way_to_what_was_not_heard_yet(void **state)
{
	uint64_t one = 1;
	struct answering on;

	(void)state;
	begin(&on);
	assert_int_equal(write(on.event_fd, &one, sizeof(one)), sizeof(one));
	assert_true(sleeps(false) >= SLEEPS_LEAST);
	assert_int_equal(read(on.event_fd, &one, sizeof(one)), sizeof(one));
	assert_int_equal(sleeps(false), 0);
	end(&on);
}

/* How often it slept each of two times. */
static void *
sleeps_twice(void *times)
{
	long *n = times;
	struct rusage before, between, after;

	thread_works_behind();
	threads_are_late(false);
	getrusage(OF_THREAD, &before);
	thread_gives_way();
	getrusage(OF_THREAD, &between);
	for (int i = 0; i < TIMES_IN_A_ROW; i++)
		thread_gives_way();
	getrusage(OF_THREAD, &after);
	n[0] = between.ru_nvcsw - before.ru_nvcsw;
	n[1] = after.ru_nvcsw - between.ru_nvcsw;
	return NULL;
}

/* Answers that never end leave us a part of the CPU all the same. */
static void
goes_on_when_answers_take_no_end(void **state)
{
	struct answering on;
	pthread_t thread;
	long n[2];

	(void)state;
	begin(&on);
	thread_answers_begin(on.answerer);
	assert_int_equal(pthread_create(&thread, NULL, sleeps_twice, n), 0);
	pthread_join(thread, NULL);
	assert_true(n[0] >= SLEEPS_LEAST);
	assert_true(n[1] < TIMES_IN_A_ROW * SLEEPS_LEAST);
	thread_answers_end(on.answerer);
	end(&on);
}

static void
gives_no_way_when_late_or_to_nobody(void **state)
{
	struct answering on;

	(void)state;
	begin(&on);
	thread_answers_begin(on.answerer);
	assert_int_equal(sleeps(true), 0);
	thread_answers_no_more(on.answerer);
	assert_int_equal(sleeps(false), 0);
	end(&on);
}

static void
more_than_there_is_room_for_are_let_be(void **state)
{
	struct thread_answerer *all[100];
	size_t i, n = sizeof(all) / sizeof(all[0]);

	(void)state;
	for (i = 0; i < n; i++)
		all[i] = thread_answers(0);
	assert_null(all[n - 1]);
	thread_answers_begin(all[n - 1]);
	thread_answers_end(all[n - 1]);
	for (i = 0; i < n; i++)
		thread_answers_no_more(all[i]);
	assert_non_null(all[0] = thread_answers(0));
	thread_answers_no_more(all[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_way_amid_answers),
		cmocka_unit_test(gives_way_to_what_was_not_heard_yet),
		cmocka_unit_test(goes_on_when_answers_take_no_end),
		cmocka_unit_test(gives_no_way_when_late_or_to_nobody),
		cmocka_unit_test(more_than_there_is_room_for_are_let_be),
	};

	return cmocka_run_group_tests(tests, stay_on_this_cpu, NULL);
}
