/* template_plain_test.c - the text that is made from an HTML mail. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "broadcast/template_plain.h"

/* But for the empty lines at its end. */
static void
text_is(const char *html, const char *want)
{
	struct buf text = BUF_INIT;

	template_plain_from_html(html, strlen(html), &text);
	while (text.len > 1 && text.data[text.len - 2] == '\n')
		text.data[--text.len] = '\0';
	if (strcmp(buf_text(&text), want) != 0)
		print_error("%s\n", html);
	assert_string_equal(buf_text(&text), want);
	buf_done(&text);
}

#define PREHEADER(how) "<body><div " how ">Only in the list</div><p>Hello</p>"

static void
a_preheader_is_not_in_the_text(void **unused)
{
	static const char *const hows[] = {
		"style=\"display:none\"",
		"style='display: none !important; font-size: 1px'",
		"STYLE=\"color:#fff;DISPLAY:NONE;\"",
		"style=\"visibility:hidden\"",
		"style=\"opacity:0\"",
		"style=\"opacity:0.0;color:red\"",
		"style=\"max-height:0;overflow:hidden\"",
		"style=\"max-height:0px; max-width:0px; overflow:hidden;\"",
		"style=\"height:0;overflow:hidden;mso-hide:all\"",
		"style=\"font-family:&quot;x&quot;;display&#58;none\"",
		"hidden",
		"class=\"x\" hidden=\"\""};
	size_t i;

	for (i = 0; i < sizeof(hows) / sizeof(hows[0]); i++) {
		char html[300];

		snprintf(html, sizeof(html),
			 "<body><div %s>Only in the list</div><p>Hello</p>",
			 hows[i]);
		text_is(html, "Hello\n");
	}
}

static void
what_is_seen_stays(void **unused)
{
	text_is(PREHEADER("style=\"display:block\""),
		"Only in the list\n\nHello\n");
	text_is(PREHEADER("style=\"opacity:0.9\""),
		"Only in the list\n\nHello\n");
	text_is(PREHEADER("style=\"opacity:.5\""),
		"Only in the list\n\nHello\n");
	text_is(PREHEADER("style=\"overflow:hidden\""),
		"Only in the list\n\nHello\n");
	text_is(PREHEADER("style=\"max-height:0\""),
		"Only in the list\n\nHello\n");
	text_is(PREHEADER("style=\"overflow:hidden;max-height:10px\""),
		"Only in the list\n\nHello\n");
	text_is(PREHEADER("data-style=\"display:none\""),
		"Only in the list\n\nHello\n");
	text_is(PREHEADER("aria-hidden=\"true\""),
		"Only in the list\n\nHello\n");
	/* MJML's frames; for Outlook alone. */
	text_is("<table><tr><td style=\"font-size:0px;padding:0\"><div "
		"style=\"font-size:13px\">Hello</div></td></tr></table>",
		"Hello\n");
	text_is("<p style=\"mso-hide:all\">Hello</p>", "Hello\n");
}

static void
all_that_is_in_it_goes_and_nothing_else(void **unused)
{
	text_is("<div hidden>a<div>b</div>c</div>d", "d\n");
	text_is("<div hidden><p>a<b>b</b><img alt=\"c\"></div>d", "d\n");
	text_is("<span hidden>a<span>b</span></span> c <span>d</span>",
		"c d\n");
	text_is("<div hidden>a<table><tr><td><div>b</div></td></tr></table>c"
		"</div>d",
		"d\n");
	text_is("<table><tr><td hidden>a</td><td>b</td></tr></table>", "b\n");
	text_is("<table><tr hidden><td>a</td></tr><tr><td>b</td></tr></table>",
		"b\n");
	text_is("<table hidden><tr><td>a<table><tr><td>b</table></table>c",
		"c\n");
	text_is("a<a href=\"http://x.test/\" hidden>b</a> <img hidden "
		"alt=\"c\"> d",
		"a c d\n");
	text_is("<a href=\"http://x.test/\"><span hidden>a</span>b</a>",
		"b <http://x.test/>\n");
}

static void
what_has_no_end_tag_ends(void **unused)
{
	text_is("<p hidden>a<p>b", "b\n");
	text_is("<div><p hidden>a</div>b", "b\n");
	text_is("<ul><li hidden>a<li>b</ul>c", "- b\n\nc\n");
	text_is("<ul><li hidden>a</ul>c", "c\n");
	text_is("<table><tr><td hidden>a<td>b<tr><td>c</table>d",
		"b\nc\n\nd\n");
	text_is("<table><tr hidden><td>a<tr><td>b</table>c", "b\n\nc\n");
	text_is("<table><tr><td><div hidden>a</td><td>b</td></tr></table>",
		"b\n");
	text_is("<head><title>a</title><p>b", "b\n");
	text_is("<head><title>a</title><body>b", "b\n");
	text_is("<div hidden>a", "");
}

#define SHEET(css) "<head><style>" css "</style></head><body>"
#define BOTH	   "<p class=\"big pre\">a</p><div id=\"top\">b</div><p>c</p>"

static void
a_style_sheet_hides_by_its_plain_selectors(void **unused)
{
	text_is(SHEET(".pre { display: none }") BOTH, "b\n\nc\n");
	text_is(SHEET("p.pre, #top{display:none!important}") BOTH, "c\n");
	text_is(SHEET("td.pre{display:none}") BOTH, "a\n\nb\n\nc\n");
	text_is(SHEET("@import url(x.css); /* x */ .pre{display:none}") BOTH,
		"b\n\nc\n");
	text_is(SHEET(".pre{display:none} .pre{display:block}") BOTH,
		"a\n\nb\n\nc\n");
	text_is("<style>.pre{display:none}</style>" BOTH, "b\n\nc\n");
	text_is(SHEET("<!-- .pre{display:none} -->") BOTH, "b\n\nc\n");
	text_is(SHEET(".pre{display:none}") "<p class=\"pre\" "
					    "style=\"display:block\">a</p>",
		"a\n");
}

static void
a_style_sheet_hides_nothing_it_may_show(void **unused)
{
	static const char *const sheets[] = {
		"@media (max-width:600px) { .pre{display:none} #top{x:y} }",
		"@media print { .pre { display:none } } p { color: red }",
		"/* .pre { display:none } */",
		".outer .pre{display:none}",
		".pre:hover{display:none}",
		"u + .pre{display:none}",
		".pre[x]{display:none}",
		"* {display:none",
		".pre{color:red}",
		".pre{",
		"}}} {{{ ; @",
		""};
	size_t i;

	for (i = 0; i < sizeof(sheets) / sizeof(sheets[0]); i++) {
		char html[400];

		snprintf(html, sizeof(html), SHEET("%s") BOTH, sheets[i]);
		text_is(html, "a\n\nb\n\nc\n");
	}
}

/* ASan and UBSan look on. */
static void
any_pieces_in_any_order_are_read_to_their_end(void **unused)
{
	static const char *const pieces[] = {"<div hidden>",
					     "</div>",
					     "<table class=x>",
					     "</table>",
					     "<tr hidden>",
					     "<td>",
					     "</td>",
					     "<ul>",
					     "<li hidden>",
					     "</ul>",
					     "<head>",
					     "<body>",
					     "<style>",
					     ".x{",
					     "display:none}",
					     "</style>",
					     "<p class='x y'>",
					     "</p>",
					     "/*",
					     "*/",
					     "@media{",
					     "}",
					     "<!--",
					     "-->",
					     "<a href=http:>",
					     "</a>",
					     "<img alt=&#",
					     "x y;"};
	unsigned chance = 1;
	size_t i, n;

	for (i = 0; i < 20000; i++) {
		struct buf html = BUF_INIT, text = BUF_INIT;

		for (n = 0; n < 12; n++) {
			chance = chance * 1103515245 + 12345;
			buf_append_text(
				&html,
				pieces[(chance >> 16) %
				       (sizeof(pieces) / sizeof(pieces[0]))]);
		}
		template_plain_from_html(html.data, html.len, &text);
		assert_true(buf_ok(&text));
		buf_done(&text);
		buf_done(&html);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_preheader_is_not_in_the_text),
		cmocka_unit_test(what_is_seen_stays),
		cmocka_unit_test(all_that_is_in_it_goes_and_nothing_else),
		cmocka_unit_test(what_has_no_end_tag_ends),
		cmocka_unit_test(a_style_sheet_hides_by_its_plain_selectors),
		cmocka_unit_test(a_style_sheet_hides_nothing_it_may_show),
		cmocka_unit_test(any_pieces_in_any_order_are_read_to_their_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
