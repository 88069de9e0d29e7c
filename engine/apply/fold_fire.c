/* fold_fire.c - the rules on a signal. */
#include <string.h>

#include "apply/fold_parts.h"

/* What was found out of the rules before: most have the same texts. */
struct known {
	size_t on, module; /* same_on, same_module of one that fits */
};

static bool
is_on(const struct fold_rule *ready, const struct signal *signal,
      struct known *known)
{
	if (ready->same_on == known->on)
		return true;
	if (strcmp(ready->rule->on, signal->name) != 0)
		return false;
	known->on = ready->same_on;
	return true;
}

static bool
is_of_module(const struct fold_rule *ready, const char *module,
	     struct known *known)
{
	if (ready->same_module == known->module)
		return true;
	if (strcmp(ready->rule->module, module) != 0)
		return false;
	known->module = ready->same_module;
	return true;
}

static bool
fires(struct fold_run *run, const struct fold_rule *ready,
      const struct signal *signal, struct known *known)
{
	const struct rule *rule = ready->rule;

	if (!is_on(ready, signal, known) || !rule->enabled ||
	    !ready->score_id || signal->verdict > rule->verdict ||
	    !is_of_module(ready, run->record->module, known))
		return false;
	return !rule->condition ||
	       condition_test(rule->condition, &run->view, signal, run->at);
}

void
fold_award(struct fold_run *run, const struct fold_cause *cause)
{
	double points = cause->rule->rule->points;

	if (!fold_once_allows(run, cause->rule, cause->signal) ||
	    !fold_cap_trim(run, cause->rule, run->at, &points))
		return;
	fold_once_note(run, cause->rule, cause->signal);
	fold_give(run, cause, LEDGER_TOUCH, points);
}

void
fold_fire(struct fold_run *run, const struct signal *signal, unsigned depth)
{
	const struct fold_ruleset *ruleset = run->ruleset;
	size_t i = fold_ruleset_first(ruleset, signal->name);
	struct known known = {NO_RULE, NO_RULE};

	for (; i != NO_RULE; i = ruleset->all[i].next_on) {
		const struct fold_rule *rule = &ruleset->all[i];
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
