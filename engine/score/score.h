/*
 * score.h - what a score is made of and its value at a moment (scoring §2).
 *
 *   score(t) = F + M + sum over rates k of T_k(t)
 *   T_k(t)   = T_k(t0) * (1 - p_k/100)^((t - t0) / 86400 s)
 *
 * Positive and negative points are summed apart, for every class. Pure.
 */
#ifndef ENGINE_SCORE_SCORE_H
#define ENGINE_SCORE_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "score/score_decay.h"
#include "score/score_part.h"

/* Points of one entry, either way: as far as a double still tells one point
 * from the next (whole numbers up to 2^53, 9.007e15), also after some were
 * added. */
#define SCORE_POINTS_MOST      1e15
#define SCORE_POINTS_MOST_TEXT "1000000000000000"

enum { SCORE_RATES_MOST = 8, SCORE_NAME_MOST = 64, SCORES_MOST = 64 };

enum ledger_class { LEDGER_FIELD = 1, LEDGER_TOUCH = 2, LEDGER_MANUAL = 3 };

/* How one named score behaves: `score "lead" { … }` in the configuration. */
struct score_settings {
	uint32_t id; /* from 1, dense; 1 is "lead" */
	char name[SCORE_NAME_MOST];
	double degrade;	       /* percent a day; 0 = none */
	bool degrade_negative; /* no: negative touch points keep */
	bool has_default, has_floor, has_ceiling;
	double default_points, floor, ceiling;
};

/* The 8 rates of the installation; rates[0] is always 0 (no degradation). */
struct score_rates {
	size_t n_rates;
	double rates[SCORE_RATES_MOST + 1];
};

void score_rates_init(struct score_rates *rates);
/* Index of a rate that is there; -1: it is not. */
int score_rates_find(const struct score_rates *rates, double percent);
/* Index of a rate, adding it when new. SG_REFUSED: it would be the ninth,
 * or is not 0 <= percent < 100. */
enum sg_status score_rates_index(struct score_rates *rates, double percent,
				 size_t *index_out,
				 struct sg_err *err) MUST_CHECK;

/* One record's one score, all touch sums given as of `as_of`. */
struct score_state {
	bool scored; /* has it a score? (before `default`) */
	bool erased; /* erased: not even the default */
	int64_t as_of;
	double field[2], manual[2];	       /* [0] positive, [1] negative */
	double touch[SCORE_RATES_MOST + 1][2]; /* by rate index */
};

/* Nothing given yet, as of `now`. */
void score_state_init(struct score_state *state, int64_t now);
/* Age the touch sums to `now`; a `now` before as_of changes nothing. */
void score_state_advance(struct score_state *state,
			 const struct score_rates *rates, int64_t now);
/* All sums added: the score before default, floor and ceiling, at as_of. */
double score_state_raw(const struct score_state *state,
		       const struct score_rates *rates);
/* "Equal" of scoring §2: within 1e-6 absolute or 1e-9 relative. */
bool score_equal(double a, double b);
/* … of sums that amounts of `gross` went into and were taken out of: what a
 * double cannot tell apart there is no difference. */
bool score_equal_among(double a, double b, double gross);

/* The sums a score is made of, by number: + side, and + 2 * rate for touch. */
enum {
	SCORE_SUM_FIELD = 0,
	SCORE_SUM_MANUAL = 2,
	SCORE_SUM_TOUCH = 4,
	SCORE_N_SUMS = SCORE_SUM_TOUCH + 2 * (SCORE_RATES_MOST + 1)
};
/* Which of them a part is made of: bit by number. */
uint32_t score_part_sums(enum score_part part);

struct score_summary {
	bool has_score;
	double value[SCORE_N_PARTS]; /* SCORE_PERCENT is not set here */
};
/* All parts at `now` >= state->as_of; floor, ceiling and default applied to
 * SCORE_SCORE only. */
void score_summarise(const struct score_state *state,
		     const struct score_settings *settings,
		     const struct score_rates *rates, int64_t now,
		     struct score_summary *summary_out);

/* SCORE_SCORE of it alone; false: it has none. */
bool score_value(const struct score_state *state,
		 const struct score_settings *settings,
		 const struct score_rates *rates, int64_t now,
		 double *value_out);

/* scoring §2 "Percentage" */
double score_percentage(double score, double top, double median);

#endif
