/*
 * api_why.c - why a score is what it is: its parts, every entry that is still
 * worth something, and what comes of it if nothing happens.
 */
#include <math.h>
#include <string.h>

#include "apply/why.h"
#include "apply/why_future.h"
#include "base/clock.h"
#include "base/text.h"
#include "http/api/api_call.h"
#include "store/store_history.h"
#include "store/store_link.h"

/* Half of what is left of the sixth decimal in sums of many entries. */
#define NOTHING 1e-6

/* So many of the newest signals are looked at for those that settle. */
enum { SETTLING_LOOK = 50 };

static const char *class_name(enum ledger_class class)
{
	switch (class) {
	case LEDGER_FIELD:
		return "field";
	case LEDGER_TOUCH:
		return "touch";
	case LEDGER_MANUAL:
		return "manual";
	}
	return "";
}

/* The record whose rule gave it, when it came by a link. */
static void
add_source(struct api_call *call, const struct why_entry *entry,
	   struct json *item)
{
	struct store_record record;
	struct json *from;
	uint32_t id;

	if (!entry->history_id || entry->class != LEDGER_TOUCH ||
	    store_roll_up_source(call->store, entry->history_id, &id, NULL) !=
		    SG_OK ||
	    store_record_get(call->store, id, call->pool, &record, NULL) !=
		    SG_OK)
		return;
	from = json_new_object();
	json_add_text(from, "module", record.module);
	json_add_text(from, "key", record.key);
	json_add(item, "from", from);
}

static struct json *
entry_json(struct api_call *call, const struct why_entry *entry)
{
	struct json *item = json_new_object();

	json_add_time(item, "at", entry->at);
	json_add_number(item, "given", entry->given);
	json_add_number(item, "left", entry->left);
	json_add_text(item, "class", class_name(entry->class));
	if (entry->rate > 0)
		json_add_number(item, "degrade", entry->rate);
	if (entry->expires_at)
		json_add_time(item, "expires_at", entry->expires_at);
	if (*entry->rule)
		json_add_text(item, "rule", entry->rule);
	else
		json_add_null(item, "rule");
	json_add_text(item, "explanation", entry->explanation);
	add_source(call, entry, item);
	return item;
}

/* What would make somebody who adds the lines up wonder. */
static void
add_note(struct json *to, const struct why *why)
{
	double score = why->summary.value[SCORE_SCORE];
	struct buf text = BUF_INIT;

	if (why->n_entries == 0 && why->settings.has_default) {
		buf_append_text(&text, "nothing gave it points: this is the "
				       "default");
	} else if (why->limited < -NOTHING) {
		buf_append_text(&text, "limited by ceiling -");
		text_append_rounded(&text, -why->limited);
	} else if (why->limited > NOTHING) {
		buf_append_text(&text, "raised by floor +");
		text_append_rounded(&text, why->limited);
	} else if (round(score) > score + NOTHING) {
		text_append_number(&text, score);
		buf_append_text(&text, " is shown as ");
		text_append_rounded(&text, score);
		buf_append_text(&text, "; conditions compare the exact value");
	}
	if (text.len)
		json_add_text(to, "note", buf_text(&text));
	buf_done(&text);
}

/* ?threshold=50,80 beside those that something hangs on. */
static enum sg_status
read_thresholds(struct api_call *call, struct why_asked *asked,
		struct sg_err *err)
{
	const char *text = api_param(call, "threshold");

	while (text && *text) {
		size_t len = strcspn(text, ",");
		double threshold;

		if (!text_to_number(pool_memdup(call->pool, text, len),
				    &threshold))
			return err_set(err, SG_REFUSED,
				       "`threshold` is a number, as 50 or "
				       "50,80");
		why_ask(asked, threshold);
		text += len + (text[len] == ',');
	}
	return SG_OK;
}

static void
add_future(struct json *to, int64_t now, const struct why_future *future)
{
	struct json *crossings = json_new_array();

	json_add_number(to, "in_7_days", future->in_7_days);
	json_add_number(to, "in_30_days", future->in_30_days);
	json_add(to, "crossings", crossings);
	for (size_t i = 0; i < future->n_crossings; i++) {
		const struct why_crossing *crossing = &future->crossings[i];
		struct json *item = json_new_object();

		json_add_number(item, "threshold", crossing->threshold);
		json_add_text(item, "how",
			      crossing->rises ? "rises to" : "falls below");
		json_add_time(item, "at", crossing->at);
		json_add_number(item, "in_days",
				(double)(crossing->at - now) /
					(double)CLOCK_DAY_MS);
		json_push(crossings, item);
	}
}

static enum sg_status
show_future(struct api_call *call, uint32_t record_id,
	    const struct score_settings *settings, struct sg_err *err)
{
	struct apply *apply = call->api->options.apply;
	struct why_asked *asked = pool_alloc(call->pool, sizeof(*asked));
	struct why_future *future = pool_alloc(call->pool, sizeof(*future));
	enum sg_status status;

	asked->record_id = record_id;
	asked->score_id = settings->id;
	asked->now = call->now;
	status = read_thresholds(call, asked, err);
	why_ask_known(apply, asked, settings->name);
	if (status == SG_OK)
		status = why_look_ahead(apply, call->store, asked, future, err);
	if (status == SG_OK)
		add_future(call->answer, call->now, future);
	return status;
}

static void
show(struct api_call *call, const struct why *why)
{
	struct json *answer = api_answer(call), *entries = json_new_array();

	json_add_text(answer, "name", why->settings.name);
	for (size_t i = 0; i < why->n_entries; i++)
		json_push(entries, entry_json(call, &why->entries[i]));
	json_add(answer, "entries", entries);
	if (!why->summary.has_score) {
		json_add_text(answer, "note", "no score");
		return;
	}
	add_note(answer, why);
}

/* What came a moment ago counts once it has settled: who looks for it is told
 * that it is on its way. */
static enum sg_status
add_settling(struct api_call *call, uint32_t record_id, struct sg_err *err)
{
	struct store_history_filter filter = {.record_id = record_id,
					      .most = SETTLING_LOOK};
	struct store_history_rows rows;
	int64_t n = 0, until = 0;
	enum sg_status status = store_history_recent(call->store, &filter,
						     call->pool, &rows, err);
	struct json *settling;

	if (status != SG_OK)
		return status;
	for (size_t i = 0; i < rows.n_rows; i++) {
		const struct store_history *row = &rows.rows[i];

		if (!row->settle_until || row->verdict == VERDICT_MACHINE)
			continue;
		n++;
		if (row->settle_until > until)
			until = row->settle_until;
	}
	if (!n)
		return SG_OK;
	settling = json_new_object();
	json_add_int(settling, "signals", n);
	json_add_time(settling, "until", until);
	json_add(call->answer, "settling", settling);
	return SG_OK;
}

enum sg_status
api_scores_why(struct api_call *call, struct sg_err *err)
{
	struct scoreboard *board = call->api->options.scoreboard;
	struct json *summary = json_new_object();
	struct score_settings settings;
	struct store_record record;
	struct why why;
	enum sg_status status =
		api_contact(call, call->args[0], &record, NULL, err);

	json_add(api_answer(call), "summary", summary);
	if (status == SG_OK)
		status = api_score(call, call->args[1], &settings, err);
	if (status == SG_OK)
		status = why_read(call->store, board, record.id, settings.id,
				  call->now, call->pool, &why, err);
	if (status != SG_OK)
		return status;
	json_add_text(call->answer, "email", record.key);
	json_add_text(call->answer, "module", record.module);
	api_score_json(call, record.id, &settings, summary);
	show(call, &why);
	status = add_settling(call, record.id, err);
	if (status == SG_OK && why.summary.has_score)
		status = show_future(call, record.id, &settings, err);
	return status;
}
