/* conf_part_test.c - a program that needs a part of a configuration reads that
 * part, whatever else stands in the file. */
#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"

static const struct conf_option milter[] = {
	{.name = "socket", .type = CONF_TEXT},
	{0},
};
static const struct conf_option options[] = {
	{.name = "public_url", .type = CONF_TEXT},
	{.name = "load", .type = CONF_TEXT_LIST},
	{.name = "milter", .type = CONF_SECTION, .options = milter},
	{.name = "plugin", .type = CONF_RAW},
	{0},
};

static const char sample[] =
	"# state = \"a { b\"\n"
	"state = \"/var/lib/{\" // }\n"
	"score \"lead\" { degrade = 5% floor = none }\n"
	"signals { names = { \"a.b\", \"c.d\" } }\n"
	"/* module { */\n"
	"module \"deal\" { field \"x\" { type = number } }\n"
	"milter { socket = \"unix:/x\" group = \"p}\" modes = { 1, 2 "
	"}\n"
	"  inner { deep = yes } }\n"
	"load += { open, click }\n"
	"plugin \"click\" { skip = { \"*{*\" } }\n"
	"public_url = \"https://t\"\n"
	"checkpoint = 60s\n";

static void
what_is_not_named_is_passed_over(void **state)
{
	struct conf_section *root;
	struct sg_err err = {.text = ""};

	(void)state;
	if (conf_parse_part("x.conf", sample, options, &root, &err) != SG_OK)
		fail_msg("%s", err.text);
	assert_string_equal(conf_text(root, "public_url"), "https://t");
	assert_int_equal(conf_option_line(root, "public_url"), 11);
	assert_string_equal(
		conf_text(conf_section_at(root, "milter", 0), "socket"),
		"unix:/x");
	assert_int_equal(conf_list_count(root, "load"), 2);
	assert_int_equal(conf_section_count(root, "plugin"), 1);
	assert_non_null(
		strstr(conf_raw(conf_section_at(root, "plugin", 0)), "skip"));
	conf_free(root);
}

static void
what_is_wrong_in_it_is_said_with_its_line(void **state)
{
	static const char *const bad[] = {
		"state = 1\n}\n",	   "state = \"\n",
		"load = { open\n",	   "milter { socket = \"x\"\n",
		"state {\n{ } public_url", "public_url = = 3\n",
	};
	struct conf_section *root;
	struct sg_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		root = NULL;
		if (conf_parse_part("x.conf", bad[i], options, &root, &err) ==
		    SG_OK)
			conf_free(root);
		else
			assert_non_null(strstr(err.text, "x.conf"));
	}
	assert_int_equal(
		conf_parse_part("x.conf", bad[3], options, &root, &err),
		SG_REFUSED);
}

static void
a_file_that_is_cut_does_no_harm(void **state)
{
	struct conf_section *root;
	struct sg_err err;
	char *copy;

	(void)state;
	for (size_t len = 0; len < strlen(sample); len++) {
		copy = strndup(sample, len);
		assert_non_null(copy);
		if (conf_parse_part("x.conf", copy, options, &root, &err) ==
		    SG_OK)
			conf_free(root);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_named_is_passed_over),
		cmocka_unit_test(what_is_wrong_in_it_is_said_with_its_line),
		cmocka_unit_test(a_file_that_is_cut_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
