/* rule_explain.c - why a rule gave points, for people; see rule.h. */
#include <string.h>

#include "base/text.h"
#include "rule/rule_parts.h"

/* The next {{name}}: where its braces begin and end, and the name without
 * blanks. false: there is none, or it has no end. */
struct placeholder {
	const char *start, *end;
	char name[128]; /* "" = too long to be one */
};

static bool
find_placeholder(const char *text, struct placeholder *out)
{
	const char *from, *to;

	out->start = strstr(text, "{{");
	out->end = out->start ? strstr(out->start, "}}") : NULL;
	if (!out->end)
		return false;
	from = out->start + 2;
	to = out->end;
	out->end += 2;
	while (from < to && *from == ' ')
		from++;
	while (to > from && to[-1] == ' ')
		to--;
	out->name[0] = '\0';
	if ((size_t)(to - from) < sizeof(out->name)) {
		memcpy(out->name, from, (size_t)(to - from));
		out->name[to - from] = '\0';
	}
	return true;
}

/* The name behind the prefix; NULL: it does not begin so. */
static const char *
behind(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(name, prefix, len) == 0 && name[len] ? name + len : NULL;
}

bool
rule_because_is_right(const char *because, char *what_out, size_t size)
{
	struct placeholder one;

	for (; find_placeholder(because, &one); because = one.end) {
		if (behind(one.name, "signal.") || behind(one.name, "field.") ||
		    strcmp(one.name, "email") == 0 ||
		    strcmp(one.name, "module") == 0)
			continue;
		snprintf(what_out, size, "%s}}", one.name);
		return false;
	}
	if (!strstr(because, "{{"))
		return true;
	snprintf(what_out, size, " without }}");
	return false;
}

static const char *
value_of(const char *name, const struct record_view *view,
	 const struct signal *signal)
{
	const char *member = behind(name, "signal.");

	if (member)
		return signal ? signal_get(signal, member) : NULL;
	member = behind(name, "field.");
	if (member)
		return view ? view->field(view->arg, member) : NULL;
	if (!view)
		return NULL;
	return strcmp(name, "email") == 0 ? view->email(view->arg)
					  : view->module(view->arg);
}

/* At most `left` bytes of it, cut between characters, control bytes as
 * blanks: it is shown on terminals and in logs. */
static void
append_bounded(struct buf *to, const char *text, size_t len, size_t end)
{
	size_t left = end > to->len ? end - to->len : 0, i;

	if (len > left) {
		len = left;
		while (len && ((unsigned char)text[len] & 0xC0) == 0x80)
			len--;
	}
	for (i = 0; i < len; i++)
		buf_append_char(to,
				(unsigned char)text[i] < ' ' || text[i] == 0x7f
					? ' '
					: text[i]);
}

void
rule_explain(const struct rule *rule, const struct record_view *view,
	     const struct signal *signal, struct buf *to)
{
	const char *text = rule->because ? rule->because : rule->name;
	size_t end = to->len + RULE_EXPLANATION_MOST;
	struct placeholder one;
	const char *value;

	while (rule->because && find_placeholder(text, &one)) {
		append_bounded(to, text, (size_t)(one.start - text), end);
		value = value_of(one.name, view, signal);
		if (value)
			append_bounded(to, value, strlen(value), end);
		text = one.end;
	}
	append_bounded(to, text, strlen(text), end);
}
