/* scoreboard_select.c - "has score >= N" for all records. */
#include <math.h>
#include <string.h>

#include "score/scoreboard_parts.h"
#include "score/scoreboard_vector.h"

/* A closed end is an open one a step further out. */
static struct board_bounds
bounds_of(const struct score_range *range)
{
	struct board_bounds bounds = {range->lo, range->hi};

	if (!range->lo_open)
		bounds.lo = nextafter(range->lo, -INFINITY);
	if (!range->hi_open)
		bounds.hi = nextafter(range->hi, INFINITY);
	return bounds;
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
	struct board_bounds bounds = bounds_of(range);
	uint64_t words[RECORD_SET_WORDS] = {0};
	size_t end = board_n_blocks(pass->board), i;

	for (i = 0; i < CHUNK_BLOCKS && block + i < end; i++) {
		uint64_t *to = words + i * BOARD_BLOCK_WORDS;

		board_has_words(pass, block + i, to);
		board_filter(pass, block + i, &bounds, to);
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
