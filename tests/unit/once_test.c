/* once_test.c - the same twice within a time is once, also at the same time. */
#include "gate/once.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

static struct sg_err err;

static void
within_its_time_it_is_done_already(void **state)
{
	struct once *once = once_new();

	(void)state;
	assert_int_equal(once_begin(once, 7, 1000, 60000, &err), SG_OK);
	once_end(once, 7, true);
	assert_int_equal(once_begin(once, 7, 60999, 60000, &err), SG_NONE);
	assert_int_equal(once_begin(once, 8, 60999, 60000, &err), SG_OK);
	once_end(once, 8, true);
	assert_int_equal(once_begin(once, 7, 61000, 60000, &err), SG_OK);
	once_end(once, 7, true);
	once_free(once);
}

static void
when_the_clock_goes_back_a_day_it_is_not_done_already(void **state)
{
	struct once *once = once_new();

	(void)state;
	assert_int_equal(once_begin(once, 7, 86400000, 60000, &err), SG_OK);
	once_end(once, 7, true);
	/* Two that came at once look at the clock one after the other. */
	assert_int_equal(once_begin(once, 7, 86399990, 60000, &err), SG_NONE);
	assert_int_equal(once_begin(once, 7, 0, 60000, &err), SG_OK);
	once_end(once, 7, true);
	once_free(once);
}

static void
what_failed_may_be_tried_again(void **state)
{
	struct once *once = once_new();

	(void)state;
	assert_int_equal(once_begin(once, 7, 1000, 60000, &err), SG_OK);
	once_end(once, 7, false);
	assert_int_equal(once_begin(once, 7, 1001, 60000, &err), SG_OK);
	once_end(once, 7, true);
	once_free(once);
}

static void
the_newest_are_remembered_when_there_are_many(void **state)
{
	struct once *once = once_new();
	uint64_t key;

	(void)state;
	for (key = 1; key <= 20 * ONCE_ENTRIES_MOST; key++) {
		assert_int_equal(
			once_begin(once, key, (int64_t)key, 1 << 30, &err),
			SG_OK);
		once_end(once, key, true);
	}
	assert_int_equal(once_begin(once, key - 1, (int64_t)key, 1 << 30, &err),
			 SG_NONE);
	once_free(once);
}

static struct once *shared;
static atomic_uint n_done, n_began;

static void *
do_it(void *arg)
{
	struct sg_err why;

	(void)arg;
	atomic_fetch_add(&n_began, 1);
	if (once_begin(shared, 42, 5000, 60000, &why) == SG_OK) {
		/* Until the others are there: they wait for us. */
		while (atomic_load(&n_began) < 8)
			;
		atomic_fetch_add(&n_done, 1);
		once_end(shared, 42, true);
	}
	return NULL;
}

static void
of_many_at_once_one_does_it(void **state)
{
	pthread_t threads[8];

	(void)state;
	shared = once_new();
	for (int i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, do_it, NULL),
				 0);
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&n_done), 1);
	once_free(shared);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(within_its_time_it_is_done_already),
		cmocka_unit_test(
			when_the_clock_goes_back_a_day_it_is_not_done_already),
		cmocka_unit_test(what_failed_may_be_tried_again),
		cmocka_unit_test(the_newest_are_remembered_when_there_are_many),
		cmocka_unit_test(of_many_at_once_one_does_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
