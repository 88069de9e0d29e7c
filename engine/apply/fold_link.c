/*
 * fold_link.c - links to other records, as timed history of the record that
 * they lead from; points that go along them (a rule's `also`), and those that
 * came along one. What came along a link goes along no further one.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"
#include "base/text.h"

static const char *
property(const struct signal *signal, const char *name)
{
	const char *value = signal_get(signal, name);

	return value ? value : "";
}

/* --- links -------------------------------------------------------------- */

static void
note_link(struct fold_run *run, enum fold_change_kind kind,
	  const struct fold_link *link)
{
	struct fold_change change = {.kind = kind,
				     .name = link->relation,
				     .since = link->since,
				     .to = link->to};

	fold_note(run, &change);
}

static void
remove_link(struct fold_run *run, size_t i)
{
	struct fold_record *record = run->record;

	note_link(run, FOLD_UNLINKED, &record->links.items[i]);
	free(record->links.items[i].relation);
	record->links.items[i] = record->links.items[--record->links.n];
}

static bool
is_linked(const struct fold_record *record, const char *relation, uint32_t to)
{
	size_t i;

	for (i = 0; i < record->links.n; i++)
		if (record->links.items[i].to == to &&
		    strcmp(record->links.items[i].relation, relation) == 0)
			return true;
	return false;
}

/* Who was not there yet when an unlink came has no id in it. */
static uint64_t
end_of(const struct signal *signal)
{
	return strtoull(property(signal, "end"), NULL, 16);
}

/* to 0 and end 0: all of that relation */
static bool
unlink_from(struct fold_run *run, const char *relation, uint32_t to,
	    uint64_t end)
{
	struct fold_record *record = run->record;
	size_t i = record->links.n;
	bool any = false;

	while (i-- > 0) {
		const struct fold_link *link = &record->links.items[i];

		if (strcmp(link->relation, relation) != 0 ||
		    ((to || end) && link->to != to && link->end != end))
			continue;
		remove_link(run, i);
		any = true;
	}
	return any;
}

bool
fold_link(struct fold_run *run, const struct signal *signal)
{
	const char *relation = property(signal, "relation");
	uint32_t to = fold_link_to(signal);
	uint64_t end = end_of(signal);
	struct fold_link *link;

	if (!*relation)
		return false;
	if (signal->kind == SIGNAL_UNLINK)
		return (to || end || !signal_get(signal, "key")) &&
		       unlink_from(run, relation, to, end);
	if (!to || to == run->record->id ||
	    is_linked(run->record, relation, to))
		return false;
	if (strcmp(property(signal, "one"), "yes") == 0)
		unlink_from(run, relation, 0, 0);
	link = fold_add(&run->record->links);
	link->relation = fold_must(strdup(relation));
	link->to = to;
	link->end = end;
	link->since = run->at;
	note_link(run, FOLD_LINKED, link);
	return true;
}

uint32_t
fold_link_to(const struct signal *signal)
{
	long long id;

	if (!text_to_int(property(signal, "to"), &id) || id < 1 ||
	    id > UINT32_MAX)
		return 0;
	return (uint32_t)id;
}

void
fold_each_link(const struct fold_record *record,
	       void (*fn)(void *arg, const struct fold_change *link), void *arg)
{
	size_t i;

	for (i = 0; i < record->links.n; i++) {
		struct fold_change change = {
			.kind = FOLD_LINKED,
			.name = record->links.items[i].relation,
			.since = record->links.items[i].since,
			.to = record->links.items[i].to};

		fn(arg, &change);
	}
}

/* --- along them --------------------------------------------------------- */

static void
note_roll(struct fold_run *run, const struct fold_roll *roll)
{
	struct fold_out *out = run->out;
	size_t i = out->n_rolls;

	/* A chain of score.changed may come to the same rule twice. */
	while (i-- > 0 && out->rolls[i].at == roll->at)
		if (out->rolls[i].history_id == roll->history_id &&
		    out->rolls[i].to == roll->to &&
		    strcmp(out->rolls[i].rule, roll->rule) == 0) {
			out->rolls[i].points += roll->points;
			return;
		}
	out->rolls = fold_grow(out->rolls, &out->n_rolls, &out->rolls_cap,
			       sizeof(*out->rolls));
	out->rolls[out->n_rolls - 1] = *roll;
	out->rolls[out->n_rolls - 1].rule = pool_strdup(out->pool, roll->rule);
}

void
fold_roll_up(struct fold_run *run, const struct fold_rule *rule, double points)
{
	const struct fold_record *record = run->record;
	struct fold_roll roll = {.rule = rule->rule->name,
				 .ruleset = run->ruleset->id,
				 .history_id = run->history_id,
				 .at = run->at,
				 .points = points,
				 .of = rule->rule->points};
	size_t i;

	if (!rule->rule->also || run->rolled_up ||
	    (run->out->quiet && !run->out->rolls_too))
		return;
	for (i = 0; i < record->links.n; i++) {
		if (strcmp(record->links.items[i].relation, rule->rule->also) !=
		    0)
			continue;
		roll.to = record->links.items[i].to;
		note_roll(run, &roll);
	}
}

static const struct fold_rule *
find_rule(const struct fold_ruleset *ruleset, const char *name)
{
	size_t i;

	for (i = 0; i < ruleset->n_rules; i++)
		if (strcmp(ruleset->all[i].rule->name, name) == 0)
			return &ruleset->all[i];
	return NULL;
}

static int64_t
number_of(const struct signal *signal, const char *name)
{
	return strtoll(property(signal, name), NULL, 10);
}

/* Points that were given before the opening: as much as is left of them. */
static bool
reverse(struct fold_run *run, struct fold_cause *cause, double points)
{
	const struct fold_rule *rule = cause->rule;
	struct fold_expiry given = {
		.rule_no = rule->no,
		.score_id = rule->score_id,
		.side = points < 0,
		.rate = rule->rates[points < 0],
		.points = points,
		.given_at = number_of(cause->signal, "given_at"),
		.history_id = number_of(cause->signal, "reverses")};

	cause->rule_id = rule->rule->id;
	return fold_reverse(run, cause, &given);
}

/* The first of the step under way: a chain of score.changed may add more. */
static void
date_back(struct fold_run *run, const struct fold_rule *rule, double points,
	  int64_t given_at)
{
	struct fold_record *record = run->record;
	struct fold_expiry *expiry =
		fold_expiry_find(record, rule->no, run->history_id);
	size_t i;

	if (expiry && expiry->given_at == run->at) {
		expiry->points = points;
		fold_expiry_move(record, expiry, given_at,
				 given_at + rule->rule->expires_ms);
	}
	for (i = 0; i < record->capped.n; i++) {
		struct fold_capped *capped = &record->capped.items[i];

		if (capped->rule_no != rule->no || capped->at != run->at ||
		    capped->history_id != run->history_id)
			continue;
		capped->points = points;
		capped->at = given_at;
		break;
	}
}

/* They come again, as much as would be left of them: but as given then, for
 * their end and their cap. */
static bool
restore(struct fold_run *run, struct fold_cause *cause, double points)
{
	const struct fold_rule *rule = cause->rule;
	int64_t given_at = number_of(cause->signal, "given_at");
	int64_t ends_at = given_at + rule->rule->expires_ms;
	double rate = run->world->rates.rates[rule->rates[points < 0]];

	if ((rule->rule->expires_ms && ends_at <= run->at) ||
	    !fold_cap_trim(run, rule, given_at, &points))
		return false;
	fold_give(run, cause, LEDGER_TOUCH,
		  points * score_decay(rate, run->at - given_at));
	date_back(run, rule, points, given_at);
	return true;
}

bool
fold_take_roll_up(struct fold_run *run, const struct signal *signal)
{
	const struct fold_rule *rule =
		find_rule(run->ruleset, property(signal, "rule"));
	struct fold_cause cause = {.rule = rule, .signal = signal};
	double points, of;

	if (!rule || !rule->score_id || !rule->rule->also ||
	    !rule->rule->enabled || signal->verdict != VERDICT_HUMAN ||
	    !text_to_number(property(signal, "points"), &points))
		return false;
	/* Under other rules than it was given by (rules run): as they say. */
	if (text_to_number(property(signal, "of"), &of) &&
	    of != rule->rule->points)
		points = rule->rule->points;
	if (signal_get(signal, "reverses"))
		return reverse(run, &cause, points);
	if (signal_get(signal, "restores"))
		return restore(run, &cause, points);
	/* A cap is the most that a rule gives to one record. */
	if (!fold_cap_trim(run, rule, run->at, &points))
		return false;
	fold_give(run, &cause, LEDGER_TOUCH, points);
	return true;
}

bool
fold_rename(struct fold_run *run, const struct signal *signal)
{
	const char *new = property(signal, "new");

	if (!*new || *property(signal, "refused") ||
	    strcmp(run->record->key, new) == 0)
		return false;
	fold_record_set_key(run->record, new);
	return true;
}

void
fold_record_set_key(struct fold_record *record, const char *key)
{
	free(record->key);
	record->key = fold_must(strdup(key));
}
