/*
 * apply_retain.c - `retention`: history that is older is folded, record by
 * record, into an opening: the state of its fold then, as an entry of history,
 * and its sums as entries of the ledger, by score, class, rate and side. The
 * scores stay what they are. In slices between batches; a day is the grain.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_opening.h"
#include "apply/ledger_fold.h"
#include "base/clock.h"
#include "base/log.h"
#include "rule/stored_ledger.h"
#include "signal/signal_props.h"
#include "store/store_folded.h"
#include "store/store_retain.h"
#include "store/store_score.h"

enum { RECORDS_A_SLICE = 100, FOLDED_A_SLICE = 20, PAUSE_MS = 3600000 };

/* One record under way. */
struct retaining {
	struct apply *apply;
	struct pool *pool;
	uint32_t id;
	int64_t before;	    /* what is older goes */
	int64_t checkpoint; /* ledger id */
	struct store_record record;
	struct store_history_rows rows;
	struct store_ledger_rows ledger;
	struct signal opening;
	struct store_history_place place;
	struct fold_out sums;
	struct fold_record *folded; /* as it was then */
};

static int64_t
horizon(const struct apply *apply)
{
	int64_t at = apply->now - apply->options.retention_ms;

	return at - at % CLOCK_DAY_MS;
}

/* --- the state then ------------------------------------------------------ */

/* score.changed is in no history; of these the ledger knows. */
static void
note_folded_changes(struct retaining *self, struct fold_record *fold)
{
	struct store_ledger_rows older = {
		pool_alloc(self->pool,
			   (self->ledger.n_rows + 1) * sizeof(*older.rows)),
		0};
	struct stored_change *changes;
	struct signal signal;
	size_t n, i;

	for (i = 0; i < self->ledger.n_rows; i++)
		if (self->ledger.rows[i].at < self->before)
			older.rows[older.n_rows++] = self->ledger.rows[i];
	n = stored_ledger_changes(&older, self->pool, &changes);
	for (i = 0; i < n; i++) {
		if (self->rows.rows[0].kind == SIGNAL_OPENING &&
		    changes[i].history_id == self->rows.rows[0].id)
			continue; /* the sums of what was folded before */
		signal_init(&signal, "score.changed", changes[i].at);
		fold_note_folded(fold, &self->apply->world, &signal);
	}
}

static enum sg_status
fold_older(struct retaining *self, struct fold_record *fold, struct sg_err *err)
{
	const struct fold_world *world = &self->apply->world;
	struct fold_out quiet;
	enum sg_status status = SG_OK;
	size_t i;

	fold_out_init(&quiet, self->pool, true);
	apply_set_first_key(fold, &self->rows, self->pool);
	for (i = 0; i < self->rows.n_rows && status == SG_OK; i++) {
		const struct store_history *row = &self->rows.rows[i];
		struct fold_entry entry = {.id = row->id,
					   .ruleset = row->ruleset};
		struct signal signal;

		if (row->happened_at >= self->before)
			break;
		status = store_history_signal(row, self->pool, &signal, err);
		entry.signal = &signal;
		if (status != SG_OK)
			break;
		fold_step(fold, world, &entry, &quiet);
		if (quiet.effective)
			fold_note_folded(fold, world, &signal);
	}
	if (status == SG_OK)
		note_folded_changes(self, fold);
	fold_advance_to(fold, world, self->before - 1, &quiet);
	fold_out_done(&quiet);
	return status;
}

/* "before 2025-10-17": what `why` shows for it. */
static const char *
explain(const struct retaining *self)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format(self->before, text);
	text[10] = '\0';
	return pool_printf(self->pool, "before %s", text);
}

/* Does the opening read back as what it stands for? */
static bool
is_same(const struct retaining *self, const struct fold_record *fold,
	const struct fold_record *back)
{
	const struct score_rates *rates = &self->apply->world.rates;
	uint32_t id;

	for (id = 1; id <= self->apply->world.n_scores; id++) {
		struct score_state was, is;
		bool had = fold_score(fold, id, &was);

		if (!had && !fold_score(back, id, &is))
			continue;
		fold_score(back, id, &is);
		score_state_advance(&was, rates, self->before - 1);
		if (was.scored != is.scored || was.erased != is.erased ||
		    !score_equal(score_state_raw(&was, rates),
				 score_state_raw(&is, rates)))
			return false;
	}
	return fold_next_change(fold) == fold_next_change(back);
}

/* As a record begins with it; its sums. */
static bool
read_back(struct retaining *self, const struct fold_record *fold)
{
	struct fold_entry entry = {.id = self->place.id,
				   .ruleset = self->place.ruleset,
				   .signal = &self->opening};
	struct fold_record *back = fold_record_new(
		self->id, self->record.module, self->record.key);
	bool same;

	fold_step(back, &self->apply->world, &entry, &self->sums);
	same = self->sums.effective && is_same(self, fold, back);
	fold_record_free(back);
	return same;
}

/* SG_NONE: it must wait, or cannot be. */
static enum sg_status
make_opening(struct retaining *self, struct sg_err *err)
{
	const struct fold_world *world = &self->apply->world;
	struct fold_record *fold = fold_record_new(
		self->id, self->record.module, self->record.key);
	enum sg_status status = fold_older(self, fold, err);
	bool fits = false;

	signal_init(&self->opening, "record.opening", self->before - 1);
	self->opening.kind = SIGNAL_OPENING;
	self->opening.received_at = self->apply->now;
	self->opening.record_key = self->record.record_key;
	self->opening.source = "engine";
	self->opening.because = explain(self);
	self->place = (struct store_history_place){
		.id = self->rows.rows[0].id,
		.record_id = self->id,
		.ruleset = world->rulesets[fold_world_in_force(
						   world, self->before - 1)]
				   ->id,
		.effective = true};
	if (status == SG_OK && !fold_deleted(fold))
		fits = fold_opening_write(fold, world, self->before - 1,
					  &self->opening, self->pool) &&
		       read_back(self, fold);
	if (status == SG_OK && !fits)
		log_warn("the history of a record cannot be folded, and "
			 "stays: record=%u",
			 self->id);
	self->folded = fold;
	return status == SG_OK && !fits ? SG_NONE : status;
}

/* --- the ledger ---------------------------------------------------------- */

/* Ids of entries that go, in order: the new ones take them, since the tail of
 * the ledger after a checkpoint must not grow by what is old. */
static size_t
old_ids(struct retaining *self, int64_t *ids)
{
	size_t n = 0, i;

	for (i = 0; i < self->ledger.n_rows; i++)
		if (self->ledger.rows[i].at < self->before)
			ids[n++] = self->ledger.rows[i].id;
	return n;
}

static enum sg_status
write_sums(struct retaining *self, const int64_t *ids, struct sg_err *err)
{
	struct apply *apply = self->apply;
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < self->sums.n_points && status == SG_OK; i++) {
		struct store_ledger row;

		apply_ledger_row(&apply->world.rates, &self->sums.points[i],
				 self->id, &row);
		row.id = ids[i];
		status = store_ledger_append(apply->store, &row, err);
	}
	return status;
}

/* A correction that was written after a later entry is now before it. */
static enum sg_status
write_balances(struct retaining *self, struct sg_err *err)
{
	struct store *store = self->apply->store;
	struct store_ledger_rows rows;
	enum sg_status status =
		store_ledger_of(store, self->id, 0, self->pool, &rows, err);
	size_t i;

	for (i = 0; status == SG_OK && i < rows.n_rows; i++) {
		double balance = ledger_balance(rows.rows, i);

		if (!score_equal(balance, rows.rows[i].balance))
			status = store_retain_balance(store, rows.rows[i].id,
						      balance, err);
	}
	return status;
}

struct writing {
	struct retaining *self;
	enum sg_status status;
	struct sg_err *err;
};

static void
write_one(void *arg, const struct signal *signal, int64_t first_at, uint64_t n)
{
	struct writing *writing = arg;
	struct buf props = BUF_INIT;
	struct store_folded row = {.record_id = writing->self->id,
				   .name = signal->name,
				   .first_at = first_at,
				   .last_at = signal->happened_at,
				   .n = n};

	if (writing->status != SG_OK)
		return;
	signal_props_to_json(signal, &props);
	row.props = buf_text(&props);
	writing->status = store_folded_add(writing->self->apply->store, &row,
					   writing->err);
	buf_done(&props);
}

/* For conditions that ask the store. */
static enum sg_status
write_folded(struct retaining *self, struct sg_err *err)
{
	struct writing writing = {self, SG_OK, err};

	writing.status = store_folded_remove(self->apply->store, self->id, err);
	fold_each_folded(self->folded, &self->apply->world, self->before,
			 self->pool, write_one, &writing);
	return writing.status;
}

static enum sg_status
replace(struct retaining *self, struct sg_err *err)
{
	struct store *store = self->apply->store;
	int64_t *ids = pool_alloc(self->pool,
				  (self->ledger.n_rows + 1) * sizeof(*ids));
	size_t n_ids = old_ids(self, ids);
	enum sg_status status;

	if (self->sums.n_points > n_ids)
		return SG_NONE;
	status = store_retain_remove(store, self->id, self->before, err);
	if (status == SG_OK)
		status = store_history_append(store, &self->place,
					      &self->opening, err);
	if (status == SG_OK)
		status = write_sums(self, ids, err);
	if (status == SG_OK)
		status = write_folded(self, err);
	return status == SG_OK ? write_balances(self, err) : status;
}

/* --- a record ------------------------------------------------------------ */

/* Entries that no checkpoint has yet would be counted twice, or not at all,
 * after a crash: this record waits for the next. */
static bool
is_settled(const struct retaining *self)
{
	size_t i;

	for (i = 0; i < self->ledger.n_rows; i++)
		if (self->ledger.rows[i].at < self->before &&
		    self->ledger.rows[i].id > self->checkpoint)
			return false;
	return true;
}

static enum sg_status
retain_record(struct retaining *self, struct sg_err *err)
{
	struct store *store = self->apply->store;
	enum sg_status status =
		store_history_of(store, self->id, self->pool, &self->rows, err);

	if (status == SG_OK)
		status = store_ledger_of(store, self->id, 0, self->pool,
					 &self->ledger, err);
	if (status != SG_OK)
		return status;
	if (!self->rows.n_rows || !is_settled(self))
		return SG_NONE;
	status = make_opening(self, err);
	if (status == SG_OK)
		status = replace(self, err);
	if (status == SG_OK)
		apply_cache_drop(self->apply->cache, self->id);
	return status;
}

/* --- slices -------------------------------------------------------------- */

static enum sg_status
retain_one(struct apply *apply, const struct store_record *record,
	   int64_t checkpoint, unsigned *n_folded, struct sg_err *err)
{
	struct retaining *self;
	struct pool *pool;
	enum sg_status status;
	uint64_t n_old = 0;

	status = store_retain_count(apply->store, record->id, horizon(apply),
				    &n_old, err);
	if (status != SG_OK || n_old == 0)
		return status;
	pool = pool_new();
	self = pool_alloc(pool, sizeof(*self));
	*self = (struct retaining){.apply = apply,
				   .pool = pool,
				   .id = record->id,
				   .before = horizon(apply),
				   .checkpoint = checkpoint,
				   .record = *record};
	fold_out_init(&self->sums, pool, false);
	status = retain_record(self, err);
	fold_out_done(&self->sums);
	fold_record_free(self->folded);
	pool_free(pool);
	(*n_folded)++;
	return status == SG_NONE ? SG_OK : status;
}

static enum sg_status
retain_slice(struct apply *apply, uint32_t *after, bool *done,
	     struct sg_err *err)
{
	struct store_records slice = {NULL, 0};
	int64_t checkpoint = 0;
	unsigned n_folded = 0;
	enum sg_status status =
		store_checkpoint_get(apply->store, &checkpoint, err);
	size_t i;

	if (status == SG_OK)
		status = store_record_slice(apply->store, *after,
					    RECORDS_A_SLICE, apply->work,
					    &slice, err);
	else if (status == SG_NONE)
		return SG_OK; /* not yet: after the first checkpoint */
	if (status != SG_OK)
		return status;
	for (i = 0; status == SG_OK && i < slice.n_rows; i++) {
		if (n_folded == FOLDED_A_SLICE)
			return SG_OK;
		*after = slice.rows[i].id;
		status = retain_one(apply, &slice.rows[i], checkpoint,
				    &n_folded, err);
	}
	*done = status == SG_OK && slice.n_rows == 0;
	return status;
}

int64_t
apply_history_from(struct apply *apply)
{
	int64_t at = apply_time(apply) - apply->options.retention_ms;

	return apply->options.retention_ms > 0 ? at - at % CLOCK_DAY_MS : 0;
}

bool
apply_retains(const struct apply *apply)
{
	return apply->options.retention_ms > 0 && apply->retaining;
}

enum sg_status
apply_run_retention(struct apply *apply, struct sg_err *err)
{
	int64_t now = apply_time(apply);
	uint32_t after = apply->retained_to;
	bool done = false;
	enum sg_status status;

	if (apply->options.retention_ms <= 0 || generation_busy(apply) ||
	    apply->sweep_ruleset || apply->firing_adopted)
		return SG_NONE;
	if (!apply->retaining && now < apply->next_retention)
		return SG_NONE;
	status = apply_begin(apply, err);
	if (status != SG_OK)
		return status;
	status = retain_slice(apply, &after, &done, err);
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK) {
		apply_rollback(apply);
		return status == SG_REFUSED ? SG_FAILED : status;
	}
	apply->retaining = !done && after != apply->retained_to;
	apply->retained_to = apply->retaining ? after : 0;
	if (!apply->retaining)
		apply->next_retention = now + PAUSE_MS;
	return SG_OK;
}
