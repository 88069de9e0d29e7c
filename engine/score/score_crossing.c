/* score_crossing.c - see score_crossing.h. */
#include "score/score_crossing.h"

#include <math.h>

enum { TERMS_MOST = SCORE_RATES_MOST + 1, BISECTIONS = 200, NEAR_MS = 64 };

#define DAY_MS 86400000.0L

bool
score_reaches(const struct score_state *state,
	      const struct score_settings *settings,
	      const struct score_rates *rates, double threshold, int64_t at)
{
	struct score_summary summary;

	score_summarise(state, settings, rates, at, &summary);
	return summary.has_score && summary.value[SCORE_SCORE] >= threshold;
}

/* --- a sum of exponentials ----------------------------------------------- */

/* Exponents ascend, and no two are the same; days are the unit. */
struct sum {
	size_t n;
	long double factor[TERMS_MOST], exponent[TERMS_MOST];
};

struct roots {
	size_t n;
	long double x[TERMS_MOST];
};

static void
add_term(struct sum *sum, long double factor, long double exponent)
{
	size_t i;

	if (factor == 0)
		return;
	for (i = sum->n++; i > 0 && sum->exponent[i - 1] > exponent; i--) {
		sum->factor[i] = sum->factor[i - 1];
		sum->exponent[i] = sum->exponent[i - 1];
	}
	sum->factor[i] = factor;
	sum->exponent[i] = exponent;
}

/* Times exp(l_min * x), which changes no sign and keeps it in range. */
static long double
value_at(const struct sum *sum, long double x)
{
	long double value = 0;
	size_t i;

	for (i = sum->n; i-- > 0;)
		value += sum->factor[i] *
			 expl((sum->exponent[0] - sum->exponent[i]) * x);
	return value;
}

static int
sign_at(const struct sum *sum, long double x)
{
	long double value = value_at(sum, x);

	return (value > 0) - (value < 0);
}

/* Its sign is another one at each end, and it changes once between them. */
static long double
bisect(const struct sum *sum, long double low, long double high)
{
	int at_low = sign_at(sum, low), i;

	for (i = 0; i < BISECTIONS; i++) {
		long double middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			break;
		if (sign_at(sum, middle) == at_low)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* The derivative of the sum times exp(l_min * x): one term fewer. */
static void
derive(const struct sum *sum, struct sum *out)
{
	size_t i;

	out->n = 0;
	for (i = 1; i < sum->n; i++)
		add_term(out,
			 sum->factor[i] * (sum->exponent[0] - sum->exponent[i]),
			 sum->exponent[i] - sum->exponent[0]);
}

/*
 * Where its sign changes between 0 and `end`, given where its derivative's
 * does: those places and both ends cut the line into monotone pieces. A place
 * where it is 0 is passed over; the sign beyond it decides.
 */
static void
find_between(const struct sum *sum, const struct roots *turns, long double end,
	     struct roots *out)
{
	long double last = 0;
	int sign = sign_at(sum, 0);
	size_t i;

	out->n = 0;
	for (i = 0; i <= turns->n; i++) {
		long double x = i < turns->n ? turns->x[i] : end;
		int here = sign_at(sum, x);

		if (here == 0)
			continue;
		if (sign != 0 && here != sign)
			out->x[out->n++] = bisect(sum, last, x);
		sign = here;
		last = x;
	}
}

static void
find_roots(const struct sum *sum, long double end, struct roots *out)
{
	struct sum chain[TERMS_MOST + 1];
	struct roots turns = {.n = 0};
	size_t n = 0;

	chain[0] = *sum;
	while (chain[n].n > 1) {
		derive(&chain[n], &chain[n + 1]);
		n++;
	}
	for (n++; n-- > 0;) {
		find_between(&chain[n], &turns, end, out);
		turns = *out;
	}
}

/* --- the score ----------------------------------------------------------- */

static void
make_sum(const struct score_question *question, struct sum *sum)
{
	const struct score_rates *rates = question->rates;
	struct score_state state = *question->state;
	long double fixed = -(long double)question->threshold;
	size_t i;

	score_state_advance(&state, rates, question->now);
	fixed += (long double)state.field[0] + state.field[1];
	fixed += (long double)state.manual[0] + state.manual[1];
	sum->n = 0;
	for (i = 0; i < rates->n_rates; i++) {
		long double points =
			(long double)state.touch[i][0] + state.touch[i][1];

		if (rates->rates[i] == 0)
			fixed += points;
		else
			add_term(sum, points,
				 -log1pl(-(long double)rates->rates[i] / 100));
	}
	add_term(sum, fixed, 0);
}

static bool
differs(const struct score_question *question, bool from, int64_t at)
{
	return score_reaches(question->state, question->settings,
			     question->rates, question->threshold, at) != from;
}

/* The first in (low, high] that differs; the last of them does. */
static int64_t
first_between(const struct score_question *question, bool from, int64_t low,
	      int64_t high)
{
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (differs(question, from, middle))
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* The solution is right to a hair; the score is a double, in milliseconds. */
static bool
settle(const struct score_question *question, bool from, long double root,
       int64_t *at_out)
{
	int64_t at = question->now + (int64_t)floorl(root * DAY_MS);
	int64_t low = at - NEAR_MS, high = at + NEAR_MS;

	if (low < question->now)
		low = question->now;
	if (high > question->until)
		high = question->until;
	if (high <= low || differs(question, from, low) ||
	    !differs(question, from, high))
		return false; /* it turned back within a moment */
	*at_out = first_between(question, from, low, high);
	return true;
}

bool
score_next_crossing(const struct score_question *question, int64_t *at_out)
{
	bool from = score_reaches(question->state, question->settings,
				  question->rates, question->threshold,
				  question->now);
	long double end = (question->until - question->now) / DAY_MS, last = 0;
	struct roots roots;
	struct sum sum;
	int64_t low;
	size_t i;

	if (end <= 0 || !question->state->scored)
		return false;
	make_sum(question, &sum);
	if (sum.n == 0)
		return false;
	find_roots(&sum, end, &roots);
	for (i = 0; i < roots.n; i++) {
		if (settle(question, from, roots.x[i], at_out))
			return true;
		last = roots.x[i];
	}
	if (!differs(question, from, question->until))
		return false;
	/* What it comes nearer to for ever is the threshold: it gets there when
	 * nothing is left of the difference in a double. */
	low = question->now + (int64_t)floorl(last * DAY_MS);
	*at_out = first_between(question, from, low, question->until);
	return true;
}
