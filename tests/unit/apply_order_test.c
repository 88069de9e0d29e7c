/*
 * apply_order_test.c - the property behind the fold: the same history gives
 * the same scores in whatever order it arrives, in whatever batches, with
 * restarts in between; and the ledger always folds to the state.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "random_history.h"
#include "seed_more.h"
#include "score/score_apply.h"

enum { N_SEEDS = 12, N_SCORES = RANDOM_SCORES, N_PEOPLE = RANDOM_PEOPLE };

#define SETTLED_MS (CLOCK_DAY_MS / 24)

static void
submit_in_parts(struct applier *applier, const struct signal *signals, size_t n,
		bool restart)
{
	size_t at = 0;

	while (at < n) {
		size_t part = 1 + random_below(n - at);
		struct sg_err err = {0};
		bool kept;

		if (apply_submit(applier->apply, signals + at, part, 20000,
				 &kept, &err) != SG_OK)
			fail_msg("%s", err.text);
		at += part;
		if (restart && random_below(3) == 0) {
			applier_close(applier);
			applier_open(applier);
		}
	}
}

static void
read_states(struct applier *applier, int64_t at,
	    struct score_state states[N_PEOPLE][N_SCORES],
	    double raw[N_PEOPLE][N_SCORES])
{
	struct score_rates rates;
	uint32_t i, k;

	scoreboard_rates(applier->board, &rates);
	for (i = 0; i < N_PEOPLE; i++)
		for (k = 0; k < N_SCORES; k++) {
			scoreboard_get(applier->board,
				       applier_find(applier, random_people[i]),
				       k + 1, at, &states[i][k]);
			raw[i][k] = score_state_raw(&states[i][k], &rates);
		}
}

/* Some hits settle: they come to be folded long after they arrived. */
static void
let_some_settle(struct signal *signals, size_t n, int64_t now)
{
	size_t i;

	for (i = 0; i < n; i++)
		signals[i].settle_until =
			random_below(4)
				? 0
				: now + (int64_t)random_below(SETTLED_MS);
}

static void
fold_in(const struct signal *signals, size_t n, int64_t at, bool restart,
	bool wait, struct score_state states[N_PEOPLE][N_SCORES],
	double raw[N_PEOPLE][N_SCORES])
{
	struct applier applier;

	applier_init(&applier);
	applier.late_rows_most = wait ? 1 : 0;
	applier.now = at - 101 * CLOCK_DAY_MS;
	applier_open(&applier);
	applier_rules(&applier, random_rules, false);
	applier.now = at;
	submit_in_parts(&applier, signals, n, restart);
	applier_move_to(&applier, at + SETTLED_MS);
	applier_verify(&applier);
	read_states(&applier, at + SETTLED_MS, states, raw);
	applier_done(&applier);
}

static void
compare(uint64_t of_seed, struct score_state want[N_PEOPLE][N_SCORES],
	double want_raw[N_PEOPLE][N_SCORES],
	struct score_state got[N_PEOPLE][N_SCORES],
	double got_raw[N_PEOPLE][N_SCORES])
{
	size_t i, k;

	for (i = 0; i < N_PEOPLE; i++)
		for (k = 0; k < N_SCORES; k++)
			if (!score_equal(want_raw[i][k], got_raw[i][k]) ||
			    want[i][k].scored != got[i][k].scored ||
			    want[i][k].erased != got[i][k].erased)
				fail_msg("seed %llu: %s has %s %.9g (%d%d), "
					 "in order %.9g (%d%d)",
					 (unsigned long long)of_seed,
					 random_people[i], random_scores[k],
					 got_raw[i][k], got[i][k].scored,
					 got[i][k].erased, want_raw[i][k],
					 want[i][k].scored, want[i][k].erased);
}

static void
arrival_order_does_not_change_a_score(void **unused)
{
	static struct signal signals[RANDOM_SIGNALS + N_PEOPLE];
	uint64_t round;

	for (round = 1; round <= N_SEEDS; round++) {
		struct score_state want[N_PEOPLE][N_SCORES];
		struct score_state got[N_PEOPLE][N_SCORES];
		double want_raw[N_PEOPLE][N_SCORES];
		double got_raw[N_PEOPLE][N_SCORES];
		int64_t base = clock_now() + CLOCK_DAY_MS;

		random_seed = round * 7919 + seed_more();
		random_history(signals, base);
		fold_in(signals, RANDOM_SIGNALS + N_PEOPLE,
			base + 100 * CLOCK_DAY_MS, false, false, want,
			want_raw);
		let_some_settle(signals, RANDOM_SIGNALS + N_PEOPLE,
				base + 100 * CLOCK_DAY_MS);
		random_shuffle(signals, RANDOM_SIGNALS + N_PEOPLE);
		fold_in(signals, RANDOM_SIGNALS + N_PEOPLE,
			base + 100 * CLOCK_DAY_MS, round % 2, round / 2 % 2,
			got, got_raw);
		compare(round, want, want_raw, got, got_raw);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arrival_order_does_not_change_a_score),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
