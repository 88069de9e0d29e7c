/* lane_head_test.c - a head that is not for the quick lane: all there, still
 * coming, or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "http/lane_head.h"

static int
look(const char *text)
{
	return lane_head_look(text, strlen(text));
}

static void
a_head_that_is_all_there_is_the_other_lane_s(void **state)
{
	assert_int_equal(look("GET /f/x HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
	assert_int_equal(look("POST /f/x HTTP/1.1\r\nHost: h\r\n\r\n:b\r\n"),
			 0);
	/* So is one that it refuses, for line feeds alone. */
	assert_int_equal(look("GET /f/x HTTP/1.1\nHost: h\n\n"), 0);
	assert_int_equal(look("GET /f/x HTTP/1.1\r\nHost: h\n\r\n"), 0);
}

static void
what_begins_like_a_method_is_waited_for(void **state)
{
	static const char text[] = "OPTIONS /f/x HTTP/1.1\r\nHost: h\r\n\r\n";

	for (size_t len = 1; len < sizeof(text) - 1; len++)
		assert_int_equal(lane_head_look(text, len), LANE_HEAD_MORE);
	assert_int_equal(lane_head_look(text, sizeof(text) - 1), 0);
}

static void
what_does_not_is_not(void **state)
{
	static const char *const texts[] = {
		"get /",  "\r\nGET /", "\x16\x03\x01",
		" GET /", "GET\t/",    "ABCDEFGHIJKLMNOPQ"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(look(texts[i]), LANE_HEAD_OTHER);
	assert_int_equal(lane_head_look("", 0), LANE_HEAD_OTHER);
}

static void
a_header_without_a_name_is_refused(void **state)
{
	assert_int_equal(look("GET / HTTP/1.1\r\n: b\r\n\r\n"), 400);
	assert_int_equal(look("GET / HTTP/1.1\r\nHost: h\r\n:\r\n"), 400);
	assert_int_equal(look("GET / HTTP/1.1\r\nHost: :\r\n\r\n"), 0);
}

static void
a_head_past_the_most_is_refused(void **state)
{
	static char text[LANE_HEAD_MOST];
	struct buf many = BUF_INIT;

	memset(text, 'a', sizeof(text));
	memcpy(text, "GET /", 5);
	assert_int_equal(lane_head_look(text, sizeof(text) - 1),
			 LANE_HEAD_MORE);
	assert_int_equal(lane_head_look(text, sizeof(text)), 414);
	text[100] = '\n';
	assert_int_equal(lane_head_look(text, sizeof(text) - 1),
			 LANE_HEAD_MORE);
	assert_int_equal(lane_head_look(text, sizeof(text)), 431);
	buf_append_text(&many, "GET / HTTP/1.1\r\n");
	for (int i = 0; i < LANE_FIELDS_MOST; i++)
		buf_append_text(&many, "A: b\r\n");
	assert_int_equal(look(buf_text(&many)), LANE_HEAD_MORE);
	buf_append_text(&many, "A: b\r\n");
	assert_int_equal(look(buf_text(&many)), 431);
	buf_done(&many);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_that_is_all_there_is_the_other_lane_s),
		cmocka_unit_test(what_begins_like_a_method_is_waited_for),
		cmocka_unit_test(what_does_not_is_not),
		cmocka_unit_test(a_header_without_a_name_is_refused),
		cmocka_unit_test(a_head_past_the_most_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
