/* rule_write.c - rules in their file form; see rule.h. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "rule/rule_parts.h"

void
rule_write_quoted(struct buf *to, const char *text)
{
	buf_append_char(to, '"');
	for (; *text; text++) {
		if (*text == '\n') {
			buf_append_text(to, "\\n");
			continue;
		}
		if (*text == '"' || *text == '\\' ||
		    (text[0] == '$' && text[1] == '{'))
			buf_append_char(to, '\\');
		buf_append_char(to, *text);
	}
	buf_append_char(to, '"');
}

/* "  name     = " */
static void
write_name(struct buf *to, const char *name, int width)
{
	buf_printf(to, "  %-*s = ", width, name);
}

static void
write_text(struct buf *to, const char *name, const char *text, int width)
{
	if (!text)
		return;
	write_name(to, name, width);
	rule_write_quoted(to, text);
	buf_append_char(to, '\n');
}

static void
write_number(struct buf *to, const char *name, double number, int width)
{
	write_name(to, name, width);
	text_append_number(to, number);
	buf_append_char(to, '\n');
}

void
rule_write_duration(int64_t ms, char *text, size_t size)
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = {{86400000, "d"},
		     {3600000, "h"},
		     {60000, "m"},
		     {1000, "s"},
		     {1, "ms"}};
	size_t i = 0;

	while (ms % units[i].ms)
		i++;
	snprintf(text, size, "%lld%s", (long long)(ms / units[i].ms),
		 units[i].unit);
}

static void
write_times(const struct rule *rule, char *text, size_t size)
{
	char per[RULE_DURATION_SIZE];

	rule_write_duration(rule->once_ms, per, sizeof(per));
	snprintf(text, size, "%u per %s", rule->once_times, per);
}

static const char *
once_text(const struct rule *rule, char *text, size_t size)
{
	switch (rule->once) {
	case RULE_ONCE_EVER:
		return "ever";
	case RULE_ONCE_MESSAGE:
		return "message";
	case RULE_ONCE_LINK:
		return "link";
	case RULE_ONCE_DAY:
		return "day";
	case RULE_TIMES_PER:
		write_times(rule, text, size);
		return text;
	default:
		return NULL;
	}
}

static const char *
unless_default(const char *text, const char *usual)
{
	return strcmp(text, usual) ? text : NULL;
}

/* The texts of its conditions, as they are to be written. */
struct expressions {
	const char *when, *unless;
};

static void
write_degrade(const struct rule *rule, struct buf *to, int width)
{
	if (!rule->has_degrade)
		return;
	write_name(to, "degrade", width);
	if (rule->degrade > 0) {
		buf_append_char(to, '"');
		text_append_number(to, rule->degrade);
		buf_append_text(to, "%\"\n");
	} else {
		buf_append_text(to, "none\n");
	}
}

static void
write_options(const struct rule *rule, const struct expressions *expressions,
	      struct buf *to, int width)
{
	static const char *const verdicts[] = {NULL, "proxy", "any"};
	char times[64];

	if (!rule->enabled) {
		write_name(to, "enabled", width);
		buf_append_text(to, "no\n");
	}
	write_text(to, "module", unless_default(rule->module, "contact"),
		   width);
	write_text(to, "score", unless_default(rule->score, "lead"), width);
	write_text(to, "also", rule->also, width);
	write_text(to, "on", rule->on, width);
	write_text(to, "when", expressions->when, width);
	write_text(to, "unless", expressions->unless, width);
	write_text(to, "verdict", verdicts[rule->verdict], width);
	if (rule->points < 0)
		write_number(to, "subtract", -rule->points, width);
	else
		write_number(to, "add", rule->points, width);
	write_text(to, "once_per", once_text(rule, times, sizeof(times)),
		   width);
	write_text(to, "cap", rule->cap, width);
	write_text(to, "cap_group", rule->cap_group, width);
	write_degrade(rule, to, width);
	write_text(to, "expires", rule->expires, width);
	write_text(to, "because", rule->because, width);
}

/* How wide the longest name is: the signs stand in one column. */
static int
width_of(const char *options)
{
	const char *line = options, *end;
	int most = 0, len;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		len = (int)strcspn(line + 2, " ");
		if (len > most)
			most = len;
	}
	return most;
}

static void
write_rule(const struct rule *rule, const struct expressions *expressions,
	   struct buf *to)
{
	struct buf narrow = BUF_INIT;

	write_options(rule, expressions, &narrow, 0);
	buf_append_text(to, "rule ");
	rule_write_quoted(to, rule->name);
	buf_append_text(to, " {\n");
	write_options(rule, expressions, to, width_of(buf_text(&narrow)));
	buf_append_text(to, "}\n");
	buf_done(&narrow);
}

void
rule_write(const struct rule *rule, struct buf *to)
{
	struct expressions expressions = {rule->when, rule->unless};

	write_rule(rule, &expressions, to);
}

void
rule_write_canonical(const struct rule *rule, struct buf *to)
{
	struct buf when = BUF_INIT, unless = BUF_INIT;
	struct expressions expressions = {rule->when, rule->unless};

	if (rule->condition) {
		condition_write(rule->condition, &when);
		expressions.when = buf_text(&when);
	}
	if (rule->absence) {
		condition_write(rule->absence, &unless);
		expressions.unless = buf_text(&unless);
	}
	write_rule(rule, &expressions, to);
	buf_done(&unless);
	buf_done(&when);
}

void
ruleset_write(const struct ruleset *ruleset, struct buf *to)
{
	size_t i;

	for (i = 0; i < ruleset->n_rules; i++) {
		if (i)
			buf_append_char(to, '\n');
		rule_write(&ruleset->rules[i], to);
	}
	for (i = 0; i < ruleset->n_automations; i++) {
		if (i || ruleset->n_rules)
			buf_append_char(to, '\n');
		automation_write(&ruleset->automations[i], to);
	}
	for (i = 0; i < ruleset->n_sequences; i++) {
		if (i || ruleset->n_rules || ruleset->n_automations)
			buf_append_char(to, '\n');
		sequence_write(&ruleset->sequences[i], to);
	}
}
