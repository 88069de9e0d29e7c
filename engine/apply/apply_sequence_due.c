/*
 * apply_sequence_due.c - steps whose time has come. A step's mail goes into
 * the outbox in the transaction that moves on to the next: it is sent once.
 * After an outage the overdue go first, at a pace.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "apply/apply_sequence.h"
#include "apply/fold_parts.h"

enum {
	SECOND_MS = 1000,
	PACE_DEFAULT = 50,
	ASLEEP_MS = 60000,
	LOOK_MOST = 1000 /* rows in a transaction */
};

struct due {
	struct apply *apply;
	struct cached *cached;
	const struct store_enrolment *row;
	const struct sequence *sequence;
	const struct sequence_step *step;
	bool put_off; /* nothing was done, it takes no turn of the pace */
};

/* --- entries -------------------------------------------------------------- */

static void
set(struct signal *entry, const char *name, const char *value)
{
	entry->props[entry->n_props++] = (struct signal_prop){name, value};
}

static enum sg_status
enter(const struct due *due, const char *name, struct signal *entry,
      struct sg_err *err)
{
	struct apply *apply = due->apply;
	struct automation_deed deed = {.source = "sequence",
				       .at = apply->now,
				       .cause = entry->because};
	size_t n = entry->n_props, i;
	struct signal whole;

	deed.actor =
		pool_printf(apply->work, "sequence %s", due->row->sequence);
	automations_entry_init(apply, due->cached, &deed, &whole);
	whole.kind = SIGNAL_SEQUENCE;
	whole.name = name;
	set(&whole, "sequence", due->row->sequence);
	for (i = 0; i < n; i++)
		whole.props[whole.n_props++] = entry->props[i];
	if (signal_check(&whole, err) != SG_OK)
		return SG_REFUSED;
	return apply_place(apply, due->cached->id, &whole, err);
}

static enum sg_status
stop(const struct due *due, const char *reason, struct sg_err *err)
{
	struct signal entry;

	signal_init(&entry, "", 0);
	entry.because = reason;
	set(&entry, "reason", reason);
	return enter(due, "sequence.stopped", &entry, err);
}

/* Why it is at this step without having done the one before, or "". */
static const char *
why_here(const struct due *due)
{
	return strcmp(due->row->reason, SEQUENCE_PAUSED) &&
			       strcmp(due->row->reason, SEQUENCE_ASKED_AGAIN)
		       ? due->row->reason
		       : "";
}

static enum sg_status
finish(const struct due *due, const char *because, struct sg_err *err)
{
	struct signal entry;

	signal_init(&entry, "", 0);
	entry.because = because;
	return enter(due, "sequence.finished", &entry, err);
}

/* next_at: when it is asked again; 0 = on to the next. */
static enum sg_status
note_step(const struct due *due, const char *what, int64_t next_at,
	  struct sg_err *err)
{
	struct apply *apply = due->apply;
	struct signal entry;
	enum sg_status status;

	signal_init(&entry, "", 0);
	entry.because =
		pool_printf(apply->work, "step %s: %s%s%s", due->step->name,
			    what, *why_here(due) ? "; " : "", why_here(due));
	set(&entry, "step", due->step->name);
	set(&entry, "what", what);
	if (next_at)
		set(&entry, "next_at",
		    pool_printf(apply->work, "%lld", (long long)next_at));
	status = enter(due, "sequence.stepped", &entry, err);
	if (status == SG_OK)
		status = store_sequence_note(apply->store, due->row->sequence,
					     due->step->name, what, err);
	return status;
}

/* --- a step --------------------------------------------------------------- */

static bool
holds(const struct due *due, const struct condition *condition)
{
	struct automation_view *view;
	bool yes;

	view = automation_view_new(due->apply, due->cached, due->apply->now);
	yes = condition_test(condition, automation_view_get(view), NULL,
			     due->apply->now);
	automation_view_free(view);
	return yes;
}

static enum sg_status
send(const struct due *due, struct sg_err *err)
{
	struct apply *apply = due->apply;
	struct automation_action action = {.verb = AUTOMATION_SEND,
					   .name = due->step->template};
	struct automation_deed deed = {
		.action = &action, .source = "sequence", .at = apply->now};
	struct store_sequence_mail mail = {.sequence = due->row->sequence,
					   .step = due->step->name,
					   .record_id = due->row->record_id};
	enum sg_status status;

	deed.actor =
		pool_printf(apply->work, "sequence %s", due->row->sequence);
	deed.cause = pool_printf(apply->work, "step %s", due->step->name);
	status = automations_deliver(apply, due->cached, &deed, err);
	if (status != SG_OK)
		return status;
	mail.outbox_id = apply->automations->outbox_id;
	mail.message_id = apply->automations->message_id;
	return store_sequence_mail_add(apply->store, &mail, err);
}

static enum sg_status
do_step(const struct due *due, struct sg_err *err)
{
	const struct sequence_step *step = due->step;
	bool last = step == &due->sequence->steps[due->sequence->n_steps - 1];
	bool yes = !step->condition || holds(due, step->condition);
	enum sg_status status = SG_OK;

	if (!yes && step->otherwise == SEQUENCE_END)
		return stop(due,
			    pool_printf(due->apply->work, "step %s: not %s",
					step->name, step->when),
			    err);
	if (!yes && step->otherwise == SEQUENCE_WAIT)
		return note_step(due, "waits", due->apply->now + step->wait_ms,
				 err);
	if (yes)
		status = send(due, err);
	if (status == SG_OK)
		status = note_step(due, yes ? "sent" : "skipped", 0, err);
	return status == SG_OK && last
		       ? finish(due, "its last step was done", err)
		       : status;
}

/* --- whose time has come ---------------------------------------------------
 */

static enum sg_status
put_off(struct due *due, int64_t due_at, const char *reason, struct sg_err *err)
{
	struct store_enrolment row = *due->row;

	due->put_off = true;
	row.due_at = due_at;
	if (*reason)
		row.reason = reason;
	return store_enrolment_put(due->apply->store, &row, err);
}

/* Why no mail may go to it any more; NULL: it may. */
static const char *
why_no_mail(const struct due *due)
{
	const struct fold_record *fold = due->cached->fold;
	const struct fold_suppression *suppression = &fold->suppression;

	if (suppression->strength &&
	    (!suppression->until || suppression->until > due->apply->now))
		return "suppressed";
	return fold_has_left(fold, LIST_EVERYTHING) ? "unsubscribed" : NULL;
}

/* What `paused_until` says; see broadcast_pause.c. */
static void
read_pause(void *arg, const char *name, const char *value)
{
	int64_t *until = arg, at;

	if (strcmp(name, "paused_until") == 0 &&
	    clock_parse(value, NULL, &at, NULL) == SG_OK)
		*until = at;
}

static enum sg_status
run_one(struct due *due, struct sg_err *err)
{
	struct apply *apply = due->apply;
	const struct sequence *sequence = due->sequence;
	size_t step;
	int64_t at, paused_until = 0;

	if (!sequence)
		return stop(due, "the sequence was removed", err);
	step = sequence_find_step(sequence, due->row->step);
	if (step == sequence->n_steps)
		return finish(due,
			      *why_here(due) ? why_here(due)
					     : "there is no step any more",
			      err);
	if (sequence->stop_condition && holds(due, sequence->stop_condition))
		return stop(due, sequence->stop, err);
	if (why_no_mail(due))
		return stop(due, why_no_mail(due), err);
	fold_each_field(due->cached->fold, read_pause, &paused_until);
	if (paused_until > apply->now)
		return put_off(due, paused_until, SEQUENCE_PAUSED, err);
	at = sequence_window_next(&sequence->window, apply->options.timezone,
				  apply->now);
	if (at > apply->now)
		return put_off(due, at, "", err);
	due->step = &sequence->steps[step];
	return do_step(due, err);
}

static enum sg_status
load_and_run(struct due *due, struct sg_err *err)
{
	struct apply *apply = due->apply;
	struct store_enrolment gone = *due->row;
	enum sg_status status = apply_load_record(apply, due->row->record_id,
						  &due->cached, err);

	if (status == SG_OK && !fold_deleted(due->cached->fold)) {
		status = run_one(due, err);
		return status == SG_OK ? automations_run(apply, err) : status;
	}
	if (status != SG_OK && status != SG_NONE)
		return status;
	gone.state = "stopped";
	gone.reason = "deleted";
	gone.due_at = 0;
	return store_enrolment_put(apply->store, &gone, err);
}

/* Who starts meanwhile does not make it faster. */
int64_t
sequences_next(const struct apply *apply)
{
	const struct sequences *all = apply->sequences;

	return all->next_due > all->rests_until ? all->next_due
						: all->rests_until;
}

/* Of those that are due, at most `most`; *n_done: how many of them took their
 * turn. */
static enum sg_status
run_some(struct apply *apply, size_t most, size_t *n_due, size_t *n_done,
	 struct sg_err *err)
{
	struct store_enrolments rows = {NULL, 0};
	enum sg_status status;
	size_t i;

	status = store_enrolments_due(apply->store, apply->now, most,
				      apply->work, &rows, err);
	for (i = 0; i < rows.n_rows && status == SG_OK; i++) {
		struct due due = {.apply = apply,
				  .row = &rows.rows[i],
				  .sequence = sequences_find(
					  apply, rows.rows[i].sequence)};

		/* All of them at once: there may be many. */
		if (due.sequence && !due.sequence->enabled) {
			status = store_enrolments_put_off(
				apply->store, due.sequence->name, apply->now,
				apply->now + ASLEEP_MS, err);
			continue;
		}
		status = load_and_run(&due, err);
		*n_done += !due.put_off;
	}
	*n_due = rows.n_rows;
	return status;
}

/* Who is put off, as it is night there, holds up nobody behind. */
static enum sg_status
run_all(struct apply *apply, int64_t *next_out, struct sg_err *err)
{
	double pace = apply->options.sequence_pace > 0
			      ? apply->options.sequence_pace
			      : PACE_DEFAULT;
	size_t turns = pace > 1 ? (size_t)pace : 1;
	size_t n_looked = 0, n_done = 0, n_due = turns, most = turns;
	enum sg_status status = SG_OK;

	while (status == SG_OK && n_due == most && n_done < turns &&
	       n_looked < LOOK_MOST) {
		most = turns - n_done;
		if (most > LOOK_MOST)
			most = LOOK_MOST;
		status = run_some(apply, most, &n_due, &n_done, err);
		n_looked += n_due;
	}
	if (status == SG_OK)
		status = store_enrolment_next(apply->store, next_out, err);
	if (status == SG_NONE)
		status = SG_OK;
	if (n_done >= turns)
		apply->sequences->rests_until =
			apply->now +
			(int64_t)((double)turns * SECOND_MS / pace);
	return status;
}

enum sg_status
sequences_run_due(struct apply *apply, struct sg_err *err)
{
	int64_t next = INT64_MAX;
	enum sg_status status = apply_begin(apply, err);

	if (status != SG_OK)
		return status;
	status = run_all(apply, &next, err);
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK) {
		apply_rollback(apply);
		return status == SG_REFUSED ? SG_FAILED : status;
	}
	apply->sequences->next_due = next;
	return SG_OK;
}
