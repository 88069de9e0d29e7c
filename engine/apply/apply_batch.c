/*
 * apply_batch.c - a batch of signals is one transaction, together with the
 * spool's position. What fails is rolled back whole and tried again: nothing
 * is lost, and nothing is applied twice. A signal that the store refuses by
 * itself is passed over, and said so once.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/apply_automation.h"
#include "apply/apply_parts.h"
#include "apply/apply_sequence.h"
#include "apply/apply_verdict.h"
#include "apply/fold_parts.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "store/db_rows.h"
#include "store/store_position.h"

enum {
	SMALL = 500,	      /* signals: fewer make a small batch */
	GIVES_WAY_EVERY = 16, /* signals, about 0.1 ms */
};

enum sg_status
apply_begin(struct apply *apply, struct sg_err *err)
{
	const struct fold_ruleset *newest =
		apply->world.rulesets[apply->world.n_rulesets - 1];

	if (!apply->store &&
	    store_open(apply->options.store_path, DB_READ_WRITE, &apply->store,
		       err) != SG_OK)
		return SG_BUSY;
	apply->now = apply_time(apply);
	/* Two rulesets within a millisecond, or a clock that went back. */
	if (apply->now < newest->applied_at)
		apply->now = newest->applied_at;
	pool_clear(apply->work);
	apply->n_touched = 0;
	apply_late_begin(apply);
	memset(&apply->hit, 0, sizeof(apply->hit));
	automations_begin(apply);
	apply->written_ledger_id = apply->last_ledger_id;
	if (store_begin(apply->store, err) == SG_OK) {
		enum sg_status status = apply_saved_begin(apply, err);

		if (status != SG_OK)
			store_rollback(apply->store);
		return status;
	}
	/* A connection that was opened on a read-only or full file keeps
	 * thinking so: begin anew with another. */
	store_close(apply->store);
	apply->store = NULL;
	return SG_BUSY;
}

static void
publish(struct apply *apply, const struct cached *cached)
{
	struct score_state state;
	uint32_t id;

	if (cached->deleted) {
		scoreboard_remove_record(apply->board, cached->id);
		return;
	}
	if (cached->created)
		scoreboard_set_record(apply->board, cached->id,
				      fold_module(cached->fold));
	/* By a refold it may be that there never was a score. */
	for (id = 1; cached->scored && id <= apply->world.n_scores; id++)
		if (fold_score(cached->fold, id, &state) || cached->refolded)
			scoreboard_put(apply->board, cached->id, id, &state);
}

static void
forget_touched(struct apply *apply)
{
	size_t i;

	for (i = 0; i < apply->n_touched; i++) {
		struct cached *cached = apply->touched[i];
		bool deleted = cached->deleted;

		cached->touched = cached->created = cached->deleted =
			cached->scored = cached->refolded = false;
		cached->renamed_from = 0;
		if (deleted)
			apply_cache_drop(apply->cache, cached->id);
	}
	apply->n_touched = 0;
}

enum sg_status
apply_commit(struct apply *apply, struct sg_err *err)
{
	enum sg_status status = apply_late_end_all(apply, err);
	size_t i;

	if (status == SG_OK)
		status = sequences_meet_new(apply, err);
	if (status == SG_OK)
		status = generation_note_touched(apply, err);
	if (status == SG_OK)
		status = apply_percent_write(apply, err);
	if (status == SG_OK)
		status = store_commit(apply->store, err);
	if (status != SG_OK)
		return status == SG_REFUSED ? SG_FAILED : status;
	apply_percent_written(apply, true);
	apply_saved_committed(apply);
	apply_publish_consents(apply, true);
	apply->last_ledger_id = apply->written_ledger_id;
	scoreboard_write_begin(apply->board);
	for (i = 0; i < apply->n_touched; i++)
		publish(apply, apply->touched[i]);
	scoreboard_write_end(apply->board);
	for (i = 0; i < apply->n_touched; i++)
		if (apply->touched[i]->scored || apply->touched[i]->deleted)
			record_set_add(apply->dirty, apply->touched[i]->id);
	generation_committed(apply);
	forget_touched(apply);
	automations_committed(apply);
	apply_verdict_committed(apply);
	apply_cache_trim(apply->cache);
	pthread_mutex_lock(&apply->lock);
	apply->commits++;
	apply->status.records = apply_index_count(apply->index);
	apply->status.refolds = apply->refolds;
	if (apply->status.store_down)
		log_info("the store is back");
	apply->status.store_down = false;
	apply->status.trouble[0] = '\0';
	pthread_mutex_unlock(&apply->lock);
	return SG_OK;
}

/* Everything the transaction touched in memory is made anew when needed. */
void
apply_rollback(struct apply *apply)
{
	size_t i;

	apply_percent_written(apply, false);
	apply_publish_consents(apply, false);
	if (apply->store)
		store_rollback(apply->store);
	automations_rolled_back(apply);
	apply_verdict_rolled_back(apply);
	for (i = 0; i < apply->n_touched; i++) {
		struct cached *cached = apply->touched[i];

		if (cached->renamed_from) {
			apply_index_remove(apply->index, cached->record_key);
			if (!cached->created)
				apply_index_add(apply->index,
						cached->renamed_from,
						cached->id);
		} else if (cached->created)
			apply_index_remove(apply->index, cached->record_key);
		else if (cached->deleted)
			apply_index_add(apply->index, cached->record_key,
					cached->id);
		apply_cache_drop(apply->cache, cached->id);
	}
	apply->n_touched = 0;
	generation_rolled_back(apply);
}

/* --- reading ------------------------------------------------------------ */

static void
make_room(struct apply_batch *batch, size_t most)
{
	if (batch->cap >= most)
		return;
	batch->cap = most;
	batch->signals = fold_must(
		realloc(batch->signals, most * sizeof(*batch->signals)));
	batch->order =
		fold_must(realloc(batch->order, most * sizeof(*batch->order)));
	batch->poison = fold_must(realloc(batch->poison, most * sizeof(bool)));
}

static int
by_event_time(const void *one, const void *other)
{
	const struct signal *a = *(const struct signal *const *)one;
	const struct signal *b = *(const struct signal *const *)other;

	if (a->happened_at != b->happened_at)
		return a->happened_at < b->happened_at ? -1 : 1;
	/* They stand in an array in order of arrival. */
	return a < b ? -1 : a > b;
}

/* Many connections at once bring signals a little out of order, and each that
 * is late folds its record's history anew: put right what the batch holds. */
static void
put_in_order(struct apply_batch *batch)
{
	size_t i;

	for (i = 0; i < batch->n; i++)
		batch->order[i] = &batch->signals[i];
	qsort(batch->order, batch->n, sizeof(*batch->order), by_event_time);
}

static bool
somebody_waits(struct apply *apply)
{
	bool waits;

	pthread_mutex_lock(&apply->lock);
	waits = apply->n_submitting || apply->calls || apply->stopping;
	pthread_mutex_unlock(&apply->lock);
	return waits;
}

static enum sg_status
read_one(struct apply *apply, struct sg_err *err)
{
	struct apply_batch *batch = &apply->batch;
	char why[LOG_QUOTE_SIZE];
	enum sg_status status =
		spool_read(apply->spool, batch->pool, &batch->signals[batch->n],
			   &batch->position, err);

	if (status == SG_OK)
		batch->poison[batch->n++] = false;
	else if (status == SG_REFUSED)
		log_error("an entry of the spool cannot be read and is "
			  "passed over: %s",
			  log_quote_private(err->text, why));
	return status;
}

/* Take what is there; a small batch waits a little for company, unless
 * somebody waits for it: each has a transaction, and the disk's sync. */
static enum sg_status
read_batch(struct apply *apply, struct sg_err *err)
{
	struct apply_batch *batch = &apply->batch;
	bool waited = false, passed_over = false;

	batch->n = 0;
	pool_clear(batch->pool);
	make_room(batch, apply->options.batch_most);
	while (batch->n < apply->options.batch_most) {
		enum sg_status status = read_one(apply, err);

		if (batch->n % GIVES_WAY_EVERY == 0)
			thread_gives_way();
		if (status == SG_REFUSED) {
			passed_over = true;
			continue;
		}
		if (status == SG_OK)
			continue;
		if (status != SG_NONE)
			return batch->n ? SG_OK : status;
		if (!batch->n || batch->n >= SMALL || waited ||
		    somebody_waits(apply))
			break;
		spool_linger(apply->spool, apply->options.batch_wait_ms);
		waited = true;
	}
	/* A full batch says that we are behind, and the spool has an end. */
	threads_are_late(batch->n == apply->options.batch_most);
	if (batch->n) {
		put_in_order(batch);
		pthread_mutex_lock(&apply->lock);
		apply->oldest_at = batch->signals[0].received_at;
		pthread_mutex_unlock(&apply->lock);
	}
	return batch->n || passed_over ? SG_OK : SG_NONE;
}

/* --- applying ----------------------------------------------------------- */

/* A record is anywhere in memory, and the way to it has five steps: each is
 * begun a few signals before it is needed. */
static void
look_ahead(struct apply *apply)
{
	static const struct {
		size_t ahead;
		enum apply_cache_step step;
	} steps[] = {{16, CACHE_CHAIN},
		     {12, CACHE_RECORD},
		     {8, CACHE_FOLD},
		     {4, CACHE_SCORES}};
	const struct apply_batch *batch = &apply->batch;
	size_t i, at = batch->at + 24;
	uint32_t id;

	if (at < batch->n)
		apply_index_prefetch(apply->index,
				     batch->order[at]->record_key);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		at = batch->at + steps[i].ahead;
		if (at >= batch->n)
			continue;
		id = apply_index_find(apply->index,
				      batch->order[at]->record_key);
		if (id)
			apply_cache_prefetch(apply->cache, id, steps[i].step);
	}
}

static enum sg_status
apply_all(struct apply *apply, struct sg_err *err)
{
	struct apply_batch *batch = &apply->batch;
	enum sg_status status = SG_OK;

	for (batch->at = 0; batch->at < batch->n; batch->at++) {
		if (batch->poison[batch->at])
			continue;
		if (batch->at % GIVES_WAY_EVERY == 0)
			thread_gives_way();
		look_ahead(apply);
		status = apply_signal(apply, batch->order[batch->at], err);
		if (status != SG_OK)
			return status;
	}
	status = store_position_set(apply->store, &apply->applied,
				    &batch->position, err);
	return status == SG_REFUSED ? SG_FAILED : status;
}

static void
pass_over(struct apply *apply, const struct sg_err *err)
{
	struct apply_batch *batch = &apply->batch;
	const struct signal *signal = batch->order[batch->at];
	char quoted[LOG_QUOTE_SIZE], why[LOG_QUOTE_SIZE];

	batch->poison[batch->at] = true;
	log_error("a signal is refused and passed over: %s name=%s "
		  "received_at=%lld segment=%llu before=%llu",
		  log_quote_private(err->text, why),
		  log_quote(signal->name, quoted),
		  (long long)signal->received_at,
		  (unsigned long long)batch->position.segment,
		  (unsigned long long)batch->position.offset);
}

static void
finish(struct apply *apply)
{
	struct apply_batch *batch = &apply->batch;

	spool_applied(apply->spool, &batch->position);
	pthread_mutex_lock(&apply->lock);
	apply->applied = batch->position;
	apply->status.applied += batch->n;
	apply->status.batches++;
	apply->oldest_at = 0;
	pthread_cond_broadcast(&apply->changed);
	pthread_mutex_unlock(&apply->lock);
	batch->n = 0;
}

static enum sg_status
try_batch(struct apply *apply, struct sg_err *err)
{
	enum sg_status status = apply_begin(apply, err);

	if (status != SG_OK)
		return status;
	status = apply_all(apply, err);
	if (status == SG_REFUSED)
		pass_over(apply, err);
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK)
		apply_rollback(apply);
	return status;
}

/* A row was refused among others: once more, and it is known which. */
static bool
is_to_be_found(struct apply *apply, enum sg_status status, bool careful)
{
	return status == SG_BUSY && !careful && apply->store &&
	       db_rows_careful(store_db(apply->store));
}

enum sg_status
apply_run_batch(struct apply *apply, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	bool careful;

	/* One that failed is still there, to be tried again. */
	if (!apply->batch.n)
		status = read_batch(apply, err);
	if (status != SG_OK)
		return status;
	do {
		careful =
			apply->store && db_rows_careful(store_db(apply->store));
		status = try_batch(apply, err);
	} while (status == SG_REFUSED ||
		 is_to_be_found(apply, status, careful));
	if (status == SG_OK)
		finish(apply);
	return status;
}
