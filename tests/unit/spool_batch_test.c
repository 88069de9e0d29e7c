/* spool_batch_test.c - signals of several requests, kept by one write. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "spool/spool_batch.h"
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

static enum sg_status
add(struct spool_batch *batch, long number, size_t len)
{
	struct signal signal;

	spool_aid_signal(&signal, batch->pool, number, len);
	return spool_batch_add(batch, &signal, 1, NULL);
}

static void
nothing_is_there_before_the_write_and_all_of_it_after(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	struct spool_status status;
	struct spool_batch batch;

	spool_aid_rewind(spool);
	spool_batch_init(&batch, spool);
	for (long i = 0; i < 10; i++)
		assert_int_equal(add(&batch, i, 100), SG_OK);
	spool_get_status(spool, &status);
	assert_int_equal(status.appended, 0);
	assert_int_equal(spool_batch_write(&batch, NULL), SG_OK);
	spool_batch_clear(&batch);
	spool_get_status(spool, &status);
	assert_int_equal(status.appended, 10);
	/* An empty one is nothing to write. */
	assert_int_equal(spool_batch_write(&batch, NULL), SG_OK);
	spool_aid_put(spool, 10, 10);
	for (long i = 0; i <= 10; i++)
		assert_int_equal(spool_aid_next(spool, NULL), i);
	spool_batch_done(&batch);
	spool_close(spool);
}

static void
a_signal_out_of_bounds_leaves_the_others(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	struct spool_batch batch;
	struct signal two[2];

	spool_aid_rewind(spool);
	spool_batch_init(&batch, spool);
	assert_int_equal(add(&batch, 0, 10), SG_OK);
	spool_aid_signal(&two[0], batch.pool, 7, 10);
	signal_init(&two[1], "Not A Name", 1000);
	assert_int_equal(spool_batch_add(&batch, two, 2, NULL), SG_REFUSED);
	assert_int_equal(add(&batch, 1, 10), SG_OK);
	assert_int_equal(spool_batch_write(&batch, NULL), SG_OK);
	spool_aid_put(spool, 2, 10);
	for (long i = 0; i <= 2; i++)
		assert_int_equal(spool_aid_next(spool, NULL), i);
	assert_int_equal(spool_aid_next(spool, NULL), -1);
	spool_batch_done(&batch);
	spool_close(spool);
}

static void
what_cannot_be_written_is_dropped_and_counted(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	struct spool_batch batch;

	spool_aid_rewind(spool);
	spool_batch_init(&batch, spool);
	spool_set_max(spool, 1);
	assert_int_equal(add(&batch, 0, 10), SG_OK);
	assert_int_equal(add(&batch, 1, 10), SG_OK);
	assert_int_equal(spool_batch_write(&batch, NULL), SG_BUSY);
	assert_int_equal(batch.n_dropped, 2);
	spool_set_max(spool, 0);
	assert_int_equal(add(&batch, 2, 10), SG_OK);
	assert_int_equal(spool_batch_write(&batch, NULL), SG_OK);
	assert_int_equal(batch.n_dropped, 2);
	spool_aid_put(spool, 3, 10);
	assert_int_equal(spool_aid_next(spool, NULL), 2);
	assert_int_equal(spool_aid_next(spool, NULL), 3);
	spool_batch_done(&batch);
	spool_close(spool);
}

/* The test's segments have 128 KB. */
static void
more_than_a_segment_holds_is_written_in_parts(void **state)
{
	struct spool *spool = spool_aid_open(&scratch);
	struct spool_batch batch;

	spool_aid_rewind(spool);
	spool_batch_init(&batch, spool);
	for (long i = 0; i < 40; i++)
		assert_int_equal(add(&batch, i, 10000), SG_OK);
	assert_int_equal(spool_batch_write(&batch, NULL), SG_OK);
	spool_aid_put(spool, 40, 10);
	for (long i = 0; i <= 40; i++)
		assert_int_equal(spool_aid_next(spool, NULL), i);
	spool_batch_done(&batch);
	spool_close(spool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			nothing_is_there_before_the_write_and_all_of_it_after,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_signal_out_of_bounds_leaves_the_others, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_written_is_dropped_and_counted, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			more_than_a_segment_holds_is_written_in_parts, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
