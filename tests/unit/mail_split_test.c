/* mail_split_test.c - mail to several recipients: passed, tracked as one, or
 * with a private copy each. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/split_copy.h"

#define HEAD                                  \
	"From: News <news@example.com>\n"     \
	"To: a@example.com, b@example.com,\n" \
	"\tc@example.com\n"                   \
	"X-Scoregate-Campaign: spring\n"      \
	"Message-ID: <1@example.com>\n"

#define BODY                                            \
	"Content-Type: text/html\n\n"                   \
	"<a href=\"https://shop.example.com/\">x</a>\n" \
	"</body>\n"

static struct gate_aid *
open_gate(const char *settings)
{
	struct gate_aid *aid = gate_aid_open("https://t.example.com", settings);

	gate_aid_must_load(aid, "open", NULL);
	gate_aid_must_load(aid, "click", NULL);
	gate_aid_must_load(aid, "bounce", NULL);
	gate_aid_must_load(aid, "unsubscribe", NULL);
	return aid;
}

static struct gate_aid *
open_splitting(void)
{
	return open_gate("multi_recipient = split\n"
			 "reinject = \"127.0.0.1:9\"\n");
}

static struct aid_mail
mail_to(const char *message, const char *a, const char *b, const char *c)
{
	struct aid_mail mail = {
		.from = {.client_addr = "127.0.0.1"},
		.sender = "<news@example.com>",
		.recipients = {a, b, c},
		.message = message,
	};

	return mail;
}

static struct aid_mail
to_three(const char *message)
{
	return mail_to(message, "<a@example.com>", "<b@example.com>",
		       "<c@example.com>");
}

/* "b@example.com c@example.com " */
static const char *
removed(struct gate_aid *aid, const struct aid_mail *mail)
{
	const char *all = "";

	for (size_t i = 0; i < mail->n_edits; i++)
		if (mail->edits[i].kind == SG_EDIT_RECIPIENT_REMOVE)
			all = pool_printf(aid->pool, "%s%s ", all,
					  mail->edits[i].value);
	return all;
}

static uint64_t
n_waiting(struct gate_aid *aid)
{
	struct split_status status;

	split_queue_get_status(gate_split(aid->gate), &status);
	return status.waiting;
}

static void
pass_changes_nothing_but_our_own_headers(void **state)
{
	struct gate_aid *aid = open_gate(NULL);
	struct aid_mail mail = to_three(HEAD BODY);

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_null(aid_new_body(aid, &mail));
	assert_null(aid_edit(&mail, SG_EDIT_SENDER, NULL));
	assert_int_equal(gate_aid_signals(aid), 0);
	gate_aid_mail_done(&mail);
	gate_aid_close(aid);
}

static void
message_counts_for_the_campaign_and_for_no_record(void **state)
{
	struct gate_aid *aid = open_gate("multi_recipient = message");
	struct aid_mail mail = to_three(HEAD BODY);
	const char *body, *token;

	(void)state;
	gate_aid_mail(aid, &mail);
	body = aid_new_body(aid, &mail);
	assert_int_equal(aid_count(body, "/o/"), 1);
	assert_int_equal(aid_count(body, "/c/"), 1);
	/* Nobody could be told who bounced, or who leaves. */
	assert_null(aid_edit(&mail, SG_EDIT_SENDER, NULL));
	assert_null(aid_edit(&mail, SG_EDIT_HEADER_ADD, "List-Unsubscribe"));
	assert_string_equal(removed(aid, &mail), "");
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].name, "email.sent");
	assert_int_equal(aid->signals[0].record_key, 0);
	assert_string_equal(aid->signals[0].key, "");
	token = pool_strdup(aid->pool, strstr(body, "/o/"));
	((char *)token)[strcspn(token, "\"")] = '\0';
	assert_int_equal(gate_aid_request(aid, "GET", token, "", NULL), 200);
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].name, "email.opened");
	assert_int_equal(aid->signals[0].record_key, 0);
	gate_aid_mail_done(&mail);
	/* One who says no says it for all. */
	consent_set_put(aid->consents,
			gate_aid_record_key(aid, "b@example.com"),
			CONSENT_OPENS, CONSENT_DENIED);
	mail = to_three("Message-ID: <2@example.com>\n" HEAD BODY);
	gate_aid_mail(aid, &mail);
	assert_int_equal(aid_count(aid_new_body(aid, &mail), "/o/"), 0);
	gate_aid_mail_done(&mail);
	gate_aid_close(aid);
}

static void
split_keeps_the_first_and_takes_the_others_over(void **state)
{
	struct gate_aid *aid = open_splitting();
	struct aid_mail mail = to_three(HEAD BODY);

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_string_equal(removed(aid, &mail),
			    "<b@example.com> <c@example.com> ");
	assert_non_null(aid_new_body(aid, &mail));
	assert_non_null(aid_edit(&mail, SG_EDIT_SENDER, NULL));
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].key, "a@example.com");
	assert_int_equal(n_waiting(aid), 2);
	assert_non_null(strstr(sg_mail_log_line(mail.mail), "split=2"));
	gate_aid_mail_done(&mail);
	gate_aid_close(aid);
}

static void
a_retry_is_recognised_recipient_by_recipient(void **state)
{
	struct gate_aid *aid = open_splitting();
	struct aid_mail mail = to_three(HEAD BODY);

	(void)state;
	gate_aid_mail(aid, &mail);
	gate_aid_mail_done(&mail);
	/* The same again: the MTA could not take it after all. */
	mail = to_three(HEAD BODY);
	gate_aid_mail(aid, &mail);
	assert_string_equal(removed(aid, &mail),
			    "<b@example.com> <c@example.com> ");
	assert_non_null(aid_new_body(aid, &mail));
	assert_int_equal(n_waiting(aid), 2);
	gate_aid_mail_done(&mail);
	/* In another order, and one more. */
	mail = mail_to(HEAD BODY, "<C@example.com>", "<a@example.com>",
		       "<d@example.com>");
	gate_aid_mail(aid, &mail);
	assert_string_equal(removed(aid, &mail),
			    "<C@example.com> <d@example.com> ");
	assert_int_equal(n_waiting(aid), 3);
	gate_aid_mail_done(&mail);
	/* Only some that were taken over, or only one: nothing is left. */
	mail = mail_to(HEAD BODY, "<c@example.com>", "<b@example.com>", NULL);
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_DISCARD);
	gate_aid_mail_done(&mail);
	mail = mail_to(HEAD BODY, "<b@example.com>", NULL, NULL);
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_DISCARD);
	gate_aid_mail_done(&mail);
	assert_int_equal(n_waiting(aid), 3);
	/* Another message is another message. */
	mail = mail_to("Message-ID: <2@x>\n" HEAD BODY, "<b@example.com>",
		       "<c@example.com>", NULL);
	gate_aid_mail(aid, &mail);
	assert_string_equal(removed(aid, &mail), "<c@example.com> ");
	gate_aid_mail_done(&mail);
	gate_aid_close(aid);
}

static void
who_is_named_twice_gets_one(void **state)
{
	struct gate_aid *aid = open_splitting();
	struct aid_mail mail = mail_to(HEAD BODY, "<a@example.com>",
				       "<A@EXAMPLE.com>", "<b@example.com>");

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_string_equal(removed(aid, &mail),
			    "<A@EXAMPLE.com> <b@example.com> ");
	assert_int_equal(n_waiting(aid), 1);
	gate_aid_mail_done(&mail);
	gate_aid_close(aid);
}

static void
what_cannot_be_told_from_its_retries_or_is_signed_passes(void **state)
{
	static const char *const messages[] = {
		"X-Scoregate-Campaign: x\nFrom: a@example.com\n" BODY,
		"DKIM-Signature: v=1; d=x; h=from; b=x\n" HEAD BODY,
		"ARC-Seal: i=1; b=x\n" HEAD BODY,
	};
	struct gate_aid *aid = open_splitting();
	struct aid_mail mail;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		mail = to_three(messages[i]);
		gate_aid_mail(aid, &mail);
		assert_string_equal(removed(aid, &mail), "");
		assert_null(aid_new_body(aid, &mail));
		gate_aid_mail_done(&mail);
	}
	assert_int_equal(n_waiting(aid), 0);
	assert_int_equal(gate_aid_signals(aid), 0);
	gate_aid_close(aid);
}

static bool
always(const char *step)
{
	(void)step;
	return true;
}

static void
when_nothing_can_be_kept_all_get_the_mail_as_it_came(void **state)
{
	struct gate_aid *aid = open_splitting();
	struct aid_mail mail = to_three(HEAD BODY);

	(void)state;
	split_step_hook = always;
	gate_aid_mail(aid, &mail);
	split_step_hook = NULL;
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_int_equal(mail.n_edits, 0);
	assert_int_equal(n_waiting(aid), 0);
	gate_aid_mail_done(&mail);
	/* … and the next try is taken over. */
	mail = to_three(HEAD BODY);
	gate_aid_mail(aid, &mail);
	assert_int_equal(n_waiting(aid), 2);
	gate_aid_mail_done(&mail);
	gate_aid_close(aid);
}

/* The others are with us by then: they must not get it from the MTA too. */
static void
who_was_taken_over_is_removed_though_the_first_is_in_trouble(void **state)
{
	struct gate_aid *aid = open_splitting();
	struct aid_mail mail = to_three(HEAD BODY);

	(void)state;
	gate_aid_must_load(aid, "always_fails", NULL);
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_int_equal(mail.n_edits, 2);
	assert_string_equal(removed(aid, &mail),
			    "<b@example.com> <c@example.com> ");
	gate_aid_mail_done(&mail);
	gate_aid_close(aid);
}

static void
assert_only_crlf(const struct buf *data)
{
	for (size_t i = 0; i < data->len; i++)
		if (data->data[i] == '\n')
			assert_true(i > 0 && data->data[i - 1] == '\r');
	assert_memory_equal(data->data + data->len - 2, "\r\n", 2);
}

static void
a_copy_is_instrumented_for_its_own_recipient(void **state)
{
	struct gate_aid *aid = open_splitting();
	struct aid_mail mail = to_three(HEAD BODY);
	struct split_queue *queue = gate_split(aid->gate);
	struct split_ready ready = {BUF_INIT, BUF_INIT};
	struct sg_err err = {0};
	struct split_job job;
	int64_t next_at;
	const char *text;

	(void)state;
	gate_aid_mail(aid, &mail);
	(void)gate_aid_signals(aid);
	assert_true(split_queue_take(queue, clock_now(), &job, &next_at));
	assert_int_equal(split_copy_make(aid->gate, queue, &job, &ready, &err),
			 SG_OK);
	text = buf_text(&ready.data);
	assert_memory_equal(text, "Received: by localhost (scoregate split)",
			    40);
	assert_only_crlf(&ready.data);
	assert_null(strstr(text, "X-Scoregate"));
	assert_non_null(strstr(text, "\r\nMessage-ID: <1@example.com>\r\n"));
	assert_non_null(strstr(text, "b@example.com,\r\n\tc@example.com\r\n"));
	assert_non_null(strstr(text, "\r\nList-Unsubscribe: <"));
	assert_int_equal(aid_count(text, "/o/"), 1);
	assert_int_equal(aid_count(text, "/c/"), 1);
	assert_memory_equal(buf_text(&ready.sender), "bounce+", 7);
	assert_string_not_equal(buf_text(&ready.sender),
				aid_edit(&mail, SG_EDIT_SENDER, NULL));
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].key, "b@example.com");
	assert_true(aid->signals[0].message_id ==
		    job.mail->copies[job.i].message_id);
	gate_aid_mail_done(&mail);

	/* Should `reinject` lead to this milter, it passes. */
	mail = mail_to(pool_printf(aid->pool, "%.*s\nMessage-ID: <1@x>\n%s",
				   (int)strcspn(text, "\r"), text,
				   "X-Scoregate-Campaign: x\n\nx\n"),
		       "<b@example.com>", NULL, NULL);
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_int_equal(mail.n_edits, 0);
	gate_aid_mail_done(&mail);
	buf_done(&ready.data);
	buf_done(&ready.sender);
	gate_aid_close(aid);
}

static void
a_bare_line_feed_in_a_body_cannot_speak_smtp(void **state)
{
	struct gate_aid *aid = open_splitting();
	struct aid_mail mail =
		to_three("X-Scoregate-Track: none\n" HEAD
			 "\nHello\n.\nMAIL FROM:<evil@example.com>\nno end");
	struct split_ready ready = {BUF_INIT, BUF_INIT};
	struct split_queue *queue = gate_split(aid->gate);
	struct split_job job;
	struct sg_err err;
	int64_t next_at;

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_true(split_queue_take(queue, clock_now(), &job, &next_at));
	assert_int_equal(split_copy_make(aid->gate, queue, &job, &ready, &err),
			 SG_OK);
	assert_only_crlf(&ready.data);
	assert_non_null(strstr(buf_text(&ready.data), "\r\n.\r\nMAIL FROM"));
	gate_aid_mail_done(&mail);
	buf_done(&ready.data);
	buf_done(&ready.sender);
	gate_aid_close(aid);
}

static void
the_settings_are_checked(void **state)
{
	static const char *const bad[] = {
		"multi_recipient = split",
		"multi_recipient = some",
		"multi_recipient = split\nreinject = \"localhost\"",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct gate_options options = {0};
		struct conf_section *conf;
		struct sg_gate *gate;
		struct sg_err err;

		assert_int_equal(conf_parse("c", bad[i], 1, gate_mail_options,
					    &conf, &err),
				 SG_OK);
		options.mail = conf;
		assert_int_equal(gate_open(&options, &gate, &err), SG_REFUSED);
		conf_free(conf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pass_changes_nothing_but_our_own_headers),
		cmocka_unit_test(
			message_counts_for_the_campaign_and_for_no_record),
		cmocka_unit_test(
			split_keeps_the_first_and_takes_the_others_over),
		cmocka_unit_test(a_retry_is_recognised_recipient_by_recipient),
		cmocka_unit_test(who_is_named_twice_gets_one),
		cmocka_unit_test(
			what_cannot_be_told_from_its_retries_or_is_signed_passes),
		cmocka_unit_test(
			when_nothing_can_be_kept_all_get_the_mail_as_it_came),
		cmocka_unit_test(
			who_was_taken_over_is_removed_though_the_first_is_in_trouble),
		cmocka_unit_test(a_copy_is_instrumented_for_its_own_recipient),
		cmocka_unit_test(a_bare_line_feed_in_a_body_cannot_speak_smtp),
		cmocka_unit_test(the_settings_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
