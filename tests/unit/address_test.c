/* address_test.c - addresses as envelopes and header fields write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "mail/address.h"

struct row {
	const char *text;
	const char *want; /* NULL: refused, "": none */
};

static void
an_envelope_address_is_bare_or_bracketed(void **state)
{
	static const struct row ROWS[] = {
		{"<ann@example.net>", "ann@example.net"},
		{"ann@example.net", "ann@example.net"},
		{" <Ann@Example.NET> ", "Ann@Example.NET"},
		{"<@relay.example,@b.example:ann@example.net>",
		 "ann@example.net"},
		{"<>", ""},
		{"", ""},
		{"<ann>", NULL},
		{"<ann@>", NULL},
		{"<@example.net>", NULL},
		{"<a b@example.net>", NULL},
		{"<\"a b\"@example.net>", "\"a b\"@example.net"},
		{"<\"ann\"@example.net>", "ann@example.net"},
		{"<\"a..b\"@example.net>", "\"a..b\"@example.net"},
		{"<a..b@example.net>", "a..b@example.net"},
		{"<a@b@example.net>", NULL},
		{"<ann@[192.0.2.1]>", "ann@[192.0.2.1]"},
		{"<ann@exa mple.net>", NULL},
		{"<ann@example.net\r\nRCPT TO:<x@y>>", NULL},
		{"<j\xc3\xb6rg@b\xc3\xbc"
		 "cher.example>",
		 "j\xc3\xb6rg@b\xc3\xbc"
		 "cher.example"},
	};
	struct pool *pool = pool_new();
	struct sg_err err;
	const char *got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		got = "";
		switch (address_from_envelope(pool, ROWS[i].text, &got, &err)) {
		case SG_OK:
		case SG_NONE:
			break;
		default:
			got = NULL;
		}
		if (!ROWS[i].want)
			assert_null(got);
		else if (!got)
			fail_msg("refused: %s", ROWS[i].text);
		else
			assert_string_equal(got, ROWS[i].want);
	}
	pool_free(pool);
}

static void
a_header_may_dress_the_address_up(void **state)
{
	static const struct row ROWS[] = {
		{"Ann Example <ann@example.net>", "ann@example.net"},
		{"\"Example, Ann\" <ann@example.net>", "ann@example.net"},
		{"\"<x@y.example>\" <ann@example.net>", "ann@example.net"},
		{"ann@example.net (Ann, of Example)", "ann@example.net"},
		{"(a (nested) comment) ann@example.net", "ann@example.net"},
		{"friends: ann@example.net, ben@example.net;",
		 "ann@example.net"},
		{"nobody <>, Ann <ann@example.net>", "ann@example.net"},
		{"\n Ann\n <ann@example.net>", "ann@example.net"},
		{"undisclosed-recipients:;", ""},
		{"=?utf-8?q?Ann?= <ann@example.net>", "ann@example.net"},
		{"Ann <ann@example.net", "ann@example.net"},
		{"((((", ""},
		{"\"unclosed", ""},
	};
	struct pool *pool = pool_new();
	struct sg_err err;
	const char *got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		got = "";
		if (address_from_header(pool, ROWS[i].text, &got, &err) ==
		    SG_REFUSED)
			fail_msg("refused: %s", ROWS[i].text);
		assert_string_equal(got, ROWS[i].want);
	}
	pool_free(pool);
}

static void
a_list_gives_all_its_addresses(void **state)
{
	struct pool *pool = pool_new();
	const char *found[3];

	(void)state;
	assert_int_equal(address_list(pool,
				      "a@x.example, Ben <b@x.example>,,"
				      " g: c@x.example, d@x.example;",
				      found, 3),
			 3);
	assert_string_equal(found[0], "a@x.example");
	assert_string_equal(found[1], "b@x.example");
	assert_string_equal(found[2], "c@x.example");
	pool_free(pool);
}

static void
an_address_over_the_bound_is_refused(void **state)
{
	struct pool *pool = pool_new();
	char text[ADDRESS_MOST * 8];
	const char *address;
	struct sg_err err;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text + sizeof(text) - 15, "@x.example.net", 15);
	assert_int_equal(address_from_envelope(pool, text, &address, &err),
			 SG_REFUSED);
	assert_int_equal(address_from_header(pool, text, &address, &err),
			 SG_NONE);
	pool_free(pool);
}

static void
domains_compare_without_case_and_local_parts_with(void **state)
{
	(void)state;
	assert_true(address_equal("ann@Example.net", "ann@example.NET"));
	assert_false(address_equal("Ann@example.net", "ann@example.net"));
	assert_false(address_equal("ann@example.net", "ann@example.org"));
	assert_string_equal(address_domain("ann@example.net"), "example.net");
	assert_string_equal(address_domain("ann"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_envelope_address_is_bare_or_bracketed),
		cmocka_unit_test(a_header_may_dress_the_address_up),
		cmocka_unit_test(a_list_gives_all_its_addresses),
		cmocka_unit_test(an_address_over_the_bound_is_refused),
		cmocka_unit_test(
			domains_compare_without_case_and_local_parts_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
