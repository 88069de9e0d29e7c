/* rule_check.c - is a rule right as a whole? See rule.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/suggest.h"
#include "rule/rule_parts.h"
#include "score/score.h"
#include "signal/module.h"

typedef enum sg_status check_fn(const struct rule *rule,
				const struct conf_section *section,
				const struct rule_context *context,
				struct sg_err *err);

/* Escapes in the file can make such texts. */
static bool
is_one_line(const char *text)
{
	if (!text_is_utf8(text, strlen(text)))
		return false;
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	}
	return true;
}

static enum sg_status
check_name(const struct rule *rule, const struct conf_section *section,
	   const struct rule_context *context, struct sg_err *err)
{
	if (!*rule->name)
		return rule_refuse(section, NULL, err, "expected a name");
	if (strlen(rule->name) > RULE_NAME_MOST || !is_one_line(rule->name))
		return rule_refuse(section, NULL, err,
				   "expected a name of one line and at most %d "
				   "bytes",
				   RULE_NAME_MOST);
	return SG_OK;
}

static void
offer(void *arg, const char *name)
{
	suggest_offer(arg, name);
}

static enum sg_status
check_score(const struct rule *rule, const struct conf_section *section,
	    const struct rule_context *context, struct sg_err *err)
{
	const struct condition_names *names = context ? context->names : NULL;
	struct suggestion near = {.wanted = rule->score};

	if (!*rule->score || strlen(rule->score) >= SCORE_NAME_MOST ||
	    !is_one_line(rule->score))
		return rule_refuse(
			section, "score", err,
			"expected a score's name of one line and less "
			"than %d bytes",
			SCORE_NAME_MOST);
	if (!names || !names->score_known ||
	    names->score_known(names->arg, rule->score))
		return SG_OK;
	if (names->each)
		names->each(names->arg, CONDITION_SCORES, offer, &near);
	return rule_refuse(section, "score", err, "unknown score '%.64s'%s%s%s",
			   rule->score, near.name[0] ? "; did you mean '" : "",
			   near.name, near.name[0] ? "'?" : "");
}

static bool
is_module(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return len > 0 && len <= 64 && !name[len];
}

static enum sg_status
check_module(const struct rule *rule, const struct conf_section *section,
	     const struct rule_context *context, struct sg_err *err)
{
	struct sg_err why;

	/* Of stored rules only the form: a module may be gone today. */
	if (is_module(rule->module) &&
	    (!context || !context->names || !context->names->score_known ||
	     module_must_be(rule->module, &why) == SG_OK))
		return SG_OK;
	if (is_module(rule->module))
		return rule_refuse(section, "module", err, "%s", why.text);
	return rule_refuse(section, "module", err,
			   "`module` is \"%.64s\"; expected small letters, "
			   "digits, _ and -",
			   rule->module);
}

/* The relation that leads to where points are rolled up to. */
static enum sg_status
check_also(const struct rule *rule, const struct conf_section *section,
	   const struct rule_context *context, struct sg_err *err)
{
	if (!rule->also)
		return SG_OK;
	if (!rule->on)
		return rule_refuse(section, "also", err,
				   "`also` needs `on`: only touch points are "
				   "rolled up");
	if (is_module(rule->also))
		return SG_OK;
	return rule_refuse(section, "also", err,
			   "`also` is \"%.64s\"; expected a relation, as "
			   "account",
			   rule->also);
}

static bool
is_signal_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-:");
	const char *dot = strchr(name, '.');

	return !name[len] && len < SIGNAL_NAME_MOST && dot && dot > name &&
	       name[len - 1] != '.';
}

static enum sg_status
check_on(const struct rule *rule, const struct conf_section *section,
	 const struct rule_context *context, struct sg_err *err)
{
	const struct condition_names *names = context ? context->names : NULL;
	struct suggestion near = {.wanted = rule->on};
	const char *plugin = NULL;

	if (!rule->on)
		return SG_OK;
	if (!is_signal_name(rule->on))
		return rule_refuse(section, "on", err,
				   "`on` is \"%.64s\"; expected a signal like "
				   "\"email.opened\"",
				   rule->on);
	if (!names || !names->signal_known ||
	    names->signal_known(names->arg, rule->on, &plugin))
		return SG_OK;
	if (plugin)
		return rule_refuse(section, "on", err,
				   "`%s` is declared by no loaded plugin; load "
				   "`%s` or remove rule \"%.64s\"",
				   rule->on, plugin, rule->name);
	if (names->each)
		names->each(names->arg, CONDITION_SIGNALS, offer, &near);
	return rule_refuse(section, "on", err,
			   "`%s` is declared by no loaded plugin%s%s%s",
			   rule->on, near.name[0] ? "; did you mean `" : "",
			   near.name, near.name[0] ? "`?" : "");
}

/* Without `on` it is a field rule: it holds as long as its condition does. */
static enum sg_status
check_field_rule(const struct rule *rule, const struct conf_section *section,
		 const struct rule_context *context, struct sg_err *err)
{
	static const char *const of_signals[] = {
		"once_per", "verdict", "degrade",  "unless",
		"expires",  "cap",     "cap_group"};
	struct condition_uses uses;
	size_t i;

	if (rule->on)
		return SG_OK;
	if (!rule->condition)
		return rule_refuse(section, NULL, err,
				   "expected `on`, `when` or both");
	for (i = 0; i < sizeof(of_signals) / sizeof(of_signals[0]); i++) {
		if (conf_option_line(section, of_signals[i]))
			return rule_refuse(section, of_signals[i], err,
					   "`%s` needs `on`: a field rule "
					   "follows the record",
					   of_signals[i]);
	}
	condition_get_uses(rule->condition, &uses);
	if (uses.score || uses.percent)
		return rule_refuse(section, "when", err,
				   "a rule without `on` may not use score or "
				   "percent");
	if (uses.signal_props)
		return rule_refuse(section, "when", err,
				   "signal.NAME needs `on`, or a `where`");
	return SG_OK;
}

static enum sg_status
check_numbers(const struct rule *rule, const struct conf_section *section,
	      const struct rule_context *context, struct sg_err *err)
{
	if (rule->has_degrade && !(rule->degrade >= 0 && rule->degrade < 100))
		return rule_refuse(
			section, "degrade", err,
			"expected a `degrade` between 0%% and 100%%, "
			"or none");
	if (!(fabs(rule->points) <= SCORE_POINTS_MOST))
		return rule_refuse(
			section,
			conf_is_set(section, "add") ? "add" : "subtract", err,
			"expected at most " SCORE_POINTS_MOST_TEXT
			" points: beyond that a score could not "
			"tell one point from the next");
	return SG_OK;
}

static enum sg_status
check_because(const struct rule *rule, const struct conf_section *section,
	      const struct rule_context *context, struct sg_err *err)
{
	char what[64];

	if (!rule->because)
		return SG_OK;
	if (strlen(rule->because) > RULE_TEXT_MOST ||
	    !is_one_line(rule->because))
		return rule_refuse(section, "because", err,
				   "expected a `because` of one line and at "
				   "most %d bytes",
				   RULE_TEXT_MOST);
	if (rule_because_is_right(rule->because, what, sizeof(what)))
		return SG_OK;
	return rule_refuse(section, "because", err,
			   "`because` has {{%s; expected {{signal.NAME}}, "
			   "{{field.NAME}}, {{email}} or {{module}}",
			   what);
}

enum sg_status
rule_check(const struct rule *rule, const struct conf_section *section,
	   const struct rule_context *context, struct sg_err *err)
{
	static check_fn *const checks[] = {
		check_name, check_score,      check_module,  check_also,
		check_on,   check_field_rule, check_numbers, check_because};
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; status == SG_OK && i < sizeof(checks) / sizeof(checks[0]);
	     i++)
		status = checks[i](rule, section, context, err);
	return status;
}

/* --- all rules ---------------------------------------------------------- */

static bool
rate_is_new(double rate, const double *rates, size_t n)
{
	size_t i;

	if (rate == 0)
		return false;
	for (i = 0; i < n; i++) {
		if (rates[i] == rate)
			return false;
	}
	return true;
}

static enum sg_status
check_rates(const struct ruleset *ruleset, const struct conf_section *root,
	    const struct rule_context *context, struct sg_err *err)
{
	double rates[SCORE_RATES_MOST + 1] = {0};
	size_t n = 0, i;

	for (i = 0; context && i < context->n_rates; i++) {
		if (n < SCORE_RATES_MOST &&
		    rate_is_new(context->rates[i], rates, n))
			rates[n++] = context->rates[i];
	}
	for (i = 0; i < ruleset->n_rules; i++) {
		if (!ruleset->rules[i].has_degrade ||
		    !rate_is_new(ruleset->rules[i].degrade, rates, n))
			continue;
		if (n == SCORE_RATES_MOST)
			return rule_refuse(
				rule_section_at(root, i, NULL), "degrade", err,
				"%g%% would be the ninth rate of degradation "
				"of this installation; at most %d, those of "
				"the scores included",
				ruleset->rules[i].degrade, SCORE_RATES_MOST);
		rates[n++] = ruleset->rules[i].degrade;
	}
	return SG_OK;
}

static int
by_name(const void *a, const void *b)
{
	const struct rule *const *left = a, *const *right = b;
	int order = strcmp((*left)->name, (*right)->name);

	return order ? order : (*left < *right ? -1 : 1);
}

static enum sg_status
check_names(const struct ruleset *ruleset, const struct conf_section *root,
	    struct sg_err *err)
{
	size_t i, n = ruleset->n_rules;
	const struct rule **sorted;

	if (n < 2)
		return SG_OK;
	sorted = pool_alloc(ruleset->pool, n * sizeof(*sorted));
	for (i = 0; i < n; i++)
		sorted[i] = &ruleset->rules[i];
	qsort(sorted, n, sizeof(*sorted), by_name);
	for (i = 1; i < n; i++) {
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
			return rule_refuse(
				rule_section_at(
					root,
					(size_t)(sorted[i] - ruleset->rules),
					NULL),
				NULL, err,
				"there is one of that name in line "
				"%u already",
				sorted[i - 1]->line);
	}
	return SG_OK;
}

enum sg_status
ruleset_check(const struct ruleset *ruleset, const struct conf_section *root,
	      const struct rule_context *context, struct sg_err *err)
{
	enum sg_status status = check_names(ruleset, root, err);

	return status == SG_OK ? check_rates(ruleset, root, context, err)
			       : status;
}
