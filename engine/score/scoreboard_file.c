/* scoreboard_file.c - see scoreboard_file.h. */
#include "score/scoreboard_file.h"

#include <stdlib.h>
#include <string.h>

#include "score/scoreboard_parts.h"

enum { VERSION = 1, MODULE_MOST = 256 };

struct saved_board {
	uint32_t version, block, n_columns, score_size;
	uint64_t n_records, n_there, n_modules, n_scores;
	int64_t landmark;
	struct score_rates rates;
};

struct saved_score {
	char name[SCORE_NAME_MOST];
	uint64_t columns; /* bit by number: it is there */
};

static bool
put(FILE *file, const void *bytes, size_t len)
{
	return fwrite(bytes, 1, len, file) == len;
}

static bool
get(FILE *file, void *bytes, size_t len)
{
	return fread(bytes, 1, len, file) == len;
}

static size_t
n_blocks_of(size_t n_records)
{
	return (n_records + BOARD_BLOCK - 1) / BOARD_BLOCK;
}

/* --- to the file ---------------------------------------------------------- */

static bool
put_score(const struct board_score *score, size_t n_records, FILE *file)
{
	struct saved_score saved = {.columns = 0};
	size_t column;
	bool ok;

	memcpy(saved.name, score->settings.name, sizeof(saved.name));
	for (column = 0; column < BOARD_COLUMNS; column++)
		if (score->columns[column])
			saved.columns |= UINT64_C(1) << column;
	ok = put(file, &saved, sizeof(saved)) &&
	     put(file, score->present,
		 n_blocks_of(n_records) * sizeof(*score->present)) &&
	     put(file, score->flags, n_records);
	for (column = 0; ok && column < BOARD_COLUMNS; column++)
		if (score->columns[column])
			ok = put(file, score->columns[column],
				 n_records * sizeof(double));
	return ok;
}

static bool
put_board(const struct scoreboard *board, FILE *file)
{
	struct saved_board saved;
	bool ok;
	size_t i;

	memset(&saved, 0, sizeof(saved));
	saved.version = VERSION;
	saved.block = BOARD_BLOCK;
	saved.n_columns = BOARD_COLUMNS;
	saved.score_size = sizeof(struct saved_score);
	saved.n_records = board->n_records;
	saved.n_there = board->n_there;
	saved.n_modules = board->n_modules;
	saved.n_scores = board->n_scores;
	saved.landmark = board->landmark;
	saved.rates = board->rates;
	ok = put(file, &saved, sizeof(saved));
	for (i = 1; ok && i < board->n_modules; i++) {
		char name[MODULE_MOST] = {0};

		strncpy(name, board->module_names[i], sizeof(name) - 1);
		ok = put(file, name, sizeof(name));
	}
	ok = ok && put(file, board->modules, board->n_records);
	for (i = 0; ok && i < board->n_scores; i++)
		ok = put_score(board->scores[i], board->n_records, file);
	return ok;
}

enum sg_status
scoreboard_save(struct scoreboard *board, FILE *file, struct sg_err *err)
{
	bool ok;

	pthread_rwlock_rdlock(&board->lock);
	ok = put_board(board, file);
	pthread_rwlock_unlock(&board->lock);
	return ok ? SG_OK : err_errno(err, SG_FAILED, "writing the scoreboard");
}

/* --- and back ------------------------------------------------------------- */

/* All that is there by now stands in the file in the same place. */
static bool
fits(const struct scoreboard *board, const struct saved_board *saved)
{
	size_t i;

	if (saved->version != VERSION || saved->block != BOARD_BLOCK ||
	    saved->n_columns != BOARD_COLUMNS ||
	    saved->score_size != sizeof(struct saved_score) ||
	    saved->n_scores != board->n_scores || board->n_records ||
	    saved->n_records < 1 || saved->n_records > UINT32_MAX ||
	    saved->n_modules < 1 || saved->n_modules > BOARD_MODULES ||
	    saved->rates.n_rates > SCORE_RATES_MOST + 1 ||
	    board->rates.n_rates > saved->rates.n_rates)
		return false;
	for (i = 0; i < board->rates.n_rates; i++)
		if (board->rates.rates[i] < saved->rates.rates[i] ||
		    board->rates.rates[i] > saved->rates.rates[i])
			return false;
	return true;
}

static bool
get_score(struct board_score *score, size_t n_records, size_t capacity,
	  FILE *file)
{
	struct saved_score saved;
	size_t column;
	bool ok;

	if (!get(file, &saved, sizeof(saved)) ||
	    strncmp(saved.name, score->settings.name, sizeof(saved.name)) != 0)
		return false;
	ok = get(file, score->present,
		 n_blocks_of(n_records) * sizeof(*score->present)) &&
	     get(file, score->flags, n_records);
	for (column = 0; ok && column < BOARD_COLUMNS; column++) {
		if (!(saved.columns >> column & 1))
			continue;
		score->columns[column] = board_map(capacity * sizeof(double));
		ok = get(file, score->columns[column],
			 n_records * sizeof(double));
	}
	return ok;
}

static bool
get_modules(struct scoreboard *board, const struct saved_board *saved,
	    FILE *file)
{
	size_t i;

	for (i = 1; i < saved->n_modules; i++) {
		char name[MODULE_MOST];

		if (!get(file, name, sizeof(name)) ||
		    !memchr(name, 0, MODULE_MOST))
			return false;
		board_add_module(board, name);
	}
	board_make_room(board, (uint32_t)saved->n_records - 1);
	return get(file, board->modules, saved->n_records);
}

enum sg_status
scoreboard_restore(struct scoreboard *board, FILE *file, struct sg_err *err)
{
	struct saved_board saved;
	bool ok;
	size_t i;

	if (!get(file, &saved, sizeof(saved)))
		return SG_NONE;
	pthread_rwlock_wrlock(&board->lock);
	if (!fits(board, &saved)) {
		pthread_rwlock_unlock(&board->lock);
		return SG_NONE;
	}
	ok = get_modules(board, &saved, file);
	for (i = 0; ok && i < board->n_scores; i++)
		ok = get_score(board->scores[i], saved.n_records,
			       board->capacity, file);
	board->n_there = saved.n_there;
	board->rates = saved.rates;
	board->landmark = board->landmark_until = saved.landmark;
	board->version++;
	pthread_rwlock_unlock(&board->lock);
	return ok ? SG_OK
		  : err_set(err, SG_FAILED,
			    "the saved scoreboard is cut short or of other "
			    "scores");
}
