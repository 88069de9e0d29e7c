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

/* A field of Ann's, set at the very millisecond that it is. */
static void
set_title(struct applier *applier, const char *title)
{
	struct signal change = applier_change(SIGNAL_FIELD_SET, "field.changed",
					      "ann@example.com", applier->now);

	change.received_at = applier->now;
	applier_set(&change, "name", "title");
	applier_set(&change, "value", title);
	applier_submit(applier, &change);
}

static void
rules_of_the_same_millisecond_come_after_what_happened_in_it(void **unused)
{
	/* The second one asks about signals that were not kept before, so that
	 * all records are folded anew. */
	static const char *const rules[] = {
		"rule \"Chief\" { when = \"field.title = 'CEO'\" add = 10 }",
		"rule \"Chief\" { when = \"field.title = 'CEO' and not "
		"email.clicked within 30d\" add = 10 }",
	};
	struct applier applier;
	size_t i, restart;

	for (i = 0; i < 2; i++)
		for (restart = 0; restart < 2; restart++) {
			applier_init(&applier);
			applier.now = moment("2026-03-01");
			applier_open(&applier);
			set_title(&applier, "CEO");
			if (restart) {
				applier_close(&applier);
				applier_open(&applier);
			}
			applier_rules(&applier, rules[i], false);
			assert_true(applier_score(&applier, "ann@example.com",
						  applier.now + 1) == 10);
			applier_verify(&applier);
			/* What comes after them was before them, too. */
			set_title(&applier, "CTO");
			assert_true(isnan(applier_score(
				&applier, "ann@example.com", applier.now + 1)));
			applier_verify(&applier);
			applier_done(&applier);
		}
}

/* The clock was wrong when Ann became the chief, and is put right. */
static void
rules_stand_between_what_a_wrong_clock_left_behind_them(void **unused)
{
	struct applier applier;
	int restart;

	for (restart = 0; restart < 2; restart++) {
		applier_init(&applier);
		applier.now = moment("2026-03-01T12:00");
		applier_open(&applier);
		set_title(&applier, "CEO");
		applier.now += CLOCK_DAY_MS / 24;
		set_title(&applier, "CTO");
		applier.now -= CLOCK_DAY_MS / 48;
		if (restart) {
			applier_close(&applier);
			applier_open(&applier);
		}
		applier_rules(&applier,
			      "rule \"Chief\" { when = \"field.title = 'CEO'\" "
			      "add = 10 }\n"
			      "rule \"Other\" { when = \"field.title = 'CTO'\" "
			      "add = 3 score = \"fit\" }",
			      false);
		applier_verify(&applier);
		applier.now += CLOCK_DAY_MS;
		set_title(&applier, "CIO");
		applier_verify(&applier);
		applier_done(&applier);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			rules_of_the_same_millisecond_come_after_what_happened_in_it),
		cmocka_unit_test(
			rules_stand_between_what_a_wrong_clock_left_behind_them),
		cmocka_unit_test(timers_follow_the_clock_that_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
