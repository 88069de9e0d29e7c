/*
 * apply_judge.c - a later verdict on earlier hits. A judgement is an entry of
 * the record's history like any other, and names what it is about: one entry,
 * or those of a message, by name and time. The last one counts, in order of
 * event time, also for a hit that comes after its judgement; the record is
 * folded anew, which takes back what was given or gives what was not.
 */
#include <stdlib.h>

#include "apply/apply_parts.h"
#include "apply/fold_opening.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/store_message.h"
#include "store/store_hit.h"
#include "store/store_settle.h"

static int64_t
moment(const struct signal *signal, const char *name, int64_t otherwise)
{
	const char *text = signal_get(signal, name);
	int64_t at;

	if (!text || clock_parse(text, "UTC", &at, NULL) != SG_OK)
		return otherwise;
	return at;
}

/* Only what was there before it: it names earlier hits. */
static struct store_judgement
judgement_of(uint32_t record_id, const struct signal *signal)
{
	const char *id = signal_get(signal, "history");
	const char *name = signal_get(signal, "signal");

	return (struct store_judgement){
		.record_id = record_id,
		.record_key = signal->record_key,
		.history_id = id ? strtoll(id, NULL, 10) : 0,
		.message_id = signal->message_id,
		.name = name ? name : "",
		.since = moment(signal, "since", INT64_MIN),
		.until = moment(signal, "until", signal->happened_at),
		.verdict = signal->verdict,
		.reason = signal->verdict_reason};
}

enum sg_status
apply_judge(struct apply *apply, uint32_t record_id,
	    const struct signal *signal, struct sg_err *err)
{
	struct store_judgement judgement = judgement_of(record_id, signal);

	if (signal->kind != SIGNAL_JUDGE ||
	    (!judgement.history_id && !judgement.message_id))
		return SG_OK;
	return store_judge(apply->store, &judgement, err);
}

/* May it be about something that happened before that moment? */
static enum sg_status
is_about_before(struct apply *apply, const struct cached *cached,
		const struct store_judgement *about, int64_t opened_at,
		bool *is_out, struct sg_err *err)
{
	struct store_message message;
	struct store_history row;
	enum sg_status status;

	if (about->history_id) {
		status = store_history_get(apply->store, about->history_id,
					   apply->work, &row, err);
		*is_out = status == SG_NONE;
	} else {
		status = store_message_get(apply->store, about->message_id,
					   cached->record_key, apply->work,
					   &message, err);
		*is_out = about->message_id && about->since <= opened_at &&
			  status == SG_OK && message.sent_at <= opened_at;
	}
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
apply_judge_folded(struct apply *apply, uint32_t record_id,
		   struct signal *judgement, struct sg_err *err)
{
	struct store_judgement about;
	struct cached *cached;
	char text[CLOCK_TEXT_SIZE];
	int64_t opened_at;
	bool is = false;
	enum sg_status status;

	if (judgement->kind != SIGNAL_JUDGE || !record_id)
		return SG_OK;
	status = apply_load_late(apply, record_id, &cached, err);
	if (status != SG_OK)
		return status;
	opened_at = fold_opened_at(cached->fold);
	if (opened_at == INT64_MIN)
		return SG_OK;
	about = judgement_of(record_id, judgement);
	status = is_about_before(apply, cached, &about, opened_at, &is, err);
	if (status != SG_OK || !is)
		return status;
	clock_format(opened_at + 1, text);
	log_warn("a verdict came too late: what was before %.10s is folded "
		 "and keeps its points record=%u",
		 text, cached->id);
	status = signal_set(judgement, "folded",
			    pool_printf(apply->work,
					"before %.10s: keeps its points", text),
			    err);
	return status == SG_REFUSED ? SG_OK : status;
}

enum sg_status
apply_judge_since(struct apply *apply, uint32_t record_id, int64_t since,
		  struct sg_err *err)
{
	struct store_history_ids ids;
	struct store_history row;
	struct signal signal;
	enum sg_status status = store_judgements_since(
		apply->store, record_id, since, apply->work, &ids, err);
	size_t i;

	for (i = 0; i < ids.n && status == SG_OK; i++) {
		status = store_history_get(apply->store, ids.ids[i],
					   apply->work, &row, err);
		if (status == SG_OK)
			status = store_history_signal(&row, apply->work,
						      &signal, err);
		if (status == SG_OK)
			status = apply_judge(apply, record_id, &signal, err);
	}
	return status;
}

enum sg_status
apply_judge_all(struct apply *apply, uint32_t record_id,
		struct store_history_rows *rows, struct pool *pool,
		struct sg_err *err)
{
	enum sg_status status = SG_OK;
	struct signal signal;
	bool any = false;
	size_t i;

	for (i = 0; i < rows->n_rows && status == SG_OK; i++) {
		if (rows->rows[i].kind != SIGNAL_JUDGE)
			continue;
		any = true;
		status = store_history_signal(&rows->rows[i], pool, &signal,
					      err);
		if (status == SG_OK)
			status = apply_judge(apply, record_id, &signal, err);
	}
	if (!any || status != SG_OK)
		return status;
	return store_history_of(apply->store, record_id, pool, rows, err);
}
