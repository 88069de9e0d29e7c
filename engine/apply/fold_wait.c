/*
 * fold_wait.c - absence: a rule with `unless` waits from its signal on, and
 * gives its points when the time is over. Whatever says that it cannot be
 * known whether it happened (the mail came back, was not tracked, was opened
 * by a privacy proxy only) keeps it from firing: unknown is not absence.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"

static bool
is_named(const struct signal *signal, const char *name)
{
	return strcmp(signal->name, name) == 0;
}

/* --- does it begin? ------------------------------------------------------ */

static bool
has_word(const char *words, const char *word)
{
	size_t len;

	for (; *words; words += len + strspn(words + len, ", ")) {
		len = strcspn(words, ", ");
		if (len == strlen(word) && strncmp(words, word, len) == 0)
			return true;
	}
	return false;
}

/* A mail says what can be seen of it; where nothing says so, all can. */
static bool
is_tracked(const struct signal *signal, const char *awaited)
{
	const char *tracking = signal_get(signal, "tracking");

	if (tracking && strcmp(awaited, "email.opened") == 0)
		return has_word(tracking, "opens");
	if (tracking && strcmp(awaited, "email.clicked") == 0)
		return has_word(tracking, "clicks");
	return true;
}

void
fold_wait_begin(struct fold_run *run, const struct fold_rule *rule,
		const struct signal *signal, unsigned depth)
{
	const struct condition_signal *absent = &rule->rule->absent;
	struct fold_wait wait = {.ruleset = run->ruleset,
				 .rule = rule,
				 .history_id = run->history_id,
				 .message_id = signal->message_id,
				 .due_at = run->at + absent->within_ms,
				 .missing = absent->times,
				 .depth = depth};
	struct buf bytes = BUF_INIT;

	if (!is_tracked(signal, absent->name))
		return;
	signal_encode(&bytes, signal);
	wait.bytes = (unsigned char *)buf_take(&bytes, &wait.len);
	fold_wait_put(run->record, &wait);
}

void
fold_wait_put(struct fold_record *record, const struct fold_wait *wait)
{
	if (!record->waits)
		record->waits = fold_must(calloc(1, sizeof(*record->waits)));
	fold_waits_add(record->waits, wait);
	record->bytes += wait->len;
}

/* --- what happens meanwhile ---------------------------------------------- */

static void
drop(struct fold_record *record, uint32_t slot)
{
	record->bytes -= record->waits->items[slot].len;
	free(fold_waits_take(record->waits, slot));
}

static void
note_person(struct fold_wait *wait, const struct signal *signal)
{
	if (signal->verdict == VERDICT_HUMAN &&
	    (is_named(signal, "email.opened") ||
	     is_named(signal, "email.clicked") ||
	     is_named(signal, "email.replied")))
		wait->person = true;
	else if (signal->verdict == VERDICT_PROXY)
		wait->proxy = true;
}

static void
see_mail(struct fold_record *record, const struct signal *signal)
{
	struct fold_waits *waits = record->waits;
	bool bounced = is_named(signal, "email.bounced");
	uint32_t at = fold_waits_of_message(waits, signal->message_id), next;

	for (; at; at = next) {
		struct fold_wait *wait = &waits->items[at - 1];

		next = wait->same;
		if (wait->message_id != signal->message_id)
			continue;
		note_person(wait, signal);
		if (bounced)
			drop(record, at - 1);
	}
}

static void
meet(struct fold_record *record, uint32_t slot)
{
	if (--record->waits->items[slot].missing == 0)
		drop(record, slot);
}

static void
meet_all(struct fold_record *record, uint32_t first)
{
	uint32_t next;

	for (; first; first = next) {
		next = record->waits->items[first - 1].after;
		meet(record, first - 1);
	}
}

static void
meet_of_mail(struct fold_record *record, const struct fold_rule *rule,
	     uint64_t message_id)
{
	const struct fold_waits *waits = record->waits;
	uint32_t at = fold_waits_of_message(waits, message_id), next;

	for (; at; at = next) {
		const struct fold_wait *wait = &waits->items[at - 1];

		next = wait->same;
		if (wait->message_id == message_id && wait->rule == rule)
			meet(record, at - 1);
	}
}

/* What is awaited happened. One of another message is none of a mail's
 * business. */
static void
see_awaited(struct fold_run *run, const struct signal *signal)
{
	struct fold_record *record = run->record;
	size_t i;

	for (i = 0; i < record->waits->n_rules; i++) {
		struct fold_awaiting of = record->waits->rules[i];

		if (!of.n ||
		    !condition_signal_meets(of.rule->rule->absence, &run->view,
					    signal, run->at))
			continue;
		meet_all(record, of.first[0]);
		if (signal->message_id)
			meet_of_mail(record, of.rule, signal->message_id);
		else
			meet_all(record, of.first[1]);
	}
}

void
fold_wait_see(struct fold_run *run, const struct signal *signal)
{
	if (signal->message_id)
		see_mail(run->record, signal);
	if (signal->verdict == VERDICT_HUMAN)
		see_awaited(run, signal);
}

/* --- the time is over ---------------------------------------------------- */

/* A rule that was removed or put to sleep meanwhile gives nothing. Of two
 * rulesets the later: what is imported is older than all of them. */
static const struct fold_ruleset *
ruleset_then(const struct fold_run *run, const struct fold_wait *wait)
{
	const struct fold_ruleset *then =
		run->world->rulesets[run->record->ruleset];

	return then->applied_at > wait->ruleset->applied_at ? then
							    : wait->ruleset;
}

static bool
is_in_force(const struct fold_ruleset *ruleset, uint32_t rule_no)
{
	size_t i;

	for (i = 0; i < ruleset->n_rules; i++)
		if (ruleset->all[i].no == rule_no)
			return ruleset->all[i].rule->enabled &&
			       ruleset->all[i].rule->absence;
	return false;
}

static void
fire(struct fold_run *run, const struct fold_wait *wait)
{
	const struct fold_ruleset *before = run->ruleset;
	struct fold_cause cause = {.rule = wait->rule, .depth = wait->depth};
	struct signal signal;

	run->ruleset = ruleset_then(run, wait);
	run->history_id = wait->history_id;
	if (!run->scratch)
		run->scratch = pool_new();
	if (is_in_force(run->ruleset, wait->rule->no) &&
	    !(wait->proxy && !wait->person) &&
	    signal_decode(wait->bytes, wait->len, run->scratch, &signal,
			  NULL) == SG_OK) {
		cause.signal = &signal;
		fold_award(run, &cause);
	}
	run->ruleset = before;
}

bool
fold_wait_run(struct fold_run *run)
{
	struct fold_waits *waits = run->record->waits;
	const struct due_item *first =
		waits ? due_heap_first(&waits->due) : NULL;
	struct fold_wait wait;

	if (!first || first->at > run->at)
		return false;
	wait = waits->items[first->slot];
	fold_waits_take(waits, first->slot); /* wait.bytes are ours now */
	run->record->bytes -= wait.len;
	fire(run, &wait);
	free(wait.bytes);
	return true;
}

void
fold_waits_forget(struct fold_record *record, uint32_t score_id,
		  uint32_t rule_no)
{
	struct fold_waits *waits = record->waits;
	uint32_t slot;

	for (slot = 0; waits && slot < waits->n_slots; slot++) {
		const struct fold_rule *rule = waits->items[slot].rule;

		if (rule && (rule->score_id == score_id || rule->no == rule_no))
			drop(record, slot);
	}
}
