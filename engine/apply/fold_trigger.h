/*
 * fold_trigger.h - which rules of a ruleset a signal may fire, without looking
 * at the others: found by its name, and by the text of that property which
 * most rules on the name want to be equal to one (`signal.campaign = 'x'`).
 * Immutable once made, any thread.
 */
#ifndef ENGINE_APPLY_FOLD_TRIGGER_H
#define ENGINE_APPLY_FOLD_TRIGGER_H

#include "signal/signal.h"

struct fold_rule;
struct fold_ruleset;
struct fold_trigger;
struct fold_triggers;

/* Of the rules that can fire at all; they outlive it. */
struct fold_triggers *fold_triggers_new(const struct fold_ruleset *ruleset);
void fold_triggers_free(struct fold_triggers *triggers);

/* NULL: no rule is on a signal of that name. */
const struct fold_trigger *fold_trigger_find(const struct fold_triggers *from,
					     const char *signal_name);

/* Those it may fire, in file order. */
struct fold_candidates {
	const struct fold_rule *const *always, *const *always_end;
	const struct fold_rule *const *of_text, *const *of_text_end;
};
struct fold_candidates fold_candidates(const struct fold_trigger *trigger,
				       const struct signal *signal);
/* NULL: there are no more. */
const struct fold_rule *fold_candidates_next(struct fold_candidates *left);

#endif
