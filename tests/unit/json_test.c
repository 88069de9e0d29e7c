#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/json.h"

static struct json *
parsed(const char *text)
{
	struct json *json = NULL;
	struct sg_err err = {0};

	if (json_parse(text, strlen(text), &json, &err) != SG_OK)
		fail_msg("%s: %s", text, err.text);
	return json;
}

static void
assert_refused(const char *text, size_t len, const char *want)
{
	struct json *json = NULL;
	struct sg_err err = {0};

	assert_int_equal(json_parse(text, len, &json, &err), SG_REFUSED);
	assert_null(json);
	if (!strstr(err.text, want))
		fail_msg("'%s' is not in '%s'", want, err.text);
}

static void
values_are_found_by_name_and_type(void **state)
{
	struct json *json = parsed("{\"a\":\"x\",\"n\":1.5,\"i\":3,\"f\":4.0,"
				   "\"t\":true,\"z\":null,\"l\":[1,2]}");
	double number;
	int64_t integer;
	bool yes;

	assert_string_equal(json_get_text(json, "a"), "x");
	assert_null(json_get_text(json, "n"));
	assert_null(json_get_text(json, "absent"));
	assert_true(json_get_number(json, "n", &number) && number == 1.5);
	assert_true(json_get_number(json, "i", &number) && number == 3);
	assert_true(json_get_int(json, "i", &integer) && integer == 3);
	assert_true(json_get_int(json, "f", &integer) && integer == 4);
	assert_false(json_get_int(json, "n", &integer));
	assert_false(json_get_int(json, "a", &integer));
	assert_true(json_get_bool(json, "t", &yes) && yes);
	assert_false(json_get_bool(json, "i", &yes));
	assert_null(json_get(json, "z"));
	assert_int_equal(json_count(json_get(json, "l")), 2);
	assert_null(json_at(json_get(json, "l"), 2));
	assert_null(json_get(json_get(json, "l"), "a"));
	json_free(json);
}

static void
pointers_lead_into_the_tree(void **state)
{
	struct json *json = parsed("{\"a\":{\"b/c\":[10,{\"d\":\"x\"}]}}");

	assert_true(json_is_text(json_pointer(json, "/a/b~1c/1/d")));
	assert_null(json_pointer(json, "/a/b~1c/7"));
	assert_null(json_pointer(json, "/a/x"));
	assert_null(json_pointer(json, "no slash"));
	assert_true(json_pointer(json, "") == json);
	json_free(json);
}

static void
what_is_written_reads_back(void **state)
{
	struct json *json = json_new_object(), *list = json_new_array();
	struct buf text = BUF_INIT;

	json_add_text(json, "t", "a/\"b\"\n\xff");
	json_add_number(json, "n", 18.585);
	json_add_int(json, "i", INT64_MIN);
	json_add_bool(json, "b", false);
	json_add_null(json, "z");
	json_add_time(json, "at", 0);
	json_push(list, json_number(-0.1));
	json_push(list, json_text("x"));
	json_add(json, "l", list);
	json_write(json, &text);
	assert_string_equal(buf_text(&text),
			    "{\"t\":\"a/\\\"b\\\"\\n\xef\xbf\xbd\","
			    "\"n\":18.585,\"i\":-9223372036854775808,"
			    "\"b\":false,\"z\":null,"
			    "\"at\":\"1970-01-01T00:00:00.000Z\","
			    "\"l\":[-0.1,\"x\"]}");
	json_free(json);
	json_free(parsed(buf_text(&text)));
	buf_done(&text);
}

static void
scalars_have_a_text(void **state)
{
	struct json *json = parsed("[true,12.50,\"abc\",7,null,{}]");
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < 4; i++) {
		assert_true(json_scalar(json_at(json, i), &text));
		buf_append_char(&text, ' ');
	}
	assert_string_equal(buf_text(&text), "true 12.5 abc 7 ");
	assert_false(json_scalar(json_at(json, 4), &text));
	assert_false(json_scalar(json_at(json, 5), &text));
	buf_done(&text);
	json_free(json);
}

static bool
count_two(void *arg, const char *name, struct json *value)
{
	return ++*(int *)arg < 2;
}

static void
members_are_walked_until_told_to_stop(void **state)
{
	struct json *json = parsed("{\"a\":1,\"b\":2,\"c\":3}");
	int n = 0;

	json_each(json, count_two, &n);
	assert_int_equal(n, 2);
	json_each(NULL, count_two, &n);
	json_free(json);
}

static void
broken_json_is_refused_with_the_byte(void **state)
{
	assert_refused("", 0, "too early");
	assert_refused("{\"a\":", 5, "at byte 5: it ends too early");
	assert_refused("{\"a\":1} x", 9, "at byte 8");
	assert_refused("{a:1}", 5, "at byte 1");
	assert_refused("{\"a\":1,}", 8, "at byte 7");
	assert_refused("[1 2]", 5, "at byte 3");
	assert_refused("\"\xff\"", 3, "not JSON");
	assert_refused("null", 4, "only null");
}

static void
what_json_c_would_take_but_we_cannot_keep_is_refused(void **state)
{
	assert_refused("[NaN]", 5, "");
	assert_refused("[Infinity]", 10, "");
	assert_refused("[-Infinity]", 11, "");
	assert_refused("[1e999]", 7, "");
	assert_refused("{\"a\":\"x\\u0000y\"}", 16, "NUL");
	assert_refused("12\0{", 4, "NUL");
}

static void
depth_is_bounded(void **state)
{
	char deep[200];

	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	assert_refused(deep, sizeof(deep), "too deep");
	json_free(parsed("[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]"));
}

static void
the_last_of_equal_names_wins(void **state)
{
	struct json *json = parsed("{\"a\":1,\"a\":\"two\"}");

	assert_string_equal(json_get_text(json, "a"), "two");
	json_free(json);
}

static void
bare_scalars_are_json_too(void **state)
{
	struct json *json = parsed(" 12 ");

	assert_false(json_is_object(json));
	json_free(json);
	json_free(parsed("12"));
	json_free(parsed("\"x\""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_found_by_name_and_type),
		cmocka_unit_test(pointers_lead_into_the_tree),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(scalars_have_a_text),
		cmocka_unit_test(members_are_walked_until_told_to_stop),
		cmocka_unit_test(broken_json_is_refused_with_the_byte),
		cmocka_unit_test(
			what_json_c_would_take_but_we_cannot_keep_is_refused),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(the_last_of_equal_names_wins),
		cmocka_unit_test(bare_scalars_are_json_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
