/*
 * plugin_console_html_test.c - what outside text becomes where the console's
 * pages put it. The one file of the plugin that escapes, with the host's own
 * functions behind it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "gate/gate_host.h"

#include "plugins/console/html.c"

static struct sg_text text;

#define HTML(...)                                                  \
	(buf_done(&text.buf), buf_init(&text.buf, GATE_TEXT_MOST), \
	 html_to(&gate_host, &text, __VA_ARGS__), gate_host.text_value(&text))
#define PLAIN(...)                                                 \
	(buf_done(&text.buf), buf_init(&text.buf, GATE_TEXT_MOST), \
	 write_to(&gate_host, &text, __VA_ARGS__),                 \
	 gate_host.text_value(&text))

static int
free_text(void **state)
{
	buf_done(&text.buf);
	return 0;
}

static void
text_is_no_markup_in_an_element(void **state)
{
	assert_string_equal(HTML("<p>%s</p>", "<script>alert(1)</script>"),
			    "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
	assert_string_equal(HTML("%s", "a & b &amp; c"),
			    "a &amp; b &amp;amp; c");
	assert_string_equal(HTML("%s", "Käse €"), "Käse €");
}

static void
text_cannot_leave_an_attribute(void **state)
{
	const char *all = HTML("<a title=\"%s\">", "\" onclick='x' a=\"<>");

	assert_null(strstr(all + strlen("<a title=\""), "\" on"));
	assert_null(strchr(all + 1, '<'));
	assert_null(strchr(all, '\''));
	assert_string_equal(all + strlen(all) - 2, "\">");
}

static void
a_part_of_a_url_stays_one_part(void **state)
{
	assert_string_equal(
		HTML("<a href=\"/console/contacts/%u?module=%u\">",
		     "a/../b?c#d\"<'&", "x&y=z"),
		"<a href=\"/console/contacts/"
		"a%2F..%2Fb%3Fc%23d%22%3C%27%26?module=x%26y%3Dz\">");
	assert_string_equal(PLAIN("/contacts/%u", "bob@example.com"),
			    "/contacts/bob%40example.com");
}

static void
json_is_a_string_and_nothing_more(void **state)
{
	assert_string_equal(PLAIN("{\"a\":%j}", "x\"},{\"b\":\"\\"),
			    "{\"a\":\"x\\u0022},{\\u0022b\\u0022:"
			    "\\u0022\\u005c\"}");
	assert_string_equal(PLAIN("%j", "a\r\n\x01"),
			    "\"a\\u000d\\u000a\\u0001\"");
	assert_string_equal(HTML("%j", "</script>"),
			    "&quot;\\u003c/script\\u003e&quot;");
}

static void
numbers_are_as_short_as_they_can_be_read_back(void **state)
{
	assert_string_equal(PLAIN("%f %f %f %f", 0.1, 60.0, -2.5, 1.0 / 3),
			    "0.1 60 -2.5 0.3333333333333333");
	assert_string_equal(PLAIN("%d%%", 50), "50%");
}

static void
nothing_is_written_for_no_text_and_what_is_plain_stays(void **state)
{
	assert_string_equal(HTML("[%s%u%j]", NULL, NULL, NULL),
			    "[&quot;&quot;]");
	assert_string_equal(PLAIN("%s", "<as it is>"), "<as it is>");
	assert_string_equal(HTML("at the end %"), "at the end ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_no_markup_in_an_element),
		cmocka_unit_test(text_cannot_leave_an_attribute),
		cmocka_unit_test(a_part_of_a_url_stays_one_part),
		cmocka_unit_test(json_is_a_string_and_nothing_more),
		cmocka_unit_test(numbers_are_as_short_as_they_can_be_read_back),
		cmocka_unit_test(
			nothing_is_written_for_no_text_and_what_is_plain_stays),
	};

	return cmocka_run_group_tests(tests, NULL, free_text);
}
