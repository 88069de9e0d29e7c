/* score.c - rates, and the state of one score; see score.h. */
#include "score/score.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

void
score_rates_init(struct score_rates *rates)
{
	memset(rates, 0, sizeof(*rates));
	rates->n_rates = 1;
}

int
score_rates_find(const struct score_rates *rates, double percent)
{
	size_t i;

	for (i = 0; i < rates->n_rates; i++)
		if (rates->rates[i] == percent)
			return (int)i;
	return -1;
}

static enum sg_status
refuse_ninth(const struct score_rates *rates, double percent,
	     struct sg_err *err)
{
	struct buf list = BUF_INIT;
	enum sg_status status;
	size_t i;

	for (i = 1; i < rates->n_rates; i++) {
		if (i > 1)
			buf_append_text(&list, ", ");
		text_append_number(&list, rates->rates[i]);
		buf_append_char(&list, '%');
	}
	status = err_set(err, SG_REFUSED,
			 "degrade = %g%% would be the ninth rate; at most %d "
			 "can be used, and these are: %s",
			 percent, SCORE_RATES_MOST, buf_text(&list));
	buf_done(&list);
	return status;
}

enum sg_status
score_rates_index(struct score_rates *rates, double percent, size_t *index_out,
		  struct sg_err *err)
{
	int found = score_rates_find(rates, percent);

	if (found >= 0) {
		*index_out = (size_t)found;
		return SG_OK;
	}
	if (!(percent >= 0 && percent < 100))
		return err_set(err, SG_REFUSED,
			       "degrade = %g%%: expected at least 0%% and less "
			       "than 100%% a day",
			       percent);
	if (rates->n_rates > SCORE_RATES_MOST)
		return refuse_ninth(rates, percent, err);
	rates->rates[rates->n_rates] = percent;
	*index_out = rates->n_rates++;
	return SG_OK;
}

void
score_state_init(struct score_state *state, int64_t now)
{
	memset(state, 0, sizeof(*state));
	state->as_of = now;
}

void
score_state_advance(struct score_state *state, const struct score_rates *rates,
		    int64_t now)
{
	size_t i;

	if (now <= state->as_of)
		return;
	for (i = 1; i < rates->n_rates; i++) {
		double left;

		if (state->touch[i][0] == 0 && state->touch[i][1] == 0)
			continue;
		left = score_decay(rates->rates[i], now - state->as_of);
		state->touch[i][0] *= left;
		state->touch[i][1] *= left;
	}
	state->as_of = now;
}

double
score_state_raw(const struct score_state *state,
		const struct score_rates *rates)
{
	double sum = state->field[0] + state->field[1] + state->manual[0] +
		     state->manual[1];
	size_t i;

	for (i = 0; i < rates->n_rates; i++)
		sum += state->touch[i][0] + state->touch[i][1];
	return sum;
}

bool
score_equal(double a, double b)
{
	double difference = fabs(a - b);

	return difference <= 1e-6 ||
	       difference <= 1e-9 * fmax(fabs(a), fabs(b));
}

bool
score_equal_among(double a, double b, double gross)
{
	return score_equal(a, b) || fabs(a - b) <= 1e-13 * fabs(gross);
}
