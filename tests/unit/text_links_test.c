/* text_links_test.c - where a URL in a plain text begins and ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail/text_links.h"

/* All that are found in `text`, with a bar between two. */
static const char *
found_in(const char *text)
{
	static char all[512];
	struct text_link link;
	size_t at = 0, n = 0;

	all[0] = '\0';
	while (text_links_next(text, strlen(text), &at, &link)) {
		assert_true(link.start < link.end && link.end <= at);
		n += (size_t)snprintf(
			all + n, sizeof(all) - n, "%s%.*s", n ? "|" : "",
			(int)(link.end - link.start), text + link.start);
	}
	return all;
}

struct row {
	const char *text, *want;
};

static void
check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_string_equal(found_in(rows[i].text), rows[i].want);
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

static void
a_url_ends_at_a_blank_and_before_what_ends_a_sentence(void **state)
{
	static const struct row rows[] = {
		{"https://a.example", "https://a.example"},
		{"See http://a.example/x?y=1&z=2 there",
		 "http://a.example/x?y=1&z=2"},
		{"At HTTPS://A.example/.\nhttp://b.example!\r\nAnd",
		 "HTTPS://A.example/|http://b.example"},
		{"\"http://a.example/x\"", "http://a.example/x"},
		{"http://a.example/a,b;c...", "http://a.example/a,b;c"},
		{"(http://a.example/x)", "http://a.example/x"},
		{"[http://a.example/x](", "http://a.example/x"},
		{"http://a.example/b_(c)", "http://a.example/b_(c)"},
		{"(http://a.example/b_(c)).", "http://a.example/b_(c)"},
		{"*http://a.example*", "http://a.example"},
		{"http://a.example/{{x}}", "http://a.example/{{x}}"},
		{"http://a.example http://b.example",
		 "http://a.example|http://b.example"},
		{"http://a.example/http://b.example",
		 "http://a.example/http://b.example"},
	};

	CHECK(rows);
}

static void
brackets_hold_it_together(void **state)
{
	static const struct row rows[] = {
		{"<http://a.example/x.>", "http://a.example/x."},
		{"<http://a.example/long\nline> http://b.example",
		 "http://b.example"},
		{"<http://a.example", ""},
	};

	CHECK(rows);
}

static void
what_is_none_is_passed_over(void **state)
{
	static const struct row rows[] = {
		{"", ""},
		{"http://", ""},
		{"https://...", ""},
		{"http:/a.example ftp://a.example", ""},
		{"xhttp://a.example", ""},
		{"shttps://a.example", ""},
		{"s://a.example :// : http", ""},
		{"http://a.example/\xc3\xa9", ""},
		{"http://a.example/\xe3\x80\x82 http://b.example",
		 "http://b.example"},
	};

	CHECK(rows);
}

/* In linear time: a mail of nothing but that is no way to stop the milter. */
static void
hostile_text_is_read_once(void **state)
{
	enum { LEN = 1 << 20 };
	static const char *const units[] = {
		"http://", "(", ")", "http://a)", "<http://a\n", "http://\xc3"};
	char *text = malloc(LEN);
	struct text_link link;

	for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
		size_t unit = strlen(units[u]), at = 0, before = 0;

		memcpy(text, "http://a", 8);
		for (size_t i = 8; i < LEN; i++)
			text[i] = units[u][i % unit];
		while (text_links_next(text, LEN, &at, &link)) {
			assert_true(link.start >= before);
			assert_true(link.end <= at && at <= LEN);
			before = link.end;
		}
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_url_ends_at_a_blank_and_before_what_ends_a_sentence),
		cmocka_unit_test(brackets_hold_it_together),
		cmocka_unit_test(what_is_none_is_passed_over),
		cmocka_unit_test(hostile_text_is_read_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
