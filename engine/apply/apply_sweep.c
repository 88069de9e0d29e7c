/*
 * apply_sweep.c - what changes by itself: field rules of a new ruleset for all
 * records, in slices whose progress is kept; and timers that are due.
 */
#include "apply/apply_automation.h"
#include "apply/apply_parts.h"
#include "apply/apply_sequence.h"
#include "base/log.h"
#include "store/store_rule.h"
#include "store/store_timer.h"

enum { SLICE = 200, TIMERS_AT_ONCE = 500 };

static enum sg_status
advance(struct apply *apply, uint32_t id, int64_t due_at, struct sg_err *err)
{
	static const struct automation_event time_passed;
	struct cached *cached;
	enum sg_status status = apply_load_record(apply, id, &cached, err);

	if (status != SG_OK)
		return status;
	status = automations_before(apply, cached, NULL, err);
	if (status != SG_OK)
		return status;
	if (due_at)
		cached->timer_at = due_at;
	fold_out_clear(&apply->out);
	apply_touch(apply, cached);
	fold_advance_to(cached->fold, &apply->world, apply->now, &apply->out);
	status = apply_write(apply, cached, err);
	if (status == SG_OK)
		status = automations_after(apply, cached, &time_passed, err);
	return status == SG_OK ? automations_run(apply, err) : status;
}

/* The clock went back, and the rules began before the record's newest entry:
 * they stand between what is there already. */
static bool
is_behind(const struct apply *apply, const struct cached *cached)
{
	const struct fold_ruleset *swept =
		fold_world_ruleset(&apply->world, apply->sweep_ruleset);

	return !fold_in_order(cached->fold, swept->applied_at);
}

static enum sg_status
sweep_one(struct apply *apply, uint32_t id, struct sg_err *err)
{
	struct cached *cached;
	enum sg_status status = apply_load_record(apply, id, &cached, err);

	if (status != SG_OK)
		return status;
	if (!is_behind(apply, cached))
		return advance(apply, id, 0, err);
	status = apply_refold(apply, id, err);
	return status == SG_OK ? automations_run(apply, err) : status;
}

/* Can this ruleset change anything for a record that nothing happens to? */
static bool
needs_sweep(const struct fold_world *world, uint32_t id)
{
	size_t i;

	for (i = 1; i < world->n_rulesets; i++)
		if (world->rulesets[i]->id == id)
			return world->rulesets[i]->field_rules ||
			       world->rulesets[i]->n_taken_back ||
			       world->rulesets[i]->n_hides ||
			       world->rulesets[i - 1]->field_rules;
	return false;
}

static enum sg_status
sweep_slice(struct apply *apply, uint32_t *after, bool *done_out,
	    struct sg_err *err)
{
	struct store_records slice = {NULL, 0};
	enum sg_status status = SG_OK;
	size_t i;

	if (needs_sweep(&apply->world, apply->sweep_ruleset))
		status = store_record_slice(apply->store, *after, SLICE,
					    apply->work, &slice, err);
	for (i = 0; status == SG_OK && i < slice.n_rows; i++) {
		*after = slice.rows[i].id;
		status = sweep_one(apply, *after, err);
	}
	if (status != SG_OK)
		return status;
	*done_out = slice.n_rows == 0;
	if (*done_out)
		return store_ruleset_swept(apply->store, apply->sweep_ruleset,
					   err);
	return store_ruleset_swept_to(apply->store, apply->sweep_ruleset,
				      *after, err);
}

enum sg_status
apply_run_sweep(struct apply *apply, struct sg_err *err)
{
	uint32_t after = apply->sweep_after;
	bool done = false;
	enum sg_status status;

	if (!apply->sweep_ruleset)
		return SG_NONE;
	status = apply_begin(apply, err);
	if (status != SG_OK)
		return status;
	status = sweep_slice(apply, &after, &done, err);
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK) {
		apply_rollback(apply);
		return status == SG_REFUSED ? SG_FAILED : status;
	}
	apply->sweep_after = after;
	if (done) {
		pthread_mutex_lock(&apply->lock);
		apply->sweep_ruleset = 0;
		pthread_cond_broadcast(&apply->changed);
		pthread_mutex_unlock(&apply->lock);
	}
	return SG_OK;
}

static enum sg_status
run_due(struct apply *apply, const struct store_timers *due, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < due->n_rows && status == SG_OK; i++) {
		const struct store_timer *timer = &due->rows[i];
		struct store_record record;

		status = store_record_get(apply->store, timer->record_id,
					  apply->work, &record, err);
		if (status == SG_OK && !record.deleted_at)
			status = advance(apply, timer->record_id, timer->due_at,
					 err);
		else if (status == SG_OK || status == SG_NONE)
			status = store_timer_remove(
				apply->store, timer->record_id, timer->kind,
				timer->object, err);
	}
	return status;
}

enum sg_status
apply_run_timers(struct apply *apply, struct sg_err *err)
{
	struct store_timers due;
	int64_t next = INT64_MAX;
	enum sg_status status = apply_begin(apply, err);

	if (status != SG_OK)
		return status;
	status = store_timers_due(apply->store, apply->now, TIMERS_AT_ONCE,
				  apply->work, &due, err);
	if (status == SG_OK)
		status = run_due(apply, &due, err);
	if (status == SG_OK)
		status = store_timer_next(apply->store, &next, err);
	if (status == SG_OK || status == SG_NONE)
		status = apply_commit(apply, err);
	if (status != SG_OK) {
		apply_rollback(apply);
		return status == SG_REFUSED ? SG_FAILED : status;
	}
	apply->next_timer = next;
	pthread_mutex_lock(&apply->lock);
	if (next > apply->now && apply->next_settled > apply->now &&
	    !automations_due(apply, apply->now) &&
	    sequences_next(apply) > apply->now)
		apply->timers_done_at = apply->now;
	pthread_cond_broadcast(&apply->changed);
	pthread_mutex_unlock(&apply->lock);
	return SG_OK;
}
