/* fold_score.c - from what rules and people want to ledger entries, by way of
 * score_apply.h; and the score.changed that follows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"
#include "base/text.h"

struct score_state *
fold_state(struct fold_run *run, uint32_t score_id)
{
	struct fold_record *record = run->record;

	if (score_id > record->n_scores) {
		size_t n = record->n_scores;

		record->scores = fold_must(realloc(
			record->scores, score_id * sizeof(struct score_state)));
		for (; n < score_id; n++)
			score_state_init(&record->scores[n], run->at);
		record->n_scores = score_id;
	}
	return &record->scores[score_id - 1];
}

/* --- the entries -------------------------------------------------------- */

static const char *
explain(struct fold_run *run, const struct fold_cause *cause,
	const struct score_entry *entry)
{
	const struct signal *signal = cause->signal;
	struct buf text = BUF_INIT;
	const char *kept;

	buf_init(&text, 4096);
	if (cause->expired)
		buf_printf(&text, "expired: %s", cause->expired);
	else if (cause->hidden)
		buf_append_text(&text, "no rule is left for this score");
	else if (entry->entry == LEDGER_CLOSING && cause->rule)
		buf_printf(&text, "no longer so: %s", cause->rule->rule->name);
	else if (entry->entry == LEDGER_CLOSING && cause->rule_id)
		buf_append_text(&text, "rule removed, points taken back");
	else if (signal && signal->kind == SIGNAL_ROLL_UP)
		buf_append_text(&text, signal->because);
	else if (cause->rule)
		rule_explain(cause->rule->rule, &run->view, signal, &text);
	else if (signal && *signal->because)
		buf_append_text(&text, signal->because);
	else if (signal)
		buf_append_text(&text, signal->name);
	kept = pool_strdup(run->out->pool, buf_text(&text));
	buf_done(&text);
	return kept;
}

static void
note(struct fold_run *run, const struct fold_cause *cause, uint32_t score_id,
     const struct score_entry *entry)
{
	struct fold_out *out = run->out;
	struct fold_points *points;

	if (out->quiet)
		return;
	out->points = fold_grow(out->points, &out->n_points, &out->points_cap,
				sizeof(*out->points));
	points = &out->points[out->n_points - 1];
	points->score_id = score_id;
	points->rule_id = cause->rule_id;
	points->history_id = run->history_id;
	points->entry = *entry;
	points->explanation = explain(run, cause, entry);
}

static const char *
number(struct fold_run *run, double value)
{
	struct buf text = BUF_INIT;
	const char *kept;

	text_append_number(&text, value);
	kept = pool_strdup(run->scratch, buf_text(&text));
	buf_done(&text);
	return kept;
}

/* Rules on score.changed give points that change the score: depth says how
 * far a chain has come. */
static void
changed(struct fold_run *run, const struct fold_cause *cause, uint32_t score_id,
	double old, double new)
{
	const struct fold_world *world = run->world;
	struct signal signal;

	if (!run->ruleset->score_triggers && !world->keeps_scores)
		return;
	if (cause->depth >= FOLD_DEPTH_MOST) {
		run->out->chain_too_deep = true;
		return;
	}
	if (!run->scratch)
		run->scratch = pool_new();
	signal_init(&signal, "score.changed", run->at);
	signal.source = "engine";
	if (cause->signal)
		signal.message_id = cause->signal->message_id;
	signal.n_props = 5;
	signal.props[0] =
		(struct signal_prop){"score", world->scores[score_id - 1].name};
	signal.props[1] =
		(struct signal_prop){"points", number(run, new - old)};
	signal.props[2] = (struct signal_prop){"old", number(run, old)};
	signal.props[3] = (struct signal_prop){"new", number(run, new)};
	signal.props[4] = (struct signal_prop){
		"rule", cause->rule ? cause->rule->rule->name : ""};
	fold_see(run, &signal);
	fold_fire(run, &signal, cause->depth + 1);
}

/* --- rules -------------------------------------------------------------- */

static struct fold_given *
find_given(struct fold_record *record, const struct fold_given *like)
{
	size_t i;

	for (i = 0; i < record->given.n; i++) {
		struct fold_given *at = &record->given.items[i];

		if (at->rule_no == like->rule_no && at->side == like->side &&
		    at->rate == like->rate && at->score_id == like->score_id)
			return at;
	}
	return NULL;
}

double
fold_given_worth(const struct fold_run *run, const struct fold_expiry *like)
{
	struct fold_given key = {.rule_no = like->rule_no,
				 .score_id = like->score_id,
				 .side = like->side,
				 .rate = like->rate};
	const struct fold_given *given = find_given(run->record, &key);

	return given ? given->worth *
			       score_decay(run->world->rates.rates[given->rate],
					   run->at - given->at)
		     : 0;
}

void
fold_given_less(struct fold_run *run, uint32_t rule_no, uint32_t score_id,
		const struct score_sum *sum)
{
	struct fold_record *record = run->record;
	struct fold_given like = {.rule_no = rule_no,
				  .score_id = score_id,
				  .side = sum->side,
				  .rate = sum->rate};
	struct fold_given *given = find_given(record, &like);

	if (!given)
		return;
	given->worth *= score_decay(run->world->rates.rates[given->rate],
				    run->at - given->at);
	given->worth -= sum->worth;
	given->at = run->at;
	if (score_equal_among(given->worth, 0, sum->worth))
		*given = record->given.items[--record->given.n];
}

static void
note_given(struct fold_run *run, const struct fold_rule *rule,
	   const struct score_entry *entry)
{
	struct fold_record *record = run->record;
	struct fold_given like = {.rule_no = rule->no,
				  .score_id = rule->score_id,
				  .side = entry->side,
				  .rate = entry->rate};
	struct fold_given *given = find_given(record, &like);

	if (!given) {
		given = fold_add(&record->given);
		given->rule_no = rule->no;
		given->score_id = rule->score_id;
		given->side = entry->side;
		given->rate = entry->rate;
		given->at = entry->at;
	}
	given->worth *= score_decay(run->world->rates.rates[given->rate],
				    entry->at - given->at);
	given->worth += entry->delta;
	given->at = entry->at;
	given->rule_id = rule->rule->id;
}

void
fold_give(struct fold_run *run, const struct fold_cause *cause,
	  enum ledger_class class, double points)
{
	const struct fold_rule *rule = cause->rule;
	struct fold_cause by = *cause;
	struct score_operation operation = {
		.class = class, .points = points, .at = run->at};
	struct score_entry entry;

	by.rule_id = rule->rule->id;
	if (class == LEDGER_TOUCH)
		operation.rate = rule->rates[points < 0];
	score_apply_points(fold_state(run, rule->score_id), &run->world->rates,
			   &operation, &entry);
	if (class == LEDGER_TOUCH) {
		note_given(run, rule, &entry);
		fold_roll_up(run, rule, points);
		fold_cap_note(run, rule, &entry);
		fold_expiry_begin(run, cause, &entry);
	}
	note(run, &by, rule->score_id, &entry);
	changed(run, &by, rule->score_id, entry.balance - entry.delta,
		entry.balance);
}

void
fold_take(struct fold_run *run, const struct fold_cause *cause,
	  uint32_t score_id, const struct score_sum *sum)
{
	struct score_entry entry;

	score_apply_close(fold_state(run, score_id), &run->world->rates, sum,
			  run->at, &entry);
	note(run, cause, score_id, &entry);
	changed(run, cause, score_id, entry.balance - entry.delta,
		entry.balance);
}

void
fold_take_back(struct fold_run *run, uint32_t rule_no)
{
	struct fold_record *record = run->record;
	size_t i = 0;

	fold_waits_forget(record, 0, rule_no);
	fold_expiries_forget(record, 0, rule_no);
	fold_caps_forget(record, 0, rule_no);
	while (i < record->given.n) {
		struct fold_given given = record->given.items[i];
		struct fold_cause cause = {.rule_id = given.rule_id};
		struct score_sum sum = {.class = LEDGER_TOUCH,
					.side = given.side,
					.rate = given.rate};

		if (given.rule_no != rule_no) {
			i++;
			continue;
		}
		record->given.items[i] = record->given.items[--record->given.n];
		sum.worth = given.worth *
			    score_decay(run->world->rates.rates[given.rate],
					run->at - given.at);
		fold_take(run, &cause, given.score_id, &sum);
	}
}

/* --- what was before ------------------------------------------------------ */

static void
note_sum(struct fold_run *run, const struct signal *signal, uint32_t score_id,
	 struct score_entry *entry)
{
	struct fold_cause cause = {.signal = signal};

	entry->at = run->at;
	entry->balance += entry->delta;
	note(run, &cause, score_id, entry);
}

static void
note_sums(struct fold_run *run, const struct signal *signal, uint32_t score_id,
	  struct score_entry *entry)
{
	const struct score_state *state = &run->record->scores[score_id - 1];

	for (entry->side = 0; entry->side < 2; entry->side++) {
		entry->class = LEDGER_FIELD;
		if ((entry->delta = state->field[entry->side]) != 0)
			note_sum(run, signal, score_id, entry);
		entry->class = LEDGER_MANUAL;
		if ((entry->delta = state->manual[entry->side]) != 0)
			note_sum(run, signal, score_id, entry);
		entry->class = LEDGER_TOUCH;
		for (; entry->rate < run->world->rates.n_rates; entry->rate++)
			if ((entry->delta =
				     state->touch[entry->rate][entry->side]) !=
			    0)
				note_sum(run, signal, score_id, entry);
		entry->rate = 0;
	}
}

void
fold_note_opening(struct fold_run *run, const struct signal *signal,
		  uint32_t score_id)
{
	const struct score_state *state = &run->record->scores[score_id - 1];
	struct score_entry entry = {.entry = LEDGER_POINTS};
	size_t before = run->out->n_points;

	note_sums(run, signal, score_id, &entry);
	if (run->out->n_points > before || run->out->quiet)
		return;
	entry = (struct score_entry){.class = LEDGER_MANUAL,
				     .entry = LEDGER_POINTS};
	if (state->erased)
		entry.entry = LEDGER_ERASE;
	if (state->scored || state->erased)
		note_sum(run, signal, score_id, &entry);
}

/* --- people ------------------------------------------------------------- */

static void
forget_given(struct fold_record *record, uint32_t score_id)
{
	size_t n = 0, i;

	for (i = 0; i < record->given.n; i++)
		if (record->given.items[i].score_id != score_id)
			record->given.items[n++] = record->given.items[i];
	record->given.n = n;
	fold_expiries_close(record, score_id);
}

static void
forget_paid(struct fold_record *record, uint32_t score_id)
{
	size_t i;

	for (i = 0; i < record->held.n; i++)
		if (record->held.items[i].score_id == score_id)
			record->held.items[i].paid = false;
}

static void
hide_sum(struct fold_run *run, uint32_t score_id, struct score_sum sum)
{
	struct score_state *state = fold_state(run, score_id);
	struct fold_cause cause = {.hidden = true};

	for (sum.side = 0; sum.side < 2; sum.side++) {
		sum.worth = sum.class == LEDGER_FIELD
				    ? state->field[sum.side]
				    : state->touch[sum.rate][sum.side];
		if (sum.worth != 0)
			fold_take(run, &cause, score_id, &sum);
		state = fold_state(run, score_id);
	}
}

void
fold_hide(struct fold_run *run, uint32_t score_id)
{
	struct score_sum sum = {.class = LEDGER_TOUCH};

	fold_waits_forget(run->record, score_id, NO_RULE_NO);
	if (score_id > run->record->n_scores)
		return; /* nothing was given yet */
	forget_given(run->record, score_id);
	forget_paid(run->record, score_id);
	fold_expiries_forget(run->record, score_id, NO_RULE_NO);
	score_state_advance(fold_state(run, score_id), &run->world->rates,
			    run->at);
	for (; sum.rate < run->world->rates.n_rates; sum.rate++)
		hide_sum(run, score_id, sum);
	hide_sum(run, score_id, (struct score_sum){.class = LEDGER_FIELD});
}

static size_t
operate(struct fold_run *run, const struct signal *signal, uint32_t score_id,
	double points, struct score_entry *entries)
{
	struct score_state *state = fold_state(run, score_id);
	const struct score_rates *rates = &run->world->rates;
	struct score_operation add = {
		.class = LEDGER_MANUAL, .points = points, .at = run->at};

	switch (signal->kind) {
	case SIGNAL_SCORE_SET:
		forget_given(run->record, score_id);
		return score_apply_set(state, rates, points, run->at, entries);
	case SIGNAL_SCORE_ERASE:
		forget_given(run->record, score_id);
		forget_paid(run->record, score_id);
		fold_once_forget(run->record, score_id);
		fold_waits_forget(run->record, score_id, NO_RULE_NO);
		fold_expiries_forget(run->record, score_id, NO_RULE_NO);
		fold_caps_forget(run->record, score_id, NO_RULE_NO);
		return score_apply_erase(state, rates, run->at, entries);
	default:
		score_apply_points(state, rates, &add, entries);
		return 1;
	}
}

/* What a survey's score may be bound to: the first answers count, or the best.
 */
static bool
is_wanted(struct fold_run *run, const struct signal *signal, uint32_t score_id,
	  double points)
{
	const struct score_state *state = fold_state(run, score_id);
	const char *only_if = signal_get(signal, "only_if");

	if (!only_if || !state->scored)
		return true;
	if (strcmp(only_if, "empty") == 0)
		return false;
	return strcmp(only_if, "higher") != 0 ||
	       points > score_state_raw(state, &run->world->rates);
}

bool
fold_operate(struct fold_run *run, const struct signal *signal)
{
	struct score_entry entries[SCORE_APPLY_MOST];
	struct fold_cause cause = {.signal = signal};
	const char *name = signal_get(signal, "score");
	const char *text = signal_get(signal, "points");
	double points = 0, old;
	uint32_t score_id;
	size_t n, i;

	score_id = fold_world_score(run->world, name && *name ? name : "lead");
	if (!score_id)
		return false;
	if (signal->kind != SIGNAL_SCORE_ERASE &&
	    (!text || !text_to_number(text, &points) ||
	     fabs(points) > SCORE_POINTS_MOST))
		return false;
	score_state_advance(fold_state(run, score_id), &run->world->rates,
			    run->at);
	old = score_state_raw(fold_state(run, score_id), &run->world->rates);
	if (!is_wanted(run, signal, score_id, points))
		return false;
	n = operate(run, signal, score_id, points, entries);
	for (i = 0; i < n; i++)
		note(run, &cause, score_id, &entries[i]);
	/* One change of the score, whatever it took. */
	changed(run, &cause, score_id, old, entries[n - 1].balance);
	return true;
}
