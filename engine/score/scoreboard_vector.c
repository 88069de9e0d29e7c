/*
 * scoreboard_vector.c - see scoreboard_vector.h. Memory gives 28 GB/s where two
 * doubles at once are worked off at 17: it was the loops that a pass waited
 * for. Sums and gathering are written once, in the vectors that gcc and clang
 * both know, and made twice; a bit for each lane needs the machine's own words.
 */
#include "score/scoreboard_vector.h"

#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

typedef double four __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t four_bits
	__attribute__((vector_size(32), aligned(8), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE void
sum(double *values, size_t n_values, const double *const *columns,
    const double *factors, size_t n_columns)
{
	const double *a = columns[0], *b = columns[n_columns > 1];
	double a_factor = factors[0];
	double b_factor = n_columns > 1 ? factors[1] : 0;
	size_t i, k;

	/* The commonest two at once: a field or manual sum and a touch sum. */
	for (i = 0; n_columns > 1 && i < n_values; i += 4)
		*(four *)(values + i) = *(const four *)(a + i) * a_factor +
					*(const four *)(b + i) * b_factor;
	for (i = 0; n_columns == 1 && i < n_values; i += 4)
		*(four *)(values + i) = *(const four *)(a + i) * a_factor;
	for (k = 2; k < n_columns; k++)
		for (i = 0; i < n_values; i += 4)
			*(four *)(values + i) +=
				*(const four *)(columns[k] + i) * factors[k];
}

INLINE void
gather(const double *values, size_t n_values, struct board_sums *sums)
{
	four total = {0, 0, 0, 0};
	four top = total + sums->top, low = total + sums->low;
	four_bits counted = {0, 0, 0, 0}, below = {0, 0, 0, 0};
	size_t i;

	for (i = 0; i < n_values; i += 4) {
		four value = *(const four *)(values + i);
		four_bits counts = value >= sums->least;
		four_bits over = value > top, under = value < low;

		total += value;
		top = (four)((over & (four_bits)value) |
			     (~over & (four_bits)top));
		low = (four)((under & (four_bits)value) |
			     (~under & (four_bits)low));
		counted -= counts; /* true is -1 */
		below -= counts & (value < sums->lo);
	}
	for (i = 0; i < 4; i++) {
		sums->sum += total[i];
		sums->top = top[i] > sums->top ? top[i] : sums->top;
		sums->low = low[i] < sums->low ? low[i] : sums->low;
		sums->counted += (uint64_t)counted[i];
		sums->below += (uint64_t)below[i];
	}
}

/* --- a bit for each ------------------------------------------------------- */

/* One word: lo < values[i] < hi, and not so wherever one of them is NaN. */
static uint64_t
between(const double *values, double lo, double hi)
{
	uint64_t bits = 0;
	int i;

#ifdef __x86_64__
	__m128d los = _mm_set1_pd(lo), his = _mm_set1_pd(hi);

	for (i = 0; i < 64; i += 2) {
		__m128d value = _mm_loadu_pd(values + i);
		__m128d in = _mm_and_pd(_mm_cmpgt_pd(value, los),
					_mm_cmplt_pd(value, his));

		bits |= (uint64_t)_mm_movemask_pd(in) << i;
	}
#else
	for (i = 0; i < 64; i++)
		bits |= (uint64_t)(values[i] > lo && values[i] < hi) << i;
#endif
	return bits;
}

/* --- the two of each ----------------------------------------------------- */

#ifdef __x86_64__
#define WIDE	 __attribute__((target("avx2")))
#define HAS_WIDE __builtin_cpu_supports("avx2")

WIDE static void
sum_wide(double *values, size_t n_values, const double *const *columns,
	 const double *factors, size_t n_columns)
{
	sum(values, n_values, columns, factors, n_columns);
}

WIDE static void
gather_wide(const double *values, size_t n_values, struct board_sums *sums)
{
	gather(values, n_values, sums);
}

WIDE static uint64_t
between_wide(const double *values, double lo, double hi)
{
	__m256d los = _mm256_set1_pd(lo), his = _mm256_set1_pd(hi);
	uint64_t bits = 0;
	int i;

	for (i = 0; i < 64; i += 4) {
		__m256d value = _mm256_loadu_pd(values + i);
		__m256d in =
			_mm256_and_pd(_mm256_cmp_pd(value, los, _CMP_GT_OQ),
				      _mm256_cmp_pd(value, his, _CMP_LT_OQ));

		bits |= (uint64_t)_mm256_movemask_pd(in) << i;
	}
	return bits;
}

/* Both columns' sums compared as they come, kept nowhere. */
WIDE static uint64_t
filter_wide(const double *a, double a_factor, const double *b, double b_factor,
	    double lo, double hi)
{
	__m256d a_factors = _mm256_set1_pd(a_factor);
	__m256d b_factors = _mm256_set1_pd(b_factor);
	__m256d los = _mm256_set1_pd(lo), his = _mm256_set1_pd(hi);
	uint64_t bits = 0;
	int i;

	for (i = 0; i < 64; i += 4) {
		__m256d value = _mm256_add_pd(
			_mm256_mul_pd(_mm256_loadu_pd(a + i), a_factors),
			_mm256_mul_pd(_mm256_loadu_pd(b + i), b_factors));
		__m256d in =
			_mm256_and_pd(_mm256_cmp_pd(value, los, _CMP_GT_OQ),
				      _mm256_cmp_pd(value, his, _CMP_LT_OQ));

		bits |= (uint64_t)_mm256_movemask_pd(in) << i;
	}
	return bits;
}
#else
#define HAS_WIDE				      0
#define sum_wide				      sum
#define gather_wide				      gather
#define between_wide				      between
#define filter_wide(a, a_factor, b, b_factor, lo, hi) 0
#endif

void
board_vector_sum(double *values, size_t n_values, const double *const *columns,
		 const double *factors, size_t n_columns)
{
	if (n_columns == 0)
		memset(values, 0, n_values * sizeof(*values));
	else if (HAS_WIDE)
		sum_wide(values, n_values, columns, factors, n_columns);
	else
		sum(values, n_values, columns, factors, n_columns);
}

void
board_vector_gather(const double *values, size_t n_values,
		    struct board_sums *sums)
{
	if (HAS_WIDE)
		gather_wide(values, n_values, sums);
	else
		gather(values, n_values, sums);
}

void
board_vector_between(const double *values, size_t n_words,
		     const struct board_bounds *bounds, uint64_t *words)
{
	bool wide = HAS_WIDE;
	size_t i;

	for (i = 0; i < n_words; i++)
		words[i] &=
			wide ? between_wide(values + 64 * i, bounds->lo,
					    bounds->hi)
			     : between(values + 64 * i, bounds->lo, bounds->hi);
}

bool
board_vector_filter(const double *const *columns, const double *factors,
		    size_t n_words, const struct board_bounds *bounds,
		    uint64_t *words)
{
	size_t i;

	if (!HAS_WIDE)
		return false;
	for (i = 0; i < n_words; i++)
		words[i] &= filter_wide(columns[0] + 64 * i, factors[0],
					columns[1] + 64 * i, factors[1],
					bounds->lo, bounds->hi);
	return true;
}

/* --- bytes to bits -------------------------------------------------------- */

void
board_vector_pack(const uint8_t *bytes, uint8_t bit, size_t n_words,
		  uint64_t *words)
{
	size_t i, j;

	for (i = 0; i < n_words; i++) {
		words[i] = 0;
#ifdef __x86_64__
		for (j = 0; j < 64; j += 16) {
			__m128i some = _mm_loadu_si128(
				(const __m128i *)(const void *)(bytes + 64 * i +
								j));
			__m128i one = _mm_set1_epi8((char)bit);

			some = _mm_cmpeq_epi8(_mm_and_si128(some, one), one);
			words[i] |= (uint64_t)(unsigned)_mm_movemask_epi8(some)
				    << j;
		}
#else
		for (j = 0; j < 64; j++)
			words[i] |= (uint64_t)((bytes[64 * i + j] & bit) != 0)
				    << j;
#endif
	}
}
