/* automation_file.c - `automation "name" { … }` of rules.conf; automation.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rule/automation_parts.h"

const struct conf_option automation_options[] = {
	{"enabled", CONF_BOOL, "yes", 0, 0, NULL, "no: it is kept, and asleep"},
	{"module", CONF_TEXT, "contact", 0, 0, NULL,
	 "the module of the records it is about"},
	{"on", CONF_TEXT, NULL, 0, 0, NULL,
	 "score rises to N, score falls below N, score changed, band changes, "
	 "or a signal"},
	{"rearm", CONF_TEXT, NULL, 0, 0, NULL,
	 "how far the score must go back before it fires again; never"},
	{"if", CONF_TEXT, NULL, 0, 0, NULL, "the condition"},
	{"verdict", CONF_TEXT, "human", 0, 0, NULL,
	 "the hits it takes: human, proxy (both), any"},
	{"do", CONF_TEXT_LIST, NULL, 0, 0, NULL, "the actions, in order"},
	{0}};

struct reading {
	struct pool *pool;
	const struct condition_names *names;
	const struct automation_names *targets;
	const struct conf_section *root;
	struct sg_err *err;
};

/* Always SG_REFUSED. */
static enum sg_status PRINTF_LIKE(4, 5)
	refuse(const struct conf_section *section, const char *name,
	       struct sg_err *err, const char *format, ...)
{
	unsigned line = name ? conf_option_line(section, name) : 0;
	char text[SG_ERR_TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(err, SG_REFUSED, "%s:%u: automation \"%.64s\": %s",
		       conf_file(section), line ? line : conf_line(section),
		       conf_title(section), text);
}

/* What a text's parser said, with where the text stands. */
static enum sg_status
refuse_text(const struct conf_section *section, const char *name,
	    const char *what, const char *text, struct sg_err *err)
{
	unsigned line = conf_option_line(section, name);

	for (; *text; text++) /* the line it begins on */
		line -= *text == '\n' && line > 1;
	return err_prefix(err, "%s:%u: automation \"%.64s\": %s",
			  conf_file(section), line, conf_title(section), what);
}

/* --- on ----------------------------------------------------------------- */

static bool
is_signal_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-:");
	const char *dot = strchr(name, '.');

	return !name[len] && len < SIGNAL_NAME_MOST && dot && dot > name &&
	       name[len - 1] != '.';
}

static void
offer(void *arg, const char *name)
{
	suggest_offer(arg, name);
}

static enum sg_status
read_signal(struct automation *automation, const struct conf_section *section,
	    const struct reading *reading)
{
	const struct condition_names *names = reading->names;
	struct suggestion near = {.wanted = automation->on_text};
	const char *plugin = NULL, *name = automation->on_text;

	automation->on = strcmp(name, "score.changed") ? AUTOMATION_SIGNAL
						       : AUTOMATION_CHANGED;
	automation->signal = name;
	if (!names || !names->signal_known ||
	    names->signal_known(names->arg, name, &plugin))
		return SG_OK;
	if (plugin)
		return refuse(section, "on", reading->err,
			      "`%s` is declared by no loaded plugin; load "
			      "`%s` or remove automation \"%.64s\"",
			      name, plugin, automation->name);
	if (names->each)
		names->each(names->arg, CONDITION_SIGNALS, offer, &near);
	return refuse(section, "on", reading->err,
		      "`%s` is declared by no loaded plugin%s%s%s", name,
		      near.name[0] ? "; did you mean `" : "", near.name,
		      near.name[0] ? "`?" : "");
}

static bool
read_threshold(struct automation_reader *reader, struct automation *automation,
	       enum automation_on on, const char *word)
{
	struct parser *parser = &reader->parser;
	char said[32];

	automation->on = on;
	snprintf(said, sizeof(said), "'%s N'", word);
	if (!parser_take_word(parser, word))
		return parser_expected(parser, said) != NULL;
	return parser_number(parser, &automation->threshold) &&
	       automation_reader_ends(reader);
}

/* "score ['name'] rises to N | falls below N | changed", "band changes" */
static bool
read_trigger(struct automation_reader *reader, struct automation *automation)
{
	static const char *const begins[] = {"score", "band", NULL};
	static const char *const words[] = {"rises", "falls", "changed", NULL};
	struct parser *parser = &reader->parser;

	if (parser_take_word(parser, "band")) {
		automation->on = AUTOMATION_BANDS;
		automation->score = parser_score(parser);
		if (!automation->score)
			return false;
		if (!parser_take_word(parser, "changes"))
			return parser_expected(parser, "changes") != NULL;
		return automation_reader_ends(reader);
	}
	if (!parser_take_word(parser, "score"))
		return parser_expected_word(parser,
					    "score rises to N, score falls "
					    "below N, score changed, band "
					    "changes, or a signal like "
					    "email.opened",
					    begins) != NULL;
	automation->score = parser_score(parser);
	if (!automation->score)
		return false;
	if (parser_take_word(parser, "rises"))
		return read_threshold(reader, automation, AUTOMATION_RISES,
				      "to");
	if (parser_take_word(parser, "falls"))
		return read_threshold(reader, automation, AUTOMATION_FALLS,
				      "below");
	automation->on = AUTOMATION_CHANGED;
	if (!parser_take_word(parser, "changed"))
		return parser_expected_word(parser,
					    "rises to, falls below or changed",
					    words) != NULL;
	return automation_reader_ends(reader);
}

static enum sg_status
read_on(struct automation *automation, const struct conf_section *section,
	const struct reading *reading)
{
	struct automation_reader reader;
	enum sg_status status;
	bool read;

	if (!conf_text(section, "on"))
		return refuse(section, NULL, reading->err, "expected `on`");
	automation->on_text =
		pool_strdup(reading->pool, conf_text(section, "on"));
	automation->score = "lead";
	if (is_signal_name(automation->on_text))
		return read_signal(automation, section, reading);
	status = automation_reader_init(&reader, automation->on_text,
					reading->names, reading->pool,
					reading->err);
	read = status == SG_OK && read_trigger(&reader, automation);
	if (status == SG_OK)
		automation_reader_done(&reader);
	return read ? SG_OK
		    : refuse_text(section, "on", "`on`", automation->on_text,
				  reading->err);
}

static enum sg_status
read_rearm(struct automation *automation, const struct conf_section *section,
	   const struct reading *reading)
{
	const char *text = conf_text(section, "rearm");
	bool rises = automation->on == AUTOMATION_RISES;

	automation->rearm = automation->threshold;
	if (!text)
		return SG_OK;
	if (!rises && automation->on != AUTOMATION_FALLS)
		return refuse(section, "rearm", reading->err,
			      "`rearm` needs an `on` of score rises or score "
			      "falls");
	automation->never = strcmp(text, "never") == 0;
	if (automation->never)
		return SG_OK;
	if (!text_to_number(text, &automation->rearm))
		return refuse(section, "rearm", reading->err,
			      "`rearm` is \"%.64s\"; expected a number or "
			      "never",
			      text);
	automation->rearm_said = automation->rearm != automation->threshold;
	if (rises ? automation->rearm <= automation->threshold
		  : automation->rearm >= automation->threshold)
		return SG_OK;
	return refuse(section, "rearm", reading->err,
		      "expected a `rearm` of at %s %g: the score must go back "
		      "before it fires again",
		      rises ? "most" : "least", automation->threshold);
}

/* --- the others --------------------------------------------------------- */

static enum sg_status
read_if(struct automation *automation, const struct conf_section *section,
	const struct reading *reading)
{
	const char *text = conf_text(section, "if");

	if (!text)
		return SG_OK;
	automation->when = pool_strdup(reading->pool, text);
	if (condition_parse(automation->when, reading->names,
			    &automation->condition, reading->err) == SG_OK)
		return SG_OK;
	return refuse_text(section, "if", "`if`", text, reading->err);
}

static enum sg_status
read_verdict(struct automation *automation, const struct conf_section *section,
	     const struct reading *reading)
{
	const char *text = conf_text(section, "verdict");

	if (strcmp(text, "human") == 0)
		automation->verdict = VERDICT_HUMAN;
	else if (strcmp(text, "proxy") == 0)
		automation->verdict = VERDICT_PROXY;
	else if (strcmp(text, "any") == 0)
		automation->verdict = VERDICT_MACHINE;
	else
		return refuse(section, "verdict", reading->err,
			      "`verdict` is \"%.64s\"; expected human, proxy "
			      "or any",
			      text);
	return SG_OK;
}

/* A sequence is known where it stands in the same file; what is read back from
 * the store was checked when it came. */
static bool
has_sequence(const struct reading *reading,
	     const struct automation_action *action)
{
	size_t n = conf_section_count(reading->root, "sequence"), i;

	if (!reading->targets || (action->verb != AUTOMATION_SEQUENCE_START &&
				  action->verb != AUTOMATION_SEQUENCE_STOP))
		return true;
	for (i = 0; i < n; i++)
		if (strcmp(conf_title(conf_section_at(reading->root, "sequence",
						      i)),
			   action->name) == 0)
			return true;
	return false;
}

static enum sg_status
read_do(struct automation *automation, const struct conf_section *section,
	const struct reading *reading)
{
	size_t n = conf_list_count(section, "do"), i;
	char what[32];

	if (n == 0 || n > AUTOMATION_ACTIONS_MOST)
		return refuse(section, "do", reading->err,
			      "expected 1 to %d actions in `do`",
			      AUTOMATION_ACTIONS_MOST);
	automation->actions =
		pool_alloc(reading->pool, n * sizeof(*automation->actions));
	automation->n_actions = n;
	for (i = 0; i < n; i++) {
		const char *text = conf_list_at(section, "do", i);

		if (automation_action_parse(text, reading->names,
					    reading->targets, reading->pool,
					    &automation->actions[i],
					    reading->err) == SG_OK) {
			if (has_sequence(reading, &automation->actions[i]))
				continue;
			return refuse(section, "do", reading->err,
				      "action %zu of `do`: there is no "
				      "sequence '%.64s'",
				      i + 1, automation->actions[i].name);
		}
		snprintf(what, sizeof(what), "action %zu of `do`", i + 1);
		return refuse_text(section, "do", what, "", reading->err);
	}
	return SG_OK;
}

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
read_plain(struct automation *automation, const struct conf_section *section,
	   const struct reading *reading)
{
	const char *module = conf_text(section, "module");
	size_t len = strspn(module, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	automation->version = 1;
	automation->name = pool_strdup(reading->pool, conf_title(section));
	automation->line = conf_line(section);
	automation->enabled = conf_bool(section, "enabled");
	automation->module = pool_strdup(reading->pool, module);
	if (!*automation->name || strlen(automation->name) > RULE_NAME_MOST ||
	    !is_one_line(automation->name))
		return refuse(section, NULL, reading->err,
			      "expected a name of one line and at most %d "
			      "bytes",
			      RULE_NAME_MOST);
	if (!len || len > 31 || module[len])
		return refuse(section, "module", reading->err,
			      "`module` is \"%.64s\"; expected small letters, "
			      "digits, _ and -",
			      module);
	return SG_OK;
}

static enum sg_status
read_one(struct automation *automation, const struct conf_section *section,
	 const struct reading *reading)
{
	static enum sg_status (*const steps[])(
		struct automation * automation,
		const struct conf_section *section,
		const struct reading *reading) = {
		read_plain, read_on, read_rearm, read_if, read_verdict, read_do,
	};
	struct buf source = BUF_INIT;
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && status == SG_OK;
	     i++)
		status = steps[i](automation, section, reading);
	if (status != SG_OK)
		return status;
	automation_write(automation, &source);
	automation->source = pool_strdup(reading->pool, buf_text(&source));
	buf_done(&source);
	return SG_OK;
}

static const struct automation *
find(const struct ruleset *ruleset, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(ruleset->automations[i].name, name) == 0)
			return &ruleset->automations[i];
	return NULL;
}

enum sg_status
automations_read(struct ruleset *ruleset, const struct conf_section *root,
		 const struct rule_context *context, struct sg_err *err)
{
	struct reading reading = {ruleset->pool,
				  context ? context->names : NULL,
				  context ? context->targets : NULL, root, err};
	size_t n = conf_section_count(root, "automation"), i;

	ruleset->automations = pool_alloc(
		ruleset->pool, (n ? n : 1) * sizeof(*ruleset->automations));
	for (i = 0; i < n; i++) {
		const struct conf_section *section =
			conf_section_at(root, "automation", i);
		const struct automation *other =
			find(ruleset, i, conf_title(section));
		enum sg_status status;

		if (other)
			return refuse(section, NULL, err,
				      "there is one of that name in line %u "
				      "already",
				      other->line);
		ruleset->n_automations = i + 1; /* its condition is freed */
		status = read_one(&ruleset->automations[i], section, &reading);
		if (status != SG_OK)
			return status;
	}
	return SG_OK;
}

void
automations_drop(struct ruleset *ruleset)
{
	size_t i;

	for (i = 0; i < ruleset->n_automations; i++)
		condition_free(ruleset->automations[i].condition);
}
