/* apply_band_test.c - named ranges of a score: in conditions, and when the
 * configuration moves them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "score/score_band.h"

static struct score_bands bands = {
	.n = 2,
	.bands = {{.name = "hot", .score = "lead", .from = 80, .to = INFINITY},
		  {.name = "cold",
		   .score = "lead",
		   .from = -INFINITY,
		   .to = 20}}};

static void
a_band_begins_at_from_and_ends_before_to(void **unused)
{
	struct score_summary summary = {.has_score = true};
	const struct score_band *hot = score_bands_find(&bands, "hot");
	const struct score_band *cold = score_bands_find(&bands, "cold");

	summary.value[SCORE_SCORE] = 80;
	assert_true(score_band_holds(hot, "lead", &summary));
	assert_false(score_band_holds(hot, "fit", &summary));
	summary.value[SCORE_SCORE] = 79.6; /* shown as 80 */
	assert_false(score_band_holds(hot, "lead", &summary));
	summary.value[SCORE_SCORE] = 20;
	assert_false(score_band_holds(cold, "lead", &summary));
	summary.value[SCORE_SCORE] = 19.99;
	assert_true(score_band_holds(cold, "lead", &summary));
	summary.has_score = false;
	assert_false(score_band_holds(cold, "lead", &summary));
	assert_null(score_bands_find(&bands, "warm"));
}

static void
click(struct applier *applier, const char *address)
{
	struct signal signal =
		applier_signal("email.clicked", address, clock_now());

	applier_submit(applier, &signal);
}

static void
rules_with_bands(struct applier *applier)
{
	struct store *store = applier_reader(applier);
	struct apply_names names;
	struct rule_context context = {.names = &names.names};
	struct ruleset *ruleset = NULL;
	struct sg_err err = {0};

	apply_names_init(&names, applier->apply, store);
	names.names.signal_known = NULL; /* no plugin here */
	if (rules_parse("rules.conf",
			"rule \"Click\" { on = \"email.clicked\" add = 50 "
			"degrade = none }\n"
			"rule \"Hot\" { on = \"email.clicked\" add = 1 "
			"when = \"band 'hot'\" score = \"fit\" }",
			&context, &ruleset, &err) != SG_OK)
		fail_msg("%s", err.text);
	if (apply_rules(applier->apply, ruleset, "test", false, true, &err) !=
	    SG_OK)
		fail_msg("%s", err.text);
	ruleset_free(ruleset);
}

static void
an_unknown_band_is_refused_with_the_one_that_was_meant(void **unused)
{
	struct applier applier;
	struct apply_names names;
	struct condition *condition;
	struct sg_err err = {0};

	applier_init(&applier);
	applier.bands = &bands;
	applier_open(&applier);
	apply_names_init(&names, applier.apply, applier_reader(&applier));
	assert_int_equal(
		condition_parse("band 'hto'", &names.names, &condition, &err),
		SG_REFUSED);
	assert_non_null(strstr(err.text, "unknown band 'hto'; did you mean"));
	applier_done(&applier);
}

static void
a_band_that_moves_counts_from_then_on(void **unused)
{
	static struct score_bands lower;
	struct applier applier;

	applier_init(&applier);
	applier.bands = &bands;
	applier_open(&applier);
	rules_with_bands(&applier);
	click(&applier, "ann@example.com"); /* 50 */
	assert_true(isnan(
		applier_score_of(&applier, "ann@example.com", 2, clock_now())));
	click(&applier, "ann@example.com"); /* 100 */
	assert_true(applier_score_of(&applier, "ann@example.com", 2,
				     clock_now()) == 1);
	applier_close(&applier);
	lower = bands;
	lower.bands[0].from = 30;
	applier.bands = &lower;
	applier_open(&applier);
	click(&applier, "bob@example.com"); /* 50 */
	assert_true(applier_score_of(&applier, "bob@example.com", 2,
				     clock_now()) == 1);
	/* … and what was before keeps what it was: also folded anew. */
	applier_verify(&applier);
	assert_true(applier_score_of(&applier, "ann@example.com", 2,
				     clock_now()) == 1);
	applier_done(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_band_begins_at_from_and_ends_before_to),
		cmocka_unit_test(
			an_unknown_band_is_refused_with_the_one_that_was_meant),
		cmocka_unit_test(a_band_that_moves_counts_from_then_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
