/* automation_write.c - automations in their file form; see automation.h. */
#include <string.h>

#include "base/text.h"
#include "rule/automation_parts.h"

static void
write_text(struct buf *to, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(to, "  %s = ", name);
	rule_write_quoted(to, text);
	buf_append_char(to, '\n');
}

static void
write_rearm(const struct automation *automation, struct buf *to)
{
	if (!automation->never && !automation->rearm_said)
		return;
	buf_append_text(to, "  rearm = ");
	if (automation->never)
		buf_append_text(to, "\"never\"");
	else
		text_append_number(to, automation->rearm);
	buf_append_char(to, '\n');
}

static void
write_actions(const struct automation *automation, struct buf *to)
{
	size_t i;

	buf_append_text(to, "  do = {\n");
	for (i = 0; i < automation->n_actions; i++) {
		buf_append_text(to, "    ");
		rule_write_quoted(to, automation->actions[i].source);
		buf_append_text(to,
				i + 1 < automation->n_actions ? ",\n" : "\n");
	}
	buf_append_text(to, "  }\n");
}

void
automation_write(const struct automation *automation, struct buf *to)
{
	static const char *const verdicts[] = {NULL, "proxy", "any"};

	buf_append_text(to, "automation ");
	rule_write_quoted(to, automation->name);
	buf_append_text(to, " {\n");
	if (!automation->enabled)
		buf_append_text(to, "  enabled = no\n");
	if (strcmp(automation->module, "contact") != 0)
		write_text(to, "module", automation->module);
	write_text(to, "on", automation->on_text);
	write_rearm(automation, to);
	write_text(to, "if", automation->when);
	write_text(to, "verdict", verdicts[automation->verdict]);
	write_actions(automation, to);
	buf_append_text(to, "}\n");
}

bool
automation_same_trigger(const struct automation *a, const struct automation *b)
{
	return a->on == b->on && a->enabled == b->enabled &&
	       a->threshold == b->threshold && a->rearm == b->rearm &&
	       a->never == b->never && strcmp(a->score, b->score) == 0 &&
	       strcmp(a->module, b->module) == 0 &&
	       strcmp(a->signal ? a->signal : "", b->signal ? b->signal : "") ==
		       0;
}
