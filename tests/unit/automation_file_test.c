/* automation_file_test.c - automations in rules.conf: read, written, refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/pool.h"
#include "rule/rule.h"

static bool
signal_known(void *arg, const char *name, const char **hint_out)
{
	*hint_out = strcmp(name, "call.missed") == 0 ? "telephony" : NULL;
	return strncmp(name, "email.", 6) == 0 ||
	       strncmp(name, "field.", 6) == 0 || !strcmp(name, "tag.added");
}

static bool
score_known(void *arg, const char *name)
{
	return strcmp(name, "lead") == 0 || strcmp(name, "fit") == 0;
}

static bool
target_known(void *arg, enum automation_sort sort, const char *name)
{
	return (sort == AUTOMATION_WEBHOOKS && strcmp(name, "crm") == 0) ||
	       (sort == AUTOMATION_TEAMS && strcmp(name, "sales") == 0) ||
	       (sort == AUTOMATION_PLUGIN_ACTIONS &&
		strcmp(name, "hello.greet") == 0) ||
	       sort == AUTOMATION_SEQUENCES || sort == AUTOMATION_TEMPLATES;
}

static void
each_target(void *arg, enum automation_sort sort, condition_name_fn *fn,
	    void *fn_arg)
{
	if (sort == AUTOMATION_WEBHOOKS)
		fn(fn_arg, "crm");
}

static enum sg_status
parse(const char *text, struct ruleset **ruleset_out, struct sg_err *err)
{
	static const struct automation_names targets = {.known = target_known,
							.each = each_target};
	static const struct condition_names names = {
		.signal_known = signal_known, .score_known = score_known};
	static const struct rule_context context = {.names = &names,
						    .targets = &targets};

	return rules_parse("rules.conf", text, &context, ruleset_out, err);
}

static struct ruleset *
read(const char *text)
{
	struct ruleset *ruleset = NULL;
	struct sg_err err;

	if (parse(text, &ruleset, &err) != SG_OK)
		fail_msg("%s", err.text);
	return ruleset;
}

#define ON(on) "automation \"A\" { on = \"" on "\" do = { \"delete\" } }"

static void
what_it_waits_for_is_read(void **unused)
{
	struct ruleset *ruleset = read(
		"automation \"Hot lead\" {\n"
		"  on = \"score rises to 100\"\n"
		"  rearm = 90\n"
		"  if = \"not tag 'customer'\"\n"
		"  do = { \"tag add 'hot'\", \"list add 'sales'\",\n"
		"         \"webhook 'crm'\", \"notify 'sales@example.com'\" }\n"
		"}\n");
	const struct automation *hot = &ruleset->automations[0];

	assert_int_equal(ruleset->n_automations, 1);
	assert_int_equal(hot->on, AUTOMATION_RISES);
	assert_string_equal(hot->score, "lead");
	assert_true(hot->threshold == 100 && hot->rearm == 90 && !hot->never);
	assert_int_equal(hot->n_actions, 4);
	assert_int_equal(hot->actions[0].verb, AUTOMATION_TAG_ADD);
	assert_string_equal(hot->actions[0].name, "hot");
	assert_int_equal(hot->actions[2].verb, AUTOMATION_WEBHOOK);
	ruleset_free(ruleset);
	ruleset = read(ON("score 'fit' falls below 20"));
	assert_int_equal(ruleset->automations[0].on, AUTOMATION_FALLS);
	assert_string_equal(ruleset->automations[0].score, "fit");
	assert_true(ruleset->automations[0].rearm == 20);
	ruleset_free(ruleset);
	ruleset = read(ON("score changed"));
	assert_int_equal(ruleset->automations[0].on, AUTOMATION_CHANGED);
	ruleset_free(ruleset);
	ruleset = read(ON("band changes"));
	assert_int_equal(ruleset->automations[0].on, AUTOMATION_BANDS);
	ruleset_free(ruleset);
	ruleset = read(ON("field.changed"));
	assert_int_equal(ruleset->automations[0].on, AUTOMATION_SIGNAL);
	ruleset_free(ruleset);
}

static const char *const actions[] = {
	"add 5",
	"add 2.5 to 'fit' because 'kind'",
	"subtract 3 from score 'fit'",
	"set score 'fit' to -5",
	"set 10",
	"erase score",
	"tag remove 'cold'",
	"list remove 'news'",
	"field.adjusted = field.manual_score + automatic",
	"field.'Full Name' = 'it''s'",
	"sequence start 'welcome'",
	"sequence stop 'welcome'",
	"send 'thanks'",
	"notify 'a@example.com' 'look here'",
	"suppress because 'asked on the phone'",
	"delete",
	"assign 'sales'",
	"run 'hello.greet' with greeting = 'Hi', times = 3, loud = true",
};

static void
every_action_is_written_as_it_was_read(void **unused)
{
	size_t i;

	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		struct buf text = BUF_INIT, again = BUF_INIT;
		struct ruleset *ruleset, *second;

		buf_printf(&text,
			   "automation \"A\" { on = \"tag.added\" do = { "
			   "\"%s\" } } sequence \"welcome\" { step \"A\" { "
			   "template = \"a.eml\" } }",
			   actions[i]);
		ruleset = read(buf_text(&text));
		buf_reset(&text);
		ruleset_write(ruleset, &text);
		second = read(buf_text(&text));
		ruleset_write(second, &again);
		assert_string_equal(buf_text(&text), buf_text(&again));
		ruleset_free(ruleset);
		ruleset_free(second);
		buf_done(&text);
		buf_done(&again);
	}
}

static const struct {
	const char *text, *says;
} bad[] = {
	{"automation \"A\" { do = { \"delete\" } }",
	 "rules.conf:1: automation \"A\": expected `on`"},
	{"automation \"A\" {\n on = \"score rises to 5\"\n}",
	 "automation \"A\": expected 1 to 32 actions in `do`"},
	{"automation \"A\" {\n on = \"score rises 5\"\n do = {\"delete\"} }",
	 "rules.conf:2: automation \"A\": `on`: line 1, column 13: expected "
	 "'to N' after 'rises'\n  score rises 5\n              ^"},
	{"automation \"A\" { on = \"score 'fti' changed\" do = {\"delete\"} }",
	 "unknown score 'fti'"},
	{"automation \"A\" { on = \"call.missed\" do = {\"delete\"} }",
	 "`call.missed` is declared by no loaded plugin; load `telephony` or "
	 "remove automation \"A\""},
	{"automation \"A\" { on = \"score rises to 5\" rearm = 6 do = "
	 "{\"delete\"} }",
	 "expected a `rearm` of at most 5"},
	{"automation \"A\" { on = \"score falls below 5\" rearm = 4 do = "
	 "{\"delete\"} }",
	 "expected a `rearm` of at least 5"},
	{"automation \"A\" { on = \"tag.added\" rearm = 4 do = {\"delete\"} }",
	 "`rearm` needs an `on` of score rises or score falls"},
	{"automation \"A\" {\n on = \"tag.added\"\n if = \"has score >= abc\"\n"
	 "do = {\"delete\"} }",
	 "rules.conf:3: automation \"A\": `if`: line 1, column 14: expected a "
	 "number after '>='"},
	{"automation \"A\" {\n on = \"tag.added\"\n"
	 "do = { \"delete\", \"webhok 'crm'\" } }",
	 "rules.conf:3: automation \"A\": action 2 of `do`: line 1, column 1: "
	 "expected an action"},
	{"automation \"A\" { on = \"tag.added\" do = { \"webhook 'crn'\" } }",
	 "'crn' is not there; did you mean 'crm'?"},
	{"automation \"A\" { on = \"tag.added\" do = { \"sequence stop "
	 "'x'\" } }",
	 "action 1 of `do`: there is no sequence 'x'"},
	{"automation \"A\" { on = \"tag.added\" do = { \"run 'x.y'\" } }",
	 "'x.y' is brought by no loaded plugin"},
	{"automation \"A\" { on = \"tag.added\" do = { \"delete now\" } }",
	 "expected the end after 'delete'"},
	{"automation \"A\" { on = \"tag.added\" do = { \"field.x = \" } }",
	 "expected a value"},
	{"automation \"A\" { on = \"tag.added\" do = { \"notify 'nobody'\" } }",
	 "expected an address in quotes"},
	{"automation \"A\" { on = \"tag.added\" do = {\"delete\"} }\n"
	 "automation \"A\" { on = \"tag.added\" do = {\"delete\"} }",
	 "rules.conf:2: found duplicate title 'A'"},
	{"automation \"A\" { on = \"tag.added\" when = \"x\" }",
	 "unknown option `when`"},
};

static void
what_is_wrong_is_said_with_its_place(void **unused)
{
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ruleset *ruleset = NULL;
		struct sg_err err;

		assert_int_equal(parse(bad[i].text, &ruleset, &err),
				 SG_REFUSED);
		if (!strstr(err.text, bad[i].says))
			fail_msg("%s\n-- does not say --\n%s", err.text,
				 bad[i].says);
	}
}

static void
differences_are_by_name(void **unused)
{
	struct pool *pool = pool_new();
	struct ruleset *before = read(
		"automation \"A\" { on = \"tag.added\" do = {\"delete\"} }\n"
		"automation \"B\" { on = \"tag.added\" do = {\"delete\"} }");
	struct ruleset *after = read(
		"automation \"C\" { on = \"tag.added\" do = {\"delete\"} }\n"
		"automation \"B\" { on = \"tag.added\" do = {\"suppress\"} }");
	struct automation_difference *d;

	assert_int_equal(automations_compare(before, after, pool, &d), 3);
	assert_int_equal(d[0].change, RULE_REMOVED);
	assert_int_equal(d[1].change, RULE_CHANGED);
	assert_true(automation_same_trigger(d[1].before, d[1].after));
	assert_int_equal(d[2].change, RULE_ADDED);
	assert_int_equal(automations_compare(before, before, pool, &d), 0);
	ruleset_free(before);
	ruleset_free(after);
	pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_waits_for_is_read),
		cmocka_unit_test(every_action_is_written_as_it_was_read),
		cmocka_unit_test(what_is_wrong_is_said_with_its_place),
		cmocka_unit_test(differences_are_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
