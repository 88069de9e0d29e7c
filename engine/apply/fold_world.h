/*
 * fold_world.h - what the fold knows beside a record's history: every ruleset
 * there ever was, made ready for use, and the scores. Owned by the applier;
 * changed by its thread only, read by others under its lock.
 */
#ifndef ENGINE_APPLY_FOLD_WORLD_H
#define ENGINE_APPLY_FOLD_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apply/bounce_policy.h"
#include "apply/fold_trigger.h"
#include "rule/rule.h"
#include "score/score.h"

/* A rule of one ruleset. `no` is the same for all versions of one name. */
struct fold_rule {
	const struct rule *rule;
	uint32_t no;
	uint32_t score_id;  /* 0: there is no such score, it does nothing */
	size_t rates[2];    /* index: for positive, for negative points */
	bool timed;	    /* a field rule whose answer changes by time */
	bool history;	    /* … by what else happened to the record */
	uint32_t cap_no;    /* the same for all rules of one cap */
	size_t same_module; /* the first rule with that text */
};

#define NO_RULE ((size_t)-1)

struct fold_hide {
	char module[64];
	uint32_t score_id;
};

/* How scores degraded while a ruleset was in force: a change of the
 * configuration acts going forward, also in a refold. */
struct fold_degrade {
	double percent;
	bool negative;
};

struct fold_ruleset {
	uint32_t id;
	int64_t applied_at;
	struct ruleset *rules; /* owned; NULL = none */
	size_t n_rules;
	struct fold_rule *all;		 /* in file order */
	struct fold_triggers *triggers;	 /* who is on which signal */
	bool score_triggers;		 /* is any on score.changed? */
	bool field_rules;		 /* are there any? */
	bool timed_rules, history_rules; /* of that kind, among them */
	size_t n_taken_back;  /* rules that ended here, points taken back */
	uint32_t *taken_back; /* by no */
	size_t n_hides;	      /* where no rule is left: what rules gave goes */
	struct fold_hide *hides;
	struct fold_degrade degrade[SCORES_MOST + 1]; /* by score id */
};

/* Where the top and the median of a score and module were, and when; false:
 * not known. */
struct fold_percent_base {
	int64_t at;
	double top, median;
};
typedef bool fold_percent_fn(void *arg, uint32_t score_id, const char *module,
			     int64_t at, struct fold_percent_base *base_out);

struct fold_world {
	struct bounce_policy bounces;
	struct score_rates rates; /* indexes as in the scoreboard */
	size_t n_scores;
	struct score_settings scores[SCORES_MOST]; /* by id - 1 */
	const char *timezone;
	size_t n_rulesets;		/* [0] is id 0: no rules */
	struct fold_ruleset **rulesets; /* in order of id and applied_at */
	/* Index of a ruleset that is taken for all that were before it, as if
	 * it had been there always (`rules run`); 0 = none is. */
	size_t base;
	/* Of the ledger, whose points along links count; 0: that in force. */
	uint32_t generation;
	size_t n_rule_names;
	char **rule_names; /* by no */
	/* Signals that some condition asks about: only these are kept. */
	size_t n_kept;
	char **kept;
	bool keeps_scores; /* score.changed is among them */
	size_t n_caps;
	char **caps;		  /* "rule NAME", "group NAME", by cap_no */
	fold_percent_fn *percent; /* NULL: everybody has 0 % */
	void *percent_arg;
};

void fold_world_init(struct fold_world *world, const char *timezone);
void fold_world_done(struct fold_world *world);

/*
 * Takes `rules` (may be NULL). Ids and applied_at ascend. The caller has put
 * all rates into world->rates; SG_REFUSED: one is missing there. Returns in
 * *kept_more_out whether conditions ask about signals not kept until now:
 * then records folded before must be folded again.
 */
enum sg_status fold_world_add(struct fold_world *world, uint32_t id,
			      int64_t applied_at, struct ruleset *rules,
			      bool *kept_more_out,
			      struct sg_err *err) MUST_CHECK;
/* Of the newest ruleset: the points of this rule's name are taken back. */
void fold_world_take_back(struct fold_world *world, const char *rule_name);
/* … and there is no rule left in it for this module and score, which had one:
 * the points of rules there are hidden (scoring §3). */
void fold_world_hide(struct fold_world *world, const char *module,
		     const char *score);

/* Index of the ruleset of that very id; 0 = there is none. */
size_t fold_world_find(const struct fold_world *world, uint32_t id);
/* The one that an entry received under `id` is folded with. */
const struct fold_ruleset *fold_world_ruleset(const struct fold_world *world,
					      uint32_t id);
/* Index of the one in force at `at`. */
size_t fold_world_in_force(const struct fold_world *world, int64_t at);
/* 0 = no such score */
uint32_t fold_world_score(const struct fold_world *world, const char *name);
/* -1: nobody asks about it */
int fold_world_kept(const struct fold_world *world, const char *signal_name);

#endif
