/* scoreboard_test.c - the board in memory against doing it one by one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "score/score_apply.h"
#include "score/scoreboard.h"

#define DAY CLOCK_DAY_MS

enum { N = 5000 };

static uint64_t seed = 88172645463325252ull;

static uint64_t
chance(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static void
add_score(struct scoreboard *board, uint32_t id, const char *name,
	  double degrade)
{
	struct score_settings settings = {.id = id, .degrade = degrade};

	memcpy(settings.name, name, strlen(name) + 1);
	assert_int_equal(scoreboard_add_score(board, &settings, NULL), SG_OK);
}

static void
put_points(struct scoreboard *board, uint32_t record, double points)
{
	struct score_state state;

	score_state_init(&state, 0);
	state.scored = true;
	state.manual[points < 0] = points;
	scoreboard_set_record(board, record, "contact");
	scoreboard_put(board, record, 1, &state);
}

static void
percentages_of_the_example(void **unused)
{
	static const double scores[] = {2, 4, 10, 20, 30};
	static const double percents[] = {10, 20, 50, 75, 100};
	struct scoreboard *board = scoreboard_new(0);
	struct score_statistics statistics;
	uint32_t i;

	add_score(board, 1, "lead", 0);
	scoreboard_write_begin(board);
	for (i = 0; i < 5; i++)
		put_points(board, i + 1, scores[i]);
	scoreboard_set_record(board, 6, "contact"); /* no score */
	put_points(board, 7, 0.49);		    /* faded */
	put_points(board, 8, -5);
	scoreboard_write_end(board);
	for (i = 0; i < 5; i++)
		assert_float_equal(scoreboard_percent(board, i + 1, 1, 0),
				   percents[i], 1e-9);
	for (i = 6; i <= 8; i++)
		assert_float_equal(scoreboard_percent(board, i, 1, 0), 0, 0);
	scoreboard_statistics(board, 1, "contact", 0, &statistics);
	assert_int_equal(statistics.records, 8);
	assert_int_equal(statistics.scored, 7);
	assert_int_equal(statistics.counted, 5);
	assert_float_equal(statistics.median, 10, 0);
	assert_float_equal(statistics.top, 30, 0);
	assert_float_equal(statistics.lowest, -5, 0);
	scoreboard_free(board);
}

static void
the_median_of_an_even_count_is_between_the_two_middle_ones(void **unused)
{
	struct scoreboard *board = scoreboard_new(0);
	struct score_statistics statistics;

	add_score(board, 1, "lead", 0);
	scoreboard_write_begin(board);
	put_points(board, 1, 1);
	put_points(board, 2, 4);
	put_points(board, 3, 7);
	put_points(board, 4, 30);
	scoreboard_write_end(board);
	scoreboard_statistics(board, 1, NULL, 0, &statistics);
	assert_float_equal(statistics.median, 5.5, 1e-12);
	scoreboard_free(board);
}

static void
percentages_of_one_record_and_of_equal_ones_are_a_hundred(void **unused)
{
	assert_float_equal(score_percentage(7, 7, 7), 100, 0);
	assert_float_equal(score_percentage(0.4, 7, 7), 0, 0);
	assert_float_equal(score_percentage(3.5, 7, 7), 25, 0);
	assert_float_equal(score_percentage(NAN, 7, 7), 0, 0);
}

/* --- against doing it one by one ------------------------------------------ */

struct model {
	struct score_state states[N + 1];
	const char *modules[N + 1]; /* NULL = no record */
	struct score_rates rates;
	struct score_settings settings;
};

static void
fill(struct scoreboard *board, struct model *model)
{
	static const double rates[] = {0, 5, 50, 1};
	uint32_t id;
	size_t i;

	for (i = 0; i < 4; i++) {
		size_t index;

		assert_int_equal(
			scoreboard_rate_index(board, rates[i], &index, NULL),
			SG_OK);
	}
	scoreboard_rates(board, &model->rates);
	scoreboard_write_begin(board);
	for (id = 1; id <= N; id++) {
		struct score_state *state = &model->states[id];
		uint64_t n = chance(5);

		score_state_init(state, 0);
		if (chance(20) == 0)
			continue;
		model->modules[id] = chance(3) ? "contact" : "deal";
		scoreboard_set_record(board, id, model->modules[id]);
		while (n--) {
			struct score_operation op = {
				.class = (enum ledger_class)(1 + chance(3)),
				.rate = chance(model->rates.n_rates),
				.points = (double)chance(2000) / 10 - 60,
				.at = state->as_of + (int64_t)chance(10 * DAY)};
			struct score_entry entries[SCORE_APPLY_MOST];

			score_apply_points(state, &model->rates, &op, entries);
			if (chance(10) == 0)
				score_apply_erase(state, &model->rates, op.at,
						  entries);
		}
		scoreboard_put(board, id, 1, state);
	}
	scoreboard_write_end(board);
}

static struct score_summary
summary_of(const struct model *model, uint32_t id, int64_t now)
{
	struct score_summary summary = {0};

	if (id <= N && model->modules[id])
		score_summarise(&model->states[id], &model->settings,
				&model->rates, now, &summary);
	return summary;
}

static bool
in_range(const struct score_range *range, double value)
{
	return (range->lo_open ? value > range->lo : value >= range->lo) &&
	       (range->hi_open ? value < range->hi : value <= range->hi);
}

static struct model *
make(struct scoreboard **board_out, const struct score_settings *settings)
{
	struct model *model = calloc(1, sizeof(*model));
	struct scoreboard *board = scoreboard_new(0);

	assert_non_null(model);
	model->settings = *settings;
	assert_int_equal(scoreboard_add_score(board, settings, NULL), SG_OK);
	fill(board, model);
	*board_out = board;
	return model;
}

static const struct score_settings kinds_of_score[] = {
	{.id = 1, .name = "lead", .degrade = 5},
	{.id = 1, .name = "lead", .has_default = true, .default_points = 3},
	{.id = 1,
	 .name = "lead",
	 .has_floor = true,
	 .has_ceiling = true,
	 .ceiling = 50},
};

static void
select_finds_what_one_by_one_finds(void **unused)
{
	size_t kind;

	for (kind = 0; kind < 3; kind++) {
		struct scoreboard *board;
		struct model *model = make(&board, &kinds_of_score[kind]);
		int round;

		for (round = 0; round < 60; round++) {
			int64_t now = (int64_t)(60 + chance(30)) * DAY;
			enum score_part part =
				(enum score_part)chance(SCORE_N_PARTS);
			/* off the grid of the points: two ways of aging
			 * may differ in the last bit */
			double lo = (double)chance(200) - 100.03;
			struct score_range range = {lo, lo + (double)chance(50),
						    chance(2), chance(2)};
			struct record_set *set = record_set_new();
			uint64_t found = 0;
			uint32_t id;

			if (part == SCORE_PERCENT)
				part = SCORE_SCORE;
			if (chance(3) == 0)
				range.hi = INFINITY;
			scoreboard_select(board, 1, part, &range, now, set);
			for (id = 0; id <= N + 5; id++) {
				struct score_summary s =
					summary_of(model, id, now);
				bool want = s.has_score &&
					    in_range(&range, s.value[part]);

				assert_int_equal(record_set_has(set, id), want);
				found += want;
			}
			if (part == SCORE_SCORE)
				assert_int_equal(
					scoreboard_count(board, 1, &range, now),
					found);
			record_set_free(set);
		}
		scoreboard_free(board);
		free(model);
	}
}

static int
highest_first(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

/* All scores of a module, highest first; how many. */
static size_t
scores_of(const struct model *model, const char *module, int64_t now,
	  enum score_part part, double least, double *out)
{
	size_t n = 0;
	uint32_t id;

	for (id = 1; id <= N; id++) {
		struct score_summary s = summary_of(model, id, now);

		if (s.has_score && s.value[SCORE_SCORE] >= least &&
		    (!module || strcmp(model->modules[id], module) == 0))
			out[n++] = s.value[part];
	}
	qsort(out, n, sizeof(*out), highest_first);
	return n;
}

static void
statistics_are_those_of_one_by_one(void **unused)
{
	static const char *const modules[] = {NULL, "contact", "deal"};
	static double scores[N];
	size_t kind, i;

	for (kind = 0; kind < 3; kind++) {
		struct scoreboard *board;
		struct model *model = make(&board, &kinds_of_score[kind]);
		int64_t now = 70 * DAY;

		for (i = 0; i < 3; i++) {
			struct score_statistics s;
			size_t n = scores_of(model, modules[i], now,
					     SCORE_SCORE, -INFINITY, scores);
			double sum = 0, middle;
			size_t k;

			scoreboard_statistics(board, 1, modules[i], now, &s);
			assert_int_equal(s.scored, n);
			for (k = 0; k < n; k++)
				sum += scores[k];
			assert_float_equal(s.mean, sum / (double)n, 1e-6);
			assert_float_equal(s.top, scores[0], 1e-9);
			assert_float_equal(s.lowest, scores[n - 1], 1e-9);
			n = scores_of(model, modules[i], now, SCORE_SCORE, 0.5,
				      scores);
			assert_int_equal(s.counted, n);
			middle = (scores[(n - 1) / 2] + scores[n / 2]) / 2;
			assert_float_equal(s.median, middle, 1e-9);
		}
		scoreboard_free(board);
		free(model);
	}
}

static void
top_is_the_highest_in_order(void **unused)
{
	static double scores[N];
	static struct score_row rows[N];
	struct scoreboard *board;
	struct model *model = make(&board, &kinds_of_score[0]);
	static const size_t sizes[] = {1, 10, 100, N};
	static const enum score_part parts[] = {SCORE_SCORE, SCORE_NEGATIVE,
						SCORE_TOUCHPOINT, SCORE_MANUAL};
	size_t i, p, k;

	for (p = 0; p < 4; p++)
		for (i = 0; i < 4; i++) {
			size_t n = scores_of(model, "contact", 65 * DAY,
					     parts[p], -INFINITY, scores);
			size_t most = sizes[i] < n ? sizes[i] : n;

			assert_int_equal(scoreboard_top(board, 1, parts[p],
							"contact", 65 * DAY,
							sizes[i], rows),
					 most);
			for (k = 0; k < most; k++) {
				assert_float_equal(rows[k].value, scores[k],
						   1e-9);
				assert_true(!k ||
					    rows[k].value < rows[k - 1].value ||
					    rows[k].record_id >
						    rows[k - 1].record_id);
			}
		}
	scoreboard_free(board);
	free(model);
}

static void
a_histogram_counts_each_score_once(void **unused)
{
	static double scores[N];
	struct scoreboard *board;
	struct model *model = make(&board, &kinds_of_score[0]);
	uint64_t counts[20], want[20] = {0};
	size_t n = scores_of(model, NULL, 65 * DAY, SCORE_SCORE, -INFINITY,
			     scores);
	size_t i;

	for (i = 0; i < n; i++) {
		double bin = floor((scores[i] + 50.03) / 10);

		want[bin < 0 ? 0 : bin > 19 ? 19 : (size_t)bin]++;
	}
	scoreboard_histogram(board, 1, NULL, 65 * DAY, -50.03, 149.97, 20,
			     counts);
	for (i = 0; i < 20; i++)
		assert_int_equal(counts[i], want[i]);
	scoreboard_free(board);
	free(model);
}

static void
summary_and_get_give_back_what_was_put(void **unused)
{
	struct scoreboard *board;
	struct model *model = make(&board, &kinds_of_score[0]);
	uint32_t id;
	int part;

	for (id = 0; id <= N + 5; id++) {
		struct score_summary want = summary_of(model, id, 61 * DAY);
		struct score_summary got;

		scoreboard_summary(board, id, 1, 61 * DAY, &got);
		assert_int_equal(got.has_score, want.has_score);
		for (part = 0; part < SCORE_N_PARTS; part++)
			if (part != SCORE_PERCENT)
				assert_float_equal(got.value[part],
						   want.value[part], 1e-9);
	}
	scoreboard_free(board);
	free(model);
}

static void
a_removed_record_is_in_no_answer(void **unused)
{
	struct score_range all = {-INFINITY, INFINITY, false, false};
	struct scoreboard *board = scoreboard_new(0);
	struct score_statistics statistics;

	add_score(board, 1, "lead", 0);
	scoreboard_write_begin(board);
	put_points(board, 1, 5);
	put_points(board, 2, 6);
	scoreboard_remove_record(board, 1);
	scoreboard_write_end(board);
	assert_int_equal(scoreboard_count(board, 1, &all, 0), 1);
	scoreboard_statistics(board, 1, NULL, 0, &statistics);
	assert_int_equal(statistics.records, 1);
	assert_float_equal(statistics.top, 6, 0);
	scoreboard_free(board);
}

/* 50 %/day: 1,000 half-lives are 1,000 days; this goes over ten years. */
static void
scaled_values_never_overflow(void **unused)
{
	struct scoreboard *board = scoreboard_new(0);
	struct score_rates rates;
	struct score_state state;
	int64_t day;

	add_score(board, 1, "lead", 50);
	scoreboard_rates(board, &rates);
	score_state_init(&state, 0);
	for (day = 0; day < 4000; day += 7) {
		struct score_operation op = {.class = LEDGER_TOUCH,
					     .rate = 1,
					     .points = 100,
					     .at = day * DAY};
		struct score_summary got, want;
		struct score_settings settings = {.id = 1};
		struct score_entry entry;

		score_apply_points(&state, &rates, &op, &entry);
		scoreboard_write_begin(board);
		scoreboard_set_record(board, 1, "contact");
		scoreboard_put(board, 1, 1, &state);
		scoreboard_write_end(board);
		score_summarise(&state, &settings, &rates, (day + 1) * DAY,
				&want);
		scoreboard_summary(board, 1, 1, (day + 1) * DAY, &got);
		assert_float_equal(got.value[SCORE_SCORE],
				   want.value[SCORE_SCORE], 1e-6);
	}
	scoreboard_free(board);
}

static void
percent_select_takes_records_without_a_score_as_none(void **unused)
{
	struct score_range least = {0, INFINITY, false, false};
	struct score_range high = {75, INFINITY, false, false};
	struct scoreboard *board = scoreboard_new(0);
	struct record_set *set = record_set_new();

	add_score(board, 1, "lead", 0);
	scoreboard_write_begin(board);
	put_points(board, 1, 2);
	put_points(board, 2, 10);
	put_points(board, 3, 30);
	scoreboard_set_record(board, 4, "contact");
	scoreboard_write_end(board);
	scoreboard_select(board, 1, SCORE_PERCENT, &least, 0, set);
	assert_int_equal(record_set_count(set), 4);
	record_set_free(set);
	set = record_set_new();
	scoreboard_select(board, 1, SCORE_PERCENT, &high, 0, set);
	assert_int_equal(record_set_count(set), 1);
	assert_true(record_set_has(set, 3));
	record_set_free(set);
	scoreboard_free(board);
}

/* Also when top and median were looked at a moment ago, and all have faded
 * since. */
static void
the_top_has_a_hundred_percent_at_any_moment(void **unused)
{
	struct scoreboard *board = scoreboard_new(0);
	struct score_range top = {100, 100, false, false};
	struct score_state state;
	struct record_set *set;
	size_t rate;
	int64_t at;

	add_score(board, 1, "lead", 5);
	assert_int_equal(scoreboard_rate_index(board, 5, &rate, NULL), SG_OK);
	score_state_init(&state, 0);
	state.scored = true;
	state.touch[rate][0] = 55;
	scoreboard_write_begin(board);
	scoreboard_set_record(board, 1, "contact");
	scoreboard_put(board, 1, 1, &state);
	scoreboard_write_end(board);
	for (at = 0; at < 2500; at += 333) {
		set = record_set_new();
		scoreboard_select(board, 1, SCORE_PERCENT, &top, at, set);
		assert_int_equal(record_set_count(set), 1);
		record_set_free(set);
		assert_true(scoreboard_percent(board, 1, 1, at) == 100);
	}
	scoreboard_free(board);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentages_of_the_example),
		cmocka_unit_test(
			the_median_of_an_even_count_is_between_the_two_middle_ones),
		cmocka_unit_test(
			percentages_of_one_record_and_of_equal_ones_are_a_hundred),
		cmocka_unit_test(select_finds_what_one_by_one_finds),
		cmocka_unit_test(statistics_are_those_of_one_by_one),
		cmocka_unit_test(top_is_the_highest_in_order),
		cmocka_unit_test(a_histogram_counts_each_score_once),
		cmocka_unit_test(summary_and_get_give_back_what_was_put),
		cmocka_unit_test(a_removed_record_is_in_no_answer),
		cmocka_unit_test(scaled_values_never_overflow),
		cmocka_unit_test(
			percent_select_takes_records_without_a_score_as_none),
		cmocka_unit_test(the_top_has_a_hundred_percent_at_any_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
