/* apply_percent_test.c - rules on percent see the others as they were. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

#include "apply_aid.h"
#include "base/clock.h"

#define DAY CLOCK_DAY_MS

static const int64_t start = 20000 * CLOCK_DAY_MS;

static void
give(struct applier *applier, const char *who, const char *points)
{
	struct signal signal;

	signal_init(&signal, "score.added", applier->now);
	signal.kind = SIGNAL_SCORE_ADD;
	signal.key = who;
	signal.source = "test";
	applier_set(&signal, "points", points);
	applier_submit(applier, &signal);
}

static void
visit(struct applier *applier, const char *who, int64_t at)
{
	struct signal signal;

	signal_init(&signal, "page.visited", at);
	signal.received_at = applier->now;
	signal.key = who;
	signal.source = "test";
	applier_submit(applier, &signal);
}

static double
fit(struct applier *applier, const char *who)
{
	double score = applier_score_of(applier, who, 2, applier->now);

	return isnan(score) ? -1000 : score;
}

static void
a_late_signal_leaves_what_the_top_one_got_when_it_was_the_top_one(void **unused)
{
	static const char ann[] = "ann@example.com", bob[] = "bob@example.com";
	struct applier applier;

	applier_init(&applier);
	applier.now = start;
	applier_open(&applier);
	applier_rules(&applier,
		      "rule \"Top\" { on = \"page.visited\" add = 1 "
		      "when = \"percent >= 100\" score = \"fit\" }",
		      false);
	give(&applier, ann, "100");
	give(&applier, bob, "10");
	applier_move_to(&applier, start + DAY);
	visit(&applier, ann, applier.now);
	visit(&applier, bob, applier.now);
	assert_true(fit(&applier, ann) == 1);
	assert_true(fit(&applier, bob) == -1000);
	applier_move_to(&applier, start + 2 * DAY);
	give(&applier, bob, "1000");
	applier_move_to(&applier, start + 3 * DAY);
	visit(&applier, bob, applier.now);
	assert_true(fit(&applier, bob) == 1);
	/* Folded anew: then she was the top one, and he was not. */
	visit(&applier, ann, start + DAY / 2);
	visit(&applier, bob, start + DAY / 2);
	assert_true(fit(&applier, ann) == 2);
	assert_true(fit(&applier, bob) == 1);
	applier_verify(&applier);
	applier_close(&applier);
	applier_open(&applier);
	applier_verify(&applier);
	visit(&applier, ann, start + DAY / 3);
	assert_true(fit(&applier, ann) == 3);
	applier_verify(&applier);
	applier_done(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_late_signal_leaves_what_the_top_one_got_when_it_was_the_top_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
