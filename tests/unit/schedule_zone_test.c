/* schedule_zone_test.c - when a broadcast `--at` a moment, and a sequence's
 * step with hours, are due, over changes of the clock and leap days. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/pool.h"
#include "rule/sequence.h"

static int64_t
utc(const char *text)
{
	struct sg_err err = {.text = ""};
	int64_t at = 0;

	if (clock_parse(text, "UTC", &at, &err) != SG_OK)
		fail_msg("%s: %s", text, err.text);
	return at;
}

static void
a_moment_in_a_zone_is_one_moment(void **state)
{
	static const struct {
		const char *text, *zone, *wanted;
	} rows[] = {
		/* skipped: as if the clock had not been moved yet */
		{"2026-03-29T01:59", "Europe/Berlin", "2026-03-29T00:59Z"},
		{"2026-03-29T02:00", "Europe/Berlin", "2026-03-29T01:00Z"},
		{"2026-03-29T02:59", "Europe/Berlin", "2026-03-29T01:59Z"},
		{"2026-03-29T03:00", "Europe/Berlin", "2026-03-29T01:00Z"},
		{"2026-03-08T02:30", "America/New_York", "2026-03-08T07:30Z"},
		{"2026-10-04T02:15", "Australia/Lord_Howe",
		 "2026-10-03T15:45Z"},
		/* twice: the first */
		{"2026-10-25T01:59", "Europe/Berlin", "2026-10-24T23:59Z"},
		{"2026-10-25T02:00", "Europe/Berlin", "2026-10-25T00:00Z"},
		{"2026-10-25T02:59", "Europe/Berlin", "2026-10-25T00:59Z"},
		{"2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00Z"},
		{"2026-11-01T01:30", "America/New_York", "2026-11-01T05:30Z"},
		{"2026-04-05T01:45", "Australia/Lord_Howe",
		 "2026-04-04T14:45Z"},
		/* an offset says which of the two */
		{"2026-10-25T02:30+02:00", "Europe/Berlin",
		 "2026-10-25T00:30Z"},
		{"2026-10-25T02:30+01:00", "Europe/Berlin",
		 "2026-10-25T01:30Z"},
		/* midnight itself is skipped, or comes twice */
		{"2018-11-04T00:00", "America/Sao_Paulo", "2018-11-04T03:00Z"},
		{"2018-02-17T23:30", "America/Sao_Paulo", "2018-02-18T01:30Z"},
		/* leap days, and the years that have none */
		{"2028-02-29T09:00", "Europe/Berlin", "2028-02-29T08:00Z"},
		{"2028-02-29", "America/New_York", "2028-02-29T05:00Z"},
		{"2028-02-28T23:30", "America/New_York", "2028-02-29T04:30Z"},
		{"2000-02-29T12:00", "Europe/Berlin", "2000-02-29T11:00Z"},
		/* a date alone is its midnight, before the change */
		{"2026-03-29", "Europe/Berlin", "2026-03-28T23:00Z"},
		{"2026-10-25", "Europe/Berlin", "2026-10-24T22:00Z"},
		/* quarters of an hour, and far from Greenwich */
		{"2026-12-01T09:00", "Asia/Kathmandu", "2026-12-01T03:15Z"},
		{"2026-12-01T09:00", "Pacific/Kiritimati", "2026-11-30T19:00Z"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char was[CLOCK_TEXT_SIZE], wanted[CLOCK_TEXT_SIZE];
		struct sg_err err = {.text = ""};
		int64_t at = 0;

		if (clock_parse(rows[i].text, rows[i].zone, &at, &err) != SG_OK)
			fail_msg("%s: %s", rows[i].text, err.text);
		if (at != utc(rows[i].wanted))
			fail_msg("%s %s is %s, not %s", rows[i].text,
				 rows[i].zone, clock_format(at, was),
				 clock_format(utc(rows[i].wanted), wanted));
	}
}

static void
a_day_that_is_not_there_is_refused(void **state)
{
	static const char *const bad[] = {
		"2027-02-29T09:00", "2100-02-29", "2026-04-31T09:00",
		"2026-12-01T24:00", "2026-12-01T09:60"};
	struct sg_err err;
	int64_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
			clock_parse(bad[i], "Europe/Berlin", &at, &err),
			SG_REFUSED);
}

static const struct {
	const char *window, *now, *due;
} steps[] = {
	/* the same hours there, another moment */
	{"09:00-17:00 Mon-Fri Europe/Berlin", "2026-03-27T17:00Z",
	 "2026-03-30T07:00Z"},
	{"09:00-17:00 Mon-Fri Europe/Berlin", "2026-10-23T15:30Z",
	 "2026-10-26T08:00Z"},
	/* begins where the clock is moved */
	{"02:00-04:00 Europe/Berlin", "2026-03-29T00:30Z", "2026-03-29T01:00Z"},
	{"02:00-04:00 Europe/Berlin", "2026-03-29T01:30Z", "2026-03-29T01:30Z"},
	{"02:00-04:00 Europe/Berlin", "2026-03-29T02:00Z", "2026-03-30T00:00Z"},
	/* hours that are not there that day: the next */
	{"02:30-03:00 Europe/Berlin", "2026-03-29T00:30Z", "2026-03-30T00:30Z"},
	{"02:30-03:00 Europe/Berlin", "2026-03-29T01:10Z", "2026-03-30T00:30Z"},
	{"02:30-03:00 Sun Europe/Berlin", "2026-03-23T12:00Z",
	 "2026-04-05T00:30Z"},
	/* hours that come twice */
	{"02:00-03:00 Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:00Z"},
	{"02:00-03:00 Europe/Berlin", "2026-10-25T01:30Z", "2026-10-25T01:30Z"},
	{"02:00-03:00 Europe/Berlin", "2026-10-25T02:00Z", "2026-10-26T01:00Z"},
	/* leap days */
	{"09:00-10:00 UTC", "2028-02-28T10:00Z", "2028-02-29T09:00Z"},
	{"09:00-10:00 UTC", "2028-02-29T10:00Z", "2028-03-01T09:00Z"},
	{"09:00-10:00 UTC", "2027-02-28T10:00Z", "2027-03-01T09:00Z"},
	{"09:00-10:00 Tue UTC", "2028-02-23T00:00Z", "2028-02-29T09:00Z"},
	/* another day there than here */
	{"00:00-01:00 Mon Pacific/Kiritimati", "2026-11-22T00:00Z",
	 "2026-11-22T10:00Z"},
};

static void
a_step_is_due_within_its_hours(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		char was[CLOCK_TEXT_SIZE];
		struct sequence_window window;
		struct sg_err err = {.text = ""};
		int64_t at;

		if (sequence_window_parse(steps[i].window, pool, &window,
					  &err) != SG_OK)
			fail_msg("%s: %s", steps[i].window, err.text);
		at = sequence_window_next(&window, NULL, utc(steps[i].now));
		if (at != utc(steps[i].due))
			fail_msg("%s at %s: %s, not %s", steps[i].window,
				 steps[i].now, clock_format(at, was),
				 steps[i].due);
		/* Asked again then, it is due. */
		assert_int_equal(sequence_window_next(&window, NULL, at), at);
	}
	pool_free(pool);
}

/* Whatever the moment of a year and a half: not before it, within the hours
 * there, and not later than two days. */
static void
over_every_hour_a_step_waits_for_its_hours(void **state)
{
	static const char *const zones[] = {"Europe/Berlin", "America/New_York",
					    "Australia/Lord_Howe", "UTC"};
	struct pool *pool = pool_new();

	(void)state;
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		struct sequence_window window;
		struct sg_err err;
		int64_t hour = 3600000, now, due;

		assert_int_equal(
			sequence_window_parse(
				pool_printf(pool, "02:15-02:45 %s", zones[i]),
				pool, &window, &err),
			SG_OK);
		for (now = utc("2027-09-01"); now < utc("2029-01-01");
		     now += hour) {
			due = sequence_window_next(&window, NULL, now);
			assert_true(due >= now);
			assert_true(due - now <= 49 * hour);
			assert_int_equal(
				sequence_window_next(&window, NULL, due), due);
		}
	}
	pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_moment_in_a_zone_is_one_moment),
		cmocka_unit_test(a_day_that_is_not_there_is_refused),
		cmocka_unit_test(a_step_is_due_within_its_hours),
		cmocka_unit_test(over_every_hour_a_step_waits_for_its_hours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
