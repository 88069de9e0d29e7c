/*
 * apply_automation_sweep.c - degradation alone. At each sweep the scoreboard
 * says who is beyond a threshold; set against who was, that is whoever has
 * crossed it since, usually nobody. Only these are looked at, in slices.
 */
#include <math.h>
#include <stdlib.h>

#include "apply/apply_automation.h"
#include "apply/fold_parts.h"

enum { SLICE = 2000, SWEEP_MS = 10000 };

/* --- whoever crossed ---------------------------------------------------- */

static struct record_set *
at_least(struct apply *apply, const struct automation *automation,
	 double threshold)
{
	struct score_range range = {.lo = threshold, .hi = INFINITY};
	struct score_of of = {
		fold_world_score(&apply->world, automation->score),
		automation->module};
	struct record_set *set = record_set_new();

	if (of.score_id)
		scoreboard_select_of(apply->board, &of, &range, apply->now,
				     set);
	return set;
}

struct crossed {
	struct record_set *up;	  /* beyond, and were never seen there */
	struct record_set *back;  /* were seen beyond, and are no more */
	struct record_set *again; /* fired, and went back far enough */
};

static void
find_crossed(struct apply *apply, const struct automation *automation,
	     const struct armed *armed, struct crossed *out)
{
	bool rises = automation->on == AUTOMATION_RISES;
	struct record_set *beyond =
		at_least(apply, automation, automation->threshold);
	struct record_set *rearm =
		automation->rearm == automation->threshold
			? record_set_copy(beyond)
			: at_least(apply, automation, automation->rearm);

	out->up = record_set_copy(beyond);
	record_set_and_not(out->up, armed->beyond);
	record_set_and_not(out->up, armed->fired);
	out->back = record_set_copy(armed->beyond);
	record_set_and_not(out->back, rises ? rearm : beyond);
	out->again = automation->never ? record_set_new()
				       : record_set_copy(armed->fired);
	if (rises)
		record_set_and_not(out->again, rearm);
	else
		record_set_and(out->again, rearm);
	record_set_free(beyond);
	record_set_free(rearm);
}

static void
crossed_done(struct crossed *crossed)
{
	record_set_free(crossed->up);
	record_set_free(crossed->back);
	record_set_free(crossed->again);
}

static bool
is_threshold(const struct automation *automation)
{
	return automation->enabled && (automation->on == AUTOMATION_RISES ||
				       automation->on == AUTOMATION_FALLS);
}

static struct record_set *
whoever_crossed(struct apply *apply, const struct automation *automation)
{
	struct record_set *all = record_set_new();
	struct crossed crossed;

	if (automation->enabled && automation->on == AUTOMATION_BANDS)
		automations_bands_crossed(apply, automation, all);
	if (!is_threshold(automation))
		return all;
	find_crossed(apply, automation,
		     automations_armed(apply, automation->armed_id), &crossed);
	record_set_or(all, crossed.up);
	record_set_or(all, crossed.back);
	record_set_or(all, crossed.again);
	crossed_done(&crossed);
	return all;
}

/* --- the sweep ---------------------------------------------------------- */

struct sweep {
	struct apply *apply;
	size_t n;
	struct sg_err *err;
	enum sg_status status;
};

static bool
look_at(void *arg, uint32_t record_id)
{
	struct sweep *sweep = arg;
	struct cached *cached;

	if (sweep->n++ == SLICE)
		return false;
	sweep->status =
		apply_load_record(sweep->apply, record_id, &cached, sweep->err);
	if (sweep->status == SG_OK) {
		apply_touch(sweep->apply, cached);
		sweep->status = automations_before(sweep->apply, cached, NULL,
						   sweep->err);
	}
	if (sweep->status == SG_OK)
		sweep->status = automations_run(sweep->apply, sweep->err);
	return sweep->status == SG_OK;
}

/* One automation at a time: a pass over all records is soon over, ten of them
 * would keep a signal waiting. */
static enum sg_status
sweep_next(struct apply *apply, bool *more_out, struct sg_err *err)
{
	struct automations *all = apply->automations;
	const struct ruleset *file = all->set->file;
	struct sweep sweep = {.apply = apply, .err = err};
	struct record_set *crossed;

	if (all->sweep_at >= file->n_automations)
		all->sweep_at = 0;
	if (all->sweep_at == 0)
		all->sweep_began = apply->now;
	crossed = whoever_crossed(apply, &file->automations[all->sweep_at]);
	record_set_each(crossed, look_at, &sweep);
	record_set_free(crossed);
	if (sweep.n <= SLICE)
		all->sweep_at++;
	*more_out = all->sweep_at < file->n_automations;
	return sweep.status;
}

bool
automations_due(const struct apply *apply, int64_t now)
{
	const struct automation_set *set = apply->automations->set;

	return set && (set->thresholds || set->changed) &&
	       apply->automations->next_sweep <= now;
}

enum sg_status
automations_sweep(struct apply *apply, struct sg_err *err)
{
	int64_t every = apply->options.sweep_ms > 0 ? apply->options.sweep_ms
						    : SWEEP_MS;
	enum sg_status status = apply_begin(apply, err);
	bool more = false;

	if (status != SG_OK)
		return status;
	if (apply->automations->set->thresholds)
		status = sweep_next(apply, &more, err);
	if (status == SG_OK)
		status = automations_run_day(apply, &more, err);
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK) {
		apply_rollback(apply);
		return status == SG_REFUSED ? SG_FAILED : status;
	}
	/* From its beginning: what it saw first is not younger. */
	if (!more)
		apply->automations->next_sweep =
			(apply->automations->set->thresholds
				 ? apply->automations->sweep_began
				 : apply->now) +
			every;
	return SG_OK;
}

/* --- silently ----------------------------------------------------------- */

struct turning {
	struct apply *apply;
	struct armed *armed;
	enum store_armed_state to;
	struct sg_err *err;
	enum sg_status status;
};

static bool
turn(void *arg, uint32_t record_id)
{
	struct turning *turning = arg;

	turning->status = armed_turn(turning->apply, turning->armed, record_id,
				     turning->to, turning->err);
	return turning->status == SG_OK;
}

static enum sg_status
turn_all(struct turning *turning, const struct record_set *set,
	 enum store_armed_state to)
{
	if (turning->status == SG_OK) {
		turning->to = to;
		record_set_each(set, turn, turning);
	}
	return turning->status;
}

enum sg_status
automations_rearm(struct apply *apply, const struct automation *automation,
		  struct sg_err *err)
{
	struct turning turning = {.apply = apply, .err = err};
	bool rises = automation->on == AUTOMATION_RISES;
	struct crossed crossed;
	enum sg_status status;

	if (automation->enabled && automation->on == AUTOMATION_BANDS)
		return automations_bands_rearm(apply, automation, err);
	if (!is_threshold(automation))
		return SG_OK;
	turning.armed = automations_armed(apply, automation->armed_id);
	find_crossed(apply, automation, turning.armed, &crossed);
	(void)turn_all(&turning, crossed.up, ARMED_BEYOND);
	(void)turn_all(&turning, crossed.back, ARMED_DEFAULT);
	status = turn_all(&turning, crossed.again,
			  rises ? ARMED_DEFAULT : ARMED_BEYOND);
	crossed_done(&crossed);
	return status;
}

static const char meta_name[] = "automation.recompute";

enum sg_status
automations_recompute_later(struct apply *apply, struct sg_err *err)
{
	return store_meta_set(apply->store, meta_name, "1", err);
}

static enum sg_status
recompute(struct apply *apply, struct sg_err *err)
{
	const struct ruleset *file = apply->automations->set->file;
	enum sg_status status;
	char asked[8];
	size_t i;

	status = store_meta_get(apply->store, meta_name, asked, sizeof(asked),
				err);
	if (status != SG_OK || *asked != '1')
		return status == SG_NONE ? SG_OK : status;
	for (i = 0; i < file->n_automations && status == SG_OK; i++)
		status = automations_rearm(apply, &file->automations[i], err);
	return status == SG_OK
		       ? store_meta_set(apply->store, meta_name, "0", err)
		       : status;
}

enum sg_status
automations_recompute_now(struct apply *apply, struct sg_err *err)
{
	enum sg_status status = apply_begin(apply, err);

	if (status != SG_OK)
		return status;
	status = recompute(apply, err);
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK)
		apply_rollback(apply);
	return status;
}
