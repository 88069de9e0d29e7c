/* scoreboard.c - making, filling and reading single records; see
 * scoreboard.h and, for how it lies in memory, scoreboard_parts.h. */
#include "score/scoreboard.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "score/scoreboard_parts.h"

static void *
must(void *memory)
{
	if (!memory) {
		log_error("out of memory for the scoreboard");
		abort();
	}
	return memory;
}

struct scoreboard *
scoreboard_new(int64_t now)
{
	struct scoreboard *board = must(calloc(1, sizeof(*board)));
	pthread_rwlockattr_t attributes;

	/* Or long passes of readers would hold up the applier for ever. */
	pthread_rwlockattr_init(&attributes);
	pthread_rwlockattr_setkind_np(
		&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&board->lock, &attributes);
	pthread_rwlockattr_destroy(&attributes);
	pthread_mutex_init(&board->percent_lock, NULL);
	score_rates_init(&board->rates);
	board->landmark = board->landmark_until = now;
	board->n_modules = 1;
	return board;
}

static void
free_score(struct board_score *score, size_t capacity)
{
	size_t column;

	for (column = 0; column < BOARD_COLUMNS; column++)
		board_unmap(score->columns[column], capacity * sizeof(double));
	board_unmap(score->present, capacity / BOARD_BLOCK * sizeof(uint32_t));
	board_unmap(score->flags, capacity);
	free(score);
}

void
scoreboard_free(struct scoreboard *board)
{
	size_t i;

	if (!board)
		return;
	for (i = 0; i < board->n_scores; i++)
		free_score(board->scores[i], board->capacity);
	for (i = 1; i < board->n_modules; i++)
		free(board->module_names[i]);
	board_unmap(board->modules, board->capacity);
	pthread_mutex_destroy(&board->percent_lock);
	pthread_rwlock_destroy(&board->lock);
	free(board);
}

/* --- which scores, which rates ------------------------------------------- */

static struct board_score *
find_by_name(struct scoreboard *board, const char *name)
{
	size_t i;

	for (i = 0; i < board->n_scores; i++)
		if (strcmp(board->scores[i]->settings.name, name) == 0)
			return board->scores[i];
	return NULL;
}

struct board_score *
board_score(struct scoreboard *board, uint32_t score_id)
{
	return score_id >= 1 && score_id <= board->n_scores
		       ? board->scores[score_id - 1]
		       : NULL;
}

static enum sg_status
add_score(struct scoreboard *board, const struct score_settings *settings,
	  struct sg_err *err)
{
	struct board_score *score = board_score(board, settings->id);
	size_t rate;
	enum sg_status status;

	if (!score && settings->id != board->n_scores + 1)
		return err_set(err, SG_REFUSED,
			       "score '%s' has id %u; the next is %zu",
			       settings->name, settings->id,
			       board->n_scores + 1);
	if (!score && board->n_scores == SCORES_MOST)
		return err_set(err, SG_REFUSED,
			       "score '%s' would be one of more than %d",
			       settings->name, SCORES_MOST);
	status =
		score_rates_index(&board->rates, settings->degrade, &rate, err);
	if (status != SG_OK)
		return err_prefix(err, "score '%s'", settings->name);
	if (!score) {
		size_t blocks = board->capacity / BOARD_BLOCK;

		score = must(calloc(1, sizeof(*score)));
		score->present = board_map(blocks * sizeof(uint32_t));
		score->flags = board_map(board->capacity);
		board->scores[board->n_scores++] = score;
	}
	score->settings = *settings;
	board->landmark_until = board->landmark;
	board->version++;
	return SG_OK;
}

enum sg_status
scoreboard_add_score(struct scoreboard *board,
		     const struct score_settings *settings, struct sg_err *err)
{
	enum sg_status status;

	pthread_rwlock_wrlock(&board->lock);
	status = add_score(board, settings, err);
	pthread_rwlock_unlock(&board->lock);
	return status;
}

enum sg_status
scoreboard_find_score(struct scoreboard *board, const char *name,
		      struct score_settings *settings_out)
{
	const struct board_score *score;

	pthread_rwlock_rdlock(&board->lock);
	score = find_by_name(board, name);
	if (score && settings_out)
		*settings_out = score->settings;
	pthread_rwlock_unlock(&board->lock);
	return score ? SG_OK : SG_NONE;
}

size_t
scoreboard_n_scores(struct scoreboard *board)
{
	size_t n_scores;

	pthread_rwlock_rdlock(&board->lock);
	n_scores = board->n_scores;
	pthread_rwlock_unlock(&board->lock);
	return n_scores;
}

enum sg_status
scoreboard_score_at(struct scoreboard *board, size_t i,
		    struct score_settings *settings_out)
{
	enum sg_status status = SG_NONE;

	pthread_rwlock_rdlock(&board->lock);
	if (i < board->n_scores) {
		*settings_out = board->scores[i]->settings;
		status = SG_OK;
	}
	pthread_rwlock_unlock(&board->lock);
	return status;
}

void
scoreboard_rates(struct scoreboard *board, struct score_rates *rates_out)
{
	pthread_rwlock_rdlock(&board->lock);
	*rates_out = board->rates;
	pthread_rwlock_unlock(&board->lock);
}

enum sg_status
scoreboard_rate_index(struct scoreboard *board, double percent,
		      size_t *index_out, struct sg_err *err)
{
	enum sg_status status;

	pthread_rwlock_wrlock(&board->lock);
	status = score_rates_index(&board->rates, percent, index_out, err);
	board->landmark_until = board->landmark; /* it may be a faster one */
	pthread_rwlock_unlock(&board->lock);
	return status;
}

/* --- writing -------------------------------------------------------------- */

void
scoreboard_write_begin(struct scoreboard *board)
{
	pthread_rwlock_wrlock(&board->lock);
	board->version++;
}

void
scoreboard_write_end(struct scoreboard *board)
{
	pthread_rwlock_unlock(&board->lock);
}

static void
grow_score(struct board_score *score, size_t old, size_t capacity)
{
	size_t column;

	score->present = board_remap(score->present,
				     old / BOARD_BLOCK * sizeof(uint32_t),
				     capacity / BOARD_BLOCK * sizeof(uint32_t));
	score->flags = board_remap(score->flags, old, capacity);
	for (column = 0; column < BOARD_COLUMNS; column++)
		if (score->columns[column])
			score->columns[column] = board_remap(
				score->columns[column], old * sizeof(double),
				capacity * sizeof(double));
}

void
board_make_room(struct scoreboard *board, uint32_t record_id)
{
	size_t capacity = board->capacity;
	size_t i;

	if (record_id >= board->n_records)
		board->n_records = (size_t)record_id + 1;
	if (record_id < capacity)
		return;
	/* By a quarter: what is mapped and not written costs nothing. */
	capacity += capacity / 4;
	if (capacity <= record_id)
		capacity = (size_t)record_id + 1;
	capacity = (capacity + 16 * BOARD_BLOCK - 1) / (16 * BOARD_BLOCK) *
		   (16 * BOARD_BLOCK);
	board->modules = board_remap(board->modules, board->capacity, capacity);
	for (i = 0; i < board->n_scores; i++)
		grow_score(board->scores[i], board->capacity, capacity);
	board->capacity = capacity;
}

uint8_t
board_add_module(struct scoreboard *board, const char *module)
{
	uint8_t number = board_module(board, module);

	if (number)
		return number;
	/* Past the most they share the last: only percent and top by module
	 * are less exact then. */
	if (board->n_modules == BOARD_MODULES)
		return BOARD_MODULES - 1;
	board->module_names[board->n_modules] = must(strdup(module));
	return (uint8_t)board->n_modules++;
}

void
scoreboard_set_record(struct scoreboard *board, uint32_t record_id,
		      const char *module)
{
	board_make_room(board, record_id);
	if (!board->modules[record_id])
		board->n_there++;
	board->modules[record_id] =
		board_add_module(board, *module ? module : "contact");
}

void
scoreboard_remove_record(struct scoreboard *board, uint32_t record_id)
{
	struct score_state none;
	size_t i;

	if (record_id >= board->n_records || !board->modules[record_id])
		return;
	score_state_init(&none, board->landmark);
	for (i = 0; i < board->n_scores; i++)
		scoreboard_put(board, record_id, (uint32_t)i + 1, &none);
	board->modules[record_id] = 0;
	board->n_there--;
}

static void
put_value(struct scoreboard *board, struct board_score *score, size_t column,
	  uint32_t record_id, double value)
{
	if (value == 0 && !score->columns[column])
		return;
	if (!score->columns[column])
		score->columns[column] =
			board_map(board->capacity * sizeof(double));
	score->columns[column][record_id] = value;
	if (value != 0)
		score->present[record_id / BOARD_BLOCK] |= 1u << column;
}

/* One streaming multiply, long before a scaled value can overflow. */
static void
move_landmark(struct scoreboard *board, int64_t to)
{
	size_t i, rate, record;
	int side;

	for (rate = 1; rate < board->rates.n_rates; rate++) {
		double left = score_decay(board->rates.rates[rate],
					  to - board->landmark);

		for (i = 0; i < 2 * board->n_scores; i++) {
			double *column;

			side = (int)(i % 2);
			column = board->scores[i / 2]
					 ->columns[BOARD_TOUCH + 2 * rate +
						   (size_t)side];
			if (!column)
				continue;
			for (record = 0; record < board->capacity; record++)
				column[record] *= left;
		}
	}
	board->landmark = to;
}

/* Half-lives of the fastest rate that a landmark serves: 2^900 is far from the
 * end of a double, also times a score. */
static void
keep_in_range(struct scoreboard *board, int64_t as_of)
{
	const double half_lives = 900;
	double serves_ms = 1e18;
	size_t rate;

	if (as_of <= board->landmark_until)
		return;
	for (rate = 1; rate < board->rates.n_rates; rate++)
		serves_ms =
			fmin(serves_ms,
			     half_lives * score_half_life_ms(
						  board->rates.rates[rate]));
	if ((double)as_of - (double)board->landmark > serves_ms)
		move_landmark(board, as_of);
	board->landmark_until = board->landmark + (int64_t)serves_ms;
}

void
scoreboard_put(struct scoreboard *board, uint32_t record_id, uint32_t score_id,
	       const struct score_state *state)
{
	struct board_score *score = board_score(board, score_id);
	size_t rate;
	int side;

	assert(score);
	board_make_room(board, record_id);
	keep_in_range(board, state->as_of);
	score->flags[record_id] = (uint8_t)((state->scored ? BOARD_SCORED : 0) |
					    (state->erased ? BOARD_ERASED : 0));
	for (side = 0; side < 2; side++) {
		size_t s = (size_t)side;

		put_value(board, score, BOARD_FIELD + s, record_id,
			  state->field[side]);
		put_value(board, score, BOARD_MANUAL + s, record_id,
			  state->manual[side]);
		put_value(board, score, BOARD_TOUCH + s, record_id,
			  state->touch[0][side]);
	}
	for (rate = 1; rate < board->rates.n_rates; rate++) {
		double scale;

		if (state->touch[rate][0] == 0 && state->touch[rate][1] == 0)
			scale = 0;
		else
			scale = score_decay(board->rates.rates[rate],
					    board->landmark - state->as_of);
		for (side = 0; side < 2; side++)
			put_value(board, score,
				  BOARD_TOUCH + 2 * rate + (size_t)side,
				  record_id, state->touch[rate][side] * scale);
	}
}

/* --- reading one record ----------------------------------------------------
 */

static double
value_at(const struct board_score *score, size_t column, uint32_t record_id)
{
	return score->columns[column] ? score->columns[column][record_id] : 0;
}

bool
board_get(const struct scoreboard *board, const struct board_score *score,
	  uint32_t record_id, int64_t now, struct score_state *state_out)
{
	size_t rate, s;

	score_state_init(state_out, now);
	if (!score || record_id >= board->n_records ||
	    !board->modules[record_id])
		return false;
	state_out->scored = score->flags[record_id] & BOARD_SCORED;
	state_out->erased = score->flags[record_id] & BOARD_ERASED;
	for (s = 0; s < 2; s++) {
		state_out->field[s] =
			value_at(score, BOARD_FIELD + s, record_id);
		state_out->manual[s] =
			value_at(score, BOARD_MANUAL + s, record_id);
	}
	for (rate = 0; rate < board->rates.n_rates; rate++) {
		double left = score_decay(board->rates.rates[rate],
					  now - board->landmark);

		for (s = 0; s < 2; s++)
			state_out->touch[rate][s] =
				left * value_at(score,
						BOARD_TOUCH + 2 * rate + s,
						record_id);
	}
	return true;
}

uint32_t
scoreboard_last_record(struct scoreboard *board)
{
	size_t n;

	pthread_rwlock_rdlock(&board->lock);
	n = board->n_records;
	pthread_rwlock_unlock(&board->lock);
	return n ? (uint32_t)(n - 1) : 0;
}

bool
scoreboard_get(struct scoreboard *board, uint32_t record_id, uint32_t score_id,
	       int64_t now, struct score_state *state_out)
{
	bool there;

	pthread_rwlock_rdlock(&board->lock);
	there = board_get(board, board_score(board, score_id), record_id, now,
			  state_out);
	pthread_rwlock_unlock(&board->lock);
	return there;
}

/* The lock is held. */
static double
percent_of(struct scoreboard *board, uint32_t record_id, uint32_t score_id,
	   int64_t now)
{
	const struct board_score *score = board_score(board, score_id);
	int64_t then = board_percent_time(now);
	struct board_statistics base = board_percent_base(
		board, score_id, board->modules[record_id], now);
	struct score_summary summary;
	struct score_state state;

	board_get(board, score, record_id, then, &state);
	score_summarise(&state, &score->settings, &board->rates, then,
			&summary);
	return score_percentage(summary.value[SCORE_SCORE], base.top,
				base.median);
}

void
scoreboard_summary(struct scoreboard *board, uint32_t record_id,
		   uint32_t score_id, int64_t now,
		   struct score_summary *summary_out)
{
	const struct board_score *score;
	struct score_state state;

	memset(summary_out, 0, sizeof(*summary_out));
	pthread_rwlock_rdlock(&board->lock);
	score = board_score(board, score_id);
	if (board_get(board, score, record_id, now, &state)) {
		score_summarise(&state, &score->settings, &board->rates, now,
				summary_out);
		if (summary_out->has_score)
			summary_out->value[SCORE_PERCENT] =
				percent_of(board, record_id, score_id, now);
	}
	pthread_rwlock_unlock(&board->lock);
}

double
scoreboard_percent(struct scoreboard *board, uint32_t record_id,
		   uint32_t score_id, int64_t now)
{
	struct score_summary summary;

	scoreboard_summary(board, record_id, score_id, now, &summary);
	return summary.value[SCORE_PERCENT];
}
