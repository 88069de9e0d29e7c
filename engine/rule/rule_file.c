/* rule_file.c - rules from their file form; see rule.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "rule/automation_parts.h"
#include "rule/sequence_parts.h"
#include "rule/rule_parts.h"

const struct conf_option rule_options[] = {
	{"enabled", CONF_BOOL, "yes", 0, 0, NULL, "no: it is kept, and asleep"},
	{"module", CONF_TEXT, "contact", 0, 0, NULL,
	 "the module of the records it is about"},
	{"score", CONF_TEXT, "lead", 0, 0, NULL, "the score it changes"},
	{"also", CONF_TEXT, NULL, 0, 0, NULL,
	 "a relation, as account: records linked by it get the points, too"},
	{"on", CONF_TEXT, NULL, 0, 0, NULL,
	 "the signal it fires on; without it, it is a field rule"},
	{"when", CONF_TEXT, NULL, 0, 0, NULL, "the condition"},
	{"unless", CONF_TEXT, NULL, 0, 0, NULL,
	 "a signal `within` so long that keeps it from firing: absence"},
	{"verdict", CONF_TEXT, "human", 0, 0, NULL,
	 "the hits it takes: human, proxy (both), any"},
	{"add", CONF_NUMBER, NULL, 0, 0, NULL, "points to add"},
	{"subtract", CONF_NUMBER, NULL, 0, 0, NULL, "points to subtract"},
	{"once_per", CONF_TEXT, NULL, 0, 0, NULL,
	 "ever, message, link, day, or as `3 per 7d`"},
	{"cap", CONF_TEXT, NULL, 0, 0, NULL,
	 "the most points it may give, as 30, or `30 per 7d`"},
	{"cap_group", CONF_TEXT, NULL, 0, 0, NULL,
	 "rules of one group share one cap"},
	{"degrade", CONF_PERCENT, NULL, 0, 0, NULL,
	 "percent a day its points lose; none: they stay"},
	{"expires", CONF_TEXT, NULL, 0, 0, NULL,
	 "how long after they were given the points are taken back"},
	{"because", CONF_TEXT, NULL, 0, 0, NULL,
	 "the explanation, with {{signal.NAME}} and {{field.NAME}}"},
	{0}};

static const struct conf_option file_options[] = {
	{"rule", CONF_TITLED, NULL, 0, 0, rule_options,
	 "when this and that, then so many points"},
	{"automation", CONF_TITLED, NULL, 0, 0, automation_options,
	 "when this happens or a score crosses a number, then do that"},
	{"list", CONF_TITLED, NULL, 0, 0, rule_object_options,
	 "rules for records on the list"},
	{"form", CONF_TITLED, NULL, 0, 0, rule_object_options,
	 "rules for what the form sent"},
	{"campaign", CONF_TITLED, NULL, 0, 0, rule_object_options,
	 "rules for what belongs to the campaign"},
	{"sequence", CONF_TITLED, NULL, 0, 0, sequence_options,
	 "mails one after the other to who is in it"},
	{0}};

struct reading {
	struct pool *pool;
	const struct rule_context *context;
	struct sg_err *err;
	const char *object; /* what it adds to the conditions, or "" */
};

enum sg_status
rule_refuse(const struct conf_section *section, const char *name,
	    struct sg_err *err, const char *format, ...)
{
	unsigned line = name ? conf_option_line(section, name) : 0;
	char text[SG_ERR_TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(err, SG_REFUSED, "%s:%u: rule \"%.64s\": %s",
		       conf_file(section), line ? line : conf_line(section),
		       conf_title(section), text);
}

/* "ever", …, or "3 per 7d" */
static bool
read_times(struct rule *rule, const char *text)
{
	const char *per = strstr(text, "per");
	struct sg_err unused;
	char number[16];
	long long times;

	if (!per || (size_t)(per - text) >= sizeof(number))
		return false;
	memcpy(number, text, (size_t)(per - text));
	number[per - text] = '\0';
	for (per += 3; *per == ' '; per++)
		;
	if (!text_to_int(number, &times) || times < 1 ||
	    times > RULE_TIMES_MOST ||
	    clock_parse_duration(per, &rule->once_ms, &unused) != SG_OK ||
	    rule->once_ms <= 0)
		return false;
	rule->once = RULE_TIMES_PER;
	rule->once_times = (unsigned)times;
	return true;
}

static enum sg_status
read_once(struct rule *rule, const struct conf_section *section,
	  struct sg_err *err)
{
	static const struct {
		const char *word;
		enum rule_once once;
	} words[] = {{"ever", RULE_ONCE_EVER},
		     {"message", RULE_ONCE_MESSAGE},
		     {"link", RULE_ONCE_LINK},
		     {"day", RULE_ONCE_DAY}};
	const char *text = conf_text(section, "once_per");
	size_t i;

	if (!text)
		return SG_OK;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i].word) == 0) {
			rule->once = words[i].once;
			return SG_OK;
		}
	}
	if (read_times(rule, text))
		return SG_OK;
	return rule_refuse(section, "once_per", err,
			   "`once_per` is \"%.64s\"; expected ever, message, "
			   "link, day, or as \"3 per 7d\"",
			   text);
}

static enum sg_status
read_verdict(struct rule *rule, const struct conf_section *section,
	     struct sg_err *err)
{
	const char *text = conf_text(section, "verdict");

	if (strcmp(text, "human") == 0)
		rule->verdict = VERDICT_HUMAN;
	else if (strcmp(text, "proxy") == 0)
		rule->verdict = VERDICT_PROXY;
	else if (strcmp(text, "any") == 0)
		rule->verdict = VERDICT_MACHINE;
	else
		return rule_refuse(section, "verdict", err,
				   "`verdict` is \"%.64s\"; expected human, "
				   "proxy or any",
				   text);
	return SG_OK;
}

static enum sg_status
read_points(struct rule *rule, const struct conf_section *section,
	    struct sg_err *err)
{
	bool add = conf_is_set(section, "add");
	bool subtract = conf_is_set(section, "subtract");

	if (add && subtract)
		return rule_refuse(section, "subtract", err,
				   "expected either `add` or `subtract`");
	if (!add && !subtract)
		return rule_refuse(section, NULL, err,
				   "expected `add` or `subtract`");
	rule->points = add ? conf_number(section, "add")
			   : 0 - conf_number(section, "subtract");
	return SG_OK;
}

static const char *
copy_text(const struct reading *reading, const struct conf_section *section,
	  const char *name)
{
	const char *text = conf_text(section, name);

	return text ? pool_strdup(reading->pool, text) : NULL;
}

unsigned
rule_text_line(const struct conf_section *section, const char *name,
	       const char *text)
{
	unsigned line = conf_option_line(section, name);

	for (; *text; text++)
		line -= *text == '\n' && line > 1;
	return line;
}

/* Of a rule that stands inside of one. */
static enum sg_status
add_object(struct rule *rule, const struct condition_names *names,
	   struct reading *reading)
{
	if (!*reading->object)
		return SG_OK;
	rule->when = rule->when ? pool_printf(reading->pool, "%s and (%s)",
					      reading->object, rule->when)
				: reading->object;
	condition_free(rule->condition);
	rule->condition = NULL;
	return condition_parse(rule->when, names, &rule->condition,
			       reading->err);
}

static enum sg_status
read_when(struct rule *rule, const struct conf_section *section,
	  struct reading *reading)
{
	const struct condition_names *names =
		reading->context ? reading->context->names : NULL;

	rule->when = copy_text(reading, section, "when");
	if (!rule->when || condition_parse(rule->when, names, &rule->condition,
					   reading->err) == SG_OK)
		return add_object(rule, names, reading);
	return err_prefix(reading->err, "%s:%u: rule \"%.64s\": `when`",
			  conf_file(section),
			  rule_text_line(section, "when", rule->when),
			  conf_title(section));
}

static void
read_plain(struct rule *rule, const struct conf_section *section,
	   struct reading *reading)
{
	rule->version = 1;
	rule->name = pool_strdup(reading->pool, conf_title(section));
	rule->line = conf_line(section);
	rule->enabled = conf_bool(section, "enabled");
	rule->module = copy_text(reading, section, "module");
	rule->score = copy_text(reading, section, "score");
	rule->also = copy_text(reading, section, "also");
	rule->on = copy_text(reading, section, "on");
	rule->because = copy_text(reading, section, "because");
	rule->unless = copy_text(reading, section, "unless");
	rule->expires = copy_text(reading, section, "expires");
	rule->cap = copy_text(reading, section, "cap");
	rule->cap_group = copy_text(reading, section, "cap_group");
	rule->has_degrade = conf_is_set(section, "degrade");
	if (rule->has_degrade)
		rule->degrade = conf_number(section, "degrade");
}

static enum sg_status
read_rule(struct rule *rule, const struct conf_section *section,
	  struct reading *reading)
{
	struct buf source = BUF_INIT;
	enum sg_status status;

	read_plain(rule, section, reading);
	status = read_points(rule, section, reading->err);
	if (status == SG_OK)
		status = read_once(rule, section, reading->err);
	if (status == SG_OK)
		status = read_verdict(rule, section, reading->err);
	if (status == SG_OK)
		status = read_when(rule, section, reading);
	if (status == SG_OK)
		status = rule_read_absence(rule, section, reading->context,
					   reading->err);
	if (status == SG_OK)
		status = rule_read_limits(rule, section, reading->err);
	if (status == SG_OK)
		status = rule_check(rule, section, reading->context,
				    reading->err);
	if (status != SG_OK)
		return status;
	rule_write(rule, &source);
	rule->source = pool_strdup(reading->pool, buf_text(&source));
	buf_done(&source);
	return SG_OK;
}

static enum sg_status
read_rules(struct ruleset *ruleset, const struct conf_section *root,
	   struct reading *reading)
{
	size_t i, n = rule_section_count(root);
	enum sg_status status = SG_OK;

	ruleset->rules = pool_alloc(reading->pool,
				    (n ? n : 1) * sizeof(*ruleset->rules));
	for (i = 0; i < n; i++) {
		struct buf object = BUF_INIT;
		const struct conf_section *section =
			rule_section_at(root, i, &object);

		ruleset->n_rules = i + 1; /* its condition is freed, too */
		reading->object = pool_strdup(reading->pool, buf_text(&object));
		buf_done(&object);
		status = read_rule(&ruleset->rules[i], section, reading);
		if (status != SG_OK)
			return status;
	}
	status = ruleset_share_caps(ruleset, root, reading->err);
	if (status != SG_OK)
		return status;
	return ruleset_check(ruleset, root, reading->context, reading->err);
}

enum sg_status
rules_parse(const char *file_name, const char *text,
	    const struct rule_context *context, struct ruleset **ruleset_out,
	    struct sg_err *err)
{
	struct pool *pool;
	struct conf_section *root;
	struct ruleset *ruleset;
	struct sg_err unused = {SG_OK, ""};
	struct reading reading = {NULL, context, err ? err : &unused, ""};
	enum sg_status status;

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3; /* some editors begin a file with it */
	if (!text_is_utf8(text, strlen(text)))
		return err_set(err, SG_REFUSED, "%s: expected UTF-8 text",
			       file_name);
	status = conf_parse(file_name, text, 1, file_options, &root,
			    reading.err);
	if (status != SG_OK)
		return status;
	reading.pool = pool = pool_new();
	ruleset = pool_alloc(pool, sizeof(*ruleset));
	ruleset->pool = pool;
	status = read_rules(ruleset, root, &reading);
	if (status == SG_OK)
		status = automations_read(ruleset, root, context, reading.err);
	if (status == SG_OK)
		status = sequences_read(ruleset, root, context, reading.err);
	conf_free(root);
	if (status != SG_OK) {
		ruleset_free(ruleset);
		return status;
	}
	*ruleset_out = ruleset;
	return SG_OK;
}

void
ruleset_free(struct ruleset *ruleset)
{
	size_t i;

	if (!ruleset)
		return;
	for (i = 0; i < ruleset->n_rules; i++) {
		condition_free(ruleset->rules[i].condition);
		condition_free(ruleset->rules[i].absence);
	}
	automations_drop(ruleset);
	sequences_drop(ruleset);
	pool_free(ruleset->pool);
}
