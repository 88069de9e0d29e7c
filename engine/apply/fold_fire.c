/* fold_fire.c - the rules on a signal. */
#include <string.h>

#include "apply/fold_parts.h"

static bool
fires(struct fold_run *run, const struct fold_rule *ready,
      const struct signal *signal)
{
	const struct rule *rule = ready->rule;

	if (strcmp(rule->on, signal->name) != 0 || !rule->enabled ||
	    !ready->score_id || signal->verdict > rule->verdict ||
	    strcmp(rule->module, run->record->module) != 0)
		return false;
	return !rule->condition ||
	       condition_test(rule->condition, &run->view, signal, run->at);
}

void
fold_award(struct fold_run *run, const struct fold_cause *cause)
{
	double points = cause->rule->rule->points;

	if (!fold_once_allows(run, cause->rule, cause->signal) ||
	    !fold_cap_trim(run, cause->rule, &points))
		return;
	fold_once_note(run, cause->rule, cause->signal);
	fold_give(run, cause, LEDGER_TOUCH, points);
}

void
fold_fire(struct fold_run *run, const struct signal *signal, unsigned depth)
{
	const struct fold_ruleset *ruleset = run->ruleset;
	size_t i = fold_ruleset_first(ruleset, signal->name);

	for (; i != NO_RULE; i = ruleset->all[i].next_on) {
		const struct fold_rule *rule = &ruleset->all[i];
		struct fold_cause cause = {
			.rule = rule, .signal = signal, .depth = depth};

		if (!fires(run, rule, signal))
			continue;
		if (rule->rule->absence)
			fold_wait_begin(run, rule, signal, depth);
		else
			fold_award(run, &cause);
	}
}
