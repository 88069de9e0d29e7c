/* When a score crosses a threshold by itself: solved, and held against a look
 * at every hour. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/clock.h"
#include "score/score_crossing.h"

#define NOW ((int64_t)1700000000000)

static struct score_settings plain = {.id = 1, .name = "lead"};

static uint64_t seed;

static double
chance(void)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (double)(seed >> 11) / 9007199254740992.0;
}

static struct score_question
ask(const struct score_state *state, const struct score_settings *settings,
    const struct score_rates *rates, double threshold, double days)
{
	return (struct score_question){
		.state = state,
		.settings = settings,
		.rates = rates,
		.threshold = threshold,
		.now = NOW,
		.until = NOW + (int64_t)(days * (double)CLOCK_DAY_MS)};
}

static bool
reaches(const struct score_question *question, int64_t at)
{
	return score_reaches(question->state, question->settings,
			     question->rates, question->threshold, at);
}

static void
a_hundred_points_at_ten_percent_fall_below_fifty(void **state)
{
	struct score_rates rates;
	struct score_state score;
	struct score_question question;
	size_t rate;
	int64_t at;

	score_rates_init(&rates);
	assert_int_equal(score_rates_index(&rates, 10, &rate, NULL), SG_OK);
	score_state_init(&score, NOW);
	score.scored = true;
	score.touch[rate][0] = 100;
	question = ask(&score, &plain, &rates, 50, 36500);
	assert_true(score_next_crossing(&question, &at));
	/* ln 0.5 / ln 0.9 = 6.578813478960585 days */
	assert_int_equal((at - NOW) / 1000,
			 (int64_t)(6.578813478960585 * 86400));
	assert_true(reaches(&question, at - 1));
	assert_false(reaches(&question, at));
	question.threshold = 101; /* nothing lifts it */
	assert_false(score_next_crossing(&question, &at));
	question.threshold = 0; /* nor does it ever reach 0, but in a double */
	question.until = NOW + 1000 * CLOCK_DAY_MS;
	assert_false(score_next_crossing(&question, &at));
}

static void
what_is_negative_fades_and_lifts_the_score(void **state)
{
	struct score_rates rates;
	struct score_state score;
	struct score_question question;
	size_t fast, slow;
	int64_t at, back;

	score_rates_init(&rates);
	assert_int_equal(score_rates_index(&rates, 20, &fast, NULL), SG_OK);
	assert_int_equal(score_rates_index(&rates, 1, &slow, NULL), SG_OK);
	score_state_init(&score, NOW);
	score.scored = true;
	score.touch[slow][0] = 100;
	score.touch[fast][1] = -60;
	/* 40, up to about 85, and down again */
	question = ask(&score, &plain, &rates, 80, 36500);
	assert_true(score_next_crossing(&question, &at));
	assert_true(reaches(&question, at));
	question.now = at;
	assert_true(score_next_crossing(&question, &back));
	assert_true(back > at);
	assert_false(reaches(&question, back));
	question.now = back;
	assert_false(score_next_crossing(&question, &at));
}

static void
floor_and_ceiling_are_part_of_what_is_compared(void **state)
{
	struct score_settings limited = {.id = 1,
					 .has_floor = true,
					 .floor = 10,
					 .has_ceiling = true,
					 .ceiling = 40};
	struct score_rates rates;
	struct score_state score;
	struct score_question question;
	size_t rate;
	int64_t at;

	score_rates_init(&rates);
	assert_int_equal(score_rates_index(&rates, 10, &rate, NULL), SG_OK);
	score_state_init(&score, NOW);
	score.scored = true;
	score.touch[rate][0] = 100;
	question = ask(&score, &limited, &rates, 50, 36500);
	assert_false(score_next_crossing(&question, &at)); /* never above 40 */
	question.threshold = 40;
	assert_true(score_next_crossing(&question, &at));
	question.threshold = 10;
	assert_false(score_next_crossing(&question, &at)); /* never below 10 */
	score.scored = false;
	question.threshold = 20;
	assert_false(score_next_crossing(&question, &at));
}

static void
random_state(struct score_state *score, struct score_rates *rates)
{
	int n = 1 + (int)(chance() * SCORE_RATES_MOST), i;
	size_t rate;

	score_rates_init(rates);
	for (i = 0; i < n; i++)
		assert_int_equal(
			score_rates_index(rates,
					  0.5 + floor(chance() * 300) / 10,
					  &rate, NULL),
			SG_OK);
	score_state_init(score, NOW - (int64_t)(chance() * 1e9));
	score->scored = true;
	score->field[0] = floor(chance() * 30);
	score->manual[1] = -floor(chance() * 30);
	for (rate = 0; rate < rates->n_rates; rate++) {
		score->touch[rate][0] =
			floor(chance() * 200) * (chance() < 0.7);
		score->touch[rate][1] =
			-floor(chance() * 200) * (chance() < 0.7);
	}
}

/* The first hour at which the answer is another; INT64_MAX: none. */
static int64_t
look_at_every_hour(const struct score_question *question)
{
	bool from = reaches(question, question->now);
	int64_t at;

	for (at = question->now; at <= question->until; at += 3600000)
		if (reaches(question, at) != from)
			return at;
	return INT64_MAX;
}

static double
distance(const struct score_question *question, int64_t at)
{
	struct score_summary summary;

	score_summarise(question->state, question->settings, question->rates,
			at, &summary);
	return fabs(summary.value[SCORE_SCORE] - question->threshold);
}

static void
the_solution_is_what_a_look_at_every_hour_finds(void **state)
{
	int i, crossed = 0;

	seed = 20260131;
	for (i = 0; i < 3000; i++) {
		struct score_rates rates;
		struct score_state score;
		struct score_question question;
		struct score_summary summary;
		int64_t at = INT64_MAX, seen;

		random_state(&score, &rates);
		/* One that it passes, most of the time. */
		score_summarise(
			&score, &plain, &rates,
			NOW + (int64_t)(chance() * 60 * (double)CLOCK_DAY_MS),
			&summary);
		question = ask(&score, &plain, &rates,
			       summary.value[SCORE_SCORE], 100);
		if (i % 5 == 0) /* exactly where it tends to */
			question.threshold = score.field[0] + score.manual[1] +
					     score.touch[0][0] +
					     score.touch[0][1];
		seen = look_at_every_hour(&question);
		if (score_next_crossing(&question, &at)) {
			crossed++;
			assert_true(reaches(&question, at) !=
				    reaches(&question, NOW));
			assert_true(reaches(&question, at - 1) ==
				    reaches(&question, NOW));
		}
		/* Where nothing is left of the difference in a double, the
		 * last bits turn to and fro. */
		if (at > seen && distance(&question, seen) < 1e-9)
			continue;
		if (at > seen || (seen != INT64_MAX && at == INT64_MAX)) {
			print_message("state %d\n", i);
			fail_msg("crosses at %lld, solved %lld",
				 (long long)seen, (long long)at);
		}
	}
	assert_true(crossed > 1500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_hundred_points_at_ten_percent_fall_below_fifty),
		cmocka_unit_test(what_is_negative_fades_and_lifts_the_score),
		cmocka_unit_test(
			floor_and_ceiling_are_part_of_what_is_compared),
		cmocka_unit_test(
			the_solution_is_what_a_look_at_every_hour_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
