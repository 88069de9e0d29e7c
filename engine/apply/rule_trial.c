/* rule_trial.c - see rule_trial.h. */
#include "apply/rule_trial.h"

#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "apply/simulate_parts.h"

struct trying {
	struct fold_world world;
	const struct rule_trials *asked;
	struct store_record record;
	struct store_history_rows history;
	struct signal *signals; /* of each row */
	struct pool *pool;
	int64_t now;
};

/* What is said against it beside the condition; "" = nothing. */
static const char *
objection(struct fold_run *run, const struct fold_rule *ready,
	  const struct signal *signal)
{
	const struct rule *rule = ready->rule;
	struct fold_once once;

	if (!rule->enabled)
		return "the rule is not enabled";
	if (!ready->score_id)
		return "there is no such score";
	if (strcmp(rule->module, run->record->module) != 0)
		return "the record is of another module";
	if (!signal)
		return "";
	if (signal->verdict > rule->verdict)
		return signal->verdict == VERDICT_PROXY
			       ? "it was a proxy, not a human"
			       : "it was a machine, not a human";
	if (strcmp(rule->on, signal->name) == 0 &&
	    !fold_once_allows(run, ready, signal, &once))
		return "it fired already (once_per)";
	return "";
}

static void
look(struct trying *trying, struct fold_run *run, const struct fold_rule *ready,
     const struct signal *signal, struct rule_trial *out)
{
	const struct rule *rule = ready->rule;

	out->at = run->at;
	out->signal = signal ? signal->name : NULL;
	out->because = objection(run, ready, signal);
	out->holds = !*out->because;
	if (!rule->condition)
		return;
	condition_explain(rule->condition, &run->view, signal, run->at,
			  trying->pool, &out->condition);
	out->holds &= out->condition.parts[0].passed;
}

/* Of all steps the last: rules look when it has happened. */
static void
look_at_entry(struct trying *trying, struct fold_record *fold, size_t last,
	      const struct fold_rule *ready, struct rule_trial *out)
{
	const struct signal *signal = &trying->signals[last];
	struct fold_out quiet;
	struct fold_run run;
	size_t i;

	fold_out_init(&quiet, trying->pool, true);
	for (i = 0; i < last; i++) {
		struct fold_entry entry = {.id = trying->history.rows[i].id,
					   .ruleset = 1,
					   .signal = &trying->signals[i]};

		fold_step(fold, &trying->world, &entry, &quiet);
	}
	fold_advance_to(fold, &trying->world, signal->happened_at, &quiet);
	fold_run_init(&run, fold, &trying->world, &quiet);
	run.at = signal->happened_at;
	run.ruleset = trying->world.rulesets[1];
	if (signal->kind == SIGNAL_HAPPENED)
		fold_see(&run, signal);
	look(trying, &run, ready, signal, out);
	fold_run_done(&run);
	fold_out_done(&quiet);
}

static void
look_now(struct trying *trying, struct fold_record *fold,
	 const struct fold_rule *ready, struct rule_trial *out)
{
	struct fold_out quiet;
	struct fold_run run;
	size_t i;

	fold_out_init(&quiet, trying->pool, true);
	for (i = 0; i < trying->history.n_rows; i++) {
		struct fold_entry entry = {.id = trying->history.rows[i].id,
					   .ruleset = 1,
					   .signal = &trying->signals[i]};

		fold_step(fold, &trying->world, &entry, &quiet);
	}
	fold_advance_to(fold, &trying->world, trying->now, &quiet);
	fold_run_init(&run, fold, &trying->world, &quiet);
	run.at = trying->now;
	run.ruleset = trying->world.rulesets[1];
	look(trying, &run, ready, NULL, out);
	fold_run_done(&run);
	fold_out_done(&quiet);
}

static struct fold_record *
new_fold(const struct trying *trying)
{
	return fold_record_new(trying->record.id, trying->record.module,
			       trying->record.key);
}

static void
try_rule(struct trying *trying, const struct fold_rule *ready,
	 struct rule_tried *out)
{
	const struct rule *rule = ready->rule;
	const char *name =
		trying->asked->signal ? trying->asked->signal : rule->on;
	size_t i = trying->history.n_rows;
	struct fold_record *fold;

	out->rule = rule;
	out->trials = pool_alloc(trying->pool, (trying->asked->most + 1) *
						       sizeof(*out->trials));
	if (!rule->on) {
		fold = new_fold(trying);
		look_now(trying, fold, ready, &out->trials[out->n_trials++]);
		fold_record_free(fold);
		return;
	}
	while (i-- > 0 && out->n_trials < trying->asked->most) {
		if (strcmp(trying->signals[i].name, name) != 0 ||
		    !trying->history.rows[i].effective)
			continue;
		fold = new_fold(trying);
		look_at_entry(trying, fold, i, ready,
			      &out->trials[out->n_trials++]);
		fold_record_free(fold);
	}
}

static enum sg_status
read_history(struct trying *trying, struct store *store, struct sg_err *err)
{
	enum sg_status status;
	size_t i;

	status = store_record_get(store, trying->asked->record_id, trying->pool,
				  &trying->record, err);
	if (status == SG_OK)
		status = store_history_of(store, trying->asked->record_id,
					  trying->pool, &trying->history, err);
	if (status != SG_OK)
		return status;
	trying->signals =
		pool_alloc(trying->pool, (trying->history.n_rows + 1) *
						 sizeof(*trying->signals));
	for (i = 0; i < trying->history.n_rows && status == SG_OK; i++)
		status = store_history_signal(&trying->history.rows[i],
					      trying->pool, &trying->signals[i],
					      err);
	return status;
}

static void
try_all(struct trying *trying, struct rule_tried *tried, size_t *n_out)
{
	const struct fold_ruleset *ruleset = trying->world.rulesets[1];
	size_t n = 0, i;

	for (i = 0; i < ruleset->n_rules; i++)
		if (!trying->asked->name || strcmp(ruleset->all[i].rule->name,
						   trying->asked->name) == 0)
			try_rule(trying, &ruleset->all[i], &tried[n++]);
	*n_out = n;
}

enum sg_status
rule_try(struct apply *apply, struct store *store,
	 const struct rule_trials *asked, struct pool *pool,
	 struct rule_tried **tried_out, size_t *n_out, struct sg_err *err)
{
	struct trying trying = {
		.asked = asked, .pool = pool, .now = apply_time(apply)};
	enum sg_status status =
		simulate_world(apply, asked->rules, &trying.world, err);
	size_t n = asked->rules->n_rules;

	if (status == SG_OK)
		status = read_history(&trying, store, err);
	if (status == SG_OK) {
		*tried_out = pool_alloc(pool, (n + 1) * sizeof(**tried_out));
		try_all(&trying, *tried_out, n_out);
	}
	simulate_world_done(&trying.world);
	return status;
}
