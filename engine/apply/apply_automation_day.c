/*
 * apply_automation_day.c - `score changed` by degradation: once a day, for
 * whose rounded number is another one than when it was last told. A round goes
 * over all records in slices; where it is stands in the store, so that it goes
 * on after a crash and tells nothing twice.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply_automation.h"
#include "apply/fold_parts.h"
#include "base/clock.h"

enum { LOOKED_AT_ONCE = 20000, TOLD_AT_ONCE = 500, STATE_MOST = 128 };

static const char meta_name[] = "automation.day";

/* since until after: the moments compared, and the last record looked at; in
 * between rounds since = until. */
static enum sg_status
read_round(struct apply *apply, struct automation_round *span,
	   struct sg_err *err)
{
	char text[STATE_MOST], *at = text;
	enum sg_status status = store_meta_get(apply->store, meta_name, text,
					       sizeof(text), err);

	if (status != SG_OK)
		return status;
	span->since = strtoll(at, &at, 10);
	span->until = strtoll(at, &at, 10);
	span->after = (uint32_t)strtoul(at, &at, 10);
	return SG_OK;
}

static enum sg_status
write_round(struct apply *apply, const struct automation_round *span,
	    struct sg_err *err)
{
	char text[STATE_MOST];

	snprintf(text, sizeof(text), "%lld %lld %u", (long long)span->since,
		 (long long)span->until, span->after);
	return store_meta_set(apply->store, meta_name, text, err);
}

static bool
value_at(struct apply *apply, uint32_t score_id,
	 const struct score_state *state, int64_t at, double *value_out)
{
	struct score_summary summary;

	score_summarise(state, &apply->world.scores[score_id - 1],
			&apply->world.rates, at, &summary);
	*value_out = summary.value[SCORE_SCORE];
	return summary.has_score;
}

/* Backwards in time: what it would have been without anything since. */
static void
go_back(struct apply *apply, struct score_state *state, int64_t to)
{
	const struct score_rates *rates = &apply->world.rates;
	size_t rate;

	for (rate = 1; rate < rates->n_rates; rate++) {
		double factor =
			score_decay(rates->rates[rate], state->as_of - to);

		if (factor <= 0)
			continue;
		state->touch[rate][0] /= factor;
		state->touch[rate][1] /= factor;
	}
	state->as_of = to;
}

/* By the scoreboard alone: may it be another number? */
static bool
may_differ(struct apply *apply, uint32_t record_id, uint32_t score_id,
	   const struct automation_round *span)
{
	struct score_state state;
	double before, now;

	if (!scoreboard_get(apply->board, record_id, score_id, span->until,
			    &state) ||
	    !value_at(apply, score_id, &state, span->until, &now))
		return false;
	go_back(apply, &state, span->since);
	return !value_at(apply, score_id, &state, span->since, &before) ||
	       round(before) != round(now);
}

static enum sg_status
tell(struct apply *apply, const struct automation *automation,
     uint32_t record_id, const struct automation_round *span,
     struct sg_err *err)
{
	uint32_t score_id = fold_world_score(&apply->world, automation->score);
	struct firing firing = {.automation = automation,
				.record_id = record_id,
				.at = apply->now};
	struct score_state state;
	struct cached *cached;
	double before, now;
	enum sg_status status =
		apply_load_record(apply, record_id, &cached, err);

	if (status != SG_OK || !fold_score(cached->fold, score_id, &state) ||
	    strcmp(automation->module, fold_module(cached->fold)) != 0 ||
	    state.as_of >= span->until)
		return status;
	/* What happened since was told when it did. */
	if (!value_at(apply, score_id, &state,
		      state.as_of > span->since ? state.as_of : span->since,
		      &before) ||
	    !value_at(apply, score_id, &state, span->until, &now) ||
	    round(before) == round(now))
		return SG_OK;
	firing.cause = pool_printf(apply->work, "degradation: %.0f, now %.0f",
				   round(before), round(now));
	automations_queue(apply, &firing);
	return automations_run(apply, err);
}

static enum sg_status
look_at(struct apply *apply, uint32_t record_id,
	const struct automation_round *span, size_t *n_told, struct sg_err *err)
{
	const struct ruleset *file = apply->automations->set->file;
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < file->n_automations && status == SG_OK; i++) {
		const struct automation *one = &file->automations[i];
		uint32_t score_id;

		if (!one->enabled || one->on != AUTOMATION_CHANGED)
			continue;
		score_id = fold_world_score(&apply->world, one->score);
		if (!score_id || !may_differ(apply, record_id, score_id, span))
			continue;
		(*n_told)++;
		status = tell(apply, one, record_id, span, err);
	}
	return status;
}

static enum sg_status
run_slice(struct apply *apply, struct automation_round *span, bool *done_out,
	  struct sg_err *err)
{
	uint32_t last = span->after;
	size_t n = 0, told = 0;
	enum sg_status status = SG_OK;
	uint32_t most = scoreboard_last_record(apply->board);

	while (last < most && n < LOOKED_AT_ONCE && told < TOLD_AT_ONCE &&
	       status == SG_OK) {
		last++;
		n++;
		status = look_at(apply, last, span, &told, err);
	}
	span->after = last;
	*done_out = last >= most;
	return status;
}

enum sg_status
automations_run_day(struct apply *apply, bool *more_out, struct sg_err *err)
{
	struct automation_round span = {apply->now, apply->now, 0};
	bool done = false;
	enum sg_status status;

	if (!apply->automations->set->changed)
		return SG_OK;
	status = read_round(apply, &span, err);
	if (status == SG_NONE) /* the first: nothing to compare with */
		return write_round(apply, &span, err);
	if (status != SG_OK)
		return status;
	if (span.since == span.until) {
		if (apply->now - span.since < CLOCK_DAY_MS)
			return SG_OK;
		span.until = apply->now;
		span.after = 0;
	}
	status = run_slice(apply, &span, &done, err);
	if (done)
		span.since = span.until;
	*more_out |= !done;
	return status == SG_OK ? write_round(apply, &span, err) : status;
}
