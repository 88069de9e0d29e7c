/* mail_about_test.c - mail that comes in to others and may be about ours: what
 * is looked at, what is kept, and that it goes on as it came. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/clock.h"

static struct gate_aid *aid;

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "bounce", NULL);
	gate_aid_must_load(aid, "reply", NULL);
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

/* From ann@far.test in the envelope to bob@local.test; nothing is changed. */
static size_t
look(const char *sender, const char *message)
{
	struct aid_mail mail = {
		.from = {.client_addr = "192.0.2.7"},
		.sender = sender,
		.recipients = {"<bob@local.test>"},
		.message = message,
	};

	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_int_equal(mail.n_edits, 0);
	gate_aid_mail_done(&mail);
	return gate_aid_signals(aid);
}

static const char *
prop(const char *name)
{
	const char *value = signal_get(&aid->signals[0], name);

	return value ? value : "";
}

static void
an_answer_is_kept_with_what_the_store_must_be_asked(void **state)
{
	(void)state;
	assert_int_equal(
		look("<ann@far.test>",
		     "From: Ann <ann@far.test>\n"
		     "To: News <news@local.test>, Bob <bob@local.test>\n"
		     "Cc: cat@far.test\n"
		     "Subject: Re: Spring\n"
		     "Message-ID: <answer@far.test>\n"
		     "In-Reply-To: <3@local.test>\n"
		     "References: <1@local.test> <2@local.test>\n"
		     "\t<3@local.test>\n\n"
		     "Thanks\n"),
		1);
	assert_string_equal(aid->signals[0].name, "email.replied");
	assert_string_equal(prop("subject"), "Re: Spring");
	assert_string_equal(prop("from"), "ann@far.test");
	assert_string_equal(prop("to"), "bob@local.test, news@local.test, "
					"bob@local.test, cat@far.test");
	assert_string_equal(prop("about"),
			    "<3@local.test> <2@local.test> <1@local.test>");
	assert_true(aid->signals[0].external_id != 0);
	assert_int_equal(aid->signals[0].message_id, 0);
}

static void
mail_that_answers_nothing_is_not_even_looked_at(void **state)
{
	struct aid_mail mail = {
		.from = {.client_addr = "192.0.2.7"},
		.sender = "<ann@far.test>",
		.recipients = {"<bob@local.test>"},
		.message = "From: ann@far.test\nSubject: hello\n\nhello\n",
	};

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_headers.answer, SG_MAIL_ACCEPT);
	gate_aid_mail_done(&mail);
	assert_int_equal(gate_aid_signals(aid), 0);
}

/* What a trusted client submits goes out: that is no answer to us. */
static void
mail_that_goes_out_is_no_answer(void **state)
{
	struct aid_mail mail = {
		.from = {.client_addr = "127.0.0.1"},
		.sender = "<bob@local.test>",
		.recipients = {"<ann@far.test>"},
		.message =
			"From: bob@local.test\nIn-Reply-To: <1@x>\n\nhello\n",
	};

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_headers.answer, SG_MAIL_ACCEPT);
	gate_aid_mail_done(&mail);
	assert_int_equal(gate_aid_signals(aid), 0);
}

static void
the_body_of_an_answer_is_not_asked_for(void **state)
{
	struct aid_mail mail = {
		.from = {.client_addr = "192.0.2.7"},
		.sender = "<ann@far.test>",
		.recipients = {"<bob@local.test>"},
		.message = "From: ann@far.test\nIn-Reply-To: <1@x>\n\nhello\n",
	};

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_headers.answer, SG_MAIL_SKIP);
	gate_aid_mail_done(&mail);
	assert_int_equal(gate_aid_signals(aid), 1);
}

static void
a_program_that_answers_to_the_header_is_no_reply(void **state)
{
	(void)state;
	assert_int_equal(look("<ann@far.test>", "From: ann@far.test\n"
						"Auto-Submitted: auto-replied\n"
						"Subject: Out of office\n"
						"In-Reply-To: <1@local.test>\n"
						"\nback in May\n"),
			 1);
	assert_string_equal(aid->signals[0].name, "email.auto_replied");
	assert_string_equal(prop("about"), "<1@local.test>");
	assert_true(aid->signals[0].record_key ==
		    gate_aid_record_key(aid, "ann@far.test"));
}

static void
a_forward_names_what_is_attached_to_it(void **state)
{
	(void)state;
	assert_int_equal(look("<eve@other.test>",
			      "From: eve@other.test\n"
			      "Subject: Fwd: Spring\n"
			      "MIME-Version: 1.0\n"
			      "Content-Type: multipart/mixed; boundary=b\n\n"
			      "--b\nContent-Type: text/plain\n\nLook!\n"
			      "--b\nContent-Type: message/rfc822\n\n"
			      "Subject: Spring\n"
			      "Message-ID:\n <1@local.test>\n\nhello\n--b--\n"),
			 1);
	assert_string_equal(aid->signals[0].name, "email.forwarded");
	assert_string_equal(prop("about"), "<1@local.test>");
	assert_string_equal(prop("from"), "eve@other.test");
}

static void
a_forward_that_quotes_a_token_needs_no_message_id(void **state)
{
	const char *token = gate_aid_token(aid, TOKEN_CLICK, "ann@far.test", 71,
					   "https://shop.test/");
	char *half = pool_strdup(aid->pool, token);

	(void)state;
	/* Broken as quoted-printable breaks lines. */
	half[30] = '\0';
	assert_int_equal(
		look("<eve@other.test>",
		     pool_printf(aid->pool,
				 "From: eve@other.test\n"
				 "Subject: WG: Spring\n"
				 "Content-Type: text/html\n"
				 "Content-Transfer-Encoding: "
				 "quoted-printable\n\n"
				 "<a href=3D\"https://t.example.com/c/%s=\n"
				 "%s\">x</a>\n",
				 half, token + 30)),
		1);
	assert_string_equal(aid->signals[0].name, "email.forwarded");
	assert_int_equal(aid->signals[0].message_id, 71);
	assert_true(aid->signals[0].record_key ==
		    gate_aid_record_key(aid, "ann@far.test"));
}

static void
a_forged_token_in_a_forward_is_nothing(void **state)
{
	char *token =
		pool_strdup(aid->pool, gate_aid_token(aid, TOKEN_OPEN,
						      "ann@far.test", 71, ""));

	(void)state;
	token[10] = token[10] == 'A' ? 'B' : 'A';
	assert_int_equal(look("<eve@other.test>",
			      pool_printf(aid->pool,
					  "From: eve@other.test\n"
					  "Subject: Fwd: Spring\n\n"
					  "https://t.example.com/o/%s.gif\n",
					  token)),
			 0);
}

static const char *
feedback(const char *type)
{
	return pool_printf(
		aid->pool,
		"From: fbl@isp.test\nSubject: complaint\n"
		"Content-Type: multipart/report; report-type=feedback-report;\n"
		" boundary=b\n\n"
		"--b\nContent-Type: text/plain\n\nabuse\n"
		"--b\nContent-Type: message/feedback-report\n\n"
		"Feedback-Type: %s\nUser-Agent: isp/1\nVersion: 1\n\n"
		"--b\nContent-Type: message/rfc822\n\n"
		"Return-Path: <bounce+%s@bounces.example.com>\n"
		"Message-ID: <1@local.test>\nSubject: Spring\n\nhello\n"
		"--b--\n",
		type,
		gate_aid_token_base32(aid, TOKEN_BOUNCE, "ann@far.test", 71));
}

/* A provider's feedback goes to the address that was given to it. */
static void
a_complaint_is_known_by_the_token_it_quotes(void **state)
{
	(void)state;
	assert_int_equal(look("<fbl@isp.test>", feedback("abuse")), 3);
	assert_string_equal(aid->signals[0].name, "email.complained");
	assert_string_equal(prop("type"), "abuse");
	assert_true(aid->signals[0].record_key ==
		    gate_aid_record_key(aid, "ann@far.test"));
	assert_int_equal(aid->signals[0].message_id, 71);
	assert_int_equal(aid->signals[1].kind, SIGNAL_SUPPRESS);
	assert_int_equal(aid->signals[2].kind, SIGNAL_LIST_LEAVE);
}

static void
an_opt_out_is_known_by_the_token_it_quotes(void **state)
{
	(void)state;
	assert_int_equal(look("<fbl@isp.test>", feedback("opt-out")), 2);
	assert_string_equal(aid->signals[0].name, "email.unsubscribed");
	assert_string_equal(prop("how"), "report");
	assert_int_equal(aid->signals[1].kind, SIGNAL_LIST_LEAVE);
}

static void
a_report_about_authentication_is_only_a_report(void **state)
{
	(void)state;
	assert_int_equal(look("<fbl@isp.test>", feedback("auth-failure")), 0);
}

static void
a_read_receipt_is_matched_by_its_message(void **state)
{
	(void)state;
	assert_int_equal(look("<>",
			      "From: ann@far.test\nSubject: Read: Spring\n"
			      "Content-Type: multipart/report; boundary=b;\n"
			      " report-type=disposition-notification\n\n"
			      "--b\nContent-Type: text/plain\n\nread\n"
			      "--b\nContent-Type: "
			      "message/disposition-notification\n\n"
			      "Final-Recipient: rfc822;ann@far.test\n"
			      "Original-Message-ID: <1@local.test>\n"
			      "Disposition: manual-action/MDN-sent-manually;"
			      " displayed\n\n--b--\n"),
			 1);
	assert_string_equal(aid->signals[0].name, "email.read");
	assert_string_equal(prop("about"), "<1@local.test>");
	assert_true(aid->signals[0].record_key ==
		    gate_aid_record_key(aid, "ann@far.test"));
}

static void
of_a_large_forward_only_the_beginning_is_looked_at(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	buf_append_text(&text, "From: eve@other.test\nSubject: Fwd: x\n"
			       "In-Reply-To: <1@local.test>\n\n");
	while (text.len < 3 << 20)
		buf_append_text(&text, "what a long story this is\n");
	assert_int_equal(look("<eve@other.test>", buf_text(&text)), 1);
	buf_done(&text);
}

int
main(void)
{
#define LOOK(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		LOOK(an_answer_is_kept_with_what_the_store_must_be_asked),
		LOOK(mail_that_answers_nothing_is_not_even_looked_at),
		LOOK(mail_that_goes_out_is_no_answer),
		LOOK(the_body_of_an_answer_is_not_asked_for),
		LOOK(a_program_that_answers_to_the_header_is_no_reply),
		LOOK(a_forward_names_what_is_attached_to_it),
		LOOK(a_forward_that_quotes_a_token_needs_no_message_id),
		LOOK(a_forged_token_in_a_forward_is_nothing),
		LOOK(a_complaint_is_known_by_the_token_it_quotes),
		LOOK(an_opt_out_is_known_by_the_token_it_quotes),
		LOOK(a_report_about_authentication_is_only_a_report),
		LOOK(a_read_receipt_is_matched_by_its_message),
		LOOK(of_a_large_forward_only_the_beginning_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
