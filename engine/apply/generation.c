/* generation.c - the life of a new generation; see generation.h. */
#include "apply/generation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply_automation.h"
#include "apply/apply_parts.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/store_generation.h"

enum { SLICE_MS = 25, RECORDS_AT_ONCE = 100 };

bool
generation_busy(const struct apply *apply)
{
	return apply->generation.id || apply->generation.removing ||
	       apply->generation.settling;
}

bool
generation_settles(const struct apply *apply)
{
	return apply->generation.settling;
}

/* --- what others may see ------------------------------------------------- */

static void
tell(struct apply *apply)
{
	struct generation *generation = &apply->generation;
	const struct fold_world *world = &apply->world;
	struct generation_status *status = &generation->status;

	pthread_mutex_lock(&apply->lock);
	status->generation = store_generation(apply->store);
	status->ruleset = world->rulesets[world->base]->id;
	status->running = generation->id;
	status->making = generation->id;
	status->with_ruleset =
		generation->id ? world->rulesets[generation->base]->id : 0;
	status->built = generation->n_built;
	status->removing = generation->removing;
	pthread_mutex_unlock(&apply->lock);
}

void
generation_get_status(struct apply *apply, struct generation_status *out)
{
	pthread_mutex_lock(&apply->lock);
	*out = apply->generation.status;
	out->records = apply->status.records;
	pthread_mutex_unlock(&apply->lock);
	if (out->records < out->built)
		out->records = out->built;
}

/* --- beginning and ending ------------------------------------------------ */

void
generation_drop(struct apply *apply)
{
	struct generation *generation = &apply->generation;

	record_set_free(generation->dirty);
	record_set_free(generation->rebuilt);
	record_set_free(generation->relinked);
	free(generation->depths);
	scoreboard_free(generation->board);
	generation->dirty = generation->rebuilt = generation->relinked = NULL;
	generation->depths = NULL;
	generation->n_depths = 0;
	generation->board = NULL;
	generation->id = generation->built_to = 0;
	generation->n_built = 0;
	generation->in_slice = generation->switching = false;
}

static enum sg_status
take_up(struct apply *apply, const struct store_generation *row,
	struct sg_err *err)
{
	struct generation *generation = &apply->generation;

	generation_drop(apply);
	generation->board = generation_new_board(apply, err);
	if (!generation->board)
		return SG_FAILED;
	generation->dirty = record_set_new();
	generation->rebuilt = record_set_new();
	generation->relinked = record_set_new();
	generation->id = row->id;
	generation->base = fold_world_find(&apply->world, row->ruleset);
	generation->built_to = row->built_to;
	pthread_mutex_lock(&apply->lock);
	generation->status.started_at = row->started_at;
	snprintf(generation->status.author, sizeof(generation->status.author),
		 "%s", row->author);
	pthread_mutex_unlock(&apply->lock);
	return SG_OK;
}

enum sg_status
generation_load(struct apply *apply, struct sg_err *err)
{
	struct generation *generation = &apply->generation;
	struct store_generation row;
	enum sg_status status;

	status = store_generation_find(apply->store, "in-force", apply->work,
				       &row, err);
	if (status == SG_OK)
		apply->world.base = fold_world_find(&apply->world, row.ruleset);
	if (status == SG_OK || status == SG_NONE)
		status = store_generation_find(apply->store, "leaving",
					       apply->work, &row, err);
	generation->removing = status == SG_OK;
	if (status == SG_OK || status == SG_NONE)
		status = store_generation_find(apply->store, "building",
					       apply->work, &row, err);
	if (status == SG_OK)
		status = take_up(apply, &row, err);
	if (status == SG_OK)
		status = store_generation_dirty_all(apply->store,
						    generation->dirty, err);
	if (status == SG_OK)
		status = generation_fill_board(apply, err);
	else if (status == SG_NONE)
		status = SG_OK;
	tell(apply);
	return status;
}

struct beginning {
	struct apply *apply;
	const char *author;
	struct store_generation row;
	struct generation_status *status; /* NULL: nobody asks */
};

static void
foretell(const struct beginning *beginning)
{
	const struct store_generation *row = &beginning->row;
	struct generation_status *status = beginning->status;

	if (!status)
		return;
	generation_get_status(beginning->apply, status);
	status->running = true;
	status->making = row->id;
	status->with_ruleset = row->ruleset;
	status->built = 0;
	status->started_at = row->started_at;
	snprintf(status->author, sizeof(status->author), "%s", row->author);
}

static enum sg_status
begin(void *arg, struct store *store, struct sg_err *err)
{
	struct beginning *beginning = arg;
	struct apply *apply = beginning->apply;
	const struct fold_world *world = &apply->world;
	struct store_generation *row = &beginning->row;
	enum sg_status status;

	if (apply->generation.id)
		return err_set(err, SG_REFUSED,
			       "`rules run` is running already");
	row->author = beginning->author;
	row->started_at = apply->now;
	row->ruleset = world->rulesets[world->n_rulesets - 1]->id;
	status = store_generation_create(store, row->ruleset, row->author,
					 row->started_at, &row->id, err);
	foretell(beginning);
	return status;
}

static void
begun(void *arg)
{
	struct beginning *beginning = arg;
	struct sg_err err = {0};

	if (take_up(beginning->apply, &beginning->row, &err) != SG_OK)
		log_error("rules run cannot begin: %s", err.text);
	tell(beginning->apply);
}

enum sg_status
generation_begin_also(struct apply *apply, const char *author,
		      struct generation_status *status_out,
		      const struct apply_also *also, struct sg_err *err)
{
	struct beginning beginning = {
		.apply = apply, .author = author, .status = status_out};
	struct apply_wait call = {.fn = begin,
				  .arg = &beginning,
				  .also = also,
				  .committed = begun};
	enum sg_status status = apply_call_wait(apply, &call);

	return status == SG_OK ? SG_OK
			       : err_set(err, status, "%s", call.err.text);
}

enum sg_status
generation_begin(struct apply *apply, const char *author, struct sg_err *err)
{
	return generation_begin_also(apply, author, NULL, NULL, err);
}

static enum sg_status
cancel(void *arg, struct store *store, struct sg_err *err)
{
	struct apply *apply = arg;

	if (!apply->generation.id)
		return err_set(err, SG_NONE, "`rules run` is not running");
	return store_generation_cancel(store, apply->generation.id, apply->now,
				       err);
}

static void
cancelled(void *arg)
{
	struct apply *apply = arg;

	generation_drop(apply);
	apply->generation.removing = true;
	tell(apply);
}

enum sg_status
generation_cancel(struct apply *apply, struct sg_err *err)
{
	struct apply_wait call = {
		.fn = cancel, .arg = apply, .committed = cancelled};
	enum sg_status status = apply_call_wait(apply, &call);

	return status == SG_OK ? SG_OK
			       : err_set(err, status, "%s", call.err.text);
}

/* --- beside live traffic -------------------------------------------------- */

enum sg_status
generation_note_touched(struct apply *apply, struct sg_err *err)
{
	struct generation *generation = &apply->generation;
	enum sg_status status = SG_OK;
	size_t i;

	if (!generation->id)
		return SG_OK;
	for (i = 0; i < apply->n_touched && status == SG_OK; i++) {
		uint32_t id = apply->touched[i]->id;

		if (id <= generation->built_to &&
		    !record_set_has(generation->dirty, id))
			status = store_generation_dirty_add(apply->store, id,
							    err);
	}
	return status;
}

/* The new scores are there as a whole, in one moment. */
static void
publish(struct apply *apply)
{
	struct generation *generation = &apply->generation;
	struct score_rates rates;

	pthread_rwlock_wrlock(&apply->world_lock);
	apply->world.base = generation->base;
	pthread_rwlock_unlock(&apply->world_lock);
	scoreboard_write_begin(apply->board);
	scoreboard_swap(apply->board, generation->board);
	scoreboard_write_end(apply->board);
	scoreboard_rates(apply->board, &rates);
	apply_cache_clear(apply->cache);
	if (generation->last_ledger_id > apply->last_ledger_id)
		apply->last_ledger_id = generation->last_ledger_id;
	log_info("rules run: generation %u is in force records=%llu",
		 generation->id, (unsigned long long)generation->n_built);
}

static void
after_switch(struct apply *apply)
{
	struct generation *generation = &apply->generation;
	uint32_t last = generation->built_to, id;

	generation_drop(apply);
	generation->removing = generation->settling = true;
	for (id = 1; id <= last; id++)
		record_set_add(apply->dirty, id);
	generation->settle_slices =
		(unsigned)(record_set_count(apply->dirty) / 1000 + 10);
}

static bool
no_longer_dirty(void *arg, uint32_t record_id)
{
	record_set_remove(arg, record_id);
	return true;
}

static bool
is_dirty(void *arg, uint32_t record_id)
{
	record_set_add(arg, record_id);
	return true;
}

void
generation_committed(struct apply *apply)
{
	struct generation *generation = &apply->generation;
	size_t i;

	if (!generation->id)
		return;
	if (generation->in_slice) {
		generation->in_slice = false;
		record_set_each(generation->rebuilt, no_longer_dirty,
				generation->dirty);
		record_set_free(generation->rebuilt);
		generation->rebuilt = record_set_new();
		generation->built_to = generation->slice_to;
		generation->n_built = generation->slice_built;
	}
	record_set_each(generation->relinked, is_dirty, generation->dirty);
	record_set_free(generation->relinked);
	generation->relinked = record_set_new();
	for (i = 0; i < apply->n_touched; i++)
		if (apply->touched[i]->id <= generation->built_to)
			record_set_add(generation->dirty,
				       apply->touched[i]->id);
	if (generation->switching) {
		publish(apply);
		after_switch(apply);
	}
	tell(apply);
}

void
generation_rolled_back(struct apply *apply)
{
	struct generation *generation = &apply->generation;

	if (generation->id) {
		record_set_free(generation->relinked);
		generation->relinked = record_set_new();
	}
	if (!generation->in_slice)
		return;
	generation->in_slice = generation->switching = false;
	record_set_free(generation->rebuilt);
	generation->rebuilt = record_set_new();
	if (apply->store &&
	    store_generation_reread(apply->store, NULL) != SG_OK)
		log_error("which generation is in force cannot be read");
}

/* --- a slice -------------------------------------------------------------- */

struct some {
	const struct record_set *but;
	uint32_t ids[RECORDS_AT_ONCE];
	size_t n;
};

static bool
take_one(void *arg, uint32_t record_id)
{
	struct some *some = arg;

	if (!record_set_has(some->but, record_id))
		some->ids[some->n++] = record_id;
	return some->n < RECORDS_AT_ONCE;
}

static enum sg_status
build_new(struct apply *apply, size_t *n_out, struct sg_err *err)
{
	struct generation *generation = &apply->generation;
	struct store_records slice;
	enum sg_status status;
	size_t i;

	status = store_record_slice(apply->store, generation->slice_to,
				    RECORDS_AT_ONCE, apply->work, &slice, err);
	for (i = 0; status == SG_OK && i < slice.n_rows; i++) {
		status = generation_build(apply, slice.rows[i].id, false, err);
		generation->slice_to = slice.rows[i].id;
		generation->slice_built++;
	}
	if (status == SG_OK)
		*n_out = slice.n_rows;
	return status;
}

static enum sg_status
build_again(struct apply *apply, size_t *n_out, struct sg_err *err)
{
	struct generation *generation = &apply->generation;
	struct some some = {.but = generation->rebuilt};
	enum sg_status status = SG_OK;
	size_t i;

	record_set_each(generation->dirty, take_one, &some);
	for (i = 0; i < some.n && status == SG_OK; i++) {
		status = generation_build(apply, some.ids[i], true, err);
		if (status == SG_OK)
			status = store_generation_dirty_remove(
				apply->store, some.ids[i], err);
		record_set_add(generation->rebuilt, some.ids[i]);
		record_set_remove(generation->relinked, some.ids[i]);
	}
	*n_out = some.n;
	return status;
}

/* Until the time is over or nothing is left; then the switch is in the same
 * transaction, and nothing can have come in between. */
static enum sg_status
build_slice(struct apply *apply, struct sg_err *err)
{
	struct generation *generation = &apply->generation;
	int64_t until = clock_monotonic_ms() + SLICE_MS;
	enum sg_status status = SG_OK;
	size_t n;

	do {
		n = 0;
		status = build_new(apply, &n, err);
		if (status == SG_OK && !n)
			status = build_again(apply, &n, err);
	} while (status == SG_OK && n && clock_monotonic_ms() < until);
	if (status == SG_OK)
		status = store_generation_built_to(apply->store, generation->id,
						   generation->slice_to, err);
	if (status != SG_OK || n || record_set_count(generation->relinked) ||
	    apply->sweep_ruleset)
		return status;
	status = automations_recompute_later(apply, err);
	if (status != SG_OK)
		return status;
	generation->switching = true;
	return store_generation_switch(apply->store, generation->id, apply->now,
				       err);
}

static enum sg_status
run_build(struct apply *apply, struct sg_err *err)
{
	struct generation *generation = &apply->generation;
	enum sg_status status = apply_begin(apply, err);
	bool switching;

	if (status != SG_OK)
		return status;
	generation->in_slice = true;
	generation->slice_to = generation->built_to;
	generation->slice_built = generation->n_built;
	status = build_slice(apply, err);
	switching = generation->switching;
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK)
		apply_rollback(apply);
	else if (switching)
		status = automations_recompute_now(apply, err);
	tell(apply);
	return status == SG_REFUSED || status == SG_NONE ? SG_FAILED : status;
}

enum sg_status
generation_run_slice(struct apply *apply, struct sg_err *err)
{
	struct generation *generation = &apply->generation;
	enum sg_status status;

	if (generation->id)
		return run_build(apply, err);
	if (generation->settling)
		return generation_settle_slice(apply, err);
	if (!generation->removing)
		return SG_NONE;
	status = generation_remove_slice(apply, err);
	tell(apply);
	return status;
}
