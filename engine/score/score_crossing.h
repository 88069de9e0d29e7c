/*
 * score_crossing.h - when a score to which nothing happens crosses a
 * threshold. Solved, not simulated: the score is a sum of at most nine
 * exponentials, c + sum of a_k * exp(-l_k * x), of both signs, and may turn
 * several times. Multiplied by exp(l_min * x) and derived it has one term
 * fewer, and between two roots of that it is monotone (Rolle): so its sign
 * changes are found from the roots of the shorter sum, down to one term, which
 * has none. Pure.
 */
#ifndef ENGINE_SCORE_SCORE_CROSSING_H
#define ENGINE_SCORE_SCORE_CROSSING_H

#include "score/score.h"

/* Is the score, as it is shown and compared, at least so much? A record that
 * has no score is below everything. */
bool score_reaches(const struct score_state *state,
		   const struct score_settings *settings,
		   const struct score_rates *rates, double threshold,
		   int64_t at);

struct score_question {
	const struct score_state *state;
	const struct score_settings *settings;
	const struct score_rates *rates;
	double threshold;
	int64_t now;   /* >= state->as_of */
	int64_t until; /* look no further */
};

/* The first millisecond after `now` and not after `until` at which
 * score_reaches() has another answer than at `now`; false: there is none. */
bool score_next_crossing(const struct score_question *question,
			 int64_t *at_out);

#endif
