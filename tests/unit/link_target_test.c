/* link_target_test.c - from an href to the URL that a click opens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "mail/html_reference.h"
#include "mail/link_target.h"
#include "mail/url_resolve.h"

struct row {
	const char *value;
	const char *want; /* NULL: left alone */
};

static void
check(struct link_reader *reader, const struct row *rows, size_t n)
{
	enum sg_status status;
	size_t i;

	for (i = 0; i < n; i++) {
		status = link_reader_read(reader, rows[i].value,
					  strlen(rows[i].value));
		if (!rows[i].want) {
			if (status != SG_NONE)
				fail_msg("taken: %s as %s", rows[i].value,
					 reader->url.data);
			continue;
		}
		if (status != SG_OK)
			fail_msg("left: %s", rows[i].value);
		assert_string_equal(reader->url.data, rows[i].want);
	}
}

#define CHECK(reader, rows) check(reader, rows, sizeof(rows) / sizeof(rows[0]))

static void
web_targets_are_taken_and_others_left(void **state)
{
	static const struct row ROWS[] = {
		{"https://example.com/", "https://example.com/"},
		{"HTTP://Example.com", "HTTP://Example.com"},
		{" https://example.com/a\r\n b ", "https://example.com/a%20b"},
		{"https://example.com/?a=1&amp;b=2",
		 "https://example.com/?a=1&b=2"},
		{"https&#58;//example.com/&#x61;", "https://example.com/a"},
		{"https://example.com/\xc3\xa9", "https://example.com/%C3%A9"},
		{"https://b\xc3\xbc"
		 "cher.example:8080/x",
		 "https://xn--bcher-kva.example:8080/x"},
		{"https://user@example.com/", "https://user@example.com/"},
		{"https://[2001:db8::1]:80/", "https://[2001:db8::1]:80/"},
		{"https://us\xc3\xa9r@example.com/", NULL},
		{"https://example.com/\xff", NULL},
		{"https:///path", NULL},
		{"https:/example.com", NULL},
		{"http:example", NULL},
		{"https://exa mple.com/", NULL},
		{"mailto:ann@example.net", NULL},
		{"tel:+1", NULL},
		{"cid:part@x", NULL},
		{"data:text/html,x", NULL},
		{"javascript:alert(1)", NULL},
		{"whatsapp://send?x", NULL},
		{"#top", NULL},
		{"relative.html", NULL},
		{"//example.com/x", NULL},
		{"", NULL},
		{"https://example.com/{{id}}", NULL},
		{"https://example.com/*|ID|*", NULL},
		{"https://example.com/%%id%%", NULL},
		{"https://example.com/[[id]]", NULL},
		{"https://example.com/<%=id%>", NULL},
		{"https://example.com/?x=100%25",
		 "https://example.com/?x=100%25"},
		{"https://example.com/&nosuchname;", NULL},
	};
	struct link_reader reader;

	(void)state;
	link_reader_init(&reader, true);
	CHECK(&reader, ROWS);
	link_reader_done(&reader);
}

static void
bytes_of_another_charset_are_left(void **state)
{
	static const struct row ROWS[] = {
		{"https://example.com/\xe9", NULL},
		{"https://example.com/\xc3\xa9", NULL},
		{"https://example.com/e", "https://example.com/e"},
	};
	struct link_reader reader;

	(void)state;
	link_reader_init(&reader, false);
	CHECK(&reader, ROWS);
	link_reader_done(&reader);
}

static void
relative_targets_resolve_against_a_web_base_only(void **state)
{
	static const struct row WEB[] = {
		{"x", "https://example.com/a/x"},
		{"#top", NULL},
		{"//other.example", "https://other.example"},
		{"mailto:a@b.example", NULL},
	};
	static const struct row NOT_WEB[] = {{"x", NULL}};
	struct link_reader reader;

	(void)state;
	link_reader_init(&reader, true);
	link_reader_set_base(&reader, "https://example.com/a/b", 23);
	CHECK(&reader, WEB);
	link_reader_set_base(&reader, "cid:base", 8);
	CHECK(&reader, NOT_WEB);
	link_reader_done(&reader);
}

/* RFC 3986 §5.4 */
static void
references_resolve_as_the_rfc_says(void **state)
{
	static const struct row ROWS[] = {
		{"g", "http://a/b/c/g"},
		{"./g", "http://a/b/c/g"},
		{"g/", "http://a/b/c/g/"},
		{"/g", "http://a/g"},
		{"//g", "http://g"},
		{"?y", "http://a/b/c/d;p?y"},
		{"g?y", "http://a/b/c/g?y"},
		{"g#s", "http://a/b/c/g#s"},
		{"g?y#s", "http://a/b/c/g?y#s"},
		{";x", "http://a/b/c/;x"},
		{"", "http://a/b/c/d;p?q"},
		{".", "http://a/b/c/"},
		{"./", "http://a/b/c/"},
		{"..", "http://a/b/"},
		{"../g", "http://a/b/g"},
		{"../..", "http://a/"},
		{"../../g", "http://a/g"},
		{"../../../g", "http://a/g"},
		{"/./g", "http://a/g"},
		{"/../g", "http://a/g"},
		{"g.", "http://a/b/c/g."},
		{"..g", "http://a/b/c/..g"},
		{"./../g", "http://a/b/g"},
		{"g/./h", "http://a/b/c/g/h"},
		{"g/../h", "http://a/b/c/h"},
		{"g?y/../x", "http://a/b/c/g?y/../x"},
	};
	struct buf url = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		buf_reset(&url);
		url_resolve(&url, "http://a/b/c/d;p?q", ROWS[i].value);
		assert_string_equal(buf_text(&url), ROWS[i].want);
	}
	buf_reset(&url);
	url_resolve(&url, "http://a", "g");
	assert_string_equal(buf_text(&url), "http://a/g");
	buf_done(&url);
}

static void
references_decode_as_in_an_attribute(void **state)
{
	static const struct row ROWS[] = {
		{"a&amp;b", "a&b"},
		{"a&ampb", "a&ampb"},
		{"a&amp=b", "a&amp=b"},
		{"a&amp", "a&"},
		{"a&copy=1&copy;", "a&copy=1\xc2\xa9"},
		{"&eacute;&yuml;&nbsp;", "\xc3\xa9\xc3\xbf\xc2\xa0"},
		{"&#65;&#x42;&#67", "ABC"},
		{"&#x1F600;", "\xf0\x9f\x98\x80"},
		{"&&;&#;&#x;& x", "&&;&#;&#x;& x"},
		{"&b;", NULL},
		{"&#0;", NULL},
		{"&#xD800;", NULL},
		{"&#99999999999999999999;", NULL},
	};
	struct buf text = BUF_INIT;
	enum sg_status status;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		buf_reset(&text);
		status = html_decode_references(&text, ROWS[i].value,
						strlen(ROWS[i].value));
		assert_int_equal(status, ROWS[i].want ? SG_OK : SG_NONE);
		if (ROWS[i].want)
			assert_string_equal(buf_text(&text), ROWS[i].want);
	}
	buf_done(&text);
}

static void
a_new_value_is_escaped_for_its_quotes(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	html_escape_value(&text, "a&b\"c'<d>", '"');
	assert_string_equal(buf_text(&text), "a&amp;b&quot;c'&lt;d&gt;");
	buf_reset(&text);
	html_escape_value(&text, "a&b\"c'", '\'');
	assert_string_equal(buf_text(&text), "a&amp;b\"c&#39;");
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(web_targets_are_taken_and_others_left),
		cmocka_unit_test(bytes_of_another_charset_are_left),
		cmocka_unit_test(
			relative_targets_resolve_against_a_web_base_only),
		cmocka_unit_test(references_resolve_as_the_rfc_says),
		cmocka_unit_test(references_decode_as_in_an_attribute),
		cmocka_unit_test(a_new_value_is_escaped_for_its_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
