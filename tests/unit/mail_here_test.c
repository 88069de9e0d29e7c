/* mail_here_test.c - our own mail, instrumented before it is sent: as the
 * milter does it, and only once. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "gate/mail_here.h"

#define FIELDS                            \
	"From: News <news@example.com>\n" \
	"To: ann@example.com\n"           \
	"Subject: Spring\n"               \
	"Message-ID: <1@example.com>\n"   \
	"X-Scoregate-Campaign: spring\n"  \
	"X-Scoregate-List: news\n"        \
	"MIME-Version: 1.0\n"
#define BODY                                              \
	"Content-Type: text/html; charset=utf-8\n\n"      \
	"<html><body><p>Good morning</p>\n"               \
	"<a href=\"https://shop.example.com/\">x</a>\n\n" \
	"</body></html>\n"

static struct gate_aid *aid;
static struct mail_made *made;

static int
open_with(const char *mail)
{
	aid = gate_aid_open("https://t.example.com", mail);
	gate_aid_must_load(aid, "open", NULL);
	gate_aid_must_load(aid, "click", NULL);
	gate_aid_must_load(aid, "bounce", NULL);
	gate_aid_must_load(aid, "unsubscribe", NULL);
	made = NULL;
	return 0;
}

static int
open_gate(void **state)
{
	(void)state;
	return open_with(NULL);
}

static int
close_gate(void **state)
{
	(void)state;
	mail_made_free(made);
	gate_aid_close(aid);
	return 0;
}

/* As a template gives it: CRLF, and the broadcast's own token. */
static const char *
with_crlf(const char *fields, const char *body)
{
	const char *token =
		gate_aid_token(aid, TOKEN_MESSAGE, "ann@example.com",
			       (uint64_t)1766000000000 << 16 | 7, "spring");
	const char *text =
		pool_printf(aid->pool, "%sX-Scoregate-Message: %s\n%s", fields,
			    token, body);
	char *crlf = pool_alloc(aid->pool, 2 * strlen(text) + 1), *to = crlf;

	for (; *text; *to++ = *text++)
		if (*text == '\n')
			*to++ = '\r';
	*to = '\0';
	return crlf;
}

static enum sg_status
make(const char *data, struct sg_err *err)
{
	struct mail_here from = {.sender = "news@example.com",
				 .recipient = "ann@example.com",
				 .data = data,
				 .len = strlen(data)};

	return mail_here_make(aid->gate, &from, &made, err);
}

static const char *
must_make(const char *data)
{
	struct sg_err err = {.text = ""};

	if (make(data, &err) != SG_OK)
		fail_msg("%s", err.text);
	return buf_text(&made->data);
}

static void
keep(void)
{
	struct sg_err err;

	assert_int_equal(mail_here_keep(made, 1766000001000, &err), SG_OK);
}

static const char *
property(const struct signal *signal, const char *name)
{
	const char *value = signal_get(signal, name);

	return value ? value : "";
}

static void
it_is_instrumented_as_by_the_milter(void **state)
{
	const char *data = must_make(with_crlf(FIELDS, BODY));

	(void)state;
	assert_int_equal(aid_count(data, "https://t.example.com/o/"), 1);
	assert_int_equal(aid_count(data, "https://t.example.com/c/"), 1);
	assert_int_equal(aid_count(data, "https://shop.example.com"), 0);
	assert_int_equal(aid_count(data, "\r\nList-Unsubscribe: <https://"), 1);
	assert_int_equal(aid_count(data, "\r\nList-Unsubscribe-Post: "), 1);
	assert_null(strstr(data, "X-Scoregate-Campaign"));
	assert_null(strstr(data, "X-Scoregate-Message"));
	assert_null(strstr(data, "X-Scoregate-List"));
	assert_int_equal(aid_count(data, "\r\nX-Scoregate-Instrumented: "), 1);
	assert_non_null(strstr(buf_text(&made->sender), "bounce+"));
}

static void
line_ends_are_crlf(void **state)
{
	const char *data = must_make(with_crlf(FIELDS, BODY));

	(void)state;
	assert_int_equal(aid_count(data, "\n"), aid_count(data, "\r\n"));
	assert_int_equal(aid_count(data, "\r"), aid_count(data, "\r\n"));
}

static void
email_sent_is_kept_at_the_handing_over(void **state)
{
	const struct signal *sent = &aid->signals[0];

	(void)state;
	must_make(with_crlf(FIELDS, BODY));
	assert_int_equal(gate_aid_signals(aid), 0);
	keep();
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(sent->name, "email.sent");
	assert_int_equal(sent->happened_at, 1766000001000);
	assert_true(sent->message_id == ((uint64_t)1766000000000 << 16 | 7));
	assert_true(sent->record_key ==
		    gate_aid_record_key(aid, "ann@example.com"));
	assert_string_equal(property(sent, "campaign"), "spring");
	assert_string_equal(property(sent, "broadcast"), "spring");
	assert_string_equal(property(sent, "list"), "news");
	assert_string_equal(property(sent, "subject"), "Spring");
	assert_string_equal(property(sent, "sender"), "news@example.com");
	assert_string_equal(property(sent, "rfc_id"), "<1@example.com>");
	assert_string_equal(property(sent, "tracking"), "opens,clicks");
}

/* What was made goes through a milter of the same keys. */
static struct aid_mail
through_the_milter(const char *message, const char *to)
{
	struct aid_mail mail = {
		.from = {.client_addr = "127.0.0.1"},
		.sender = "<news@example.com>",
		.recipients = {to},
		.message = message,
	};

	gate_aid_mail(aid, &mail);
	return mail;
}

static const char *
with_lf(const char *text)
{
	char *lf = pool_alloc(aid->pool, strlen(text) + 1), *to = lf;

	for (; *text; text++)
		if (*text != '\r')
			*to++ = *text;
	*to = '\0';
	return lf;
}

static int
open_gate_for_all(void **state)
{
	(void)state;
	return open_with("match_senders = { \"*\" }\n"
			 "match_headers = { \"From\", "
			 "\"X-Scoregate-Campaign\" }");
}

static void
a_milter_of_ours_leaves_it_and_takes_the_proof(void **state)
{
	const char *message = with_lf(must_make(with_crlf(FIELDS, BODY)));
	struct aid_mail mail = through_the_milter(message, "<ann@example.com>");

	(void)state;
	assert_null(aid_new_body(aid, &mail));
	assert_null(aid_edit(&mail, SG_EDIT_SENDER, NULL));
	assert_null(aid_edit(&mail, SG_EDIT_HEADER_ADD, "List-Unsubscribe"));
	assert_int_equal(mail.n_edits, 1);
	assert_int_equal(mail.edits[0].kind, SG_EDIT_HEADER_CHANGE);
	assert_string_equal(mail.edits[0].name, "X-Scoregate-Instrumented");
	assert_int_equal(gate_aid_signals(aid), 0);
	gate_aid_mail_done(&mail);
}

/* Nobody keeps his mail from being instrumented with a header of his own, or
 * of another's mail. */
static void
a_proof_is_the_recipients_or_none(void **state)
{
	const char *message = with_lf(must_make(with_crlf(FIELDS, BODY)));
	const char *forged = pool_printf(
		aid->pool, "X-Scoregate-Instrumented: AAAA\n%s" BODY, FIELDS);
	struct aid_mail mail = through_the_milter(message, "<ben@example.com>");

	(void)state;
	assert_int_equal(gate_aid_signals(aid), 1);
	gate_aid_mail_done(&mail);
	mail = through_the_milter(forged, "<ann@example.com>");
	assert_non_null(aid_new_body(aid, &mail));
	assert_int_equal(gate_aid_signals(aid), 1);
	gate_aid_mail_done(&mail);
}

static int
open_small_gate(void **state)
{
	(void)state;
	return open_with("max_message = 20");
}

static void
what_cannot_be_instrumented_goes_without_our_headers(void **state)
{
	const char *data = must_make(with_crlf(FIELDS, BODY));

	(void)state;
	assert_int_equal(aid_count(data, "X-Scoregate-"), 0);
	assert_int_equal(aid_count(data, "https://shop.example.com/"), 1);
	assert_string_equal(buf_text(&made->sender), "news@example.com");
	keep();
	assert_int_equal(gate_aid_signals(aid), 0);
}

static int
open_careful_gate(void **state)
{
	(void)state;
	return open_with("max_message = 20\non_trouble = tempfail");
}

static void
on_trouble_tempfail_makes_it_wait(void **state)
{
	struct sg_err err;

	(void)state;
	assert_int_equal(make(with_crlf(FIELDS, BODY), &err), SG_BUSY);
}

#define IN(open, test) cmocka_unit_test_setup_teardown(test, open, close_gate)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN(open_gate, it_is_instrumented_as_by_the_milter),
		IN(open_gate, line_ends_are_crlf),
		IN(open_gate, email_sent_is_kept_at_the_handing_over),
		IN(open_gate_for_all,
		   a_milter_of_ours_leaves_it_and_takes_the_proof),
		IN(open_gate_for_all, a_proof_is_the_recipients_or_none),
		IN(open_small_gate,
		   what_cannot_be_instrumented_goes_without_our_headers),
		IN(open_careful_gate, on_trouble_tempfail_makes_it_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
