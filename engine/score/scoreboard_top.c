/* scoreboard_top.c - the n highest, in one pass with a heap of n. */
#include <math.h>
#include <stdlib.h>

#include "base/log.h"
#include "score/scoreboard_parts.h"
#include "score/scoreboard_vector.h"

/* Is a worse than b? Of equal ones the higher record id is. */
static bool
is_worse(const struct score_row *a, const struct score_row *b)
{
	if (a->value != b->value)
		return a->value < b->value;
	return a->record_id > b->record_id;
}

/* The worst of the rows is at the root. */
static void
sift_down(struct score_row *rows, size_t n, size_t i)
{
	for (;;) {
		size_t worst = i, child = 2 * i + 1;
		struct score_row row;

		if (child < n && is_worse(&rows[child], &rows[worst]))
			worst = child;
		if (child + 1 < n && is_worse(&rows[child + 1], &rows[worst]))
			worst = child + 1;
		if (worst == i)
			return;
		row = rows[i];
		rows[i] = rows[worst];
		rows[worst] = row;
		i = worst;
	}
}

struct top {
	struct score_row *rows;
	size_t n, most;
};

static void
offer(struct top *top, const struct score_row *row)
{
	size_t i;

	if (top->n == top->most) {
		if (is_worse(row, &top->rows[0]))
			return;
		top->rows[0] = *row;
		sift_down(top->rows, top->n, 0);
		return;
	}
	top->rows[top->n++] = *row;
	if (top->n == top->most)
		for (i = top->n / 2 + 1; i-- > 0;)
			sift_down(top->rows, top->n, i);
}

static void
offer_block(struct top *top, const struct board_pass *pass, size_t block)
{
	uint64_t words[BOARD_BLOCK_WORDS], any = 0;
	double values[BOARD_BLOCK];
	struct score_row row;
	size_t i;

	board_has_words(pass, block, words);
	/* Ids ascend, so one that only equals the worst never gets in. */
	if (top->n == top->most) {
		struct board_bounds above = {top->rows[0].value, INFINITY};

		board_filter(pass, block, &above, words);
	}
	for (i = 0; i < BOARD_BLOCK_WORDS; i++)
		any |= words[i];
	if (!any)
		return;
	board_values(pass, block, values);
	for (i = 0; i < BOARD_BLOCK; i++) {
		if (!(words[i / 64] >> i % 64 & 1))
			continue;
		row.record_id = (uint32_t)(block * BOARD_BLOCK + i);
		row.value = values[i];
		offer(top, &row);
	}
}

static int
compare_rows(const void *a, const void *b)
{
	return is_worse(a, b) ? 1 : -1;
}

size_t
scoreboard_top(struct scoreboard *board, uint32_t score_id,
	       enum score_part part, const char *module, int64_t now, size_t n,
	       struct score_row *rows_out)
{
	/* percent rises with the score: same order, and put in at the end */
	enum score_part by = part == SCORE_PERCENT ? SCORE_SCORE : part;
	struct top top = {.rows = rows_out, .most = n};
	struct board_pass pass;
	size_t block, i;

	if (part == SCORE_PERCENT)
		now = board_percent_time(now);
	pthread_rwlock_rdlock(&board->lock);
	if (n && board_pass_init(&pass, board, score_id, by, module, now))
		for (block = 0; block < board_n_blocks(board); block++)
			offer_block(&top, &pass, block);
	qsort(rows_out, top.n, sizeof(*rows_out), compare_rows);
	for (i = 0; part == SCORE_PERCENT && i < top.n; i++) {
		struct board_statistics base = board_percent_base(
			board, score_id, board->modules[rows_out[i].record_id],
			now);

		rows_out[i].value = score_percentage(rows_out[i].value,
						     base.top, base.median);
	}
	pthread_rwlock_unlock(&board->lock);
	return top.n;
}
