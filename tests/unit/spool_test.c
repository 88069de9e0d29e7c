/* spool_test.c - what the spool keeps, gives back and lets go. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "spool_aid.h"

static struct scratch scratch;

static int
set_up(void **state)
{
	scratch_make(&scratch);
	return 0;
}

static int
tear_down(void **state)
{
	scratch_remove(&scratch);
	return 0;
}

static void
what_is_appended_is_read_in_order(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	struct spool_status status;
	int i;

	spool_aid_rewind(spool);
	assert_int_equal(spool_aid_next(spool, NULL), -1);
	for (i = 0; i < 100; i++)
		assert_int_equal(spool_aid_append(spool, i, 10, SPOOL_WRITTEN),
				 SG_OK);
	for (i = 0; i < 100; i++)
		assert_int_equal(spool_aid_next(spool, NULL), i);
	assert_int_equal(spool_aid_next(spool, NULL), -1);
	spool_get_status(spool, &status);
	assert_int_equal(status.appended, 100);
	assert_false(status.full);
	spool_close(spool);
}

static void
it_goes_on_where_the_store_is_after_a_restart(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	struct spool_position position;
	int i;

	spool_aid_rewind(spool);
	for (i = 0; i < 10; i++)
		spool_aid_put(spool, i, 10);
	for (i = 0; i < 4; i++)
		spool_aid_next(spool, &position);
	spool_close(spool);
	spool = spool_aid_open(&scratch);
	assert_int_equal(spool_seek(spool, &position, NULL), SG_OK);
	spool_aid_put(spool, 10, 10);
	for (i = 4; i <= 10; i++)
		assert_int_equal(spool_aid_next(spool, NULL), i);
	assert_int_equal(spool_aid_next(spool, NULL), -1);
	spool_close(spool);
}

static void
segments_follow_each_other_and_go_when_applied(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	struct spool_position position;
	struct spool_status status;
	int i;

	spool_aid_rewind(spool);
	for (i = 0; i < 100; i++)
		spool_aid_put(spool, i, 10000);
	spool_get_status(spool, &status);
	assert_true(status.segments >= 8);
	assert_int_equal(status.segments, spool_aid_n_segments(&scratch));
	assert_true(status.bytes > 1000000);
	for (i = 0; i < 50; i++)
		assert_int_equal(spool_aid_next(spool, &position), i);
	spool_applied(spool, &position);
	spool_get_status(spool, &status);
	assert_true(status.segments < 6);
	for (; i < 100; i++)
		assert_int_equal(spool_aid_next(spool, &position), i);
	spool_applied(spool, &position);
	spool_get_status(spool, &status);
	assert_int_equal(status.segments, 1);
	assert_int_equal(status.bytes, 0);
	assert_int_equal(spool_aid_n_segments(&scratch), 1);
	spool_close(spool);
	/* What went is not asked for again. */
	spool = spool_aid_open(&scratch);
	assert_int_equal(spool_seek(spool, &position, NULL), SG_OK);
	assert_int_equal(spool_aid_next(spool, NULL), -1);
	spool_close(spool);
}

static void
an_unknown_spool_id_starts_at_the_oldest_segment(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	struct spool_position position = {"another spool", 7, 4096};

	spool_aid_put(spool, 1, 10);
	assert_int_equal(spool_seek(spool, &position, NULL), SG_OK);
	assert_int_equal(spool_aid_next(spool, NULL), 1);
	spool_close(spool);
}

static void
a_position_past_the_end_is_an_error(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	struct spool_position position;
	struct sg_err err;

	spool_aid_rewind(spool);
	spool_aid_put(spool, 1, 10);
	assert_int_equal(spool_aid_next(spool, &position), 1);
	position.offset++;
	assert_int_equal(spool_seek(spool, &position, &err), SG_FAILED);
	assert_non_null(strstr(err.text, "past its end"));
	position.segment++;
	position.offset = 0;
	assert_int_equal(spool_seek(spool, &position, NULL), SG_FAILED);
	spool_close(spool);
}

static void
the_id_is_random_and_stays(void **state)
{
	unsigned char id[SPOOL_ID_SIZE], again[SPOOL_ID_SIZE];
	struct scratch second;
	struct spool *spool = spool_aid_open(&scratch), *other;

	spool_get_id(spool, id);
	spool_close(spool);
	spool = spool_aid_open(&scratch);
	spool_get_id(spool, again);
	assert_memory_equal(id, again, sizeof(id));
	scratch_make(&second);
	other = spool_aid_open(&second);
	spool_get_id(other, again);
	assert_memory_not_equal(id, again, sizeof(id));
	spool_close(other);
	spool_close(spool);
	scratch_remove(&second);
}

static void
a_second_process_is_refused(void **state)
{
	struct spool *spool = spool_aid_open(&scratch), *second = NULL;
	struct spool_options options = {
		.directory = scratch_file(&scratch, "spool")};
	struct sg_err err;
	int code;
	pid_t child;

	assert_int_equal(spool_open(&options, &second, &err), SG_REFUSED);
	assert_non_null(strstr(err.text, "in use"));
	assert_null(second);
	child = fork();
	if (child == 0)
		_exit(spool_open(&options, &second, NULL) == SG_REFUSED ? 0
									: 1);
	assert_int_equal(waitpid(child, &code, 0), child);
	assert_true(WIFEXITED(code) && WEXITSTATUS(code) == 0);
	spool_close(spool);
	assert_int_equal(spool_open(&options, &second, &err), SG_OK);
	spool_close(second);
}

/* What `cp -a` of a state directory makes. */
static void
two_nodes_with_one_id_are_refused(void **state)
{
	struct spool *spool = spool_aid_open(&scratch), *copy = NULL;
	struct spool_options options = {.directory =
						scratch_file(&scratch, "copy")};
	char command[2 * SCRATCH_PATH_SIZE + 64];
	struct sg_err err;
	FILE *shell;

	spool_aid_put(spool, 1, 10);
	snprintf(command, sizeof(command), "cp -a %s/spool %s/copy",
		 scratch.path, scratch.path);
	shell = popen(command, "r");
	assert_non_null(shell);
	assert_int_equal(pclose(shell), 0);
	assert_int_equal(spool_open(&options, &copy, &err), SG_BUSY);
	assert_non_null(strstr(err.text, "a copy"));
	assert_null(copy);
	/* It is the id's, not the folder's: a spool that was moved is fine. */
	spool_close(spool);
	assert_int_equal(spool_open(&options, &copy, &err), SG_OK);
	spool_close(copy);
}

static void
several_signals_are_one_batch(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	struct spool_position position;
	struct signal signals[3];
	struct pool *pool = pool_new();
	int i;

	spool_aid_rewind(spool);
	for (i = 0; i < 3; i++)
		spool_aid_signal(&signals[i], pool, i, 100);
	assert_int_equal(spool_append_many(spool, signals, 3, SPOOL_SYNCED,
					   &position, NULL),
			 SG_OK);
	for (i = 0; i < 3; i++)
		assert_int_equal(spool_aid_next(spool, &position), i);
	assert_int_equal(
		spool_append_many(spool, signals, 0, SPOOL_SYNCED, NULL, NULL),
		SG_REFUSED);
	spool_close(spool);
	pool_free(pool);
}

static void
a_signal_past_its_bounds_is_refused_and_leaves_nothing(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	struct signal signals[2];
	struct pool *pool = pool_new();

	spool_aid_rewind(spool);
	spool_aid_signal(&signals[0], pool, 1, 10);
	spool_aid_signal(&signals[1], pool, 2, 10);
	signals[1].name = "No Name";
	assert_int_equal(
		spool_append_many(spool, signals, 2, SPOOL_SYNCED, NULL, NULL),
		SG_REFUSED);
	assert_int_equal(spool_aid_next(spool, NULL), -1);
	spool_close(spool);
	pool_free(pool);
}

static void
past_its_most_it_says_busy_until_something_is_applied(void **state)
{
	struct spool_options options = {.directory =
						scratch_file(&scratch, "spool"),
					.segment_bytes = SPOOL_AID_SEGMENT,
					.max_bytes = 3 * SPOOL_AID_SEGMENT};
	struct spool_position position;
	struct spool_status status;
	struct spool *spool;
	long n = 0, i;

	assert_int_equal(spool_open(&options, &spool, NULL), SG_OK);
	spool_aid_rewind(spool);
	while (n < 1000 &&
	       spool_aid_append(spool, n, 1000, SPOOL_SYNCED) == SG_OK)
		n++;
	assert_true(n > 300 && n < 400);
	spool_get_status(spool, &status);
	assert_true(status.full);
	for (i = 0; i < n / 2; i++)
		assert_int_equal(spool_aid_next(spool, &position), i);
	spool_applied(spool, &position);
	spool_aid_put(spool, n, 1000);
	spool_get_status(spool, &status);
	assert_false(status.full);
	for (; i <= n; i++)
		assert_int_equal(spool_aid_next(spool, NULL), i);
	spool_close(spool);
}

/* --- failed syncs ------------------------------------------------------- */

static void
a_failed_sync_refuses_its_waiters_and_opens_another_segment(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	struct spool_status status;

	spool_aid_rewind(spool);
	spool_aid_put(spool, 1, 10);
	spool_fail_syncs_after(spool, 1);
	assert_int_equal(spool_aid_append(spool, 2, 10, SPOOL_SYNCED), SG_BUSY);
	spool_aid_put(spool, 3, 10);
	spool_get_status(spool, &status);
	assert_int_equal(status.sync_failures, 1);
	assert_int_equal(status.segments, 2);
	/* 2 was refused: whoever sent it sends it again. */
	assert_int_equal(spool_aid_next(spool, NULL), 1);
	assert_int_equal(spool_aid_next(spool, NULL), 3);
	assert_int_equal(spool_aid_next(spool, NULL), -1);
	spool_close(spool);
}

static void
what_was_answered_survives_a_failed_sync(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	int i;

	spool_aid_rewind(spool);
	spool_aid_put(spool, 1, 10);
	spool_fail_syncs_after(spool, 1);
	for (i = 2; i < 5; i++)
		assert_int_equal(spool_aid_append(spool, i, 10, SPOOL_WRITTEN),
				 SG_OK);
	for (i = 1; i < 5; i++)
		assert_int_equal(spool_aid_next(spool, NULL), i);
	assert_int_equal(spool_aid_next(spool, NULL), -1);
	spool_close(spool);
	spool = spool_aid_open(&scratch);
	spool_aid_rewind(spool);
	for (i = 1; i < 5; i++)
		assert_int_equal(spool_aid_next(spool, NULL), i);
	assert_int_equal(spool_aid_next(spool, NULL), -1);
	spool_close(spool);
}

/* --- waiting ------------------------------------------------------------ */

static void
a_wake_ends_the_wait(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	int64_t before = clock_monotonic_ms();

	spool_aid_rewind(spool);
	spool_wake(spool);
	spool_wait_for_more(spool, 60000);
	assert_true(clock_monotonic_ms() - before < 30000);
	spool_wait_for_more(spool, 1); /* the wake was used up */
	spool_close(spool);
}

static void
lingering_goes_on_when_something_comes_and_ends_by_a_wake(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	int64_t before = clock_monotonic_ms();

	spool_aid_rewind(spool);
	spool_aid_put(spool, 1, 100);
	spool_linger(spool, 50);
	assert_true(clock_monotonic_ms() - before >= 50);
	spool_wake(spool);
	spool_linger(spool, 60000);
	assert_true(clock_monotonic_ms() - before < 30000);
	spool_wait_for_more(spool, 60000); /* what came is there */
	assert_int_equal(spool_aid_next(spool, NULL), 1);
	assert_true(clock_monotonic_ms() - before < 30000);
	spool_close(spool);
}

static void
positions_compare(void **state)
{
	struct spool_position a = {{0}, 1, 100}, b = {{0}, 1, 200},
			      c = {{0}, 2, 64};

	assert_true(spool_position_compare(&a, &b) < 0);
	assert_true(spool_position_compare(&c, &b) > 0);
	assert_true(spool_position_compare(&a, &a) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_appended_is_read_in_order),
		cmocka_unit_test(it_goes_on_where_the_store_is_after_a_restart),
		cmocka_unit_test(
			segments_follow_each_other_and_go_when_applied),
		cmocka_unit_test(
			an_unknown_spool_id_starts_at_the_oldest_segment),
		cmocka_unit_test(a_position_past_the_end_is_an_error),
		cmocka_unit_test(the_id_is_random_and_stays),
		cmocka_unit_test(a_second_process_is_refused),
		cmocka_unit_test(two_nodes_with_one_id_are_refused),
		cmocka_unit_test(several_signals_are_one_batch),
		cmocka_unit_test(
			a_signal_past_its_bounds_is_refused_and_leaves_nothing),
		cmocka_unit_test(
			past_its_most_it_says_busy_until_something_is_applied),
		cmocka_unit_test(
			a_failed_sync_refuses_its_waiters_and_opens_another_segment),
		cmocka_unit_test(what_was_answered_survives_a_failed_sync),
		cmocka_unit_test(a_wake_ends_the_wait),
		cmocka_unit_test(
			lingering_goes_on_when_something_comes_and_ends_by_a_wake),
		cmocka_unit_test(positions_compare),
	};
	struct CMUnitTest each[sizeof(tests) / sizeof(*tests)];
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		each[i] = tests[i];
		each[i].setup_func = set_up;
		each[i].teardown_func = tear_down;
	}
	return cmocka_run_group_tests(each, NULL, NULL);
}
