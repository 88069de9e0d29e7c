/* score_summary.c - all parts of a score at a moment; see score.h. */
#include <string.h>

#include "score/score.h"

enum {
	POSITIVE_BITS = 0x155555, /* even columns */
	NEGATIVE_BITS = 0x2aaaaa,
	FIELD_BITS = 3 << SCORE_SUM_FIELD,
	MANUAL_BITS = 3 << SCORE_SUM_MANUAL,
	ALL_BITS = (1 << SCORE_N_SUMS) - 1,
	TOUCH_BITS = ALL_BITS & ~(FIELD_BITS | MANUAL_BITS)
};

uint32_t
score_part_sums(enum score_part part)
{
	switch (part) {
	case SCORE_MANUAL:
		return MANUAL_BITS;
	case SCORE_FIELD_POINTS:
		return FIELD_BITS;
	case SCORE_AUTOMATIC:
		return FIELD_BITS | TOUCH_BITS;
	case SCORE_POSITIVE:
		return POSITIVE_BITS & ALL_BITS;
	case SCORE_NEGATIVE:
		return NEGATIVE_BITS & ALL_BITS;
	case SCORE_TOUCHPOINT:
		return TOUCH_BITS;
	case SCORE_POSITIVE_TOUCHPOINT:
		return TOUCH_BITS & POSITIVE_BITS;
	case SCORE_NEGATIVE_TOUCHPOINT:
		return TOUCH_BITS & NEGATIVE_BITS;
	case SCORE_SCORE:
	case SCORE_RAW:
	case SCORE_PERCENT:
	case SCORE_N_PARTS:
		break;
	}
	return ALL_BITS;
}

static double
limit(const struct score_settings *settings, double score)
{
	if (settings->has_floor && score < settings->floor)
		score = settings->floor;
	if (settings->has_ceiling && score > settings->ceiling)
		score = settings->ceiling;
	return score;
}

/* Sums are always added in the order of their numbers, here and in the
 * scoreboard's passes, so that both give the same double. */
static double
add_sums(const double *sums, size_t n_sums, uint32_t which)
{
	double value = 0;
	size_t i;

	for (i = 0; i < n_sums; i++)
		if (which & 1u << i)
			value += sums[i];
	return value;
}

static void
fill_sums(const struct score_state *state, const struct score_rates *rates,
	  double *value)
{
	double sums[SCORE_N_SUMS];
	size_t n_sums = SCORE_SUM_TOUCH + 2 * rates->n_rates, s, i;
	int part;

	for (s = 0; s < 2; s++) {
		sums[SCORE_SUM_FIELD + s] = state->field[s];
		sums[SCORE_SUM_MANUAL + s] = state->manual[s];
		for (i = 0; i < rates->n_rates; i++)
			sums[SCORE_SUM_TOUCH + 2 * i + s] = state->touch[i][s];
	}
	for (part = 0; part < SCORE_N_PARTS; part++)
		if (part != SCORE_SCORE && part != SCORE_PERCENT)
			value[part] = add_sums(
				sums, n_sums,
				score_part_sums((enum score_part)part));
}

/* The same as add_sums() of all. */
static double
add_all(const struct score_state *state, const struct score_rates *rates)
{
	double value = state->field[0] + state->field[1] + state->manual[0] +
		       state->manual[1];
	size_t i;

	for (i = 0; i < rates->n_rates; i++) {
		value += state->touch[i][0];
		value += state->touch[i][1];
	}
	return value;
}

bool
score_value(const struct score_state *state,
	    const struct score_settings *settings,
	    const struct score_rates *rates, int64_t now, double *value_out)
{
	struct score_state at_now;

	if (!state->scored) {
		*value_out = limit(settings, settings->default_points);
		return settings->has_default && !state->erased;
	}
	at_now = *state;
	score_state_advance(&at_now, rates, now);
	*value_out = limit(settings, add_all(&at_now, rates));
	return true;
}

void
score_summarise(const struct score_state *state,
		const struct score_settings *settings,
		const struct score_rates *rates, int64_t now,
		struct score_summary *summary_out)
{
	struct score_state at_now = *state;
	double score;

	memset(summary_out, 0, sizeof(*summary_out));
	score_state_advance(&at_now, rates, now);
	fill_sums(&at_now, rates, summary_out->value);
	summary_out->has_score =
		state->scored || (settings->has_default && !state->erased);
	if (!summary_out->has_score)
		return;
	score = state->scored ? summary_out->value[SCORE_RAW]
			      : settings->default_points;
	summary_out->value[SCORE_SCORE] = limit(settings, score);
}
