/* sequence_write.c - sequences in their file form; see sequence.h. */
#include <string.h>

#include "rule/rule_parts.h"
#include "rule/sequence.h"

size_t
sequence_find_step(const struct sequence *sequence, const char *name)
{
	size_t i = 0;

	while (i < sequence->n_steps &&
	       strcmp(sequence->steps[i].name, name) != 0)
		i++;
	return i;
}

static void
write_text(struct buf *to, const char *indent, const char *name,
	   const char *text)
{
	if (!text)
		return;
	buf_printf(to, "%s%s = ", indent, name);
	rule_write_quoted(to, text);
	buf_append_char(to, '\n');
}

static void
write_duration(struct buf *to, const char *indent, const char *name, int64_t ms)
{
	char text[RULE_DURATION_SIZE];

	if (!ms)
		return;
	rule_write_duration(ms, text, sizeof(text));
	write_text(to, indent, name, text);
}

static void
write_step(const struct sequence_step *step, struct buf *to)
{
	buf_append_text(to, "  step ");
	rule_write_quoted(to, step->name);
	buf_append_text(to, " {\n");
	write_duration(to, "    ", "after", step->after_ms);
	write_text(to, "    ", "if", step->when);
	write_text(to, "    ", "else", step->otherwise_text);
	write_text(to, "    ", "template", step->template);
	buf_append_text(to, "  }\n");
}

void
sequence_write(const struct sequence *sequence, struct buf *to)
{
	size_t i;

	buf_append_text(to, "sequence ");
	rule_write_quoted(to, sequence->name);
	buf_append_text(to, " {\n");
	if (!sequence->enabled)
		buf_append_text(to, "  enabled = no\n");
	if (strcmp(sequence->module, "contact") != 0)
		write_text(to, "  ", "module", sequence->module);
	write_text(to, "  ", "start", sequence->start);
	write_text(to, "  ", "stop", sequence->stop);
	if (sequence->restart)
		buf_append_text(to, "  restart = yes\n");
	write_text(to, "  ", "at", sequence->at);
	for (i = 0; i < sequence->n_steps; i++)
		write_step(&sequence->steps[i], to);
	buf_append_text(to, "}\n");
}

static const struct sequence *
find(const struct ruleset *ruleset, const char *name)
{
	size_t i;

	for (i = 0; i < ruleset->n_sequences; i++)
		if (strcmp(ruleset->sequences[i].name, name) == 0)
			return &ruleset->sequences[i];
	return NULL;
}

size_t
sequences_compare(const struct ruleset *before, const struct ruleset *after,
		  struct pool *pool,
		  struct sequence_difference **differences_out)
{
	size_t most = before->n_sequences + after->n_sequences, n = 0, i;
	struct sequence_difference *all =
		pool_alloc(pool, (most + 1) * sizeof(*all));

	for (i = 0; i < before->n_sequences; i++) {
		const struct sequence *old = &before->sequences[i];
		const struct sequence *new = find(after, old->name);

		if (new &&strcmp(old->source, new->source) == 0)
			continue;
		all[n++] = (struct sequence_difference){
			new ? RULE_CHANGED : RULE_REMOVED, old, new};
	}
	for (i = 0; i < after->n_sequences; i++)
		if (!find(before, after->sequences[i].name))
			all[n++] = (struct sequence_difference){
				RULE_ADDED, NULL, &after->sequences[i]};
	*differences_out = all;
	return n;
}
