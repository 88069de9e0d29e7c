/* fold_field.c - field rules: they hold as long as their condition does. */
#include <string.h>

#include "apply/fold_parts.h"

static struct fold_held *
find_held(struct fold_record *record, uint32_t rule_no)
{
	size_t i;

	for (i = 0; i < record->held.n; i++)
		if (record->held.items[i].rule_no == rule_no)
			return &record->held.items[i];
	return NULL;
}

static void
release(struct fold_run *run, struct fold_held *held,
	const struct fold_rule *rule)
{
	struct fold_cause cause = {.rule = rule, .rule_id = held->rule_id};
	struct score_sum sum = {.class = LEDGER_FIELD,
				.side = held->points < 0,
				.worth = held->points};

	if (!held->paid)
		return;
	held->paid = false;
	fold_take(run, &cause, held->score_id, &sum);
}

static void
pay(struct fold_run *run, struct fold_held *held, const struct fold_rule *rule)
{
	struct fold_cause cause = {.rule = rule, .rule_id = rule->rule->id};

	held->paid = true;
	held->points = rule->rule->points;
	held->score_id = rule->score_id;
	held->rule_id = rule->rule->id;
	fold_give(run, &cause, LEDGER_FIELD, rule->rule->points);
}

static bool
holds_now(struct fold_run *run, const struct fold_rule *ready)
{
	const struct rule *rule = ready->rule;

	return rule->enabled && ready->score_id &&
	       strcmp(rule->module, run->record->module) == 0 &&
	       (!rule->condition ||
		condition_test(rule->condition, &run->view, NULL, run->at));
}

static void
look_at(struct fold_run *run, const struct fold_rule *rule)
{
	struct fold_held *held = find_held(run->record, rule->no);
	bool holds = holds_now(run, rule);

	if (!held) {
		if (!holds)
			return;
		held = fold_add(&run->record->held);
		held->rule_no = rule->no;
	}
	if (held->holds && !holds) {
		held->holds = false;
		release(run, held, rule);
	} else if (!held->holds && holds) {
		held->holds = true;
		pay(run, held, rule);
	} else if (holds && held->paid &&
		   (held->points != rule->rule->points ||
		    held->score_id != rule->score_id)) {
		release(run, held, rule);
		pay(run, held, rule);
	}
}

void
fold_hold(struct fold_run *run, bool all)
{
	const struct fold_ruleset *ruleset =
		run->world->rulesets[run->record->ruleset];
	size_t i;

	if (!ruleset->field_rules || (!all && !ruleset->history_rules))
		return;
	for (i = 0; i < ruleset->n_rules; i++) {
		const struct fold_rule *rule = &ruleset->all[i];

		if (!rule->rule->on && (all || rule->history || rule->timed))
			look_at(run, rule);
	}
}

static void
take_back_held(struct fold_run *run, uint32_t rule_no)
{
	struct fold_held *held = find_held(run->record, rule_no);

	if (!held)
		return;
	release(run, held, NULL);
	*held = run->record->held.items[--run->record->held.n];
}

/* A field rule that was changed into a signal rule holds no more. */
static void
release_turned(struct fold_run *run, const struct fold_ruleset *to)
{
	size_t i;

	for (i = 0; i < to->n_rules; i++) {
		const struct fold_rule *rule = &to->all[i];
		struct fold_held *held =
			rule->rule->on ? find_held(run->record, rule->no)
				       : NULL;

		if (!held || !held->holds)
			continue;
		held->holds = false;
		release(run, held, rule);
	}
}

/* One that pays to another score now is paid anew there, whatever becomes of
 * the old score. */
static void
release_moved(struct fold_run *run, const struct fold_ruleset *to)
{
	size_t i;

	for (i = 0; i < to->n_rules; i++) {
		const struct fold_rule *rule = &to->all[i];
		struct fold_held *held = find_held(run->record, rule->no);

		if (!held || !held->paid || held->score_id == rule->score_id)
			continue;
		held->holds = false;
		release(run, held, rule);
	}
}

void
fold_change_ruleset(struct fold_run *run, const struct fold_ruleset *to)
{
	size_t i;

	release_turned(run, to);
	if (to->n_hides)
		release_moved(run, to);
	for (i = 0; i < to->n_taken_back; i++) {
		take_back_held(run, to->taken_back[i]);
		fold_take_back(run, to->taken_back[i]);
	}
	for (i = 0; i < to->n_hides; i++)
		if (strcmp(to->hides[i].module, run->record->module) == 0)
			fold_hide(run, to->hides[i].score_id);
	fold_hold(run, true);
}

void
fold_plan_next_change(struct fold_run *run)
{
	struct fold_record *record = run->record;
	const struct fold_ruleset *ruleset =
		run->world->rulesets[record->ruleset];
	size_t i;

	record->next_change =
		record->deleted ? INT64_MAX : fold_next_due(record);
	if (!ruleset->timed_rules || record->deleted)
		return;
	for (i = 0; i < ruleset->n_rules; i++) {
		const struct fold_rule *rule = &ruleset->all[i];
		int64_t next;

		if (rule->rule->on || !rule->timed || !rule->rule->enabled)
			continue;
		next = condition_next_change(rule->rule->condition, &run->view,
					     run->at);
		if (next <= run->at)
			next = run->at + 1; /* never twice the same moment */
		if (next < record->next_change)
			record->next_change = next;
	}
}
