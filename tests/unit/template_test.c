/* template_test.c - a broadcast's mail out of its template. */
#include "broadcast/template.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "broadcast/template_write.h"
#include "mail/part_map.h"

/* --- a record to fill in ---------------------------------------------------
 */

static const char *
a_field(void *arg, const char *name)
{
	(void)arg;
	if (!strcmp(name, "first_name"))
		return "Ann <b>";
	if (!strcmp(name, "evil"))
		return "x\r\nBcc: all@example.com";
	if (!strcmp(name, "script"))
		return "javascript:alert(1)";
	if (!strcmp(name, "umlaut"))
		return "J\xc3\xbcrgen";
	if (!strcmp(name, "lines"))
		return "one\n.\r\nMAIL FROM:<evil@example.com>";
	return NULL;
}

static bool
no_name(void *arg, const char *name)
{
	(void)arg;
	return !strcmp(name, "news");
}

static bool
a_score(void *arg, const char *name, enum score_part part, double *out)
{
	(void)arg;
	if (strcmp(name, "lead") != 0)
		return false;
	*out = part == SCORE_PERCENT ? 75 : 41.5;
	return true;
}

static const char *
an_email(void *arg)
{
	(void)arg;
	return "ann@example.com";
}

static bool
known_score(void *arg, const char *name)
{
	(void)arg;
	return !strcmp(name, "lead") || !strcmp(name, "fit");
}

static const struct condition_names names = {.score_known = known_score};
static const struct record_view view = {.field = a_field,
					.tag = no_name,
					.list = no_name,
					.score = a_score,
					.email = an_email};
static const struct template_values values = {
	.view = &view,
	.now = 0,
	.unsubscribe_url = "https://t.example.com/u/x",
	.forward_url = "https://t.example.com/w/y-_"};
static const struct template_envelope envelope = {
	.from = "News <news@example.com>",
	.to = "ann@example.com",
	.message_id = "<1@example.com>",
	.campaign = "spring",
	.message_token = "token",
	.date = 0,
};

/* The rendered mail, or the refusal's text; free() it. */
static char *
render(const char *text)
{
	struct template *template;
	struct buf out = BUF_INIT;
	struct sg_err err;

	if (template_parse(text, strlen(text), &names, &template, &err) !=
	    SG_OK)
		return strdup(err.text);
	assert_int_equal(
		template_render(template, &values, &envelope, &out, &err),
		SG_OK);
	template_free(template);
	return buf_take(&out, NULL);
}

static void
expect(const char *text, const char *part)
{
	char *mail = render(text);

	if (!strstr(mail, part))
		fail_msg("no \"%s\" in:\n%s", part, mail);
	free(mail);
}

static void
expect_not(const char *text, const char *part)
{
	char *mail = render(text);

	if (strstr(mail, part))
		fail_msg("\"%s\" in:\n%s", part, mail);
	free(mail);
}

#define PLAIN "Subject: Hello\nContent-Type: text/plain\n\n"
#define HTML  "Subject: Hello\nContent-Type: text/html; charset=utf-8\n\n"

/* --- tests ------------------------------------------------------------------
 */

static void
a_score_is_shown_rounded(void **state)
{
	(void)state;
	expect(PLAIN "You have {{contactScore}} points.", "have 42 points");
	expect(PLAIN "{{ score }} {{percent}}%", "42 75%");
}

static void
a_missing_value_takes_its_default(void **state)
{
	(void)state;
	expect(PLAIN "Dear {{field.nick | default: 'friend'}},",
	       "Dear friend,");
	expect(PLAIN "[{{field.nick}}]", "[]");
	expect(PLAIN "{{score 'fit' | default: 'no'}}", "no");
}

static void
a_value_is_escaped_in_html_and_not_in_text(void **state)
{
	(void)state;
	expect(HTML "<p>{{field.first_name}}</p>", "Ann &lt;b&gt;");
	expect(PLAIN "{{field.first_name}}", "Ann <b>");
}

static void
a_value_never_begins_a_header_of_its_own(void **state)
{
	(void)state;
	expect_not("Subject: {{field.evil}}\n\nHello {{email}}\n", "\nBcc:");
}

static void
a_value_never_speaks_smtp(void **state)
{
	char *mail = render(PLAIN "{{field.lines}}\n");
	const char *c;

	(void)state;
	for (c = strchr(mail, '\n'); c; c = strchr(c + 1, '\n'))
		assert_int_equal(c[-1], '\r');
	free(mail);
}

static void
a_subject_outside_ascii_becomes_encoded_words(void **state)
{
	(void)state;
	expect("Subject: Hi {{field.umlaut}}\n\nHello\n",
	       "Subject: =?UTF-8?B?SGkgSsO8cmdlbg==?=\r\n");
}

static void
conditions_choose_a_part(void **state)
{
	(void)state;
	expect(PLAIN "{{#if has score >= 40}}high{{else}}low{{/if}}.", "high.");
	expect(PLAIN "{{#if has score >= 80}}high{{else}}low{{/if}}.", "low.");
	expect(PLAIN "[{{#if list 'news'}}{{#if tag 'x'}}a{{/if}}b{{/if}}]",
	       "[b]");
}

static void
what_is_wrong_is_said_with_line_and_column(void **state)
{
	(void)state;
	expect(PLAIN "one\ntwo {{contactscore}}\n",
	       "the text/plain part, line 5, column 7: unknown variable "
	       "contactscore");
	expect(PLAIN "{{score 'fitt'}}", "unknown score fitt");
	expect(PLAIN "{{#if has score >=}}x{{/if}}", "in {{#if}}");
	expect(PLAIN "{{#if has score}}x", "{{#if}} without {{/if}}");
	expect(PLAIN "{{/if}}", "{{/if}} without {{#if}}");
	expect(PLAIN "{{else}}", "{{else}} without {{#if}}");
	expect(PLAIN "{{email", "{{ without }}");
	expect(PLAIN "{{email | upper}}", "expected default");
	expect(PLAIN "{{}}", "unknown variable (empty)");
	expect("no header at all", "expected a header");
}

static void
a_place_in_the_header_is_that_of_the_file(void **state)
{
	(void)state;
	expect("From: a@b.de\nSubject: Hi {{nope}}\n\nx",
	       "Subject, line 2, column 15: unknown variable nope");
	expect("X-A: 1\r\nSubject:\tHi {{nope}}\r\n\r\nx",
	       "Subject, line 2, column 15: ");
	expect("X-A: 1\nX-A: {{nope}}\n\nx", "X-A, line 2, column 8: ");
	expect("Subject: Gr\xc3\xbc\xc3\x9f dich\n {{nope}}\n\nx",
	       "Subject, line 2, column 4: ");
	expect("Subject: =?utf-8?Q?=7B=7Bnope}}?=\n\nx",
	       "Subject (decoded), line 1, column 3: ");
}

static void
an_open_block_is_shown_where_it_begins(void **state)
{
	(void)state;
	expect("Subject: x\n\na\n {{#if score > 1}}\nb\n\n",
	       "line 4, column 2: {{#if}} without {{/if}}");
	expect("Subject: x\n\n{{#if score > 1}}{{else}}\n{{#if score > 2}}",
	       "line 4, column 1: {{#if}} without {{/if}}");
}

static void
a_quoted_printable_part_is_decoded_first(void **state)
{
	(void)state;
	expect("Subject: x\nContent-Type: text/html; charset=utf-8\n"
	       "Content-Transfer-Encoding: quoted-printable\n\n"
	       "<p class=3D\"a\">{{contact=\nScore}}</p>\n",
	       "<p class=3D\"a\">42</p>");
}

static void
a_latin1_part_goes_out_in_utf8(void **state)
{
	(void)state;
	expect("Subject: x\nContent-Type: text/plain; charset=iso-8859-1\n\n"
	       "Gr\xfc\xdf {{email}}\n",
	       "Gr=C3=BC=C3=9F ann@example.com");
}

static void
parts_without_variables_stay_byte_for_byte(void **state)
{
	static const char mail[] =
		"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
		"--b\nContent-Type: text/plain\nX-Kept: yes\n\n{{email}}\n"
		"--b\nContent-Type: application/pdf\n"
		"Content-Transfer-Encoding: base64\n\nSGVsbG8ge3t9fQ==\n"
		"--b--\n";

	(void)state;
	expect(mail, "--b\r\nX-Kept: yes\r\nContent-Type: text/plain; "
		     "charset=utf-8\r\nContent-Transfer-Encoding: "
		     "quoted-printable\r\n\r\nann@example.com\r\n--b\r\n"
		     "Content-Type: application/pdf\r\n"
		     "Content-Transfer-Encoding: base64\r\n\r\n"
		     "SGVsbG8ge3t9fQ==\r\n--b--\r\n");
}

static void
our_headers_replace_the_templates(void **state)
{
	static const char mail[] =
		"From: old@example.com\nTo: all@example.com\n"
		"Date: yesterday\nMessage-ID: <old@x>\n"
		"X-Scoregate-Campaign: old\nSubject: kept\n\nHi\n";

	(void)state;
	expect(mail, "From: News <news@example.com>\r\n");
	expect(mail, "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n");
	expect(mail, "Subject: kept\r\n");
	expect_not(mail, "old");
	expect_not(mail, "yesterday");
}

static void
quoted_printable_lines_have_at_most_76(void **state)
{
	struct buf out = BUF_INIT;
	char text[1000];
	size_t i, width = 0;

	(void)state;
	for (i = 0; i < sizeof(text); i++)
		text[i] = i % 7 == 0 ? '=' : i % 50 == 3 ? ' ' : 'a';
	template_write_quoted_printable(&out, text, sizeof(text));
	for (i = 0; i < out.len; i++) {
		width = out.data[i] == '\n' ? 0 : width + 1;
		assert_true(width <= 76);
	}
	buf_done(&out);
}

static void
a_value_in_a_url_is_percent_encoded(void **state)
{
	(void)state;
	expect(HTML
	       "<a href=\"https://x.test/?n={{field.first_name}}&m=1\">x</a>",
	       "?n=3DAnn%20%3Cb%3E");
	expect(HTML "<a href='https://x.test/{{field.evil}}'>x</a>", "%0A");
	expect(HTML "<a title=\"{{field.first_name}}\">x</a>", "Ann &lt;b&gt;");
	expect(HTML "<p>{{field.first_name}}</p>", "Ann &lt;b&gt;");
}

static void
a_value_that_is_a_whole_url_stays_one(void **state)
{
	(void)state;
	expect(HTML "<a href=\"{{unsubscribe_url}}\">x</a>",
	       "href=3D\"https://");
	expect(HTML "<a href=\"{{field.script}}\">x</a>",
	       "href=3D\"javascript%3Aalert");
}

static void
the_forward_url_is_escaped_by_its_place(void **state)
{
	(void)state;
	expect(HTML "<a href=\"{{forward_url}}\">x</a>",
	       "href=3D\"https://t.example.com/w/y-_\"");
	expect(HTML "<a href=\"https://x.test/?next={{forward_url}}\">x</a>",
	       "next=3Dhttps%3A%2F%2Ft.example.com%2Fw%2Fy-_");
	expect("Subject: x\n\nSend on: {{forward_url}}\n",
	       "Send on: https://t.example.com/w/y-_\r\n");
	expect("Subject: x\n\n{{forward_uri}}\n",
	       "unknown variable forward_uri");
}

static void
a_template_says_whether_it_has_a_forward_url(void **state)
{
	static const struct {
		const char *text;
		bool does;
	} rows[] = {
		{"Subject: x\n\nHello\n", false},
		{"Subject: x\n\n{{unsubscribe_url}}\n", false},
		{"Subject: x\n\n{{forward_url}}\n", true},
		{"Subject: x\nX-Forward: {{forward_url}}\n\nHello\n", true},
		{"Subject: x\n\n{{#if has score}}{{forward_url}}{{/if}}\n",
		 true},
	};
	struct template *template;
	struct sg_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(template_parse(rows[i].text,
						strlen(rows[i].text), &names,
						&template, &err),
				 SG_OK);
		assert_int_equal(template_forwards(template), rows[i].does);
		template_free(template);
	}
}

/* With its image, as a newsletter often comes. */
#define RELATED(first)                                                \
	"Subject: x\nMIME-Version: 1.0\n"                             \
	"Content-Type: multipart/related; boundary=\"cut\"\n\n" first \
	"--cut\nContent-Type: text/html; charset=utf-8\n"             \
	"Content-ID: <root@x>\n\n<p>Hello <b>you</b></p>\n"           \
	"--cut\nContent-Type: image/gif\nContent-ID: <logo@x>\n"      \
	"Content-Transfer-Encoding: base64\n\nR0lGODlhAQABAAAAACw=\n" \
	"--cut--\n"

static void
html_with_its_images_gets_a_text_part_beside_it(void **state)
{
	char *twice;

	(void)state;
	expect(RELATED(""),
	       "--cut\r\nContent-ID: <root@x>\r\n"
	       "Content-Type: multipart/alternative;\r\n"
	       " boundary=\"=_scoregate_text\"\r\n\r\n"
	       "--=_scoregate_text\r\n"
	       "Content-Type: text/plain; charset=utf-8\r\n"
	       "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	       "Hello you\r\n\r\n\r\n"
	       "--=_scoregate_text\r\n"
	       "Content-Type: text/html; charset=utf-8\r\n");
	expect(RELATED(""), "\r\n--=_scoregate_text--\r\n\r\n--cut\r\n"
			    "Content-Type: image/gif\r\n"
			    "Content-ID: <logo@x>\r\n"
			    "Content-Transfer-Encoding: base64\r\n\r\n"
			    "R0lGODlhAQABAAAAACw=\r\n--cut--\r\n");
	expect_not(RELATED("--cut\nContent-Type: text/plain\n\nHi\n"),
		   "scoregate_text");
	/* What has been through it once is a template all the same. */
	twice = render(RELATED("--cut\nContent-Type: text/x\n\n"
			       "--=_scoregate_text\n"));
	assert_non_null(strstr(twice, "boundary=\"=_scoregate_text_\""));
	free(twice);
}

static void
html_alone_gets_a_text_part(void **state)
{
	static const char html[] =
		HTML "<!doctype html><html><head><title>no</title>"
		     "<style>p { color: red }</style></head><body>\n"
		     "<h1>Hello &amp; welcome</h1><!-- <b>no</b> -->"
		     "<p>You have\n <b>{{score}}</b> points.</p>"
		     "<!--[if mso]><p>Outlook</p><![endif]-->"
		     "<ul><li>one<li>two</ul>"
		     "<a href=\"https://x.test/\">shop</a> "
		     "<a href=\"https://x.test/\">https://x.test/</a>"
		     "<img src=\"a.png\" alt=\"A picture\"></body></html>\n";

	(void)state;
	expect(html, "Content-Type: multipart/alternative;");
	expect(html, "Content-Type: text/plain; charset=utf-8\r\n"
		     "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
		     "Hello & welcome\r\n\r\nYou have 42 points.\r\n\r\n"
		     "- one\r\n- two\r\n\r\n"
		     "shop <https://x.test/> https://x.test/A picture\r\n");
	expect(html, "Content-Type: text/html; charset=utf-8\r\n");
	expect_not(PLAIN "{{score}}", "multipart");
}

static void
a_header_in_utf8_becomes_encoded_words(void **state)
{
	(void)state;
	expect("Subject: Gr\xc3\xbc\xc3\x9f\x65\n\nHello\n",
	       "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n");
}

static void
an_address_in_utf8_stays_an_address(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	template_write_header(&out, "To", "j\xc3\xb6rg@example.com");
	template_write_header(&out, "To", "J\xc3\xb6rg <j\xc3\xb6rg@x.test>");
	assert_string_equal(buf_text(&out), "To: j\xc3\xb6rg@example.com\n"
					    "To: =?UTF-8?B?SsO2cmc=?=\n"
					    " <j\xc3\xb6rg@x.test>\n");
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_score_is_shown_rounded),
		cmocka_unit_test(a_missing_value_takes_its_default),
		cmocka_unit_test(a_value_is_escaped_in_html_and_not_in_text),
		cmocka_unit_test(a_value_never_begins_a_header_of_its_own),
		cmocka_unit_test(a_value_never_speaks_smtp),
		cmocka_unit_test(a_subject_outside_ascii_becomes_encoded_words),
		cmocka_unit_test(conditions_choose_a_part),
		cmocka_unit_test(what_is_wrong_is_said_with_line_and_column),
		cmocka_unit_test(a_place_in_the_header_is_that_of_the_file),
		cmocka_unit_test(an_open_block_is_shown_where_it_begins),
		cmocka_unit_test(a_quoted_printable_part_is_decoded_first),
		cmocka_unit_test(a_latin1_part_goes_out_in_utf8),
		cmocka_unit_test(parts_without_variables_stay_byte_for_byte),
		cmocka_unit_test(our_headers_replace_the_templates),
		cmocka_unit_test(a_value_in_a_url_is_percent_encoded),
		cmocka_unit_test(a_value_that_is_a_whole_url_stays_one),
		cmocka_unit_test(the_forward_url_is_escaped_by_its_place),
		cmocka_unit_test(a_template_says_whether_it_has_a_forward_url),
		cmocka_unit_test(html_alone_gets_a_text_part),
		cmocka_unit_test(
			html_with_its_images_gets_a_text_part_beside_it),
		cmocka_unit_test(a_header_in_utf8_becomes_encoded_words),
		cmocka_unit_test(an_address_in_utf8_stays_an_address),
		cmocka_unit_test(quoted_printable_lines_have_at_most_76),
	};

	mail_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
