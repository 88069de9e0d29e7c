/* api_rules.c - the rules, as items and as their file. */
#include <string.h>

#include "http/api/api_call.h"
#include "rule/rule.h"
#include "store/store_audit.h"

static bool
wants_text(const struct api_call *call)
{
	const char *accept = http_request_header(call->request, "Accept");
	const char *format = api_param(call, "format");

	return (format && strcmp(format, "text") == 0) ||
	       (accept && strncmp(accept, "text/plain", 10) == 0);
}

static const char *
once_text(const struct rule *rule, struct pool *pool)
{
	switch (rule->once) {
	case RULE_EVERY:
		return NULL;
	case RULE_ONCE_EVER:
		return "ever";
	case RULE_ONCE_MESSAGE:
		return "message";
	case RULE_ONCE_LINK:
		return "link";
	case RULE_ONCE_DAY:
		return "day";
	case RULE_TIMES_PER:
		return pool_printf(pool, "%u per %llds", rule->once_times,
				   (long long)rule->once_ms / 1000);
	}
	return NULL;
}

static void
add_text(struct json *to, const char *name, const char *text)
{
	if (text)
		json_add_text(to, name, text);
	else
		json_add_null(to, name);
}

static struct json *
rule_json(struct api_call *call, const struct rule *rule)
{
	struct json *item = json_new_object();
	struct buf source = BUF_INIT;

	json_add_text(item, "name", rule->name);
	json_add_int(item, "version", rule->version);
	json_add_text(item, "module", rule->module);
	json_add_text(item, "score", rule->score);
	add_text(item, "on", rule->on);
	add_text(item, "when", rule->when);
	json_add_number(item, "points", rule->points);
	add_text(item, "once_per", once_text(rule, call->pool));
	if (rule->has_degrade)
		json_add_number(item, "degrade", rule->degrade);
	add_text(item, "because", rule->because);
	json_add_text(item, "verdict",
		      rule->verdict == VERDICT_MACHINE
			      ? "any"
			      : verdict_name(rule->verdict));
	json_add_bool(item, "enabled", rule->enabled);
	rule_write(rule, &source);
	json_add_text(item, "source", buf_text(&source));
	buf_done(&source);
	return item;
}

/* about="list 'news'": what its condition then says, one way or the other. */
static enum sg_status
read_about(struct api_call *call, const char *texts[2], struct sg_err *err)
{
	static const char *const kinds[] = {"list ", "form ", "campaign "};
	const char *about = api_param(call, "about");
	size_t i;

	texts[0] = texts[1] = NULL;
	for (i = 0; about && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i]);

		if (strncmp(about, kinds[i], len) != 0 || about[len] != '\'')
			continue;
		texts[0] = pool_printf(call->pool, "signal.%.*s = %s",
				       (int)len - 1, kinds[i], about + len);
		texts[1] = i == 0 ? about : texts[0];
		return SG_OK;
	}
	if (!about)
		return SG_OK;
	return err_set(err, SG_REFUSED,
		       "`about` is \"%.60s\"; expected list 'name', form "
		       "'name' or campaign 'name'",
		       about);
}

static bool
is_about(const struct rule *rule, const char *const texts[2])
{
	struct buf text = BUF_INIT;
	bool found;

	if (!texts[0])
		return true;
	if (rule->condition)
		condition_write(rule->condition, &text);
	found = strstr(buf_text(&text), texts[0]) ||
		strstr(buf_text(&text), texts[1]);
	buf_done(&text);
	return found;
}

/* The whole file: of two that differ anywhere it differs. */
const char *
api_rules_version(const struct api_call *call)
{
	struct apply *apply = call->api->options.apply;
	const struct ruleset *ruleset = apply_rules_get(apply);
	struct buf text = BUF_INIT;
	const char *version;

	if (ruleset) {
		buf_printf(&text, "%u\n", ruleset->id);
		ruleset_write(ruleset, &text);
		apply_rules_release(apply, ruleset);
	}
	api_automations_text(call, &text);
	api_sequences_text(call, &text);
	version = api_version_of_text(call, buf_text(&text));
	buf_done(&text);
	return version;
}

enum sg_status
api_rules_get(struct api_call *call, struct sg_err *err)
{
	struct apply *apply = call->api->options.apply;
	const struct ruleset *ruleset = apply_rules_get(apply);
	struct buf text = BUF_INIT;
	const char *about[2];
	enum sg_status status = read_about(call, about, err);

	if (!ruleset)
		return err_set(err, SG_BUSY, "the rules are not loaded yet");
	if (status != SG_OK) {
		apply_rules_release(apply, ruleset);
		return status;
	}
	if (wants_text(call)) {
		ruleset_write(ruleset, &text);
		api_automations_text(call, &text);
		api_sequences_text(call, &text);
		reply_text(call->reply, 200, buf_text(&text));
		buf_done(&text);
	} else {
		struct json *items = api_items(call);

		for (size_t i = 0; i < ruleset->n_rules; i++)
			if (is_about(&ruleset->rules[i], about))
				json_push(items,
					  rule_json(call, &ruleset->rules[i]));
		api_automations_items(call);
		json_add_int(call->answer, "ruleset", ruleset->id);
	}
	apply_rules_release(apply, ruleset);
	return SG_OK;
}

/* The rates that the scores use by themselves. */
static size_t
rates_in_use(struct api_call *call, double *rates)
{
	struct scoreboard *board = call->api->options.scoreboard;
	struct score_settings settings;
	size_t n = 0;

	for (size_t i = 0; i < scoreboard_n_scores(board); i++) {
		bool known =
			scoreboard_score_at(board, i, &settings) != SG_OK ||
			settings.degrade <= 0;

		for (size_t j = 0; j < n && !known; j++)
			known = rates[j] == settings.degrade;
		if (!known)
			rates[n++] = settings.degrade;
	}
	return n;
}

enum sg_status
api_rules_parse(struct api_call *call, const char *text,
		struct ruleset **ruleset_out, struct sg_err *err)
{
	const char *file = api_param(call, "file");
	struct apply_names *names = pool_alloc(call->pool, sizeof(*names));
	double rates[SCORES_MOST];
	struct rule_context context = {.names = &names->names, .rates = rates};
	enum sg_status status = api_store(call, err);

	if (status != SG_OK)
		return status;
	apply_names_init(names, call->api->options.apply, call->store);
	context.n_rates = rates_in_use(call, rates);
	context.targets = apply_targets(call->api->options.apply);
	return rules_parse(file && *file ? file : "rules.conf", text, &context,
			   ruleset_out, err);
}

enum sg_status
api_rules_parse_body(struct api_call *call, struct ruleset **ruleset_out,
		     struct sg_err *err)
{
	const struct sg_request *request = &call->request->request;

	if (memchr(request->body, '\0', request->body_len))
		return err_set(err, SG_REFUSED, "a rules file is text");
	return api_rules_parse(call, request->body, ruleset_out, err);
}

enum sg_status
api_rules_check(struct api_call *call, struct sg_err *err)
{
	struct ruleset *ruleset;
	enum sg_status status = api_rules_parse_body(call, &ruleset, err);

	if (status != SG_OK)
		return status;
	json_add_int(api_answer(call), "rules", (int64_t)ruleset->n_rules);
	json_add_int(call->answer, "automations",
		     (int64_t)ruleset->n_automations);
	json_add_int(call->answer, "sequences", (int64_t)ruleset->n_sequences);
	api_warn_of_rules(call, ruleset);
	ruleset_free(ruleset);
	return SG_OK;
}

static void
add_rule_text(struct json *to, const char *name, const struct rule *rule)
{
	struct buf text = BUF_INIT;

	if (rule)
		rule_write(rule, &text);
	add_text(to, name, rule ? buf_text(&text) : NULL);
	buf_done(&text);
}

static void
add_differences(struct api_call *call, const struct ruleset *before,
		const struct ruleset *after)
{
	struct rule_difference *differences;
	struct json *array = json_new_array();
	size_t n = ruleset_compare(before, after, call->pool, &differences);

	json_add(api_answer(call), "differences", array);
	for (size_t i = 0; i < n; i++) {
		const struct rule_difference *one = &differences[i];
		struct json *item = json_new_object();

		json_add_text(item, "change", rule_change_name(one->change));
		json_add_text(item, "name",
			      one->after ? one->after->name
					 : one->before->name);
		add_rule_text(item, "before", one->before);
		add_rule_text(item, "after", one->after);
		json_push(array, item);
	}
	api_automations_differences(call, after, array);
	api_sequences_differences(call, after, array);
}

/* Where no rule would be left. */
static void
add_hides(struct api_call *call, const struct ruleset *before,
	  const struct ruleset *after)
{
	struct json *array = json_new_array();
	struct rule_place *places;
	size_t n = ruleset_find_emptied(before, after, call->pool, &places);

	json_add(api_answer(call), "hides", array);
	for (size_t i = 0; i < n; i++) {
		struct json *item = json_new_object();

		json_add_text(item, "module", places[i].module);
		json_add_text(item, "score", places[i].score);
		json_push(array, item);
	}
}

static enum sg_status
nothing(void *arg, struct store *store, struct sg_err *err)
{
	return SG_OK;
}

static enum sg_status
put(struct api_call *call, const struct ruleset *ruleset, struct sg_err *err)
{
	bool take_back = api_param_yes(call, "take_back");
	struct api_definition note = {nothing, NULL, "rules.apply", "rules",
				      take_back ? "take_back" : NULL};
	enum sg_status status =
		apply_rules(call->api->options.apply, ruleset,
			    call->principal.name, take_back, true, err);

	return status == SG_OK ? api_define(call, &note, err) : status;
}

/* Nobody else's change comes between the look and the deed. */
static enum sg_status
put_matching(struct api_call *call, const struct ruleset *ruleset,
	     struct sg_err *err)
{
	enum sg_status status;

	pthread_mutex_lock(&call->api->rules_lock);
	status = api_if_match(call, api_rules_version(call), err);
	if (status == SG_OK && !call->tried)
		status = put(call, ruleset, err);
	pthread_mutex_unlock(&call->api->rules_lock);
	return status;
}

enum sg_status
api_rules_put(struct api_call *call, struct sg_err *err)
{
	struct apply *apply = call->api->options.apply;
	const struct ruleset *before;
	struct apply_status now;
	struct ruleset *ruleset;
	enum sg_status status = api_rules_parse_body(call, &ruleset, err);

	if (status != SG_OK)
		return status;
	before = apply_rules_get(apply);
	if (before) {
		add_differences(call, before, ruleset);
		add_hides(call, before, ruleset);
		apply_rules_release(apply, before);
	}
	api_warn_of_rules(call, ruleset);
	status = put_matching(call, ruleset, err);
	ruleset_free(ruleset);
	apply_get_status(apply, &now);
	json_add_int(api_answer(call), "ruleset", now.ruleset);
	return status;
}
