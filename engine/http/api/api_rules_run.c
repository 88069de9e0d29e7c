/* api_rules_run.c - today's rules on all history; other rules tried out in
 * memory; why a rule does what it does for one record. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apply/generation.h"
#include "apply/rule_trial.h"
#include "apply/simulate.h"
#include "base/text.h"
#include "http/api/api_call.h"
#include "rule/automation.h"

enum { MOVERS = 10 };

/* --- rules run ------------------------------------------------------------ */

/* What is older was folded away: it counts as it stands. */
static void
show_beginning(struct api_call *call)
{
	int64_t from = apply_history_from(call->api->options.apply);

	if (from)
		json_add_time(api_answer(call), "history_from", from);
}

static enum sg_status
show_run(struct api_call *call, void *arg, struct sg_err *err)
{
	const struct generation_status *status = arg;
	struct json *answer = api_answer(call);

	show_beginning(call);
	json_add_int(answer, "generation", status->generation);
	if (status->ruleset)
		json_add_int(answer, "ruleset", status->ruleset);
	else
		json_add_null(answer, "ruleset");
	json_add_bool(answer, "running", status->running);
	json_add_bool(answer, "removing", status->removing);
	if (!status->running)
		return SG_OK;
	json_add_int(answer, "making", status->making);
	json_add_int(answer, "with_ruleset", status->with_ruleset);
	json_add_int(answer, "done", (int64_t)status->built);
	json_add_int(answer, "records", (int64_t)status->records);
	json_add_text(answer, "author", status->author);
	json_add_time(answer, "started_at", status->started_at);
	return SG_OK;
}

static enum sg_status
show_run_now(struct api_call *call, struct sg_err *err)
{
	struct generation_status status;

	generation_get_status(call->api->options.apply, &status);
	return show_run(call, &status, err);
}

static enum sg_status
nothing(void *arg, struct store *store, struct sg_err *err)
{
	return SG_OK;
}

static enum sg_status
note(struct api_call *call, const char *action, struct sg_err *err)
{
	struct api_definition definition = {nothing, NULL, action, "rules",
					    NULL};

	return api_define(call, &definition, err);
}

enum sg_status
api_rules_run(struct api_call *call, struct sg_err *err)
{
	struct generation_status begun;
	struct api_definition definition = {.action = "rules.run",
					    .object = "rules"};
	struct api_filling filling = {call, &definition, show_run, &begun};
	struct apply_also also = {api_define_in, &filling};
	enum sg_status status;

	call->status = 202;
	status =
		generation_begin_also(call->api->options.apply,
				      call->principal.name, &begun, &also, err);
	if (status == SG_OK)
		api_defined(&filling);
	return status;
}

enum sg_status
api_rules_run_cancel(struct api_call *call, struct sg_err *err)
{
	enum sg_status status =
		generation_cancel(call->api->options.apply, err);

	if (status == SG_OK)
		status = note(call, "rules.run-cancel", err);
	return status == SG_OK ? show_run_now(call, err) : status;
}

enum sg_status
api_rules_run_show(struct api_call *call, struct sg_err *err)
{
	return show_run_now(call, err);
}

/* --- trials ----------------------------------------------------------------
 */

struct json *
api_condition_json(const struct condition_explanation *condition)
{
	struct json *parts = json_new_array();
	size_t i;

	for (i = 0; i < condition->n_parts; i++) {
		const struct condition_part *part = &condition->parts[i];
		struct json *item = json_new_object();

		json_add_int(item, "depth", part->depth);
		json_add_text(item, "part", part->text);
		json_add_bool(item, "passed", part->passed);
		json_add_text(item, "value", part->value);
		json_push(parts, item);
	}
	return parts;
}

static struct json *
trial_json(const struct rule_trial *trial)
{
	struct json *item = json_new_object();

	json_add_time(item, "at", trial->at);
	if (trial->signal)
		json_add_text(item, "signal", trial->signal);
	else
		json_add_null(item, "signal");
	json_add_bool(item, "holds", trial->holds);
	json_add_text(item, "because", trial->because);
	json_add(item, "parts", api_condition_json(&trial->condition));
	return item;
}

static void
show_trials(struct api_call *call, const struct rule_tried *tried, size_t n)
{
	struct json *rules = json_new_array();
	size_t i, k;

	json_add(api_answer(call), "rules", rules);
	for (i = 0; i < n; i++) {
		const struct rule *rule = tried[i].rule;
		struct json *item = json_new_object();
		struct json *trials = json_new_array();

		json_add_text(item, "name", rule->name);
		if (rule->on)
			json_add_text(item, "on", rule->on);
		else
			json_add_null(item, "on");
		json_add_text(item, "score", rule->score);
		json_add_number(item, "points", rule->points);
		json_add(item, "trials", trials);
		for (k = 0; k < tried[i].n_trials; k++)
			json_push(trials, trial_json(&tried[i].trials[k]));
		json_push(rules, item);
	}
}

static enum sg_status
try_rules(struct api_call *call, struct rule_trials *asked, const char *key,
	  struct sg_err *err)
{
	struct store_record record;
	struct rule_tried *tried;
	enum sg_status status = api_contact(call, key, &record, NULL, err);
	size_t n;

	if (status != SG_OK)
		return status;
	asked->record_id = record.id;
	status = rule_try(call->api->options.apply, call->store, asked,
			  call->pool, &tried, &n, err);
	if (status != SG_OK)
		return status;
	json_add_text(api_answer(call), "email", record.key);
	show_trials(call, tried, n);
	return SG_OK;
}

/* Those in force, as a set of our own. */
static enum sg_status
copy_rules(struct api_call *call, struct ruleset **out, struct sg_err *err)
{
	struct apply *apply = call->api->options.apply;
	const struct ruleset *today = apply_rules_get(apply);
	struct buf text = BUF_INIT;
	enum sg_status status;

	ruleset_write(today, &text);
	apply_rules_release(apply, today);
	status = api_rules_parse(call, buf_text(&text), out, err);
	buf_done(&text);
	return status;
}

static bool
has_rule(const struct ruleset *rules, const char *name)
{
	size_t i;

	for (i = 0; i < rules->n_rules; i++)
		if (strcmp(rules->rules[i].name, name) == 0)
			return true;
	return false;
}

enum sg_status
api_rules_test(struct api_call *call, struct sg_err *err)
{
	struct rule_trials asked = {.name = call->args[0],
				    .signal = api_param(call, "signal")};
	const char *key = api_param(call, "record");
	int64_t most;
	enum sg_status status =
		api_param_int(call, "n", 3, RULE_TRIALS_MOST, &most, err);

	if (status == SG_OK && !key)
		status = err_set(err, SG_REFUSED,
				 "expected record=, whom to try it on");
	if (status == SG_OK)
		status = copy_rules(call, &asked.rules, err);
	if (status != SG_OK)
		return status;
	asked.most = (size_t)most;
	if (has_rule(asked.rules, asked.name))
		status = try_rules(call, &asked, key, err);
	else
		status = err_set(err, SG_NONE, "no rule \"%s\"", asked.name);
	ruleset_free(asked.rules);
	return status;
}

/* --- rules simulate ---------------------------------------------------------
 */

static struct json *
side_json(const struct simulate_side *side)
{
	struct json *object = json_new_object(), *bins = json_new_array();
	size_t i;

	json_add_int(object, "scored", (int64_t)side->scored);
	json_add_number(object, "total", side->total);
	json_add_number(object, "mean", side->mean);
	json_add_number(object, "median", side->median);
	json_add_number(object, "lowest", side->lowest);
	json_add_number(object, "top", side->top);
	for (i = 0; i < SIMULATE_BINS; i++)
		json_push(bins, json_number((double)side->bins[i]));
	json_add(object, "histogram", bins);
	return object;
}

static struct json *
mover_json(const struct simulate_mover *mover)
{
	struct json *item = json_new_object(), *reasons = json_new_array();
	size_t i;

	json_add_text(item, "email", mover->key);
	if (mover->had)
		json_add_number(item, "before", mover->before);
	else
		json_add_null(item, "before");
	if (mover->has)
		json_add_number(item, "after", mover->after);
	else
		json_add_null(item, "after");
	for (i = 0; i < mover->n_reasons; i++) {
		struct json *reason = json_new_object();

		json_add_text(reason, "rule", mover->reasons[i].rule);
		json_add_number(reason, "before", mover->reasons[i].before);
		json_add_number(reason, "after", mover->reasons[i].after);
		json_push(reasons, reason);
	}
	json_add(item, "reasons", reasons);
	return item;
}

static void
show_report(struct api_call *call, const struct simulate_report *report,
	    const struct simulate_options *options)
{
	struct json *answer = api_answer(call);
	struct json *thresholds = json_new_array(), *movers = json_new_array();
	size_t i;

	show_beginning(call);
	json_add_int(answer, "records", (int64_t)report->records);
	json_add_int(answer, "signals", (int64_t)report->signals);
	json_add_int(answer, "changed", (int64_t)report->changed);
	json_add_number(answer, "from", report->lo);
	json_add_number(answer, "to", report->hi);
	json_add(answer, "before", side_json(&report->before));
	json_add(answer, "after", side_json(&report->after));
	for (i = 0; i < options->n_thresholds; i++) {
		const struct simulate_threshold *one = &options->thresholds[i];
		struct json *item = json_new_object();

		json_add_text(item, "automation", one->name);
		if (one->band)
			json_add_text(item, "band", one->band);
		json_add_number(item, "at", one->at);
		json_add_int(item, "before", (int64_t)one->above_before);
		json_add_int(item, "after", (int64_t)one->above_after);
		json_add_int(item, "rise", (int64_t)one->up);
		json_add_int(item, "fall", (int64_t)one->down);
		json_push(thresholds, item);
	}
	json_add(answer, "thresholds", thresholds);
	for (i = 0; i < report->n_movers; i++)
		json_push(movers, mover_json(&report->movers[i]));
	json_add(answer, "movers", movers);
}

/* threshold=50,100 */
static enum sg_status
read_thresholds(struct api_call *call, struct simulate_options *options,
		struct sg_err *err)
{
	const char *at = api_param(call, "threshold");
	char *end;

	options->thresholds =
		pool_alloc(call->pool, SIMULATE_THRESHOLDS_MOST *
					       sizeof(*options->thresholds));
	while (at && *at) {
		struct simulate_threshold *one;

		if (options->n_thresholds == SIMULATE_THRESHOLDS_MOST)
			return err_set(err, SG_REFUSED, "at most %d thresholds",
				       SIMULATE_THRESHOLDS_MOST);
		one = &options->thresholds[options->n_thresholds++];
		one->name = "";
		one->at = strtod(at, &end);
		if (end == at || (*end && *end != ','))
			return err_set(err, SG_REFUSED,
				       "`threshold` is \"%.40s\"; expected "
				       "numbers, as 50,100",
				       at);
		at = *end ? end + 1 : end;
	}
	return SG_OK;
}

/* Those of the automations on that score, too. */
static void
add_automations(struct api_call *call, const char *score,
		struct simulate_options *options)
{
	const struct ruleset *set =
		apply_automations_get(call->api->options.apply);
	size_t i;

	for (i = 0; set && i < set->n_automations; i++) {
		const struct automation *one = &set->automations[i];

		if ((one->on != AUTOMATION_RISES &&
		     one->on != AUTOMATION_FALLS) ||
		    !one->enabled || strcmp(one->score, score) != 0 ||
		    options->n_thresholds == SIMULATE_THRESHOLDS_MOST)
			continue;
		options->thresholds[options->n_thresholds++] =
			(struct simulate_threshold){
				.name = pool_strdup(call->pool, one->name),
				.at = one->threshold};
	}
}

/* And where bands of that score begin. */
static void
add_bands(struct api_call *call, const char *score,
	  struct simulate_options *options)
{
	const struct score_bands *all = apply_bands(call->api->options.apply);
	size_t i;

	for (i = 0; all && i < all->n; i++)
		if (strcmp(all->bands[i].score, score) == 0 &&
		    isfinite(all->bands[i].from) &&
		    options->n_thresholds < SIMULATE_THRESHOLDS_MOST)
			options->thresholds[options->n_thresholds++] =
				(struct simulate_threshold){
					.name = "",
					.band = all->bands[i].name,
					.at = all->bands[i].from};
}

static bool
nobody_waits(void *arg)
{
	struct api_call *call = arg;

	return http_request_is_over(call->request);
}

static enum sg_status
simulate_all(struct api_call *call, struct ruleset *rules, struct sg_err *err)
{
	const char *score = api_param(call, "score");
	struct simulate_options options = {.rules = rules,
					   .module = api_param(call, "module"),
					   .given_up = nobody_waits,
					   .given_up_arg = call};
	struct simulate_report report;
	struct score_settings settings;
	int64_t movers;
	enum sg_status status =
		api_score(call, score ? score : "lead", &settings, err);

	if (status == SG_OK)
		status = api_param_int(call, "movers", MOVERS,
				       SIMULATE_MOVERS_MOST, &movers, err);
	if (status == SG_OK)
		status = read_thresholds(call, &options, err);
	if (status != SG_OK)
		return status;
	add_automations(call, settings.name, &options);
	add_bands(call, settings.name, &options);
	options.score_id = settings.id;
	options.n_movers = (size_t)movers;
	json_add_text(api_answer(call), "score", settings.name);
	status = simulate(call->api->options.apply, call->store, &options,
			  call->pool, &report, err);
	if (status == SG_OK)
		show_report(call, &report, &options);
	return status;
}

enum sg_status
api_rules_simulate(struct api_call *call, struct sg_err *err)
{
	struct rule_trials asked = {.most = 1};
	const char *key = api_param(call, "record");
	enum sg_status status = api_rules_parse_body(call, &asked.rules, err);

	if (status != SG_OK)
		return status;
	status = key ? try_rules(call, &asked, key, err)
		     : simulate_all(call, asked.rules, err);
	ruleset_free(asked.rules);
	return status;
}
