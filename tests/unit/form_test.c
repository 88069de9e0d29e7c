/* form_test.c - what a form's body is read as, and its bounds. */
#include "gate/form.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/buf.h"

static struct pool *pool;
static struct sg_form *form;
static struct sg_err err;

static int
in_a_pool(void **state)
{
	(void)state;
	pool = pool_new();
	return 0;
}

static int
out_of_it(void **state)
{
	(void)state;
	pool_free(pool);
	return 0;
}

static enum sg_status
read_as(const char *type, const char *body)
{
	form = NULL;
	return form_read(pool, type, body, strlen(body), &form, &err);
}

#define URLENCODED "application/x-www-form-urlencoded"

static void
pairs_are_read_in_order_and_the_first_of_a_name_counts(void **state)
{
	(void)state;
	assert_int_equal(read_as(URLENCODED "; charset=UTF-8",
				 "b=2&a=x+y%26&&b=3&empty=&alone"),
			 SG_OK);
	assert_int_equal(form->n_fields, 5);
	assert_string_equal(form->fields[0].name, "b");
	assert_string_equal(form_find(form, "b"), "2");
	assert_string_equal(form_find(form, "a"), "x y&");
	assert_string_equal(form_find(form, "empty"), "");
	assert_string_equal(form_find(form, "alone"), "");
	assert_null(form_find(form, "c"));
}

static void
an_empty_body_is_an_empty_form(void **state)
{
	(void)state;
	assert_int_equal(form_read(pool, URLENCODED, NULL, 0, &form, &err),
			 SG_OK);
	assert_int_equal(form->n_fields, 0);
}

static void
json_scalars_and_arrays_of_them_are_fields(void **state)
{
	(void)state;
	assert_int_equal(read_as("Application/JSON",
				 "{\"t\":\"x\",\"n\":1.50,\"y\":true,"
				 "\"none\":null,\"many\":[\"a\",2]}"),
			 SG_OK);
	assert_string_equal(form_find(form, "n"), "1.5");
	assert_string_equal(form_find(form, "y"), "true");
	assert_string_equal(form_find(form, "none"), "");
	assert_int_equal(form->n_fields, 6);
	assert_string_equal(form->fields[5].value, "2");
}

static void
multipart_values_keep_their_line_ends(void **state)
{
	(void)state;
	assert_int_equal(
		read_as("multipart/form-data; boundary=xx",
			"preamble\r\n--xx\r\n"
			"Content-Disposition: form-data; name=\"text\"\r\n\r\n"
			"one\r\ntwo --xx\r\n\r\n--xx--\r\nepilogue"),
		SG_OK);
	assert_int_equal(form->n_fields, 1);
	assert_string_equal(form_find(form, "text"), "one\r\ntwo --xx\r\n");
}

static void
what_is_no_form_is_refused(void **state)
{
	static const struct {
		const char *type, *body;
	} rows[] = {
		{"text/plain", "a=b"},
		{"", "a=b"},
		{URLENCODED, "a=%zz"},
		{URLENCODED, "a=%00"},
		{URLENCODED, "a=%ff"},
		{"application/json", "{\"a\":{\"b\":1}}"},
		{"application/json", "\"a\""},
		{"application/json", "{"},
		{"multipart/form-data; boundary=x", "--x\r\nname: a\r\n\r\nb"},
		{"multipart/form-data; boundary=x", "--x\r\n\r\nb\r\n--x--"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (read_as(rows[i].type, rows[i].body) != SG_REFUSED)
			fail_msg("row %zu was taken", i);
	assert_int_equal(form_read(pool, NULL, "a=b", 3, &form, &err),
			 SG_REFUSED);
}

static void
past_a_bound_it_is_refused(void **state)
{
	struct buf body = BUF_INIT;

	(void)state;
	for (int i = 0; i < FORM_FIELDS_MOST; i++)
		buf_append_text(&body, "a=b&");
	assert_int_equal(read_as(URLENCODED, buf_text(&body)), SG_OK);
	buf_append_text(&body, "a=b&");
	assert_int_equal(read_as(URLENCODED, buf_text(&body)), SG_REFUSED);
	buf_reset(&body);
	buf_append_text(&body, "a=");
	for (int i = 0; i < FORM_VALUE_MOST; i++)
		buf_append_char(&body, 'x');
	assert_int_equal(read_as(URLENCODED, buf_text(&body)), SG_OK);
	buf_append_char(&body, 'x');
	assert_int_equal(read_as(URLENCODED, buf_text(&body)), SG_REFUSED);
	buf_done(&body);
}

int
main(void)
{
#define FORM_TEST(f) cmocka_unit_test_setup_teardown(f, in_a_pool, out_of_it)
	const struct CMUnitTest tests[] = {
		FORM_TEST(
			pairs_are_read_in_order_and_the_first_of_a_name_counts),
		FORM_TEST(an_empty_body_is_an_empty_form),
		FORM_TEST(json_scalars_and_arrays_of_them_are_fields),
		FORM_TEST(multipart_values_keep_their_line_ends),
		FORM_TEST(what_is_no_form_is_refused),
		FORM_TEST(past_a_bound_it_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
