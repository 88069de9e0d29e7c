/* score_apply.c - see score_apply.h. */
#include "score/score_apply.h"

#include <assert.h>
#include <math.h>

/* What is left of a sum when all of it was taken out; of much, so much of it:
 * its last digits are rounded. */
#define NOTHING	   1e-9
#define NOTHING_OF 1e-14

static double *
sum_of(struct score_state *state, enum ledger_class class, size_t rate,
       int side)
{
	switch (class) {
	case LEDGER_FIELD:
		return &state->field[side];
	case LEDGER_MANUAL:
		return &state->manual[side];
	case LEDGER_TOUCH:
		break;
	}
	assert(rate <= SCORE_RATES_MOST);
	return &state->touch[rate][side];
}

void
score_apply_entry(struct score_state *state, const struct score_rates *rates,
		  const struct score_entry *entry)
{
	double delta = entry->delta, *sum;

	score_state_advance(state, rates, entry->at);
	if (entry->class == LEDGER_TOUCH)
		delta *= score_decay(rates->rates[entry->rate],
				     state->as_of - entry->at);
	sum = sum_of(state, entry->class, entry->rate, entry->side);
	*sum += delta;
	/* What is closed leaves nothing: no -1e-16 that is not >= 0. */
	if (entry->entry != LEDGER_POINTS &&
	    fabs(*sum) < fmax(NOTHING, NOTHING_OF * fabs(delta)))
		*sum = 0;
	if (entry->entry == LEDGER_POINTS) {
		state->scored = true;
		state->erased = false;
	} else if (entry->entry == LEDGER_ERASE) {
		state->scored = false;
		state->erased = true;
	}
}

static void
write_entry(struct score_state *state, const struct score_rates *rates,
	    struct score_entry *entry)
{
	score_apply_entry(state, rates, entry);
	entry->balance = score_state_raw(state, rates);
}

void
score_apply_points(struct score_state *state, const struct score_rates *rates,
		   const struct score_operation *operation,
		   struct score_entry *entry_out)
{
	*entry_out = (struct score_entry){
		.at = operation->at,
		.delta = operation->points,
		.class = operation->class,
		.side = operation->points < 0,
		.rate = operation->class == LEDGER_TOUCH ? operation->rate : 0,
		.entry = LEDGER_POINTS,
	};
	write_entry(state, rates, entry_out);
}

void
score_apply_close(struct score_state *state, const struct score_rates *rates,
		  const struct score_sum *sum, int64_t at,
		  struct score_entry *entry_out)
{
	*entry_out = (struct score_entry){
		.at = at,
		.delta = -sum->worth,
		.class = sum->class,
		.side = sum->side,
		.rate = sum->rate,
		.entry = LEDGER_CLOSING,
	};
	write_entry(state, rates, entry_out);
}

/* Close both sides of one sum where there is anything. */
static size_t
close_sides(struct score_state *state, const struct score_rates *rates,
	    const struct score_sum *like, int64_t at,
	    struct score_entry *entries_out)
{
	struct score_sum sum = *like;
	size_t n = 0;

	for (sum.side = 0; sum.side < 2; sum.side++) {
		double *value = sum_of(state, sum.class, sum.rate, sum.side);

		sum.worth = *value;
		if (sum.worth == 0)
			continue;
		score_apply_close(state, rates, &sum, at, &entries_out[n++]);
		*value = 0; /* not -0 */
	}
	return n;
}

static size_t
close_touch_and_manual(struct score_state *state,
		       const struct score_rates *rates, int64_t at,
		       struct score_entry *entries_out)
{
	struct score_sum sum = {.class = LEDGER_TOUCH};
	size_t n = 0;

	score_state_advance(state, rates, at);
	for (sum.rate = 0; sum.rate < rates->n_rates; sum.rate++)
		n += close_sides(state, rates, &sum, at, entries_out + n);
	sum = (struct score_sum){.class = LEDGER_MANUAL};
	return n + close_sides(state, rates, &sum, at, entries_out + n);
}

size_t
score_apply_set(struct score_state *state, const struct score_rates *rates,
		double points, int64_t at,
		struct score_entry entries_out[SCORE_APPLY_MOST])
{
	size_t n = close_touch_and_manual(state, rates, at, entries_out);
	double fixed = state->field[0] + state->field[1];
	struct score_operation manual = {
		.class = LEDGER_MANUAL, .points = points - fixed, .at = at};

	/* Also when it is 0: the record has a score now. */
	score_apply_points(state, rates, &manual, &entries_out[n++]);
	return n;
}

size_t
score_apply_erase(struct score_state *state, const struct score_rates *rates,
		  int64_t at, struct score_entry entries_out[SCORE_APPLY_MOST])
{
	size_t n = close_touch_and_manual(state, rates, at, entries_out);
	struct score_sum field = {.class = LEDGER_FIELD};

	n += close_sides(state, rates, &field, at, entries_out + n);
	entries_out[n] = (struct score_entry){
		.at = at, .class = LEDGER_MANUAL, .entry = LEDGER_ERASE};
	write_entry(state, rates, &entries_out[n++]);
	return n;
}
