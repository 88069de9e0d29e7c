/*
 * apply_checkpoint.c - the scoreboard at rest: a row a record and score, in
 * record order, right up to a ledger id; and from there and the ledger's tail
 * back into memory at start.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/ledger_fold.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/store_score.h"

/*
 * The form: version 1, flags (1 scored, 2 erased), number of rates, 0; as_of;
 * field and manual sums; then rate, positive, negative for each rate in use.
 * In the byte order of the machine: a backup goes to one of the same kind.
 */
enum { BLOB_VERSION = 1, BLOB_FIXED = 4 + 4 + 8 + 4 * 8, BLOB_RATE = 3 * 8 };
enum { BLOB_MOST = BLOB_FIXED + (SCORE_RATES_MOST + 1) * BLOB_RATE };

static size_t
encode(const struct score_state *state, const struct score_rates *rates,
       unsigned char blob[BLOB_MOST])
{
	unsigned char *to = blob + BLOB_FIXED;
	size_t i;

	memset(blob, 0, BLOB_FIXED);
	blob[0] = BLOB_VERSION;
	blob[1] = (unsigned char)(state->scored | state->erased << 1);
	memcpy(blob + 8, &state->as_of, 8);
	memcpy(blob + 16, state->field, 16);
	memcpy(blob + 32, state->manual, 16);
	for (i = 0; i < rates->n_rates; i++) {
		if (state->touch[i][0] == 0 && state->touch[i][1] == 0)
			continue;
		memcpy(to, &rates->rates[i], 8);
		memcpy(to + 8, state->touch[i], 16);
		to += BLOB_RATE;
		blob[2]++;
	}
	return (size_t)(to - blob);
}

static enum sg_status
decode_rate(struct apply *apply, const unsigned char *from, int64_t now,
	    struct score_state *state, struct sg_err *err)
{
	double percent, sums[2];
	size_t index;
	enum sg_status status;

	memcpy(&percent, from, 8);
	memcpy(sums, from + 8, 16);
	/* A rate that was given up long ago takes no place of the eight. */
	if (fmax(fabs(sums[0]), fabs(sums[1])) *
		    score_decay(percent, now - state->as_of) <
	    1e-9)
		return SG_OK;
	status = scoreboard_rate_index(apply->board, percent, &index, err);
	if (status != SG_OK)
		return status;
	memcpy(state->touch[index], sums, 16);
	return SG_OK;
}

static enum sg_status
decode(struct apply *apply, const unsigned char *blob, size_t len,
       struct score_state *state, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	if (len < BLOB_FIXED || blob[0] != BLOB_VERSION ||
	    len != BLOB_FIXED + (size_t)blob[2] * BLOB_RATE)
		return err_set(err, SG_FAILED,
			       "a score_state row is not of this version");
	score_state_init(state, 0);
	state->scored = blob[1] & 1;
	state->erased = blob[1] & 2;
	memcpy(&state->as_of, blob + 8, 8);
	memcpy(state->field, blob + 16, 16);
	memcpy(state->manual, blob + 32, 16);
	for (i = 0; i < blob[2] && status == SG_OK; i++)
		status = decode_rate(apply, blob + BLOB_FIXED + i * BLOB_RATE,
				     apply->now, state, err);
	return status;
}

/* --- writing ------------------------------------------------------------ */

struct writing {
	struct apply *apply;
	struct score_rates rates;
	enum sg_status status;
	struct sg_err *err;
};

static bool
write_record(void *arg, uint32_t record_id)
{
	struct writing *writing = arg;
	struct apply *apply = writing->apply;
	unsigned char blob[BLOB_MOST];
	struct score_state state;
	uint32_t id;

	for (id = 1; id <= apply->world.n_scores; id++) {
		if (!scoreboard_get(apply->board, record_id, id, apply->now,
				    &state)) {
			writing->status = store_score_state_remove(
				apply->store, record_id, writing->err);
			break;
		}
		writing->status = store_score_state_put(
			apply->store, record_id, id, blob,
			encode(&state, &writing->rates, blob), writing->err);
		if (writing->status != SG_OK)
			break;
	}
	return writing->status == SG_OK;
}

enum sg_status
apply_checkpoint_record(struct apply *apply, uint32_t record_id,
			struct sg_err *err)
{
	struct writing writing = {.apply = apply, .err = err};

	scoreboard_rates(apply->board, &writing.rates);
	write_record(&writing, record_id);
	return writing.status;
}

enum sg_status
apply_checkpoint(struct apply *apply, struct sg_err *err)
{
	struct writing writing = {.apply = apply, .err = err};
	enum sg_status status;

	if (!record_set_count(apply->dirty))
		return SG_OK;
	status = apply_begin(apply, err);
	if (status != SG_OK)
		return status;
	scoreboard_rates(apply->board, &writing.rates);
	record_set_each(apply->dirty, write_record, &writing);
	status = writing.status;
	if (status == SG_OK)
		status = store_checkpoint_set(apply->store,
					      apply->last_ledger_id, err);
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK) {
		apply_rollback(apply);
		return status == SG_REFUSED ? SG_FAILED : status;
	}
	record_set_free(apply->dirty);
	apply->dirty = record_set_new();
	return SG_OK;
}

/* --- loading ------------------------------------------------------------ */

static enum sg_status
load_record(void *arg, const struct store_record *record, struct sg_err *err)
{
	struct apply *apply = arg;

	scoreboard_write_begin(apply->board);
	scoreboard_set_record(apply->board, record->id, record->module);
	scoreboard_write_end(apply->board);
	apply_index_add(apply->index, record->record_key, record->id);
	return SG_OK;
}

static enum sg_status
load_state(void *arg, const struct store_score_state *row, struct sg_err *err)
{
	struct apply *apply = arg;
	struct score_state state, there;
	enum sg_status status =
		decode(apply, row->state, row->len, &state, err);

	if (status != SG_OK)
		return status;
	if (row->score_id > apply->world.n_scores ||
	    !scoreboard_get(apply->board, row->record_id, row->score_id,
			    apply->now, &there))
		return SG_OK; /* of a deleted record */
	scoreboard_write_begin(apply->board);
	scoreboard_put(apply->board, row->record_id, row->score_id, &state);
	scoreboard_write_end(apply->board);
	return SG_OK;
}

static void
load_waiting(void *arg, uint64_t record_key)
{
	struct apply *apply = arg;

	if (record_key)
		apply_index_add(apply->waiting, record_key, 1);
}

struct tail {
	struct apply *apply;
	struct record_set *corrected; /* to be folded from their whole ledger */
};

static enum sg_status
load_entry(void *arg, const struct store_ledger *row, struct sg_err *err)
{
	struct tail *tail = arg;
	struct apply *apply = tail->apply;
	struct score_rates rates;
	struct score_entry entry;
	struct score_state state;
	size_t index;
	enum sg_status status;

	apply->last_ledger_id = row->id;
	if (row->score_id > apply->world.n_scores ||
	    !scoreboard_get(apply->board, row->record_id, row->score_id,
			    apply->now, &state))
		return SG_OK;
	record_set_add(apply->dirty, row->record_id);
	if (row->correcting) {
		record_set_add(tail->corrected, row->record_id);
		return SG_OK;
	}
	status = scoreboard_rate_index(
		apply->board, row->class == LEDGER_TOUCH ? row->rate : 0,
		&index, err);
	if (status != SG_OK)
		return status;
	scoreboard_rates(apply->board, &rates);
	status = ledger_entry(row, &rates, &entry, err);
	if (status != SG_OK)
		return status;
	score_apply_entry(&state, &rates, &entry);
	scoreboard_write_begin(apply->board);
	scoreboard_put(apply->board, row->record_id, row->score_id, &state);
	scoreboard_write_end(apply->board);
	return SG_OK;
}

struct corrected {
	struct apply *apply;
	enum sg_status status;
	struct sg_err *err;
};

static bool
load_corrected(void *arg, uint32_t record_id)
{
	struct corrected *corrected = arg;
	struct apply *apply = corrected->apply;
	struct pool *pool = pool_new();
	struct store_ledger_rows rows;
	struct score_rates rates;
	struct score_state state;
	uint32_t id;

	scoreboard_rates(apply->board, &rates);
	corrected->status = store_ledger_of(apply->store, record_id, 0, pool,
					    &rows, corrected->err);
	for (id = 1; id <= apply->world.n_scores; id++) {
		if (corrected->status == SG_OK)
			corrected->status =
				ledger_fold(rows.rows, rows.n_rows, id, &rates,
					    apply->now, &state, corrected->err);
		if (corrected->status != SG_OK)
			break;
		scoreboard_write_begin(apply->board);
		scoreboard_put(apply->board, record_id, id, &state);
		scoreboard_write_end(apply->board);
	}
	pool_free(pool);
	return corrected->status == SG_OK;
}

/* A row a record, and one a score of it. */
static enum sg_status
load_rows(struct apply *apply, bool has_states, struct sg_err *err)
{
	enum sg_status status =
		store_record_each(apply->store, load_record, apply, err);

	if (status == SG_OK && has_states)
		status = store_score_state_each(apply->store, load_state, apply,
						err);
	return status;
}

enum sg_status
apply_load_board(struct apply *apply, struct sg_err *err)
{
	struct tail tail = {apply, record_set_new()};
	struct corrected corrected = {apply, SG_OK, err};
	int64_t after = 0;
	enum sg_status status, checkpoint;

	status = store_record_any_alias(apply->store, err);
	if (status != SG_OK && status != SG_NONE)
		goto out;
	apply->no_aliases = status == SG_NONE;
	checkpoint = store_checkpoint_get(apply->store, &after, err);
	if (checkpoint != SG_OK && checkpoint != SG_NONE)
		status = checkpoint;
	else
		status = apply_saved_read(apply, after, err);
	if (status == SG_NONE)
		status = load_rows(apply, checkpoint == SG_OK, err);
	if (status == SG_OK)
		status = store_history_each_unmatched(apply->store,
						      load_waiting, apply, err);
	apply->last_ledger_id = after;
	if (status == SG_OK)
		status = store_ledger_each(apply->store, after, load_entry,
					   &tail, err);
	if (status == SG_OK) {
		record_set_each(tail.corrected, load_corrected, &corrected);
		status = corrected.status;
	}
out:
	record_set_free(tail.corrected);
	scoreboard_rates(apply->board, &apply->world.rates);
	return status;
}
