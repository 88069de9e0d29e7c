/*
 * generation_test.c - `rules run`: with rules that were there from the
 * beginning it gives the scores that are there; with others, those that would
 * be there if they had been. Beside live traffic, over restarts.
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
#include "base/clock.h"
#include "generation_aid.h"
#include "random_history.h"
#include "seed_more.h"
#include "score/score_apply.h"
#include "store/store_ledger.h"

#define DAY CLOCK_DAY_MS

enum { N_SEEDS = 8, N_ALL = RANDOM_SIGNALS + RANDOM_PEOPLE };

static const char other_rules[] =
	"rule \"Opened\" { on = \"email.opened\" add = 3 "
	"once_per = \"day\" }\n"
	"rule \"Click\" { on = \"email.clicked\" add = 7 degrade = \"1%\" }\n"
	"rule \"Boss\" { when = \"field.job = 'CTO'\" add = 11 }\n"
	"rule \"Busy\" { when = \"email.clicked within 2d\" add = 5 "
	"score = \"fit\" }\n"
	"rule \"Seen\" { on = \"record.created\" add = 2 score = \"drift\" "
	"}\n";

struct scores {
	struct score_state states[RANDOM_PEOPLE][RANDOM_SCORES];
	double raw[RANDOM_PEOPLE][RANDOM_SCORES];
};

static void
read_scores(struct applier *applier, int64_t at, struct scores *scores)
{
	struct score_rates rates;
	uint32_t i, k;

	scoreboard_rates(applier->board, &rates);
	for (i = 0; i < RANDOM_PEOPLE; i++)
		for (k = 0; k < RANDOM_SCORES; k++) {
			scoreboard_get(applier->board,
				       applier_find(applier, random_people[i]),
				       k + 1, at, &scores->states[i][k]);
			scores->raw[i][k] =
				score_state_raw(&scores->states[i][k], &rates);
		}
}

static void
compare(uint64_t seed, const struct scores *want, const struct scores *got)
{
	size_t i, k;

	for (i = 0; i < RANDOM_PEOPLE; i++)
		for (k = 0; k < RANDOM_SCORES; k++)
			if (!score_equal(want->raw[i][k], got->raw[i][k]) ||
			    want->states[i][k].scored !=
				    got->states[i][k].scored ||
			    want->states[i][k].erased !=
				    got->states[i][k].erased)
				fail_msg("seed %llu: %s has %s %.9g (%d), not "
					 "%.9g (%d)",
					 (unsigned long long)seed,
					 random_people[i], random_scores[k],
					 got->raw[i][k],
					 got->states[i][k].scored,
					 want->raw[i][k],
					 want->states[i][k].scored);
}

static uint64_t
count_rows(struct applier *applier, const char *where)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM ledger%s", where);
	return (uint64_t)generation_count(applier, sql);
}

/* Late ones and doubled ones among them, the rest while it is made. */
static void
with_the_same_rules_nothing_changes(void **unused)
{
	static struct signal signals[N_ALL];
	uint64_t seed;

	for (seed = 1; seed <= N_SEEDS; seed++) {
		int64_t base = clock_now() - 120 * DAY;
		struct applier plain, applier;
		struct scores want, got;
		size_t half;

		random_seed = seed * 104729 + seed_more();
		random_history(signals, base);
		random_shuffle(signals, N_ALL);
		half = random_below(N_ALL);
		generation_open(&plain, random_rules, base);
		generation_submit(&plain, signals, N_ALL);
		read_scores(&plain, base + 101 * DAY, &want);
		applier_done(&plain);
		generation_open(&applier, random_rules, base);
		generation_submit(&applier, signals, half);
		generation_start(&applier);
		generation_submit(&applier, signals + half, N_ALL - half);
		generation_submit(&applier, signals, half / 2); /* doubled */
		generation_wait(&applier);
		applier_verify(&applier);
		read_scores(&applier, base + 101 * DAY, &got);
		compare(seed, &want, &got);
		if (seed % 2)
			generation_reopen(&applier);
		generation_start(&applier);
		generation_wait(&applier);
		read_scores(&applier, base + 101 * DAY, &got);
		compare(seed, &want, &got);
		generation_reopen(&applier);
		read_scores(&applier, base + 101 * DAY, &got);
		compare(seed, &want, &got);
		applier_verify(&applier);
		assert_int_equal(count_rows(&applier, " WHERE generation < 3"),
				 0);
		applier_done(&applier);
	}
}

static void
other_rules_are_as_if_they_had_been_there_always(void **unused)
{
	static struct signal signals[N_ALL];
	uint64_t seed;

	for (seed = 1; seed <= N_SEEDS; seed++) {
		int64_t base = clock_now() - 120 * DAY, at;
		struct applier changed, always;
		struct scores want, got;

		random_seed = seed * 611953 + seed_more();
		random_history(signals, base);
		random_shuffle(signals, N_ALL);
		generation_open(&always, other_rules, base);
		generation_submit(&always, signals, N_ALL);
		generation_open(&changed, random_rules, base);
		generation_submit(&changed, signals, N_ALL - 10);
		applier_rules(&changed, other_rules, seed % 2);
		generation_start(&changed);
		generation_submit(&changed, signals + N_ALL - 10, 10);
		generation_wait(&changed);
		applier_verify(&changed);
		at = base + 101 * DAY;
		read_scores(&always, at, &want);
		read_scores(&changed, at, &got);
		compare(seed, &want, &got);
		applier_done(&always);
		applier_done(&changed);
	}
}

static void
one_that_is_cancelled_leaves_nothing(void **unused)
{
	static struct signal signals[N_ALL];
	struct applier applier;
	struct scores want, got;
	struct generation_status status;
	struct sg_err err = {0};
	int64_t base = clock_now() - 120 * DAY, at = base + 101 * DAY;

	random_seed = 5;
	random_history(signals, base);
	generation_open(&applier, random_rules, base);
	generation_submit(&applier, signals, N_ALL);
	read_scores(&applier, at, &want);
	applier_close(&applier);
	applier.stopped = true; /* so that it cannot be done already */
	applier_open(&applier);
	generation_start(&applier);
	assert_int_equal(generation_begin(applier.apply, "test", &err),
			 SG_REFUSED);
	assert_int_equal(generation_cancel(applier.apply, &err), SG_OK);
	assert_int_equal(generation_cancel(applier.apply, &err), SG_NONE);
	applier_close(&applier);
	applier.stopped = false;
	applier_open(&applier);
	generation_wait(&applier);
	generation_get_status(applier.apply, &status);
	assert_int_equal(status.generation, 1);
	assert_int_equal(status.ruleset, 0);
	read_scores(&applier, at, &got);
	compare(5, &want, &got);
	assert_int_equal(count_rows(&applier, " WHERE generation > 1"), 0);
	applier_verify(&applier);
	applier_done(&applier);
}

/* Begun with the thread not running, so it is all left to the next start. */
static void
it_goes_on_after_a_restart(void **unused)
{
	static struct signal signals[N_ALL];
	struct applier applier;
	struct generation_status status;
	struct scores want, got;
	int64_t base = clock_now() - 120 * DAY, at = base + 101 * DAY;

	random_seed = 6;
	random_history(signals, base);
	generation_open(&applier, random_rules, base);
	generation_submit(&applier, signals, N_ALL);
	read_scores(&applier, at, &want);
	applier_close(&applier);
	applier.stopped = true;
	applier_open(&applier);
	generation_start(&applier);
	applier_close(&applier);
	applier.stopped = false;
	applier_open(&applier);
	generation_wait(&applier);
	generation_get_status(applier.apply, &status);
	assert_int_equal(status.generation, 2);
	assert_int_equal(status.ruleset, 1);
	read_scores(&applier, at, &got);
	compare(6, &want, &got);
	applier_verify(&applier);
	applier_done(&applier);
}

/* A late signal is folded with the rules of the run, not with those of then. */
static void
what_comes_late_is_folded_as_the_run_was(void **unused)
{
	int64_t at = clock_now() - 30 * DAY;
	struct applier applier;
	struct signal signal;

	applier_init(&applier);
	applier_open(&applier);
	applier_rules(&applier,
		      "rule \"A\" { on = \"email.opened\" add = 1 "
		      "degrade = \"none\" }",
		      false);
	signal = applier_signal("email.opened", "ann@example.com", at);
	applier_submit(&applier, &signal);
	applier_rules(&applier,
		      "rule \"A\" { on = \"email.opened\" add = 100 "
		      "degrade = \"none\" }",
		      false);
	assert_true(score_equal(
		applier_score(&applier, "ann@example.com", clock_now()), 1));
	generation_start(&applier);
	generation_wait(&applier);
	assert_true(score_equal(
		applier_score(&applier, "ann@example.com", clock_now()), 100));
	signal.happened_at = at - DAY;
	applier_submit(&applier, &signal);
	assert_true(score_equal(
		applier_score(&applier, "ann@example.com", clock_now()), 200));
	generation_reopen(&applier);
	signal.happened_at = at - 2 * DAY;
	applier_submit(&applier, &signal);
	assert_true(score_equal(
		applier_score(&applier, "ann@example.com", clock_now()), 300));
	applier_verify(&applier);
	applier_done(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_the_same_rules_nothing_changes),
		cmocka_unit_test(
			other_rules_are_as_if_they_had_been_there_always),
		cmocka_unit_test(one_that_is_cancelled_leaves_nothing),
		cmocka_unit_test(it_goes_on_after_a_restart),
		cmocka_unit_test(what_comes_late_is_folded_as_the_run_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
