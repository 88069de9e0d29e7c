#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "base/clock_date.h"

static void
assert_time(const char *text, const char *zone, const char *want)
{
	char got[CLOCK_TEXT_SIZE];
	struct sg_err err = {0};
	int64_t at = 0;

	if (clock_parse(text, zone, &at, &err) != SG_OK)
		fail_msg("%s: %s", text, err.text);
	assert_string_equal(clock_format(at, got), want);
}

static void
moments_are_read_in_every_iso_form(void **state)
{
	assert_time("2026-01-31", NULL, "2026-01-31T00:00:00.000Z");
	assert_time("2026-01-31T09:30", NULL, "2026-01-31T09:30:00.000Z");
	assert_time("2026-01-31 09:30:15", NULL, "2026-01-31T09:30:15.000Z");
	assert_time("2026-01-31T09:30:15.25Z", NULL,
		    "2026-01-31T09:30:15.250Z");
	assert_time("2026-01-31T09:30:15.1239Z", NULL,
		    "2026-01-31T09:30:15.123Z");
	assert_time("2026-01-01T00:30:00+01:00", NULL,
		    "2025-12-31T23:30:00.000Z");
	assert_time("1969-12-31T23:59:59.999Z", NULL,
		    "1969-12-31T23:59:59.999Z");
	assert_time("2024-02-29", NULL, "2024-02-29T00:00:00.000Z");
}

static void
what_is_no_moment_is_refused(void **state)
{
	static const char *const bad[] = {"",
					  "2026",
					  "2026-13-01",
					  "2026-02-29",
					  "2026-00-10",
					  "26-01-01",
					  "2026-1-1",
					  "2026-01-01T",
					  "2026-01-01T9:00",
					  "2026-01-01T24:00",
					  "2026-01-01T09:60",
					  "2026-01-01T09:00+1",
					  "2026-01-01x",
					  "2026-01-01T09:00:00.Z",
					  "tomorrow"};
	struct sg_err err;
	int64_t at = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(clock_parse(bad[i], NULL, &at, &err),
				 SG_REFUSED);
	assert_int_equal(at, 7);
	assert_int_equal(clock_parse("2026-01-01", "Mars/Olympus", &at, &err),
			 SG_REFUSED);
	assert_int_equal(
		clock_parse("2026-01-01", "../../etc/passwd", &at, &err),
		SG_REFUSED);
}

static void
local_times_follow_their_zone(void **state)
{
	assert_time("2026-01-15T12:00", "Europe/Berlin",
		    "2026-01-15T11:00:00.000Z");
	assert_time("2026-07-15T12:00", "Europe/Berlin",
		    "2026-07-15T10:00:00.000Z");
	assert_time("2026-07-15T12:00", "America/New_York",
		    "2026-07-15T16:00:00.000Z");
	assert_time("2026-01-15T12:00", "Australia/Sydney",
		    "2026-01-15T01:00:00.000Z");
	assert_time("2026-07-15T12:00", "Asia/Kolkata",
		    "2026-07-15T06:30:00.000Z");
	assert_time("2026-07-15T12:00Z", "Europe/Berlin",
		    "2026-07-15T12:00:00.000Z");
}

static void
zones_hold_beyond_the_table_of_the_file(void **state)
{
	assert_time("2066-01-15T12:00", "Europe/Berlin",
		    "2066-01-15T11:00:00.000Z");
	assert_time("2066-07-15T12:00", "Europe/Berlin",
		    "2066-07-15T10:00:00.000Z");
	assert_time("2066-01-15T12:00", "Australia/Sydney",
		    "2066-01-15T01:00:00.000Z");
	assert_time("2066-07-15T12:00", "Australia/Sydney",
		    "2066-07-15T02:00:00.000Z");
}

static void
the_hours_of_change_have_one_answer(void **state)
{
	/* 02:30 happens twice: the first */
	assert_time("2026-10-25T02:30", "Europe/Berlin",
		    "2026-10-25T00:30:00.000Z");
	/* 02:30 does not happen: as if the clock had not been moved yet */
	assert_time("2026-03-29T02:30", "Europe/Berlin",
		    "2026-03-29T01:30:00.000Z");
}

static void
a_day_is_the_calendar_day_there(void **state)
{
	struct sg_err err;
	int64_t at;

	assert_int_equal(clock_parse("2026-07-14T22:30Z", NULL, &at, &err),
			 SG_OK);
	assert_int_equal(clock_day(at, NULL), clock_date_to_day(2026, 7, 14));
	assert_int_equal(clock_day(at, "Europe/Berlin"),
			 clock_date_to_day(2026, 7, 15));
	assert_int_equal(clock_day(-1, NULL), -1);
	assert_int_equal(clock_day(0, NULL), 0);
}

static void
a_moment_is_shown_as_clocks_there_show_it(void **state)
{
	static const struct {
		const char *at, *zone, *shown;
	} cases[] = {
		{"2026-01-31T09:00Z", NULL, "2026-01-31T09:00:00.000+00:00"},
		{"2026-01-31T09:00Z", "Europe/Berlin",
		 "2026-01-31T10:00:00.000+01:00"},
		{"2026-07-31T23:30Z", "Europe/Berlin",
		 "2026-08-01T01:30:00.000+02:00"},
		{"2026-01-01T00:30Z", "America/St_Johns",
		 "2025-12-31T21:00:00.000-03:30"},
		{"2026-01-31T09:00Z", "No/Where",
		 "2026-01-31T09:00:00.000+00:00"},
	};
	char text[CLOCK_TEXT_SIZE];
	struct sg_err err;
	int64_t at;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(clock_parse(cases[i].at, NULL, &at, &err),
				 SG_OK);
		assert_string_equal(clock_format_local(at, cases[i].zone, text),
				    cases[i].shown);
	}
}

static void
dates_and_days_agree_over_ten_thousand_years(void **state)
{
	for (int64_t day = -800000; day < 3000000; day += 97) {
		int64_t year;
		int month, mday;

		clock_date_from_day(day, &year, &month, &mday);
		assert_int_equal(clock_date_to_day(year, month, mday), day);
		assert_true(clock_date_exists(year, month, mday));
	}
	assert_false(clock_date_exists(2025, 2, 29));
	assert_false(clock_date_exists(2025, 4, 31));
}

static void
durations_have_a_unit(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {{"90d", 90 * CLOCK_DAY_MS},
		    {"12h", 43200000},
		    {"30m", 1800000},
		    {"10s", 10000},
		    {"2w", 14 * CLOCK_DAY_MS},
		    {"250ms", 250},
		    {"0s", 0}};
	static const char *const bad[] = {"",	  "10",	 "d",
					  "1 d",  "-1d", "1y",
					  "1.5h", "1dd", "99999999999d"};
	struct sg_err err;
	int64_t ms;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(clock_parse_duration(good[i].text, &ms, &err),
				 SG_OK);
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(clock_parse_duration(bad[i], &ms, &err),
				 SG_REFUSED);
}

static void
the_clocks_go_forward(void **state)
{
	int64_t first = clock_monotonic_ms();

	assert_true(clock_now() > 1700000000000);
	assert_true(clock_monotonic_ms() >= first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments_are_read_in_every_iso_form),
		cmocka_unit_test(what_is_no_moment_is_refused),
		cmocka_unit_test(local_times_follow_their_zone),
		cmocka_unit_test(zones_hold_beyond_the_table_of_the_file),
		cmocka_unit_test(the_hours_of_change_have_one_answer),
		cmocka_unit_test(a_day_is_the_calendar_day_there),
		cmocka_unit_test(a_moment_is_shown_as_clocks_there_show_it),
		cmocka_unit_test(dates_and_days_agree_over_ten_thousand_years),
		cmocka_unit_test(durations_have_a_unit),
		cmocka_unit_test(the_clocks_go_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
