/* mail_consent_test.c - which tracking a mail gets, by what the person said
 * and by what is meant for who said nothing. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static struct gate_aid *
open_gate(const char *consent)
{
	struct gate_aid *aid =
		gate_aid_open_with("https://t.example.com", NULL, consent);

	gate_aid_must_load(aid, "open", NULL);
	gate_aid_must_load(aid, "click", NULL);
	return aid;
}

/* What email.sent says that the mail carries, and that it does. */
static const char *
tracking_of(struct gate_aid *aid, const char *campaign, const char *from)
{
	static unsigned n;
	struct aid_mail mail = {
		.from = {.client_addr = "127.0.0.1"},
		.sender = "<news@lists.example.net>",
		.recipients = {"<Ann@Example.com>"},
		.message = pool_printf(
			aid->pool,
			"From: News <news@%s>\nMessage-ID: <%u@x>\n"
			"X-Scoregate-Campaign: %s\n"
			"Content-Type: text/html\n\n"
			"<a href=\"https://shop.example.com/\">x</a></body>\n",
			from, n++, campaign),
	};
	const char *said, *body;

	gate_aid_mail(aid, &mail);
	assert_int_equal(gate_aid_signals(aid), 1);
	said = signal_get(&aid->signals[0], "tracking");
	body = aid_new_body(aid, &mail);
	if (!body)
		body = mail.message;
	assert_int_equal(aid_count(body, "/o/") == 1,
			 strstr(said, "opens") != NULL);
	assert_int_equal(aid_count(body, "/c/") == 1,
			 strstr(said, "clicks") != NULL);
	gate_aid_mail_done(&mail);
	return said;
}

static void
set(struct gate_aid *aid, enum consent_what what, enum consent_state state)
{
	consent_set_put(aid->consents,
			gate_aid_record_key(aid, "ann@example.com"), what,
			state);
}

static void
what_is_denied_is_not_put_into_the_mail(void **state)
{
	struct gate_aid *aid = open_gate(NULL);

	(void)state;
	assert_string_equal(tracking_of(aid, "spring", "x.com"),
			    "opens,clicks");
	set(aid, CONSENT_OPENS, CONSENT_DENIED);
	assert_string_equal(tracking_of(aid, "spring", "x.com"), "clicks");
	set(aid, CONSENT_CLICKS, CONSENT_DENIED);
	assert_string_equal(tracking_of(aid, "spring", "x.com"), "none");
	set(aid, CONSENT_OPENS, CONSENT_GRANTED);
	assert_string_equal(tracking_of(aid, "spring", "x.com"), "opens");
	gate_aid_close(aid);
}

static void
who_said_nothing_is_spared_where_the_operator_says_so(void **state)
{
	struct gate_aid *aid =
		open_gate("unknown = spare\n"
			  "track_campaigns = { \"receipt*\" }\n"
			  "track_domains = { \"*.example.org\" }\n"
			  "spare_campaigns = { \"receipt-fr\" }\n"
			  "spare_domains = { \"fr.example.org\" }\n");

	(void)state;
	assert_string_equal(tracking_of(aid, "spring", "x.com"), "none");
	assert_string_equal(tracking_of(aid, "receipt-7", "x.com"),
			    "opens,clicks");
	assert_string_equal(tracking_of(aid, "receipt-fr", "x.com"), "none");
	assert_string_equal(tracking_of(aid, "spring", "a.example.org"),
			    "opens,clicks");
	assert_string_equal(tracking_of(aid, "spring", "fr.example.org"),
			    "none");
	assert_string_equal(tracking_of(aid, "receipt-7", "fr.example.org"),
			    "opens,clicks");
	set(aid, CONSENT_OPENS, CONSENT_GRANTED);
	assert_string_equal(tracking_of(aid, "spring", "x.com"), "opens");
	gate_aid_close(aid);
}

static void
a_hit_of_who_said_no_is_answered_and_not_kept(void **state)
{
	struct gate_aid *aid = open_gate(NULL);
	const char *open = pool_printf(
		aid->pool, "/o/%s.gif",
		gate_aid_token(aid, TOKEN_OPEN, "ann@example.com", 9, ""));
	const char *click =
		pool_printf(aid->pool, "/c/%s",
			    gate_aid_token(aid, TOKEN_CLICK, "ann@example.com",
					   9, "https://shop.example.com/"));

	(void)state;
	set(aid, CONSENT_OPENS, CONSENT_DENIED);
	assert_int_equal(gate_aid_request(aid, "GET", open, "", NULL), 200);
	assert_int_equal(gate_aid_signals(aid), 0);
	assert_int_equal(gate_aid_request(aid, "GET", click, "", NULL), 302);
	assert_int_equal(gate_aid_signals(aid), 1);
	set(aid, CONSENT_CLICKS, CONSENT_DENIED);
	assert_int_equal(gate_aid_request(aid, "GET", click, "", NULL), 302);
	assert_string_equal(gate_aid_reply_header(aid, "Location"),
			    "https://shop.example.com/");
	assert_int_equal(gate_aid_signals(aid), 0);
	gate_aid_close(aid);
}

static void
another_word_for_unknown_is_refused(void **state)
{
	struct gate_options options = {0};
	struct conf_section *conf;
	struct sg_gate *gate;
	struct sg_err err = {0};

	(void)state;
	assert_int_equal(conf_parse("c", "unknown = maybe", 1,
				    gate_consent_options, &conf, &err),
			 SG_OK);
	options.consent = conf;
	assert_int_equal(gate_open(&options, &gate, &err), SG_REFUSED);
	assert_non_null(strstr(err.text, "track or spare"));
	conf_free(conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_denied_is_not_put_into_the_mail),
		cmocka_unit_test(
			who_said_nothing_is_spared_where_the_operator_says_so),
		cmocka_unit_test(a_hit_of_who_said_no_is_answered_and_not_kept),
		cmocka_unit_test(another_word_for_unknown_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
