/*
 * apply_settle.c - a hit settles before it counts: it stands in the history at
 * once, and is folded, at its own event time, when it is over. Nothing waits
 * in memory, and nothing holds the spool's position back. Until then it is
 * not effective, and no fold sees it. So does whatever came late while too much
 * was folded anew already (apply_late.c): also changes and judgements.
 */
#include "apply/apply_automation.h"
#include "apply/apply_parts.h"
#include "apply/apply_verdict.h"
#include "store/store_settle.h"

enum { AT_ONCE = 500 };

bool
apply_settles(const struct apply *apply, const struct signal *signal)
{
	return signal->kind == SIGNAL_HAPPENED &&
	       signal->settle_until > apply->now;
}

void
apply_settle_later(struct apply *apply, int64_t settle_until)
{
	if (settle_until < apply->next_settled)
		apply->next_settled = settle_until;
}

enum sg_status
apply_load_settling(struct apply *apply, struct sg_err *err)
{
	enum sg_status status;

	apply->next_settled = INT64_MAX;
	status = store_settling_next(apply->store, &apply->next_settled, err);
	return status == SG_NONE ? SG_OK : status;
}

static enum sg_status
fold_in(struct apply *apply, struct cached *cached,
	const struct fold_entry *entry, struct sg_err *err)
{
	struct automation_event event = {.signal = entry->signal,
					 .history_id = entry->id,
					 .in_order = true};
	struct fold_implied implied;
	enum sg_status status =
		automations_before(apply, cached, entry->signal, err);

	if (status != SG_OK)
		return status;
	fold_out_clear(&apply->out);
	apply_touch(apply, cached);
	fold_step(cached->fold, &apply->world, entry, &apply->out);
	event.effective = apply->out.effective;
	implied = apply_implied_of(apply);
	status = automations_after(apply, cached, &event, err);
	if (status != SG_OK)
		return status;
	status = store_history_set_effective(apply->store, entry->id,
					     apply->out.effective, err);
	fold_advance_to(cached->fold, &apply->world, apply->now, &apply->out);
	if (status == SG_OK)
		status = apply_write(apply, cached, err);
	return status == SG_OK ? apply_imply(apply, cached, &implied, err)
			       : status;
}

/* Those that came after it are there now, too. What a person said of it
 * meanwhile stands over that. */
static enum sg_status
look_around(struct apply *apply, const struct cached *cached,
	    const struct store_history *row, struct signal *signal,
	    struct sg_err *err)
{
	struct apply_hit_of of = {cached->id, row->record_key, row->message_id};
	struct store_history again;
	enum sg_status status =
		apply_verdict_burst(apply, &of, row->id, signal, err);

	if (status != SG_OK || signal->verdict == row->verdict)
		return status;
	status = store_history_set_verdict(apply->store, row->id,
					   signal->verdict,
					   signal->verdict_reason, err);
	if (status == SG_OK)
		status = apply_judge_since(apply, cached->id, row->happened_at,
					   err);
	if (status == SG_OK)
		status = store_history_get(apply->store, row->id, apply->work,
					   &again, err);
	if (status == SG_OK) {
		signal->verdict = again.verdict;
		signal->verdict_reason = again.verdict_reason;
	}
	return status;
}

static enum sg_status
take_in(struct apply *apply, struct cached *cached,
	const struct store_history *row, struct sg_err *err)
{
	struct fold_entry entry = {.id = row->id, .ruleset = row->ruleset};
	struct signal signal;
	bool in_order;
	enum sg_status status =
		store_history_signal(row, apply->work, &signal, err);

	if (status != SG_OK)
		return status;
	entry.signal = &signal;
	status = look_around(apply, cached, row, &signal, err);
	if (status != SG_OK)
		return status;
	if (fold_in_order(cached->fold, row->happened_at))
		status = apply_late_end(apply, cached, err);
	if (status != SG_OK)
		return status;
	/* A judgement is about what is folded already. */
	in_order = signal.kind != SIGNAL_JUDGE &&
		   fold_in_order(cached->fold, row->happened_at);
	if (in_order)
		status = fold_in(apply, cached, &entry, err);
	else
		status = apply_late(apply, cached, &signal, row->id, err);
	if (status == SG_OK)
		status = apply_verdict_condemn(apply, err);
	return status == SG_OK ? automations_run(apply, err) : status;
}

/* The record is loaded first: what is not folded yet must not be taken for
 * something that is in the ledger. */
static enum sg_status
settle(struct apply *apply, const struct store_settling *settling,
       struct sg_err *err)
{
	struct store_history row;
	struct store_record record;
	struct cached *cached;
	enum sg_status status;

	status = store_record_get(apply->store, settling->record_id,
				  apply->work, &record, err);
	if (status == SG_NONE || (status == SG_OK && record.deleted_at))
		return store_settled(apply->store, settling->id, err);
	if (status == SG_OK)
		status = apply_load_late(apply, settling->record_id, &cached,
					 err);
	if (status == SG_OK)
		status = store_settled(apply->store, settling->id, err);
	if (status == SG_OK)
		status = store_history_get(apply->store, settling->id,
					   apply->work, &row, err);
	if (status != SG_OK)
		return status;
	return take_in(apply, cached, &row, err);
}

static enum sg_status
settle_all(struct apply *apply, int64_t *next_out, struct sg_err *err)
{
	struct store_settlings due;
	enum sg_status status;
	size_t i;

	status = store_settling_due(apply->store, apply->now, AT_ONCE,
				    apply->work, &due, err);
	/* The rest in another transaction, when this one has done enough. */
	for (i = 0;
	     status == SG_OK && i < due.n_rows && !apply_late_is_full(apply);
	     i++)
		status = settle(apply, &due.rows[i], err);
	if (status == SG_OK)
		status = store_settling_next(apply->store, next_out, err);
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
apply_run_settling(struct apply *apply, struct sg_err *err)
{
	int64_t next = INT64_MAX;
	enum sg_status status = apply_begin(apply, err);

	if (status != SG_OK)
		return status;
	status = settle_all(apply, &next, err);
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK) {
		apply_rollback(apply);
		return status == SG_REFUSED ? SG_FAILED : status;
	}
	apply->next_settled = next;
	return SG_OK;
}
