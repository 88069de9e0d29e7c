/* clock.c - see clock.h. */
#include "base/clock.h"

#include <errno.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock_date.h"
#include "base/clock_zone.h"

int64_t
clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
clock_monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
clock_sleep_ms(int64_t ms)
{
	struct timespec left = {.tv_sec = (time_t)(ms / 1000),
				.tv_nsec = (long)(ms % 1000) * 1000000};

	while (ms > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

char *
clock_format(int64_t at, char text[CLOCK_TEXT_SIZE])
{
	int64_t day = floor_div(at, CLOCK_DAY_MS), year;
	int64_t ms = at - day * CLOCK_DAY_MS;
	int month, day_of_month;

	clock_date_from_day(day, &year, &month, &day_of_month);
	if (year < 0 || year > 9999) {
		snprintf(text, CLOCK_TEXT_SIZE, "%lldms", (long long)at);
		return text;
	}
	snprintf(text, CLOCK_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
		 (int)year, month, day_of_month, (int)(ms / 3600000),
		 (int)(ms / 60000 % 60), (int)(ms / 1000 % 60),
		 (int)(ms % 1000));
	return text;
}

/* Exactly n digits, at most `most`. */
static bool
take_digits(const char **at, int n, int most, int *out)
{
	int number = 0;

	for (int i = 0; i < n; i++) {
		char c = (*at)[i];

		if (c < '0' || c > '9')
			return false;
		number = number * 10 + (c - '0');
	}
	*at += n;
	*out = number;
	return number <= most;
}

/* A separator and two digits. */
static bool
take_part(const char **at, char separator, int most, int *out)
{
	if (**at != separator)
		return false;
	(*at)++;
	return take_digits(at, 2, most, out);
}

/* hh:mm[:ss[.mmm]] behind the T, in ms. */
static bool
take_time(const char **at, int64_t *ms_out)
{
	int hour, minute, second = 0, unit = 100, ms = 0;

	if (!take_digits(at, 2, 23, &hour) || !take_part(at, ':', 59, &minute))
		return false;
	if (**at == ':' && !take_part(at, ':', 60, &second))
		return false;
	if (**at == '.') {
		const char *first = ++*at;

		for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
			ms += (**at - '0') * unit;
		if (*at == first)
			return false;
	}
	*ms_out = ((hour * 60L + minute) * 60L + second) * 1000L + ms;
	return true;
}

/* Z or +hh:mm or +hhmm; no text at all leaves has_out false. */
static bool
take_offset(const char **at, bool *has_out, int64_t *ms_out)
{
	int hours, minutes;
	int sign;

	*has_out = **at != '\0';
	*ms_out = 0;
	if (!*has_out)
		return true;
	if (**at == 'Z' || **at == 'z') {
		(*at)++;
		return true;
	}
	if (**at != '+' && **at != '-')
		return false;
	sign = *(*at)++ == '-' ? -1 : 1;
	if (!take_digits(at, 2, 23, &hours))
		return false;
	*at += **at == ':';
	if (!take_digits(at, 2, 59, &minutes))
		return false;
	*ms_out = sign * (hours * 60L + minutes) * 60000L;
	return true;
}

/* Local wall time to UTC. In the hour that happens twice the earlier one is
 * taken, in the hour that does not happen the offset before the change. */
static int64_t
from_local(int64_t local, const struct clock_zone *zone)
{
	int64_t local_s = floor_div(local, 1000);
	int64_t before = clock_zone_offset_s(zone, local_s - 86400);
	int64_t after = clock_zone_offset_s(zone, local_s + 86400);

	if (clock_zone_offset_s(zone, local_s - before) == before)
		return local - before * 1000;
	if (clock_zone_offset_s(zone, local_s - after) == after)
		return local - after * 1000;
	return local - before * 1000;
}

enum sg_status
clock_parse(const char *text, const char *timezone_name, int64_t *at_out,
	    struct sg_err *err)
{
	const struct clock_zone *zone = NULL;
	int64_t ms = 0, offset_ms = 0, at;
	int year, month, day;
	bool has_offset = false;
	const char *c = text;
	bool fine;

	fine = take_digits(&c, 4, 9999, &year) &&
	       take_part(&c, '-', 12, &month) && take_part(&c, '-', 31, &day) &&
	       clock_date_exists(year, month, day);
	if (fine && *c) {
		fine = *c == 'T' || *c == 't' || *c == ' ';
		c++;
		fine = fine && take_time(&c, &ms) &&
		       take_offset(&c, &has_offset, &offset_ms);
	}
	if (!fine || *c)
		return err_set(err, SG_REFUSED,
			       "expected a date as 2026-01-31 or "
			       "2026-01-31T09:00:00Z");
	if (clock_zone_find(has_offset ? NULL : timezone_name, &zone, err) !=
	    SG_OK)
		return SG_REFUSED;
	at = clock_date_to_day(year, month, day) * CLOCK_DAY_MS + ms;
	*at_out = has_offset ? at - offset_ms : from_local(at, zone);
	return SG_OK;
}

enum sg_status
clock_check_timezone(const char *timezone_name, struct sg_err *err)
{
	const struct clock_zone *zone;

	return clock_zone_find(timezone_name, &zone, err);
}

char *
clock_format_local(int64_t at, const char *timezone_name,
		   char text[CLOCK_TEXT_SIZE])
{
	const struct clock_zone *zone = NULL;
	int64_t east_s, minutes;
	size_t len;

	if (clock_zone_find(timezone_name, &zone, NULL) != SG_OK)
		zone = NULL;
	east_s = clock_zone_offset_s(zone, floor_div(at, 1000));
	minutes = (east_s < 0 ? -east_s : east_s) / 60;
	clock_format(at + east_s * 1000, text);
	len = strlen(text);
	/* In the place of the Z. */
	snprintf(text + len - 1, CLOCK_TEXT_SIZE - len + 1, "%c%02d:%02d",
		 east_s < 0 ? '-' : '+', (int)(minutes / 60),
		 (int)(minutes % 60));
	return text;
}

int64_t
clock_day(int64_t at, const char *timezone_name)
{
	const struct clock_zone *zone = NULL;

	if (clock_zone_find(timezone_name, &zone, NULL) != SG_OK)
		zone = NULL;
	at += clock_zone_offset_s(zone, floor_div(at, 1000)) * 1000;
	return floor_div(at, CLOCK_DAY_MS);
}

enum sg_status
clock_parse_duration(const char *text, int64_t *ms_out, struct sg_err *err)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"ms", 1},		  {"s", 1000},
		     {"m", 60000},	  {"h", 3600000},
		     {"d", CLOCK_DAY_MS}, {"w", 7 * CLOCK_DAY_MS}};
	size_t digits = strspn(text, "0123456789");
	long long number = strtoll(text, NULL, 10);

	if (digits > 0 && digits <= 9)
		for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
			if (strcmp(text + digits, units[i].name) == 0) {
				*ms_out = number * units[i].ms;
				return SG_OK;
			}
	return err_set(err, SG_REFUSED,
		       "expected a duration as 90d, 12h, 30m, "
		       "10s, 2w or 250ms");
}
