/* sequence_file.c - `sequence "name" { … }` of rules.conf; see sequence.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "rule/sequence_parts.h"

const struct conf_option sequence_step_options[] = {
	{"after", CONF_TEXT, "0", 0, 0, NULL,
	 "how long after the step before, or the start: 0, 3d, 12h"},
	{"if", CONF_TEXT, NULL, 0, 0, NULL,
	 "the condition, asked when the step is due"},
	{"else", CONF_TEXT, "skip", 0, 0, NULL,
	 "when it does not hold: skip, `wait 2d` (ask again), stop"},
	{"template", CONF_TEXT, NULL, 0, 0, NULL, "the mail that is sent"},
	{0}};

const struct conf_option sequence_options[] = {
	{"enabled", CONF_BOOL, "yes", 0, 0, NULL,
	 "no: nobody starts, and whoever is in it waits"},
	{"module", CONF_TEXT, "contact", 0, 0, NULL,
	 "the module of the records it is about"},
	{"start", CONF_TEXT, NULL, 0, 0, NULL,
	 "the condition that starts it for a record when it becomes true"},
	{"stop", CONF_TEXT, NULL, 0, 0, NULL,
	 "the condition that ends it for a record"},
	{"restart", CONF_BOOL, "no", 0, 0, NULL,
	 "yes: more than once per record"},
	{"at", CONF_TEXT, NULL, 0, 0, NULL,
	 "when steps are done: 09:00-17:00 Mon-Fri Europe/Berlin"},
	{"step", CONF_TITLED, NULL, 0, 0, sequence_step_options,
	 "what is sent, in order"},
	{0}};

struct reading {
	struct pool *pool;
	const struct condition_names *names;
	const struct automation_names *targets;
	const struct conf_section *sequence;
	const struct conf_section *step; /* NULL: the sequence itself */
	struct sg_err *err;
};

/* "file:line: sequence "Welcome", step "Hello": …"; always SG_REFUSED. */
static enum sg_status PRINTF_LIKE(3, 4)
	refuse(const struct reading *reading, const char *option,
	       const char *format, ...)
{
	char text[SG_ERR_TEXT_SIZE], step[96] = "";
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (reading->step)
		snprintf(step, sizeof(step), ", step \"%.64s\"",
			 conf_title(reading->step));
	return conf_refuse(reading->step ? reading->step : reading->sequence,
			   option, reading->err, "sequence \"%.64s\"%s: %s",
			   conf_title(reading->sequence), step, text);
}

static enum sg_status
read_condition(const struct reading *reading, const char *option,
	       const char **text_out, struct condition **condition_out)
{
	const struct conf_section *section =
		reading->step ? reading->step : reading->sequence;
	const char *text = conf_text(section, option);
	enum sg_status status;

	if (!text)
		return SG_OK;
	*text_out = pool_strdup(reading->pool, text);
	status = condition_parse(text, reading->names, condition_out,
				 reading->err);
	if (status == SG_OK)
		return SG_OK;
	return err_prefix(
		reading->err, "%s:%u: sequence \"%.64s\"%s%.64s: `%s`",
		conf_file(section), rule_text_line(section, option, text),
		conf_title(reading->sequence), reading->step ? ", step " : "",
		reading->step ? conf_title(reading->step) : "", option);
}

static bool
is_one_line(const char *text)
{
	size_t len = strlen(text), i;

	if (!len || len > RULE_NAME_MOST || !text_is_utf8(text, len))
		return false;
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return true;
}

/* --- a step -------------------------------------------------------------- */

static enum sg_status
read_after(struct sequence_step *step, const struct reading *reading)
{
	const char *text = conf_text(reading->step, "after");
	struct sg_err unused;

	if (strcmp(text, "0") == 0)
		return SG_OK;
	if (clock_parse_duration(text, &step->after_ms, &unused) == SG_OK &&
	    step->after_ms >= 0)
		return SG_OK;
	return refuse(reading, "after",
		      "`after` is \"%.64s\"; expected 0 or a time like 3d or "
		      "12h",
		      text);
}

static enum sg_status
read_else(struct sequence_step *step, const struct reading *reading)
{
	const char *text = conf_text(reading->step, "else");
	struct sg_err unused;

	if (strcmp(text, "skip") == 0)
		return SG_OK;
	step->otherwise_text = pool_strdup(reading->pool, text);
	if (!step->condition)
		return refuse(reading, "else", "`else` needs an `if`");
	step->otherwise = SEQUENCE_END;
	if (strcmp(text, "stop") == 0)
		return SG_OK;
	step->otherwise = SEQUENCE_WAIT;
	if (strncmp(text, "wait ", 5) == 0 &&
	    clock_parse_duration(text + 5, &step->wait_ms, &unused) == SG_OK &&
	    step->wait_ms >= 60000)
		return SG_OK;
	return refuse(
		reading, "else",
		"`else` is \"%.64s\"; expected skip, stop, or wait with a "
		"time of at least a minute, as in \"wait 2d\"",
		text);
}

static enum sg_status
read_template(struct sequence_step *step, const struct reading *reading)
{
	const char *name = conf_text(reading->step, "template");
	const struct automation_names *targets = reading->targets;
	struct sg_err why;

	if (!name || !is_one_line(name))
		return refuse(reading, NULL,
			      "expected a `template`, the mail to send");
	step->template = pool_strdup(reading->pool, name);
	if (targets && targets->known &&
	    !targets->known(targets->arg, AUTOMATION_TEMPLATES, name))
		return refuse(reading, "template",
			      "there is no template `%.64s`", name);
	if (targets && targets->check &&
	    targets->check(targets->arg, AUTOMATION_TEMPLATES, name,
			   reading->names, &why) != SG_OK)
		return refuse(reading, "template",
			      "template `%.64s` cannot be used: %s", name,
			      why.text);
	return SG_OK;
}

static enum sg_status
read_step(struct sequence_step *step, const struct reading *reading)
{
	enum sg_status status;

	if (!is_one_line(conf_title(reading->step)))
		return refuse(
			reading, NULL,
			"expected a name of one line and at most %d bytes",
			RULE_NAME_MOST);
	step->name = pool_strdup(reading->pool, conf_title(reading->step));
	status = read_after(step, reading);
	if (status == SG_OK)
		status = read_condition(reading, "if", &step->when,
					&step->condition);
	if (status == SG_OK)
		status = read_else(step, reading);
	return status == SG_OK ? read_template(step, reading) : status;
}

static enum sg_status
read_steps(struct sequence *sequence, struct reading *reading)
{
	size_t n = conf_section_count(reading->sequence, "step"), i;
	enum sg_status status = SG_OK;

	if (n == 0 || n > SEQUENCE_STEPS_MOST)
		return refuse(reading, NULL, "expected 1 to %d steps",
			      SEQUENCE_STEPS_MOST);
	sequence->steps =
		pool_alloc(reading->pool, n * sizeof(*sequence->steps));
	for (i = 0; i < n && status == SG_OK; i++) {
		sequence->n_steps = i + 1; /* its condition is freed */
		reading->step = conf_section_at(reading->sequence, "step", i);
		status = read_step(&sequence->steps[i], reading);
	}
	reading->step = NULL;
	return status;
}

/* --- the whole ----------------------------------------------------------- */

static enum sg_status
read_window(struct sequence *sequence, const struct reading *reading)
{
	const char *text = conf_text(reading->sequence, "at");
	struct sg_err why;

	if (!text)
		return SG_OK;
	sequence->at = pool_strdup(reading->pool, text);
	if (sequence_window_parse(text, reading->pool, &sequence->window,
				  &why) == SG_OK)
		return SG_OK;
	return refuse(reading, "at", "`at`: %s", why.text);
}

static enum sg_status
read_plain(struct sequence *sequence, const struct reading *reading)
{
	const struct conf_section *section = reading->sequence;
	const char *module = conf_text(section, "module");
	size_t len = strspn(module, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	sequence->version = 1;
	sequence->name = pool_strdup(reading->pool, conf_title(section));
	sequence->line = conf_line(section);
	sequence->enabled = conf_bool(section, "enabled");
	sequence->restart = conf_bool(section, "restart");
	sequence->module = pool_strdup(reading->pool, module);
	if (!is_one_line(sequence->name))
		return refuse(
			reading, NULL,
			"expected a name of one line and at most %d bytes",
			RULE_NAME_MOST);
	if (!len || len > 31 || module[len])
		return refuse(reading, "module",
			      "`module` is \"%.64s\"; expected small letters, "
			      "digits, _ and -",
			      module);
	return SG_OK;
}

static enum sg_status
read_one(struct sequence *sequence, struct reading *reading)
{
	struct buf source = BUF_INIT;
	enum sg_status status = read_plain(sequence, reading);

	if (status == SG_OK)
		status = read_condition(reading, "start", &sequence->start,
					&sequence->start_condition);
	if (status == SG_OK)
		status = read_condition(reading, "stop", &sequence->stop,
					&sequence->stop_condition);
	if (status == SG_OK)
		status = read_window(sequence, reading);
	if (status == SG_OK)
		status = read_steps(sequence, reading);
	if (status != SG_OK)
		return status;
	sequence_write(sequence, &source);
	sequence->source = pool_strdup(reading->pool, buf_text(&source));
	buf_done(&source);
	return SG_OK;
}

static bool
is_there(const struct ruleset *ruleset, const char *name)
{
	size_t i = 0;

	while (i < ruleset->n_sequences &&
	       strcmp(ruleset->sequences[i].name, name) != 0)
		i++;
	return i < ruleset->n_sequences;
}

/* Automations stand in the same file. */
static enum sg_status
check_automation(const struct ruleset *ruleset,
		 const struct automation *automation,
		 const struct conf_section *section, struct sg_err *err)
{
	size_t i;

	for (i = 0; i < automation->n_actions; i++) {
		const struct automation_action *action =
			&automation->actions[i];

		if ((action->verb == AUTOMATION_SEQUENCE_START ||
		     action->verb == AUTOMATION_SEQUENCE_STOP) &&
		    !is_there(ruleset, action->name))
			return conf_refuse(section, NULL, err,
					   "automation \"%.64s\": there is no "
					   "sequence `%.64s`",
					   automation->name, action->name);
	}
	return SG_OK;
}

static enum sg_status
check_automations(const struct ruleset *ruleset,
		  const struct conf_section *root,
		  const struct rule_context *context, struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	if (!context || !context->targets)
		return SG_OK;
	for (i = 0; i < ruleset->n_automations && status == SG_OK; i++)
		status = check_automation(
			ruleset, &ruleset->automations[i],
			conf_section_at(root, "automation", i), err);
	return status;
}

enum sg_status
sequences_read(struct ruleset *ruleset, const struct conf_section *root,
	       const struct rule_context *context, struct sg_err *err)
{
	struct reading reading = {.pool = ruleset->pool,
				  .names = context ? context->names : NULL,
				  .targets = context ? context->targets : NULL,
				  .err = err};
	size_t n = conf_section_count(root, "sequence"), i;
	enum sg_status status;

	ruleset->sequences = pool_alloc(
		ruleset->pool, (n ? n : 1) * sizeof(*ruleset->sequences));
	for (i = 0; i < n; i++) {
		reading.sequence = conf_section_at(root, "sequence", i);
		if (i >= SEQUENCES_MOST)
			return refuse(&reading, NULL,
				      "expected at most %d sequences",
				      SEQUENCES_MOST);
		ruleset->n_sequences = i + 1; /* its conditions are freed */
		status = read_one(&ruleset->sequences[i], &reading);
		if (status != SG_OK)
			return status;
	}
	return check_automations(ruleset, root, context, err);
}

void
sequences_drop(struct ruleset *ruleset)
{
	size_t i, k;

	for (i = 0; i < ruleset->n_sequences; i++) {
		struct sequence *sequence = &ruleset->sequences[i];

		condition_free(sequence->start_condition);
		condition_free(sequence->stop_condition);
		for (k = 0; k < sequence->n_steps; k++)
			condition_free(sequence->steps[k].condition);
	}
}
