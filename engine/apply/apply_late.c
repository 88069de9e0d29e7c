/*
 * apply_late.c - what comes behind its record's newest entry: the record is
 * folded anew, and what follows from that is judged. A long history is not
 * folded anew for each of many: once a transaction has done much of that, the
 * rest of a record's late entries wait for each other, until somebody wants to
 * know how the record is, or for the end of the transaction. Where something is
 * judged before and after each change, as thresholds are and what begins or
 * ends a sequence, they are put off to a transaction of their own instead: they
 * settle once more, whatever kind they are of.
 */
#include "apply/apply_automation.h"
#include "apply/apply_parts.h"
#include "apply/apply_sequence.h"
#include "store/store_settle.h"

struct apply_late_entry {
	uint32_t record_id;
	int64_t history_id;
	struct signal signal;
	struct apply_late_entry *next;
};

bool
apply_late_may_wait(const struct signal *signal)
{
	switch (signal->kind) {
	case SIGNAL_HAPPENED:
	case SIGNAL_JUDGE:
	case SIGNAL_TAG_ADD:
	case SIGNAL_TAG_REMOVE:
	case SIGNAL_SCORE_ADD:
	case SIGNAL_SCORE_SET:
	case SIGNAL_SCORE_ERASE:
		return true;
	default:
		return false; /* others look for the record by it */
	}
}

void
apply_late_begin(struct apply *apply)
{
	apply->late.rows = 0;
	apply->late.first = NULL;
	apply->late.last = &apply->late.first;
}

static enum sg_status
follow(struct apply *apply, struct cached *cached, const struct signal *signal,
       int64_t history_id, struct sg_err *err)
{
	struct automation_event event = {.signal = signal,
					 .history_id = history_id};
	enum sg_status status = store_history_get_effective(
		apply->store, history_id, &event.effective, err);

	return status == SG_OK ? automations_after(apply, cached, &event, err)
			       : status;
}

static void
wait(struct apply *apply, struct cached *cached, const struct signal *signal,
     int64_t history_id)
{
	struct apply_late_entry *entry =
		pool_alloc(apply->work, sizeof(*entry));

	entry->record_id = cached->id;
	entry->history_id = history_id;
	signal_copy(&entry->signal, signal, apply->work);
	entry->next = NULL;
	*apply->late.last = entry;
	apply->late.last = &entry->next;
	cached->late = true;
	apply_touch(apply, cached); /* not to be kept if this fails */
}

bool
apply_late_is_full(const struct apply *apply)
{
	return apply->late.rows >= apply->options.late_rows_most;
}

static enum sg_status
put_off(struct apply *apply, int64_t history_id, struct sg_err *err)
{
	apply_settle_later(apply, apply->now);
	return store_settle_again(apply->store, history_id, apply->now, err);
}

static bool
is_judged(const struct apply *apply, const struct cached *cached)
{
	return automations_judges(apply, cached) ||
	       sequences_judge(apply, cached);
}

enum sg_status
apply_late(struct apply *apply, struct cached *cached,
	   const struct signal *signal, int64_t history_id, struct sg_err *err)
{
	bool may_wait = apply_late_may_wait(signal);
	enum sg_status status;

	if (may_wait && apply_late_is_full(apply) && is_judged(apply, cached))
		return put_off(apply, history_id, err);
	if (may_wait && !apply->late.one_by_one &&
	    (cached->late || apply_late_is_full(apply))) {
		wait(apply, cached, signal, history_id);
		return SG_OK;
	}
	status = apply_refold(apply, cached->id, err);
	return status == SG_OK ? follow(apply, cached, signal, history_id, err)
			       : status;
}

/* Out of the list, in their order. */
static struct apply_late_entry *
take_of(struct apply *apply, uint32_t record_id)
{
	struct apply_late_entry *taken = NULL, **taken_end = &taken;
	struct apply_late_entry **at = &apply->late.first;

	while (*at) {
		struct apply_late_entry *entry = *at;

		if (entry->record_id != record_id) {
			at = &entry->next;
			continue;
		}
		*at = entry->next;
		entry->next = NULL;
		*taken_end = entry;
		taken_end = &entry->next;
	}
	apply->late.last = at;
	return taken;
}

enum sg_status
apply_late_end(struct apply *apply, struct cached *cached, struct sg_err *err)
{
	const struct apply_late_entry *entry;
	enum sg_status status;

	if (!cached->late)
		return SG_OK;
	cached->late = false;
	entry = take_of(apply, cached->id);
	status = apply_refold(apply, cached->id, err);
	for (; entry && status == SG_OK; entry = entry->next)
		status = follow(apply, cached, &entry->signal,
				entry->history_id, err);
	return status;
}

enum sg_status
apply_late_end_all(struct apply *apply, struct sg_err *err)
{
	struct cached *cached;
	enum sg_status status = SG_OK;

	while (apply->late.first && status == SG_OK) {
		/* To load it ends its waiting. */
		status = apply_load_record(apply, apply->late.first->record_id,
					   &cached, err);
		if (status == SG_OK)
			status = automations_run(apply, err);
	}
	/* Which one it was shows when each goes by itself. */
	apply->late.one_by_one = status == SG_REFUSED;
	return status == SG_REFUSED ? SG_FAILED : status;
}
