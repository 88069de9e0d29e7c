/*
 * simulate_test.c - `rules simulate` says what `rules run` would do, and does
 * not do it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply/generation.h"
#include "apply/simulate.h"
#include "base/clock.h"
#include "random_history.h"
#include "seed_more.h"
#include "store/store_record.h"

#define DAY CLOCK_DAY_MS

enum { N_ALL = RANDOM_SIGNALS + RANDOM_PEOPLE, N_SEEDS = 6 };

static const char other_rules[] =
	"rule \"Opened\" { on = \"email.opened\" add = 3 "
	"once_per = \"day\" }\n"
	"rule \"Click\" { on = \"email.clicked\" add = 7 degrade = \"1%\" "
	"when = \"signal.url = 'http://a/'\" }\n"
	"rule \"Boss\" { when = \"field.job = 'CTO'\" add = 11 }\n"
	"rule \"Busy\" { when = \"email.clicked within 2d\" add = 5 }\n";

static void
submit_all(struct applier *applier, const struct signal *signals, size_t n)
{
	struct sg_err err = {0};
	bool kept;

	if (apply_submit(applier->apply, signals, n, 20000, &kept, &err) !=
	    SG_OK)
		fail_msg("%s", err.text);
}

static void
run_and_wait(struct applier *applier)
{
	struct generation_status status;
	struct sg_err err = {0};

	assert_int_equal(generation_begin(applier->apply, "test", &err), SG_OK);
	do {
		usleep(1000);
		generation_get_status(applier->apply, &status);
	} while (status.running);
}

static struct simulate_report
simulate_score(struct applier *applier, const char *rules, uint32_t score_id,
	       struct simulate_options *options, struct pool *pool)
{
	struct simulate_report report;
	struct sg_err err = {0};

	options->rules = applier_parse(rules);
	options->score_id = score_id;
	options->n_movers = 5;
	if (simulate(applier->apply, applier_reader(applier), options, pool,
		     &report, &err) != SG_OK)
		fail_msg("%s", err.text);
	ruleset_free(options->rules);
	return report;
}

static struct simulate_report
simulate_rules(struct applier *applier, const char *rules,
	       struct simulate_options *options, struct pool *pool)
{
	return simulate_score(applier, rules, 1, options, pool);
}

static const struct simulate_mover *
mover_of(const struct simulate_report *report, const char *key)
{
	size_t i;

	for (i = 0; i < report->n_movers; i++)
		if (strcmp(report->movers[i].key, key) == 0)
			return &report->movers[i];
	return NULL;
}

/* And by the parts of its reasons, as few rules as there are. */
static void
compare(struct applier *applier, const struct simulate_report *report,
	const double *before)
{
	size_t i;

	for (i = 0; i < RANDOM_PEOPLE; i++) {
		const struct simulate_mover *mover =
			mover_of(report, random_people[i]);
		double after =
			applier_score(applier, random_people[i], report->now);

		if (!mover) {
			assert_true(isnan(after) == isnan(before[i]));
			assert_true(isnan(after) ||
				    fabs(after - before[i]) < 1e-5);
			continue;
		}
		assert_true(mover->has == !isnan(after));
		assert_true(!mover->has || fabs(mover->after - after) < 1e-5);
		assert_true(mover->had == !isnan(before[i]));
		assert_true(!mover->had ||
			    fabs(mover->before - before[i]) < 1e-5);
		assert_true(mover->n_reasons > 0);
	}
}

static void
what_it_says_is_what_a_run_does(void **unused)
{
	static struct signal signals[N_ALL];
	uint64_t seed;

	for (seed = 1; seed <= N_SEEDS; seed++) {
		/* the smallest parts, too */
		struct simulate_options options = {.entries_most = seed % 3};
		int64_t base = clock_now() - 120 * DAY;
		struct pool *pool = pool_new();
		double before[RANDOM_PEOPLE];
		struct simulate_report report;
		struct applier applier;
		size_t i;

		random_seed = seed * 7919 + seed_more();
		random_history(signals, base);
		random_shuffle(signals, N_ALL);
		applier_init(&applier);
		applier.now = base - DAY;
		applier_open(&applier);
		applier_rules(&applier, random_rules, false);
		applier_move_to(&applier, base + 100 * DAY);
		submit_all(&applier, signals, N_ALL);
		report = simulate_rules(&applier, other_rules, &options, pool);
		for (i = 0; i < RANDOM_PEOPLE; i++)
			before[i] = applier_score(&applier, random_people[i],
						  report.now);
		applier_rules(&applier, other_rules, false);
		run_and_wait(&applier);
		compare(&applier, &report, before);
		pool_free(pool);
		applier_done(&applier);
	}
}

static double
score_of(struct applier *applier, const char *module, const char *key,
	 uint32_t score_id, int64_t at)
{
	struct pool *pool = pool_new();
	struct score_summary summary = {.has_score = false};
	struct store_record record;

	if (store_record_find_key(applier_reader(applier), module, key, pool,
				  &record, NULL) == SG_OK)
		scoreboard_summary(applier->board, record.id, score_id, at,
				   &summary);
	pool_free(pool);
	return summary.has_score ? summary.value[SCORE_SCORE] : NAN;
}

static void
read_all(struct applier *applier, uint32_t score_id, int64_t at, double *values)
{
	size_t i;

	for (i = 0; i < RANDOM_PEOPLE; i++)
		values[i] = score_of(applier, "contact", random_people[i],
				     score_id, at);
	for (i = 0; i < RANDOM_ACCOUNTS; i++)
		values[RANDOM_PEOPLE + i] = score_of(
			applier, "account", random_accounts[i], score_id, at);
}

static const char linked_rules[] =
	"rule \"Theirs\" { on = \"email.clicked\" add = 7 "
	"also = \"account\" cap = 30 }\n"
	"rule \"Opened\" { on = \"email.opened\" add = 3 score = \"fit\" "
	"once_per = \"day\" also = \"account\" }\n"
	"rule \"Silent\" { on = \"email.sent\" subtract = 4 "
	"unless = \"email.clicked within 2d\" also = \"account\" "
	"expires = \"6d\" }\n"
	"rule \"Rich\" { on = \"order.paid\" module = \"account\" add = 2 "
	"when = \"has score >= 7\" also = \"contact\" score = \"fit\" }\n";

/* As little as may be said: where it was, where it is, and why. */
static void
compare_mover(const struct simulate_report *report, const char *key,
	      double before, double after)
{
	const struct simulate_mover *mover = mover_of(report, key);

	if (!mover) {
		assert_true(isnan(after) == isnan(before) ||
			    fabs(isnan(after) ? before : after) < 1e-5);
		assert_true(isnan(after) || isnan(before) ||
			    fabs(after - before) < 1e-5);
		return;
	}
	assert_true(mover->has == !isnan(after));
	assert_true(!mover->has || fabs(mover->after - after) < 1e-5);
	assert_true(mover->had == !isnan(before));
	assert_true(!mover->had || fabs(mover->before - before) < 1e-5);
	assert_true(mover->n_reasons > 0);
}

static void
of_linked_records_too(void **unused)
{
	enum { N = RANDOM_PEOPLE + RANDOM_ACCOUNTS };
	static struct signal signals[N_ALL];
	static char text[8192];
	uint64_t seed;

	snprintf(text, sizeof(text), "%s%s", random_rules, random_also_rules);
	for (seed = 1; seed <= N_SEEDS; seed++) {
		struct simulate_options options = {.entries_most = seed % 3};
		int64_t base = clock_now() - 120 * DAY;
		struct pool *pool = pool_new();
		double before[N], after[N];
		struct simulate_report report, same;
		uint32_t score_id = seed % 2 + 1;
		struct applier applier;
		uint64_t scored = 0;
		size_t i;

		random_seed = seed * 15485863 + seed_more();
		random_linked_history(signals, base);
		random_shuffle(signals, N_ALL);
		applier_init(&applier);
		applier.now = base - DAY;
		applier_open(&applier);
		applier_rules(&applier, text, false);
		applier_move_to(&applier, base + 100 * DAY);
		submit_all(&applier, signals, N_ALL);
		same = simulate_score(&applier, text, score_id, &options, pool);
		assert_int_equal(same.changed, 0);
		report = simulate_score(&applier, linked_rules, score_id,
					&options, pool);
		read_all(&applier, score_id, report.now, before);
		applier_rules(&applier, linked_rules, false);
		run_and_wait(&applier);
		read_all(&applier, score_id, report.now, after);
		for (i = 0; i < N; i++) {
			compare_mover(
				&report,
				i < RANDOM_PEOPLE
					? random_people[i]
					: random_accounts[i - RANDOM_PEOPLE],
				before[i], after[i]);
			scored += !isnan(after[i]);
		}
		assert_int_equal(report.after.scored, scored);
		/* Of accounts alone: what contacts give them is there. */
		options.module = "account";
		report = simulate_score(&applier, linked_rules, score_id,
					&options, pool);
		assert_int_equal(report.changed, 0);
		pool_free(pool);
		applier_done(&applier);
	}
}

static void
with_the_rules_that_are_there_nothing_moves(void **unused)
{
	static struct signal signals[N_ALL];
	int64_t base = clock_now() - 120 * DAY;
	struct simulate_options options = {0};
	struct pool *pool = pool_new();
	struct simulate_report report;
	struct applier applier;

	random_seed = 77;
	random_history(signals, base);
	applier_init(&applier);
	applier.now = base - DAY;
	applier_open(&applier);
	applier_rules(&applier, random_rules, false);
	applier_move_to(&applier, base + 100 * DAY);
	submit_all(&applier, signals, N_ALL);
	report = simulate_rules(&applier, random_rules, &options, pool);
	assert_int_equal(report.changed, 0);
	assert_int_equal(report.n_movers, 0);
	assert_int_equal(report.before.scored, report.after.scored);
	assert_memory_equal(report.before.bins, report.after.bins,
			    sizeof(report.before.bins));
	pool_free(pool);
	applier_done(&applier);
}

static void
crossings_totals_and_reasons_are_counted(void **unused)
{
	struct simulate_threshold thresholds[] = {{.name = "", .at = 10},
						  {.name = "hot", .at = 100}};
	struct simulate_options options = {.thresholds = thresholds,
					   .n_thresholds = 2};
	struct pool *pool = pool_new();
	struct simulate_report report;
	struct applier applier;
	struct signal signal;

	applier_init(&applier);
	applier_open(&applier);
	applier_rules(&applier,
		      "rule \"Opened\" { on = \"email.opened\" add = 20 "
		      "degrade = \"none\" }",
		      false);
	signal = applier_signal("email.opened", "ann@example.com", clock_now());
	applier_submit(&applier, &signal);
	signal =
		applier_signal("email.clicked", "bob@example.com", clock_now());
	applier_submit(&applier, &signal);
	report = simulate_rules(
		&applier,
		"rule \"Opened\" { on = \"email.opened\" add = 5 degrade = "
		"\"none\" }\n"
		"rule \"Clicked\" { on = \"email.clicked\" add = 150 degrade = "
		"\"none\" }",
		&options, pool);
	assert_int_equal(report.records, 2);
	assert_int_equal(report.signals, 2);
	assert_int_equal(report.before.scored, 1);
	assert_int_equal(report.after.scored, 2);
	assert_true(score_equal(report.after.total, 155));
	assert_true(score_equal(report.after.median, 77.5));
	assert_int_equal(thresholds[0].up, 1);
	assert_int_equal(thresholds[0].down, 1);
	assert_int_equal(thresholds[1].above_after, 1);
	assert_int_equal(report.n_movers, 2);
	assert_string_equal(report.movers[0].key, "bob@example.com");
	assert_string_equal(report.movers[0].reasons[0].rule, "Clicked");
	assert_true(score_equal(report.movers[0].reasons[0].after, 150));
	assert_string_equal(report.movers[1].reasons[0].rule, "Opened");
	assert_true(score_equal(report.movers[1].reasons[0].before, 20));
	assert_true(score_equal(report.movers[1].reasons[0].after, 5));
	/* and all is as it was */
	assert_true(score_equal(
		applier_score(&applier, "ann@example.com", clock_now()), 20));
	applier_verify(&applier);
	pool_free(pool);
	applier_done(&applier);
}

static bool
always(void *arg)
{
	return true;
}

static void
it_stops_when_nobody_waits(void **unused)
{
	struct simulate_options options = {
		.score_id = 1, .given_up = always, .rules = applier_parse("")};
	struct pool *pool = pool_new();
	struct simulate_report report;
	struct applier applier;
	struct signal signal;
	struct sg_err err;

	applier_init(&applier);
	applier_open(&applier);
	signal = applier_signal("email.opened", "ann@example.com", clock_now());
	applier_submit(&applier, &signal);
	assert_int_equal(simulate(applier.apply, applier_reader(&applier),
				  &options, pool, &report, &err),
			 SG_BUSY);
	ruleset_free(options.rules);
	pool_free(pool);
	applier_done(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_says_is_what_a_run_does),
		cmocka_unit_test(of_linked_records_too),
		cmocka_unit_test(with_the_rules_that_are_there_nothing_moves),
		cmocka_unit_test(crossings_totals_and_reasons_are_counted),
		cmocka_unit_test(it_stops_when_nobody_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
