/* clock_rule.c - see clock_rule.h; the form is POSIX.1-2017 §8.3, "TZ". */
#include "base/clock_rule.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock_date.h"

/* A small number at *at, moving on; false: no digit there. */
static bool
scan_int(const char **at, int most, int *out)
{
	int number = 0;
	const char *text = *at;

	for (; *text >= '0' && *text <= '9'; text++) {
		number = number * 10 + (*text - '0');
		if (number > most)
			return false;
	}
	if (text == *at)
		return false;
	*at = text;
	*out = number;
	return true;
}

/* "CET" or "<+03>": three characters or more. */
static bool
skip_name(const char **at)
{
	const char *text = *at;
	size_t len;

	if (*text == '<') {
		text = strchr(text, '>');
		if (!text)
			return false;
		*at = text + 1;
		return true;
	}
	len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "abcdefghijklmnopqrstuvwxyz");
	*at = text + len;
	return len >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool
scan_time(const char **at, int64_t *out_s)
{
	int sign = 1, hours, minutes = 0, seconds = 0;

	if (**at == '-' || **at == '+')
		sign = *(*at)++ == '-' ? -1 : 1;
	if (!scan_int(at, 167, &hours))
		return false;
	if (**at == ':') {
		(*at)++;
		if (!scan_int(at, 59, &minutes))
			return false;
	}
	if (**at == ':') {
		(*at)++;
		if (!scan_int(at, 59, &seconds))
			return false;
	}
	*out_s = sign * (hours * 3600L + minutes * 60L + seconds);
	return true;
}

/* ",Mm.w.d[/time]" */
static bool
scan_date(const char **at, struct clock_rule_date *out)
{
	if (strncmp(*at, ",M", 2) != 0)
		return false;
	*at += 2;
	if (!scan_int(at, 12, &out->month) || out->month < 1 ||
	    *(*at)++ != '.' || !scan_int(at, 5, &out->week) || out->week < 1 ||
	    *(*at)++ != '.' || !scan_int(at, 6, &out->weekday))
		return false;
	out->time_s = 2 * 3600;
	if (**at != '/')
		return true;
	(*at)++;
	return scan_time(at, &out->time_s);
}

void
clock_rule_parse(const char *text, struct clock_rule *rule_out)
{
	struct clock_rule rule = {0};
	int64_t west;

	memset(rule_out, 0, sizeof(*rule_out));
	if (!skip_name(&text) || !scan_time(&text, &west))
		return;
	rule.standard_s = -west;
	rule.known = true;
	if (*text) {
		rule.has_summer = true;
		rule.summer_s = rule.standard_s + 3600;
		if (!skip_name(&text))
			return;
		if (*text != ',') {
			if (!scan_time(&text, &west))
				return;
			rule.summer_s = -west;
		}
		if (!scan_date(&text, &rule.begin) ||
		    !scan_date(&text, &rule.end) || *text)
			return;
	}
	*rule_out = rule;
}

/* Local seconds since 1970 of the date in that year. */
static int64_t
date_in_year(const struct clock_rule_date *date, int64_t year)
{
	int64_t first = clock_date_to_day(year, date->month, 1);
	int64_t next = date->month == 12
			       ? clock_date_to_day(year + 1, 1, 1)
			       : clock_date_to_day(year, date->month + 1, 1);
	int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01: Thursday */
	int64_t day = first + (date->weekday - weekday + 7) % 7 +
		      (date->week - 1) * 7L;

	if (day >= next)
		day -= 7;
	return day * 86400 + date->time_s;
}

int64_t
clock_rule_offset_s(const struct clock_rule *rule, int64_t at_s)
{
	int64_t year, begin, end;
	int month, day;
	bool summer;

	if (!rule->has_summer)
		return rule->standard_s;
	clock_date_from_day((at_s + rule->standard_s) / 86400, &year, &month,
			    &day);
	begin = date_in_year(&rule->begin, year) - rule->standard_s;
	end = date_in_year(&rule->end, year) - rule->summer_s;
	if (begin < end)
		summer = at_s >= begin && at_s < end;
	else /* the southern half */
		summer = at_s >= begin || at_s < end;
	return summer ? rule->summer_s : rule->standard_s;
}
