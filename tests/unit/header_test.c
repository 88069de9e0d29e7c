/* header_test.c - header fields as a milter delivers them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "mail/header.h"
#include "mail/part_map.h"

static struct pool *pool;
static struct header_list list;

static int
setup(void **state)
{
	(void)state;
	mail_start();
	pool = pool_new();
	header_list_init(&list, pool);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pool_free(pool);
	return 0;
}

static void
names_are_found_without_regard_to_case(void **state)
{
	(void)state;
	assert_int_equal(header_add(&list, "Subject", " one", NULL), SG_OK);
	assert_int_equal(header_add(&list, "To", " a@x.example", NULL), SG_OK);
	assert_int_equal(header_add(&list, "SUBJECT", " two", NULL), SG_OK);
	assert_string_equal(header_get(&list, "subject"), " one");
	assert_string_equal(header_get_index(&list, "subject", 2), " two");
	assert_null(header_get_index(&list, "subject", 3));
	assert_int_equal(header_count(&list, "Subject"), 2);
	assert_null(header_get(&list, "Cc"));
	assert_null(header_text(pool, &list, "Cc"));
}

static void
folded_values_unfold(void **state)
{
	(void)state;
	assert_string_equal(header_unfold(pool, " a\n b\n\tc \n"), "a b\tc");
	assert_string_equal(header_unfold(pool, " a\r\n b"), "a b");
	assert_string_equal(header_unfold(pool, ""), "");
	assert_null(header_unfold(pool, NULL));
}

static void
encoded_words_become_utf8(void **state)
{
	(void)state;
	assert_string_equal(header_decode(pool, " =?utf-8?Q?K=C3=A4se?="),
			    "K\xc3\xa4se");
	assert_string_equal(
		header_decode(pool,
			      "=?iso-8859-1?B?S+RzZQ==?=\n =?us-ascii?q?_x?="),
		"K\xc3\xa4se x");
	assert_string_equal(header_decode(pool, "plain =?broken"),
			    "plain =?broken");
	assert_string_equal(header_decode(pool, "=?utf-8?q?a=0Ab?="), "a b");
}

static void
structured_values_have_a_keyword_and_parameters(void **state)
{
	const char *value = " Multipart/Report (a comment); report-type =\n"
			    "\t\"delivery-status\"; BOUNDARY=a\b; x=\"a\\\"b\"";

	(void)state;
	assert_string_equal(header_keyword(pool, value), "multipart/report");
	assert_string_equal(header_parameter(pool, value, "Report-Type"),
			    "delivery-status");
	assert_string_equal(header_parameter(pool, value, "boundary"), "a\b");
	assert_null(header_parameter(pool, value, "report"));
	assert_null(header_parameter(pool, "text/plain", "charset"));
	assert_string_equal(header_keyword(pool, NULL), "");
	assert_string_equal(header_keyword(pool, "text / html x=y"),
			    "text/html");
	assert_string_equal(header_keyword(pool, " ; x"), "");
}

static void
the_head_of_a_message_is_read(void **state)
{
	static const char TEXT[] = "From mbox line\n"
				   "A: one\r\n"
				   " more\r\n"
				   "no field\r\n"
				   "B : two\r\n"
				   "\r\n"
				   "body";
	size_t start = 0;

	(void)state;
	assert_int_equal(
		header_list_read(&list, TEXT, sizeof(TEXT) - 1, &start, NULL),
		SG_OK);
	assert_int_equal(list.n_fields, 2);
	assert_string_equal(header_get(&list, "A"), " one\n more");
	assert_string_equal(header_get(&list, "B"), " two");
	assert_string_equal(TEXT + start, "body");
}

static void
too_many_fields_are_refused(void **state)
{
	enum sg_status status = SG_OK;
	unsigned i;

	(void)state;
	for (i = 0; i <= HEADER_FIELDS_MOST && status == SG_OK; i++)
		status = header_add(&list, "X", "y", NULL);
	assert_int_equal(status, SG_REFUSED);
	assert_int_equal(list.n_fields, HEADER_FIELDS_MOST);
}

static void
too_many_bytes_are_refused(void **state)
{
	char *value = pool_alloc(pool, HEADER_BYTES_MOST + 1);

	(void)state;
	memset(value, 'x', HEADER_BYTES_MOST);
	assert_int_equal(header_add(&list, "X", value, NULL), SG_REFUSED);
	assert_int_equal(list.n_fields, 0);
}

#define WITH_LIST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LIST(names_are_found_without_regard_to_case),
		WITH_LIST(folded_values_unfold),
		WITH_LIST(encoded_words_become_utf8),
		WITH_LIST(structured_values_have_a_keyword_and_parameters),
		WITH_LIST(the_head_of_a_message_is_read),
		WITH_LIST(too_many_fields_are_refused),
		WITH_LIST(too_many_bytes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
