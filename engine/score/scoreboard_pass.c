/*
 * scoreboard_pass.c - the inner loops that all passes over the board share:
 * the value of one part for a block of records. Blocks are of fixed size and
 * the loops plain, so that the compiler turns them into vector code.
 */
#include <string.h>

#include "score/scoreboard_parts.h"

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

static void
set_column(double *restrict values, const double *restrict column,
	   double factor)
{
	size_t i;

	for (i = 0; i < BOARD_BLOCK; i++)
		values[i] = column[i] * factor;
}

static void
add_column(double *restrict values, const double *restrict column,
	   double factor)
{
	size_t i;

	for (i = 0; i < BOARD_BLOCK; i++)
		values[i] += column[i] * factor;
}

/* The commonest two at once: a field or manual sum and one touch sum. */
static void
set_two_columns(double *restrict values, const double *restrict a,
		double a_factor, const double *restrict b, double b_factor)
{
	size_t i;

	for (i = 0; i < BOARD_BLOCK; i++)
		values[i] = a[i] * a_factor + b[i] * b_factor;
}

static void
sum_columns(const struct board_pass *pass, size_t block, double *values)
{
	uint32_t left = pass->score->present[block] & pass->columns;
	const double *columns[BOARD_COLUMNS];
	double factors[BOARD_COLUMNS];
	size_t n = 0, i;

	for (; left; left &= left - 1) {
		int column = __builtin_ctz(left);

		columns[n] = pass->score->columns[column] + block * BOARD_BLOCK;
		factors[n++] = pass->factors[column];
	}
	if (n == 0)
		memset(values, 0, BOARD_BLOCK * sizeof(*values));
	else if (n == 1)
		set_column(values, columns[0], factors[0]);
	else
		set_two_columns(values, columns[0], factors[0], columns[1],
				factors[1]);
	for (i = 2; i < n; i++)
		add_column(values, columns[i], factors[i]);
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
	sum_columns(pass, block, values_out);
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
