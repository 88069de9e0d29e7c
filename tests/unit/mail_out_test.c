/* mail_out_test.c - outgoing mail through the session: what is instrumented,
 * what is not, and what the MTA is told to do. */
#include "gate_aid.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"

static struct gate_aid *aid;

static int
open_gate(void **state)
{
	(void)state;
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "open", NULL);
	gate_aid_must_load(aid, "click", NULL);
	gate_aid_must_load(aid, "bounce", NULL);
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

#define FROM_US                                  \
	"From: News <news@example.com>\n"        \
	"To: Ann <ann@example.com>\n"            \
	"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n" \
	"Message-ID: <1@example.com>\n"          \
	"X-Scoregate-Campaign: spring\n"         \
	"MIME-Version: 1.0\n"

#define HTML                                                        \
	"<html><body><p>Hello</p>\n"                                \
	"<a href=\"https://shop.example.com/?a=1&amp;b=2\">x</a>\n" \
	"<a href=\"https://example.com/unsubscribe\">u</a>\n"       \
	"<a href=\"mailto:a@b.c\">m</a>\n"                          \
	"</body></html>\n"

static struct aid_mail
mail_of(const char *message)
{
	struct aid_mail mail = {
		.from = {.client_addr = "127.0.0.1"},
		.sender = "<news@example.com>",
		.recipients = {"<Ann@Example.com>"},
		.message = message,
	};

	return mail;
}

/* The one click target that this text carries, checked. */
static void
assert_instrumented_html(const char *html)
{
	assert_int_equal(aid_count(html, "https://t.example.com/c/"), 1);
	assert_int_equal(aid_count(html, "https://t.example.com/o/"), 1);
	assert_int_equal(aid_count(html, "https://shop.example.com"), 0);
	assert_non_null(strstr(html, "\"https://example.com/unsubscribe\""));
	assert_non_null(strstr(html, "\"mailto:a@b.c\""));
	assert_non_null(strstr(html, ".gif\" width=\"1\" height=\"1\""));
	assert_non_null(strstr(html, "alt=\"\"></body>"));
}

static void
assert_edits(const struct aid_mail *mail)
{
	const char *value;

	assert_int_equal(mail->at_end.answer, SG_MAIL_CONTINUE);
	assert_string_equal(
		aid_edit(mail, SG_EDIT_HEADER_CHANGE, "X-Scoregate-Campaign"),
		"(removed)");
	value = aid_edit(mail, SG_EDIT_SENDER, NULL);
	assert_non_null(value);
	assert_memory_equal(value, "bounce+", 7);
	assert_string_equal(value + 7 + TOKEN_BASE32_LEN,
			    "@bounces.example.com");
	value = aid_edit(mail, SG_EDIT_HEADER_ADD, "List-Unsubscribe");
	assert_non_null(value);
	assert_memory_equal(value, "<https://t.example.com/u/", 25);
	assert_non_null(strstr(value, "<mailto:leave+"));
	assert_string_equal(
		aid_edit(mail, SG_EDIT_HEADER_ADD, "List-Unsubscribe-Post"),
		"List-Unsubscribe=One-Click");
	assert_non_null(sg_mail_log_line(mail->mail));
	assert_memory_equal(sg_mail_log_line(mail->mail), "4QUEUE: ", 8);
}

static void
assert_sent(void)
{
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_string_equal(aid->signals[0].name, "email.sent");
	assert_string_equal(aid->signals[0].key, "ann@example.com");
	assert_string_equal(signal_get(&aid->signals[0], "campaign"), "spring");
	assert_string_equal(signal_get(&aid->signals[0], "subject"),
			    "Gr\xc3\xbc\xc3\x9f"
			    "e");
	assert_string_equal(signal_get(&aid->signals[0], "rfc_id"),
			    "<1@example.com>");
	assert_string_equal(signal_get(&aid->signals[0], "sender"),
			    "news@example.com");
	assert_string_equal(signal_get(&aid->signals[0], "tracking"),
			    "opens,clicks");
	assert_true(aid->signals[0].message_id != 0);
}

static void
plain_8bit_and_7bit_html_are_instrumented(void **state)
{
	static const char *const encodings[] = {"7bit", "8bit"};
	struct aid_mail mail;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		mail = mail_of(pool_printf(aid->pool,
					   FROM_US
					   "Content-Type: text/html\n"
					   "Content-Transfer-Encoding: %s\n\n"
					   "%s",
					   encodings[i], HTML));
		gate_aid_mail(aid, &mail);
		assert_edits(&mail);
		assert_instrumented_html(aid_new_body(aid, &mail));
		gate_aid_mail_done(&mail);
	}
	assert_sent(); /* once: the second was a retry of the first */
}

/* What the reader's program makes of it. */
static const char *
unquoted(const char *text)
{
	char *out = pool_alloc(aid->pool, strlen(text) + 1), *to = out;
	char hex[3] = "";

	while (*text) {
		if (text[0] == '=' && text[1] == '\n') {
			text += 2;
		} else if (text[0] == '=') {
			memcpy(hex, text + 1, 2);
			*to++ = (char)strtol(hex, NULL, 16);
			text += 3;
		} else {
			*to++ = *text++;
		}
	}
	return out;
}

static void
quoted_printable_html_is_instrumented(void **state)
{
	struct aid_mail mail = mail_of(
		FROM_US "Content-Type: text/html; charset=utf-8\n"
			"Content-Transfer-Encoding: quoted-printable\n\n"
			"<html><body><p>Hello</p>\n"
			"<a href=3D\"https://shop.example.com/?a=3D1&amp;b=\n"
			"=3D2\">x</a>\n"
			"<a href=3D\"https://example.com/unsubscribe\">u</a>\n"
			"<a href=3D\"mailto:a@b.c\">m</a>\n"
			"</body></html>\n");
	const char *body;

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_edits(&mail);
	body = aid_new_body(aid, &mail);
	assert_instrumented_html(unquoted(body));
	for (const char *line = body; line && *line;
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		assert_true(strcspn(line, "\n") <= 76);
	gate_aid_mail_done(&mail);
}

static void
base64_html_is_instrumented(void **state)
{
	struct buf encoded = BUF_INIT, decoded = BUF_INIT, flat = BUF_INIT;
	struct aid_mail mail;
	struct sg_err err;

	(void)state;
	encode_base64(&encoded, HTML, strlen(HTML));
	mail = mail_of(
		pool_printf(aid->pool,
			    FROM_US "Content-Type: text/html\n"
				    "Content-Transfer-Encoding: base64\n\n"
				    "%.76s\n%s\n",
			    buf_text(&encoded), buf_text(&encoded) + 76));
	gate_aid_mail(aid, &mail);
	assert_edits(&mail);
	for (const char *c = aid_new_body(aid, &mail); *c; c++)
		if (*c != '\n' && *c != '\r')
			buf_append_char(&flat, *c);
	assert_int_equal(
		decode_base64(&decoded, buf_text(&flat), flat.len, &err),
		SG_OK);
	assert_int_equal(
		aid_count(buf_text(&decoded), "https://t.example.com/c/"), 1);
	assert_int_equal(
		aid_count(buf_text(&decoded), "https://t.example.com/o/"), 1);
	buf_done(&encoded);
	buf_done(&decoded);
	buf_done(&flat);
	gate_aid_mail_done(&mail);
}

/* From the mail to the browser and back: the token in it is a good one. */
static void
what_was_put_in_comes_back_as_a_signal_of_that_message(void **state)
{
	struct aid_mail mail =
		mail_of(FROM_US "Content-Type: text/html\n\n" HTML);
	char path[3000];
	const char *body, *at;
	uint64_t message_id;

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_sent();
	message_id = aid->signals[0].message_id;
	body = aid_new_body(aid, &mail);
	at = strstr(body, "/c/");
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, "\""), at);
	assert_int_equal(gate_aid_request(aid, "GET", path, "", NULL), 302);
	assert_string_equal(gate_aid_reply_header(aid, "Location"),
			    "https://shop.example.com/?a=1&b=2");
	at = strstr(body, "/o/");
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, "\""), at);
	assert_int_equal(gate_aid_request(aid, "GET", path, "", NULL), 200);
	assert_int_equal(gate_aid_signals(aid), 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(aid->signals[i].message_id == message_id);
		assert_true(aid->signals[i].record_key ==
			    gate_aid_record_key(aid, "ann@example.com"));
	}
	gate_aid_mail_done(&mail);
}

static void
signed_and_encrypted_bodies_stay_as_they_are(void **state)
{
	static const char *const types[] = {
		"Content-Type: multipart/signed; boundary=b; micalg=sha1;\n"
		" protocol=\"application/pgp-signature\"\n",
		"Content-Type: multipart/encrypted; boundary=b\n",
		"Content-Type: application/pkcs7-mime; name=smime.p7m\n",
		"DKIM-Signature: v=1; a=rsa-sha256\n"
		"Content-Type: multipart/mixed; boundary=b\n",
		"ARC-Seal: i=1\n"
		"Content-Type: multipart/mixed; boundary=b\n",
	};
	struct aid_mail mail;

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		mail = mail_of(pool_printf(
			aid->pool,
			FROM_US "%s\n--b\nContent-Type: text/html\n\n" HTML
				"\n--b--\n",
			types[i]));
		gate_aid_mail(aid, &mail);
		assert_null(aid_new_body(aid, &mail));
		/* The envelope is nobody's signature. */
		assert_non_null(aid_edit(&mail, SG_EDIT_SENDER, NULL));
		gate_aid_mail_done(&mail);
	}
}

static void
only_matched_mail_is_looked_at(void **state)
{
	struct aid_mail mail =
		mail_of("From: a@example.com\nSubject: hi\n\nHello\n");

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_headers.answer, SG_MAIL_ACCEPT);
	assert_int_equal(gate_aid_signals(aid), 0);
	gate_aid_mail_done(&mail);
}

static void
inbound_mail_with_our_header_is_ignored(void **state)
{
	struct aid_mail mail =
		mail_of(FROM_US "Content-Type: text/html\n\n" HTML);

	(void)state;
	mail.from.client_addr = "192.0.2.9";
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_headers.answer, SG_MAIL_ACCEPT);
	gate_aid_mail_done(&mail);
	/* … but an authenticated user's goes out. */
	mail = mail_of(FROM_US "Content-Type: text/html\n\n" HTML);
	mail.from.client_addr = "192.0.2.9";
	mail.from.auth_authen = "bob";
	gate_aid_mail(aid, &mail);
	assert_edits(&mail);
	gate_aid_mail_done(&mail);
}

static void
a_null_sender_and_several_recipients_are_not_instrumented(void **state)
{
	struct aid_mail mail =
		mail_of(FROM_US "Content-Type: text/html\n\n" HTML);

	(void)state;
	mail.recipients[1] = "<bob@example.com>";
	gate_aid_mail(aid, &mail);
	/* Our own header goes all the same: it is not for the world. */
	assert_int_equal(mail.n_edits, 1);
	assert_string_equal(
		aid_edit(&mail, SG_EDIT_HEADER_CHANGE, "X-Scoregate-Campaign"),
		"(removed)");
	gate_aid_mail_done(&mail);
	mail = mail_of(FROM_US "Content-Type: text/html\n\n" HTML);
	mail.sender = "<>";
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.n_edits, 1);
	assert_int_equal(gate_aid_signals(aid), 0);
	gate_aid_mail_done(&mail);
}

static void
the_track_header_overrides_for_one_message(void **state)
{
	static const struct {
		const char *track, *tracking;
		size_t n_opens, n_clicks;
	} rows[] = {{"none", "none", 0, 0},
		    {"opens", "opens", 1, 0},
		    {"clicks", "clicks", 0, 1},
		    {"all", "opens,clicks", 1, 1}};
	struct aid_mail mail;
	const char *body;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		mail = mail_of(pool_printf(aid->pool,
					   "X-Scoregate-Track: %s\n"
					   "Message-ID: <t%zu@x>\n" FROM_US
					   "Content-Type: text/html\n\n" HTML,
					   rows[i].track, i));
		gate_aid_mail(aid, &mail);
		body = aid_new_body(aid, &mail);
		assert_int_equal(aid_count(body ? body : "", "/o/"),
				 rows[i].n_opens);
		assert_int_equal(aid_count(body ? body : "", "/c/"),
				 rows[i].n_clicks);
		assert_string_equal(aid_edit(&mail, SG_EDIT_HEADER_CHANGE,
					     "X-Scoregate-Track"),
				    "(removed)");
		assert_int_equal(gate_aid_signals(aid), 1);
		assert_string_equal(signal_get(&aid->signals[0], "tracking"),
				    rows[i].tracking);
		gate_aid_mail_done(&mail);
	}
}

/* Matched by its sender, it may come through here again: from the other side
 * of a content filter, with another envelope. */
static void
instrumenting_twice_changes_nothing_the_second_time(void **state)
{
	struct aid_mail mail =
		mail_of(FROM_US "Content-Type: text/html\n\n" HTML);
	const char *sender, *once;

	(void)state;
	gate_aid_mail(aid, &mail);
	once = pool_printf(aid->pool, FROM_US "Content-Type: text/html\n\n%s",
			   aid_new_body(aid, &mail));
	sender = pool_strdup(aid->pool, aid_edit(&mail, SG_EDIT_SENDER, NULL));
	gate_aid_mail_done(&mail);
	mail = mail_of(once);
	gate_aid_mail(aid, &mail);
	assert_null(aid_new_body(aid, &mail));
	gate_aid_mail_done(&mail);
	mail = mail_of(once);
	mail.sender = sender;
	gate_aid_mail(aid, &mail);
	/* But for the name of the campaign, which nobody else is to see. */
	assert_int_equal(mail.n_edits, 1);
	assert_string_equal(
		aid_edit(&mail, SG_EDIT_HEADER_CHANGE, "X-Scoregate-Campaign"),
		"(removed)");
	gate_aid_mail_done(&mail);
}

static void
a_retry_keeps_its_first_message_id_and_is_counted_once(void **state)
{
	struct aid_mail mail =
		mail_of(FROM_US "Content-Type: text/html\n\n" HTML);
	const char *first, *second;

	(void)state;
	gate_aid_mail(aid, &mail);
	first = pool_strdup(aid->pool, aid_new_body(aid, &mail));
	gate_aid_mail_done(&mail);
	mail = mail_of(FROM_US "Content-Type: text/html\n\n" HTML);
	gate_aid_mail(aid, &mail);
	second = aid_new_body(aid, &mail);
	assert_string_equal(first, second);
	assert_int_equal(gate_aid_signals(aid), 1);
	assert_true(aid->signals[0].external_id != 0);
	gate_aid_mail_done(&mail);
}

static void
a_broadcast_gives_the_message_id_when_it_is_signed_for_this_record(void **state)
{
	const char *good = gate_aid_token(aid, TOKEN_MESSAGE, "ann@example.com",
					  4711, "autumn");
	const char *others = gate_aid_token(aid, TOKEN_MESSAGE,
					    "bob@example.com", 4712, "autumn");
	const char *headers[] = {good, others, "forged"};
	struct aid_mail mail;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		mail = mail_of(pool_printf(aid->pool,
					   "X-Scoregate-Campaign: autumn\n"
					   "X-Scoregate-Message: %s\n"
					   "Message-ID: <%zu@b>\n"
					   "Content-Type: text/html\n\n" HTML,
					   headers[i], i));
		gate_aid_mail(aid, &mail);
		assert_string_equal(aid_edit(&mail, SG_EDIT_HEADER_CHANGE,
					     "X-Scoregate-Message"),
				    "(removed)");
		assert_int_equal(gate_aid_signals(aid), 1);
		assert_int_equal(aid->signals[0].message_id == 4711, i == 0);
		assert_true(aid->signals[0].message_id != 4712);
		if (i == 0)
			assert_string_equal(
				signal_get(&aid->signals[0], "broadcast"),
				"autumn");
		else
			assert_null(signal_get(&aid->signals[0], "broadcast"));
		gate_aid_mail_done(&mail);
	}
}

static void
an_unsubscribe_header_of_the_sender_stays(void **state)
{
	struct aid_mail mail = mail_of(
		"List-Unsubscribe: <https://example.com/leave/1>\n" FROM_US
		"Content-Type: text/html\n\n<a "
		"href=\"https://example.com/leave/1\">x</a>\n");

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_null(aid_edit(&mail, SG_EDIT_HEADER_ADD, "List-Unsubscribe"));
	/* … and a link to it is nobody's click. */
	assert_null(strstr(aid_new_body(aid, &mail), "/c/"));
	gate_aid_mail_done(&mail);
}

static void
a_signature_over_the_unsubscribe_header_is_not_broken(void **state)
{
	struct aid_mail mail =
		mail_of("DKIM-Signature: v=1; a=rsa-sha256; d=example.com;\n"
			" h=From:Subject:List-Unsubscribe; b=x\n" FROM_US
			"Content-Type: text/html\n\n" HTML);

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_null(aid_edit(&mail, SG_EDIT_HEADER_ADD, "List-Unsubscribe"));
	assert_null(aid_new_body(aid, &mail));
	gate_aid_mail_done(&mail);
}

static void
long_headers_are_folded(void **state)
{
	struct aid_mail mail = mail_of(FROM_US "X-Scoregate-List: news\n\nx\n");
	const char *value;

	(void)state;
	gate_aid_mail(aid, &mail);
	value = aid_edit(&mail, SG_EDIT_HEADER_ADD, "List-Unsubscribe");
	assert_non_null(strstr(value, ",\n <mailto:"));
	gate_aid_mail_done(&mail);
}

static void
larger_mail_passes_untouched(void **state)
{
	struct aid_mail mail =
		mail_of(FROM_US "Content-Type: text/html\n\n" HTML);

	(void)state;
	gate_aid_close(aid);
	aid = gate_aid_open("https://t.example.com", "max_message = \"100\"");
	gate_aid_must_load(aid, "open", NULL);
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_int_equal(mail.n_edits, 0);
	assert_int_equal(gate_aid_signals(aid), 0);
	gate_aid_mail_done(&mail);
}

static void
an_unsubscribe_header_is_replaced_where_ours_is_to_win(void **state)
{
	struct aid_mail mail = mail_of(
		"List-Unsubscribe: <https://example.com/leave/1>\n"
		"List-Unsubscribe-Post: List-Unsubscribe=One-Click\n" FROM_US
		"\nx\n");
	const char *value;

	(void)state;
	gate_aid_close(aid);
	aid = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(aid, "unsubscribe", "replace = on");
	gate_aid_mail(aid, &mail);
	assert_string_equal(
		aid_edit(&mail, SG_EDIT_HEADER_CHANGE, "List-Unsubscribe"),
		"(removed)");
	assert_string_equal(
		aid_edit(&mail, SG_EDIT_HEADER_CHANGE, "List-Unsubscribe-Post"),
		"(removed)");
	value = aid_edit(&mail, SG_EDIT_HEADER_ADD, "List-Unsubscribe");
	assert_memory_equal(value, "<https://t.example.com/u/", 25);
	gate_aid_mail_done(&mail);
}

/* RFC 8058 §3.1: one click is for https alone. */
static void
one_click_is_offered_over_https_only(void **state)
{
	struct aid_mail mail = mail_of(FROM_US "\nx\n");

	(void)state;
	gate_aid_close(aid);
	aid = gate_aid_open("http://t.example.com", NULL);
	gate_aid_must_load(aid, "unsubscribe", NULL);
	gate_aid_mail(aid, &mail);
	assert_null(
		aid_edit(&mail, SG_EDIT_HEADER_ADD, "List-Unsubscribe-Post"));
	gate_aid_mail_done(&mail);
}

/* The token says which list its reader leaves. */
static void
the_list_is_the_header_s_else_that_of_list_id_else_all(void **state)
{
	static const struct {
		const char *headers, *list;
	} rows[] = {
		{"X-Scoregate-List: news\nList-Id: <other.example.com>\n",
		 "news"},
		{"List-Id: Our News\n <spring.example.com>\n",
		 "spring.example.com"},
		{"", ""},
	};
	struct aid_mail mail;
	const char *value, *token;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mail = mail_of(pool_printf(
			aid->pool,
			"X-Scoregate-Campaign: c\nMessage-ID: <%zu@x>\n%s\nx\n",
			i, rows[i].headers));
		gate_aid_mail(aid, &mail);
		assert_int_equal(gate_aid_signals(aid), 1);
		value = aid_edit(&mail, SG_EDIT_HEADER_ADD, "List-Unsubscribe");
		token = gate_aid_token(
			aid, TOKEN_UNSUBSCRIBE, "ann@example.com",
			aid->signals[0].message_id, rows[i].list);
		assert_non_null(strstr(value, token));
		gate_aid_mail_done(&mail);
	}
}

static void
mail_with_more_headers_passes_untouched(void **state)
{
	static const char *const bounds[] = {"max_headers = 10",
					     "max_header_bytes = 1k"};
	struct aid_mail mail;
	char more[2000];
	size_t len;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		gate_aid_close(aid);
		aid = gate_aid_open("https://t.example.com", bounds[i]);
		gate_aid_must_load(aid, "open", NULL);
		for (len = 0; len < 1200;)
			len += (size_t)snprintf(more + len, sizeof(more) - len,
						"X-More: %0100d\n", 1);
		mail = mail_of(pool_printf(
			aid->pool, "%s%sContent-Type: text/html\n\n" HTML,
			FROM_US, more));
		gate_aid_mail(aid, &mail);
		assert_int_equal(mail.at_headers.answer, SG_MAIL_ACCEPT);
		assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
		assert_int_equal(mail.n_edits, 0);
		assert_int_equal(gate_aid_signals(aid), 0);
		gate_aid_mail_done(&mail);
		mail = mail_of(FROM_US "Content-Type: text/html\n\n" HTML);
		gate_aid_mail(aid, &mail);
		assert_non_null(aid_new_body(aid, &mail));
		gate_aid_mail_done(&mail);
	}
}

static void
a_failing_plugin_lets_the_mail_go_on_unmodified(void **state)
{
	struct aid_mail mail =
		mail_of(FROM_US "Content-Type: text/html\n\n" HTML);
	struct gate_status status;

	(void)state;
	gate_aid_must_load(aid, "always_fails", NULL);
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_CONTINUE);
	assert_int_equal(mail.n_edits, 0);
	assert_int_equal(gate_aid_signals(aid), 0);
	assert_non_null(strstr(sg_mail_log_line(mail.mail), "no mail today"));
	gate_get_status(aid->gate, &status);
	assert_int_equal(status.passed_on_trouble, 1);
	gate_aid_mail_done(&mail);
}

/* The others go on working while it rests. */
static void
a_suspended_plugin_is_left_out(void **state)
{
	struct aid_mail mail;

	(void)state;
	gate_aid_must_load(aid, "always_fails", NULL);
	for (int i = 0; i < 6; i++) {
		mail = mail_of(FROM_US "Content-Type: text/html\n\n" HTML);
		gate_aid_mail(aid, &mail);
		if (i == 5)
			assert_edits(&mail);
		gate_aid_mail_done(&mail);
	}
}

static void
on_trouble_can_be_tempfail(void **state)
{
	struct aid_mail mail =
		mail_of(FROM_US "Content-Type: text/html\n\n" HTML);

	(void)state;
	gate_aid_close(aid);
	aid = gate_aid_open("https://t.example.com",
			    "on_trouble = \"tempfail\"");
	gate_aid_must_load(aid, "always_fails", NULL);
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_end.answer, SG_MAIL_TEMPFAIL);
	assert_string_equal(mail.at_end.smtp_code, "451");
	gate_aid_mail_done(&mail);
}

static void
other_conditions_can_match(void **state)
{
	struct aid_mail mail =
		mail_of("Precedence: bulk\nContent-Type: text/html\n\n" HTML);

	(void)state;
	gate_aid_close(aid);
	aid = gate_aid_open("https://t.example.com",
			    "match_headers = { \"Precedence: b*k\" }\n"
			    "match_senders = { \"*@example.org\" }");
	gate_aid_must_load(aid, "open", NULL);
	gate_aid_mail(aid, &mail);
	assert_non_null(aid_new_body(aid, &mail));
	gate_aid_mail_done(&mail);
	mail = mail_of("Content-Type: text/html\n\n" HTML);
	mail.sender = "<News@Example.org>";
	gate_aid_mail(aid, &mail);
	assert_non_null(aid_new_body(aid, &mail));
	gate_aid_mail_done(&mail);
	mail = mail_of("Precedence: list\nContent-Type: text/html\n\n" HTML);
	gate_aid_mail(aid, &mail);
	assert_int_equal(mail.at_headers.answer, SG_MAIL_ACCEPT);
	gate_aid_mail_done(&mail);
}

static void
a_bad_mail_setting_is_refused(void **state)
{
	static const struct conf_option options[] = {
		{.name = "mail",
		 .type = CONF_SECTION,
		 .options = gate_mail_options},
		{0}};
	static const char *const bad[] = {
		"track = \"some\"", "on_trouble = \"panic\"",
		"trusted = { \"10.0.0.0/33\" }", "multi_recipient = \"all\""};
	struct gate_options gate = {
		.keys = aid->keys, .spool = aid->spool, .kinds = aid->kinds};
	struct conf_section *conf;
	struct sg_gate *opened;
	struct sg_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
			conf_parse("x.conf",
				   pool_printf(aid->pool, "mail {\n%s\n}\n",
					       bad[i]),
				   1, options, &conf, &err),
			SG_OK);
		gate.mail = conf_section_at(conf, "mail", 0);
		assert_int_equal(gate_open(&gate, &opened, &err), SG_REFUSED);
		assert_memory_equal(err.text, "x.conf:2: ", 10);
		conf_free(conf);
	}
}

static void
links_of_plain_text_are_off_by_default(void **state)
{
	static const char MESSAGE[] =
		FROM_US "\nGo to https://shop.example.com/ now, or to "
			"<https://example.com/unsubscribe>.\n";
	struct aid_mail mail = mail_of(MESSAGE);
	struct gate_aid *asked;
	const char *body;

	(void)state;
	gate_aid_mail(aid, &mail);
	assert_null(aid_new_body(aid, &mail));
	gate_aid_mail_done(&mail);
	asked = gate_aid_open("https://t.example.com", NULL);
	gate_aid_must_load(asked, "click", "plain_text = on");
	mail = mail_of(MESSAGE);
	gate_aid_mail(asked, &mail);
	body = aid_new_body(asked, &mail);
	assert_non_null(body);
	assert_memory_equal(body, "Go to https://t.example.com/c/", 30);
	assert_non_null(strstr(body, " now, or to "
				     "<https://example.com/unsubscribe>.\n"));
	gate_aid_mail_done(&mail);
	/* It was before: nothing of it changes again. */
	mail = mail_of(pool_printf(asked->pool, "%s\n%s", FROM_US, body));
	gate_aid_mail(asked, &mail);
	assert_null(aid_new_body(asked, &mail));
	gate_aid_mail_done(&mail);
	assert_int_equal(gate_aid_signals(asked), 1);
	assert_string_equal(signal_get(&asked->signals[0], "tracking"),
			    "clicks");
	gate_aid_close(asked);
}

int
main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, open_gate, close_gate)
	const struct CMUnitTest tests[] = {
		GATE_TEST(plain_8bit_and_7bit_html_are_instrumented),
		GATE_TEST(quoted_printable_html_is_instrumented),
		GATE_TEST(base64_html_is_instrumented),
		GATE_TEST(links_of_plain_text_are_off_by_default),
		GATE_TEST(
			what_was_put_in_comes_back_as_a_signal_of_that_message),
		GATE_TEST(signed_and_encrypted_bodies_stay_as_they_are),
		GATE_TEST(only_matched_mail_is_looked_at),
		GATE_TEST(inbound_mail_with_our_header_is_ignored),
		GATE_TEST(
			a_null_sender_and_several_recipients_are_not_instrumented),
		GATE_TEST(the_track_header_overrides_for_one_message),
		GATE_TEST(instrumenting_twice_changes_nothing_the_second_time),
		GATE_TEST(
			a_retry_keeps_its_first_message_id_and_is_counted_once),
		GATE_TEST(
			a_broadcast_gives_the_message_id_when_it_is_signed_for_this_record),
		GATE_TEST(an_unsubscribe_header_of_the_sender_stays),
		GATE_TEST(
			a_signature_over_the_unsubscribe_header_is_not_broken),
		GATE_TEST(long_headers_are_folded),
		GATE_TEST(larger_mail_passes_untouched),
		GATE_TEST(
			an_unsubscribe_header_is_replaced_where_ours_is_to_win),
		GATE_TEST(one_click_is_offered_over_https_only),
		GATE_TEST(
			the_list_is_the_header_s_else_that_of_list_id_else_all),
		GATE_TEST(mail_with_more_headers_passes_untouched),
		GATE_TEST(a_failing_plugin_lets_the_mail_go_on_unmodified),
		GATE_TEST(a_suspended_plugin_is_left_out),
		GATE_TEST(on_trouble_can_be_tempfail),
		GATE_TEST(other_conditions_can_match),
		GATE_TEST(a_bad_mail_setting_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
