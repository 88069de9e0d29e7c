/* scoreboard_vector_test.c - the wide loops do what the plain ones would. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

#include "score/scoreboard_vector.h"

enum { N = 256, WORDS = N / 64, ROUNDS = 200 };

static uint64_t seed = 20260102;

static double
chance(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	/* Quarters: some are just on a bound. */
	return (double)(int64_t)(seed % 801) / 4 - 100;
}

static void
fill(double *values)
{
	size_t i;

	for (i = 0; i < N; i++)
		values[i] = chance();
}

static void
a_filter_keeps_what_is_within_its_bounds(void **state)
{
	double a[N], b[N], sums[N];
	const double *columns[2] = {a, b};
	double factors[2] = {1, 0.25};
	size_t round, i;

	for (round = 0; round < ROUNDS; round++) {
		struct board_bounds bounds = {round % 3 ? chance() : -INFINITY,
					      round % 5 ? chance() : INFINITY};
		uint64_t words[WORDS], at_once[WORDS], before[WORDS];

		fill(a);
		fill(b);
		for (i = 0; i < WORDS; i++)
			words[i] = at_once[i] = before[i] = seed * (2 * i + 1);
		board_vector_sum(sums, N, columns, factors, 2);
		board_vector_between(sums, WORDS, &bounds, words);
		for (i = 0; i < N; i++) {
			double sum = a[i] * 1 + b[i] * 0.25;
			uint64_t had = before[i / 64] >> i % 64 & 1;

			assert_true(sums[i] == sum);
			assert_int_equal(words[i / 64] >> i % 64 & 1,
					 had && sum > bounds.lo &&
						 sum < bounds.hi);
		}
		if (board_vector_filter(columns, factors, WORDS, &bounds,
					at_once))
			assert_memory_equal(words, at_once, sizeof(words));
	}
}

static void
one_column_or_many_are_added_up(void **state)
{
	double columns_of[5][N], sums[N];
	const double *columns[5];
	double factors[5] = {1, 0.5, 2, 4, 8};
	size_t n, i, k;

	for (k = 0; k < 5; k++) {
		fill(columns_of[k]);
		columns[k] = columns_of[k];
	}
	for (n = 0; n <= 5; n++) {
		board_vector_sum(sums, N, columns, factors, n);
		for (i = 0; i < N; i++) {
			double sum = 0;

			for (k = 0; k < n; k++)
				sum += columns_of[k][i] * factors[k];
			assert_true(sums[i] == sum);
		}
	}
}

static void
gathering_counts_and_finds_top_and_low(void **state)
{
	struct board_sums sums = {
		.top = -INFINITY, .low = INFINITY, .least = 0.5, .lo = 20};
	double values[N], sum = 0, top = -INFINITY, low = INFINITY;
	uint64_t counted = 0, below = 0;
	size_t i;

	fill(values);
	for (i = 0; i < N; i++) {
		sum += values[i];
		top = values[i] > top ? values[i] : top;
		low = values[i] < low ? values[i] : low;
		counted += values[i] >= 0.5;
		below += values[i] >= 0.5 && values[i] < 20;
	}
	/* In two goes, as blocks come. */
	board_vector_gather(values, 64, &sums);
	board_vector_gather(values + 64, N - 64, &sums);
	assert_true(fabs(sums.sum - sum) < 1e-9);
	assert_true(sums.top == top && sums.low == low);
	assert_true(sums.counted == counted && sums.below == below);
}

static void
a_bit_of_bytes_becomes_words(void **state)
{
	uint8_t bytes[N];
	uint64_t words[WORDS];
	uint8_t bit;
	size_t i;

	for (i = 0; i < N; i++)
		bytes[i] = (uint8_t)((seed = seed * 6364136223846793005u + 1) >>
				     56);
	for (bit = 1; bit; bit = (uint8_t)(bit << 1)) {
		board_vector_pack(bytes, bit, WORDS, words);
		for (i = 0; i < N; i++)
			assert_int_equal(words[i / 64] >> i % 64 & 1,
					 (bytes[i] & bit) != 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_filter_keeps_what_is_within_its_bounds),
		cmocka_unit_test(one_column_or_many_are_added_up),
		cmocka_unit_test(gathering_counts_and_finds_top_and_low),
		cmocka_unit_test(a_bit_of_bytes_becomes_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
