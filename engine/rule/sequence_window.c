/* sequence_window.c - the hours at which a sequence does its steps. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/clock_date.h"
#include "base/clock_zone.h"
#include "rule/sequence.h"

enum { DAY_MIN = 24 * 60, WORD_MOST = 64, ALL_DAYS = 0x7f };

static const char *const day_names[] = {"Mon", "Tue", "Wed", "Thu",
					"Fri", "Sat", "Sun"};

/* --- reading ------------------------------------------------------------- */

/* "09:00-17:00" */
static bool
read_hours(const char *word, struct sequence_window *window)
{
	int from_h, from_m, to_h, to_m, len = 0;

	if (sscanf(word, "%2d:%2d-%2d:%2d%n", &from_h, &from_m, &to_h, &to_m,
		   &len) != 4 ||
	    word[len])
		return false;
	if (from_h < 0 || from_m < 0 || to_h < 0 || to_m < 0 || from_h > 23 ||
	    from_m > 59 || to_m > 59)
		return false;
	window->from_min = from_h * 60 + from_m;
	window->to_min = to_h * 60 + to_m;
	return window->to_min <= DAY_MIN && window->from_min < window->to_min;
}

static int
read_day(const char **at)
{
	int i;

	for (i = 0; i < 7; i++)
		if (strncmp(*at, day_names[i], 3) == 0) {
			*at += 3;
			return i;
		}
	return -1;
}

/* "Mon-Fri", "Mon,Wed,Sat-Sun", "Sat-Mon" */
static bool
read_days(const char *word, unsigned *days_out)
{
	unsigned days = 0;
	int from, to;

	do {
		from = to = read_day(&word);
		if (from >= 0 && *word == '-') {
			word++;
			to = read_day(&word);
		}
		if (from < 0 || to < 0)
			return false;
		for (days |= 1u << from; from != to; days |= 1u << from)
			from = (from + 1) % 7;
	} while (*word == ',' && *++word);
	*days_out = days;
	return !*word;
}

static size_t
next_word(const char **text, char word[WORD_MOST])
{
	size_t len;

	*text += strspn(*text, " \t");
	len = strcspn(*text, " \t");
	if (len < WORD_MOST) {
		memcpy(word, *text, len);
		word[len] = '\0';
		*text += len;
	}
	return len;
}

static bool
read_word(const char *word, struct pool *pool, struct sequence_window *window,
	  struct sg_err *err)
{
	unsigned days;

	if (word[0] >= '0' && word[0] <= '9')
		return read_hours(word, window);
	if (read_days(word, &days)) {
		window->days = days;
		return true;
	}
	if (window->timezone || clock_check_timezone(word, err) != SG_OK)
		return false;
	window->timezone = pool_strdup(pool, word);
	return true;
}

enum sg_status
sequence_window_parse(const char *text, struct pool *pool,
		      struct sequence_window *window_out, struct sg_err *err)
{
	struct sequence_window window = {0, DAY_MIN, ALL_DAYS, NULL};
	const char *rest = text;
	struct sg_err unused;
	char word[WORD_MOST];
	size_t len;

	while ((len = next_word(&rest, word)) > 0)
		if (len >= WORD_MOST ||
		    !read_word(word, pool, &window, &unused))
			return err_set(err, SG_REFUSED,
				       "`%.64s`: expected hours, days or a "
				       "time zone, as in \"09:00-17:00 Mon-Fri "
				       "Europe/Berlin\"",
				       len >= WORD_MOST ? text : word);
	*window_out = window;
	return SG_OK;
}

/* --- the next moment within ---------------------------------------------- */

/* When that minute of the day begins there. A minute that the zone skips is
 * the one after the gap. */
static int64_t
moment_of(int64_t day, int minute, const char *timezone)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t year, at = 0;
	int month, date;
	struct sg_err unused;

	if (minute == DAY_MIN) {
		day++;
		minute = 0;
	}
	clock_date_from_day(day, &year, &month, &date);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d", (int)year,
		 month, date, minute / 60, minute % 60);
	/* A zone that is gone from this machine counts as UTC. */
	if (clock_parse(text, timezone, &at, &unused) != SG_OK &&
	    clock_parse(text, NULL, &at, &unused) != SG_OK)
		return INT64_MAX;
	return at;
}

int64_t
sequence_window_next(const struct sequence_window *window, const char *timezone,
		     int64_t at)
{
	const char *zone = window->timezone ? window->timezone : timezone;
	int64_t day, from, to;
	int i;

	if (!window->days)
		return at;
	day = clock_day(at, zone);
	/* 1970-01-01 was a Thursday. Today's hours may be over, and a week
	 * later the zone may skip them. */
	for (i = 0; i < 15; i++, day++) {
		if (!(window->days & 1u << (((day + 3) % 7 + 7) % 7)))
			continue;
		from = moment_of(day, window->from_min, zone);
		to = moment_of(day, window->to_min, zone);
		if (at < to && from < to)
			return at > from ? at : from;
	}
	return at;
}
