/* score_test.c - the worked examples of scoring §2, and its operations. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "score/score_apply.h"

#define DAY CLOCK_DAY_MS

static const double tiny = 1e-9;

static struct score_rates
rates_of(const double *percents, size_t n)
{
	struct score_rates rates;
	size_t i, index;

	score_rates_init(&rates);
	for (i = 0; i < n; i++)
		assert_int_equal(
			score_rates_index(&rates, percents[i], &index, NULL),
			SG_OK);
	return rates;
}

static void
give(struct score_state *state, const struct score_rates *rates,
     enum ledger_class class, double percent, double points, int64_t at)
{
	struct score_operation operation = {
		.class = class,
		.rate = (size_t)score_rates_find(rates, percent),
		.points = points,
		.at = at};
	struct score_entry entry;

	score_state_advance(state, rates, at);
	score_apply_points(state, rates, &operation, &entry);
	assert_float_equal(entry.delta, points, 0);
	assert_float_equal(entry.balance, score_state_raw(state, rates), 0);
}

static double
part_at(const struct score_state *state, const struct score_rates *rates,
	enum score_part part, int64_t now)
{
	struct score_settings settings = {.id = 1, .name = "lead"};
	struct score_summary summary;

	score_summarise(state, &settings, rates, now, &summary);
	assert_true(summary.has_score);
	return summary.value[part];
}

static double
score_at(const struct score_state *state, const struct score_rates *rates,
	 int64_t now)
{
	return part_at(state, rates, SCORE_SCORE, now);
}

static void
a_hundred_touch_points_at_ten_percent_a_day(void **unused)
{
	struct score_rates rates = rates_of((double[]){10}, 1);
	struct score_state state;

	score_state_init(&state, 0);
	give(&state, &rates, LEDGER_TOUCH, 10, 100, 0);
	assert_float_equal(score_at(&state, &rates, 0), 100, 0);
	assert_float_equal(score_at(&state, &rates, DAY), 90, tiny);
	assert_float_equal(score_at(&state, &rates, 2 * DAY), 81, tiny);
	assert_float_equal(score_at(&state, &rates, 7 * DAY), 47.82969, tiny);
	assert_float_equal(score_at(&state, &rates, DAY / 2), 94.86832980505137,
			   1e-12);
}

static void
field_points_stay_while_touch_points_degrade(void **unused)
{
	struct score_rates rates = rates_of((double[]){5}, 1);
	struct score_state state;

	score_state_init(&state, 0);
	give(&state, &rates, LEDGER_FIELD, 0, 10, 0);
	give(&state, &rates, LEDGER_TOUCH, 5, 40, 0);
	assert_float_equal(score_at(&state, &rates, 30 * DAY),
			   10 + 40 * pow(0.95, 30), tiny);
	assert_float_equal(score_at(&state, &rates, 30 * DAY), 18.585, 0.001);
}

static void
negative_points_degrade_apart_from_positive_ones(void **unused)
{
	struct score_rates rates = rates_of((double[]){10}, 1);
	struct score_state state;

	score_state_init(&state, 0);
	give(&state, &rates, LEDGER_TOUCH, 10, 20, 0);
	give(&state, &rates, LEDGER_TOUCH, 10, -30, DAY);
	assert_float_equal(score_at(&state, &rates, DAY), -12, tiny);
	assert_float_equal(part_at(&state, &rates, SCORE_POSITIVE, DAY), 18,
			   tiny);
	assert_float_equal(part_at(&state, &rates, SCORE_NEGATIVE, DAY), -30,
			   tiny);
}

static void
each_rate_degrades_by_itself(void **unused)
{
	struct score_rates rates = rates_of((double[]){1, 20}, 2);
	struct score_state state;

	score_state_init(&state, 0);
	give(&state, &rates, LEDGER_TOUCH, 1, 3, 0);
	give(&state, &rates, LEDGER_TOUCH, 20, 1, 0);
	assert_float_equal(score_at(&state, &rates, 10 * DAY),
			   3 * pow(0.99, 10) + pow(0.8, 10), tiny);
	assert_float_equal(score_at(&state, &rates, 10 * DAY), 2.8205, 0.0001);
}

static void
aging_in_steps_is_aging_at_once(void **unused)
{
	struct score_rates rates = rates_of((double[]){7}, 1);
	struct score_state state;
	int i;

	score_state_init(&state, 0);
	give(&state, &rates, LEDGER_TOUCH, 7, 50, 0);
	for (i = 1; i <= 1000; i++)
		score_state_advance(&state, &rates, i * DAY / 100);
	assert_float_equal(score_at(&state, &rates, 10 * DAY),
			   50 * pow(0.93, 10), tiny);
}

static void
a_ninth_rate_is_refused_and_the_eight_are_named(void **unused)
{
	struct score_rates rates =
		rates_of((double[]){1, 2, 3, 4, 5, 6, 7, 8}, 8);
	struct sg_err err = {0};
	size_t index = 99;

	assert_int_equal(score_rates_index(&rates, 9, &index, &err),
			 SG_REFUSED);
	assert_int_equal(index, 99);
	assert_non_null(strstr(err.text, "1%, 2%, 3%"));
	assert_int_equal(score_rates_index(&rates, 5, &index, &err), SG_OK);
	assert_int_equal(index, 5);
	assert_int_equal(score_rates_index(&rates, 0, &index, &err), SG_OK);
	assert_int_equal(index, 0);
}

static void
a_rate_of_a_hundred_or_less_than_none_is_refused(void **unused)
{
	struct score_rates rates;
	size_t index;

	score_rates_init(&rates);
	assert_int_equal(score_rates_index(&rates, 100, &index, NULL),
			 SG_REFUSED);
	assert_int_equal(score_rates_index(&rates, -1, &index, NULL),
			 SG_REFUSED);
	assert_int_equal(score_rates_index(&rates, NAN, &index, NULL),
			 SG_REFUSED);
}

static void
the_parts_of_a_summary_add_up(void **unused)
{
	struct score_rates rates = rates_of((double[]){10}, 1);
	struct score_state state;

	score_state_init(&state, 0);
	give(&state, &rates, LEDGER_FIELD, 0, 10, 0);
	give(&state, &rates, LEDGER_FIELD, 0, -3, 0);
	give(&state, &rates, LEDGER_MANUAL, 0, 7, 0);
	give(&state, &rates, LEDGER_MANUAL, 0, -2, 0);
	give(&state, &rates, LEDGER_TOUCH, 10, 100, 0);
	give(&state, &rates, LEDGER_TOUCH, 0, -20, 0);
	assert_float_equal(part_at(&state, &rates, SCORE_SCORE, DAY), 82, tiny);
	assert_float_equal(part_at(&state, &rates, SCORE_RAW, DAY), 82, tiny);
	assert_float_equal(part_at(&state, &rates, SCORE_POSITIVE, DAY), 107,
			   tiny);
	assert_float_equal(part_at(&state, &rates, SCORE_NEGATIVE, DAY), -25,
			   tiny);
	assert_float_equal(part_at(&state, &rates, SCORE_TOUCHPOINT, DAY), 70,
			   tiny);
	assert_float_equal(
		part_at(&state, &rates, SCORE_POSITIVE_TOUCHPOINT, DAY), 90,
		tiny);
	assert_float_equal(
		part_at(&state, &rates, SCORE_NEGATIVE_TOUCHPOINT, DAY), -20,
		tiny);
	assert_float_equal(part_at(&state, &rates, SCORE_MANUAL, DAY), 5, tiny);
	assert_float_equal(part_at(&state, &rates, SCORE_FIELD_POINTS, DAY), 7,
			   tiny);
	assert_float_equal(part_at(&state, &rates, SCORE_AUTOMATIC, DAY), 77,
			   tiny);
}

static void
set_makes_the_score_exactly_that_and_it_stays(void **unused)
{
	struct score_rates rates = rates_of((double[]){10, 3}, 2);
	struct score_entry entries[SCORE_APPLY_MOST];
	struct score_state state;
	size_t n;

	score_state_init(&state, 0);
	give(&state, &rates, LEDGER_FIELD, 0, 10, 0);
	give(&state, &rates, LEDGER_MANUAL, 0, 5, 0);
	give(&state, &rates, LEDGER_TOUCH, 10, 100, 0);
	give(&state, &rates, LEDGER_TOUCH, 3, -7, 0);
	n = score_apply_set(&state, &rates, 50, 3 * DAY, entries);
	assert_int_equal(n, 4); /* closes three sums, writes one */
	assert_float_equal(entries[n - 1].delta, 40, tiny);
	assert_float_equal(entries[n - 1].balance, 50, tiny);
	assert_int_equal(entries[n - 1].class, LEDGER_MANUAL);
	assert_float_equal(score_at(&state, &rates, 3 * DAY), 50, tiny);
	assert_float_equal(score_at(&state, &rates, 90 * DAY), 50, tiny);
	give(&state, &rates, LEDGER_TOUCH, 10, 10, 90 * DAY);
	assert_float_equal(score_at(&state, &rates, 91 * DAY), 59, tiny);
}

static void
set_to_nothing_still_gives_a_score(void **unused)
{
	struct score_rates rates = rates_of((double[]){10}, 1);
	struct score_entry entries[SCORE_APPLY_MOST];
	struct score_state state;

	score_state_init(&state, 0);
	assert_int_equal(score_apply_set(&state, &rates, 0, 0, entries), 1);
	assert_true(state.scored);
	assert_float_equal(score_at(&state, &rates, DAY), 0, 0);
}

static void
erase_leaves_no_score_not_even_the_default(void **unused)
{
	struct score_settings settings = {
		.id = 1, .name = "lead", .has_default = true};
	struct score_rates rates = rates_of((double[]){10}, 1);
	struct score_entry entries[SCORE_APPLY_MOST];
	struct score_summary summary;
	struct score_state state;
	size_t n;

	score_state_init(&state, 0);
	score_summarise(&state, &settings, &rates, 0, &summary);
	assert_true(summary.has_score); /* default = 0 */
	give(&state, &rates, LEDGER_FIELD, 0, 10, 0);
	give(&state, &rates, LEDGER_TOUCH, 10, 100, 0);
	n = score_apply_erase(&state, &rates, DAY, entries);
	assert_int_equal(n, 3);
	assert_int_equal(entries[n - 1].entry, LEDGER_ERASE);
	assert_float_equal(entries[n - 1].balance, 0, tiny);
	score_summarise(&state, &settings, &rates, DAY, &summary);
	assert_false(summary.has_score);
	give(&state, &rates, LEDGER_TOUCH, 10, 1, 2 * DAY);
	score_summarise(&state, &settings, &rates, 2 * DAY, &summary);
	assert_true(summary.has_score);
	assert_float_equal(summary.value[SCORE_SCORE], 1, tiny);
}

static void
no_score_is_not_zero(void **unused)
{
	struct score_settings settings = {.id = 1, .name = "lead"};
	struct score_rates rates = rates_of(NULL, 0);
	struct score_summary summary;
	struct score_state state;

	score_state_init(&state, 0);
	score_summarise(&state, &settings, &rates, 0, &summary);
	assert_false(summary.has_score);
}

static void
floor_and_ceiling_limit_what_is_shown_and_lose_nothing(void **unused)
{
	struct score_settings settings = {.id = 1,
					  .name = "lead",
					  .has_floor = true,
					  .has_ceiling = true,
					  .ceiling = 100};
	struct score_rates rates = rates_of(NULL, 0);
	struct score_summary summary;
	struct score_state state;

	score_state_init(&state, 0);
	give(&state, &rates, LEDGER_MANUAL, 0, 130, 0);
	score_summarise(&state, &settings, &rates, 0, &summary);
	assert_float_equal(summary.value[SCORE_SCORE], 100, 0);
	assert_float_equal(summary.value[SCORE_RAW], 130, 0);
	give(&state, &rates, LEDGER_MANUAL, 0, -150, 0);
	score_summarise(&state, &settings, &rates, 0, &summary);
	assert_float_equal(summary.value[SCORE_SCORE], 0, 0);
	assert_float_equal(summary.value[SCORE_RAW], -20, 0);
}

/* The property behind correcting entries. */
static void
entries_may_be_added_late_and_in_any_order(void **unused)
{
	struct score_rates rates = rates_of((double[]){10, 2}, 2);
	struct score_entry entries[] = {
		{.at = 0, .delta = 10, .class = LEDGER_TOUCH, .rate = 1},
		{.at = DAY,
		 .delta = -4,
		 .class = LEDGER_TOUCH,
		 .side = 1,
		 .rate = 2},
		{.at = 3 * DAY, .delta = 5, .class = LEDGER_MANUAL},
		{.at = 5 * DAY, .delta = 7, .class = LEDGER_TOUCH, .rate = 1},
	};
	struct score_state forward, backward;
	size_t i;

	score_state_init(&forward, 0);
	score_state_init(&backward, 0);
	for (i = 0; i < 4; i++) {
		entries[i].entry = LEDGER_POINTS;
		score_apply_entry(&forward, &rates, &entries[i]);
	}
	for (i = 4; i-- > 0;)
		score_apply_entry(&backward, &rates, &entries[i]);
	assert_float_equal(score_at(&forward, &rates, 9 * DAY),
			   score_at(&backward, &rates, 9 * DAY), tiny);
	assert_float_equal(score_at(&forward, &rates, 9 * DAY),
			   10 * pow(0.9, 9) - 4 * pow(0.98, 8) + 5 +
				   7 * pow(0.9, 4),
			   tiny);
}

static void
every_part_has_a_name_and_is_found_by_it(void **unused)
{
	int part;

	for (part = 0; part < SCORE_N_PARTS; part++)
		assert_int_equal(
			score_part_find(score_part_name((enum score_part)part)),
			part);
	assert_int_equal(score_part_find("points"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hundred_touch_points_at_ten_percent_a_day),
		cmocka_unit_test(field_points_stay_while_touch_points_degrade),
		cmocka_unit_test(
			negative_points_degrade_apart_from_positive_ones),
		cmocka_unit_test(each_rate_degrades_by_itself),
		cmocka_unit_test(aging_in_steps_is_aging_at_once),
		cmocka_unit_test(
			a_ninth_rate_is_refused_and_the_eight_are_named),
		cmocka_unit_test(
			a_rate_of_a_hundred_or_less_than_none_is_refused),
		cmocka_unit_test(the_parts_of_a_summary_add_up),
		cmocka_unit_test(set_makes_the_score_exactly_that_and_it_stays),
		cmocka_unit_test(set_to_nothing_still_gives_a_score),
		cmocka_unit_test(erase_leaves_no_score_not_even_the_default),
		cmocka_unit_test(no_score_is_not_zero),
		cmocka_unit_test(
			floor_and_ceiling_limit_what_is_shown_and_lose_nothing),
		cmocka_unit_test(entries_may_be_added_late_and_in_any_order),
		cmocka_unit_test(every_part_has_a_name_and_is_found_by_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
