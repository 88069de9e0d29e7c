#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

/* What fn wrote to stderr. */
static void
captured(void (*fn)(void), char *out, size_t size)
{
	int ends[2], old = dup(STDERR_FILENO);
	ssize_t len;

	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	fn();
	dup2(old, STDERR_FILENO);
	close(old);
	close(ends[1]);
	len = read(ends[0], out, size - 1);
	close(ends[0]);
	out[len < 0 ? 0 : len] = '\0';
}

static void
log_some(void)
{
	log_debug("not this");
	log_warn("queue_id=%s", "ABC\nDEF");
	log_error("second");
}

static void
a_line_is_one_line_with_its_priority(void **state)
{
	char got[512];

	log_open(LOG_LEVEL_INFO, LOG_FORM_JOURNAL);
	captured(log_some, got, sizeof(got));
	assert_string_equal(got, "<4>queue_id=ABC DEF\n<3>second\n");
}

static void
a_terminal_sees_the_time_and_the_level(void **state)
{
	char got[512];

	log_open(LOG_LEVEL_ERROR, LOG_FORM_TERMINAL);
	captured(log_some, got, sizeof(got));
	assert_non_null(strstr(got, "Z error second\n"));
	assert_null(strstr(got, "queue_id"));
	assert_int_equal(got[10], 'T');
}

static void
log_what_terminals_obey(void)
{
	log_warn("a\xc2\x9b%s", "2Jb\xc2\x85"
				"c\xe2\x80\xa8"
				"d\xe2\x80\xae"
				"e");
	log_warn("\xc3\xa9\xe2\x82\xac\xe2\x80\x93\xc2");
}

/* Line ends and orders of ISO 6429 beyond ASCII, in UTF-8. */
static void
nothing_in_it_is_an_order_to_a_terminal(void **state)
{
	char got[512];

	log_open(LOG_LEVEL_INFO, LOG_FORM_JOURNAL);
	captured(log_what_terminals_obey, got, sizeof(got));
	assert_string_equal(got, "<4>a  2Jb  c   d   e\n<4>\xc3\xa9\xe2\x82"
				 "\xac\xe2\x80\x93\xc2\n");
}

static void
log_much(void)
{
	static char much[10000];

	memset(much, 'x', sizeof(much) - 1);
	log_info("%s", much);
}

static void
a_long_line_is_cut_and_ends(void **state)
{
	static char got[20000];
	size_t len;

	log_open(LOG_LEVEL_INFO, LOG_FORM_JOURNAL);
	captured(log_much, got, sizeof(got));
	len = strlen(got);
	assert_true(len > 1000 && len <= 4096);
	assert_int_equal(got[len - 1], '\n');
}

static void
outside_text_is_quoted_and_cut(void **state)
{
	char out[LOG_QUOTE_SIZE], much[1000];

	assert_string_equal(log_quote("a\"b\\c\r\n\x1b\xc3\xa9", out),
			    "\"a\\\"b\\\\c\\x0d\\x0a\\x1b\\xc3\\xa9\"");
	memset(much, '\n', sizeof(much) - 1);
	much[sizeof(much) - 1] = '\0';
	log_quote(much, out);
	assert_true(strlen(out) < LOG_QUOTE_SIZE);
	assert_string_equal(out + strlen(out) - 4, "...\"");
}

static void
nobody_s_address_is_in_private_text(void **state)
{
	static const char *const rows[][2] = {
		{"450 4.2.1 <bob@far.test>: try later",
		 "\"450 4.2.1 <...>: try later\""},
		{"/api/v1/contacts/bob%40far.test/tags/a",
		 "\"/api/v1/contacts/.../tags/a\""},
		{"`bob@far.test` is not an e-mail address",
		 "\"`...` is not an e-mail address\""},
		{"nothing\nof that", "\"nothing\\x0aof that\""},
		{"", "\"\""},
	};
	char out[LOG_QUOTE_SIZE], much[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(log_quote_private(rows[i][0], out),
				    rows[i][1]);
	for (size_t i = 0; i < 2; i++) {
		memset(much, i ? 'a' : '@', sizeof(much) - 1);
		much[sizeof(much) - 1] = '\0';
		log_quote_private(much, out);
		assert_true(strlen(out) < LOG_QUOTE_SIZE);
	}
	for (size_t i = 0; i + 2 < sizeof(much); i += 2)
		memcpy(much + i, "@ ", 2);
	log_quote_private(much, out);
	assert_true(strlen(out) < LOG_QUOTE_SIZE);
	assert_null(strchr(out, '@'));
}

static void
levels_have_names(void **state)
{
	enum log_level level = LOG_LEVEL_ERROR;
	struct sg_err err;

	assert_int_equal(log_level_parse("Debug", &level, &err), SG_OK);
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_int_equal(log_level_parse("loud", &level, &err), SG_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_one_line_with_its_priority),
		cmocka_unit_test(a_terminal_sees_the_time_and_the_level),
		cmocka_unit_test(nothing_in_it_is_an_order_to_a_terminal),
		cmocka_unit_test(a_long_line_is_cut_and_ends),
		cmocka_unit_test(outside_text_is_quoted_and_cut),
		cmocka_unit_test(nobody_s_address_is_in_private_text),
		cmocka_unit_test(levels_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
