/* inet_test.c - addresses and ranges of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/inet.h"

static void
an_address_comes_back_as_it_is_written(void **unused)
{
	static const struct {
		const char *text, *want; /* NULL: not an address */
	} cases[] = {
		{"192.0.2.1", "192.0.2.1"},
		{"255.255.255.255", "255.255.255.255"},
		{"0.0.0.0", "0.0.0.0"},
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"::FFFF:c000:201", "192.0.2.1"},
		{"2001:DB8:0:0::1", "2001:db8::1"},
		{"::1", "::1"},
		{"fe80::1%lo", NULL},
		{"[::1]", NULL},
		{"192.0.2", NULL},
		{"192.0.2.256", NULL},
		{"192.0.2.1:80", NULL},
		{"", NULL},
		{" ::1", NULL},
		{"localhost", NULL},
		{"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb",
		 NULL},
	};
	char text[INET_TEXT_SIZE];
	struct inet_address address;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool is = inet_parse(cases[i].text, strlen(cases[i].text),
				     &address);

		assert_int_equal(is, cases[i].want != NULL);
		if (is)
			assert_string_equal(inet_print(&address, text),
					    cases[i].want);
	}
}

static void
a_range_has_what_its_prefix_says(void **unused)
{
	static const struct {
		const char *range, *address;
		bool has;
	} cases[] = {
		{"10.0.0.0/8", "10.255.1.2", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"192.0.2.128/25", "192.0.2.128", true},
		{"192.0.2.128/25", "192.0.2.127", false},
		{"192.0.2.7", "192.0.2.7", true},
		{"192.0.2.7", "192.0.2.8", false},
		{"192.0.2.7/32", "::ffff:192.0.2.7", true},
		{"0.0.0.0/0", "203.0.113.9", true},
		{"0.0.0.0/0", "2001:db8::1", false},
		{"::/0", "203.0.113.9", true},
		{"2001:db8::/33", "2001:db8:7fff::1", true},
		{"2001:db8::/33", "2001:db8:8000::1", false},
		{"::1/128", "::1", true},
		{"::ffff:10.0.0.0/104", "10.9.9.9", true},
	};
	struct inet_address address;
	struct inet_range range;
	struct sg_err err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(inet_range_parse(cases[i].range,
						  strlen(cases[i].range),
						  &range, &err),
				 SG_OK);
		assert_true(inet_parse(cases[i].address,
				       strlen(cases[i].address), &address));
		if (inet_range_has(&range, &address) != cases[i].has)
			fail_msg("%s, %s", cases[i].range, cases[i].address);
	}
}

static void
what_is_no_range_is_refused(void **unused)
{
	static const char *const texts[] = {"",
					    "10.0.0.0/33",
					    "10.0.0.0/",
					    "10.0.0.0/8x",
					    "10.0.0.1/8",
					    "::1/129",
					    "::1/64",
					    "10/8",
					    "10.0.0.0/-1",
					    "example.com/8",
					    "10.0.0.0/0008"};
	struct inet_range range;
	struct sg_err err;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (inet_range_parse(texts[i], strlen(texts[i]), &range,
				     &err) != SG_REFUSED)
			fail_msg("%s", texts[i]);
}

static void
a_subscriber_is_an_ipv4_address_or_64_bits(void **unused)
{
	struct inet_address a, b;

	assert_true(inet_parse("2001:db8:1:2:3::4", 17, &a));
	assert_true(inet_parse("2001:db8:1:2:ffff::", 19, &b));
	a = inet_subscriber(&a);
	b = inet_subscriber(&b);
	assert_true(inet_equal(&a, &b));
	assert_true(inet_parse("192.0.2.1", 9, &a));
	b = inet_subscriber(&a);
	assert_true(inet_equal(&a, &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_comes_back_as_it_is_written),
		cmocka_unit_test(a_range_has_what_its_prefix_says),
		cmocka_unit_test(what_is_no_range_is_refused),
		cmocka_unit_test(a_subscriber_is_an_ipv4_address_or_64_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
