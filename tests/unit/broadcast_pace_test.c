/* broadcast_pace_test.c - so many a second, and no burst after a rest. */
#include "broadcast/broadcast_pace.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

/* How many go between two moments, asked every 10 ms. */
static unsigned
run(struct broadcast_pace *pace, uint64_t domain, int64_t from, int64_t to)
{
	unsigned n = 0;
	int64_t now;

	for (now = from; now < to; now += 10)
		while (n < 100000 && pace_may(pace, now) &&
		       pace_may_domain(pace, domain, now)) {
			pace_took(pace, domain, now);
			n++;
		}
	return n;
}

static void
the_pace_is_held(void **state)
{
	struct broadcast_pace *pace = malloc(sizeof(*pace));

	(void)state;
	pace_init(pace, 20, 0, 5000);
	assert_in_range(run(pace, 1, 5000, 15000), 199, 201);
	free(pace);
}

static void
less_than_one_a_second_is_held_too(void **state)
{
	struct broadcast_pace *pace = malloc(sizeof(*pace));

	(void)state;
	pace_init(pace, 0.1, 0, 0);
	assert_in_range(run(pace, 1, 0, 60000), 6, 7);
	free(pace);
}

static void
an_outage_earns_no_more_than_a_second(void **state)
{
	struct broadcast_pace *pace = malloc(sizeof(*pace));

	(void)state;
	pace_init(pace, 20, 0, 0);
	run(pace, 1, 0, 1000);
	assert_in_range(run(pace, 1, 3600000, 3601000), 20, 40);
	free(pace);
}

static void
without_a_pace_all_may_go(void **state)
{
	struct broadcast_pace *pace = malloc(sizeof(*pace));

	(void)state;
	pace_init(pace, 0, 0, 0);
	assert_int_equal(run(pace, 1, 0, 10), 100000);
	free(pace);
}

static void
each_domain_has_a_pace_of_its_own(void **state)
{
	struct broadcast_pace *pace = malloc(sizeof(*pace));

	(void)state;
	pace_init(pace, 0, 10, 0);
	assert_in_range(run(pace, 1, 0, 5000), 50, 51);
	assert_true(pace_may_domain(pace, 2, 0));
	assert_in_range(run(pace, 2, 0, 5000), 50, 51);
	free(pace);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pace_is_held),
		cmocka_unit_test(less_than_one_a_second_is_held_too),
		cmocka_unit_test(an_outage_earns_no_more_than_a_second),
		cmocka_unit_test(without_a_pace_all_may_go),
		cmocka_unit_test(each_domain_has_a_pace_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
