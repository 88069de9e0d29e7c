/*
 * plugin_mail_hits_test.c - what comes back from a mail over the web: opens,
 * clicks, and leaving a list, through the gate into a real spool.
 */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static struct gate_aid *aid;

static const char browser[] = "User-Agent: Mozilla/5.0 (X11; Linux) Firefox\n";

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "open", NULL);
	gate_aid_must_load(aid, "click", NULL);
	gate_aid_must_load(aid, "unsubscribe", NULL);
	return 0;
}

static int
close_gate(void **state)
{
	(void)state;
	gate_aid_close(aid);
	return 0;
}

static const char *
path_of(const char *prefix, enum token_kind kind, const char *payload,
	const char *suffix)
{
	return pool_printf(
		aid->pool, "%s%s%s", prefix,
		gate_aid_token(aid, kind, "ann@example.com", 77, payload),
		suffix);
}

static void
assert_pixel(void)
{
	assert_int_equal(aid->reply.status, 200);
	assert_int_equal(aid->reply.fixed_len, 43);
	assert_memory_equal(aid->reply.fixed, "GIF89a", 6);
	assert_string_equal(gate_aid_reply_header(aid, "Content-Type"),
			    "image/gif");
	assert_non_null(strstr(gate_aid_reply_header(aid, "Cache-Control"),
			       "no-store"));
}

static void
the_pixel_answers_the_image_and_keeps_an_open(void **state)
{
	(void)state;
	gate_aid_request(aid, "GET", path_of("/o/", TOKEN_OPEN, "", ".gif"),
			 browser, NULL);
	assert_pixel();
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].name, "email.opened");
	assert_int_equal(aid->signals[0].message_id, 77);
	assert_true(aid->signals[0].record_key ==
		    gate_aid_record_key(aid, "Ann@example.com"));
	assert_int_equal(aid->signals[0].verdict, VERDICT_HUMAN);
	assert_string_equal(aid->signals[0].source, "open");
}

/* A reader must not learn whether a token is known. */
static void
a_bad_pixel_token_gets_the_same_image_and_no_signal(void **state)
{
	(void)state;
	gate_aid_request(aid, "GET", "/o/AAAA.gif", browser, NULL);
	assert_pixel();
	gate_aid_request(aid, "GET", "/o/", browser, NULL);
	assert_pixel();
	gate_aid_request(aid, "GET",
			 path_of("/o/", TOKEN_CLICK, "https://e.com", ".gif"),
			 browser, NULL);
	assert_pixel();
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
head_is_answered_and_is_never_a_signal(void **state)
{
	(void)state;
	gate_aid_request(aid, "HEAD", path_of("/o/", TOKEN_OPEN, "", ".gif"),
			 browser, NULL);
	assert_pixel();
	assert_int_equal(gate_aid_request(aid, "HEAD",
					  path_of("/c/", TOKEN_CLICK,
						  "https://e.com/", ""),
					  browser, NULL),
			 302);
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
each_hit_is_judged_and_kept_with_its_reason(void **state)
{
	static const struct {
		const char *headers;
		enum verdict verdict;
		const char *reason;
	} rows[] = {
		{"User-Agent: Mozilla/5.0\n", VERDICT_PROXY,
		 "apple privacy proxy"},
		{"User-Agent: Googlebot/2.1\n", VERDICT_MACHINE,
		 "declared bot"},
		{"User-Agent: Mozilla/5.0 (compatible; Foobot)\n",
		 VERDICT_MACHINE, "declared bot"},
		{"User-Agent: Mozilla/5.0 (X11)\nSec-Purpose: prefetch\n",
		 VERDICT_MACHINE, "prefetch header"},
		{"User-Agent: Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko "
		 "Firefox/11.0 (via ggpht.com GoogleImageProxy)\n",
		 VERDICT_HUMAN, ""},
		{"", VERDICT_HUMAN, ""},
	};
	const char *path = path_of("/o/", TOKEN_OPEN, "", ".gif");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		gate_aid_request(aid, "GET", path, rows[i].headers, NULL);
		assert_int_equal(gate_aid_signals(aid), 1);
		assert_int_equal(aid->signals[0].verdict, rows[i].verdict);
		assert_string_equal(aid->signals[0].verdict_reason,
				    rows[i].reason);
	}
}

static void
a_click_redirects_to_the_signed_target_and_is_kept(void **state)
{
	const char *target = "https://shop.example.com/a?b=c&d=%20#e";

	(void)state;
	assert_int_equal(
		gate_aid_request(aid, "GET",
				 path_of("/c/", TOKEN_CLICK, target, ""),
				 browser, NULL),
		302);
	assert_string_equal(gate_aid_reply_header(aid, "Location"), target);
	assert_string_equal(gate_aid_reply_header(aid, "Referrer-Policy"),
			    "no-referrer");
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].name, "email.clicked");
	assert_string_equal(signal_get(&aid->signals[0], "url"), target);
}

static void
an_unsigned_destination_is_never_followed(void **state)
{
	char *path = (char *)(uintptr_t)path_of(
		"/c/", TOKEN_CLICK, "https://shop.example.com/", "");

	(void)state;
	path[strlen(path) / 2] ^= 1;
	assert_int_equal(gate_aid_request(aid, "GET", path, browser, NULL),
			 404);
	assert_null(gate_aid_reply_header(aid, "Location"));
	assert_int_equal(gate_aid_request(aid, "GET",
					  "/c/https://evil.example/?u=x",
					  browser, NULL),
			 404);
	assert_int_equal(gate_aid_request(aid, "GET",
					  path_of("/c/", TOKEN_OPEN, "", ""),
					  browser, NULL),
			 404);
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
getting_the_unsubscribe_page_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(gate_aid_request(aid, "GET",
					  path_of("/u/", TOKEN_UNSUBSCRIBE,
						  "news<1>", ""),
					  browser, NULL),
			 200);
	assert_non_null(strstr(gate_aid_body(aid), "<form method=\"post\">"));
	assert_non_null(strstr(gate_aid_body(aid), "news&lt;1&gt;"));
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
assert_left(const char *how, const char *list)
{
	assert_int_equal(gate_aid_signals(aid), 2);
	assert_string_equal(aid->signals[0].name, "email.unsubscribed");
	assert_string_equal(signal_get(&aid->signals[0], "how"), how);
	assert_string_equal(signal_get(&aid->signals[0], "list"), list);
	assert_int_equal(aid->signals[1].kind, SIGNAL_LIST_LEAVE);
	assert_string_equal(aid->signals[1].name, "list.left");
	assert_string_equal(signal_get(&aid->signals[1], "list"), list);
	assert_int_equal(aid->signals[1].message_id, 77);
}

static void
one_click_leaves_without_redirect_or_cookie(void **state)
{
	(void)state;
	assert_int_equal(
		gate_aid_request(
			aid, "POST",
			path_of("/u/", TOKEN_UNSUBSCRIBE, "news", ""),
			"Content-Type: application/x-www-form-urlencoded\n",
			"List-Unsubscribe=One-Click"),
		200);
	assert_null(gate_aid_reply_header(aid, "Location"));
	assert_null(gate_aid_reply_header(aid, "Set-Cookie"));
	assert_left("one-click", "news");
}

/* RFC 8058 allows multipart/form-data too. */
static void
one_click_as_multipart_and_the_button_leave_too(void **state)
{
	const char *path = path_of("/u/", TOKEN_UNSUBSCRIBE, "", "");

	(void)state;
	assert_int_equal(
		gate_aid_request(
			aid, "POST", path,
			"Content-Type: multipart/form-data; boundary=x\n",
			"--x\r\nContent-Disposition: form-data; "
			"name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n"
			"--x--\r\n"),
		200);
	assert_left("one-click", "");
	assert_int_equal(
		gate_aid_request(
			aid, "POST", path,
			"Content-Type: application/x-www-form-urlencoded\n",
			"how=page"),
		200);
	assert_left("page", "");
}

static void
a_program_that_talks_json_is_answered_so(void **state)
{
	static const char json[] = "Content-Type: application/json\n"
				   "Accept-Language: de\n";
	const char *path = path_of("/u/", TOKEN_UNSUBSCRIBE, "news", "");

	(void)state;
	assert_int_equal(gate_aid_request(aid, "POST", path, json, "{}"), 400);
	assert_string_equal(gate_aid_reply_header(aid, "Content-Type"),
			    "application/problem+json");
	assert_non_null(strstr(gate_aid_body(aid),
			       "{\"type\":\"about:blank\",\"status\":400,"
			       "\"title\":\""));
	assert_int_equal(gate_aid_request(aid, "POST", path, json, "{"), 400);
	assert_non_null(strstr(gate_aid_body(aid), "\"status\":400"));
	assert_int_equal(gate_aid_request(aid, "GET", "/u/AAAA",
					  "Accept: application/json\n", NULL),
			 404);
	assert_non_null(strstr(gate_aid_body(aid), "\"status\":404"));
	assert_int_equal(gate_aid_signals(aid), 0);
	assert_int_equal(
		gate_aid_request(aid, "POST", path, json, "{\"how\":\"page\"}"),
		200);
	assert_string_equal(gate_aid_reply_header(aid, "Content-Type"),
			    "application/json");
	assert_non_null(
		strstr(gate_aid_body(aid), "{\"ok\":true,\"message\":\""));
	assert_left("page", "news");
}

static void
a_post_that_says_something_else_changes_nothing(void **state)
{
	const char *path = path_of("/u/", TOKEN_UNSUBSCRIBE, "", "");

	(void)state;
	assert_int_equal(gate_aid_request(aid, "POST", path, "", NULL), 400);
	assert_int_equal(
		gate_aid_request(
			aid, "POST", path,
			"Content-Type: application/x-www-form-urlencoded\n",
			"List-Unsubscribe=Later"),
		400);
	assert_int_equal(gate_aid_request(aid, "POST", "/u/AAAA", "", NULL),
			 404);
	assert_int_equal(gate_aid_request(aid, "PUT", path, "", NULL), 405);
	assert_int_equal(gate_aid_signals(aid), 0);
}

/* In the mail, and on the web: it leads nowhere, and tells on who follows. */
static void
the_link_that_nobody_sees_is_there_when_asked_for(void **state)
{
	struct aid_mail mail = {
		.sender = "news@example.com",
		.recipients = {"ann@example.com"},
		.message = "From: news@example.com\n"
			   "X-Scoregate-Campaign: spring\n"
			   "Content-Type: text/html\n\n"
			   "<html><body><a href=\"https://a.example/\">A</a>"
			   "</body></html>\n",
	};
	struct gate_aid *trap;
	const char *body, *link, *end;

	(void)state;
	trap = gate_aid_open("https://t.example.com", "honeypot = yes");
	gate_aid_must_load(trap, "click", NULL);
	gate_aid_mail(trap, &mail);
	body = aid_new_body(trap, &mail);
	assert_non_null(body);
	assert_int_equal(aid_count(body, "display:none"), 1);
	assert_int_equal(aid_count(body, "https://t.example.com/c/"), 2);
	link = strstr(strstr(body, "/c/") + 3, "/c/");
	end = strchr(link, '"');
	gate_aid_signals(trap); /* email.sent */
	assert_int_equal(gate_aid_request(trap, "GET",
					  pool_memdup(trap->pool, link,
						      (size_t)(end - link)),
					  browser, NULL),
			 404);
	assert_int_equal(gate_aid_signals(trap), 1);
	assert_string_equal(trap->signals[0].name, "email.trapped");
	assert_int_equal(trap->signals[0].verdict, VERDICT_MACHINE);
	assert_non_null(signal_get(&trap->signals[0], "hit.source"));
	gate_aid_mail_done(&mail);
	gate_aid_close(trap);
}

int
main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		GATE_TEST(the_pixel_answers_the_image_and_keeps_an_open),
		GATE_TEST(a_bad_pixel_token_gets_the_same_image_and_no_signal),
		GATE_TEST(head_is_answered_and_is_never_a_signal),
		GATE_TEST(each_hit_is_judged_and_kept_with_its_reason),
		GATE_TEST(a_click_redirects_to_the_signed_target_and_is_kept),
		GATE_TEST(an_unsigned_destination_is_never_followed),
		GATE_TEST(getting_the_unsubscribe_page_changes_nothing),
		GATE_TEST(one_click_leaves_without_redirect_or_cookie),
		GATE_TEST(one_click_as_multipart_and_the_button_leave_too),
		GATE_TEST(a_program_that_talks_json_is_answered_so),
		GATE_TEST(a_post_that_says_something_else_changes_nothing),
		cmocka_unit_test(
			the_link_that_nobody_sees_is_there_when_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
