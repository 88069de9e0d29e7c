/*
 * plugin_page_test.c - what web pages tell (/e) and the script that tells it
 * (/t.js), through the gate into a real spool.
 */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define VISITOR "0123456789abcdef0123456789abcdef"
#define ORIGIN	"Origin: https://www.example.com\n"

static struct gate_aid *aid;

static const char browser[] =
	"User-Agent: Mozilla/5.0 (X11; Linux) Firefox\n" ORIGIN;
static const char settings[] =
	"origins = { \"https://www.example.com\", \"https://*.shop.test\" }\n"
	"events = { \"demo.requested\" }\n";

static int
open_with(const char *more)
{
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "page",
			   pool_printf(aid->pool, "%s%s", settings, more));
	return 0;
}

static int
open_gate(void **state)
{
	(void)state;
	return open_with("");
}

static int
open_consent(void **state)
{
	(void)state;
	return open_with("consent = yes\n");
}

static int
open_known_only(void **state)
{
	(void)state;
	return open_with("anonymous = no\n");
}

static int
open_slow(void **state)
{
	(void)state;
	return open_with("rate = 3\n");
}

static int
close_gate(void **state)
{
	(void)state;
	gate_aid_close(aid);
	return 0;
}

static int
post(const char *body)
{
	return gate_aid_request(aid, "POST", "/e", browser, body);
}

/* One event of this name, with more members, told by this token. */
static const char *
told(const char *name, const char *who, const char *more)
{
	return pool_printf(aid->pool,
			   "{\"id\":\"" VISITOR "\",\"who\":\"%s\",\"events\":"
			   "[{\"name\":\"%s\",\"url\":\"https://www.example."
			   "com/a?b=1#c\"%s}]}",
			   who, name, more);
}

static const char *
token(const char *kind, int64_t age_ms, const char *rest)
{
	return gate_aid_token(aid, TOKEN_VISITOR, "ann@example.com", 0,
			      pool_printf(aid->pool, "%s %lld%s", kind,
					  (long long)(clock_now() - age_ms),
					  rest));
}

static void
an_event_is_kept_under_the_visitor_s_number(void **state)
{
	const struct signal *one = &aid->signals[0];

	(void)state;
	assert_int_equal(post(told("page.visited", "",
				   ",\"ago\":1000,\"key\":\"x-1\",\"props\":[["
				   "\"title\",\"A & <b>\"]]")),
			 200);
	assert_string_equal(gate_aid_body(aid), "{}");
	assert_string_equal(
		gate_aid_reply_header(aid, "Access-Control-Allow-Origin"),
		"https://www.example.com");
	assert_null(gate_aid_reply_header(aid, "Set-Cookie"));
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(one->name, "page.visited");
	assert_int_equal(one->record_key, 0);
	assert_non_null(strstr(one->key, VISITOR));
	assert_string_equal(signal_get(one, "url"),
			    "https://www.example.com/a?b=1");
	assert_string_equal(signal_get(one, "title"), "A & <b>");
	assert_string_equal(signal_get(one, "visitor"), VISITOR);
	assert_true(one->happened_at <= one->received_at - 1000);
	assert_true(one->external_id != 0);
	assert_int_equal(one->verdict, VERDICT_HUMAN);
}

static void
a_click_s_token_says_who_and_the_browser_gets_one_to_keep(void **state)
{
	char *who, *end;

	(void)state;
	assert_int_equal(
		post(told("page.visited", token("click", 1000, ""), "")), 200);
	who = strstr(gate_aid_body(aid), "\"who\":\"");
	assert_non_null(who);
	who = pool_strdup(aid->pool, who + strlen("\"who\":\""));
	end = strchr(who, '"');
	*end = '\0';
	assert_int_equal(gate_aid_signals(aid), 3);
	assert_int_equal(aid->signals[0].kind, SIGNAL_FIELD_SET);
	assert_string_equal(signal_get(&aid->signals[0], "name"),
			    "external_id_visitor");
	assert_string_equal(signal_get(&aid->signals[0], "value"), VISITOR);
	assert_string_equal(aid->signals[1].name, "visitor.identified");
	assert_string_equal(aid->signals[2].name, "page.visited");
	assert_true(aid->signals[2].record_key ==
		    gate_aid_record_key(aid, "ann@example.com"));
	/* What it keeps is good, and in no other browser. */
	assert_int_equal(post(told("page.dwelled", who, "")), 200);
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_true(aid->signals[0].record_key ==
		    gate_aid_record_key(aid, "ann@example.com"));
	assert_int_equal(
		post(pool_printf(aid->pool,
				 "{\"id\":\"f%s\",\"who\":\"%s\",\"events\":[{"
				 "\"name\":\"page.visited\"}]}",
				 VISITOR + 1, who)),
		403);
	assert_non_null(strstr(gate_aid_body(aid), "\"forget\":true"));
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
a_bad_token_leaves_no_signal(void **state)
{
	const struct {
		const char *who;
	} rows[] = {
		{"x"},
		{token("click", 11 * 60 * 1000, "")},
		{token("click", -2 * 60 * 1000, "")},
		{token("seen", (int64_t)401 * 86400000, " " VISITOR)},
		{token("seen", 0, "")},
		{token("other", 0, "")},
		{gate_aid_token(aid, TOKEN_CLICK, "ann@example.com", 1,
				"click 1")},
		{gate_aid_token(aid, TOKEN_OPEN, "ann@example.com", 1, "")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(post(told("page.visited", rows[i].who, "")),
				 403);
		assert_non_null(strstr(gate_aid_body(aid), "\"forget\":true}"));
		assert_string_equal(gate_aid_reply_header(aid, "Content-Type"),
				    "application/problem+json");
	}
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
who_does_not_want_to_be_tracked_is_not(void **state)
{
	(void)state;
	consent_set_put(aid->consents,
			gate_aid_record_key(aid, "ann@example.com"),
			CONSENT_CLICKS, CONSENT_DENIED);
	assert_int_equal(post(told("page.visited", token("click", 1, ""), "")),
			 200);
	assert_string_equal(gate_aid_body(aid), "{\"forget\":true}");
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
only_the_operator_s_sites_are_listened_to(void **state)
{
	static const struct {
		const char *origin;
		int want;
	} rows[] = {
		{"Origin: https://www.example.com\n", 200},
		{"Origin: https://a.shop.test\n", 200},
		{"Origin: https://shop.test\n", 403},
		{"Origin: http://www.example.com\n", 403},
		{"Origin: https://www.example.com.evil.test\n", 403},
		{"Origin: https://evil.test/.shop.test\n", 403},
		{"Origin: null\n", 403},
		{"", 403},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(gate_aid_request(aid, "POST", "/e",
						  rows[i].origin,
						  told("page.visited", "", "")),
				 rows[i].want);
	assert_int_equal(gate_aid_signals(aid), 2);
	assert_int_equal(gate_aid_request(aid, "OPTIONS", "/e", ORIGIN, NULL),
			 204);
	assert_int_equal(gate_aid_request(aid, "GET", "/e", ORIGIN, NULL), 405);
	assert_int_equal(gate_aid_request(aid, "POST", "/else", ORIGIN, "{}"),
			 0);
}

static void
what_the_script_does_not_send_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"[]",
		"{}",
		"{\"id\":\"x\",\"events\":[]}",
		"{\"id\":\"" VISITOR "\",\"events\":[{\"name\":\"order.paid\"}"
		"]}",
		"{\"id\":\"" VISITOR "\",\"events\":[{}]}",
		"{\"id\":\"" VISITOR "\",\"events\":[{\"name\":\"page.visited\""
		",\"props\":[[\"url\",\"x\"]]}]}",
		"{\"id\":\"" VISITOR "\",\"events\":[{\"name\":\"page.visited\""
		",\"props\":[[\"A B\",\"x\"]]}]}",
		"{\"id\":\"" VISITOR "\",\"events\":[{\"name\":\"page.visited\""
		",\"props\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}]}",
		"{\"id\":\"\xff\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = post(rows[i]);

		if (status != 400 && status != 403)
			fail_msg("%d for %s", status, rows[i]);
	}
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
a_machine_s_visit_is_one_and_do_not_track_is_heeded(void **state)
{
	(void)state;
	gate_aid_request(aid, "POST", "/e",
			 "User-Agent: Googlebot/2.1\n" ORIGIN,
			 told("page.visited", "", ""));
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_int_equal(aid->signals[0].verdict, VERDICT_MACHINE);
}

static void
without_consent_nothing_is_kept_where_it_is_needed(void **state)
{
	const char *body = told("page.visited", "", "");

	(void)state;
	assert_int_equal(post(body), 200);
	assert_int_equal(
		post(pool_printf(aid->pool, "{\"consent\":false,%s", body + 1)),
		200);
	assert_int_equal(gate_aid_signals(aid), 0);
	assert_int_equal(
		post(pool_printf(aid->pool, "{\"consent\":true,%s", body + 1)),
		200);
	assert_int_equal(gate_aid_signals(aid), 1);
}

static void
who_is_not_known_is_not_kept_where_that_is_wanted(void **state)
{
	(void)state;
	assert_int_equal(post(told("page.visited", "", "")), 200);
	assert_int_equal(gate_aid_signals(aid), 0);
	assert_int_equal(post(told("page.visited", token("click", 1, ""), "")),
			 200);
	assert_int_equal(gate_aid_signals(aid), 3);
}

static void
too_many_requests_are_put_off(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(post(told("page.visited", "", "")), 200);
	assert_int_equal(post(told("page.visited", "", "")), 429);
	assert_non_null(gate_aid_reply_header(aid, "Retry-After"));
	assert_int_equal(gate_aid_signals(aid), 3);
}

static void
a_score_is_told_to_nobody_unless_said(void **state)
{
	(void)state;
	assert_int_equal(
		post(pool_printf(aid->pool,
				 "{\"id\":\"" VISITOR "\",\"who\":\"%s\","
				 "\"ask\":\"lead\"}",
				 token("seen", 0, " " VISITOR))),
		403);
	assert_non_null(strstr(gate_aid_body(aid), "\"status\":403"));
	assert_null(strstr(gate_aid_body(aid), "score\":"));
}

static void
the_script_is_small_cached_and_named_by_its_hash(void **state)
{
	const char *etag;
	struct sg_request request = {.size = sizeof(request),
				     .method = "GET",
				     .path = "snippet",
				     .query = ""};
	struct sg_reply reply;

	(void)state;
	assert_int_equal(gate_aid_request(aid, "GET", "/t.js", "", NULL), 200);
	etag = pool_strdup(aid->pool, gate_aid_reply_header(aid, "ETag"));
	assert_string_equal(gate_aid_reply_header(aid, "Cache-Control"),
			    "public, max-age=86400");
	assert_non_null(strstr(gate_aid_reply_header(aid, "Content-Type"),
			       "text/javascript"));
	assert_int_equal(
		gate_aid_request(
			aid, "GET", "/t.js",
			pool_printf(aid->pool, "If-None-Match: %s\n", etag),
			NULL),
		304);
	reply_init(&reply);
	assert_int_equal(
		gate_inspect(aid->gate, "page", &request, NULL, &reply), SG_OK);
	assert_non_null(
		strstr(buf_text(&reply.body), "https://t.example.com/t.js?v="));
	assert_non_null(strstr(buf_text(&reply.body), "integrity=\\\"sha256-"));
	reply_done(&reply);
}

static void
what_cannot_be_an_origin_or_an_event_is_refused_with_its_line(void **state)
{
	static const char *const rows[] = {
		"origins = { \"www.example.com\" }",
		"origins = { \"https://www.example.com/\" }",
		"score_origins = { \"*\" }",
		"events = { \"demo\" }",
		"events = { \"Demo Requested.now\" }",
		"rate = 0",
	};
	struct sg_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(gate_aid_load(aid, "page", rows[i], &err),
				 SG_REFUSED);
}

static int
open_empty(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	return 0;
}

int
main(void)
{
#define PAGE_TEST(f, open) cmocka_unit_test_setup_teardown(f, open, close_gate)
	const struct CMUnitTest tests[] = {
		PAGE_TEST(an_event_is_kept_under_the_visitor_s_number,
			  open_gate),
		PAGE_TEST(
			a_click_s_token_says_who_and_the_browser_gets_one_to_keep,
			open_gate),
		PAGE_TEST(a_bad_token_leaves_no_signal, open_gate),
		PAGE_TEST(who_does_not_want_to_be_tracked_is_not, open_gate),
		PAGE_TEST(only_the_operator_s_sites_are_listened_to, open_gate),
		PAGE_TEST(what_the_script_does_not_send_is_refused, open_gate),
		PAGE_TEST(a_machine_s_visit_is_one_and_do_not_track_is_heeded,
			  open_gate),
		PAGE_TEST(without_consent_nothing_is_kept_where_it_is_needed,
			  open_consent),
		PAGE_TEST(who_is_not_known_is_not_kept_where_that_is_wanted,
			  open_known_only),
		PAGE_TEST(too_many_requests_are_put_off, open_slow),
		PAGE_TEST(a_score_is_told_to_nobody_unless_said, open_gate),
		PAGE_TEST(the_script_is_small_cached_and_named_by_its_hash,
			  open_gate),
		PAGE_TEST(
			what_cannot_be_an_origin_or_an_event_is_refused_with_its_line,
			open_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
