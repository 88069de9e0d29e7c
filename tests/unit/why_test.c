/* why_test.c - the numbers of "why" add up to the score shown. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply/why.h"
#include "apply/why_future.h"
#include "apply_aid.h"
#include "base/clock.h"

#define DAY CLOCK_DAY_MS

static const double tiny = 1e-6;

static const char rules[] =
	"rule \"Opened\" { on = \"email.opened\" add = 8 "
	"because = \"opened {{signal.campaign}}\" }\n"
	"rule \"Clicked\" { on = \"email.clicked\" add = 20 degrade = none }\n"
	"rule \"Boss\" { when = \"field.job = 'CEO'\" add = 10 }\n";

static int
setup(void **state)
{
	struct applier *applier = calloc(1, sizeof(*applier));

	applier_init(applier);
	applier_open(applier);
	applier_rules(applier, rules, false);
	*state = applier;
	return 0;
}

static int
teardown(void **state)
{
	applier_done(*state);
	free(*state);
	return 0;
}

static struct why
ask(struct applier *applier, int64_t now, struct pool *pool)
{
	uint32_t id = applier_find(applier, "ann@example.com");
	struct sg_err err = {0};
	struct why why;
	double sum = 0;
	size_t i;

	if (why_read(applier_reader(applier), applier->board, id, 1, now, pool,
		     &why, &err) != SG_OK)
		fail_msg("%s", err.text);
	for (i = 0; i < why.n_entries; i++)
		sum += why.entries[i].left;
	if (why.summary.has_score)
		assert_float_equal(sum, why.summary.value[SCORE_RAW], tiny);
	return why;
}

static void
happen(struct applier *applier, const char *name, int64_t at)
{
	struct signal signal = applier_signal(name, "ann@example.com", at);

	applier_set(&signal, "campaign", "news");
	applier_submit(applier, &signal);
}

static void
operate(struct applier *applier, enum signal_kind kind, const char *points,
	int64_t at)
{
	struct signal signal = applier_change(kind, "score.changed by hand",
					      "ann@example.com", at);

	signal.name = kind == SIGNAL_SCORE_SET	 ? "score.set"
		      : kind == SIGNAL_SCORE_ADD ? "score.added"
						 : "score.erased";
	signal.because = "after a call";
	applier_set(&signal, "score", "lead");
	if (points)
		applier_set(&signal, "points", points);
	applier_submit(applier, &signal);
}

static void
each_entry_tells_rule_explanation_given_and_left(void **state)
{
	struct applier *applier = *state;
	struct pool *pool = pool_new();
	int64_t at = clock_now() + DAY;
	struct why why;

	happen(applier, "email.opened", at);
	happen(applier, "email.clicked", at + DAY);
	operate(applier, SIGNAL_SCORE_ADD, "-3", at + 2 * DAY);
	why = ask(applier, at + 2 * DAY, pool);
	assert_int_equal(why.n_entries, 3);
	assert_string_equal(why.entries[0].explanation, "after a call");
	assert_string_equal(why.entries[0].rule, "");
	assert_float_equal(why.entries[0].left, -3, tiny);
	assert_string_equal(why.entries[1].rule, "Clicked");
	assert_float_equal(why.entries[1].left, 20, tiny);
	assert_string_equal(why.entries[2].explanation, "opened news");
	assert_float_equal(why.entries[2].given, 8, tiny);
	assert_float_equal(why.entries[2].left, 8 * 0.81, tiny);
	assert_float_equal(why.summary.value[SCORE_SCORE], 17 + 8 * 0.81, tiny);
	assert_float_equal(why.in_7_days, 17 + 8 * pow(0.9, 9), tiny);
	assert_float_equal(why.in_30_days, 17 + 8 * pow(0.9, 32), tiny);
	pool_free(pool);
}

static void
what_a_set_closed_is_not_listed(void **state)
{
	struct applier *applier = *state;
	struct pool *pool = pool_new();
	int64_t at = clock_now() + DAY;
	struct why why;

	happen(applier, "email.opened", at);
	happen(applier, "email.clicked", at);
	operate(applier, SIGNAL_SCORE_ADD, "5", at + 1);
	operate(applier, SIGNAL_SCORE_SET, "50", at + DAY);
	happen(applier, "email.opened", at + 2 * DAY);
	why = ask(applier, at + 2 * DAY, pool);
	assert_int_equal(why.n_entries, 2);
	assert_float_equal(why.entries[1].left, 50, tiny);
	/* late ones change neither the sum nor the list */
	happen(applier, "email.clicked", at + 5);
	operate(applier, SIGNAL_SCORE_ADD, "7", at + 6);
	why = ask(applier, at + 2 * DAY, pool);
	assert_int_equal(why.n_entries, 2);
	assert_float_equal(why.summary.value[SCORE_SCORE], 58, tiny);
	pool_free(pool);
}

static void
an_erased_score_has_no_entries(void **state)
{
	struct applier *applier = *state;
	struct pool *pool = pool_new();
	int64_t at = clock_now() + DAY;
	struct why why;

	happen(applier, "email.opened", at);
	operate(applier, SIGNAL_SCORE_ERASE, NULL, at + 1);
	why = ask(applier, at + DAY, pool);
	assert_false(why.summary.has_score);
	assert_int_equal(why.n_entries, 0);
	happen(applier, "email.clicked", at + 2);
	why = ask(applier, at + DAY, pool);
	assert_int_equal(why.n_entries, 1);
	pool_free(pool);
}

static void
a_field_that_is_gone_and_points_taken_back_are_not_listed(void **state)
{
	struct applier *applier = *state;
	struct pool *pool = pool_new();
	int64_t at = clock_now() + DAY;
	struct signal field = applier_change(SIGNAL_FIELD_SET, "field.changed",
					     "ann@example.com", at);
	struct why why;

	applier_set(&field, "name", "job");
	applier_set(&field, "value", "CEO");
	applier_submit(applier, &field);
	why = ask(applier, at, pool);
	assert_int_equal(why.n_entries, 1);
	assert_string_equal(why.entries[0].rule, "Boss");
	field.happened_at = field.received_at = at + 1;
	applier_set(&field, "value", "");
	applier_submit(applier, &field);
	why = ask(applier, at + 1, pool);
	assert_true(why.summary.has_score);
	assert_int_equal(why.n_entries, 0);
	pool_free(pool);
}

static void
a_score_nobody_has_heard_of_is_none(void **state)
{
	struct applier *applier = *state;
	struct pool *pool = pool_new();
	struct why why;

	assert_int_equal(why_read(applier_reader(applier), applier->board, 1, 9,
				  0, pool, &why, NULL),
			 SG_NONE);
	assert_int_equal(why_read(applier_reader(applier), applier->board, 77,
				  1, 0, pool, &why, NULL),
			 SG_OK);
	assert_false(why.summary.has_score);
	pool_free(pool);
}

/* --- what comes ---------------------------------------------------------- */

static const char moving_rules[] =
	"rule \"Form\" { on = \"form.submitted\" add = 50 expires = \"3d\" "
	"degrade = none }\n"
	"rule \"Clicked\" { on = \"email.clicked\" add = 40 degrade = \"5%\" "
	"}\n"
	"rule \"Silent\" { on = \"email.sent\" unless = \"email.clicked within "
	"7d\" subtract = 20 degrade = none }\n"
	"rule \"Renewal\" { when = \"field.renewal within 1d\" add = 25 }\n";

static double
score_then(struct applier *applier, int64_t at)
{
	struct score_summary summary;

	applier_move_to(applier, at);
	scoreboard_summary(applier->board,
			   applier_find(applier, "ann@example.com"), 1, at,
			   &summary);
	return summary.has_score ? summary.value[SCORE_SCORE] : 0;
}

static void
look(struct applier *applier, int64_t now, struct why_future *future)
{
	static const double thresholds[] = {100, 60, 45, 20, 10, 0, -1000};
	struct why_asked asked = {
		.record_id = applier_find(applier, "ann@example.com"),
		.score_id = 1,
		.now = now};
	struct sg_err err = {0};
	size_t i;

	for (i = 0; i < sizeof(thresholds) / sizeof(thresholds[0]); i++)
		why_ask(&asked, thresholds[i]);
	if (why_look_ahead(applier->apply, applier_reader(applier), &asked,
			   future, &err) != SG_OK)
		fail_msg("%s", err.text);
}

/* An expiry, an absence, a condition that turns by time, and degradation
 * between them: what was said comes true to the millisecond. */
static void
what_is_said_of_the_future_comes_true(void **state)
{
	struct applier *applier = *state;
	struct why_future future;
	int64_t now = clock_now();
	struct signal signal;
	double before = 0, after = 0;
	size_t i, n_rises = 0;

	applier_move_to(applier, now);
	applier_rules(applier, moving_rules, false);
	now += 1000;
	applier_move_to(applier, now);
	happen(applier, "form.submitted", now);
	happen(applier, "email.clicked", now - 100);
	signal = applier_signal("email.sent", "ann@example.com", now);
	signal.message_id = 77;
	applier_submit(applier, &signal);
	look(applier, now, &future);
	assert_true(future.n_crossings >= 4);
	for (i = 0; i < future.n_crossings; i++) {
		const struct why_crossing *crossing = &future.crossings[i];

		/* Time does not go back for two of one moment. */
		if (i == 0 || crossing->at != crossing[-1].at) {
			before = score_then(applier, crossing->at - 1);
			after = score_then(applier, crossing->at);
		}
		n_rises += crossing->rises;
		if (crossing->rises) {
			assert_true(before < crossing->threshold);
			assert_true(after >= crossing->threshold);
		} else {
			assert_true(before >= crossing->threshold);
			assert_true(after < crossing->threshold);
		}
	}
	assert_int_equal(n_rises, 0);
	assert_int_equal(future.crossings[0].at, now + 3 * DAY);
	assert_float_equal(score_then(applier, now + 30 * DAY),
			   future.in_30_days, tiny);
}

static void
happen_then(struct applier *applier, const char *name, int64_t now)
{
	applier_move_to(applier, now);
	happen(applier, name, now);
}

/* How many entries are of older history, and what is left of these. */
static size_t
find_folded(const struct why *why, struct why_entry *folded)
{
	size_t n = 0, i;

	for (i = 0; i < why->n_entries; i++)
		if (strncmp(why->entries[i].explanation, "before ", 7) == 0) {
			*folded = why->entries[i];
			n++;
		}
	return n;
}

/* Points that end after their signal is folded are of the line "before …";
 * no later signal's. */
static void
what_ends_of_folded_history_ends_there(void **state)
{
	static const char ending[] =
		"rule \"Held\" { on = \"call.held\" add = 9 degrade = none "
		"expires = \"20d\" }\n"
		"rule \"Clicked\" { on = \"email.clicked\" add = 5 "
		"degrade = none }\n";
	struct applier *applier = calloc(1, sizeof(*applier));
	int64_t base = clock_now() - 100 * DAY, until;
	struct pool *pool = pool_new();
	struct why_entry folded = {0};
	struct why why;

	applier_init(applier);
	applier->retention_ms = 5 * DAY;
	applier->checkpoint_ms = 60000;
	applier->now = base;
	applier_open(applier);
	applier_rules(applier, ending, false);
	happen_then(applier, "call.held", base + 1000);
	happen_then(applier, "email.clicked", base + 2000);
	happen_then(applier, "call.held", base + DAY);
	until = base + 15 * DAY;
	do {
		until += 3600001;
		assert_true(until < base + 19 * DAY);
		happen_then(applier, "email.opened", until);
		why = ask(applier, until, pool);
	} while (find_folded(&why, &folded) == 0);
	assert_float_equal(folded.left, 23, tiny);
	happen_then(applier, "call.held", base + 20 * DAY + 5000);
	why = ask(applier, base + 20 * DAY + 5000, pool);
	assert_int_equal(why.n_entries, 2);
	assert_float_equal(why.entries[0].given, 9, tiny);
	assert_string_equal(why.entries[0].rule, "Held");
	assert_int_equal(find_folded(&why, &folded), 1);
	assert_float_equal(folded.left, 14, tiny);
	happen_then(applier, "call.held", base + 30 * DAY);
	why = ask(applier, base + 30 * DAY, pool);
	assert_int_equal(find_folded(&why, &folded), 1);
	assert_float_equal(folded.left, 5, tiny);
	pool_free(pool);
	applier_done(applier);
	free(applier);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_entry_tells_rule_explanation_given_and_left),
		TEST(what_a_set_closed_is_not_listed),
		TEST(an_erased_score_has_no_entries),
		TEST(a_field_that_is_gone_and_points_taken_back_are_not_listed),
		TEST(a_score_nobody_has_heard_of_is_none),
		TEST(what_is_said_of_the_future_comes_true),
		cmocka_unit_test(what_ends_of_folded_history_ends_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
