/*
 * apply_automation_judge.c - has something fired? Judged on the value at this
 * moment, before and after each change; see apply_automation.h.
 */
#include <math.h>
#include <string.h>

#include "apply/apply_automation.h"
#include "apply/apply_sequence.h"
#include "apply/fold_parts.h"

enum { SKEW_MS = 60000 };

bool
automations_score(struct apply *apply, const struct cached *cached,
		  uint32_t score_id, double *value_out)
{
	int64_t at = apply->automations->judge_at;
	struct score_summary summary;
	struct score_state state;

	if (!score_id || fold_deleted(cached->fold))
		return false;
	if (!at)
		at = apply->now;
	fold_score(cached->fold, score_id, &state);
	score_summarise(&state, &apply->world.scores[score_id - 1],
			&apply->world.rates,
			at > state.as_of ? at : state.as_of, &summary);
	*value_out = summary.value[SCORE_SCORE];
	return summary.has_score;
}

/* --- the queue ---------------------------------------------------------- */

void
automations_queue(struct apply *apply, const struct firing *firing)
{
	struct automations *all = apply->automations;
	struct firing *kept = (struct firing *)pool_memdup(apply->work, firing,
							   sizeof(*firing));

	kept->parent = all->running;
	kept->depth = all->running ? all->running->depth + 1 : 1;
	kept->next = NULL;
	*all->last = kept;
	all->last = &kept->next;
}

static const struct signal *
keep_signal(struct apply *apply, const struct signal *signal)
{
	struct signal *copy;

	if (!signal)
		return NULL;
	copy = pool_alloc(apply->work, sizeof(*copy));
	signal_copy(copy, signal, apply->work);
	return copy;
}

/* What follows from something of just now stands beside it in the history, so
 * that what else is in the batch does not come late. */
static int64_t
time_of(struct apply *apply, const struct automation_event *event)
{
	if (event && event->signal && event->in_order &&
	    apply->now - event->signal->happened_at < SKEW_MS)
		return event->signal->happened_at;
	return apply->now;
}

static void
queue(struct apply *apply, const struct automation *automation,
      const struct cached *cached, const struct automation_event *event,
      const char *cause)
{
	struct firing firing = {
		.automation = automation,
		.record_id = cached->id,
		.history_id = event ? event->history_id : 0,
		.at = time_of(apply, event),
		.cause = cause,
		.signal = event ? keep_signal(apply, event->signal) : NULL};

	automations_queue(apply, &firing);
}

/* --- thresholds --------------------------------------------------------- */

struct judged {
	const struct automation *automation;
	struct armed *armed;
	enum store_armed_state was;
	bool has;
	double value;
};

/* What it turns into; fires_out: and it fires. */
static enum store_armed_state
judge_rise(const struct judged *j, bool *fires_out)
{
	const struct automation *a = j->automation;
	bool beyond = j->has && j->value >= a->threshold;

	switch (j->was) {
	case ARMED_DEFAULT:
		*fires_out = beyond;
		return beyond ? ARMED_FIRED : ARMED_DEFAULT;
	case ARMED_BEYOND:
		return j->has && j->value >= a->rearm ? ARMED_BEYOND
						      : ARMED_DEFAULT;
	default:
		if (a->never || (j->has && j->value >= a->rearm))
			return ARMED_FIRED;
		return ARMED_DEFAULT;
	}
}

static enum store_armed_state
judge_fall(const struct judged *j, bool *fires_out)
{
	const struct automation *a = j->automation;
	bool above = j->has && j->value >= a->threshold;

	switch (j->was) {
	case ARMED_DEFAULT:
		return above ? ARMED_BEYOND : ARMED_DEFAULT;
	case ARMED_BEYOND:
		*fires_out = j->has && !above;
		/* Without a score it did not fall: it is as if never seen. */
		return above	? ARMED_BEYOND
		       : j->has ? ARMED_FIRED
				: ARMED_DEFAULT;
	default:
		if (a->never || !j->has || j->value < a->rearm)
			return ARMED_FIRED;
		return ARMED_BEYOND;
	}
}

static const char *
threshold_cause(struct apply *apply, const struct judged *j)
{
	return pool_printf(apply->work, "%s (%.6g)", j->automation->on_text,
			   j->value);
}

static enum sg_status
judge_one(struct apply *apply, struct cached *cached,
	  const struct automation *automation,
	  const struct automation_event *event, struct sg_err *err)
{
	struct judged j = {.automation = automation};
	enum store_armed_state state;
	bool fires = false;

	j.armed = automations_armed(apply, automation->armed_id);
	j.was = armed_get(j.armed, cached->id);
	j.has = automations_score(
		apply, cached,
		fold_world_score(&apply->world, automation->score), &j.value);
	if (fold_deleted(cached->fold))
		state = ARMED_DEFAULT;
	else if (automation->on == AUTOMATION_RISES)
		state = judge_rise(&j, &fires);
	else
		state = judge_fall(&j, &fires);
	if (fires)
		queue(apply, automation, cached, event,
		      threshold_cause(apply, &j));
	if (state == j.was)
		return SG_OK;
	return armed_turn(apply, j.armed, cached->id, state, err);
}

static bool
is_about(const struct automation *automation, const struct cached *cached)
{
	return automation->enabled &&
	       strcmp(automation->module, fold_module(cached->fold)) == 0;
}

static enum sg_status
judge_bands(struct apply *apply, struct cached *cached,
	    const struct automation *automation,
	    const struct automation_event *event, struct sg_err *err)
{
	const char *cause;
	enum sg_status status =
		automations_judge_bands(apply, cached, automation, &cause, err);

	if (status == SG_OK && cause)
		queue(apply, automation, cached, event, cause);
	return status;
}

static enum sg_status
judge(struct apply *apply, struct cached *cached,
      const struct automation_event *event, struct sg_err *err)
{
	const struct ruleset *file = apply->automations->set->file;
	enum sg_status status = SG_OK;
	size_t i;

	if (!apply->automations->set->thresholds)
		return SG_OK;
	for (i = 0; i < file->n_automations && status == SG_OK; i++) {
		const struct automation *one = &file->automations[i];

		if ((one->on == AUTOMATION_RISES ||
		     one->on == AUTOMATION_FALLS) &&
		    is_about(one, cached))
			status = judge_one(apply, cached, one, event, err);
		else if (one->on == AUTOMATION_BANDS && is_about(one, cached))
			status = judge_bands(apply, cached, one, event, err);
	}
	return status;
}

bool
automations_judges(const struct apply *apply, const struct cached *cached)
{
	const struct ruleset *file = apply->automations->set->file;
	size_t i;

	for (i = 0;
	     apply->automations->set->thresholds && i < file->n_automations;
	     i++) {
		const struct automation *one = &file->automations[i];

		if ((one->on == AUTOMATION_RISES ||
		     one->on == AUTOMATION_FALLS ||
		     one->on == AUTOMATION_BANDS) &&
		    is_about(one, cached))
			return true;
	}
	return false;
}

enum sg_status
automations_before(struct apply *apply, struct cached *cached,
		   const struct signal *next, struct sg_err *err)
{
	struct automation_event event = {.signal = next, .in_order = true};

	apply->automations->entry_at = next ? time_of(apply, &event) : 0;
	apply->automations->judge_at = next ? next->happened_at : 0;
	sequences_before(apply, cached);
	return judge(apply, cached, NULL, err);
}

/* --- signals ------------------------------------------------------------ */

static bool
is_named(const struct automation *automation, const struct signal *signal)
{
	if (strcmp(automation->signal, signal->name) == 0)
		return true;
	return signal->kind == SIGNAL_FIELD_SET &&
	       strcmp(automation->signal, "record.changed") == 0;
}

static void
note_signal(struct apply *apply, struct cached *cached,
	    const struct automation_event *event)
{
	const struct ruleset *file = apply->automations->set->file;
	size_t i;

	for (i = 0; i < file->n_automations; i++) {
		const struct automation *one = &file->automations[i];

		if (one->on == AUTOMATION_SIGNAL && is_about(one, cached) &&
		    event->signal->verdict <= one->verdict &&
		    is_named(one, event->signal))
			queue(apply, one, cached, event, event->signal->name);
	}
}

enum sg_status
automations_after(struct apply *apply, struct cached *cached,
		  const struct automation_event *event, struct sg_err *err)
{
	enum sg_status status;

	if (apply->automations->set->signals && event->signal &&
	    event->effective)
		note_signal(apply, cached, event);
	status = sequences_after(apply, cached, event, err);
	if (status != SG_OK)
		return status;
	/* The fold of another record may have come in between. */
	apply->automations->judge_at =
		event->in_order ? event->signal->happened_at : 0;
	status = judge(apply, cached, event, err);
	apply->automations->judge_at = 0;
	return status;
}

/* --- score changed ------------------------------------------------------ */

void
automations_entry(struct apply *apply, struct cached *cached,
		  const struct store_ledger *row)
{
	const struct ruleset *file = apply->automations->set->file;
	const struct firing *running = apply->automations->running;
	/* Along a chain each names the one before it, not all of them. */
	const char *what =
		running ? running->automation->name : row->explanation;
	struct firing firing = {.record_id = cached->id,
				.history_id = row->history_id,
				.at = apply->automations->entry_at};
	size_t i;

	if (!firing.at)
		firing.at = apply->now;
	if (!apply->automations->set->changed ||
	    (row->delta == 0 && row->entry != LEDGER_ERASE))
		return;
	for (i = 0; i < file->n_automations; i++) {
		const struct automation *one = &file->automations[i];

		if (one->on != AUTOMATION_CHANGED || !is_about(one, cached) ||
		    fold_world_score(&apply->world, one->score) !=
			    row->score_id)
			continue;
		firing.automation = one;
		firing.cause = pool_printf(apply->work, "%s: %+.6g, now %.6g",
					   what, row->delta, row->balance);
		automations_queue(apply, &firing);
	}
}
