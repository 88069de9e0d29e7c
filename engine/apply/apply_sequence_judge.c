/* apply_sequence_judge.c - who starts a sequence, who leaves it; see
 * apply_sequence.h. */
#include <stdlib.h>
#include <string.h>

#include "apply/apply_sequence.h"
#include "apply/fold_parts.h"

void
sequences_begin(struct apply *apply)
{
	apply->sequences->first = NULL;
	apply->sequences->last = &apply->sequences->first;
	apply->sequences->new_are_met = false;
}

/* --- judging -------------------------------------------------------------- */

static bool
is_about(const struct sequence *sequence, const struct cached *cached)
{
	return strcmp(sequence->module, fold_module(cached->fold)) == 0;
}

bool
sequences_judge(const struct apply *apply, const struct cached *cached)
{
	const struct ruleset *file = apply->sequences->set->file;
	size_t i;

	for (i = 0; i < file->n_sequences; i++) {
		const struct sequence *one = &file->sequences[i];

		if (is_about(one, cached) &&
		    (one->stop_condition ||
		     (one->start_condition && one->enabled)))
			return true;
	}
	return false;
}

/* Which sequences' starts hold, a bit each. */
static uint64_t
starts_held(struct apply *apply, struct cached *cached)
{
	const struct ruleset *file = apply->sequences->set->file;
	struct automation_view *view = NULL;
	uint64_t held = 0;
	size_t i;

	if (fold_deleted(cached->fold))
		return 0;
	for (i = 0; i < file->n_sequences; i++) {
		const struct sequence *one = &file->sequences[i];

		if (!one->start_condition || !one->enabled ||
		    !is_about(one, cached))
			continue;
		if (!view)
			view = automation_view_new(apply, cached, apply->now);
		if (condition_test(one->start_condition,
				   automation_view_get(view), NULL, apply->now))
			held |= (uint64_t)1 << i;
	}
	if (view)
		automation_view_free(view);
	return held;
}

void
sequences_before(struct apply *apply, struct cached *cached)
{
	cached->starts_held = starts_held(apply, cached);
}

static void
queue(struct apply *apply, const struct cached *cached,
      const struct sequence *sequence, const char *stop)
{
	struct sequences *all = apply->sequences;
	struct sequence_move *move = pool_alloc(apply->work, sizeof(*move));

	*move = (struct sequence_move){.sequence = sequence,
				       .record_id = cached->id,
				       .at = apply->now,
				       .stop = stop};
	*all->last = move;
	all->last = &move->next;
}

static bool
may_start(const struct sequence *sequence, const struct fold_record *fold)
{
	return sequence->restart
		       ? !fold_in_sequence(fold, sequence->name, "active")
		       : !fold_in_sequence(fold, sequence->name, NULL);
}

/* Those whose bit is set. */
static void
queue_starts(struct apply *apply, const struct cached *cached, uint64_t starts)
{
	const struct ruleset *file = apply->sequences->set->file;
	size_t i;

	for (i = 0; i < file->n_sequences; i++)
		if (starts & (uint64_t)1 << i &&
		    may_start(&file->sequences[i], cached->fold))
			queue(apply, cached, &file->sequences[i], NULL);
}

static void
judge_stops(struct apply *apply, struct cached *cached)
{
	const struct ruleset *file = apply->sequences->set->file;
	struct automation_view *view = NULL;
	size_t i;

	for (i = 0; i < file->n_sequences; i++) {
		const struct sequence *one = &file->sequences[i];

		if (!one->stop_condition ||
		    !fold_in_sequence(cached->fold, one->name, "active"))
			continue;
		if (!view)
			view = automation_view_new(apply, cached, apply->now);
		if (condition_test(one->stop_condition,
				   automation_view_get(view), NULL, apply->now))
			queue(apply, cached, one, one->stop);
	}
	if (view)
		automation_view_free(view);
}

enum sg_status
sequences_after(struct apply *apply, struct cached *cached,
		const struct automation_event *event, struct sg_err *err)
{
	const struct ruleset *file = apply->sequences->set->file;
	enum sg_status status = SG_OK;
	uint64_t held;

	if (event && event->signal && event->effective)
		status = sequences_follow(apply, cached, event->signal, err);
	if (status != SG_OK || !file->n_sequences || fold_deleted(cached->fold))
		return status;
	held = starts_held(apply, cached);
	if (!cached->created || apply->sequences->new_are_met)
		queue_starts(apply, cached, held & ~cached->starts_held);
	cached->starts_held = held;
	judge_stops(apply, cached);
	return SG_OK;
}

enum sg_status
sequences_meet_new(struct apply *apply, struct sg_err *err)
{
	size_t i;

	if (!apply_sequences_get(apply)->n_sequences)
		return SG_OK;
	apply->sequences->new_are_met = true;
	for (i = 0; i < apply->n_touched; i++) {
		struct cached *cached = apply->touched[i];

		if (cached->created && !cached->deleted)
			queue_starts(apply, cached, starts_held(apply, cached));
	}
	return automations_run(apply, err);
}

/* --- entries -------------------------------------------------------------- */

static enum sg_status
enter(struct apply *apply, struct cached *cached, struct signal *entry,
      struct sg_err *err)
{
	if (signal_check(entry, err) != SG_OK)
		return SG_REFUSED;
	return apply_place(apply, cached->id, entry, err);
}

enum sg_status
sequences_start(struct apply *apply, struct cached *cached,
		const struct automation_deed *deed, struct sg_err *err)
{
	const struct sequence *sequence =
		sequences_find(apply, deed->action->name);
	struct signal entry;

	if (!sequence || !sequence->enabled || !is_about(sequence, cached) ||
	    !may_start(sequence, cached->fold))
		return SG_OK;
	automations_entry_init(apply, cached, deed, &entry);
	entry.kind = SIGNAL_SEQUENCE;
	entry.name = "sequence.started";
	entry.props[entry.n_props++] =
		(struct signal_prop){"sequence", sequence->name};
	if (sequence->restart)
		entry.props[entry.n_props++] =
			(struct signal_prop){"again", "yes"};
	return enter(apply, cached, &entry, err);
}

enum sg_status
sequences_stop(struct apply *apply, struct cached *cached,
	       const struct automation_deed *deed, struct sg_err *err)
{
	struct signal entry;

	if (!fold_in_sequence(cached->fold, deed->action->name, "active"))
		return SG_OK;
	automations_entry_init(apply, cached, deed, &entry);
	entry.kind = SIGNAL_SEQUENCE;
	entry.name = "sequence.stopped";
	entry.props[0] = (struct signal_prop){"sequence", deed->action->name};
	entry.props[1] = (struct signal_prop){"reason", deed->cause};
	entry.n_props = 2;
	return enter(apply, cached, &entry, err);
}

static enum sg_status
run_one(struct apply *apply, const struct sequence_move *move,
	struct sg_err *err)
{
	struct automation_action action = {.name = move->sequence->name};
	struct automation_deed deed = {
		.action = &action, .source = "sequence", .at = move->at};
	struct cached *cached;
	enum sg_status status =
		apply_load_record(apply, move->record_id, &cached, err);

	if (status != SG_OK || fold_deleted(cached->fold))
		return status;
	deed.actor =
		pool_printf(apply->work, "sequence %s", move->sequence->name);
	deed.cause = move->stop ? move->stop : move->sequence->start;
	return move->stop ? sequences_stop(apply, cached, &deed, err)
			  : sequences_start(apply, cached, &deed, err);
}

enum sg_status
sequences_run(struct apply *apply, bool *done_out, struct sg_err *err)
{
	struct sequences *all = apply->sequences;
	enum sg_status status = SG_OK;

	*done_out = all->first != NULL;
	while (all->first && status == SG_OK) {
		const struct sequence_move *move = all->first;

		all->first = move->next;
		if (!all->first)
			all->last = &all->first;
		status = run_one(apply, move, err);
	}
	return status;
}
