/* Who must wait for the pace of his domain steps aside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "broadcast/broadcast_aside.h"

enum { SLOW = 1, FAST = 2 };

static struct broadcast_pace pace;
static struct aside *aside;

static int
setup(void **state)
{
	pace_init(&pace, 0, 1, 1000); /* one a second to each domain */
	aside = aside_new();
	return aside ? 0 : 1;
}

static int
teardown(void **state)
{
	aside_free(aside);
	return 0;
}

static bool
put(uint32_t record_id, uint64_t domain)
{
	struct store_recipient row = {.record_id = record_id,
				      .message_id = record_id + 1000u,
				      .variant = record_id % 2};

	return aside_put(aside, &row, domain);
}

/* Whose turn it is then, who goes; 0: nobody's. */
static uint32_t
next(int64_t now)
{
	struct aside_found found;

	if (!aside_find(aside, &pace, now, &found))
		return 0;
	aside_take(aside, &found);
	pace_took(&pace, found.domain, now);
	assert_true(found.row.message_id == found.row.record_id + 1000u);
	assert_int_equal(found.row.variant, found.row.record_id % 2);
	assert_int_equal(found.row.state, RECIPIENT_QUEUED);
	return found.row.record_id;
}

static void
each_goes_when_the_domain_s_turn_comes_in_order(void **state)
{
	pace_took(&pace, SLOW, 1000);
	assert_true(put(5, SLOW) && put(6, SLOW) && put(7, FAST));
	assert_int_equal(aside_count(aside), 3);
	assert_true(aside_has(aside, 6));
	assert_int_equal(next(1500), 7); /* of another domain: at once */
	assert_int_equal(next(1500), 0);
	assert_int_equal(next(2000), 5);
	assert_int_equal(next(2000), 0);
	assert_true(put(8, SLOW));
	assert_int_equal(next(3000), 6);
	assert_int_equal(next(4000), 8);
	assert_int_equal(aside_count(aside), 0);
	assert_false(aside_has(aside, 6));
}

static void
the_same_is_found_until_it_is_taken(void **state)
{
	struct aside_found one, two;

	assert_true(put(1, SLOW) && put(2, FAST));
	assert_true(aside_find(aside, &pace, 1000, &one));
	assert_true(aside_find(aside, &pace, 1000, &two));
	assert_int_equal(one.row.record_id, two.row.record_id);
}

static void
one_domain_leaves_places_to_others(void **state)
{
	uint32_t id, domain;

	for (id = 1; id <= ASIDE_EACH; id++)
		assert_true(put(id, SLOW));
	assert_false(put(id, SLOW));
	assert_false(aside_has(aside, id));
	for (domain = FAST; aside_count(aside) < ASIDE_MOST; domain++)
		for (; aside_count(aside) < (domain + 0u) * ASIDE_EACH; id++)
			assert_true(put(id, domain));
	assert_false(put(id, domain)); /* full */
	assert_int_not_equal(next(1000), 0);
	assert_true(put(id, domain));
	aside_clear(aside);
	assert_int_equal(aside_count(aside), 0);
	assert_int_equal(next(99000), 0);
	assert_true(put(1, SLOW));
	assert_int_equal(next(99000), 1);
}

static void
count_one(void *arg, const struct store_recipient *row)
{
	*(uint32_t *)arg += row->record_id;
}

static void
who_comes_soon_is_told_of(void **state)
{
	uint32_t sum = 0;

	pace_took(&pace, SLOW, 1000);
	assert_true(put(1, SLOW) && put(2, SLOW) && put(30, FAST));
	aside_each(aside, &pace, 1900, 9, count_one, &sum);
	assert_int_equal(sum, 30);
	sum = 0;
	aside_each(aside, &pace, 2000, 9, count_one, &sum);
	assert_int_equal(sum, 31); /* the first of each */
	sum = 0;
	aside_each(aside, &pace, 2000, 1, count_one, &sum);
	assert_true(sum == 1 || sum == 30);
}

int
main(void)
{
#define ASIDE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ASIDE_TEST(each_goes_when_the_domain_s_turn_comes_in_order),
		ASIDE_TEST(the_same_is_found_until_it_is_taken),
		ASIDE_TEST(one_domain_leaves_places_to_others),
		ASIDE_TEST(who_comes_soon_is_told_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
