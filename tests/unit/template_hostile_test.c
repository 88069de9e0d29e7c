/* template_hostile_test.c - whatever stands in a field of a record, the mail's
 * headers, parts and addresses stay what its author wrote; and file names and
 * domains outside ASCII are written as RFC 2231 and RFC 5890 have it. */
#include "broadcast/template.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broadcast/template_envelope.h"
#include "broadcast/template_mime.h"
#include "broadcast/template_write.h"
#include "mail/header.h"
#include "mail/part_map.h"

/* Far over what a header takes. A sanitizer that checks whole strings makes
 * each look at one as long as the string. */
enum { LONG = 1 << 16 };

/* What {{field.x}} is just now. */
static const char *value_now;

static const char *
a_field(void *arg, const char *name)
{
	(void)arg;
	return !strcmp(name, "x") ? value_now : NULL;
}

static bool
nothing(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return false;
}

static bool
no_score(void *arg, const char *name, enum score_part part, double *out)
{
	(void)part;
	(void)out;
	return nothing(arg, name);
}

static const char *
an_email(void *arg)
{
	(void)arg;
	return "ann@example.com";
}

static const struct condition_names names = {.score_known = nothing};
static const struct record_view view = {.field = a_field,
					.tag = nothing,
					.list = nothing,
					.score = no_score,
					.email = an_email};
static const struct template_values values = {
	.view = &view,
	.now = 0,
	.unsubscribe_url = "https://t.example.com/u/x"};

/* free() it. */
static char *
render_with(const char *text, const struct template_envelope *envelope,
	    const char *value)
{
	struct template *template = NULL;
	struct sg_err err = {.text = ""};
	struct buf out;

	buf_init(&out, TEMPLATE_MAIL_MOST);
	value_now = value;
	if (template_parse(text, strlen(text), &names, &template, &err) !=
		    SG_OK ||
	    template_render(template, &values, envelope, &out, &err) != SG_OK)
		fail_msg("%s", err.text);
	template_free(template);
	return buf_take(&out, NULL);
}

static char *
render(const char *text, const char *value)
{
	static const struct template_envelope envelope = {
		.from = "News <news@example.com>",
		.to = "ann@example.com",
		.message_id = "<1@example.com>",
		.campaign = "spring",
		.message_token = "token",
		.domain = "example.com",
		.date = 0,
	};

	return render_with(text, &envelope, value);
}

static const char mail[] =
	"Subject: Dear {{field.x}}, hello\n"
	"Reply-To: \"{{field.x}}\" <shop@example.com>\n"
	"List-Help: <https://example.com/?who={{field.x}}>\n"
	"X-Note: {{field.x}}\n"
	"MIME-Version: 1.0\n"
	"Content-Type: multipart/mixed; boundary=cut\n"
	"\n"
	"--cut\n"
	"Content-Type: multipart/alternative; boundary=b\n"
	"\n"
	"--b\n"
	"Content-Type: text/plain; charset=utf-8\n"
	"\n"
	"<{{field.x}}>\n"
	"--b\n"
	"Content-Type: text/html; charset=utf-8\n"
	"\n"
	"<p title=\"{{field.x}}\">{{field.x}}</p>\n"
	"<a href=\"https://example.com/?q={{field.x}}\">a</a>\n"
	"<a href=\"{{field.x}}\">b</a>\n"
	"--b--\n"
	"--cut\n"
	"Content-Type: image/gif\n"
	"Content-ID: <logo@example.com>\n"
	"Content-Transfer-Encoding: base64\n"
	"\n"
	"R0lGODlhAQABAAAAACw=\n"
	"--cut--\n";

static const struct {
	const char *what, *value;
} hostile[] = {
	{"a line feed", "a\nBcc: evil@example.com"},
	{"a line end", "a\r\nBcc: evil@example.com\r\n\r\nbody"},
	{"a carriage return", "a\rBcc: evil@example.com"},
	{"an early end of the data", "a\r\n.\r\nMAIL FROM:<evil@example.com>"},
	{"a boundary",
	 "a\r\n--cut--\r\n--cut\r\nContent-Type: text/html\r\n\r\n"},
	{"a quote", "a\" <evil@example.com>, \"b"},
	{"a backslash", "a\\"},
	{"an address", "evil@example.com"},
	{"an angle", "a> , <https://evil.example.com/"},
	{"a comment", "(a)b(c"},
	{"an encoded word", "=?utf-8?q?a=0D=0ABcc:_evil@example.com?="},
	{"an encoded word of quotes", "=?utf-8?b?Ij4sPGV2aWxAZS5jb20+?="},
	{"UTF-8", "J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x98\x80"},
	{"UTF-8 and an angle", "J\xc3\xbcrgen <\xc3\xbc@example.com>"},
	{"broken UTF-8", "a\xc3"},
	{"Latin-1", "J\xfcrgen"},
	{"a line separator", "a\xe2\x80\xa8"
			     "b\xc2\x85"
			     "c"},
	{"a delete", "a\x7f"
		     "b\x01"
		     "c\x1b[31m"},
	{"a script", "\"><script>alert(1)</script>"},
	{"a URL of a script", "javascript:alert(1)"},
	{"a data URL", "data:text/html,<script>alert(1)</script>"},
	{"an attribute", "x' onclick='alert(1)' \" onclick=\"alert(1)"},
	{"a variable", "{{field.x}}{{#if has score}}"},
	{"a dot", "."},
	{"nothing", ""},
	{"blanks", "   \t  "},
};

static const char *
field_of(struct pool *pool, const char *text, const char *name,
	 size_t *body_out)
{
	struct header_list headers;
	struct sg_err err;
	size_t at;

	header_list_init(&headers, pool);
	assert_int_equal(
		header_list_read(&headers, text, strlen(text), &at, &err),
		SG_OK);
	if (body_out)
		*body_out = at;
	assert_int_equal(header_count(&headers, name), 1);
	assert_int_equal(header_count(&headers, "Bcc"), 0);
	/* Ours: Date From To Message-ID List-Id Feedback-ID, two X-Scoregate-;
	 * the template's: four, MIME-Version, Content-Type. */
	assert_int_equal(headers.n_fields, 14);
	return header_get(&headers, name);
}

/* CRLF alone, no line over 998, only ASCII in the headers. */
static void
assert_lines(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n"), *c;
	size_t width = 0;

	for (c = text; *c; c++) {
		if (*c == '\n')
			assert_true(c > text && c[-1] == '\r');
		if (*c == '\r')
			assert_true(c[1] == '\n');
		width = *c == '\n' ? 0 : width + 1;
		assert_true(width <= 999);
		if (c < end)
			assert_true((unsigned char)*c < 0x7F);
	}
}

/* The parts are the author's, and the last of them is as it was. */
static void
assert_parts(struct pool *pool, const char *text, const char *body)
{
	static const char *const types[] = {"text/plain", "text/html",
					    "image/gif"};
	static const char gif[] = "\r\n\r\nR0lGODlhAQABAAAAACw=\r\n--cut--\r\n";
	size_t len = strlen(body), at;
	struct header_list headers;
	struct part_map map;
	struct sg_err err;
	const char *html;

	header_list_init(&headers, pool);
	assert_int_equal(
		header_list_read(&headers, text, strlen(text), &at, &err),
		SG_OK);
	assert_int_equal(part_map_build(pool, &headers, body, len, &map, &err),
			 SG_OK);
	assert_int_equal(map.n_parts, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(map.parts[i].type, types[i]);
	assert_true(len > strlen(gif));
	assert_string_equal(body + len - strlen(gif), gif);
	html = body + map.parts[1].start;
	assert_null(strstr(html, "<script"));
	assert_null(strstr(html, "href=3D\"javascript:"));
	assert_null(strstr(html, "href=3D\"data:"));
	assert_null(strstr(html, "\" onclick=3D\""));
}

static void
no_value_breaks_out_of_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct pool *pool = pool_new();
		char *text = render(mail, hostile[i].value);
		const char *reply_to, *help;
		size_t body;

		print_message("%s\n", hostile[i].what);
		assert_lines(text);
		reply_to = field_of(pool, text, "Reply-To", &body);
		/* One address, ours. */
		assert_null(strchr(reply_to, ','));
		assert_ptr_equal(strchr(reply_to, '<'), strrchr(reply_to, '<'));
		assert_non_null(strstr(reply_to, "<shop@example.com>"));
		help = field_of(pool, text, "List-Help", NULL);
		assert_null(strchr(help, ','));
		assert_ptr_equal(strchr(help, '<'), strrchr(help, '<'));
		assert_ptr_equal(strchr(help, '>'), help + strlen(help) - 1);
		assert_parts(pool, text, text + body);
		free(text);
		pool_free(pool);
	}
}

/* Between the quotes that are not there, too. */
static void
no_value_ends_a_bare_attribute(void **state)
{
	static const char bare[] =
		"Subject: x\nContent-Type: text/html\n\n"
		"<img alt={{field.x}} src=a.png><a href={{field.x}}>a</a>"
		"<p class={{field.x | default: 'a b'}}>\n";
	static const char *const hostile_values[] = {
		"a onerror=alert(1)",
		"a\tonerror=b",
		"a>b",
		"a`b",
		"a/>",
		"https://x.test/ onclick=alert(1)"};

	(void)state;
	for (size_t i = 0; i < sizeof(hostile_values) / sizeof(char *); i++) {
		char *text = render(bare, hostile_values[i]), *html;

		html = strstr(text, "text/html");
		assert_non_null(html);
		assert_null(strstr(html, " onerror"));
		assert_null(strstr(html, " onclick"));
		assert_null(strstr(html, "onerror=3D"));
		assert_null(strstr(html, "onclick=3D"));
		assert_null(strchr(html, '`'));
		free(text);
	}
}

/* What people read is the value, sign by sign. */
static void
the_subject_says_what_the_field_says(void **state)
{
	static const struct {
		const char *value, *wanted;
	} rows[] = {
		{"=?utf-8?q?a=0D=0Ab?=", "Dear =?utf-8?q?a=0D=0Ab?=, hello"},
		{"J\xc3\xbcrgen <\xc3\xbc@x>",
		 "Dear J\xc3\xbcrgen <\xc3\xbc@x>, hello"},
		{"a\" \\ <b>", "Dear a\" \\ <b>, hello"},
		{"a\r\nb", "Dear a  b, hello"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pool *pool = pool_new();
		char *text = render(mail, rows[i].value);

		assert_string_equal(
			header_decode(pool,
				      field_of(pool, text, "Subject", NULL)),
			rows[i].wanted);
		free(text);
		pool_free(pool);
	}
}

static void
a_long_value_is_cut_in_headers_and_whole_in_the_text(void **state)
{
	static const char *const signs[] = {"\xc3\xbc", "\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t len = strlen(signs[i]);
		char *value = malloc(LONG + 1), *text;
		struct pool *pool = pool_new();
		size_t body;

		for (size_t at = 0; at < LONG; at++)
			value[at] = signs[i][at % len];
		value[LONG] = '\0';
		text = render(mail, value);
		assert_lines(text);
		assert_true(strlen(field_of(pool, text, "Subject", &body)) <
			    2000);
		assert_true(strlen(text) - body > LONG);
		free(text);
		free(value);
		pool_free(pool);
	}
}

/* --- names of files ------------------------------------------------------- */

static void
a_file_name_outside_ascii_is_an_rfc_2231_parameter(void **state)
{
	static const struct {
		const char *given, *wanted;
	} rows[] = {
		{"Content-Type: image/gif; name=\"logo.gif\"\n",
		 "Content-Type: image/gif; name=\"logo.gif\"\n"},
		{"Content-Disposition: attachment; "
		 "filename=\"Gr\xc3\xb6\xc3\x9f"
		 "e 1.pdf\"\n",
		 "Content-Disposition: attachment;\n"
		 " filename*=utf-8''Gr%C3%B6%C3%9Fe%201.pdf\n"},
		{"Content-Disposition: attachment;\r\n\tsize=5; "
		 "filename=\"a\\\"\xc3\xbc.pdf\"; x=y\r\n",
		 "Content-Disposition: attachment;\r\n\tsize=5;\n"
		 " filename*=utf-8''a%22%C3%BC.pdf; x=y\n"},
		{"Content-Disposition: attachment; filename=\xfc.pdf\n",
		 "Content-Disposition: attachment;\n"
		 " filename*=iso-8859-1''%FC.pdf\n"},
		{"Content-Description: Gr\xc3\xb6\xc3\x9f"
		 "e\n",
		 "Content-Description: =?UTF-8?B?R3LDtsOfZQ==?=\n"},
		{"X: y\n\n", "X: y\n\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = BUF_INIT;

		template_write_mime_fields(&out, rows[i].given,
					   strlen(rows[i].given));
		assert_string_equal(buf_text(&out), rows[i].wanted);
		buf_done(&out);
	}
}

static void
a_long_file_name_comes_in_segments(void **state)
{
	char field[400] = "Content-Disposition: attachment; filename=\"";
	struct pool *pool = pool_new();
	struct buf out = BUF_INIT;
	char name[301] = "";
	const char *line;

	(void)state;
	for (size_t i = 0; i < 50; i++)
		strncat(name, i % 3 ? "\xc3\xa4" : "\xe2\x82\xac", 4);
	strncat(field, name, 310);
	strncat(field, "\"\n", 3);
	template_write_mime_fields(&out, field, strlen(field));
	for (line = buf_text(&out); *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 76);
	assert_string_equal(
		header_parameter(pool,
				 buf_text(&out) + strlen("Content-"
							 "Disposition: "),
				 "filename"),
		name);
	buf_done(&out);
	pool_free(pool);
}

static const char attached[] = "Subject: x\n"
			       "MIME-Version: 1.0\n"
			       "Content-Type: multipart/mixed; boundary=b\n"
			       "\n"
			       "--b\n"
			       "Content-Type: text/plain; charset=utf-8\n"
			       "\n"
			       "Hello {{email}}\n"
			       "--b\n"
			       "Content-Type: application/pdf;\n"
			       "  name=\"Gr\xc3\xb6\xc3\x9f"
			       "e.pdf\"\n"
			       "Content-Transfer-Encoding: base64\n"
			       "\n"
			       "e3tlbWFpbH19   \n"
			       "=\n"
			       "--b\n"
			       "Content-Type: message/rfc822\n"
			       "\n"
			       "Subject: \xc3\xbc\n"
			       "\n"
			       "{{email}}\n"
			       "--b--\n";

static void
attachments_stay_byte_for_byte_but_for_their_names(void **state)
{
	char *text = render(attached, "");

	(void)state;
	assert_non_null(strstr(text,
			       "\r\n--b\r\nContent-Type: application/pdf;\r\n "
			       "name*=utf-8''Gr%C3%B6%C3%9Fe.pdf\r\n"
			       "Content-Transfer-Encoding: base64\r\n\r\n"
			       "e3tlbWFpbH19   \r\n=\r\n--b\r\n"
			       "Content-Type: message/rfc822\r\n\r\n"
			       "Subject: \xc3\xbc\r\n\r\n{{email}}\r\n"
			       "--b--\r\n"));
	free(text);
}

/* --- our own headers ------------------------------------------------------ */

static void
assert_headers(const char *text, const struct template_envelope *envelope,
	       const char *wanted)
{
	char *made = render_with(text, envelope, "");

	if (!strstr(made, wanted))
		fail_msg("no \"%s\" in:\n%s", wanted, made);
	free(made);
}

static void
list_id_and_feedback_id_are_set(void **state)
{
	static const struct template_envelope envelope = {
		.campaign = "spring", .domain = "example.com"};
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{"Subject: x\n\nHi\n", "List-Id: <all.example.com>\r\n"},
		{"Subject: x\n\nHi\n",
		 "Feedback-ID: spring:all:broadcast:scoregate\r\n"},
		{"X-Scoregate-List: news\n\nHi\n",
		 "List-Id: <news.example.com>\r\n"},
		{"X-Scoregate-List: a b\n\nHi\n",
		 "Feedback-ID: spring:a_b:broadcast:scoregate\r\n"},
		{"X-Scoregate-List: news.example.com\n\nHi\n",
		 "List-Id: <news.example.com>\r\n"},
		{"List-Id: News <n.example.com>\n\nHi\n",
		 "X-Scoregate-List: n.example.com\r\nFeedback-ID: "
		 "spring:n.example.com:broadcast:scoregate\r\n"
		 "MIME-Version: 1.0\r\nList-Id: News <n.example.com>\r\n"},
		{"Feedback-ID: a:b:c:d\n\nHi\n",
		 "MIME-Version: 1.0\r\nFeedback-ID: a:b:c:d\r\n\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_headers(rows[i].text, &envelope, rows[i].wanted);
}

static void
date_and_message_id_are_set(void **state)
{
	static const struct template_envelope envelope = {
		.message_id = "<1@example.com>", .date = 1709210096000};

	(void)state;
	assert_headers("Date: old\nMessage-ID: <old@x>\n\nHi\n", &envelope,
		       "Date: Thu, 29 Feb 2024 12:34:56 +0000\r\n"
		       "Message-ID: <1@example.com>\r\nMIME-Version");
}

static void
a_domain_outside_ascii_is_written_in_a_labels(void **state)
{
	static const struct {
		const char *given, *wanted;
	} rows[] = {
		{"a@b\xc3\xbc"
		 "cher.test",
		 "a@xn--bcher-kva.test"},
		{"J\xc3\xb6rg <a@b\xc3\xbc"
		 "cher.test>",
		 "J\xc3\xb6rg <a@xn--bcher-kva.test>"},
		{"J\xc3\xb6rg <a@b.test>", "J\xc3\xb6rg <a@b.test>"},
		{"j\xc3\xb6rg@b\xc3\xbc"
		 "cher.test",
		 "j\xc3\xb6rg@xn--bcher-kva.test"},
		{"none", "none"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = BUF_INIT;

		template_ascii_domain(rows[i].given, &out);
		assert_string_equal(buf_text(&out), rows[i].wanted);
		buf_done(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_value_breaks_out_of_its_place),
		cmocka_unit_test(no_value_ends_a_bare_attribute),
		cmocka_unit_test(the_subject_says_what_the_field_says),
		cmocka_unit_test(
			a_long_value_is_cut_in_headers_and_whole_in_the_text),
		cmocka_unit_test(
			a_file_name_outside_ascii_is_an_rfc_2231_parameter),
		cmocka_unit_test(a_long_file_name_comes_in_segments),
		cmocka_unit_test(
			attachments_stay_byte_for_byte_but_for_their_names),
		cmocka_unit_test(list_id_and_feedback_id_are_set),
		cmocka_unit_test(date_and_message_id_are_set),
		cmocka_unit_test(a_domain_outside_ascii_is_written_in_a_labels),
	};

	mail_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
