/*
 * clock.h - the only door to the clock. A moment is milliseconds since
 * 1970-01-01T00:00Z in an int64_t named `..._at`; durations say their unit in
 * their name (`_ms`, `_s`). Inner code takes `now` as an argument.
 */
#ifndef ENGINE_BASE_CLOCK_H
#define ENGINE_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { CLOCK_TEXT_SIZE = 32 };

#define CLOCK_DAY_MS ((int64_t)86400000)

int64_t clock_now(void);	  /* wall clock, UTC, milliseconds */
int64_t clock_monotonic_ms(void); /* for time limits; never goes back */
void clock_sleep_ms(int64_t ms);

/* "2026-01-31T09:00:00.000Z" into text[CLOCK_TEXT_SIZE]; returns text. */
char *clock_format(int64_t at, char text[CLOCK_TEXT_SIZE]);

/* The same as clocks there show it: "2026-01-31T10:00:00.000+01:00". A zone
 * that is not there, and NULL, is UTC. */
char *clock_format_local(int64_t at, const char *timezone_name,
			 char text[CLOCK_TEXT_SIZE]);

/*
 * ISO 8601: 2026-01-31, 2026-01-31T09:00, …:SS, …:SS.mmm, then nothing, Z or
 * +hh:mm. Without an offset it is in `timezone` (IANA name, NULL = UTC).
 * SG_REFUSED with what was expected.
 */
enum sg_status clock_parse(const char *text, const char *timezone_name,
			   int64_t *at_out, struct sg_err *err) MUST_CHECK;

/* Days since 1970-01-01 of the calendar day that `at` falls in, there. */
int64_t clock_day(int64_t at, const char *timezone_name);

/* SG_REFUSED: no such time zone here. */
enum sg_status clock_check_timezone(const char *timezone_name,
				    struct sg_err *err) MUST_CHECK;

/* "90d", "12h", "30m", "10s", "2w", "250ms" into milliseconds. */
enum sg_status clock_parse_duration(const char *text, int64_t *ms_out,
				    struct sg_err *err) MUST_CHECK;

#endif
