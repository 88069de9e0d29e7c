/* fold_world.c - see fold_world.h. */
#include "apply/fold_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"

void
fold_world_init(struct fold_world *world, const char *timezone)
{
	bool more;

	memset(world, 0, sizeof(*world));
	score_rates_init(&world->rates);
	world->timezone = timezone;
	if (fold_world_add(world, 0, INT64_MIN, NULL, &more, NULL) != SG_OK)
		abort(); /* nothing in it can be refused */
}

static void
free_ruleset(struct fold_ruleset *ruleset)
{
	ruleset_free(ruleset->rules);
	free(ruleset->all);
	fold_triggers_free(ruleset->triggers);
	free(ruleset->taken_back);
	free(ruleset->hides);
	free(ruleset);
}

static void
free_names(char **names, size_t n)
{
	while (n > 0)
		free(names[--n]);
	free(names);
}

void
fold_world_done(struct fold_world *world)
{
	size_t i;

	for (i = 0; i < world->n_rulesets; i++)
		free_ruleset(world->rulesets[i]);
	free(world->rulesets);
	free_names(world->rule_names, world->n_rule_names);
	free_names(world->kept, world->n_kept);
	free_names(world->caps, world->n_caps);
	memset(world, 0, sizeof(*world));
}

uint32_t
fold_world_score(const struct fold_world *world, const char *name)
{
	size_t i;

	for (i = 0; i < world->n_scores; i++)
		if (strcmp(world->scores[i].name, name) == 0)
			return world->scores[i].id;
	return 0;
}

/* Index of a name, added when it is new. */
static size_t
intern(char ***names, size_t *n, const char *name)
{
	size_t i;

	for (i = 0; i < *n; i++)
		if (strcmp((*names)[i], name) == 0)
			return i;
	*names = fold_must(realloc(*names, (*n + 1) * sizeof(**names)));
	(*names)[*n] = fold_must(strdup(name));
	return (*n)++;
}

int
fold_world_kept(const struct fold_world *world, const char *signal_name)
{
	size_t i;

	for (i = 0; i < world->n_kept; i++)
		if (strcmp(world->kept[i], signal_name) == 0)
			return (int)i;
	return -1;
}

static void
keep_signal(void *arg, const char *name)
{
	struct fold_world *world = arg;
	bool changed = strcmp(name, "record.changed") == 0 ||
		       strcmp(name, "field.changed") == 0;

	(void)intern(&world->kept, &world->n_kept,
		     changed ? "record.changed" : name);
	if (changed) /* two names of one thing */
		(void)intern(&world->kept, &world->n_kept, "field.changed");
}

static void
keep_what_it_asks(struct fold_world *world, const struct condition *condition,
		  struct fold_rule *rule)
{
	struct condition_uses uses;

	condition_get_uses(condition, &uses);
	rule->timed = uses.now;
	rule->history = uses.history;
	if (!uses.history)
		return;
	condition_each_signal(condition, keep_signal, world);
	keep_signal(world, "broadcast.sent");
	keep_signal(world, "email.opened");
	keep_signal(world, "email.clicked");
}

/* The moments of score.changed come up only where somebody asks for them. */
static void
keep_what_it_awaits(struct fold_world *world, struct fold_rule *rule)
{
	const struct condition_signal *absent = &rule->rule->absent;

	if (absent->where_asks_history)
		condition_each_signal(rule->rule->absence, keep_signal, world);
	else if (strcmp(absent->name, "score.changed") == 0)
		keep_signal(world, absent->name);
}

static uint32_t
cap_no(struct fold_world *world, const struct rule *rule)
{
	struct buf name = BUF_INIT;
	size_t no;

	buf_printf(&name, "%s %s", rule->cap_group ? "group" : "rule",
		   rule->cap_group ? rule->cap_group : rule->name);
	no = intern(&world->caps, &world->n_caps, buf_text(&name));
	buf_done(&name);
	return (uint32_t)no;
}

static enum sg_status
find_rates(const struct fold_world *world, const struct fold_ruleset *ruleset,
	   struct fold_rule *rule, struct sg_err *err)
{
	const struct fold_degrade *degrade = &ruleset->degrade[rule->score_id];
	double percent = rule->rule->has_degrade ? rule->rule->degrade
						 : degrade->percent;
	int index = score_rates_find(&world->rates, percent);

	if (index < 0)
		return err_set(err, SG_REFUSED,
			       "rule \"%s\": degrade = %g%% is none of the "
			       "rates in use",
			       rule->rule->name, percent);
	rule->rates[0] = (size_t)index;
	rule->rates[1] = degrade->negative ? (size_t)index : 0;
	return SG_OK;
}

/* So that a record's module is compared once with all rules of the same. */
static void
find_same(struct fold_ruleset *ruleset, size_t i)
{
	struct fold_rule *rule = &ruleset->all[i];
	size_t k;

	for (k = 0; k < i; k++)
		if (strcmp(ruleset->all[k].rule->module, rule->rule->module) ==
		    0)
			break;
	rule->same_module = k;
}

static enum sg_status
ready_rule(struct fold_world *world, struct fold_ruleset *ruleset, size_t i,
	   struct sg_err *err)
{
	struct fold_rule *rule = &ruleset->all[i];

	rule->rule = &ruleset->rules->rules[i];
	rule->no = (uint32_t)intern(&world->rule_names, &world->n_rule_names,
				    rule->rule->name);
	rule->score_id = fold_world_score(world, rule->rule->score);
	find_same(ruleset, i);
	if (rule->rule->condition)
		keep_what_it_asks(world, rule->rule->condition, rule);
	if (rule->rule->absence)
		keep_what_it_awaits(world, rule);
	if (rule->rule->has_cap)
		rule->cap_no = cap_no(world, rule->rule);
	if (!rule->rule->on) {
		ruleset->field_rules = true;
		ruleset->timed_rules |= rule->timed;
		ruleset->history_rules |= rule->history || rule->timed;
		return SG_OK;
	}
	return find_rates(world, ruleset, rule, err);
}

static struct fold_ruleset *
new_ruleset(const struct fold_world *world, struct ruleset *rules)
{
	struct fold_ruleset *ruleset = fold_must(calloc(1, sizeof(*ruleset)));
	size_t i;

	ruleset->rules = rules;
	ruleset->n_rules = rules ? rules->n_rules : 0;
	ruleset->all =
		fold_must(calloc(ruleset->n_rules + 1, sizeof(*ruleset->all)));
	for (i = 0; i < world->n_scores; i++) {
		const struct score_settings *score = &world->scores[i];

		ruleset->degrade[score->id].percent = score->degrade;
		ruleset->degrade[score->id].negative = score->degrade_negative;
	}
	return ruleset;
}

enum sg_status
fold_world_add(struct fold_world *world, uint32_t id, int64_t applied_at,
	       struct ruleset *rules, bool *kept_more_out, struct sg_err *err)
{
	struct fold_ruleset *ruleset = new_ruleset(world, rules);
	size_t n_kept = world->n_kept;
	enum sg_status status = SG_OK;
	size_t i;

	ruleset->id = id;
	ruleset->applied_at = applied_at;
	for (i = 0; i < ruleset->n_rules && status == SG_OK; i++)
		status = ready_rule(world, ruleset, i, err);
	if (status != SG_OK) {
		ruleset->rules = NULL; /* stays the caller's */
		free_ruleset(ruleset);
		return status;
	}
	ruleset->triggers = fold_triggers_new(ruleset);
	ruleset->score_triggers =
		fold_trigger_find(ruleset->triggers, "score.changed");
	world->keeps_scores = fold_world_kept(world, "score.changed") >= 0;
	world->rulesets = fold_must(
		realloc(world->rulesets,
			(world->n_rulesets + 1) * sizeof(*world->rulesets)));
	world->rulesets[world->n_rulesets++] = ruleset;
	*kept_more_out = world->n_kept != n_kept;
	return SG_OK;
}

void
fold_world_take_back(struct fold_world *world, const char *rule_name)
{
	struct fold_ruleset *newest = world->rulesets[world->n_rulesets - 1];

	newest->taken_back =
		fold_must(realloc(newest->taken_back, (newest->n_taken_back +
						       1) * sizeof(uint32_t)));
	newest->taken_back[newest->n_taken_back++] = (uint32_t)intern(
		&world->rule_names, &world->n_rule_names, rule_name);
}

void
fold_world_hide(struct fold_world *world, const char *module, const char *score)
{
	struct fold_ruleset *newest = world->rulesets[world->n_rulesets - 1];
	uint32_t score_id = fold_world_score(world, score);
	struct fold_hide *hide;

	if (!score_id)
		return;
	newest->hides = fold_must(
		realloc(newest->hides, (newest->n_hides + 1) * sizeof(*hide)));
	hide = &newest->hides[newest->n_hides++];
	snprintf(hide->module, sizeof(hide->module), "%s", module);
	hide->score_id = score_id;
}

size_t
fold_world_find(const struct fold_world *world, uint32_t id)
{
	size_t i = world->n_rulesets;

	while (i-- > 1)
		if (world->rulesets[i]->id == id)
			return i;
	return 0;
}

const struct fold_ruleset *
fold_world_ruleset(const struct fold_world *world, uint32_t id)
{
	size_t i = world->n_rulesets;

	/* From the newest, which nearly all entries belong to. */
	while (i-- > world->base + 1)
		if (world->rulesets[i]->id <= id)
			return world->rulesets[i];
	return world->rulesets[world->base];
}

size_t
fold_world_in_force(const struct fold_world *world, int64_t at)
{
	size_t i = world->n_rulesets;

	while (i-- > world->base + 1)
		if (world->rulesets[i]->applied_at <= at)
			return i;
	return world->base;
}
