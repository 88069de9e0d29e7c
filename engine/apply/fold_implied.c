/*
 * fold_implied.c - who clicked has opened, once a message. Images may be off,
 * or come from a proxy that says nothing; a person's click says it all the
 * same. An entry of the history stands for that (SIGNAL_IMPLIED), and has an
 * effect only behind a person's click of its moment, in a message that was not
 * opened before: so a click that is condemned takes it back. What lacks such an
 * entry is told, for the applier to write one.
 */
#include "apply/fold_parts.h"

static bool
is_persons(const struct signal *signal, const char *name)
{
	return signal->verdict == VERDICT_HUMAN && signal->message_id &&
	       strcmp(signal->name, name) == 0;
}

static bool
clicked_now(const struct fold_run *run, uint64_t message_id)
{
	const struct fold_record *record = run->record;

	for (size_t i = 0; i < record->clicks.n; i++)
		if (record->clicks.items[i].at == run->at &&
		    record->clicks.items[i].message_id == message_id)
			return true;
	return false;
}

bool
fold_counts(const struct fold_run *run, const struct signal *signal)
{
	if (signal->kind == SIGNAL_IMPLIED)
		return clicked_now(run, signal->message_id) &&
		       !fold_message_opened(run->record, signal->message_id);
	return !signal_get(signal, SIGNAL_UNSCORED);
}

static void
forget_implied(struct fold_out *out, uint64_t message_id, int64_t at)
{
	for (size_t i = 0; i < out->n_implied; i++)
		if (out->implied[i].message_id == message_id &&
		    out->implied[i].at == at) {
			out->implied[i] = out->implied[--out->n_implied];
			return;
		}
}

static void
opened(struct fold_run *run, const struct signal *signal)
{
	if (fold_message_opened(run->record, signal->message_id))
		return;
	fold_message_note_opened(run->record, signal->message_id);
	forget_implied(run->out, signal->message_id, run->at);
}

static void
clicked(struct fold_run *run, const struct signal *signal)
{
	struct fold_record *record = run->record;
	struct fold_out *out = run->out;
	struct fold_implied *implied;
	const char *campaign = signal_get(signal, "campaign");
	size_t i;

	if (fold_message_opened(record, signal->message_id))
		return;
	if (record->clicks.n && record->clicks.items[0].at != run->at)
		record->clicks.n = 0;
	if (!clicked_now(run, signal->message_id))
		*fold_add(&record->clicks) =
			(struct fold_mail){signal->message_id, run->at};
	for (i = 0; i < out->n_implied; i++)
		if (out->implied[i].message_id == signal->message_id)
			return;
	if (out->quiet)
		return;
	out->implied = fold_grow(out->implied, &out->n_implied,
				 &out->implied_cap, sizeof(*out->implied));
	implied = &out->implied[out->n_implied - 1];
	*implied = (struct fold_implied){
		.message_id = signal->message_id,
		.at = run->at,
		.ruleset = run->ruleset->id,
		.campaign = campaign ? pool_strdup(out->pool, campaign) : NULL};
}

void
fold_follow_hits(struct fold_run *run, const struct signal *signal)
{
	if (is_persons(signal, "email.opened"))
		opened(run, signal);
	else if (is_persons(signal, "email.clicked"))
		clicked(run, signal);
}
