/* scoreboard_select.c - "has score >= N" for all records. */
#include <math.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "score/scoreboard_parts.h"

/* Eight bytes of 0 or 1 as the bits of one byte, the first lowest. */
static uint64_t
eight_bits(const uint8_t *has)
{
	uint64_t bytes;

	memcpy(&bytes, has, sizeof(bytes));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	bytes = __builtin_bswap64(bytes);
#endif
	return (bytes * 0x0102040810204080u) >> 56;
}

static void
pack(const uint8_t *has, uint64_t words[BOARD_BLOCK / 64])
{
	size_t i, j;

	for (i = 0; i < BOARD_BLOCK / 64; i++) {
		words[i] = 0;
		for (j = 0; j < 8; j++)
			words[i] |= eight_bits(has + 64 * i + 8 * j) << 8 * j;
	}
}

/* Bit i: values[i] > bound, or < bound. By hand: no compiler makes vector code
 * of it. */
static uint64_t
above(const double *values, double bound)
{
	uint64_t bits = 0;
	int i;

#ifdef __SSE2__
	__m128d both = _mm_set1_pd(bound);

	for (i = 0; i < 64; i += 2)
		bits |= (uint64_t)_mm_movemask_pd(
				_mm_cmpgt_pd(_mm_loadu_pd(values + i), both))
			<< i;
#else
	for (i = 0; i < 64; i++)
		bits |= (uint64_t)(values[i] > bound) << i;
#endif
	return bits;
}

static uint64_t
below(const double *values, double bound)
{
	uint64_t bits = 0;
	int i;

#ifdef __SSE2__
	__m128d both = _mm_set1_pd(bound);

	for (i = 0; i < 64; i += 2)
		bits |= (uint64_t)_mm_movemask_pd(
				_mm_cmplt_pd(_mm_loadu_pd(values + i), both))
			<< i;
#else
	for (i = 0; i < 64; i++)
		bits |= (uint64_t)(values[i] < bound) << i;
#endif
	return bits;
}

static void
compare(const double values[BOARD_BLOCK], const struct score_range *range,
	uint64_t words[BOARD_BLOCK / 64])
{
	/* A closed end is an open one a step further out. */
	double lo =
		range->lo_open ? range->lo : nextafter(range->lo, -INFINITY);
	double hi = range->hi_open ? range->hi : nextafter(range->hi, INFINITY);
	bool any_lo = range->lo == -INFINITY && !range->lo_open;
	bool any_hi = range->hi == INFINITY && !range->hi_open;
	size_t i;

	for (i = 0; !any_lo && i < BOARD_BLOCK / 64; i++)
		words[i] &= above(values + 64 * i, lo);
	for (i = 0; !any_hi && i < BOARD_BLOCK / 64; i++)
		words[i] &= below(values + 64 * i, hi);
}

static uint64_t
count(const uint64_t words[RECORD_SET_WORDS])
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < RECORD_SET_WORDS; i++)
		n += (uint64_t)__builtin_popcountll(words[i]);
	return n;
}

enum { CHUNK_BLOCKS = RECORD_SET_CHUNK / BOARD_BLOCK };

/* The blocks of one chunk, from `block` on; counts when there is no set. */
static uint64_t
select_chunk(const struct board_pass *pass, const struct score_range *range,
	     size_t block, struct record_set *add_to)
{
	uint64_t words[RECORD_SET_WORDS] = {0};
	double values[BOARD_BLOCK];
	uint8_t has[BOARD_BLOCK];
	size_t end = board_n_blocks(pass->board), i;

	for (i = 0; i < CHUNK_BLOCKS && block + i < end; i++) {
		board_has(pass, block + i, has);
		board_values(pass, block + i, values);
		pack(has, words + i * (BOARD_BLOCK / 64));
		compare(values, range, words + i * (BOARD_BLOCK / 64));
	}
	if (!add_to)
		return count(words);
	record_set_add_bits(add_to, (uint32_t)(block * BOARD_BLOCK), words);
	return 0;
}

static uint64_t
select_blocks(const struct board_pass *pass, const struct score_range *range,
	      struct record_set *add_to)
{
	uint64_t found = 0;
	size_t block;

	for (block = 0; block < board_n_blocks(pass->board);
	     block += CHUNK_BLOCKS)
		found += select_chunk(pass, range, block, add_to);
	return found;
}

static uint64_t
select_all(struct scoreboard *board, uint32_t score_id, enum score_part part,
	   const struct score_range *range, int64_t now,
	   struct record_set *add_to)
{
	struct board_statistics percent[BOARD_MODULES];
	struct board_pass pass;
	uint64_t found = 0;
	size_t module;

	if (part == SCORE_PERCENT)
		now = board_percent_time(now);
	pthread_rwlock_rdlock(&board->lock);
	if (board_pass_init(&pass, board, score_id, part, NULL, now)) {
		percent[0].top = percent[0].median = INFINITY;
		if (part == SCORE_PERCENT) {
			for (module = 1; module < board->n_modules; module++)
				percent[module] = board_percent_base(
					board, score_id, (uint8_t)module, now);
			pass.percent = percent;
		}
		found = select_blocks(&pass, range, add_to);
	}
	pthread_rwlock_unlock(&board->lock);
	return found;
}

void
scoreboard_select(struct scoreboard *board, uint32_t score_id,
		  enum score_part part, const struct score_range *range,
		  int64_t now, struct record_set *add_to)
{
	select_all(board, score_id, part, range, now, add_to);
}

void
scoreboard_select_of(struct scoreboard *board, const struct score_of *of,
		     const struct score_range *range, int64_t now,
		     struct record_set *add_to)
{
	struct board_pass pass;

	pthread_rwlock_rdlock(&board->lock);
	if (board_pass_init(&pass, board, of->score_id, SCORE_SCORE, of->module,
			    now))
		select_blocks(&pass, range, add_to);
	pthread_rwlock_unlock(&board->lock);
}

uint64_t
scoreboard_count(struct scoreboard *board, uint32_t score_id,
		 const struct score_range *range, int64_t now)
{
	return select_all(board, score_id, SCORE_SCORE, range, now, NULL);
}
