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
	if (rule->condition &&
	    !condition_test(rule->condition, &run->view, signal, run->at))
		return false;
	return fold_once_allows(run, ready, signal);
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
		fold_once_note(run, rule, signal);
		fold_give(run, &cause, LEDGER_TOUCH, rule->rule->points);
	}
}
