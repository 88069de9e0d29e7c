#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/idn.h"
#include "base/text.h"

static void
assert_number(double number, const char *want)
{
	struct buf got = BUF_INIT;

	text_append_number(&got, number);
	assert_string_equal(buf_text(&got), want);
	buf_done(&got);
}

static void
assert_rounded(double number, const char *want)
{
	struct buf got = BUF_INIT;

	text_append_rounded(&got, number);
	assert_string_equal(buf_text(&got), want);
	buf_done(&got);
}

static void
numbers_are_written_as_short_as_they_read_back(void **state)
{
	assert_number(0, "0");
	assert_number(-0.0, "0");
	assert_number(18.585, "18.585");
	assert_number(-12, "-12");
	assert_number(100000, "100000");
	assert_number(0.1 + 0.2, "0.30000000000000004");
	assert_number(123456789012.0, "123456789012");
	assert_number(1e300, "1e+300");
}

static void
rounding_is_half_away_from_zero(void **state)
{
	assert_rounded(99.5, "100");
	assert_rounded(-0.4, "0");
	assert_rounded(-0.5, "-1");
	assert_rounded(2.5, "3");
	assert_rounded(98.96, "99");
}

static void
only_a_whole_finite_decimal_is_a_number(void **state)
{
	static const char *const bad[] = {
		"",    " ",   ".",     "-",   "1e",    "0x10", "inf", "nan",
		"1,5", "1 2", "1e999", "--1", "1.2.3", "e5",   "+-1", "1_0"};
	double number = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(text_to_number(bad[i], &number));
	assert_true(number == 7);
	assert_true(text_to_number(" -1.5e3\n", &number));
	assert_true(number == -1500);
	assert_true(text_to_number(".5", &number) && number == 0.5);
	assert_true(text_to_number("5.", &number) && number == 5);
}

static void
whole_numbers_stay_in_range(void **state)
{
	long long number = 7;

	assert_true(text_to_int(" -42 ", &number) && number == -42);
	assert_true(text_to_int("9223372036854775807", &number));
	assert_false(text_to_int("9223372036854775808", &number));
	assert_false(text_to_int("1.0", &number));
	assert_false(text_to_int("", &number));
	assert_false(text_to_int("0x1", &number));
}

static void
case_is_folded_in_all_of_unicode(void **state)
{
	assert_true(text_equal_fold("STRASSE", "stra\xc3\x9f"
					       "e"));
	assert_true(text_equal_fold("\xc3\x84RGER", "\xc3\xa4rger"));
	assert_true(text_equal_fold("", ""));
	assert_false(text_equal_fold("a", "ab"));
	assert_true(text_compare_fold("Apple", "banana") < 0);
	assert_true(text_compare_fold("b", "A") > 0);
	assert_true(text_contains_fold("Gr\xc3\xbc\xc3\x9f"
				       "e",
				       "\xc3\x9cSS"));
	assert_false(text_contains_fold("abc", "d"));
	assert_true(text_contains_fold("abc", ""));
}

static void
bytes_that_are_not_utf8_fold_to_themselves(void **state)
{
	struct buf got = BUF_INIT;

	text_fold(&got, "A\xff\xc3\x84\xc3");
	assert_string_equal(buf_text(&got), "a\xff\xc3\xa4\xc3");
	buf_reset(&got);
	text_append_clean(&got, "a\xff\xc3", 3);
	assert_string_equal(buf_text(&got), "a\xef\xbf\xbd\xef\xbf\xbd");
	buf_done(&got);
	assert_false(text_is_utf8("\xc3", 1));
	assert_false(text_is_utf8("\xed\xa0\x80", 3)); /* a surrogate */
	assert_true(text_is_utf8("\xf0\x9f\x98\x80", 4));
}

static void
globs_match_whole_texts(void **state)
{
	assert_true(text_glob_fold("*", ""));
	assert_true(text_glob_fold("*@Example.*", "bob@example.com"));
	assert_true(text_glob_fold("b?b", "B\xc3\xa4"
					  "b"));
	assert_true(text_glob_fold("a\\*b", "a*b"));
	assert_false(text_glob_fold("a\\*b", "axb"));
	assert_true(text_glob_fold("a*b*c", "aXbXbXc"));
	assert_false(text_glob_fold("a*b*c", "aXbXbX"));
	assert_false(text_glob_fold("?", ""));
	assert_false(text_glob_fold("", "a"));
	assert_true(text_glob_fold("\\", "\\"));
}

static void
a_hostile_glob_ends_soon(void **state)
{
	char glob[201], text[2001];

	for (size_t i = 0; i < 200; i++)
		glob[i] = i % 2 ? 'a' : '*';
	glob[200] = '\0';
	memset(text, 'a', 2000);
	text[2000] = '\0';
	text[1999] = 'b';
	assert_false(text_glob_fold(glob, text));
}

static void
ascii_comparison_leaves_other_letters_alone(void **state)
{
	assert_true(text_equal_ascii("Content-Type", "content-TYPE"));
	assert_false(text_equal_ascii("a", "ab"));
	assert_false(text_equal_ascii("\xc3\x84", "\xc3\xa4"));
	assert_true(text_starts_ascii("MAILTO:x", "mailto:"));
	assert_false(text_starts_ascii("mail", "mailto:"));
	assert_true(text_starts_ascii("x", ""));
}

static void
assert_domain(const char *domain, const char *want)
{
	struct buf got = BUF_INIT;
	struct sg_err err = {0};
	enum sg_status status = idn_to_ascii(&got, domain, &err);

	assert_int_equal(status, want ? SG_OK : SG_REFUSED);
	assert_string_equal(buf_text(&got), want ? want : "");
	buf_done(&got);
}

static void
domains_become_lower_case_a_labels(void **state)
{
	assert_domain("Example.COM", "example.com");
	assert_domain("B\xc3\xbc"
		      "cher.example",
		      "xn--bcher-kva.example");
	assert_domain("fa\xc3\x9f.de", "xn--fa-hia.de"); /* 2008, not 2003 */
	assert_domain("my_host.example", "my_host.example");
}

static void
what_is_no_domain_is_refused(void **state)
{
	char longest[300];

	assert_domain("", NULL);
	assert_domain(".", NULL);
	assert_domain("a..b", NULL);
	assert_domain("a b.com", NULL);
	assert_domain("a\r\nb", NULL);
	assert_domain("\xff.com", NULL);
	assert_domain("a.", NULL);
	memset(longest, 'a', 64);
	longest[64] = '\0';
	assert_domain(longest, NULL);
	for (size_t i = 0; i < 260; i++)
		longest[i] = i % 2 ? '.' : 'a';
	longest[260] = '\0';
	assert_domain(longest, NULL);
}

static void
wide_characters_take_two_columns_and_combining_ones_none(void **state)
{
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("Bob"), 3);
	assert_int_equal(text_width("M\u00fcller"), 6);
	assert_int_equal(text_width("\u65e5\u672c"), 4);
	assert_int_equal(text_width("e\u0301"), 1);
	assert_int_equal(text_width("\xff!"), 2);
	assert_int_equal(text_fit("\u65e5\u672c", 3), 3);
	assert_int_equal(text_fit("abc", 2), 2);
	assert_int_equal(text_fit("abc", 9), 3);
}

static void
what_could_steer_a_terminal_becomes_a_question_mark(void **state)
{
	struct buf text = BUF_INIT;

	text_append_harmless(&text, "a\033[2Jb\tc\xc2\x9b"
				    "1m\u202ed\x7f\xff");
	assert_string_equal(buf_text(&text), "a?[2Jb?c?1m?d??");
	buf_reset(&text);
	text_append_harmless(&text, "M\u00fcller \u65e5\u672c \U0001f600");
	assert_string_equal(buf_text(&text),
			    "M\u00fcller \u65e5\u672c \U0001f600");
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			wide_characters_take_two_columns_and_combining_ones_none),
		cmocka_unit_test(
			what_could_steer_a_terminal_becomes_a_question_mark),
		cmocka_unit_test(
			numbers_are_written_as_short_as_they_read_back),
		cmocka_unit_test(rounding_is_half_away_from_zero),
		cmocka_unit_test(only_a_whole_finite_decimal_is_a_number),
		cmocka_unit_test(whole_numbers_stay_in_range),
		cmocka_unit_test(case_is_folded_in_all_of_unicode),
		cmocka_unit_test(bytes_that_are_not_utf8_fold_to_themselves),
		cmocka_unit_test(globs_match_whole_texts),
		cmocka_unit_test(a_hostile_glob_ends_soon),
		cmocka_unit_test(ascii_comparison_leaves_other_letters_alone),
		cmocka_unit_test(domains_become_lower_case_a_labels),
		cmocka_unit_test(what_is_no_domain_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
