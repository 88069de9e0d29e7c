/* generation_build.c - one record of a new generation: its history folded as
 * if today's rules had been there always; see generation.h. */
#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "apply/ledger_fold.h"
#include "store/store_generation.h"
#include "store/store_timer.h"

/* --- the board beside the one in use ------------------------------------ */

static enum sg_status
same_rates(struct apply *apply, struct scoreboard *board, struct sg_err *err)
{
	struct score_rates rates;
	enum sg_status status = SG_OK;
	size_t index, i;

	scoreboard_rates(apply->board, &rates);
	for (i = 0; i < rates.n_rates && status == SG_OK; i++)
		status = scoreboard_rate_index(board, rates.rates[i], &index,
					       err);
	return status;
}

struct scoreboard *
generation_new_board(struct apply *apply, struct sg_err *err)
{
	struct scoreboard *board = scoreboard_new(apply->now);
	enum sg_status status = same_rates(apply, board, err);
	size_t i;

	for (i = 0; i < apply->world.n_scores && status == SG_OK; i++)
		status = scoreboard_add_score(board, &apply->world.scores[i],
					      err);
	if (status == SG_OK)
		return board;
	scoreboard_free(board);
	return NULL;
}

static enum sg_status
put_states(struct apply *apply, uint32_t record_id,
	   const struct fold_record *fold, struct sg_err *err)
{
	struct scoreboard *board = apply->generation.board;
	struct score_state state;
	enum sg_status status = same_rates(apply, board, err);
	uint32_t id;

	if (status != SG_OK)
		return status;
	scoreboard_write_begin(board);
	scoreboard_set_record(board, record_id, fold_module(fold));
	for (id = 1; id <= apply->world.n_scores; id++) {
		fold_score(fold, id, &state);
		scoreboard_put(board, record_id, id, &state);
	}
	scoreboard_write_end(board);
	return SG_OK;
}

struct filling {
	struct apply *apply;
	struct pool *pool;
};

static enum sg_status
fill_record(void *arg, const struct store_record *record, struct sg_err *err)
{
	struct filling *filling = arg;
	struct apply *apply = filling->apply;
	struct generation *generation = &apply->generation;
	struct store_ledger_rows rows;
	struct score_rates rates;
	struct score_state state;
	enum sg_status status;
	uint32_t id;

	if (record->id > generation->built_to)
		return SG_OK;
	pool_clear(filling->pool);
	status = store_ledger_of_generation(apply->store, generation->id,
					    record->id, filling->pool, &rows,
					    err);
	scoreboard_rates(generation->board, &rates);
	scoreboard_write_begin(generation->board);
	scoreboard_set_record(generation->board, record->id, record->module);
	for (id = 1; id <= apply->world.n_scores && status == SG_OK; id++) {
		status = ledger_fold(rows.rows, rows.n_rows, id, &rates,
				     apply->now, &state, err);
		if (status == SG_OK)
			scoreboard_put(generation->board, record->id, id,
				       &state);
	}
	scoreboard_write_end(generation->board);
	generation->n_built++;
	if (status == SG_OK && rows.n_rows &&
	    rows.rows[rows.n_rows - 1].id > generation->last_ledger_id)
		generation->last_ledger_id = rows.rows[rows.n_rows - 1].id;
	return status;
}

enum sg_status
generation_fill_board(struct apply *apply, struct sg_err *err)
{
	struct filling filling = {apply, pool_new()};
	enum sg_status status =
		store_record_each(apply->store, fill_record, &filling, err);

	pool_free(filling.pool);
	return status;
}

/* --- rows ---------------------------------------------------------------- */

static enum sg_status
write_rows(struct apply *apply, uint32_t record_id, const struct fold_out *out,
	   struct sg_err *err)
{
	struct generation *generation = &apply->generation;
	enum sg_status status = SG_OK;
	struct store_ledger row;
	size_t i;

	for (i = 0; i < out->n_points && status == SG_OK; i++) {
		apply_ledger_row(&apply->world.rates, &out->points[i],
				 record_id, &row);
		row.id = store_new_id(apply->store, apply->now);
		row.generation = generation->id;
		generation->last_ledger_id = row.id;
		status = store_ledger_append(apply->store, &row, err);
	}
	return status;
}

/* Whoever wakes up too early goes to sleep again: so the earlier time of the
 * two generations is the one that is kept, and the record is built again once
 * the live one has changed it. */
static enum sg_status
write_timer(struct apply *apply, uint32_t record_id,
	    const struct fold_record *fold, struct sg_err *err)
{
	struct store_timer timer = {.record_id = record_id,
				    .kind = "field-rules",
				    .object = "",
				    .due_at = fold_next_change(fold)};
	struct cached *cached = apply_cache_get(apply->cache, record_id);

	if (timer.due_at == INT64_MAX)
		return SG_OK;
	if (cached)
		cached->timer_at = 0;
	if (timer.due_at < apply->next_timer)
		apply->next_timer = timer.due_at;
	return store_timer_set_earlier(apply->store, &timer, err);
}

static enum sg_status
build(struct apply *apply, const struct store_record *record,
      struct fold_out *out, struct sg_err *err)
{
	struct fold_world world = apply->world; /* only looked at */
	struct fold_record *fold =
		fold_record_new(record->id, record->module, record->key);
	enum sg_status status;

	world.base = apply->generation.base;
	world.generation = apply->generation.id;
	status = apply_fold_history(apply, &world, record->id, fold, out, err);
	if (status == SG_OK) {
		fold_advance_to(fold, &world, apply->now, out);
		status = write_rows(apply, record->id, out, err);
	}
	if (status == SG_OK)
		status = generation_roll_up(apply, record, out, err);
	if (status == SG_OK)
		status = write_timer(apply, record->id, fold, err);
	if (status == SG_OK)
		status = put_states(apply, record->id, fold, err);
	fold_record_free(fold);
	return status;
}

enum sg_status
generation_build(struct apply *apply, uint32_t record_id, bool again,
		 struct sg_err *err)
{
	struct scoreboard *board = apply->generation.board;
	struct pool *pool = pool_new();
	struct store_record record;
	struct fold_out out;
	enum sg_status status = SG_OK;

	fold_out_init(&out, pool, false);
	if (again)
		status = store_generation_remove_record(
			apply->store, apply->generation.id, record_id, err);
	if (status == SG_OK)
		status = store_record_get(apply->store, record_id, pool,
					  &record, err);
	if (status == SG_OK && !record.deleted_at) {
		status = build(apply, &record, &out, err);
	} else if (status == SG_OK || status == SG_NONE) {
		status = generation_leave(apply, record_id, err);
		scoreboard_write_begin(board);
		scoreboard_remove_record(board, record_id);
		scoreboard_write_end(board);
	}
	fold_out_done(&out);
	pool_free(pool);
	return status;
}
