/*
 * apply_sequence_follow.c - from an entry of the history to the row of the
 * enrolment: what is next, and when; see apply_sequence.h.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/apply_sequence.h"
#include "apply/fold_parts.h"
#include "store/store_history.h"
#include "store/store_outbox.h"

static int64_t
when_due(const struct apply *apply, const struct sequence *sequence,
	 size_t step, int64_t from)
{
	return sequence_window_next(&sequence->window, apply->options.timezone,
				    from + sequence->steps[step].after_ms);
}

/* --- what it had in this run ---------------------------------------------- */

struct search {
	const char *sequence;
	int64_t at; /* 0 = not found */
};

static enum sg_status
look_at_start(void *arg, const struct store_history *row, struct sg_err *err)
{
	struct search *search = arg;
	struct pool *pool;
	struct signal signal;
	const char *name;

	if (search->at || !row->effective)
		return SG_OK;
	pool = pool_new();
	if (store_history_signal(row, pool, &signal, err) == SG_OK) {
		name = signal_get(&signal, "sequence");
		if (name && !strcmp(name, search->sequence))
			search->at = row->happened_at;
	}
	pool_free(pool);
	return SG_OK;
}

/* When the run under way began; 0 = there is only one, or it is not known. */
static enum sg_status
find_start(struct apply *apply, const struct sequence *sequence,
	   uint32_t record_id, int64_t *at_out, struct sg_err *err)
{
	const struct store_history_span span = {"sequence.started", 0,
						apply->now};
	struct search search = {sequence->name, 0};
	enum sg_status status = SG_OK;

	if (sequence->restart)
		status = store_history_each_of(apply->store, record_id, &span,
					       look_at_start, &search, err);
	*at_out = search.at;
	return status;
}

/* A step may stand behind another only since the sequence was changed. Nobody
 * gets the same mail twice in one run; *step: the first that it did not get,
 * from there on. */
static enum sg_status
skip_what_it_had(struct apply *apply, const struct sequence *sequence,
		 uint32_t record_id, size_t *step, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	int64_t sent_at = 0, start;

	for (; *step < sequence->n_steps; (*step)++) {
		status = store_sequence_sent_at(apply->store, sequence->name,
						sequence->steps[*step].name,
						record_id, &sent_at, err);
		if (status != SG_OK)
			break;
		status = find_start(apply, sequence, record_id, &start, err);
		if (status != SG_OK ||
		    (sequence->restart && (!start || sent_at < start)))
			break;
	}
	return status == SG_NONE ? SG_OK : status;
}

/* --- what is next --------------------------------------------------------- */

/* What the entry says, and what is next after it. */
static enum sg_status
next_of(struct apply *apply, const struct signal *entry,
	struct store_enrolment *row, struct sg_err *err)
{
	const struct sequence *sequence = sequences_find(apply, row->sequence);
	enum sg_status status = SG_OK;
	size_t step = 0;

	row->state = "active";
	row->due_at = apply->now; /* it is gone: the run of dues ends it */
	if (strcmp(entry->name, "sequence.stopped") == 0)
		row->state = "stopped";
	else if (strcmp(entry->name, "sequence.finished") == 0)
		row->state = "finished";
	if (strcmp(row->state, "active") != 0) {
		row->due_at = 0;
		row->step = "";
	} else if (sequence) {
		if (strcmp(entry->name, "sequence.stepped") == 0) {
			step = sequence_find_step(sequence,
						  signal_get(entry, "step")) +
			       1;
			status = skip_what_it_had(apply, sequence,
						  row->record_id, &step, err);
		}
		row->step = step < sequence->n_steps
				    ? sequence->steps[step].name
				    : "";
		if (*row->step)
			row->due_at = when_due(apply, sequence, step,
					       entry->happened_at);
	}
	return status;
}

static enum sg_status
follow_entry(struct apply *apply, const struct cached *cached,
	     const struct signal *entry, struct sg_err *err)
{
	const char *reason = signal_get(entry, "reason");
	const char *again = signal_get(entry, "next_at");
	struct store_enrolment row = {.sequence = signal_get(entry, "sequence"),
				      .record_id = cached->id,
				      .since = entry->happened_at,
				      .reason = reason ? reason : "",
				      .step = ""};
	enum sg_status status = next_of(apply, entry, &row, err);

	if (status != SG_OK)
		return status;
	if (again) { /* the same step once more */
		row.step = signal_get(entry, "step");
		row.due_at = strtoll(again, NULL, 10);
		row.reason = SEQUENCE_ASKED_AGAIN;
	}
	if (row.due_at && row.due_at < apply->sequences->next_due)
		apply->sequences->next_due = row.due_at;
	status = store_enrolment_put(apply->store, &row, err);
	return status == SG_OK && strcmp(row.state, "stopped") == 0
		       ? store_sequence_mail_drop(apply->store, row.sequence,
						  cached->id, apply->now, err)
		       : status;
}

/* Steps that wait out a pause are asked again, and mails on their way out: it
 * may be over. */
static enum sg_status
follow_pause(struct apply *apply, const struct cached *cached,
	     struct sg_err *err)
{
	enum sg_status status = store_outbox_end_pause(apply->store, cached->id,
						       apply->now, err);

	apply->sequences->next_due = 0;
	apply->automations->delivers = true;
	return status == SG_OK
		       ? store_enrolments_wake(apply->store, cached->id,
					       SEQUENCE_PAUSED, apply->now, err)
		       : status;
}

enum sg_status
sequences_follow(struct apply *apply, const struct cached *cached,
		 const struct signal *entry, struct sg_err *err)
{
	const char *field;

	if (entry->kind == SIGNAL_SEQUENCE)
		return follow_entry(apply, cached, entry, err);
	if (entry->kind != SIGNAL_FIELD_SET)
		return SG_OK;
	field = signal_get(entry, "name");
	return field && !strcmp(field, "paused_until")
		       ? follow_pause(apply, cached, err)
		       : SG_OK;
}
