/* classify_test.c - the kinds of reports, by messages of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "classify/classify.h"
#include "mail_sample.h"

static struct pool *pool;

static int
setup(void **state)
{
	(void)state;
	pool = pool_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pool_free(pool);
	return 0;
}

static struct classify_result
classify(const char *text)
{
	struct mail_sample sample;
	struct classify_result result;

	assert_true(sample_parse(&sample, pool, text, strlen(text)));
	assert_int_equal(classify_message(pool,
					  &(struct classify_mail){
						  .headers = &sample.headers,
						  .body = sample.body,
						  .body_len = sample.body_len},
					  &result, NULL),
			 SG_OK);
	return result;
}

/* A report as Postfix writes it, around these groups. */
static struct classify_result
classify_report(const char *notice, const char *groups)
{
	return classify(pool_printf(
		pool,
		"From: MAILER-DAEMON@mx.example.com\r\n"
		"Auto-Submitted: auto-replied\r\n"
		"Content-Type: multipart/report; "
		"report-type=delivery-status;\r\n"
		"\tboundary=\"b\"\r\n\r\n"
		"--b\r\nContent-Type: text/plain\r\n\r\n%s\r\n\r\n"
		"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
		"Reporting-MTA: dns; mx.example.com\r\n"
		"X-Postfix-Queue-ID: 4ABC\r\n"
		"X-Postfix-Sender: rfc822; bounce+x@bounces.example.com\r\n"
		"%s\r\n"
		"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
		"Message-ID:\r\n <1@example.com>\r\nTo: Ann "
		"<to@example.net>\r\n"
		"--b--\r\n",
		notice, groups));
}

static void
a_postfix_report_names_recipient_reason_and_message(void **state)
{
	struct classify_result result = classify_report(
		"I'm sorry",
		"\r\nFinal-Recipient: rfc822; ann@example.net\r\n"
		"Original-Recipient: rfc822;ann@example.net\r\n"
		"Action: failed\r\nStatus: 5.1.1\r\n"
		"Diagnostic-Code: smtp; 550 5.1.1 <ann@example.net>: User\r\n"
		"    unknown\r\n");

	(void)state;
	assert_int_equal(result.kind, CLASSIFY_BOUNCE);
	assert_int_equal(result.n_recipients, 1);
	assert_string_equal(result.recipients[0].address, "ann@example.net");
	assert_string_equal(result.recipients[0].final, "");
	assert_string_equal(result.recipients[0].status, "5.1.1");
	assert_string_equal(result.recipients[0].diagnostic,
			    "550 5.1.1 <ann@example.net>: User unknown");
	assert_int_equal(result.recipients[0].reason, BOUNCE_USER_UNKNOWN);
	assert_int_equal(result.recipients[0].class, BOUNCE_CLASS_HARD);
	assert_string_equal(result.message_id, "<1@example.com>");
	assert_string_equal(result.queue_id, "4ABC");
	assert_string_equal(result.sender, "bounce+x@bounces.example.com");
	assert_non_null(strstr(result.evidence, "Status: 5.1.1"));
	assert_true(result.confidence > 0.9);
}

static void
several_recipients_have_each_their_own_fate(void **state)
{
	struct classify_result result = classify_report(
		"x",
		"\r\nFinal-Recipient: rfc822; a@x.example\r\nAction: "
		"delivered\r\n"
		"Status: 2.0.0\r\n"
		"\r\nFinal-Recipient: rfc822; b@x.example\r\nAction: failed\r\n"
		"Status: 5.2.2\r\n"
		"\r\nFinal-Recipient: rfc822; c@x.example\r\nAction: "
		"delayed\r\n"
		"Status: 4.4.1\r\n"
		"Final-Recipient: rfc822; d@x.example\r\nAction: expanded\r\n");

	(void)state;
	assert_int_equal(result.kind, CLASSIFY_BOUNCE);
	assert_int_equal(result.n_recipients, 4);
	assert_int_equal(result.recipients[0].kind, CLASSIFY_DELIVERED);
	assert_int_equal(result.recipients[0].class, BOUNCE_CLASS_NONE);
	assert_int_equal(result.recipients[1].kind, CLASSIFY_BOUNCE);
	assert_int_equal(result.recipients[1].reason, BOUNCE_MAILBOX_FULL);
	assert_int_equal(result.recipients[1].class, BOUNCE_CLASS_SOFT);
	assert_int_equal(result.recipients[2].kind, CLASSIFY_DELAY);
	assert_int_equal(result.recipients[2].class, BOUNCE_CLASS_NONE);
	assert_int_equal(result.recipients[3].kind, CLASSIFY_DELIVERED);
}

static void
a_delay_is_no_bounce(void **state)
{
	struct classify_result result = classify_report(
		"still trying", "\r\nFinal-Recipient: rfc822; "
				"a@x.example\r\nAction: Delayed\r\n"
				"Status: 4.4.1\r\n");

	(void)state;
	assert_int_equal(result.kind, CLASSIFY_DELAY);
	assert_int_equal(result.recipients[0].class, BOUNCE_CLASS_NONE);
}

static void
the_original_recipient_goes_before_the_final_one(void **state)
{
	struct classify_result result = classify_report(
		"x", "\r\nFinal-Recipient: rfc822; elsewhere@y.example\r\n"
		     "Original-Recipient: rfc822; ann+2Bnews+3D1@x.example\r\n"
		     "Action: failed\r\nStatus: 5.1.1\r\n");

	(void)state;
	assert_string_equal(result.recipients[0].address,
			    "ann+news=1@x.example");
	assert_string_equal(result.recipients[0].final, "elsewhere@y.example");
}

static void
addresses_come_in_several_types(void **state)
{
	struct classify_result result = classify_report(
		"x", "\r\nFinal-Recipient: utf-8; j\\x{F6}rg@x.example\r\n"
		     "Action: failed\r\n"
		     "\r\nFinal-Recipient: RFC822;<b@x.example>\r\nAction: "
		     "failed\r\n"
		     "\r\nFinal-Recipient: c@x.example\r\nAction: failed\r\n"
		     "\r\nFinal-Recipient: rfc822; ann+2B@x.example\r\n"
		     "Original-Recipient: rfc822; ann+2B@x.example\r\n"
		     "Action: failed\r\n");

	(void)state;
	assert_int_equal(result.n_recipients, 4);
	assert_string_equal(result.recipients[0].address,
			    "j\xc3\xb6rg@x.example");
	assert_string_equal(result.recipients[1].address, "b@x.example");
	assert_string_equal(result.recipients[2].address, "c@x.example");
	assert_string_equal(result.recipients[3].address, "ann+2B@x.example");
}

static void
the_reply_s_own_status_refines_a_bare_one(void **state)
{
	struct classify_result result = classify_report(
		"x", "\r\nFinal-Recipient: rfc822; a@x.example\r\n"
		     "Action: failed\r\nStatus: 5.0.0 (failure)\r\n"
		     "Diagnostic-Code: smtp;550-5.2.1 from 192.0.2.1\r\n");

	(void)state;
	assert_string_equal(result.recipients[0].status, "5.2.1");
}

static void
the_notice_tells_what_the_fields_leave_out(void **state)
{
	struct classify_result result =
		classify_report("<a@x.example>: 552 over quota",
				"\r\nFinal-Recipient: rfc822; a@x.example\r\n"
				"Action: failed\r\nStatus: 5.0.0\r\n");

	(void)state;
	assert_int_equal(result.recipients[0].reason, BOUNCE_MAILBOX_FULL);
	assert_string_equal(result.recipients[0].diagnostic, "552 over quota");
}

static void
a_report_without_recipients_is_read_from_its_words(void **state)
{
	struct classify_result bounce =
		classify_report("550 5.1.1 user unknown", "");
	struct classify_result delay = classify_report(
		"This is a warning only: delivery is delayed", "");

	(void)state;
	assert_int_equal(bounce.kind, CLASSIFY_BOUNCE);
	assert_int_equal(bounce.n_recipients, 1);
	assert_string_equal(bounce.recipients[0].address, "to@example.net");
	assert_int_equal(bounce.recipients[0].reason, BOUNCE_USER_UNKNOWN);
	assert_true(bounce.confidence < 0.7);
	assert_int_equal(delay.kind, CLASSIFY_DELAY);
}

static struct classify_result
classify_feedback(const char *type)
{
	return classify(pool_printf(
		pool,
		"Content-Type: multipart/report; report-type=feedback-report; "
		"boundary=b\n\n"
		"--b\nContent-Type: text/plain\n\nspam!\n"
		"--b\nContent-Type: message/feedback-report\n\n"
		"Feedback-Type: %s\nUser-Agent: Reporter/1.0\nVersion: 1\n"
		"Original-Rcpt-To: <ann@example.net>\n"
		"Original-Rcpt-To: ben@example.net\n\n"
		"--b\nContent-Type: message/rfc822\n\n"
		"Message-ID: <1@example.com>\n\nx\n--b--\n",
		type));
}

static void
feedback_is_told_by_its_type(void **state)
{
	struct classify_result result = classify_feedback("Abuse");

	(void)state;
	assert_int_equal(result.kind, CLASSIFY_COMPLAINT);
	assert_string_equal(result.feedback_type, "abuse");
	assert_string_equal(result.user_agent, "Reporter/1.0");
	assert_int_equal(result.n_recipients, 2);
	assert_string_equal(result.recipients[1].address, "ben@example.net");
	assert_int_equal(result.recipients[1].class, BOUNCE_CLASS_NONE);
	assert_string_equal(result.message_id, "<1@example.com>");
	assert_int_equal(classify_feedback("opt-out").kind,
			 CLASSIFY_UNSUBSCRIBE);
	assert_int_equal(classify_feedback("auth-failure").kind,
			 CLASSIFY_AUTHREPORT);
	assert_int_equal(classify_feedback("fraud").kind, CLASSIFY_COMPLAINT);
}

static void
a_read_receipt_is_an_mdn(void **state)
{
	struct classify_result result = classify(
		"Content-Type: multipart/report; boundary=b\n\n"
		"--b\nContent-Type: message/disposition-notification\n\n"
		"Final-Recipient: rfc822;ann@example.net\n"
		"Original-Message-ID: <1@example.com>\n"
		"Disposition: manual-action/MDN-sent-manually; displayed\n"
		"--b--\n");

	(void)state;
	assert_int_equal(result.kind, CLASSIFY_MDN);
	assert_string_equal(result.message_id, "<1@example.com>");
	assert_string_equal(result.recipients[0].address, "ann@example.net");
}

static void
mail_that_carries_a_report_inside_is_normal(void **state)
{
	struct classify_result result = classify(
		"Content-Type: multipart/mixed; boundary=a\n\n"
		"--a\nContent-Type: text/plain\n\nlook at this bounce\n"
		"--a\nContent-Type: message/rfc822\n\n"
		"Content-Type: multipart/report; boundary=b\n\n"
		"--b\nContent-Type: message/delivery-status\n\n"
		"Reporting-MTA: dns; x\n\n"
		"Final-Recipient: rfc822; ann@example.net\nAction: failed\n"
		"--b--\n--a--\n");

	(void)state;
	assert_int_equal(result.kind, CLASSIFY_NORMAL);
	assert_int_equal(result.n_recipients, 0);
	assert_int_equal(classify("Subject: Hi\n\nuser unknown\n").kind,
			 CLASSIFY_NORMAL);
}

static void
recipients_past_the_bound_are_not_listed(void **state)
{
	struct buf groups = BUF_INIT;
	struct classify_result result;
	unsigned i;

	(void)state;
	for (i = 0; i < CLASSIFY_RECIPIENTS_MOST + 20; i++)
		buf_printf(&groups,
			   "\r\nFinal-Recipient: rfc822; a%u@x.example\r\n"
			   "Action: failed\r\nStatus: 5.1.1\r\n",
			   i);
	result = classify_report("x", groups.data);
	assert_int_equal(result.n_recipients, CLASSIFY_RECIPIENTS_MOST);
	buf_done(&groups);
}

#define WITH_POOL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_POOL(a_postfix_report_names_recipient_reason_and_message),
		WITH_POOL(several_recipients_have_each_their_own_fate),
		WITH_POOL(a_delay_is_no_bounce),
		WITH_POOL(the_original_recipient_goes_before_the_final_one),
		WITH_POOL(addresses_come_in_several_types),
		WITH_POOL(the_reply_s_own_status_refines_a_bare_one),
		WITH_POOL(the_notice_tells_what_the_fields_leave_out),
		WITH_POOL(a_report_without_recipients_is_read_from_its_words),
		WITH_POOL(feedback_is_told_by_its_type),
		WITH_POOL(a_read_receipt_is_an_mdn),
		WITH_POOL(mail_that_carries_a_report_inside_is_normal),
		WITH_POOL(recipients_past_the_bound_are_not_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
