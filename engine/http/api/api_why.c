/*
 * api_why.c - why a score is what it is: its parts, every ledger entry that is
 * still worth something, and what comes of it if nothing happens. The entries'
 * `left` add up to `raw`.
 *
 * The ledger only grows, so a point that is gone stands there twice: once
 * given, once closed. Entries of one cause (same signal, rule, class, side,
 * rate and moment) are shown as one, and a closing takes away all that it
 * closed: everything of its class, side and rate up to its moment.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "http/api/api_call.h"
#include "store/store_ledger.h"
#include "store/store_rule.h"

#define NOTHING 1e-9

struct entry {
	const struct store_ledger *row; /* the newest of its cause */
	double given, left;
	bool gone;
};

struct why {
	struct api_call *call;
	struct score_settings settings;
	struct store_record record;
	struct store_ledger_rows ledger;
	size_t n_entries;
	struct entry *entries;
};

static bool
is_one_sum(const struct store_ledger *a, const struct store_ledger *b)
{
	return a->class == b->class && a->side == b->side &&
	       fabs(a->rate - b->rate) < NOTHING;
}

/* A field rule's points come and go with the field: the rule is the cause,
 * not the signal that made it look. */
static bool
is_one_cause(const struct store_ledger *a, const struct store_ledger *b)
{
	if (a->rule_id != b->rule_id || !is_one_sum(a, b))
		return false;
	if (a->class == LEDGER_FIELD && a->rule_id)
		return true;
	return a->history_id == b->history_id && a->at == b->at;
}

static double
left_of(const struct why *why, const struct store_ledger *row)
{
	bool kept = row->side < 0 && !why->settings.degrade_negative;

	if (row->class != LEDGER_TOUCH || row->rate <= 0 || kept)
		return row->delta;
	return row->delta * score_decay(row->rate, why->call->now - row->at);
}

static void
close_up_to(struct why *why, const struct store_ledger *closing)
{
	for (size_t i = 0; i < why->n_entries; i++)
		if (is_one_sum(why->entries[i].row, closing) &&
		    why->entries[i].row->at <= closing->at)
			why->entries[i].gone = true;
}

static void
take(struct why *why, const struct store_ledger *row)
{
	struct entry *entry;

	if (row->entry == LEDGER_ENTRY_CLOSING) {
		close_up_to(why, row);
		return;
	}
	if (row->entry == LEDGER_ENTRY_ERASE)
		return;
	for (size_t i = 0; i < why->n_entries; i++) {
		entry = &why->entries[i];
		if (!entry->gone && is_one_cause(entry->row, row)) {
			entry->given += row->delta;
			entry->left += left_of(why, row);
			entry->row = row;
			return;
		}
	}
	entry = &why->entries[why->n_entries++];
	entry->row = row;
	entry->given = row->delta;
	entry->left = left_of(why, row);
	entry->gone = false;
}

static const char *
class_name(int class)
{
	return class == LEDGER_FIELD   ? "field"
	       : class == LEDGER_TOUCH ? "touch"
				       : "manual";
}

static enum sg_status
add_rule(struct why *why, uint32_t rule_id, struct json *to, struct sg_err *err)
{
	struct store_rule rule;
	enum sg_status status;

	if (rule_id == 0) {
		json_add_null(to, "rule");
		return SG_OK;
	}
	status = store_rule_get(why->call->store, rule_id, why->call->pool,
				&rule, err);
	if (status != SG_OK)
		return status == SG_NONE ? SG_OK : status;
	json_add_text(to, "rule", rule.name);
	json_add_int(to, "version", rule.version);
	return SG_OK;
}

static enum sg_status
add_entries(struct why *why, struct sg_err *err)
{
	struct json *array = json_new_array();
	enum sg_status status = SG_OK;

	json_add(api_answer(why->call), "entries", array);
	for (size_t i = 0; i < why->n_entries && status == SG_OK; i++) {
		const struct entry *entry = &why->entries[i];
		struct json *item;

		if (entry->gone || (fabs(entry->given) < NOTHING &&
				    fabs(entry->left) < NOTHING))
			continue;
		item = json_new_object();
		json_add_time(item, "at", entry->row->at);
		json_add_number(item, "given", entry->given);
		json_add_number(item, "left", entry->left);
		json_add_text(item, "class", class_name(entry->row->class));
		if (entry->row->rate > 0)
			json_add_number(item, "degrade", entry->row->rate);
		json_add_text(item, "explanation", entry->row->explanation);
		status = add_rule(why, entry->row->rule_id, item, err);
		json_push(array, item);
	}
	return status;
}

/* --- what will be, and what is odd --------------------------------------- */

static void
add_future(struct why *why, const char *name, int days)
{
	struct scoreboard *board = why->call->api->options.scoreboard;
	int64_t now = why->call->now;
	struct score_summary summary = {0};
	struct score_state state;
	struct score_rates rates;

	scoreboard_rates(board, &rates);
	if (scoreboard_get(board, why->record.id, why->settings.id, now,
			   &state))
		score_summarise(&state, &why->settings, &rates,
				now + days * CLOCK_DAY_MS, &summary);
	if (summary.has_score)
		json_add_number(api_answer(why->call), name,
				summary.value[SCORE_SCORE]);
	else
		json_add_null(api_answer(why->call), name);
}

static void
add_note(struct why *why, const struct score_summary *summary)
{
	double score = summary->value[SCORE_SCORE];
	double raw = summary->value[SCORE_RAW], shown = round(score);
	struct buf text = BUF_INIT;

	if (why->n_entries == 0) {
		buf_append_text(&text, "nothing has given it points: this is "
				       "the score's default");
	} else if (raw > score + NOTHING) {
		buf_append_text(&text, "limited by ceiling -");
		text_append_rounded(&text, raw - score);
	} else if (raw < score - NOTHING) {
		buf_append_text(&text, "raised by floor +");
		text_append_rounded(&text, score - raw);
	} else if (shown > score + 1e-6) {
		text_append_number(&text, score);
		buf_append_text(&text, " is shown as ");
		text_append_rounded(&text, score);
		buf_append_text(&text, ", and is less in a condition");
	}
	if (text.len)
		json_add_text(api_answer(why->call), "note", buf_text(&text));
	buf_done(&text);
}

static enum sg_status
fold_ledger(struct why *why, struct sg_err *err)
{
	enum sg_status status = store_ledger_of(
		why->call->store, why->record.id, why->settings.id,
		why->call->pool, &why->ledger, err);

	if (status != SG_OK)
		return status;
	why->entries = pool_alloc(why->call->pool, (why->ledger.n_rows +
						    1) * sizeof(*why->entries));
	for (size_t i = 0; i < why->ledger.n_rows; i++)
		take(why, &why->ledger.rows[i]);
	return SG_OK;
}

enum sg_status
api_scores_why(struct api_call *call, struct sg_err *err)
{
	struct why *why = pool_alloc(call->pool, sizeof(*why));
	struct json *parts = json_new_object();
	struct score_summary summary;
	enum sg_status status =
		api_contact(call, call->args[0], &why->record, NULL, err);

	json_add(api_answer(call), "summary", parts);
	why->call = call;
	if (status == SG_OK)
		status = api_score(call, call->args[1], &why->settings, err);
	if (status == SG_OK)
		status = fold_ledger(why, err);
	if (status != SG_OK)
		return status;
	json_add_text(call->answer, "email", why->record.key);
	json_add_text(call->answer, "name", why->settings.name);
	scoreboard_summary(call->api->options.scoreboard, why->record.id,
			   why->settings.id, call->now, &summary);
	if (api_score_json(call, why->record.id, &why->settings, parts))
		add_note(why, &summary);
	status = add_entries(why, err);
	add_future(why, "in_7_days", 7);
	add_future(why, "in_30_days", 30);
	return status;
}
