/* apply_clock_test.c - the applier's clock is an argument: years in no time. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

#include "apply_aid.h"
#include "base/clock.h"

#define DAY CLOCK_DAY_MS

static int64_t
moment(const char *text)
{
	int64_t at;

	assert_int_equal(clock_parse(text, NULL, &at, NULL), SG_OK);
	return at;
}

static void
timers_follow_the_clock_that_was_given(void **unused)
{
	struct applier applier;
	struct signal renewal;

	applier_init(&applier);
	applier.now = moment("2020-01-01");
	applier_open(&applier);
	applier_rules(&applier,
		      "rule \"Soon\" { when = \"field.renewal within 30d\" "
		      "add = 5 }",
		      false);
	renewal = applier_change(SIGNAL_FIELD_SET, "field.changed",
				 "ann@example.com", applier.now);
	renewal.received_at = applier.now;
	applier_set(&renewal, "name", "renewal");
	applier_set(&renewal, "value", "2023-06-15");
	applier_submit(&applier, &renewal);
	applier_move_to(&applier, moment("2023-05-15"));
	assert_true(
		isnan(applier_score(&applier, "ann@example.com", applier.now)));
	applier_move_to(&applier, moment("2023-05-17"));
	assert_true(applier_score(&applier, "ann@example.com", applier.now) ==
		    5);
	applier_move_to(&applier, moment("2023-07-16"));
	assert_true(applier_score(&applier, "ann@example.com", applier.now) ==
		    0);
	applier_verify(&applier);
	applier_done(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_follow_the_clock_that_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
