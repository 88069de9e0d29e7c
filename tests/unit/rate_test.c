/* rate_test.c - how often one of many may do something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/crypto.h"
#include "base/rate.h"

#define NOW ((int64_t)1790000000000)

static const struct rate_limit three_a_second = {3, 1000};

static uint64_t
key_of(struct rate *rate, const char *text)
{
	return rate_key(rate, text, strlen(text));
}

static void
so_many_at_once_then_one_as_each_comes_due(void **unused)
{
	struct rate *rate = rate_new(100);
	uint64_t ann = key_of(rate, "ann");
	int64_t wait = 0;

	for (int i = 0; i < 3; i++)
		assert_true(rate_take(rate, &three_a_second, ann, NOW, &wait));
	assert_int_equal(wait, 0);
	assert_false(rate_take(rate, &three_a_second, ann, NOW, &wait));
	assert_int_equal(wait, 334);
	assert_false(rate_take(rate, &three_a_second, ann, NOW + 333, &wait));
	assert_true(rate_take(rate, &three_a_second, ann, NOW + 334, &wait));
	assert_false(rate_take(rate, &three_a_second, ann, NOW + 335, NULL));
	rate_free(rate);
}

static void
a_bucket_fills_up_and_no_further(void **unused)
{
	struct rate *rate = rate_new(100);
	uint64_t ann = key_of(rate, "ann");
	int taken = 0;

	rate_take(rate, &three_a_second, ann, NOW, NULL);
	for (int i = 0; i < 10; i++)
		taken += rate_take(rate, &three_a_second, ann, NOW + 3600000,
				   NULL);
	assert_int_equal(taken, 3);
	rate_free(rate);
}

static void
each_key_has_its_own(void **unused)
{
	struct rate *rate = rate_new(1000);
	char name[16];

	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "%d", i);
		for (int j = 0; j < 3; j++)
			assert_true(rate_take(rate, &three_a_second,
					      key_of(rate, name), NOW, NULL));
		assert_false(rate_take(rate, &three_a_second,
				       key_of(rate, name), NOW, NULL));
	}
	rate_free(rate);
}

static void
the_held_back_stay_so_when_strangers_fill_the_table(void **unused)
{
	struct rate *rate = rate_new(64);
	uint64_t ann = key_of(rate, "ann");

	for (int i = 0; i < 4; i++)
		rate_take(rate, &three_a_second, ann, NOW, NULL);
	for (uint64_t i = 0; i < 100000; i++)
		rate_take(rate, &three_a_second, rate_key(rate, &i, 8), NOW,
			  NULL);
	assert_false(rate_take(rate, &three_a_second, ann, NOW, NULL));
	rate_free(rate);
}

static void
a_clock_that_goes_back_holds_nobody_for_long(void **unused)
{
	struct rate *rate = rate_new(64);
	uint64_t ann = key_of(rate, "ann");
	int64_t wait = 0;

	for (int i = 0; i < 3; i++)
		rate_take(rate, &three_a_second, ann, NOW, NULL);
	assert_false(
		rate_take(rate, &three_a_second, ann, NOW - 9999999, &wait));
	assert_true(wait <= 1000);
	assert_true(rate_take(rate, &three_a_second, ann, NOW - 9999999 + wait,
			      NULL));
	rate_free(rate);
}

static void
no_limit_is_no_limit(void **unused)
{
	struct rate *rate = rate_new(64);
	const struct rate_limit none = {0, 0};

	for (int i = 0; i < 1000; i++)
		assert_true(rate_take(rate, &none, 1, NOW, NULL));
	rate_free(rate);
}

struct crowd {
	struct rate *rate;
	atomic_int taken;
};

static void *
take_many(void *arg)
{
	struct crowd *crowd = arg;
	const struct rate_limit limit = {1000, 3600000};

	for (int i = 0; i < 2000; i++)
		if (rate_take(crowd->rate, &limit, 7, NOW, NULL))
			atomic_fetch_add(&crowd->taken, 1);
	return NULL;
}

static void
several_threads_take_no_more_than_one_would(void **unused)
{
	struct crowd crowd = {rate_new(64), 0};
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, take_many, &crowd),
			0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&crowd.taken), 1000);
	rate_free(crowd.rate);
}

static void
a_limit_is_read_from_its_text(void **unused)
{
	static const struct {
		const char *text;
		uint32_t times;
		int64_t per_ms;
	} good[] = {{"20/s", 20, 1000},
		    {"600/10m", 600, 600000},
		    {"5/h", 5, 3600000},
		    {"1000000/ms", 1000000, 1},
		    {"off", 0, 0}};
	static const char *const bad[] = {
		"",	    "20",	 "20/",	  "/s",
		"0/s",	    "-1/s",	 "20/0s", "20/x",
		"20 /s",    "2000000/s", "20/s ", "99999999999999999999/s",
		"20/abcdef"};
	struct rate_limit limit;
	struct sg_err err;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(rate_parse(good[i].text, &limit, &err), SG_OK);
		assert_int_equal(limit.times, good[i].times);
		assert_int_equal(limit.per_ms, good[i].per_ms);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(rate_parse(bad[i], &limit, &err), SG_REFUSED);
}

static int
start(void **unused)
{
	struct sg_err err;

	return crypto_start(&err) == SG_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_many_at_once_then_one_as_each_comes_due),
		cmocka_unit_test(a_bucket_fills_up_and_no_further),
		cmocka_unit_test(each_key_has_its_own),
		cmocka_unit_test(
			the_held_back_stay_so_when_strangers_fill_the_table),
		cmocka_unit_test(a_clock_that_goes_back_holds_nobody_for_long),
		cmocka_unit_test(no_limit_is_no_limit),
		cmocka_unit_test(several_threads_take_no_more_than_one_would),
		cmocka_unit_test(a_limit_is_read_from_its_text),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
