/*
 * html_tokenizer_test.c - the tokenizer's states by example, and against
 * libxml2's HTML parser on real mail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glob.h>
#include <libxml/HTMLparser.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "mail/html_reference.h"
#include "mail/html_tokenizer.h"
#include "mail_sample.h"

/* Tags written back in a normal form: "<a href=x off>", "</a>". */
struct writer {
	const char *text;
	struct buf out;
};

static void
write_tag(void *arg, const struct html_tag_info *tag)
{
	struct writer *w = arg;
	const struct html_attribute *a;
	size_t i;

	buf_append_text(&w->out, tag->is_end_tag ? "</" : "<");
	buf_append(&w->out, w->text + tag->name_start,
		   tag->name_end - tag->name_start);
	for (i = 0; i < tag->n_attributes; i++) {
		a = &tag->attributes[i];
		buf_append_char(&w->out, ' ');
		buf_append(&w->out, w->text + a->name_start,
			   a->name_end - a->name_start);
		if (a->quote || a->value_end > a->value_start) {
			buf_append_char(&w->out, '=');
			buf_append(&w->out, w->text + a->value_start,
				   a->value_end - a->value_start);
		}
	}
	buf_append_char(&w->out, '>');
}

struct row {
	const char *html;
	const char *tags;
};

static void
tags_are_found_as_the_standard_says(void **state)
{
	static const struct row ROWS[] = {
		{"<p>x</p>", "<p></p>"},
		{"<P\tid=1\n/>", "<P id=1>"},
		{"<a href = 'x y' off>", "<a href=x y off>"},
		{"<a href=\"x>y\">", "<a href=x>y>"},
		{"<a href=x/>", "<a href=x/>"},
		{"<a href=x\"y>", "<a href=x\"y>"},
		{"<a href=>", "<a href>"},
		{"<a href=\"\">", "<a href=>"},
		{"<a =x>", "<a =x>"},
		{"<a\"b\">", "<a\"b\">"},
		{"<a \"b=c\">", "<a \"b=c\">"},
		{"<a href=\"x\"id=y>", "<a href=x id=y>"},
		{"<br/><br//>", "<br><br>"},
		{"1 < 2 <3 < a> <a>", "<a>"},
		{"</ a></a b=c></><a>", "</a b=c><a>"},
		{"<?php <a> ?><a>", "<a>"},
		{"<!DOCTYPE html \"<a\"><a>", "<a>"},
		{"<![CDATA[ <a> ]]><b>", "<b>"},
		{"<!-- <a> -- > <a> --><b>", "<b>"},
		{"<!--><a><!-- --><b>", "<a><b>"},
		{"<!---><a><!-- --><b>", "<a><b>"},
		{"<!----!><b><!--!><a>--><c>", "<b><c>"},
		{"<!-- <a> --!><b>", "<b>"},
		{"<style><a></style><b>", "<style></style><b>"},
		{"<style><a></styles></STYLE ><b>", "<style></STYLE><b>"},
		{"<title><a></title/><b>", "<title></title><b>"},
		{"<textarea></p><a></textarea>", "<textarea></textarea>"},
		{"<xmp><a></xmp><iframe><a></iframe>",
		 "<xmp></xmp><iframe></iframe>"},
		{"<noscript><a></noscript>", "<noscript><a></noscript>"},
		{"<plaintext><a></plaintext>", "<plaintext>"},
		{"<script>'<a>'</script><b>", "<script></script><b>"},
		{"<script><!--<a></script><b>", "<script></script><b>"},
		{"<script><!--<script></script><a>--></script><b>",
		 "<script></script><b>"},
		{"<script><!--><script></script><b>", "<script></script><b>"},
		{"<script><!-- <scripts></script><b>", "<script></script><b>"},
		{"<svg><title/><a></a></svg><title/><a>",
		 "<svg><title><a></a></svg><title>"},
		{"<!--[if mso]><a href=x><![endif]--><b>", "<a href=x><b>"},
		{"<!--[IF gte mso 9]><a><![EndIf]--><b>", "<a><b>"},
		{"<!--[if !mso]><!--><a><!--<![endif]--><b>", "<a><b>"},
		{"<![if !vml]><a><![endif]><b>", "<a><b>"},
		{"<!--[if mso]><a href=\"x<![endif]--><b>", "<b>"},
		{"<!--[if mso]><style><a><![endif]--><b>", "<style><b>"},
		{"<!--[if mso]<a><![endif]--><b>", "<b>"},
		{"<a", ""},
		{"<a href=\"x", ""},
		{"<a href=x", ""},
		{"<b><a href", "<b>"},
		{"<", ""},
		{"</", ""},
		{"<!", ""},
	};
	struct writer w = {NULL, BUF_INIT};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		w.text = ROWS[i].html;
		buf_reset(&w.out);
		html_each_tag(w.text, strlen(w.text), write_tag, &w);
		if (strcmp(buf_text(&w.out), ROWS[i].tags) != 0)
			fail_msg("%s: got %s, want %s", w.text,
				 buf_text(&w.out), ROWS[i].tags);
	}
	buf_done(&w.out);
}

struct place {
	const char *html;
	const char *after; /* what follows the place, NULL: cannot append */
};

static void
the_place_to_append_is_before_the_last_real_body_end(void **state)
{
	static const struct place PLACES[] = {
		{"<body>x</body></html>", "</body></html>"},
		{"<body>x</BODY ></html>", "</BODY ></html>"},
		{"</body>x</body>y", "</body>y"},
		{"<html>x</html>\n", "</html>\n"},
		{"x", ""},
		{"", ""},
		{"x</body><!-- </body> -->", "</body><!-- </body> -->"},
		{"x</body><!--[if mso]></body><![endif]-->",
		 "</body><!--[if mso]></body><![endif]-->"},
		{"<script>'</body>'</script>x", ""},
		{"x<!-- open", NULL},
		{"x<style> open", NULL},
		{"x<a href=\"open", NULL},
		{"x</body><!-- open", "</body><!-- open"},
	};
	struct pool *pool = pool_new();
	struct html_map map;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(PLACES) / sizeof(PLACES[0]); i++) {
		html_scan(pool, PLACES[i].html, strlen(PLACES[i].html), &map);
		assert_int_equal(map.can_append, PLACES[i].after != NULL);
		if (PLACES[i].after)
			assert_string_equal(PLACES[i].html + map.append_at,
					    PLACES[i].after);
	}
	pool_free(pool);
}

static void
links_say_where_they_are_and_whether_they_are_off(void **state)
{
	static const char HTML[] =
		"<base href='http://b/'><base href='no'>"
		"<a class=x href=\"one\">"
		"<AREA HREF='two' data-scoregate=OFF>"
		"<a href=three href=four clicktracking=\"off\">"
		"<a name=none><abbr href=no><link href=no>"
		"<!--[if mso]><a href=five data-scoregate=on><![endif]-->";
	static const char *const WANT[] = {"one", "two", "three", "five"};
	struct pool *pool = pool_new();
	struct html_map map;
	size_t i;

	(void)state;
	html_scan(pool, HTML, sizeof(HTML) - 1, &map);
	assert_int_equal(map.n_links, 4);
	for (i = 0; i < 4; i++)
		assert_memory_equal(HTML + map.links[i].start, WANT[i],
				    map.links[i].end - map.links[i].start);
	assert_int_equal(map.links[0].quote, '"');
	assert_int_equal(map.links[1].quote, '\'');
	assert_int_equal(map.links[2].quote, 0);
	assert_false(map.links[0].is_off);
	assert_true(map.links[1].is_off);
	assert_true(map.links[2].is_off);
	assert_false(map.links[3].is_off);
	assert_true(map.links[3].in_comment);
	assert_memory_equal(HTML + map.links[0].attribute_start, "href=", 5);
	assert_true(map.has_base);
	assert_memory_equal(HTML + map.base_start, "http://b/", 9);
	pool_free(pool);
}

static void
links_past_the_bound_are_not_listed(void **state)
{
	struct pool *pool = pool_new();
	struct buf html = BUF_INIT;
	struct html_map map;
	unsigned i;

	(void)state;
	for (i = 0; i < HTML_LINKS_MOST + 5; i++)
		buf_append_text(&html, "<a href=x>");
	html_scan(pool, html.data, html.len, &map);
	assert_int_equal(map.n_links, HTML_LINKS_MOST);
	assert_true(map.has_more_links);
	buf_done(&html);
	pool_free(pool);
}

/* Of libxml2: the href values of a and area in order, one a line. */
static void
on_element(void *arg, const xmlChar *name, const xmlChar **attributes)
{
	struct buf *out = arg;
	size_t i;

	if (strcasecmp((const char *)name, "a") != 0 &&
	    strcasecmp((const char *)name, "area") != 0)
		return;
	for (i = 0; attributes && attributes[i]; i += 2) {
		if (strcasecmp((const char *)attributes[i], "href") != 0 ||
		    !attributes[i + 1] || !*attributes[i + 1])
			continue;
		buf_append_text(out, (const char *)attributes[i + 1]);
		buf_append_char(out, '\n');
		return;
	}
}

static void
list_by_oracle(const char *html, size_t len, struct buf *out)
{
	htmlSAXHandler handler;
	htmlParserCtxtPtr parser;

	memset(&handler, 0, sizeof(handler));
	handler.startElement = on_element;
	parser = htmlCreatePushParserCtxt(&handler, out, NULL, 0, NULL,
					  XML_CHAR_ENCODING_8859_1);
	htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
					   HTML_PARSE_NOWARNING |
					   HTML_PARSE_IGNORE_ENC);
	htmlParseChunk(parser, html, (int)len, 1);
	htmlFreeParserCtxt(parser);
}

static void
list_by_us(const char *html, size_t len, struct buf *out)
{
	struct pool *pool = pool_new();
	struct html_map map;
	size_t i;

	html_scan(pool, html, len, &map);
	for (i = 0; i < map.n_links; i++) {
		if (map.links[i].in_comment)
			continue;
		if (html_decode_references(out, html + map.links[i].start,
					   map.links[i].end -
						   map.links[i].start) != SG_OK)
			buf_append_text(out, "?");
		buf_append_char(out, '\n');
	}
	pool_free(pool);
}

static void
real_html_reads_as_with_libxml2(void **state)
{
	const char *corpora = sample_corpora("real html");
	struct pool *pool = pool_new();
	struct buf ours = BUF_INIT, theirs = BUF_INIT;
	unsigned n = 0;
	glob_t found;
	size_t i, len;
	char *html;

	(void)state;
	if (corpora && glob(pool_printf(pool, "%s/html/*/*", corpora), 0, NULL,
			    &found) == 0) {
		for (i = 0; i < found.gl_pathc; i++) {
			html = sample_read_file(pool, found.gl_pathv[i], &len);
			assert_non_null(html);
			buf_reset(&ours);
			buf_reset(&theirs);
			list_by_us(html, len, &ours);
			list_by_oracle(html, len, &theirs);
			if (strcmp(buf_text(&ours), buf_text(&theirs)) != 0)
				fail_msg("%s: ours:\n%stheirs:\n%s",
					 found.gl_pathv[i], buf_text(&ours),
					 buf_text(&theirs));
			n++;
		}
		printf("oracle: %u files read alike\n", n);
		globfree(&found);
	}
	buf_done(&ours);
	buf_done(&theirs);
	pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_are_found_as_the_standard_says),
		cmocka_unit_test(
			the_place_to_append_is_before_the_last_real_body_end),
		cmocka_unit_test(
			links_say_where_they_are_and_whether_they_are_off),
		cmocka_unit_test(links_past_the_bound_are_not_listed),
		cmocka_unit_test(real_html_reads_as_with_libxml2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
