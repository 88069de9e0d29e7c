/*
 * spool_threads_test.c - many threads append while one reads; for
 * ThreadSanitizer (make SAN=thread) as much as for the assertions.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "spool_aid.h"

enum { N_THREADS = 8, N_EACH = 300, N_ALL = N_THREADS * N_EACH };

struct writer {
	pthread_t thread;
	struct spool *spool;
	long first;
	unsigned char kept[N_EACH]; /* was answered with SG_OK */
};

static void *
append_all(void *arg)
{
	struct writer *writer = arg;
	long i;

	for (i = 0; i < N_EACH; i++)
		writer->kept[i] =
			spool_aid_append(writer->spool, writer->first + i,
					 (size_t)(i * 13 % 800),
					 i % 2 ? SPOOL_SYNCED
					       : SPOOL_WRITTEN) == SG_OK;
	return NULL;
}

static void
start(struct writer *writers, struct spool *spool)
{
	long i;

	for (i = 0; i < N_THREADS; i++) {
		memset(&writers[i], 0, sizeof(writers[i]));
		writers[i].spool = spool;
		writers[i].first = i * N_EACH;
		assert_int_equal(pthread_create(&writers[i].thread, NULL,
						append_all, &writers[i]),
				 0);
	}
}

static void
finish(struct writer *writers)
{
	long i;

	for (i = 0; i < N_THREADS; i++)
		pthread_join(writers[i].thread, NULL);
}

/* Read while they append; seen[] counts. */
static void
read_all(struct spool *spool, unsigned char *seen, long most)
{
	struct spool_position position;
	long n, read = 0, idle = 0;

	while (read < most && idle < 20) {
		n = spool_aid_next(spool, &position);
		if (n < 0) {
			idle++;
			continue;
		}
		assert_true(n < N_ALL);
		seen[n]++;
		read++;
		idle = 0;
		if (read % 50 == 0)
			spool_applied(spool, &position);
	}
}

static void
each_signal_is_read_once_while_threads_append(void **state)
{
	static struct writer writers[N_THREADS];
	static unsigned char seen[N_ALL];
	struct scratch scratch;
	struct spool *spool;
	long i;

	scratch_make(&scratch);
	spool = spool_aid_open(&scratch);
	spool_aid_rewind(spool);
	start(writers, spool);
	read_all(spool, seen, N_ALL);
	finish(writers);
	for (i = 0; i < N_ALL; i++) {
		assert_int_equal(seen[i], 1);
		assert_true(writers[i / N_EACH].kept[i % N_EACH]);
	}
	spool_close(spool);
	scratch_remove(&scratch);
}

static void *
fail_syncs(void *arg)
{
	struct spool *spool = arg;
	int i;

	for (i = 0; i < 40; i++) {
		spool_fail_syncs_after(spool, 1);
		spool_aid_append(spool, 0, 10, SPOOL_SYNCED);
	}
	return NULL;
}

/* What was said to be kept is there, what was refused is not. */
static void
failing_syncs_lose_nothing_that_was_answered(void **state)
{
	static struct writer writers[N_THREADS];
	static unsigned char seen[N_ALL];
	struct scratch scratch;
	struct spool_status status;
	struct spool *spool;
	pthread_t breaker;
	long i;

	scratch_make(&scratch);
	spool = spool_aid_open(&scratch);
	spool_aid_rewind(spool);
	start(writers, spool);
	pthread_create(&breaker, NULL, fail_syncs, spool);
	read_all(spool, seen, 10 * N_ALL);
	pthread_join(breaker, NULL);
	finish(writers);
	spool_fail_syncs_after(spool, 0);
	read_all(spool, seen, 10 * N_ALL);
	spool_get_status(spool, &status);
	assert_true(status.sync_failures > 0);
	for (i = 1; i < N_ALL; i++)
		assert_int_equal(seen[i], writers[i / N_EACH].kept[i % N_EACH]);
	spool_close(spool);
	scratch_remove(&scratch);
}

static void
closing_lets_waiters_go(void **state)
{
	static struct writer writers[N_THREADS];
	struct scratch scratch;
	struct spool *spool;

	scratch_make(&scratch);
	spool = spool_aid_open(&scratch);
	start(writers, spool);
	finish(writers);
	spool_close(spool);
	spool_close(NULL);
	scratch_remove(&scratch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_signal_is_read_once_while_threads_append),
		cmocka_unit_test(failing_syncs_lose_nothing_that_was_answered),
		cmocka_unit_test(closing_lets_waiters_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
