/*
 * clock_rule.h - the line at the end of a TZif file, a POSIX TZ string with
 * Mm.w.d dates ("CET-1CEST,M3.5.0,M10.5.0/3"): the summer time of all years
 * to come. Pure.
 */
#ifndef ENGINE_BASE_CLOCK_RULE_H
#define ENGINE_BASE_CLOCK_RULE_H

#include <stdbool.h>
#include <stdint.h>

struct clock_rule_date {
	int month, week, weekday; /* week 5 = the last; weekday 0 = Sunday */
	int64_t time_s;		  /* of the day, local */
};

struct clock_rule {
	bool known, has_summer;
	int64_t standard_s, summer_s; /* seconds east of UTC */
	struct clock_rule_date begin, end;
};

/* Leaves known = false when the text is of another form. */
void clock_rule_parse(const char *text, struct clock_rule *rule_out);
int64_t clock_rule_offset_s(const struct clock_rule *rule, int64_t at_s);

#endif
