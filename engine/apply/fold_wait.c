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
	struct fold_wait *wait;
	struct buf bytes = BUF_INIT;

	if (!is_tracked(signal, absent->name))
		return;
	signal_encode(&bytes, signal);
	wait = fold_add(&run->record->waits);
	wait->ruleset = run->ruleset;
	wait->rule = rule;
	wait->history_id = run->history_id;
	wait->message_id = signal->message_id;
	wait->due_at = run->at + absent->within_ms;
	wait->missing = absent->times;
	wait->depth = depth;
	wait->bytes = (unsigned char *)buf_take(&bytes, &wait->len);
	run->record->bytes += wait->len;
}

/* --- what happens meanwhile ---------------------------------------------- */

static void
drop(struct fold_record *record, size_t i)
{
	record->bytes -= record->waits.items[i].len;
	free(record->waits.items[i].bytes);
	fold_remove(&record->waits, i);
}

static bool
is_of_message(const struct fold_wait *wait, const struct signal *signal)
{
	return wait->message_id && wait->message_id == signal->message_id;
}

/* One of another message is none of its business. */
static bool
is_awaited(struct fold_run *run, const struct fold_wait *wait,
	   const struct signal *signal)
{
	if (wait->message_id && signal->message_id &&
	    wait->message_id != signal->message_id)
		return false;
	return condition_signal_meets(wait->rule->rule->absence, &run->view,
				      signal, run->at);
}

static void
note_person(struct fold_wait *wait, const struct signal *signal)
{
	if (!is_of_message(wait, signal))
		return;
	if (signal->verdict == VERDICT_HUMAN &&
	    (is_named(signal, "email.opened") ||
	     is_named(signal, "email.clicked") ||
	     is_named(signal, "email.replied")))
		wait->person = true;
	else if (signal->verdict == VERDICT_PROXY)
		wait->proxy = true;
}

void
fold_wait_see(struct fold_run *run, const struct signal *signal)
{
	struct fold_record *record = run->record;
	bool bounced = is_named(signal, "email.bounced");
	size_t i = 0;

	while (i < record->waits.n) {
		struct fold_wait *wait = &record->waits.items[i];

		note_person(wait, signal);
		if (signal->verdict == VERDICT_HUMAN &&
		    is_awaited(run, wait, signal) && wait->missing)
			wait->missing--;
		if (!wait->missing || (bounced && is_of_message(wait, signal)))
			drop(record, i);
		else
			i++;
	}
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
	struct fold_record *record = run->record;
	size_t first = record->waits.n, i;
	struct fold_wait wait;

	for (i = 0; i < record->waits.n; i++)
		if (record->waits.items[i].due_at <= run->at &&
		    (first == record->waits.n ||
		     record->waits.items[i].due_at <
			     record->waits.items[first].due_at))
			first = i;
	if (first == record->waits.n)
		return false;
	wait = record->waits.items[first];
	record->waits.items[first].bytes = NULL; /* until it has fired */
	record->bytes -= wait.len;
	fold_remove(&record->waits, first);
	fire(run, &wait);
	free(wait.bytes);
	return true;
}

void
fold_waits_forget(struct fold_record *record, uint32_t score_id,
		  uint32_t rule_no)
{
	size_t i = 0;

	while (i < record->waits.n) {
		const struct fold_wait *wait = &record->waits.items[i];

		if (wait->rule->score_id == score_id ||
		    wait->rule->no == rule_no)
			drop(record, i);
		else
			i++;
	}
}

void
fold_waits_done(struct fold_record *record)
{
	size_t i;

	for (i = 0; i < record->waits.n; i++)
		free(record->waits.items[i].bytes);
	free(record->waits.items);
}
