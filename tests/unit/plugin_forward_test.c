/*
 * plugin_forward_test.c - the send-to-a-friend page, through the gate into a
 * real spool.
 */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static struct gate_aid *aid;

static const char browser[] =
	"User-Agent: Mozilla/5.0 (X11; Linux) Firefox\n"
	"Content-Type: application/x-www-form-urlencoded\n";
static const char settings[] =
	"subject = \"Look & see\"\n"
	"text = \"What <b>I</b> read\"\n"
	"link = \"https://shop.example.com/?a=1&b=2\"\n"
	"campaign \"spring\" { link = \"https://shop.example.com/spring\" }\n";

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "reply", NULL);
	gate_aid_must_load(aid, "forward", settings);
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
page_of(enum token_kind kind, const char *campaign)
{
	return pool_printf(
		aid->pool, "/w/%s",
		gate_aid_token(aid, kind, "ann@example.com", 77, campaign));
}

static void
assert_page_has(const char *part)
{
	if (!strstr(gate_aid_body(aid), part))
		fail_msg("no \"%s\" in:\n%s", part, gate_aid_body(aid));
}

static void
getting_the_page_shows_what_the_friend_reads_and_changes_nothing(void **state)
{
	const char *path = page_of(TOKEN_FORWARD, "other");

	(void)state;
	assert_int_equal(gate_aid_request(aid, "GET", path, browser, NULL),
			 200);
	assert_page_has("<form method=\"post\">");
	assert_page_has("Look &amp; see");
	assert_page_has("What &lt;b&gt;I&lt;/b&gt; read");
	assert_page_has("https://shop.example.com/?a=1&amp;b=2");
	assert_null(strstr(gate_aid_body(aid), "<script"));
	assert_null(strstr(gate_aid_body(aid), "mailto:"));
	assert_non_null(strstr(gate_aid_reply_header(aid, "Cache-Control"),
			       "no-store"));
	assert_int_equal(gate_aid_request(aid, "HEAD", path, browser, NULL),
			 200);
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
the_button_keeps_one_signal_and_opens_the_reader_s_own_mail_program(
	void **state)
{
	(void)state;
	assert_int_equal(gate_aid_request(aid, "POST",
					  page_of(TOKEN_FORWARD, "other"),
					  browser, "how=page&website="),
			 200);
	assert_page_has("href=\"mailto:?subject=Look%20%26%20see&amp;body=What"
			"%20%3Cb%3EI%3C%2Fb%3E%20read%0D%0A%0D%0A"
			"https%3A%2F%2Fshop.example.com%2F%3Fa%3D1%26b%3D2"
			"%0D%0A\"");
	assert_page_has("What &lt;b&gt;I&lt;/b&gt; read\r\n\r\n"
			"https://shop.example.com/?a=1&amp;b=2\r\n</textarea>");
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].name, "email.forwarded");
	assert_string_equal(aid->signals[0].source, "forward");
	assert_string_equal(signal_get(&aid->signals[0], "how"), "page");
	assert_int_equal(aid->signals[0].n_props, 1 + 3); /* hit.… */
	assert_int_equal(aid->signals[0].message_id, 77);
	assert_true(aid->signals[0].record_key ==
		    gate_aid_record_key(aid, "ann@example.com"));
	assert_int_equal(aid->signals[0].verdict, VERDICT_HUMAN);
}

static void
a_campaign_of_its_own_passes_on_its_own_link(void **state)
{
	(void)state;
	gate_aid_request(aid, "GET", page_of(TOKEN_FORWARD, "spring"), browser,
			 NULL);
	assert_page_has("<p>https://shop.example.com/spring</p>");
	assert_page_has("Look &amp; see");
	gate_aid_request(aid, "GET", page_of(TOKEN_FORWARD, "sprin"), browser,
			 NULL);
	assert_page_has("<p>https://shop.example.com/?a=1&amp;b=2</p>");
}

static void
what_the_operator_leaves_open_is_in_the_reader_s_language(void **state)
{
	struct gate_aid *other = gate_aid_open("https://t.example.com", NULL);
	const char *path;

	(void)state;
	gate_aid_must_load(other, "reply", NULL);
	gate_aid_must_load(other, "forward",
			   "link = \"https://shop.example.com/\"\n");
	path = pool_printf(other->pool, "/w/%s",
			   gate_aid_token(other, TOKEN_FORWARD,
					  "ann@example.com", 77, ""));
	gate_aid_request(other, "GET", path,
			 "Accept-Language: fr;q=0.9, de-AT;q=0.8, en;q=0.3\n",
			 NULL);
	assert_non_null(strstr(gate_aid_body(other), "Sieh dir das an"));
	assert_non_null(strstr(gate_aid_body(other), "lang=\"de\""));
	gate_aid_request(other, "GET", path, "Accept-Language: de;q=0, *\n",
			 NULL);
	assert_non_null(strstr(gate_aid_body(other), "Have a look at this"));
	gate_aid_close(other);
}

/* The applier drops a second signal with the same external id. */
static void
pressing_twice_is_the_same_event_and_another_mail_is_not(void **state)
{
	const char *path = page_of(TOKEN_FORWARD, "");
	uint64_t first;

	(void)state;
	gate_aid_request(aid, "POST", path, browser, "how=page");
	gate_aid_request(aid, "POST", path, browser, "how=page");
	gate_aid_request(aid, "POST",
			 pool_printf(aid->pool, "/w/%s",
				     gate_aid_token(aid, TOKEN_FORWARD,
						    "ann@example.com", 78, "")),
			 browser, "how=page");
	assert_int_equal(gate_aid_signals(aid), 3);
	first = aid->signals[0].external_id;
	assert_true(first != 0);
	assert_true(aid->signals[1].external_id == first);
	assert_true(aid->signals[2].external_id != first);
}

static void
a_filled_hidden_field_is_a_machine_s(void **state)
{
	const char *path = page_of(TOKEN_FORWARD, "");

	(void)state;
	gate_aid_request(aid, "POST", path, browser,
			 "how=page&website=https%3A%2F%2Fspam.example");
	gate_aid_request(aid, "POST", path, browser, "how=page");
	assert_int_equal(gate_aid_signals(aid), 2);
	assert_int_equal(aid->signals[0].verdict, VERDICT_MACHINE);
	assert_string_equal(aid->signals[0].verdict_reason,
			    "filled a hidden field");
	assert_int_equal(aid->signals[0].n_props, 1 + 3); /* hit.… */
	assert_true(aid->signals[0].external_id != aid->signals[1].external_id);
}

static void
a_bad_token_or_one_of_another_kind_is_not_found(void **state)
{
	static const enum token_kind others[] = {TOKEN_OPEN, TOKEN_UNSUBSCRIBE,
						 TOKEN_CLICK, TOKEN_CONFIRM};
	char *path = (char *)(uintptr_t)page_of(TOKEN_FORWARD, "spring");

	(void)state;
	path[strlen(path) / 2] ^= 1;
	assert_int_equal(
		gate_aid_request(aid, "POST", path, browser, "how=page"), 404);
	assert_int_equal(
		gate_aid_request(aid, "POST", "/w/", browser, "how=page"), 404);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(gate_aid_request(aid, "POST",
						  page_of(others[i], ""),
						  browser, "how=page"),
				 404);
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
a_post_that_is_not_the_button_s_changes_nothing(void **state)
{
	const char *path = page_of(TOKEN_FORWARD, "");

	(void)state;
	assert_int_equal(gate_aid_request(aid, "POST", path, "", NULL), 400);
	assert_int_equal(gate_aid_request(aid, "POST", path, browser,
					  "to=friend%40example.com"),
			 400);
	assert_int_equal(gate_aid_request(aid, "PUT", path, browser, NULL),
			 405);
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
what_cannot_be_passed_on_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *settings, *words;
	} rows[] = {
		{"subject = \"x\"", "link"},
		{"link = \"javascript:alert(1)\"", "not an http(s) address"},
		{"link = \"https://x.test/\"\ncampaign \"a\" { link = \"x\" }",
		 "not an http(s) address"},
	};
	struct sg_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
			gate_aid_load(aid, "forward", rows[i].settings, &err),
			SG_REFUSED);
		if (!strstr(err.text, rows[i].words))
			fail_msg("no \"%s\" in: %s", rows[i].words, err.text);
	}
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
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		GATE_TEST(
			getting_the_page_shows_what_the_friend_reads_and_changes_nothing),
		GATE_TEST(
			the_button_keeps_one_signal_and_opens_the_reader_s_own_mail_program),
		GATE_TEST(a_campaign_of_its_own_passes_on_its_own_link),
		GATE_TEST(
			what_the_operator_leaves_open_is_in_the_reader_s_language),
		GATE_TEST(
			pressing_twice_is_the_same_event_and_another_mail_is_not),
		GATE_TEST(a_filled_hidden_field_is_a_machine_s),
		GATE_TEST(a_bad_token_or_one_of_another_kind_is_not_found),
		GATE_TEST(a_post_that_is_not_the_button_s_changes_nothing),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_passed_on_is_refused_with_its_line,
			open_empty, close_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
