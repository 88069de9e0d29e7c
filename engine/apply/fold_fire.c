/* fold_fire.c - the rules on a signal. */
#include <string.h>

#include "apply/fold_parts.h"

/* *known: same_module of one that fits; most rules have the same. */
static bool
is_of_module(const struct fold_rule *ready, const char *module, size_t *known)
{
	if (ready->same_module == *known)
		return true;
	if (strcmp(ready->rule->module, module) != 0)
		return false;
	*known = ready->same_module;
	return true;
}

static bool
fires(struct fold_run *run, const struct fold_rule *ready,
      const struct signal *signal, size_t *known)
{
	const struct rule *rule = ready->rule;

	if (signal->verdict > rule->verdict ||
	    !is_of_module(ready, run->record->module, known))
		return false;
	return !rule->condition ||
	       condition_test(rule->condition, &run->view, signal, run->at);
}

void
fold_award(struct fold_run *run, const struct fold_cause *cause)
{
	double points = cause->rule->rule->points;
	struct fold_once once;

	if (!fold_once_allows(run, cause->rule, cause->signal, &once) ||
	    !fold_cap_trim(run, cause->rule, run->at, &points))
		return;
	fold_once_note(run, cause->rule, &once);
	fold_give(run, cause, LEDGER_TOUCH, points);
}

void
fold_fire(struct fold_run *run, const struct signal *signal, unsigned depth)
{
	const struct fold_trigger *trigger =
		fold_trigger_find(run->ruleset->triggers, signal->name);
	struct fold_candidates left;
	const struct fold_rule *rule;
	size_t known = NO_RULE;

	if (!trigger)
		return;
	left = fold_candidates(trigger, signal);
	while ((rule = fold_candidates_next(&left))) {
		struct fold_cause cause = {
			.rule = rule, .signal = signal, .depth = depth};

		if (!fires(run, rule, signal, &known))
			continue;
		if (rule->rule->absence)
			fold_wait_begin(run, rule, signal, depth);
		else
			fold_award(run, &cause);
	}
}
