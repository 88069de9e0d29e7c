/*
 * scoreboard_pass.c - the inner loops that all passes over the board share:
 * the value of one part for a block of records. Blocks are of fixed size.
 */
#include <string.h>

#include "score/scoreboard_parts.h"
#include "score/scoreboard_vector.h"

uint8_t
board_module(const struct scoreboard *board, const char *module)
{
	size_t i;

	for (i = 1; i < board->n_modules; i++)
		if (strcmp(board->module_names[i], module) == 0)
			return (uint8_t)i;
	return 0;
}

bool
board_pass_init(struct board_pass *pass, struct scoreboard *board,
		uint32_t score_id, enum score_part part, const char *module,
		int64_t now)
{
	size_t rate;

	memset(pass, 0, sizeof(*pass));
	pass->board = board;
	pass->score = board_score(board, score_id);
	pass->part = part;
	pass->now = now;
	if (!pass->score)
		return false;
	if (module) {
		pass->module = board_module(board, module);
		if (!pass->module)
			return false;
	}
	pass->columns = score_part_sums(part);
	for (rate = 0; rate < BOARD_TOUCH; rate++)
		pass->factors[rate] = 1;
	for (rate = 0; rate < board->rates.n_rates; rate++) {
		double left = score_decay(board->rates.rates[rate],
					  now - board->landmark);

		pass->factors[BOARD_TOUCH + 2 * rate] = left;
		pass->factors[BOARD_TOUCH + 2 * rate + 1] = left;
	}
	return true;
}

size_t
board_n_blocks(const struct scoreboard *board)
{
	return (board->n_records + BOARD_BLOCK - 1) / BOARD_BLOCK;
}

struct sums {
	const double *columns[BOARD_COLUMNS];
	double factors[BOARD_COLUMNS];
	size_t n;
};

/* What a block's values are added up from. */
static void
find_sums(const struct board_pass *pass, size_t block, struct sums *sums)
{
	uint32_t left = pass->score->present[block] & pass->columns;

	sums->n = 0;
	for (; left; left &= left - 1) {
		int column = __builtin_ctz(left);

		sums->columns[sums->n] =
			pass->score->columns[column] + block * BOARD_BLOCK;
		sums->factors[sums->n++] = pass->factors[column];
	}
}

static void
apply_settings(const struct board_pass *pass, size_t block, double *values)
{
	const struct score_settings *settings = &pass->score->settings;
	const uint8_t *flags = pass->score->flags + block * BOARD_BLOCK;
	size_t i;

	if (settings->has_default)
		for (i = 0; i < BOARD_BLOCK; i++)
			if (!(flags[i] & BOARD_SCORED))
				values[i] = settings->default_points;
	if (settings->has_floor)
		for (i = 0; i < BOARD_BLOCK; i++)
			values[i] = values[i] < settings->floor
					    ? settings->floor
					    : values[i];
	if (settings->has_ceiling)
		for (i = 0; i < BOARD_BLOCK; i++)
			values[i] = values[i] > settings->ceiling
					    ? settings->ceiling
					    : values[i];
}

static void
to_percent(const struct board_pass *pass, size_t block, double *values)
{
	const uint8_t *modules = pass->board->modules + block * BOARD_BLOCK;
	const uint8_t *flags = pass->score->flags + block * BOARD_BLOCK;
	bool has_default = pass->score->settings.has_default;
	size_t i;

	for (i = 0; i < BOARD_BLOCK; i++) {
		const struct board_statistics *base =
			&pass->percent[modules[i]];
		bool has = (flags[i] & BOARD_SCORED) ||
			   (has_default && !(flags[i] & BOARD_ERASED));

		values[i] = has ? score_percentage(values[i], base->top,
						   base->median)
				: 0;
	}
}

void
board_values(const struct board_pass *pass, size_t block,
	     double values_out[BOARD_BLOCK])
{
	struct sums sums;

	find_sums(pass, block, &sums);
	board_vector_sum(values_out, BOARD_BLOCK, sums.columns, sums.factors,
			 sums.n);
	if (pass->part == SCORE_SCORE || pass->part == SCORE_PERCENT)
		apply_settings(pass, block, values_out);
	if (pass->part == SCORE_PERCENT && pass->percent)
		to_percent(pass, block, values_out);
}

void
board_has(const struct board_pass *pass, size_t block,
	  uint8_t has_out[BOARD_BLOCK])
{
	const uint8_t *flags = pass->score->flags + block * BOARD_BLOCK;
	const uint8_t *modules = pass->board->modules + block * BOARD_BLOCK;
	uint64_t eight;
	size_t i;

	if (pass->part == SCORE_PERCENT && pass->percent)
		for (i = 0; i < BOARD_BLOCK; i++)
			has_out[i] = modules[i] != 0;
	else if (pass->score->settings.has_default)
		for (i = 0; i < BOARD_BLOCK; i++)
			has_out[i] = (uint8_t)((modules[i] != 0) &
					       !(flags[i] & BOARD_ERASED));
	else
		for (i = 0; i < BOARD_BLOCK; i += sizeof(eight)) {
			memcpy(&eight, flags + i, sizeof(eight));
			eight &= BOARD_SCORED * 0x0101010101010101u;
			memcpy(has_out + i, &eight, sizeof(eight));
		}
	if (pass->module)
		for (i = 0; i < BOARD_BLOCK; i++)
			has_out[i] &= modules[i] == pass->module;
}

void
board_has_words(const struct board_pass *pass, size_t block,
		uint64_t words_out[BOARD_BLOCK_WORDS])
{
	uint8_t has[BOARD_BLOCK];

	if (!pass->module && !pass->score->settings.has_default &&
	    pass->part != SCORE_PERCENT) {
		board_vector_pack(pass->score->flags + block * BOARD_BLOCK,
				  BOARD_SCORED, BOARD_BLOCK_WORDS, words_out);
		return;
	}
	board_has(pass, block, has);
	board_vector_pack(has, 1, BOARD_BLOCK_WORDS, words_out);
}

/* Is a value nothing but its sums? */
static bool
is_plain(const struct board_pass *pass)
{
	const struct score_settings *settings = &pass->score->settings;

	if (pass->part == SCORE_PERCENT)
		return false;
	return pass->part != SCORE_SCORE ||
	       !(settings->has_default || settings->has_floor ||
		 settings->has_ceiling);
}

void
board_filter(const struct board_pass *pass, size_t block,
	     const struct board_bounds *bounds,
	     uint64_t words[BOARD_BLOCK_WORDS])
{
	double values[BOARD_BLOCK];
	struct sums sums;

	find_sums(pass, block, &sums);
	if (sums.n == 1) {
		sums.columns[1] = sums.columns[0];
		sums.factors[1] = 0;
		sums.n = 2;
	}
	if (sums.n == 2 && is_plain(pass) &&
	    board_vector_filter(sums.columns, sums.factors, BOARD_BLOCK_WORDS,
				bounds, words))
		return;
	board_values(pass, block, values);
	board_vector_between(values, BOARD_BLOCK_WORDS, bounds, words);
}
