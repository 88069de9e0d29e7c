/* verdict_conf_test.c - verdict.conf: what is shipped is what is compiled in;
 * mistakes are said with line and column; the book changes under use. */
#include "signal/verdict_conf.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void
what_is_shipped_is_compiled_in(void **state)
{
	struct verdict_conf *shipped, *compiled;

	assert_int_equal(verdict_conf_read("conf/verdict.conf", &shipped, NULL),
			 SG_OK);
	assert_int_equal(verdict_conf_read(NULL, &compiled, NULL), SG_OK);
	assert_int_equal(shipped->n_agents, compiled->n_agents);
	for (size_t i = 0; i < shipped->n_agents; i++) {
		assert_string_equal(shipped->agents[i].text,
				    compiled->agents[i].text);
		assert_string_equal(shipped->agents[i].reason,
				    compiled->agents[i].reason);
		assert_int_equal(shipped->agents[i].verdict,
				 compiled->agents[i].verdict);
		assert_int_equal(shipped->agents[i].match,
				 compiled->agents[i].match);
	}
	assert_int_equal(shipped->n_headers, compiled->n_headers);
	assert_memory_equal(&shipped->windows, &compiled->windows,
			    sizeof(shipped->windows));
	verdict_conf_free(shipped);
	verdict_conf_free(compiled);
}

/* What a file leaves out is as in the shipped one. */
static void
windows_left_out_are_the_shipped_ones(void **state)
{
	struct verdict_conf *empty, *compiled;

	assert_int_equal(verdict_conf_parse("v", "", &empty, NULL), SG_OK);
	assert_int_equal(verdict_conf_read(NULL, &compiled, NULL), SG_OK);
	assert_memory_equal(&empty->windows, &compiled->windows,
			    sizeof(empty->windows));
	assert_int_equal(empty->n_agents, 0);
	assert_int_equal(empty->windows.burst_links, 2);
	assert_int_equal(empty->windows.settle_ms, -1);
	assert_int_equal(empty->windows.burst_ms, 3000);
	assert_true(empty->windows.before_delivery);
	verdict_conf_free(empty);
	verdict_conf_free(compiled);
}

static void
a_mistake_is_said_with_line_and_column(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{"burst {\n  lynx = 2\n}\n", "v.conf:2:3:"},
		{"bots = {}\n\n  burst { links = 1 }\n", "v.conf:3:11:"},
		{"agent \"x\" {\n  is = { \"a\" }\n  verdict = robot\n}\n",
		 "v.conf:3:13:"},
		{"prefetch = { \"Purpose\" }\n", "v.conf:1:15:"},
		{"bots = { \"crawler\", \"x\" }\n", "v.conf:1:22:"},
		{"sweep { window = soon }\n", "v.conf:1:18:"},
		{"sweep {\n\trecipients = 2 }\n", "v.conf:2:2:"},
		{"agent \"\" { is = { \"abc\" } }\n", "v.conf:1:1:"},
		{"burst {\n", "v.conf:"},
	};
	struct verdict_conf *conf;
	struct sg_err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
			verdict_conf_parse("v.conf", rows[i].text, &conf, &err),
			SG_REFUSED);
		if (strncmp(err.text, rows[i].want, strlen(rows[i].want)) != 0)
			fail_msg("%s, not %s", err.text, rows[i].want);
	}
	assert_int_equal(verdict_conf_read("/nowhere/v.conf", &conf, &err),
			 SG_REFUSED);
}

static void
the_manual_and_the_sample_have_every_option(void **state)
{
	static const char *const names[] = {
		"prefetch", "agent",  "is",	    "begins",	"contains",
		"verdict",  "bots",   "bot_words",  "burst",	"links",
		"window",   "sweep",  "recipients", "delivery", "before",
		"margin",   "settle",
	};
	static char manual[65536];
	FILE *file = fopen("conf/verdict.conf.5", "re");
	char want[80];

	assert_non_null(file);
	assert_true(fread(manual, 1, sizeof(manual) - 1, file) > 0);
	fclose(file);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(want, sizeof(want), ".It Ic %s\n", names[i]);
		if (!strstr(manual, want))
			fail_msg("the manual does not have: %s", want);
		if (!strstr(verdict_default_text, names[i]))
			fail_msg("the sample does not have: %s", names[i]);
	}
}

static struct verdict_conf *
conf_of(const char *text)
{
	struct verdict_conf *conf;

	assert_int_equal(verdict_conf_parse("v.conf", text, &conf, NULL),
			 SG_OK);
	return conf;
}

/* Whoever is judging a hit meanwhile goes on with what it has. */
static void
the_book_changes_under_use(void **state)
{
	struct verdict_book *book =
		verdict_book_new(conf_of("agent \"one\" { is = { \"abc\" } }"));
	const struct verdict_conf *before = verdict_book_get(book);
	const char *reason = before->agents[0].reason;

	verdict_book_put(book, conf_of("agent \"two\" { is = { \"abc\" } }"),
			 1000);
	assert_string_equal(verdict_book_get(book)->agents[0].reason, "two");
	assert_string_equal(before->agents[0].text, "abc");
	for (int i = 1; i < 5; i++)
		verdict_book_put(book,
				 conf_of("agent \"two\" { is = { \"x\" } }"),
				 1000 + i * (int64_t)VERDICT_OLD_MS);
	assert_string_equal(reason, "one"); /* a signal may still have it */
	verdict_book_free(book);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shipped_is_compiled_in),
		cmocka_unit_test(windows_left_out_are_the_shipped_ones),
		cmocka_unit_test(a_mistake_is_said_with_line_and_column),
		cmocka_unit_test(the_manual_and_the_sample_have_every_option),
		cmocka_unit_test(the_book_changes_under_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
