/* rule_limit.c - `expires`, `cap` and `cap_group`: how long points last, and
 * how many there may be; see rule.h. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "rule/rule_parts.h"
#include "score/score.h"

enum { EXPIRES_LEAST_MS = 1000, CAP_TEXT_MOST = 64 };

static enum sg_status
read_expires(struct rule *rule, const struct conf_section *section,
	     struct sg_err *err)
{
	struct sg_err unused;

	if (!rule->expires ||
	    (clock_parse_duration(rule->expires, &rule->expires_ms, &unused) ==
		     SG_OK &&
	     rule->expires_ms >= EXPIRES_LEAST_MS))
		return SG_OK;
	return rule_refuse(section, "expires", err,
			   "`expires` is \"%.64s\"; expected a duration of a "
			   "second or more, as 90d",
			   rule->expires);
}

/* "30", or "30 per 7d" */
static bool
cap_from_text(struct rule *rule)
{
	const char *per = strstr(rule->cap, "per");
	size_t len = per ? (size_t)(per - rule->cap) : strlen(rule->cap);
	char number[CAP_TEXT_MOST];
	struct sg_err unused;

	while (len && rule->cap[len - 1] == ' ')
		len--;
	if (len >= sizeof(number))
		return false;
	memcpy(number, rule->cap, len);
	number[len] = '\0';
	if (!text_to_number(number, &rule->cap_points) ||
	    !(rule->cap_points > 0 && rule->cap_points <= SCORE_POINTS_MOST))
		return false;
	if (!per)
		return true;
	for (per += 3; *per == ' '; per++)
		;
	return clock_parse_duration(per, &rule->cap_ms, &unused) == SG_OK &&
	       rule->cap_ms > 0;
}

enum sg_status
rule_read_limits(struct rule *rule, const struct conf_section *section,
		 struct sg_err *err)
{
	enum sg_status status = read_expires(rule, section, err);

	if (status != SG_OK || !rule->cap)
		return status;
	rule->has_cap = cap_from_text(rule);
	if (rule->has_cap)
		return SG_OK;
	return rule_refuse(section, "cap", err,
			   "`cap` is \"%.64s\"; expected points above 0, as "
			   "30, or as \"30 per 7d\"",
			   rule->cap);
}

int64_t
rule_source_expires(const char *source)
{
	static const struct conf_option options[] = {
		{"rule", CONF_TITLED, NULL, 0, 0, rule_options, ""}, {0}};
	struct conf_section *root;
	struct sg_err unused;
	const char *text;
	int64_t ms = 0;

	if (conf_parse("rule", source, 1, options, &root, &unused) != SG_OK)
		return 0;
	text = conf_section_count(root, "rule")
		       ? conf_text(conf_section_at(root, "rule", 0), "expires")
		       : NULL;
	if (text && clock_parse_duration(text, &ms, &unused) != SG_OK)
		ms = 0;
	conf_free(root);
	return ms;
}

/* --- groups ------------------------------------------------------------- */

static bool
same_group(const struct rule *a, const struct rule *b)
{
	return a->cap_group && b->cap_group &&
	       strcmp(a->cap_group, b->cap_group) == 0;
}

/* The first of its group that says the cap. */
static const struct rule *
spokesman(const struct ruleset *ruleset, const struct rule *of)
{
	size_t i;

	for (i = 0; i < ruleset->n_rules; i++)
		if (ruleset->rules[i].cap && same_group(&ruleset->rules[i], of))
			return &ruleset->rules[i];
	return NULL;
}

static enum sg_status
share_cap(const struct ruleset *ruleset, struct rule *rule,
	  const struct conf_section *section, struct sg_err *err)
{
	const struct rule *first;

	if (!*rule->cap_group)
		return rule_refuse(section, "cap_group", err,
				   "expected the name of a group");
	first = spokesman(ruleset, rule);
	if (!first)
		return rule_refuse(section, "cap_group", err,
				   "no rule of the group \"%.64s\" has a `cap`",
				   rule->cap_group);
	if (strcmp(first->score, rule->score) != 0)
		return rule_refuse(section, "cap_group", err,
				   "the group \"%.64s\" is of the score "
				   "'%.64s', as rule \"%.64s\" has it",
				   rule->cap_group, first->score, first->name);
	if (rule->cap && (rule->cap_points != first->cap_points ||
			  rule->cap_ms != first->cap_ms))
		return rule_refuse(section, "cap", err,
				   "the group \"%.64s\" has the cap \"%.64s\" "
				   "already, in rule \"%.64s\"",
				   rule->cap_group, first->cap, first->name);
	rule->has_cap = true;
	rule->cap_points = first->cap_points;
	rule->cap_ms = first->cap_ms;
	return SG_OK;
}

enum sg_status
ruleset_share_caps(struct ruleset *ruleset, const struct conf_section *root,
		   struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < ruleset->n_rules && status == SG_OK; i++)
		if (ruleset->rules[i].cap_group)
			status = share_cap(ruleset, &ruleset->rules[i],
					   rule_section_at(root, i, NULL), err);
	return status;
}
