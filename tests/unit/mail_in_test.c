/* mail_in_test.c - mail to our bounce and unsubscribe addresses. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
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

static void
reopen(const char *mail)
{
	gate_aid_close(aid);
	aid = gate_aid_open("https://t.example.com", mail);
	gate_aid_must_load(aid, "bounce", NULL);
	gate_aid_must_load(aid, "reply", NULL);
	gate_aid_must_load(aid, "unsubscribe", NULL);
}

static const char *
report_of(const char *address, const char *action, const char *status)
{
	return pool_printf(
		aid->pool,
		"From: MAILER-DAEMON@gw.test\n"
		"Subject: Undelivered Mail\n"
		"Auto-Submitted: auto-replied\n"
		"MIME-Version: 1.0\n"
		"Content-Type: multipart/report; report-type=delivery-status;\n"
		" boundary=b\n\n"
		"--b\nContent-Type: text/plain\n\nSorry.\n"
		"--b\nContent-Type: message/delivery-status\n\n"
		"Reporting-MTA: dns; gw.test\n\n"
		"Final-Recipient: rfc822; %s\n"
		"Action: %s\nStatus: %s\n"
		"Diagnostic-Code: smtp; 550 %s user unknown\n\n"
		"--b--\n",
		address, action, status, status);
}

static const char *
bounce_address(const char *brackets, int64_t sent_at)
{
	return pool_printf(
		aid->pool, "%.1sbounce+%s@Bounces.Example.com%s", brackets,
		gate_aid_token_base32(aid, TOKEN_BOUNCE, "ann@example.com",
				      message_id_new(sent_at)),
		brackets + (brackets[0] != '\0'));
}

static struct aid_mail
mail_to(const char *recipient, const char *message)
{
	struct aid_mail mail = {
		.from = {.client_addr = "192.0.2.7"},
		.sender = "<>",
		.recipients = {recipient},
		.message = message,
	};

	return mail;
}

static void
assert_bounced(const char *class, size_t n)
{
	assert_int_equal(gate_aid_signals(aid), n);
	assert_string_equal(aid->signals[0].name, "email.bounced");
	assert_string_equal(signal_get(&aid->signals[0], "class"), class);
	assert_true(aid->signals[0].record_key ==
		    gate_aid_record_key(aid, "ann@example.com"));
	assert_true(aid->signals[0].message_id != 0);
}

static void
a_bounce_is_kept_and_taken_and_suppresses(void **state)
{
	struct aid_mail mail =
		mail_to(bounce_address("<>", clock_now()),
			report_of("ann@example.com", "failed", "5.1.1"));
	struct gate_status status;

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_DISCARD);
	assert_bounced("hard", 2);
	assert_string_equal(signal_get(&aid->signals[0], "status"), "5.1.1");
	assert_string_equal(signal_get(&aid->signals[0], "reason"),
			    "user-unknown");
	assert_string_equal(signal_get(&aid->signals[0], "recipient"),
			    "ann@example.com");
	assert_int_equal(aid->signals[1].kind, SIGNAL_SUPPRESS);
	assert_string_equal(signal_get(&aid->signals[1], "reason"),
			    "hard-bounce");
	gate_get_status(aid->gate, &status);
	assert_int_equal(status.bounces_taken, 1);
	gate_aid_mail_done(&mail);
}

/* Relays fold the case of a local part. */
static void
the_address_is_read_without_regard_to_case(void **state)
{
	char *address = (char *)(uintptr_t)bounce_address("<>", clock_now());
	struct aid_mail mail = mail_to(
		address, report_of("ann@example.com", "failed", "5.1.1"));

	(void)state;
	for (char *c = address; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_DISCARD);
	assert_bounced("hard", 2);
	gate_aid_mail_done(&mail);
}

/* The MTA's own: no client, no angle brackets. */
static void
the_mtas_own_bounce_is_taken_too(void **state)
{
	struct aid_mail mail =
		mail_to(bounce_address("", clock_now()),
			report_of("ann@example.com", "failed", "4.2.2"));

	(void)state;
	mail.from.client_addr = NULL;
	mail.sender = "";
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_DISCARD);
	assert_bounced("soft", 1);
	gate_aid_mail_done(&mail);
}

static void
a_delay_is_taken_and_is_no_bounce(void **state)
{
	struct aid_mail mail =
		mail_to(bounce_address("<>", clock_now()),
			report_of("ann@example.com", "delayed", "4.4.1"));

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_DISCARD);
	assert_int_equal(gate_aid_signals(aid), 0);
	gate_aid_mail_done(&mail);
}

/* Who got one mail could write a report about anybody. */
static void
a_report_that_names_somebody_else_bounces_only_the_tokens_record(void **state)
{
	struct aid_mail mail =
		mail_to(bounce_address("<>", clock_now()),
			report_of("boss@example.net", "failed", "5.1.1"));

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_bounced("hard", 2);
	assert_string_equal(aid->signals[0].key, "");
	gate_aid_mail_done(&mail);
}

static void
text_of_an_unknown_form_from_nobody_is_a_soft_bounce(void **state)
{
	struct aid_mail mail =
		mail_to(bounce_address("<>", clock_now()),
			"Subject: returned\n\nI could not deliver it.\n");

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_DISCARD);
	assert_bounced("soft", 1);
	gate_aid_mail_done(&mail);
}

static void
a_bounce_in_the_form_of_its_mail_system_has_its_class(void **state)
{
	struct aid_mail mail = mail_to(
		bounce_address("<>", clock_now()),
		"From: MAILER-DAEMON@mx.far.test\n"
		"Subject: failure notice\n\n"
		"Hi. This is the qmail-send program at mx.far.test.\n"
		"I'm afraid I wasn't able to deliver your message to the "
		"following addresses.\n\n"
		"<ann@example.com>:\n"
		"192.0.2.1 does not like recipient.\n"
		"Remote host said: 550 5.1.1 No such user\n\n"
		"--- Below this line is a copy of the message.\n\n"
		"Message-ID: <1@example.com>\n\nx\n");

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_DISCARD);
	assert_bounced("hard", 2);
	assert_string_equal(signal_get(&aid->signals[0], "status"), "5.1.1");
	assert_string_equal(signal_get(&aid->signals[0], "reason"),
			    "user-unknown");
	assert_string_equal(signal_get(&aid->signals[0], "diagnostic"),
			    "550 5.1.1 No such user");
	gate_aid_mail_done(&mail);
}

static void
a_delay_in_words_changes_nothing(void **state)
{
	struct aid_mail mail = mail_to(
		bounce_address("<>", clock_now()),
		"From: MAILER-DAEMON@mx.far.test\n"
		"Subject: Warning: message 1abc delayed 24 hours\n\n"
		"A message that you sent has not yet been delivered to:\n\n"
		"  ann@example.com\n    550 5.1.1 not yet\n\n"
		"No action is required on your part.\n");

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_DISCARD);
	assert_int_equal(gate_aid_signals(aid), 0);
	gate_aid_mail_done(&mail);
}

static void
an_automatic_reply_is_a_signal_and_no_bounce(void **state)
{
	struct aid_mail mail =
		mail_to(bounce_address("<>", clock_now()),
			"From: Ann <ann@example.com>\n"
			"Subject: Out of office: News\n"
			"Auto-Submitted: auto-replied\n"
			"In-Reply-To: <1@example.com>\n\n"
			"I cannot be reached. Undeliverable until May 5.\n");

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_DISCARD);
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].name, "email.auto_replied");
	assert_string_equal(signal_get(&aid->signals[0], "subject"),
			    "Out of office: News");
	assert_true(aid->signals[0].record_key ==
		    gate_aid_record_key(aid, "ann@example.com"));
	assert_true(aid->signals[0].message_id != 0);
	gate_aid_mail_done(&mail);
}

static void
a_forged_address_is_refused_at_rcpt(void **state)
{
	char *address = (char *)(uintptr_t)bounce_address("<>", clock_now());
	struct aid_mail mail = mail_to(address, "\n");

	(void)state;
	address[20] = address[20] == 'a' ? 'b' : 'a';
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_recipient.answer, SG_MAIL_REJECT);
	assert_string_equal(mail.at_recipient.smtp_code, "550");
	gate_aid_mail_done(&mail);
	mail = mail_to("<bounce+@bounces.example.com>", "\n");
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_recipient.answer, SG_MAIL_REJECT);
	gate_aid_mail_done(&mail);
	/* Never the MTA's own mail: its bounce would be lost. */
	mail = mail_to(address, "\n");
	mail.from.client_addr = NULL;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_recipient.answer, SG_MAIL_CONTINUE);
	gate_aid_mail_done(&mail);
}

static void
an_expired_address_is_refused_at_rcpt(void **state)
{
	struct aid_mail mail = mail_to(
		bounce_address("<>", clock_now() - 31 * CLOCK_DAY_MS), "\n");

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_recipient.answer, SG_MAIL_REJECT);
	gate_aid_mail_done(&mail);
	mail = mail_to(bounce_address("<>", clock_now() - 29 * CLOCK_DAY_MS),
		       report_of("ann@example.com", "failed", "5.1.1"));
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_DISCARD);
	gate_aid_mail_done(&mail);
}

static void
other_addresses_of_the_bounce_domain_are_nobodys_business(void **state)
{
	struct aid_mail mail =
		mail_to("<postmaster@bounces.example.com>", "Subject: hi\n\n");

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_recipient.answer, SG_MAIL_CONTINUE);
	assert_int_equal(mail.at_headers.answer, SG_MAIL_ACCEPT);
	gate_aid_mail_done(&mail);
}

static void
with_other_recipients_only_ours_is_removed(void **state)
{
	struct aid_mail mail =
		mail_to("<bob@example.com>",
			report_of("ann@example.com", "failed", "5.1.1"));

	(void)state;
	mail.recipients[1] = bounce_address("<>", clock_now());
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_int_equal(mail.n_edits, 1);
	assert_string_equal(aid_edit(&mail, SG_EDIT_RECIPIENT_REMOVE, NULL),
			    mail.recipients[1]);
	assert_bounced("hard", 2);
	gate_aid_mail_done(&mail);
}

static void
bounces_can_be_kept_and_delivered_on(void **state)
{
	struct aid_mail mail;

	(void)state;
	reopen("keep_bounces = yes");
	mail = mail_to(bounce_address("<>", clock_now()),
		       report_of("ann@example.com", "failed", "5.1.1"));
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_int_equal(mail.n_edits, 0);
	assert_bounced("hard", 2);
	gate_aid_mail_done(&mail);
}

static void
ordinary_mail_to_a_bounce_address_is_never_lost(void **state)
{
	const char *message = "Subject: a question\n\nHow are you?\n";
	struct aid_mail mail =
		mail_to(bounce_address("<>", clock_now()), message);

	(void)state;
	mail.sender = "<ann@example.com>";
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_int_equal(mail.n_edits, 0);
	gate_aid_mail_done(&mail);
	reopen("verp_fallback = \"office@example.com\"");
	mail = mail_to(bounce_address("<>", clock_now()), message);
	mail.sender = "<ann@example.com>";
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_string_equal(aid_edit(&mail, SG_EDIT_RECIPIENT_ADD, NULL),
			    "office@example.com");
	assert_non_null(aid_edit(&mail, SG_EDIT_RECIPIENT_REMOVE, NULL));
	assert_int_equal(gate_aid_signals(aid), 0);
	gate_aid_mail_done(&mail);
}

static void
an_answer_goes_to_who_sent_the_message(void **state)
{
	uint64_t id = message_id_new(clock_now());
	const char *token =
		gate_aid_token_base32(aid, TOKEN_BOUNCE, "ann@example.com", id);
	struct aid_mail mail =
		mail_to(pool_printf(aid->pool,
				    "<bounce+%s@bounces.example.com>", token),
			"Subject: Re: hello\n\nThank you!\n");

	(void)state;
	gate_remember_sender(aid->gate, id, "news@example.com");
	mail.sender = "<ann@example.com>";
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_int_equal(mail.n_edits, 2);
	assert_string_equal(aid_edit(&mail, SG_EDIT_RECIPIENT_REMOVE, NULL),
			    mail.recipients[0]);
	assert_string_equal(aid_edit(&mail, SG_EDIT_RECIPIENT_ADD, NULL),
			    "news@example.com");
	assert_int_equal(gate_aid_signals(aid), 0);
	gate_aid_mail_done(&mail);
}

static void
mail_to_the_unsubscribe_address_leaves_all_lists(void **state)
{
	struct aid_mail mail = mail_to(
		pool_printf(aid->pool, "<leave+%s@bounces.example.com>",
			    gate_aid_token_base32(aid, TOKEN_UNSUBSCRIBE,
						  "ann@example.com", 77)),
		"Subject: unsubscribe\n\n");

	(void)state;
	mail.sender = "<ann@example.com>";
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_DISCARD);
	assert_int_equal(gate_aid_signals(aid), 2);
	assert_string_equal(aid->signals[0].name, "email.unsubscribed");
	assert_string_equal(signal_get(&aid->signals[0], "how"), "mail");
	assert_int_equal(aid->signals[1].kind, SIGNAL_LIST_LEAVE);
	gate_aid_mail_done(&mail);
}

/* A token of one kind is refused everywhere else. */
static void
a_bounce_token_does_not_unsubscribe(void **state)
{
	struct aid_mail mail = mail_to(
		pool_printf(aid->pool, "<leave+%s@bounces.example.com>",
			    gate_aid_token_base32(aid, TOKEN_BOUNCE,
						  "ann@example.com", 77)),
		"Subject: unsubscribe\n\n");

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_recipient.answer, SG_MAIL_REJECT);
	gate_aid_mail_done(&mail);
}

/* So that the MTA keeps it. */
static void
what_cannot_be_kept_is_tempfailed_when_it_is_only_ours(void **state)
{
	struct spool_options options = {
		.directory = pool_printf(aid->pool, "%s/full", aid->directory),
		.segment_bytes = 1 << 16,
		.max_bytes = 1,
		.sync_ms = 5};
	struct sg_err err;
	struct aid_mail mail;

	(void)state;
	spool_close(aid->spool);
	assert_int_equal(spool_open(&options, &aid->spool, &err), SG_OK);
	{
		struct gate_options gate = {.keys = aid->keys,
					    .spool = aid->spool,
					    .kinds = aid->kinds,
					    .bounce_domain =
						    "bounces.example.com"};

		gate_close(aid->gate);
		signal_kinds_free(aid->kinds);
		gate.kinds = aid->kinds = signal_kinds_new();
		assert_int_equal(gate_open(&gate, &aid->gate, &err), SG_OK);
	}
	gate_aid_must_load(aid, "bounce", NULL);
	mail = mail_to(bounce_address("<>", clock_now()),
		       report_of("ann@example.com", "failed", "5.1.1"));
	gate_aid_mail(aid, &mail);
	if (mail.at_end.answer == SG_MAIL_DISCARD) {
		/* The first may still fit. */
		gate_aid_mail_done(&mail);
		mail = mail_to(bounce_address("<>", clock_now()),
			       report_of("ann@example.com", "failed", "5.1.1"));
		gate_aid_mail(aid, &mail);
	}
	assert_int_equal(mail.at_end.answer, SG_MAIL_TEMPFAIL);
	gate_aid_mail_done(&mail);
	mail = mail_to("<bob@example.com>",
		       report_of("ann@example.com", "failed", "5.1.1"));
	mail.recipients[1] = bounce_address("<>", clock_now());
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_int_equal(mail.n_edits, 0);
	gate_aid_mail_done(&mail);
}

static const char *
report_with(const char *type, const char *part, const char *fields)
{
	return pool_printf(
		aid->pool,
		"From: someone@far.test\nSubject: a report\n"
		"Content-Type: multipart/report; report-type=%s; boundary=b\n\n"
		"--b\nContent-Type: text/plain\n\nwords\n"
		"--b\nContent-Type: message/%s\n\n%s\n--b--\n",
		type, part, fields);
}

static const struct {
	const char *what, *type, *part, *fields;
	const char *signal; /* the first one; NULL = none */
	size_t n_signals;
} taken_reports[] = {
	{"a notice of success", "delivery-status", "delivery-status",
	 "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; ann@example.com\n"
	 "Action: delivered\nStatus: 2.0.0\n",
	 NULL, 0},
	{"a relayed notice", "delivery-status", "delivery-status",
	 "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; ann@example.com\n"
	 "Action: relayed\nStatus: 2.0.0\n",
	 NULL, 0},
	{"a complaint", "feedback-report", "feedback-report",
	 "Feedback-Type: abuse\nUser-Agent: isp/1.0\nVersion: 1\n",
	 "email.complained", 3},
	{"fraud is a complaint", "feedback-report", "feedback-report",
	 "Feedback-Type: fraud\nUser-Agent: isp/1.0\nVersion: 1\n",
	 "email.complained", 3},
	{"virus is a complaint", "feedback-report", "feedback-report",
	 "Feedback-Type: virus\nUser-Agent: isp/1.0\nVersion: 1\n",
	 "email.complained", 3},
	{"opt-out unsubscribes", "feedback-report", "feedback-report",
	 "Feedback-Type: opt-out\nUser-Agent: isp/1.0\nVersion: 1\n",
	 "email.unsubscribed", 2},
	{"auth-failure is a report only", "feedback-report", "feedback-report",
	 "Feedback-Type: auth-failure\nUser-Agent: isp/1.0\nVersion: 1\n", NULL,
	 0},
	{"a read receipt", "disposition-notification",
	 "disposition-notification",
	 "Final-Recipient: rfc822; ann@example.com\n"
	 "Disposition: manual-action/MDN-sent-manually; displayed\n",
	 "email.read", 1},
};

static void
each_report_to_a_bounce_address_is_taken(void **state)
{
	struct aid_mail mail;

	(void)state;
	for (size_t i = 0; i < sizeof(taken_reports) / sizeof(*taken_reports);
	     i++) {
		mail = mail_to(bounce_address("<>", clock_now()),
			       report_with(taken_reports[i].type,
					   taken_reports[i].part,
					   taken_reports[i].fields));
		gate_aid_mail(aid, &mail);
		if (mail.at_end.answer != SG_MAIL_DISCARD)
			fail_msg("%s is not taken", taken_reports[i].what);
		if (gate_aid_signals(aid) != taken_reports[i].n_signals)
			fail_msg("%s: %zu signals", taken_reports[i].what,
				 aid->n_signals);
		if (taken_reports[i].signal)
			assert_string_equal(aid->signals[0].name,
					    taken_reports[i].signal);
		gate_aid_mail_done(&mail);
	}
}

static void
a_complaint_names_its_type_and_its_reporter(void **state)
{
	struct aid_mail mail =
		mail_to(bounce_address("<>", clock_now()),
			report_with("feedback-report", "feedback-report",
				    "Feedback-Type: abuse\n"
				    "User-Agent: isp/1.0\nVersion: 1\n"));

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(gate_aid_signals(aid), 3);
	assert_string_equal(signal_get(&aid->signals[0], "type"), "abuse");
	assert_string_equal(signal_get(&aid->signals[0], "user_agent"),
			    "isp/1.0");
	assert_string_equal(signal_get(&aid->signals[1], "reason"),
			    "complaint");
	assert_string_equal(signal_get(&aid->signals[2], "list"), "");
	gate_aid_mail_done(&mail);
}

/* A person's answer is a signal, and goes to who sent the message. */
static void
a_reply_to_a_bounce_address_is_a_signal_and_goes_on(void **state)
{
	uint64_t id = message_id_new(clock_now());
	struct aid_mail mail = mail_to(
		pool_printf(aid->pool, "<bounce+%s@bounces.example.com>",
			    gate_aid_token_base32(aid, TOKEN_BOUNCE,
						  "ann@example.com", id)),
		"From: Ann <Ann@Example.com>\nSubject: Re: hello\n"
		"In-Reply-To: <1@x>\n\nThank you!\n");

	(void)state;
	gate_remember_sender(aid->gate, id, "news@example.com");
	mail.sender = "<ann@example.com>";
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_string_equal(aid_edit(&mail, SG_EDIT_RECIPIENT_ADD, NULL),
			    "news@example.com");
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].name, "email.replied");
	assert_true(aid->signals[0].message_id == id);
	gate_aid_mail_done(&mail);
	/* From somebody else it is an answer of nobody we know. */
	mail.message = "From: eve@other.test\nSubject: Re: hello\n"
		       "In-Reply-To: <1@x>\n\nThank you!\n";
	gate_aid_mail(aid, &mail);
	assert_int_equal(gate_aid_signals(aid), 0);
	gate_aid_mail_done(&mail);
}

int
main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		GATE_TEST(a_bounce_is_kept_and_taken_and_suppresses),
		GATE_TEST(the_address_is_read_without_regard_to_case),
		GATE_TEST(the_mtas_own_bounce_is_taken_too),
		GATE_TEST(a_delay_is_taken_and_is_no_bounce),
		GATE_TEST(
			a_report_that_names_somebody_else_bounces_only_the_tokens_record),
		GATE_TEST(text_of_an_unknown_form_from_nobody_is_a_soft_bounce),
		GATE_TEST(
			a_bounce_in_the_form_of_its_mail_system_has_its_class),
		GATE_TEST(a_delay_in_words_changes_nothing),
		GATE_TEST(an_automatic_reply_is_a_signal_and_no_bounce),
		GATE_TEST(a_forged_address_is_refused_at_rcpt),
		GATE_TEST(an_expired_address_is_refused_at_rcpt),
		GATE_TEST(
			other_addresses_of_the_bounce_domain_are_nobodys_business),
		GATE_TEST(with_other_recipients_only_ours_is_removed),
		GATE_TEST(bounces_can_be_kept_and_delivered_on),
		GATE_TEST(ordinary_mail_to_a_bounce_address_is_never_lost),
		GATE_TEST(an_answer_goes_to_who_sent_the_message),
		GATE_TEST(mail_to_the_unsubscribe_address_leaves_all_lists),
		GATE_TEST(a_bounce_token_does_not_unsubscribe),
		GATE_TEST(each_report_to_a_bounce_address_is_taken),
		GATE_TEST(a_complaint_names_its_type_and_its_reporter),
		GATE_TEST(a_reply_to_a_bounce_address_is_a_signal_and_goes_on),
		GATE_TEST(
			what_cannot_be_kept_is_tempfailed_when_it_is_only_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
