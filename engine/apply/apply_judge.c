/*
 * apply_judge.c - a later verdict on earlier hits. A judgement is an entry of
 * the record's history like any other, and names what it is about: one entry,
 * or those of a message, by name and time. The last one counts, in order of
 * event time, also for a hit that comes after its judgement; the record is
 * folded anew, which takes back what was given or gives what was not.
 */
#include <stdlib.h>

#include "apply/apply_parts.h"
#include "base/clock.h"
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
