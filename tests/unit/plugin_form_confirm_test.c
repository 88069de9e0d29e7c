/* plugin_form_confirm_test.c - double opt-in: what is kept before, the mail
 * that is asked for, and what the button of its link does. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

static struct gate_aid *aid;

static const char settings[] =
	"form \"news\" {\n"
	"	title = \"Our <news>\"\n"
	"	fields = { \"first_name\", \"company\" }\n"
	"	lists = { \"news\", \"offers\" }\n"
	"	confirm = yes\n"
	"	template = \"welcome\"\n"
	"	consent = { \"opens\", \"clicks\" }\n"
	"	wording = \"I want your news & you may count.\"\n"
	"}\n"
	"form \"other\" { confirm = yes confirm_within = 1h }\n"
	"form \"plain\" { lists = { \"news\" } }\n";

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "form", settings);
	return 0;
}

static int
close_gate(void **state)
{
	(void)state;
	gate_aid_close(aid);
	return 0;
}

static int
post(const char *path, const char *body)
{
	return gate_aid_request(aid, "POST", path, URLENCODED, body);
}

static const struct signal *
kept(enum signal_kind kind)
{
	for (size_t i = 0; i < aid->n_signals; i++)
		if (aid->signals[i].kind == kind)
			return &aid->signals[i];
	fail_msg("nothing of kind %d was kept", (int)kind);
	return NULL;
}

/* /f/NAME/TOKEN of a submission so old. */
static const char *
link_of(const char *form, const char *payload, int64_t age_ms)
{
	const char *token =
		gate_aid_token(aid, TOKEN_CONFIRM, "ann@far.example",
			       message_id_new(clock_now() - age_ms), payload);

	return pool_printf(aid->pool, "/f/%s/%s", form, token);
}

static void
before_it_is_confirmed_nothing_can_be_taken_or_overwritten(void **state)
{
	(void)state;
	assert_int_equal(
		post("/f/news", "email=Ann%40far.example&first_name=Ann"), 200);
	assert_true(gate_aid_page_has(aid, "One more step"));
	gate_aid_signals(aid);
	gate_aid_prop_is(kept(SIGNAL_FIELD_SET), "only_if", "empty");
	gate_aid_prop_is(kept(SIGNAL_LIST_JOIN), "only_if", "not_left");
	gate_aid_prop_is(kept(SIGNAL_LIST_JOIN), "state", "unconfirmed");
	gate_aid_prop_is(kept(SIGNAL_LIST_JOIN), "wording",
			 "I want your news & you may count.");
	gate_aid_prop_is(kept(SIGNAL_LIST_JOIN), "source", "form news");
	gate_aid_prop_is(kept(SIGNAL_HAPPENED), "confirmed", "no");
	for (size_t i = 0; i < aid->n_signals; i++)
		assert_int_not_equal(aid->signals[i].kind, SIGNAL_CONSENT);
}

static void
a_mail_is_asked_for_in_the_same_write(void **state)
{
	const struct signal *mail;

	(void)state;
	assert_int_equal(
		gate_aid_request(aid, "POST", "/f/news",
				 "Content-Type: "
				 "application/x-www-form-urlencoded\n"
				 "Accept-Language: de\n",
				 "email=Ann%40far.example&first_name=Evil%0a"),
		200);
	gate_aid_signals(aid);
	mail = kept(SIGNAL_MAIL);
	assert_string_equal(mail->key, "ann@far.example");
	gate_aid_prop_is(mail, "template", "welcome");
	gate_aid_prop_is(mail, "title", "Our <news>");
	gate_aid_prop_is(mail, "language", "de");
	gate_aid_prop_is(mail, "path", "/f/news/");
	gate_aid_prop_is(mail, "payload", "news");
	assert_string_equal(signal_get(mail, "id"),
			    signal_get(kept(SIGNAL_HAPPENED), "submission"));
	/* Nothing that was typed is mailed to an address that was typed. */
	for (size_t i = 0; i < mail->n_props; i++)
		assert_null(strstr(mail->props[i].value, "Evil"));
}

static void
a_plain_form_asks_for_no_mail(void **state)
{
	(void)state;
	assert_int_equal(post("/f/plain", "email=ann%40far.example"), 200);
	gate_aid_signals(aid);
	for (size_t i = 0; i < aid->n_signals; i++)
		assert_int_not_equal(aid->signals[i].kind, SIGNAL_MAIL);
	assert_null(signal_get(kept(SIGNAL_LIST_JOIN), "state"));
}

static void
opening_the_link_changes_nothing(void **state)
{
	const char *path = link_of("news", "news", 1000);

	(void)state;
	assert_int_equal(gate_aid_request(aid, "GET", path, "", NULL), 200);
	assert_true(gate_aid_page_has(aid, "Is this your address?"));
	assert_true(gate_aid_page_has(aid, "Our &lt;news&gt;"));
	assert_true(gate_aid_page_has(aid, "<button>"));
	assert_int_equal(gate_aid_request(aid, "HEAD", path, "", NULL), 200);
	assert_int_equal(post(path, "something=else"), 200);
	assert_int_equal(gate_aid_request(aid, "POST", path,
					  "Content-Type: application/"
					  "x-www-form-urlencoded\n"
					  "User-Agent: Googlebot/2.1\n",
					  "how=page"),
			 200);
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
the_button_confirms_lists_consent_and_fields(void **state)
{
	uint64_t id = message_id_new(clock_now() - 60000);
	char submission[17];
	const char *path =
		pool_printf(aid->pool, "/f/news/%s",
			    gate_aid_token(aid, TOKEN_CONFIRM,
					   "ann@far.example", id, "news"));

	(void)state;
	snprintf(submission, sizeof(submission), "%016" PRIx64, id);
	assert_int_equal(post(path, "how=page"), 200);
	assert_true(gate_aid_page_has(aid, "Your address is confirmed"));
	assert_int_equal(gate_aid_signals(aid), 6);
	for (size_t i = 0; i < 6; i++) {
		assert_true(aid->signals[i].record_key ==
			    gate_aid_record_key(aid, "ann@far.example"));
		/* Pressed twice is pressed once. */
		assert_true(aid->signals[i].external_id != 0);
	}
	assert_int_equal(aid->signals[0].kind, SIGNAL_UNSUPPRESS);
	gate_aid_prop_is(kept(SIGNAL_LIST_CONFIRM), "list", "news");
	gate_aid_prop_is(kept(SIGNAL_LIST_CONFIRM), "how", "double opt-in");
	assert_null(signal_get(kept(SIGNAL_LIST_CONFIRM), "only_if"));
	gate_aid_prop_is(kept(SIGNAL_CONSENT), "what", "opens");
	gate_aid_prop_is(kept(SIGNAL_CONSENT), "state", "granted");
	gate_aid_prop_is(kept(SIGNAL_CONSENT), "source",
			 "form news, confirmed by mail");
	gate_aid_prop_is(kept(SIGNAL_CONSENT), "wording",
			 "I want your news & you may count.");
	assert_string_equal(kept(SIGNAL_HAPPENED)->name, "form.confirmed");
	gate_aid_prop_is(kept(SIGNAL_HAPPENED), "submission", submission);
	gate_aid_prop_is(kept(SIGNAL_HAPPENED), "fields", "first_name company");
}

static void
a_link_that_is_old_or_another_forms_does_nothing(void **state)
{
	char *changed = (char *)(uintptr_t)link_of("news", "news", 1000);

	(void)state;
	changed[20] = changed[20] == 'A' ? 'B' : 'A';
	assert_int_equal(post(changed, "how=page"), 404);
	assert_int_equal(post(link_of("news", "other", 1000), "how=page"), 404);
	assert_int_equal(post(link_of("plain", "plain", 1000), "how=page"),
			 404);
	assert_int_equal(post(link_of("nobody", "nobody", 1), "how=page"), 404);
	assert_int_equal(post(link_of("other", "other", 3601000), "how=page"),
			 410);
	assert_int_equal(
		post(link_of("news", "news", 8 * CLOCK_DAY_MS), "how=page"),
		410);
	assert_int_equal(
		post(pool_printf(aid->pool, "/f/news/%s",
				 gate_aid_token(aid, TOKEN_UNSUBSCRIBE,
						"ann@far.example",
						message_id_new(clock_now()),
						"news")),
		     "how=page"),
		404);
	assert_int_equal(gate_aid_signals(aid), 0);
	assert_int_equal(post(link_of("other", "other", 1000), "how=page"),
			 200);
	assert_int_equal(gate_aid_signals(aid), 2);
}

int
main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		GATE_TEST(
			before_it_is_confirmed_nothing_can_be_taken_or_overwritten),
		GATE_TEST(a_mail_is_asked_for_in_the_same_write),
		GATE_TEST(a_plain_form_asks_for_no_mail),
		GATE_TEST(opening_the_link_changes_nothing),
		GATE_TEST(the_button_confirms_lists_consent_and_fields),
		GATE_TEST(a_link_that_is_old_or_another_forms_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
