/* scoreboard_select.c - "has score >= N" for all records. */
#include <math.h>
#include <string.h>

#include "score/scoreboard_parts.h"

/* Bytes first and packed later: a loop that shifts bits does not vectorise. */
static void
compare(const double *restrict values, const struct score_range *range,
	uint8_t *restrict has)
{
	/* A closed end is an open one a step further out. */
	double lo =
		range->lo_open ? range->lo : nextafter(range->lo, -INFINITY);
	double hi = range->hi_open ? range->hi : nextafter(range->hi, INFINITY);
	bool any_lo = range->lo == -INFINITY && !range->lo_open;
	bool any_hi = range->hi == INFINITY && !range->hi_open;
	size_t i;

	if (!any_lo)
		for (i = 0; i < BOARD_BLOCK; i++)
			has[i] &= values[i] > lo;
	if (!any_hi)
		for (i = 0; i < BOARD_BLOCK; i++)
			has[i] &= values[i] < hi;
}

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

static size_t
pack(const uint8_t *has, uint32_t first, uint32_t *ids)
{
	uint64_t bits;
	size_t n = 0, i, j;

	for (i = 0; i < BOARD_BLOCK; i += 64) {
		bits = 0;
		for (j = 0; j < 8; j++)
			bits |= eight_bits(has + i + 8 * j) << 8 * j;
		for (; bits; bits &= bits - 1)
			ids[n++] = first + (uint32_t)i +
				   (uint32_t)__builtin_ctzll(bits);
	}
	return n;
}

static uint32_t
count(const uint8_t *has)
{
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < BOARD_BLOCK; i++)
		n += has[i];
	return n;
}

static uint64_t
select_blocks(const struct board_pass *pass, const struct score_range *range,
	      struct record_set *add_to)
{
	double values[BOARD_BLOCK];
	uint8_t has[BOARD_BLOCK];
	uint32_t ids[BOARD_BLOCK];
	uint64_t found = 0;
	size_t block;

	for (block = 0; block < board_n_blocks(pass->board); block++) {
		size_t n;

		board_has(pass, block, has);
		board_values(pass, block, values);
		compare(values, range, has);
		if (!add_to) {
			found += count(has);
			continue;
		}
		n = pack(has, (uint32_t)(block * BOARD_BLOCK), ids);
		if (n)
			record_set_add_many(add_to, ids, n);
		found += n;
	}
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

uint64_t
scoreboard_count(struct scoreboard *board, uint32_t score_id,
		 const struct score_range *range, int64_t now)
{
	return select_all(board, score_id, SCORE_SCORE, range, now, NULL);
}
