#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"

static const struct conf_option http_options[] = {
	{"listen", CONF_TEXT, "127.0.0.1:8025", 0, 0, NULL, ""},
	{"threads", CONF_INT, "2", 1, 64, NULL, ""},
	{"timeout", CONF_DURATION, "10s", 1000, 60000, NULL, ""},
	{"most", CONF_SIZE, "1M", 0, 0, NULL, ""},
	{"hosts", CONF_TEXT_LIST, "{ \"a b\", c }", 0, 0, NULL, ""},
	{"proxy", CONF_BOOL, NULL, 0, 0, NULL, ""},
	{0}};
static const struct conf_option score_options[] = {
	{"degrade", CONF_PERCENT, "none", 0, 100, NULL, ""},
	{"weight", CONF_NUMBER, "1", 0, 0, NULL, ""},
	{0}};
static const struct conf_option options[] = {
	{"name", CONF_TEXT, NULL, 0, 0, NULL, ""},
	{"http", CONF_SECTION, NULL, 0, 0, http_options, ""},
	{"score", CONF_TITLED, NULL, 0, 0, score_options, ""},
	{"plugin", CONF_RAW, NULL, 0, 0, NULL, ""},
	{0}};
static const struct conf_option click_options[] = {
	{"most", CONF_INT, "9", 0, 0, NULL, ""}, {0}};

static struct conf_section *
parsed(const char *text)
{
	struct conf_section *root = NULL;
	struct sg_err err = {0};
	enum sg_status status =
		conf_parse("t.conf", text, 1, options, &root, &err);

	if (status != SG_OK)
		fail_msg("%s", err.text);
	return root;
}

static void
assert_refused(const char *text, const char *want)
{
	struct conf_section *root = NULL;
	struct sg_err err = {0};

	assert_int_equal(conf_parse("t.conf", text, 1, options, &root, &err),
			 SG_REFUSED);
	assert_null(root);
	assert_string_equal(err.text, want);
}

static void
an_empty_text_has_every_fallback(void **state)
{
	struct conf_section *root = parsed("");
	const struct conf_section *http = conf_section_at(root, "http", 0);

	assert_null(conf_text(root, "name"));
	assert_string_equal(conf_text(http, "listen"), "127.0.0.1:8025");
	assert_int_equal(conf_int(http, "threads"), 2);
	assert_int_equal(conf_int(http, "timeout"), 10000);
	assert_int_equal(conf_int(http, "most"), 1 << 20);
	assert_int_equal(conf_list_count(http, "hosts"), 2);
	assert_string_equal(conf_list_at(http, "hosts", 0), "a b");
	assert_string_equal(conf_list_at(http, "hosts", 1), "c");
	assert_false(conf_bool(http, "proxy"));
	assert_false(conf_is_set(root, "http"));
	assert_false(conf_is_set(http, "threads"));
	assert_int_equal(conf_section_count(root, "score"), 0);
	conf_free(root);
}

static void
values_of_every_type_are_read_with_their_lines(void **state)
{
	struct conf_section *root = parsed("# comment with { \"\n"
					   "name = 'it' /* two\n"
					   "lines */\n"
					   "http {\n"
					   "  listen = [::1]:80 // more }\n"
					   "  threads = 7\n"
					   "  timeout = 2s\n"
					   "  most = 30M\n"
					   "  hosts = { one,\n"
					   "    \"two\\\"\" }\n"
					   "  proxy = on\n"
					   "}\n"
					   "score lead { degrade = 5% }\n"
					   "score \"fit\" { weight = -1.5 }\n");
	const struct conf_section *http = conf_section_at(root, "http", 0);
	const struct conf_section *fit = conf_section_at(root, "score", 1);

	assert_true(conf_is_set(root, "http"));
	assert_int_equal(conf_line(http), 4);
	assert_string_equal(conf_text(http, "listen"), "[::1]:80");
	assert_int_equal(conf_option_line(http, "threads"), 6);
	assert_int_equal(conf_int(http, "threads"), 7);
	assert_int_equal(conf_int(http, "timeout"), 2000);
	assert_int_equal(conf_int(http, "most"), 30 << 20);
	assert_string_equal(conf_list_at(http, "hosts", 1), "two\"");
	assert_true(conf_bool(http, "proxy"));
	assert_int_equal(conf_section_count(root, "score"), 2);
	assert_string_equal(conf_title(conf_section_at(root, "score", 0)),
			    "lead");
	assert_true(conf_number(conf_section_at(root, "score", 0), "degrade") ==
		    5);
	assert_string_equal(conf_title(fit), "fit");
	assert_int_equal(conf_line(fit), 14);
	assert_true(conf_number(fit, "weight") == -1.5);
	conf_free(root);
}

static void
an_unknown_option_names_the_nearest_or_the_known_ones(void **state)
{
	assert_refused("\n\nnme = 1",
		       "t.conf:3: unknown option `nme`; did you mean `name`?");
	assert_refused("http {\n lisen = 1 }",
		       "t.conf:2: unknown option `lisen` in `http`; did you "
		       "mean `listen`?");
	assert_refused("# a\n/* b\n */ score x {\n\nhalf = 1 }",
		       "t.conf:5: unknown option `half` in `score` (known: "
		       "degrade, weight)");
}

static void
a_bad_value_says_what_is_expected(void **state)
{
	assert_refused("http {\n threads = 900\n}",
		       "t.conf:2: `threads` in `http`: expected something "
		       "between 1 and 64, not `900`");
	assert_refused("http { threads = many }",
		       "t.conf:1: `threads` in `http`: expected a whole "
		       "number, not `many`");
	assert_refused("http { timeout = 100 }",
		       "t.conf:1: `timeout` in `http`: expected a duration as "
		       "90d, 12h, 30m, 10s, 2w or 250ms, not `100`");
	assert_refused("http { timeout = 5m }",
		       "t.conf:1: `timeout` in `http`: expected something "
		       "between 1s and 60s, not `5m`");
	assert_refused("http { proxy = perhaps }",
		       "t.conf:1: `proxy` in `http`: expected yes or no, not "
		       "`perhaps`");
	assert_refused("http { most = 12Q }",
		       "t.conf:1: `most` in `http`: expected a size as 500, "
		       "64K, 30M or 2G, not `12Q`");
	assert_refused("score x { degrade = 101% }",
		       "t.conf:1: `degrade` in `score`: expected something "
		       "between 0% and 100%, not `101%`");
	assert_refused("score x { degrade = nan }",
		       "t.conf:1: `degrade` in `score`: expected a percentage "
		       "as 5%, 0.5% or none, not `nan`");
}

static void
nothing_can_be_said_twice(void **state)
{
	assert_refused("name = a\nname = b",
		       "t.conf:2: `name` is set in line 1 already");
	assert_refused("http { }\nhttp { }",
		       "t.conf:2: `http` stands in line 1 already");
	assert_refused("score a { }\n score a { }",
		       "t.conf:2: found duplicate title 'a'");
	assert_refused("plugin a { }\n plugin \"a\" { }",
		       "t.conf:2: plugin \"a\" stands in line 1 already");
}

static void
broken_texts_are_refused_with_the_line_where_they_began(void **state)
{
	assert_refused("\nhttp {", "t.conf:2: the { of `http` is never closed");
	assert_refused("\n}", "t.conf:2: this } closes nothing");
	assert_refused("name = \"abc\n\n",
		       "t.conf:1: this text has no closing quote");
	assert_refused("\n/* abc\n", "t.conf:2: this comment has no end (*/)");
	assert_refused("name = ", "t.conf:1: premature end of file");
	assert_refused("name", "t.conf:1: premature end of file");
	assert_refused("plugin {",
		       "t.conf:1: expected a title as plugin \"name\" {");
	assert_refused("plugin a = 2",
		       "t.conf:1: expected { after plugin \"a\"");
	assert_refused("\nplugin a {\n\n",
		       "t.conf:2: the { of `plugin` is never closed");
	assert_refused("name = \"\xff\"", "t.conf is not UTF-8 text");
}

static void
what_libconfuse_would_do_behind_our_back_is_refused(void **state)
{
	assert_refused("name = \"${HOME}\"",
		       "t.conf:1: ${...} is not supported; write \\$");
	assert_refused("name = ${HOME}", "t.conf:1: ${...} is not supported");
	assert_refused("name = \"\\999\"",
		       "t.conf:1: number escapes are not supported; write "
		       "\\xHH");
	assert_refused(
		"http|threads = 3",
		"t.conf:1: unknown option `http` (known: name, http, score, "
		"plugin)");
	/* and its lexer is fit for the next text */
	conf_free(parsed("name = \"\\$\\x7b\""));
}

static void
a_raw_section_is_parsed_later_with_its_own_lines(void **state)
{
	struct conf_section *root = parsed("name = plugin\n"
					   "plugin \"click\" {\n"
					   "  # a } in a comment\n"
					   "  most = 3\n"
					   "  lst = { \"}\" }\n"
					   "}\nhttp { threads = 9 }\n");
	const struct conf_section *raw = conf_section_at(root, "plugin", 0);
	struct conf_section *later = NULL;
	struct sg_err err;

	assert_int_equal(conf_section_count(root, "plugin"), 1);
	assert_string_equal(conf_title(raw), "click");
	assert_int_equal(conf_line(raw), 2);
	assert_int_equal(
		conf_option_line(conf_section_at(root, "http", 0), "threads"),
		7);
	assert_int_equal(conf_parse(conf_file(raw), conf_raw(raw),
				    conf_line(raw), click_options, &later,
				    &err),
			 SG_REFUSED);
	assert_string_equal(err.text,
			    "t.conf:5: unknown option `lst`; did you mean "
			    "`most`?");
	conf_free(root);
}

static void
a_list_replaces_its_fallback_and_grows_by_plus(void **state)
{
	struct conf_section *root =
		parsed("http { hosts = { x }\n hosts += { y, z } }");
	const struct conf_section *http = conf_section_at(root, "http", 0);

	assert_int_equal(conf_list_count(http, "hosts"), 3);
	assert_string_equal(conf_list_at(http, "hosts", 0), "x");
	assert_string_equal(conf_list_at(http, "hosts", 2), "z");
	conf_free(root);
	root = parsed("http { hosts = { } }");
	assert_int_equal(
		conf_list_count(conf_section_at(root, "http", 0), "hosts"), 0);
	conf_free(root);
}

static void
an_owner_can_complain_in_the_same_form(void **state)
{
	struct conf_section *root = parsed("\nhttp {\n threads = 3 }");
	const struct conf_section *http = conf_section_at(root, "http", 0);
	struct sg_err err;

	assert_int_equal(conf_refuse(http, "threads", &err, "not %d", 3),
			 SG_REFUSED);
	assert_string_equal(err.text, "t.conf:3: not 3");
	assert_int_equal(conf_refuse(http, "listen", &err, "no"), SG_REFUSED);
	assert_string_equal(err.text, "t.conf:2: no");
	conf_free(root);
}

static void
a_file_that_is_not_there_is_named(void **state)
{
	struct conf_section *root = NULL;
	struct sg_err err;

	assert_int_equal(
		conf_parse_file("/nonexistent/x.conf", options, &root, &err),
		SG_FAILED);
	assert_string_equal(err.text, "cannot open /nonexistent/x.conf: No "
				      "such file or directory");
}

static void
deep_and_odd_texts_end_in_an_error(void **state)
{
	char deep[512];
	struct conf_section *root = NULL;
	struct sg_err err;

	memset(deep, '{', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	assert_int_equal(conf_parse("t", deep, 1, options, &root, &err),
			 SG_REFUSED);
	assert_int_equal(conf_parse("t", "= = =", 1, options, &root, &err),
			 SG_REFUSED);
	assert_int_equal(conf_parse("t", "name = (1)", 1, options, &root, &err),
			 SG_REFUSED);
	assert_int_equal(conf_parse("t", "score { }", 1, options, &root, &err),
			 SG_REFUSED);
	assert_int_equal(
		conf_parse("t", "name = { a }", 1, options, &root, &err),
		SG_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_text_has_every_fallback),
		cmocka_unit_test(
			values_of_every_type_are_read_with_their_lines),
		cmocka_unit_test(
			an_unknown_option_names_the_nearest_or_the_known_ones),
		cmocka_unit_test(a_bad_value_says_what_is_expected),
		cmocka_unit_test(nothing_can_be_said_twice),
		cmocka_unit_test(
			broken_texts_are_refused_with_the_line_where_they_began),
		cmocka_unit_test(
			what_libconfuse_would_do_behind_our_back_is_refused),
		cmocka_unit_test(
			a_raw_section_is_parsed_later_with_its_own_lines),
		cmocka_unit_test(
			a_list_replaces_its_fallback_and_grows_by_plus),
		cmocka_unit_test(an_owner_can_complain_in_the_same_form),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
		cmocka_unit_test(deep_and_odd_texts_end_in_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
