/* The daemon's configuration; and that conf/scoregate.conf and its manual
 * explain every option there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* The daemon's objects are in no library. */
#include "daemon/daemon_conf.c"
#include "daemon/daemon_conf_http.c"
#include "daemon/daemon_conf_options.c"
#include "daemon/daemon_conf_records.c"

static struct daemon_conf *
parsed(const char *text)
{
	struct daemon_conf *conf = NULL;
	struct sg_err err = {0};

	if (daemon_conf_parse("/etc/x/scoregate.conf", text, &conf, &err) !=
	    SG_OK)
		fail_msg("%s", err.text);
	return conf;
}

static void
assert_refused(const char *text, const char *want)
{
	struct daemon_conf *conf = NULL;
	struct sg_err err = {0};

	assert_int_equal(daemon_conf_parse("s.conf", text, &conf, &err),
			 SG_REFUSED);
	assert_null(conf);
	if (!strstr(err.text, want))
		fail_msg("'%s' is not in '%s'", want, err.text);
}

static void
an_empty_file_is_a_good_configuration(void **state)
{
	struct daemon_conf *conf = parsed("");

	assert_string_equal(conf->user, "scoregate");
	assert_string_equal(conf->timezone, "UTC");
	assert_string_equal(conf->rules_file, "/etc/x/rules.conf");
	assert_false(conf->rules_named);
	assert_int_equal(conf->log_level, LOG_LEVEL_INFO);
	assert_int_equal(conf->checkpoint_ms, 60000);
	assert_int_equal(conf->spool_sync_ms, 5);
	assert_false(conf->spool_sync_every);
	assert_int_equal(conf->milter_mode, 0660);
	assert_true(conf->create_contacts);
	assert_int_equal(conf->bounces.soft_budget, 3);
	assert_int_equal(conf->bounces.soft_window_ms, 14 * CLOCK_DAY_MS);
	assert_int_equal(conf->bounces.soft_expires_ms, 90 * CLOCK_DAY_MS);
	assert_int_equal(conf->bounces.hard_expires_ms, 0);
	assert_int_equal(conf->n_scores, 1);
	assert_string_equal(conf->scores[0].name, "lead");
	assert_true(conf->scores[0].degrade == 0);
	daemon_conf_free(conf);
}

static void
lead_comes_first_wherever_it_stands(void **state)
{
	struct daemon_conf *conf = parsed("score \"fit\" { degrade = 1% }\n"
					  "score \"lead\" { degrade = 5%\n"
					  "  default = 0 ceiling = 100 }\n");

	assert_int_equal(conf->n_scores, 2);
	assert_string_equal(conf->scores[0].name, "lead");
	assert_true(conf->scores[0].degrade == 5);
	assert_true(conf->scores[0].has_default);
	assert_true(conf->scores[0].has_ceiling);
	assert_false(conf->scores[0].has_floor);
	assert_string_equal(conf->scores[1].name, "fit");
	daemon_conf_free(conf);
}

static void
wrong_values_are_refused_with_their_line(void **state)
{
	assert_refused("bounces {\n soft_expires = soon }",
		       "s.conf:2: `soft_expires` in `bounces`: expected a "
		       "duration of a minute or more, as 90d, or never, not "
		       "`soon`");
	assert_refused("\nuser = a\nlog { level = loud }",
		       "s.conf:3: a log level is error, warn, info or debug");
	assert_refused("log { to = printer }", "s.conf:1: expected auto,");
	assert_refused("timezone = Mars", "s.conf:1: `timezone`: no time zone");
	assert_refused("state = here", "s.conf:1: `state`: expected a path");
	assert_refused("public_url = example.com", "s.conf:1: `public_url`");
	assert_refused("public_url = \"https://a/\"", "without a slash");
	assert_refused("bounce_domain = \"a b\"", "s.conf:1: `bounce_domain`");
	assert_refused("unsubscribe_address = nobody",
		       "s.conf:1: `unsubscribe_address`");
	assert_refused("spool {\n sync = 5m }", "s.conf:2: `sync` in `spool`");
	assert_refused("milter {\n mode = 0888 }",
		       "s.conf:2: `mode` in `milter`");
	assert_refused("score \"a b\" { }", "s.conf:1: a score's name");
	assert_refused("score x {\n default = much }",
		       "s.conf:2: `default`: expected a number or none");
	assert_refused("band x {\n score = fit }",
		       "s.conf:2: band \"x\": there "
		       "is no score \"fit\"");
	assert_refused("band x { }", "s.conf:1: band \"x\": expected `from`");
	assert_refused("band x { from = 3\n to = 3 }", "s.conf:2: band \"x\": "
						       "expected `from`");
	assert_refused("score x {\n degrade = 100% }", "s.conf:2:");
	assert_refused("score x {\n floor = 3 ceiling = 2 }",
		       "s.conf:2: the floor of score \"x\" is above");
}

static void
a_ninth_rate_is_refused(void **state)
{
	char text[1024] = "";
	size_t len = 0;

	for (int i = 1; i <= 9; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"score s%d { degrade = %d%% }\n", i, i);
	assert_refused(text, "s.conf:9:");
}

static void
the_rules_file_is_looked_for_beside_the_configuration(void **state)
{
	struct daemon_conf *conf = parsed("rules = mine.conf");

	assert_string_equal(conf->rules_file, "/etc/x/mine.conf");
	assert_true(conf->rules_named);
	daemon_conf_free(conf);
	conf = parsed("rules = \"/srv/r.conf\"");
	assert_string_equal(conf->rules_file, "/srv/r.conf");
	daemon_conf_free(conf);
}

static void
read_file(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t len;

	if (!file)
		fail_msg("%s is not there", path);
	len = fread(text, 1, size - 1, file);
	fclose(file);
	text[len] = '\0';
}

/* `#name = value` and `#}` become settings; `# text` stays a comment. */
static void
uncomment(char *text)
{
	for (char *at = text; at; at = strchr(at, '\n')) {
		at += strspn(at, "\n \t");
		if (*at == '#' && at[1] && (at[1] == '}' || at[1] != ' '))
			*at = ' ';
		else if (*at == '#' && strspn(at + 1, " ") > 1)
			*at = ' '; /* inside of a section that is off */
	}
}

/* Each option of the table is set, to its fallback where it has one. */
static void assert_all_set(const struct conf_section *section,
			   const struct conf_option *options, const char *name);

/* What excludes another option is in a section of its own. */
static void
assert_each_set(const struct conf_section *parent,
		const struct conf_option *titled)
{
	size_t n = conf_section_count(parent, titled->name);

	for (const struct conf_option *o = titled->options; o->name; o++) {
		const struct conf_option one[2] = {*o, {0}};
		size_t i = 0;

		while (i + 1 < n &&
		       !conf_is_set(conf_section_at(parent, titled->name, i),
				    o->name))
			i++;
		assert_all_set(conf_section_at(parent, titled->name, i), one,
			       titled->name);
	}
}

static void
assert_all_set(const struct conf_section *section,
	       const struct conf_option *options, const char *name)
{
	for (const struct conf_option *o = options; o->name; o++) {
		if (o->type == CONF_RAW)
			continue;
		if (!conf_is_set(section, o->name))
			fail_msg("%s %s is not explained", name, o->name);
		if (o->type == CONF_TITLED)
			assert_each_set(section, o);
		if (o->type == CONF_SECTION)
			assert_all_set(conf_section_at(section, o->name, 0),
				       o->options, o->name);
		if (o->type == CONF_TEXT && o->fallback && *o->fallback != '/')
			assert_string_equal(conf_text(section, o->name),
					    o->fallback);
	}
}

static void
assert_records_refused(const char *text, const char *want)
{
	struct daemon_conf *conf = parsed(text);
	struct sg_err err = {0};

	assert_int_equal(daemon_conf_records(conf, &err), SG_REFUSED);
	if (!strstr(err.text, want))
		fail_msg("'%s' is not in '%s'", want, err.text);
	daemon_conf_free(conf);
}

static void
modules_and_fields_are_declared(void **state)
{
	struct daemon_conf *conf =
		parsed("module \"ticket\" { key = email title = \"Tickets\" }\n"
		       "module \"deal\" { one = yes }\n"
		       "field \"phone\" { unique = yes country = 49 }\n"
		       "field \"size\" { type = choice choices = { S, M } }\n");
	struct sg_err err;

	assert_int_equal(daemon_conf_records(conf, &err), SG_OK);
	daemon_conf_free(conf);
	assert_true(module_has_email("ticket"));
	assert_true(module_find("deal")->one);
	assert_false(module_has_email("deal"));
	assert_true(module_has_email("contact"));
	assert_true(field_find("phone")->phone);
	assert_string_equal(field_find("phone")->country, "49");
	assert_int_equal(field_find("size")->n_choices, 2);
	assert_records_refused("\nmodule \"contact\" { key = text }",
			       "scoregate.conf:2: the key of a contact is its "
			       "e-mail address");
	assert_records_refused("module \"a b\" { }", "a module's name");
	assert_records_refused("field \"a\" { type = colour }",
			       "expected text, number, date, boolean, choice");
	assert_records_refused("field \"a\" { type = choice }",
			       "needs `choices");
	assert_records_refused("field \"a\" { format = e164 }",
			       "expected auto, phone or plain");
	module_forget_declared();
	field_forget_declared();
}

static void
the_sample_file_explains_every_option(void **state)
{
	static char text[65536];
	struct daemon_conf *conf;

	read_file("conf/scoregate.conf", text, sizeof(text));
	daemon_conf_free(parsed(text));
	uncomment(text);
	conf = parsed(text);
	assert_all_set(conf->root, daemon_conf_options, "");
	assert_int_equal(conf_section_count(conf->root, "plugin"), 9);
	daemon_conf_free(conf);
}

static void
assert_in_manual(const char *manual, const struct conf_option *options)
{
	char want[80];

	for (const struct conf_option *o = options; o->name; o++) {
		snprintf(want, sizeof(want), ".It Ic %s", o->name);
		if (!strstr(manual, want))
			fail_msg("the manual does not have: %s", want);
		if (o->options)
			assert_in_manual(manual, o->options);
	}
}

static void
the_manual_has_every_option(void **state)
{
	static char text[65536];

	read_file("conf/scoregate.conf.5", text, sizeof(text));
	assert_in_manual(text, daemon_conf_options);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_is_a_good_configuration),
		cmocka_unit_test(lead_comes_first_wherever_it_stands),
		cmocka_unit_test(wrong_values_are_refused_with_their_line),
		cmocka_unit_test(a_ninth_rate_is_refused),
		cmocka_unit_test(
			the_rules_file_is_looked_for_beside_the_configuration),
		cmocka_unit_test(modules_and_fields_are_declared),
		cmocka_unit_test(the_sample_file_explains_every_option),
		cmocka_unit_test(the_manual_has_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
