/* condition_parse_test.c - what parses, what does not and how it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "condition_aid.h"
#include "rule/condition_caret.h"
#include "base/suggest.h"

/* The expression, and its canonical text if that is another. */
static const struct {
	const char *text, *canonical;
} good[] = {
	{"has score", NULL},
	{"HAS  Score", "has score"},
	{"has score 'lead'", "has score"},
	{"has score 'fit' between 10 and 20", NULL},
	{"has score between -20 and -10.50", "has score between -20 and -10.5"},
	{"has score >= 50", NULL},
	{"has score>=+50", "has score >= 50"},
	{"has score < -1e3", "has score < -1000"},
	{"list 'news' and has score >= 50 and not tag 'customer'", NULL},
	{"list 'it''s'", NULL},
	{"segment 'good'", NULL},
	{"segment 'deep' or band 'hot'", NULL},
	{"sequence 'onboarding'", NULL},
	{"sequence 'onboarding' active or sequence 'x' finished or "
	 "sequence 'x' stopped",
	 NULL},
	{"broadcast 'spring'", NULL},
	{"broadcast 'spring' sent and not (broadcast 'spring' opened or "
	 "broadcast 'spring' clicked)",
	 NULL},
	{"percent >= 90", NULL},
	{"percent 'fit' < 10", NULL},
	{"score 'lead' > 5", "score > 5"},
	{"raw + manual - field_points * automatic / positive > negative", NULL},
	{"touchpoint 'fit' = positive_touchpoint + negative_touchpoint", NULL},
	{"field.job_title in ('CEO', 'CTO', 'founder')", NULL},
	{"field.a not in (1, -2.5, 2026-01-31, true, FALSE, 'x')",
	 "field.a not in (1, -2.5, 2026-01-31, true, false, 'x')"},
	{"signal.url matches '*/pricing*'", NULL},
	{"field.größe contains 'L'", NULL},
	{"field.'Job Title' is empty", NULL},
	{"field.'größe' is not empty", "field.größe is not empty"},
	{"field.'changed' = 'x'", NULL},
	{"field.'a b''c' = ''", NULL},
	{"field.renewal within 30d", NULL},
	{"field.renewal within 36h", NULL},
	{"field.renewal within 2w", "field.renewal within 14d"},
	{"field.renewal within 30 d", "field.renewal within 30d"},
	{"created within 0.5s", NULL},
	{"created within 90m", NULL},
	{"created within 0d", "created within 0s"},
	{"created < 2026-01-01", NULL},
	{"created >= 2026-01-31T09:00", NULL},
	{"created >= 2026-01-31T09:00:30+02:00", NULL},
	{"2026-01-31 > created", NULL},
	{"2026 - 01 - 31 > 5", "2026 - 1 - 31 > 5"},
	{"email = 'a@b.c' or module != 'lead'", NULL},
	{"(score + 1) * 2 > 3", NULL},
	{"(score > 3)", "score > 3"},
	{"((score) + 1) > 3", "score + 1 > 3"},
	{"((score + 1) > 3)", "score + 1 > 3"},
	{"(field.a) is empty", "field.a is empty"},
	{"(field.a) in (1)", "field.a in (1)"},
	{"1 - (2 - 3) > 1 - 2 - 3", NULL},
	{"1 - (2 * 3) = 1", "1 - 2 * 3 = 1"},
	{"-field.a > -(5)", NULL},
	{"- -5 > --field.a", "--5 > --field.a"},
	{"-(5) > -(0)", "-(5) > --0"},
	{"3 - -5 > 3-5", "3 - -5 > 3 - 5"},
	{"-0 = 0", "0 = 0"},
	{"not (not tag 'x')", NULL},
	{"not (tag 'x' and tag 'y') or not tag 'z'", NULL},
	{"tag 'a' or tag 'b' and tag 'c'", NULL},
	{"(tag 'a' or tag 'b') and tag 'c'", NULL},
	{"tag 'a' and (tag 'b' and tag 'c')", NULL},
	{"tag 'a' and\n\ttag 'b'", "tag 'a' and tag 'b'"},
	{"email.clicked", NULL},
	{"email.clicked within 30d at least 3 times", NULL},
	{"email.clicked at least 1 time", "email.clicked"},
	{"email.clicked where (signal.url contains 'pricing') within 7d", NULL},
	{"email.clicked where (email.opened within 1d or tag 'x') at least 2 "
	 "times",
	 NULL},
	{"field.changed where (signal.name = 'job_title') within 7d", NULL},
	{"record.created within 1d", NULL},
	{"true = true", NULL},
	{"field.vip = true", NULL},
	{"score = 100 and field.x = 'and'", NULL},
};

static char *
canonical_of(const char *text)
{
	struct condition *condition;
	struct buf to = BUF_INIT;
	struct sg_err err;

	if (condition_parse(text, aid_names(), &condition, &err) != SG_OK)
		fail_msg("%s\n%s", text, err.text);
	condition_write(condition, &to);
	condition_free(condition);
	assert_true(buf_ok(&to));
	return buf_take(&to, NULL);
}

static void
what_is_right_parses_and_has_a_canonical_text(void **state)
{
	const char *wanted;
	char *text, *again;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		wanted = good[i].canonical ? good[i].canonical : good[i].text;
		text = canonical_of(good[i].text);
		assert_string_equal(text, wanted);
		again = canonical_of(text);
		assert_string_equal(again, text);
		free(text);
		free(again);
	}
}

/* … and once those without a score are included. */
static const struct {
	const char *text, *widened;
} unknown[] = {
	{"has score >= 50", "has score >= 50 or not has score"},
	{"list 'news' and has score 'fit' between 1 and 2",
	 "list 'news' and (has score 'fit' between 1 and 2 or not has score "
	 "'fit')"},
	{"not has score >= 50", "not has score >= 50"},
	{"not (tag 'x' or not has score < 5)",
	 "not (tag 'x' or not (has score < 5 or not has score))"},
	{"tag 'x' or list 'news'", "tag 'x' or list 'news'"},
};

static void
those_without_a_score_can_be_included(void **state)
{
	struct condition *condition;
	struct sg_err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		struct buf to = BUF_INIT;
		char *again;

		assert_int_equal(condition_parse(unknown[i].text, aid_names(),
						 &condition, &err),
				 SG_OK);
		assert_int_equal(condition_include_unknown(condition, &err),
				 SG_OK);
		condition_write(condition, &to);
		condition_free(condition);
		assert_string_equal(buf_text(&to), unknown[i].widened);
		again = canonical_of(buf_text(&to));
		assert_string_equal(again, unknown[i].widened);
		free(again);
		buf_done(&to);
	}
}

static const struct {
	const char *text, *error;
} bad[] = {
	{"", "line 1, column 1: expected a test\n  \n  ^"},
	{"  ", "line 1, column 3: expected a test\n    \n    ^"},
	{"has score >= abc", "line 1, column 14: expected a number after '>='\n"
			     "  has score >= abc\n"
			     "               ^"},
	{"has score >=", "line 1, column 13: expected a number after '>='\n"
			 "  has score >=\n"
			 "              ^"},
	{"has scor >= 5",
	 "line 1, column 5: expected 'score' after 'has'; did you mean "
	 "'score'?\n"
	 "  has scor >= 5\n"
	 "      ^"},
	{"has score 'laed' > 5",
	 "line 1, column 11: unknown score 'laed'; did you mean 'lead'?\n"
	 "  has score 'laed' > 5\n"
	 "            ^"},
	{"percent 'zebra' > 5", "line 1, column 9: unknown score 'zebra'\n"
				"  percent 'zebra' > 5\n"
				"          ^"},
	{"has score between 20 and 10",
	 "line 1, column 19: expected the smaller number first\n"
	 "  has score between 20 and 10\n"
	 "                    ^"},
	{"has score between 20 or 10",
	 "line 1, column 22: expected 'and' and a second number after '20'\n"
	 "  has score between 20 or 10\n"
	 "                       ^"},
	{"tag 'a' and\n  list news",
	 "line 2, column 8: expected the name of a list in quotes after "
	 "'list'\n"
	 "    list news\n"
	 "         ^"},
	{"tag 'ä' und tag 'b'",
	 "line 1, column 9: expected 'and', 'or' or the end after 'ä'; did you "
	 "mean 'and'?\n"
	 "  tag 'ä' und tag 'b'\n"
	 "          ^"},
	{"\ttag 'a' tag 'b'",
	 "line 1, column 10: expected 'and', 'or' or the end after 'a'\n"
	 "   tag 'a' tag 'b'\n"
	 "           ^"},
	{"tag 'a' and", "line 1, column 12: expected a test after 'and'\n"
			"  tag 'a' and\n"
			"             ^"},
	{"(tag 'a'",
	 "line 1, column 9: expected 'and', 'or' or a closing ')' after 'a'\n"
	 "  (tag 'a'\n"
	 "          ^"},
	{"tag 'a')",
	 "line 1, column 8: expected 'and', 'or' or the end after 'a'\n"
	 "  tag 'a')\n"
	 "         ^"},
	{"not not tag 'a'",
	 "line 1, column 5: expected a test, not 'not' (a field is written "
	 "field.NAME, a text 'in quotes')\n"
	 "  not not tag 'a'\n"
	 "      ^"},
	{"tga 'a'",
	 "line 1, column 1: expected a test, not 'tga'; did you mean 'tag'? (a "
	 "field is written field.NAME, a text 'in quotes')\n"
	 "  tga 'a'\n"
	 "  ^"},
	{"tag 'a", "line 1, column 5: expected a closing ' on the same line\n"
		   "  tag 'a\n"
		   "      ^"},
	{"tag ''", "line 1, column 5: expected a tag in quotes after 'tag'\n"
		   "  tag ''\n"
		   "      ^"},
	{"tag \"a\"",
	 "line 1, column 5: expected text in single quotes, as in 'news'\n"
	 "  tag \"a\"\n"
	 "      ^"},
	{"tag 'a' && tag 'b'",
	 "line 1, column 9: expected one of the words and, or, not\n"
	 "  tag 'a' && tag 'b'\n"
	 "          ^"},
	{"tag 'a'; tag 'b'",
	 "line 1, column 8: expected a test, not this character\n"
	 "  tag 'a'; tag 'b'\n"
	 "         ^"},
	{"field.job_title",
	 "line 1, column 16: expected a comparison (=, !=, <, <=, >, >=, in, "
	 "matches, contains, is empty, within) after 'field.job_title'\n"
	 "  field.job_title\n"
	 "                 ^"},
	{"field.job_title machtes 'x'",
	 "line 1, column 17: expected a comparison (=, !=, <, <=, >, >=, in, "
	 "matches, contains, is empty, within) after 'field.job_title'; did "
	 "you "
	 "mean 'matches'?\n"
	 "  field.job_title machtes 'x'\n"
	 "                  ^"},
	{"field.", "line 1, column 7: expected a name after 'field.'\n"
		   "  field.\n"
		   "        ^"},
	{"field. = 5", "line 1, column 7: expected a name after 'field.'\n"
		       "  field. = 5\n"
		       "        ^"},
	{"field.'' = 5",
	 "line 1, column 7: expected a name between the quotes\n"
	 "  field.'' = 5\n"
	 "        ^"},
	{"email. = 5", "line 1, column 7: expected a name after 'email.'\n"
		       "  email. = 5\n"
		       "        ^"},
	{"field.a = ",
	 "line 1, column 11: expected a value (a number, 'text', a date, "
	 "field.NAME, …) after '='\n"
	 "  field.a = \n"
	 "            ^"},
	{"field.a in 5",
	 "line 1, column 12: expected '(' and a list of values after 'in'\n"
	 "  field.a in 5\n"
	 "             ^"},
	{"field.a in (5, field.b)",
	 "line 1, column 16: expected a number, 'text', a date, true or false "
	 "after ','\n"
	 "  field.a in (5, field.b)\n"
	 "                 ^"},
	{"field.a in (5 6)",
	 "line 1, column 15: expected ',' or a closing ')' after '5'\n"
	 "  field.a in (5 6)\n"
	 "                ^"},
	{"field.a not 5", "line 1, column 13: expected 'in' after 'not'\n"
			  "  field.a not 5\n"
			  "              ^"},
	{"field.a is nothing",
	 "line 1, column 12: expected 'empty' after 'is'\n"
	 "  field.a is nothing\n"
	 "             ^"},
	{"field.a matches /x/",
	 "line 1, column 17: expected a pattern in quotes, like '*/pricing*' "
	 "after 'matches'\n"
	 "  field.a matches /x/\n"
	 "                  ^"},
	{"field.a within 30",
	 "line 1, column 16: expected a duration like 30d, 12h or 15m after "
	 "'within'\n"
	 "  field.a within 30\n"
	 "                 ^"},
	{"field.a within 30days",
	 "line 1, column 18: expected a space, or one of the units s, m, h, d, "
	 "w, after the number\n"
	 "  field.a within 30days\n"
	 "                   ^"},
	{"field.a within 999999d",
	 "line 1, column 16: expected a duration of at most 365000d\n"
	 "  field.a within 999999d\n"
	 "                 ^"},
	{"field.a > 1e999", "line 1, column 11: expected a smaller number\n"
			    "  field.a > 1e999\n"
			    "            ^"},
	{"created < 2026-01-01x",
	 "line 1, column 21: expected a date like 2026-01-31 or "
	 "2026-01-31T09:00\n"
	 "  created < 2026-01-01x\n"
	 "                      ^"},
	{"(score + 1",
	 "line 1, column 11: expected a comparison (=, !=, <, <=, >, >=, in, "
	 "matches, contains, is empty, within) after '1'\n"
	 "  (score + 1\n"
	 "            ^"},
	{"(score + ) > 3",
	 "line 1, column 10: expected a value (a number, 'text', a date, "
	 "field.NAME, …) after '+'\n"
	 "  (score + ) > 3\n"
	 "           ^"},
	{"call.missed", "line 1, column 1: `call.missed` is declared by no "
			"loaded plugin; load "
			"`telephony`\n"
			"  call.missed\n"
			"  ^"},
	{"tag 'x' or email.cliked within 5d",
	 "line 1, column 12: `email.cliked` is declared by no loaded plugin; "
	 "did you mean 'email.clicked'?\n"
	 "  tag 'x' or email.cliked within 5d\n"
	 "             ^"},
	{"email.clicked where signal.url = 'x'",
	 "line 1, column 21: expected '(' after 'where'\n"
	 "  email.clicked where signal.url = 'x'\n"
	 "                      ^"},
	{"email.clicked at least 0 times",
	 "line 1, column 24: expected a whole number from 1 to 1000000 after "
	 "'least'\n"
	 "  email.clicked at least 0 times\n"
	 "                         ^"},
	{"email.clicked at least 2",
	 "line 1, column 25: expected 'times' after '2'\n"
	 "  email.clicked at least 2\n"
	 "                          ^"},
	{"email.clicked at 2 times",
	 "line 1, column 18: expected 'least' after 'at'\n"
	 "  email.clicked at 2 times\n"
	 "                   ^"},
	{"field.changed = 'x'",
	 "line 1, column 1: `field.changed` is a signal; a field of that name "
	 "is written field.'changed'\n"
	 "  field.changed = 'x'\n"
	 "  ^"},
	{"segment 'goood'",
	 "line 1, column 9: unknown segment 'goood'; did you mean 'good'?\n"
	 "  segment 'goood'\n"
	 "          ^"},
	{"tag 'y' or segment 'bad'",
	 "line 1, column 20: in segment 'bad': line 2, column 14: expected a "
	 "number after '>='\n"
	 "  has score >= ten\n"
	 "               ^"},
	{"segment 'loop'",
	 "line 1, column 9: in segment 'loop': line 1, column 21: in segment "
	 "'loop again': line 1, column 13: segment 'loop' refers to itself\n"
	 "  not segment 'loop'\n"
	 "              ^"},
	{"band 'hott'",
	 "line 1, column 6: unknown band 'hott'; did you mean 'hot'?\n"
	 "  band 'hott'\n"
	 "       ^"},
	{"tag 'a\xff'", "line 1, column 7: expected UTF-8 text\n"
			"  tag 'a?'\n"
			"        ^"},
	{"tag 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	 "aaaaaaaaaaaaaaaaaaaaaaa' or ?",
	 "line 1, column 98: expected a test, not this character\n"
	 "  …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' or ?\n"
	 "                                               ^"},
};

static void
what_is_wrong_is_told_with_place_and_caret(void **state)
{
	struct condition *condition;
	enum sg_status status;
	struct sg_err err;
	size_t i, wrong = 0;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		condition = NULL;
		err.text[0] = '\0';
		status = condition_parse(bad[i].text, aid_names(), &condition,
					 &err);
		assert_int_equal(status, SG_REFUSED);
		assert_null(condition);
		if (strcmp(err.text, bad[i].error) == 0)
			continue;
		print_error("%s\n is not\n%s\n", err.text, bad[i].error);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void
a_bad_date_says_why(void **state)
{
	struct condition *condition;
	struct sg_err err;

	assert_int_equal(
		condition_parse("created < 2026-02-30", NULL, &condition, &err),
		SG_REFUSED);
	assert_non_null(strstr(err.text, "line 1, column 11: bad date: "));
}

static void
repeat(struct buf *to, const char *text, unsigned n)
{
	while (n--)
		buf_append_text(to, text);
}

static enum sg_status
parse_deep(const char *open, const char *inside, const char *close, unsigned n)
{
	struct condition *condition = NULL;
	struct buf text = BUF_INIT;
	struct sg_err err;
	enum sg_status status;

	repeat(&text, open, n);
	buf_append_text(&text, inside);
	repeat(&text, close, n);
	status = condition_parse(buf_text(&text), NULL, &condition, &err);
	if (status == SG_REFUSED)
		assert_non_null(strstr(err.text, "expected at most 64 levels"));
	condition_free(condition);
	buf_done(&text);
	return status;
}

static void
depth_is_bounded(void **state)
{
	assert_int_equal(parse_deep("(", "tag 'x'", ")", 64), SG_OK);
	assert_int_equal(parse_deep("(", "tag 'x'", ")", 65), SG_REFUSED);
	assert_int_equal(parse_deep("(", "score", ") > 3", 1), SG_OK);
	assert_int_equal(parse_deep("(", "score > 3", ")", 8000), SG_REFUSED);
	assert_int_equal(parse_deep("-", "score > 3", "", 64), SG_OK);
	assert_int_equal(parse_deep("-", "score > 3", "", 65), SG_REFUSED);
	assert_int_equal(parse_deep("1+", "1 > 3", "", 64), SG_OK);
	assert_int_equal(parse_deep("1+", "1 > 3", "", 65), SG_REFUSED);
	assert_int_equal(parse_deep("not (", "tag 'x'", ")", 64), SG_OK);
	assert_int_equal(parse_deep("a.b where (", "tag 'x'", ")", 65),
			 SG_REFUSED);
}

static void
length_is_bounded(void **state)
{
	struct condition *condition = NULL;
	struct buf text = BUF_INIT;
	struct sg_err err;

	repeat(&text, "1=1 or ", 2339);
	buf_append_text(&text, "1 = 1      ");
	assert_int_equal(text.len, CONDITION_TEXT_MOST);
	assert_int_equal(
		condition_parse(buf_text(&text), NULL, &condition, &err),
		SG_OK);
	condition_free(condition);
	buf_append_char(&text, ' ');
	assert_int_equal(
		condition_parse(buf_text(&text), NULL, &condition, &err),
		SG_REFUSED);
	assert_non_null(strstr(err.text, "expected at most 16384 bytes"));
	buf_done(&text);
}

static const char *
many_segments(void *arg, const char *name)
{
	static char text[600];
	char next = (char)(name[0] + 1);
	int i, len = 0;

	for (i = 0; i < 20; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len,
				"%ssegment '%c'", i ? " or " : "", next);
	return name[0] < 'm' ? text : "tag 'x'";
}

static void
segments_that_multiply_are_bounded(void **state)
{
	const struct condition_names names = {.segment = many_segments};
	struct condition *condition = NULL;
	struct sg_err err;

	assert_int_equal(
		condition_parse("segment 'a'", &names, &condition, &err),
		SG_REFUSED);
	assert_int_equal(
		condition_parse("segment 'l'", &names, &condition, &err),
		SG_OK);
	condition_free(condition);
}

static void
random_expressions_keep_their_canonical_text(void **state)
{
	uint64_t seed = 20260131;
	struct buf text = BUF_INIT;
	char *first, *second;
	int i;

	print_message("seed %llu\n", (unsigned long long)seed);
	for (i = 0; i < 3000; i++) {
		buf_reset(&text);
		aid_expression(&seed, 4, &text);
		first = canonical_of(buf_text(&text));
		second = canonical_of(first);
		assert_string_equal(first, second);
		free(first);
		free(second);
	}
	buf_done(&text);
}

/* Cut, doubled, swapped, changed: refused with a place, or right as a whole. */
static void
mutate(uint64_t *seed, struct buf *text)
{
	static const char bytes[] = "()'\",=<>!.+-*/ 0eE\t\n\xff\xc3nosi";
	size_t at = aid_random(seed) % text->len;

	switch (aid_random(seed) % 4) {
	case 0:
		text->data[at] = bytes[aid_random(seed) % (sizeof(bytes) - 1)];
		break;
	case 1:
		memmove(text->data + at, text->data + at + 1, text->len - at);
		text->len--;
		break;
	case 2:
		text->len = at;
		text->data[at] = '\0';
		break;
	default:
		buf_append(text, text->data + at, text->len - at);
	}
}

static void
mutated_expressions_never_half_work(void **state)
{
	uint64_t seed = 77;
	struct buf text = BUF_INIT, written = BUF_INIT;
	struct condition *condition;
	unsigned i, refused = 0;
	char *again;
	struct sg_err err;

	print_message("seed %llu\n", (unsigned long long)seed);
	for (i = 0; i < 5000; i++) {
		buf_reset(&text);
		aid_expression(&seed, 2, &text);
		buf_reserve(&text, text.len + 1);
		mutate(&seed, &text);
		condition = NULL;
		if (condition_parse(buf_text(&text), aid_names(), &condition,
				    &err) != SG_OK) {
			assert_null(condition);
			assert_int_equal(strncmp(err.text, "line ", 5), 0);
			assert_non_null(strstr(err.text, "^"));
			refused++;
			continue;
		}
		buf_reset(&written);
		condition_write(condition, &written);
		again = canonical_of(buf_text(&written));
		assert_string_equal(again, buf_text(&written));
		free(again);
		condition_free(condition);
	}
	assert_true(refused > 1000);
	buf_done(&text);
	buf_done(&written);
}

static void
count_name(void *arg, const char *name)
{
	char *names = arg;

	snprintf(names + strlen(names), 128 - strlen(names), "%s ", name);
}

static void
what_a_condition_uses_is_known(void **state)
{
	static const struct {
		const char *text;
		struct condition_uses uses;
	} table[] = {
		{"tag 'x'", {false, false, false, false, false}},
		{"has score", {.score = true}},
		{"band 'hot'", {.score = true}},
		{"segment 'deep'", {.score = true}},
		{"manual > 1", {.score = true}},
		{"1 + percent > 1", {.percent = true}},
		{"signal.url = 'x'", {.signal_props = true}},
		{"email.clicked where (signal.url = 'x')", {.history = true}},
		{"email.clicked within 1d", {.history = true, .now = true}},
		{"field.a within 1d", {.now = true}},
		{"broadcast 'x' opened", {.history = true}},
	};
	struct condition *condition;
	struct condition_uses uses;
	struct sg_err err;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(condition_parse(table[i].text, aid_names(),
						 &condition, &err),
				 SG_OK);
		condition_get_uses(condition, &uses);
		condition_free(condition);
		assert_memory_equal(&uses, &table[i].uses, sizeof(uses));
	}
}

static void
the_signals_of_a_condition_are_listed(void **state)
{
	char names[128] = "";
	struct condition *condition;
	struct sg_err err;

	assert_int_equal(
		condition_parse("email.clicked where (email.opened) or "
				"not (field.changed within 5d)",
				aid_names(), &condition, &err),
		SG_OK);
	condition_each_signal(condition, count_name, names);
	condition_free(condition);
	assert_string_equal(names, "email.clicked email.opened field.changed ");
}

static void
near_names_are_found(void **state)
{
	assert_int_equal(suggest_distance("lead", "lead"), 0);
	assert_int_equal(suggest_distance("laed", "lead"), 1);
	assert_int_equal(suggest_distance("LEAD", "lead"), 0);
	assert_int_equal(suggest_distance("led", "lead"), 1);
	assert_int_equal(suggest_distance("", "lead"), 4);
	assert_int_equal(suggest_distance("kitten", "sitting"), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_right_parses_and_has_a_canonical_text),
		cmocka_unit_test(those_without_a_score_can_be_included),
		cmocka_unit_test(what_is_wrong_is_told_with_place_and_caret),
		cmocka_unit_test(a_bad_date_says_why),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(length_is_bounded),
		cmocka_unit_test(segments_that_multiply_are_bounded),
		cmocka_unit_test(random_expressions_keep_their_canonical_text),
		cmocka_unit_test(mutated_expressions_never_half_work),
		cmocka_unit_test(what_a_condition_uses_is_known),
		cmocka_unit_test(the_signals_of_a_condition_are_listed),
		cmocka_unit_test(near_names_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
