/* sequence_file_test.c - sequences in rules.conf: read, written, refused; and
 * the hours at which they do their steps. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "rule/rule.h"

static bool
target_known(void *arg, enum automation_sort sort, const char *name)
{
	return strcmp(name, "missing.eml") != 0;
}

static enum sg_status
parse(const char *text, struct ruleset **ruleset_out, struct sg_err *err)
{
	static const struct automation_names targets = {.known = target_known};
	static const struct condition_names names = {0};
	static const struct rule_context context = {.names = &names,
						    .targets = &targets};

	return rules_parse("rules.conf", text, &context, ruleset_out, err);
}

static struct ruleset *
read(const char *text)
{
	struct ruleset *ruleset = NULL;
	struct sg_err err;

	if (parse(text, &ruleset, &err) != SG_OK)
		fail_msg("%s", err.text);
	return ruleset;
}

static void
refused(const char *text, const char *why)
{
	struct ruleset *ruleset = NULL;
	struct sg_err err;

	assert_int_equal(parse(text, &ruleset, &err), SG_REFUSED);
	if (!strstr(err.text, why))
		fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

static const char welcome[] = "sequence \"Welcome\" {\n"
			      "  start = \"list 'news'\"\n"
			      "  stop = \"tag 'customer'\"\n"
			      "  at = \"09:00-17:00 Mon-Fri Europe/Berlin\"\n"
			      "  step \"Hello\" {\n"
			      "    template = \"hello.eml\"\n"
			      "  }\n"
			      "  step \"Offer\" {\n"
			      "    after = \"3d\"\n"
			      "    if = \"has score >= 20\"\n"
			      "    template = \"offer.eml\"\n"
			      "  }\n"
			      "  step \"Last try\" {\n"
			      "    after = \"1w\"\n"
			      "    if = \"not email.clicked within 7d\"\n"
			      "    else = \"wait 2d\"\n"
			      "    template = \"last.eml\"\n"
			      "  }\n"
			      "}\n";

static void
a_sequence_is_read(void **unused)
{
	struct ruleset *ruleset = read(welcome);
	const struct sequence *one = &ruleset->sequences[0];

	assert_int_equal(ruleset->n_sequences, 1);
	assert_string_equal(one->name, "Welcome");
	assert_non_null(one->start_condition);
	assert_non_null(one->stop_condition);
	assert_false(one->restart);
	assert_true(one->enabled);
	assert_int_equal(one->n_steps, 3);
	assert_int_equal(one->steps[0].after_ms, 0);
	assert_int_equal(one->steps[1].after_ms, 3 * CLOCK_DAY_MS);
	assert_int_equal(one->steps[1].otherwise, SEQUENCE_SKIP);
	assert_int_equal(one->steps[2].otherwise, SEQUENCE_WAIT);
	assert_int_equal(one->steps[2].wait_ms, 2 * CLOCK_DAY_MS);
	assert_string_equal(one->steps[2].template, "last.eml");
	assert_int_equal(sequence_find_step(one, "Offer"), 1);
	assert_int_equal(sequence_find_step(one, "None"), 3);
	ruleset_free(ruleset);
}

static void
what_is_written_reads_the_same(void **unused)
{
	struct ruleset *first = read(welcome), *second;
	struct buf text = BUF_INIT;

	ruleset_write(first, &text);
	second = read(buf_text(&text));
	assert_string_equal(first->sequences[0].source,
			    second->sequences[0].source);
	buf_done(&text);
	ruleset_free(first);
	ruleset_free(second);
}

#define STEP "step \"A\" { template = \"a.eml\" }"

static void
what_is_wrong_is_refused_with_its_place(void **unused)
{
	refused("sequence \"S\" { }", "rules.conf:1: sequence \"S\": expected");
	refused("sequence \"S\" {\n step \"A\" { }\n}",
		"rules.conf:2: sequence \"S\", step \"A\": expected a "
		"`template`");
	refused("sequence \"S\" { " STEP STEP " }", "duplicate title 'A'");
	refused("sequence \"S\" { " STEP " } sequence \"S\" { " STEP " }",
		"duplicate title 'S'");
	refused("sequence \"S\" {\n start = \"list\"\n " STEP " }",
		"rules.conf:2: sequence \"S\": `start`");
	refused("sequence \"S\" { step \"A\" { after = \"soon\" "
		"template = \"a\" } }",
		"`after` is \"soon\"; expected 0 or a time");
	refused("sequence \"S\" { step \"A\" { else = \"stop\" "
		"template = \"a\" } }",
		"`else` needs an `if`");
	refused("sequence \"S\" { step \"A\" { if = \"tag 'x'\" "
		"else = \"wait\" template = \"a\" } }",
		"expected skip, stop, or wait");
	refused("sequence \"S\" { step \"A\" { template = \"missing.eml\" } }",
		"there is no template `missing.eml`");
	refused("sequence \"S\" { at = \"9 to 5\" " STEP " }",
		"`at`: `9`: expected hours, days or a time zone");
	refused("sequence \"S\" { at = \"17:00-09:00\" " STEP " }",
		"expected hours");
	refused("sequence \"S\" { at = \"09:00-17:00 Mon-Xyz\" " STEP " }",
		"`Mon-Xyz`");
	refused("sequence \"S\" { colour = \"red\" " STEP " }",
		"unknown option `colour`");
}

static void
an_automation_may_only_start_what_there_is(void **unused)
{
	struct ruleset *ruleset =
		read("automation \"A\" { on = \"score rises to 1\" "
		     "do = { \"sequence start 'S'\" } } "
		     "sequence \"S\" { " STEP " }");

	ruleset_free(ruleset);
	refused("automation \"A\" {\n on = \"score rises to 1\"\n "
		"do = { \"sequence start 'T'\" } } "
		"sequence \"S\" { " STEP " }",
		"rules.conf:3: automation \"A\": action 1 of `do`: there is no "
		"sequence 'T'");
}

static int64_t
at(const char *text)
{
	struct sg_err err;
	int64_t moment = 0;

	assert_int_equal(clock_parse(text, NULL, &moment, &err), SG_OK);
	return moment;
}

static void
next_is(const char *window_text, const char *from, const char *want)
{
	struct pool *pool = pool_new();
	struct sequence_window window;
	char got[CLOCK_TEXT_SIZE];
	struct sg_err err;

	assert_int_equal(
		sequence_window_parse(window_text, pool, &window, &err), SG_OK);
	clock_format(sequence_window_next(&window, "UTC", at(from)), got);
	if (at(want) != sequence_window_next(&window, "UTC", at(from)))
		fail_msg("%s from %s: %s, not %s", window_text, from, got,
			 want);
	pool_free(pool);
}

static void
steps_wait_for_their_hours_and_days(void **unused)
{
	/* 2026-11-20 is a Friday. */
	next_is("09:00-17:00 Mon-Fri", "2026-11-20T08:00", "2026-11-20T09:00");
	next_is("09:00-17:00 Mon-Fri", "2026-11-20T12:34", "2026-11-20T12:34");
	next_is("09:00-17:00 Mon-Fri", "2026-11-20T17:00", "2026-11-23T09:00");
	next_is("Sat,Sun", "2026-11-20T12:00", "2026-11-21T00:00");
	next_is("Sun-Mon", "2026-11-20T12:00", "2026-11-22T00:00");
	next_is("20:00-24:00", "2026-11-20T23:59", "2026-11-20T23:59");
	next_is("20:00-24:00", "2026-11-21T00:00", "2026-11-21T20:00");
	next_is("Fri 09:00-10:00", "2026-11-20T10:00", "2026-11-27T09:00");
	next_is("09:00-17:00", "2028-02-28T18:00", "2028-02-29T09:00");
}

static void
hours_follow_the_zone_over_its_changes(void **unused)
{
	next_is("09:00-17:00 Europe/Berlin", "2026-11-20T07:00",
		"2026-11-20T08:00");
	next_is("09:00-17:00 Europe/Berlin", "2026-07-20T03:00",
		"2026-07-20T07:00");
	/* Summer time begins on 2026-03-29, ends on 2026-10-25. */
	next_is("09:00-17:00 Europe/Berlin", "2026-03-28T17:00",
		"2026-03-29T07:00");
	next_is("09:00-17:00 Europe/Berlin", "2026-10-24T16:00",
		"2026-10-25T08:00");
	/* 02:30 is skipped on that day: as long after the gap. */
	next_is("02:30-02:45 Sun Europe/Berlin", "2026-03-28T12:00",
		"2026-03-29T01:30");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sequence_is_read),
		cmocka_unit_test(what_is_written_reads_the_same),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
		cmocka_unit_test(an_automation_may_only_start_what_there_is),
		cmocka_unit_test(steps_wait_for_their_hours_and_days),
		cmocka_unit_test(hours_follow_the_zone_over_its_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
