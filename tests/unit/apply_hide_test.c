/*
 * apply_hide_test.c - the last rule of a module and score goes, and with it
 * what rules gave there; what people gave stays (scoring §3).
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <unistd.h>

#include "apply/generation.h"
#include "apply_aid.h"
#include "base/clock.h"

#define ANN "ann@example.com"

static const char both[] =
	"rule \"Opened\" { on = \"email.opened\" add = 20 degrade = \"none\" "
	"}\n"
	"rule \"Clicked\" { on = \"email.clicked\" add = 5 score = \"fit\" }\n"
	"rule \"Boss\" { when = \"field.job = 'CEO'\" add = 10 score = \"fit\" "
	"}\n";
static const char only_lead[] =
	"rule \"Opened\" { on = \"email.opened\" add = 20 degrade = \"none\" "
	"}\n";

static struct applier applier;

static void
happen(const char *name, int64_t at)
{
	struct signal signal = applier_signal(name, ANN, at);

	applier_submit(&applier, &signal);
}

static void
change(enum signal_kind kind, const char *name, const char *const props[4])
{
	struct signal signal =
		applier_change(kind, name, ANN, clock_now() - 1000);

	applier_set(&signal, props[0], props[1]);
	applier_set(&signal, props[2], props[3]);
	applier_submit(&applier, &signal);
}

static double
fit(void)
{
	return applier_score_of(&applier, ANN, 2, clock_now());
}

static int
begin(void **unused)
{
	const char *const job[] = {"name", "job", "value", "CEO"};
	const char *const by_hand[] = {"score", "fit", "points", "3"};

	applier_init(&applier);
	applier_open(&applier);
	applier_rules(&applier, both, false);
	happen("email.opened", clock_now());
	happen("email.clicked", clock_now());
	change(SIGNAL_FIELD_SET, "field.changed", job);
	change(SIGNAL_SCORE_ADD, "score.added", by_hand);
	assert_true(score_equal(fit(), 18));
	return 0;
}

static int
end(void **unused)
{
	applier_done(&applier);
	return 0;
}

static void
with_the_last_rule_its_points_go_and_others_stay(void **unused)
{
	applier_rules(&applier, only_lead, false);
	assert_true(score_equal(fit(), 3));
	assert_true(score_equal(applier_score(&applier, ANN, clock_now()), 20));
	applier_verify(&applier);
	applier_close(&applier);
	applier_open(&applier);
	assert_true(score_equal(fit(), 3));
	/* what comes late does not bring them back */
	happen("email.clicked", clock_now() - 10000);
	assert_true(score_equal(fit(), 3));
	applier_verify(&applier);
}

static void
while_one_is_left_they_stay(void **unused)
{
	applier_rules(&applier,
		      "rule \"Other\" { on = \"order.paid\" add = 1 "
		      "score = \"fit\" }",
		      false);
	assert_true(score_equal(fit(), 18));
	applier_verify(&applier);
}

static void
a_field_rule_that_goes_elsewhere_pays_there(void **unused)
{
	applier_rules(&applier,
		      "rule \"Opened\" { on = \"email.opened\" add = 20 }\n"
		      "rule \"Boss\" { when = \"field.job = 'CEO'\" add = 7 "
		      "score = \"drift\" }",
		      false);
	assert_true(score_equal(fit(), 3));
	assert_true(score_equal(applier_score_of(&applier, ANN, 3, clock_now()),
				7));
	applier_verify(&applier);
}

static void
a_new_rule_brings_them_back_only_by_a_run(void **unused)
{
	struct generation_status status;
	struct sg_err err;

	applier_rules(&applier, only_lead, false);
	applier_rules(&applier, both, false);
	/* the field rule is state: it holds, as a new one would */
	assert_true(fit() < 18);
	assert_int_equal(generation_begin(applier.apply, "test", &err), SG_OK);
	do {
		usleep(1000);
		generation_get_status(applier.apply, &status);
	} while (status.running);
	assert_true(score_equal(fit(), 18));
	applier_verify(&applier);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(with_the_last_rule_its_points_go_and_others_stay),
		TEST(while_one_is_left_they_stay),
		TEST(a_field_rule_that_goes_elsewhere_pays_there),
		TEST(a_new_rule_brings_them_back_only_by_a_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
