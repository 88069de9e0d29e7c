/* rule_absence.c - `unless = "email.clicked within 7d"`: a rule that fires
 * when the time is over and it has not happened; see rule.h. */
#include <string.h>

#include "rule/rule_parts.h"

enum { WITHIN_LEAST_MS = 1000 };

static enum sg_status
check_signal(const struct rule *rule, const struct conf_section *section,
	     struct sg_err *err)
{
	if (!rule->on)
		return rule_refuse(section, "unless", err,
				   "`unless` needs `on`: the signal that "
				   "begins the wait");
	if (rule->absent.within_ms < WITHIN_LEAST_MS)
		return rule_refuse(section, "unless", err,
				   "expected how long `unless` waits, as in "
				   "\"%.64s within 7d\"",
				   rule->absent.name);
	return SG_OK;
}

enum sg_status
rule_read_absence(struct rule *rule, const struct conf_section *section,
		  const struct rule_context *context, struct sg_err *err)
{
	const struct condition_names *names = context ? context->names : NULL;

	if (!rule->unless)
		return SG_OK;
	if (condition_parse(rule->unless, names, &rule->absence, err) != SG_OK)
		return err_prefix(
			err, "%s:%u: rule \"%.64s\": `unless`",
			conf_file(section),
			rule_text_line(section, "unless", rule->unless),
			conf_title(section));
	if (!condition_as_signal(rule->absence, &rule->absent))
		return rule_refuse(section, "unless", err,
				   "expected one signal and how long to wait "
				   "for it, as in \"email.clicked within 7d\"");
	return check_signal(rule, section, err);
}
