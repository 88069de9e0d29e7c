/*
 * rule_trial.h - what one rule does for one record, and why: its condition
 * part by part, at each of the record's newest signals that the rule is about,
 * on the record as it was then. Reads only; any thread.
 */
#ifndef ENGINE_APPLY_RULE_TRIAL_H
#define ENGINE_APPLY_RULE_TRIAL_H

#include "apply/apply.h"
#include "rule/condition_explain.h"

enum { RULE_TRIALS_MOST = 20 };

struct rule_trial {
	int64_t at;
	const char *signal;  /* NULL: a field rule, as of now */
	bool holds;	     /* and then it gives its points */
	const char *because; /* what else stands against it; "" = nothing */
	struct condition_explanation condition; /* 0 parts: always */
};

struct rule_tried {
	const struct rule *rule;
	size_t n_trials; /* newest first; 0: no such signal */
	struct rule_trial *trials;
};

struct rule_trials {
	struct ruleset *rules; /* as if they had been there always; borrowed */
	uint32_t record_id;
	const char *name;   /* only this rule; NULL = all */
	const char *signal; /* only signals of that name; NULL = the rule's */
	size_t most;	    /* trials of each rule */
};

/* SG_NONE: no such record. */
enum sg_status rule_try(struct apply *apply, struct store *store,
			const struct rule_trials *asked, struct pool *pool,
			struct rule_tried **tried_out, size_t *n_out,
			struct sg_err *err) MUST_CHECK;

#endif
