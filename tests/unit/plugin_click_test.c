/*
 * plugin_click_test.c - how long a target may be, and whom a click says who
 * comes; through the gate.
 */
#include "gate_aid.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { TARGET_MOST = 1500 };

static const char browser[] = "User-Agent: Mozilla/5.0 (X11; Linux) Firefox\n";

static struct gate_aid *aid;

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "click",
			   "identify = { \"https://shop.example.com\" }\n");
	return 0;
}

static int
close_gate(void **state)
{
	(void)state;
	gate_aid_close(aid);
	return 0;
}

/* As quoted-printable: nothing else may have lines so long. */
static const char *
in_lines(const char *text)
{
	struct buf buf = BUF_INIT;
	const char *copy;

	for (size_t i = 0, len = strlen(text); i < len; i += 70)
		buf_printf(&buf, "%.70s=\n", text + i);
	copy = pool_strdup(aid->pool, buf_text(&buf));
	buf_done(&buf);
	return copy;
}

static bool
is_tracked(size_t len)
{
	char target[TARGET_MOST + 2];
	struct aid_mail mail = {.sender = "news@example.com",
				.recipients = {"ann@example.com"}};
	const char *body;
	bool is;

	memset(target, 'a', len);
	memcpy(target, "https://a.example/", strlen("https://a.example/"));
	target[len] = '\0';
	mail.message = pool_printf(aid->pool,
				   "From: news@example.com\n"
				   "X-Scoregate-Campaign: spring\n"
				   "Content-Type: text/html\n"
				   "Content-Transfer-Encoding: "
				   "quoted-printable\n\n"
				   "<html><body><a href=3D\"=\n%s\">A</a>=\n"
				   "<a href=3D\"https://b.example/\">B</a>"
				   "</body></html>\n",
				   in_lines(target));
	gate_aid_mail(aid, &mail);
	body = aid_new_body(aid, &mail);
	assert_non_null(body); /* the other link always is */
	is = !strstr(body, "https://a.example/");
	gate_aid_mail_done(&mail);
	return is;
}

static void
a_target_of_more_than_1500_bytes_stays_untracked(void **state)
{
	(void)state;
	assert_true(is_tracked(100));
	assert_true(is_tracked(TARGET_MOST));
	assert_false(is_tracked(TARGET_MOST + 1));
}

static const char *
location_of(const char *target)
{
	const char *token =
		gate_aid_token(aid, TOKEN_CLICK, "ann@example.com", 77, target);

	assert_int_equal(
		gate_aid_request(aid, "GET",
				 pool_printf(aid->pool, "/c/%s", token),
				 browser, NULL),
		302);
	assert_string_equal(gate_aid_reply_header(aid, "Referrer-Policy"),
			    "no-referrer");
	return gate_aid_reply_header(aid, "Location");
}

static void
only_a_listed_site_of_ours_is_told_who_comes(void **state)
{
	static const char *const others[] = {
		"https://other.example.com/",
		"http://shop.example.com/",
		"https://shop.example.com.evil.test/",
		"https://shop.example.com@evil.test/",
		"https://xshop.example.com/",
		"https://shop.example.com:8443/",
	};
	const char *location;

	(void)state;
	location = location_of("https://shop.example.com/a?b=1#c");
	if (strncmp(location, "https://shop.example.com/a?b=1&sgi=", 35) != 0 ||
	    strcmp(location + strlen(location) - 2, "#c") != 0)
		fail_msg("%s", location);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_string_equal(location_of(others[i]), others[i]);
}

int
main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		GATE_TEST(a_target_of_more_than_1500_bytes_stays_untracked),
		GATE_TEST(only_a_listed_site_of_ours_is_told_who_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
