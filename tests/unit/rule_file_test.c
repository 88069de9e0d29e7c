/* rule_file_test.c - rules from a file and back, compared and explained. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "condition_aid.h"
#include "rule/rule.h"

static const double rates_elsewhere[] = {0, 5};
static struct rule_context
context_of_test(void)
{
	struct rule_context context = {
		.names = aid_names(), .n_rates = 2, .rates = rates_elsewhere};

	return context;
}

static struct ruleset *
parse(const char *text)
{
	struct rule_context context = context_of_test();
	struct ruleset *ruleset = NULL;
	struct sg_err err;

	if (rules_parse("rules.conf", text, &context, &ruleset, &err) != SG_OK)
		fail_msg("%s\n%s", text, err.text);
	return ruleset;
}

static const char whole[] =
	"# comments are for people\n"
	"rule \"Opened a newsletter\" {\n"
	"  on       = \"email.opened\"\n"
	"  add      = 1\n"
	"  once_per = \"message\"\n"
	"}\n"
	"rule \"Saw the pricing page\" {\n"
	"  on       = \"email.clicked\"\n"
	"  when     = \"signal.url  matches '*/pricing*'\"\n"
	"  add      = 10.5\n"
	"  once_per = \"2 per 7d\"\n"
	"  degrade  = \"2%\"\n"
	"  because  = \"looked at prices: {{ signal.url }}\"\n"
	"  verdict  = \"proxy\"\n"
	"}\n"
	"rule \"Executive\" {\n"
	"  when = \"field.job_title in ('CEO', 'CTO', 'founder')\"\n"
	"  add  = 10\n"
	"}\n"
	"rule \"Refund\" { on = \"order.paid\" subtract = 50 score = \"fit\"\n"
	"  enabled = no module = \"lead\" also = \"account\" once_per = "
	"\"day\" degrade = none "
	"}\n";

static void
a_file_of_rules_is_read(void **state)
{
	struct ruleset *ruleset = parse(whole);
	const struct rule *rule = ruleset->rules;

	assert_int_equal(ruleset->n_rules, 4);
	assert_string_equal(rule[0].name, "Opened a newsletter");
	assert_string_equal(rule[0].module, "contact");
	assert_string_equal(rule[0].score, "lead");
	assert_string_equal(rule[0].on, "email.opened");
	assert_null(rule[0].when);
	assert_null(rule[0].condition);
	assert_true(rule[0].points == 1 && rule[0].enabled);
	assert_int_equal(rule[0].once, RULE_ONCE_MESSAGE);
	assert_int_equal(rule[0].verdict, VERDICT_HUMAN);
	assert_false(rule[0].has_degrade);
	assert_int_equal(rule[0].line, 2);
	assert_non_null(rule[1].condition);
	assert_int_equal(rule[1].once, RULE_TIMES_PER);
	assert_int_equal(rule[1].once_times, 2);
	assert_int_equal(rule[1].once_ms, 7 * 86400000);
	assert_true(rule[1].has_degrade && rule[1].degrade == 2);
	assert_int_equal(rule[1].verdict, VERDICT_PROXY);
	assert_int_equal(rule[1].line, 7);
	assert_null(rule[2].on);
	assert_int_equal(rule[2].once, RULE_EVERY);
	assert_true(rule[3].points == -50 && !rule[3].enabled);
	assert_string_equal(rule[3].score, "fit");
	assert_string_equal(rule[3].module, "lead");
	assert_true(rule[3].has_degrade && rule[3].degrade == 0);
	ruleset_free(ruleset);
}

static void
what_editors_leave_in_a_file_is_taken(void **state)
{
	struct ruleset *ruleset =
		parse("\xef\xbb\xbfrule \"x\" {\r\n  on = \"email.opened\"\r\n"
		      "  when = \"tag 'vip'\"\r\n  add = 1\r\n}\r\n");

	(void)state;
	assert_int_equal(ruleset->n_rules, 1);
	assert_string_equal(ruleset->rules[0].name, "x");
	assert_string_equal(ruleset->rules[0].when, "tag 'vip'");
	ruleset_free(ruleset);
}

static void
a_rule_is_written_in_its_file_form(void **state)
{
	struct ruleset *ruleset = parse(whole);

	assert_string_equal(
		ruleset->rules[1].source,
		"rule \"Saw the pricing page\" {\n"
		"  on       = \"email.clicked\"\n"
		"  when     = \"signal.url  matches '*/pricing*'\"\n"
		"  verdict  = \"proxy\"\n"
		"  add      = 10.5\n"
		"  once_per = \"2 per 7d\"\n"
		"  degrade  = \"2%\"\n"
		"  because  = \"looked at prices: {{ signal.url }}\"\n"
		"}\n");
	assert_string_equal(ruleset->rules[2].source,
			    "rule \"Executive\" {\n"
			    "  when = \"field.job_title in ('CEO', 'CTO', "
			    "'founder')\"\n"
			    "  add  = 10\n"
			    "}\n");
	assert_string_equal(ruleset->rules[3].source,
			    "rule \"Refund\" {\n"
			    "  enabled  = no\n"
			    "  module   = \"lead\"\n"
			    "  score    = \"fit\"\n"
			    "  also     = \"account\"\n"
			    "  on       = \"order.paid\"\n"
			    "  subtract = 50\n"
			    "  once_per = \"day\"\n"
			    "  degrade  = none\n"
			    "}\n");
	ruleset_free(ruleset);
}

static void
assert_written_alike(const struct ruleset *ruleset)
{
	struct buf text = BUF_INIT, again = BUF_INIT;
	struct ruleset *read;

	ruleset_write(ruleset, &text);
	read = parse(buf_text(&text));
	ruleset_write(read, &again);
	assert_string_equal(buf_text(&again), buf_text(&text));
	ruleset_free(read);
	buf_done(&text);
	buf_done(&again);
}

static void
awkward_texts_survive_the_file(void **state)
{
	static const struct {
		const char *file, *value;
	} table[] = {
		{"a \\\"quoted\\\" word", "a \"quoted\" word"},
		{"back\\\\slash", "back\\slash"},
		{"$\\{HOME} \\${HOME} $5", "${HOME} ${HOME} $5"},
		{"# no comment // here /* or here",
		 "# no comment // here /* or "
		 "here"},
		{"größer: {{signal.url}}", "größer: {{signal.url}}"},
		{"'single' { braces }", "'single' { braces }"},
	};
	struct ruleset *ruleset;
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		snprintf(text, sizeof(text),
			 "rule \"n: %s\" { on = \"email.opened\" add = 1 "
			 "because = \"%s\" }",
			 table[i].file, table[i].file);
		ruleset = parse(text);
		assert_string_equal(ruleset->rules[0].because, table[i].value);
		assert_string_equal(ruleset->rules[0].name + 3, table[i].value);
		assert_written_alike(ruleset);
		ruleset_free(ruleset);
	}
}

static const struct {
	const char *text, *error;
} bad[] = {
	{"rule \"A\" { on = \"email.opened\" }",
	 "rules.conf:1: rule \"A\": expected `add` or `subtract`"},
	{"rule \"A\" {\n on = \"email.opened\"\n add = 1\n subtract = 2\n}",
	 "rules.conf:4: rule \"A\": expected either `add` or `subtract`"},
	{"rule \"A\" { add = 1 }",
	 "rules.conf:1: rule \"A\": expected `on`, `when` or both"},
	{"rule \"A\" { on = \"email.opened\" add = lots }",
	 "rules.conf:1: `add` in `rule`: expected a number, not `lots`"},
	{"rule \"A\" { on = \"email.opened\" ad = 1 }",
	 "rules.conf:1: unknown option `ad` in `rule`; did you mean `add`?"},
	{"\n\nrule \"A\" {\n on = \"call.missed\"\n add = 1\n}",
	 "rules.conf:4: rule \"A\": `call.missed` is declared by no loaded "
	 "plugin; load `telephony` or remove rule \"A\""},
	{"rule \"A\" { on = \"email.openned\" add = 1 }",
	 "rules.conf:1: rule \"A\": `email.openned` is declared by no loaded "
	 "plugin; did you mean `email.opened`?"},
	{"rule \"A\" { on = \"opened\" add = 1 }",
	 "rules.conf:1: rule \"A\": `on` is \"opened\"; expected a signal like "
	 "\"email.opened\""},
	{"rule \"A\" { on = \"email.opened\" add = 1 score = \"laed\" }",
	 "rules.conf:1: rule \"A\": unknown score 'laed'; did you mean "
	 "'lead'?"},
	{"rule \"A\" {\n on = \"email.opened\"\n add = 1\n"
	 " when = \"tag 'x' or\n   has score >= abc\"\n}",
	 "rules.conf:4: rule \"A\": `when`: line 2, column 17: expected a "
	 "number after '>='\n"
	 "     has score >= abc\n"
	 "                  ^"},
	{"rule \"A\" { add = 1 when = \"has score >= 5\" }",
	 "rules.conf:1: rule \"A\": a rule without `on` may not use score or "
	 "percent"},
	{"rule \"A\" { add = 1 when = \"tag 'x' or percent > 5\" }",
	 "rules.conf:1: rule \"A\": a rule without `on` may not use score or "
	 "percent"},
	{"rule \"A\" { add = 1 when = \"segment 'good'\" }",
	 "rules.conf:1: rule \"A\": a rule without `on` may not use score or "
	 "percent"},
	{"rule \"A\" { add = 1 when = \"signal.url = 'x'\" }",
	 "rules.conf:1: rule \"A\": signal.NAME needs `on`, or a `where`"},
	{"rule \"A\" { add = 1 when = \"tag 'x'\"\n once_per = \"day\" }",
	 "rules.conf:2: rule \"A\": `once_per` needs `on`: a field rule "
	 "follows "
	 "the record"},
	{"rule \"A\" { add = 1 when = \"tag 'x'\" degrade = \"5%\" }",
	 "rules.conf:1: rule \"A\": `degrade` needs `on`: a field rule follows "
	 "the record"},
	{"rule \"A\" { on = \"email.opened\" add = 1 once_per = \"week\" }",
	 "rules.conf:1: rule \"A\": `once_per` is \"week\"; expected ever, "
	 "message, link, day, or as \"3 per 7d\""},
	{"rule \"A\" { on = \"email.opened\" add = 1 once_per = \"0 per 7d\" }",
	 "rules.conf:1: rule \"A\": `once_per` is \"0 per 7d\"; expected ever, "
	 "message, link, day, or as \"3 per 7d\""},
	{"rule \"A\" { on = \"email.opened\" add = 1 once_per = \"3 per\" }",
	 "rules.conf:1: rule \"A\": `once_per` is \"3 per\"; expected ever, "
	 "message, link, day, or as \"3 per 7d\""},
	{"rule \"A\" { on = \"email.opened\" add = 1 verdict = \"robot\" }",
	 "rules.conf:1: rule \"A\": `verdict` is \"robot\"; expected human, "
	 "proxy or any"},
	{"rule \"A\" { on = \"email.opened\" add = 1 degrade = \"100%\" }",
	 "rules.conf:1: rule \"A\": expected a `degrade` between 0% and 100%, "
	 "or none"},
	{"rule \"A\" { on = \"email.opened\" add = 1e16 }",
	 "rules.conf:1: rule \"A\": expected at most 1000000000000000 points: "
	 "beyond that a score could not tell one point from the next"},
	{"rule \"A\" { on = \"email.opened\" add = 1 module = \"ticket\" }",
	 "rules.conf:1: rule \"A\": no module `ticket`; there are contact, "
	 "lead, account, deal (and what `module \"NAME\" { }` in the "
	 "configuration adds)"},
	{"rule \"A\" { when = \"tag 'x'\" add = 1 also = \"account\" }",
	 "rules.conf:1: rule \"A\": `also` needs `on`: only touch points are "
	 "rolled up"},
	{"rule \"A\" { on = \"email.opened\" add = 1 also = \"My Own\" }",
	 "rules.conf:1: rule \"A\": `also` is \"My Own\"; expected a relation, "
	 "as account"},
	{"rule \"A\" { on = \"email.opened\" add = 1 module = \"My Own\" }",
	 "rules.conf:1: rule \"A\": `module` is \"My Own\"; expected small "
	 "letters, digits, _ and -"},
	{"rule \"A\" { on = \"email.opened\" add = 1\n cap = \"many\" }",
	 "rules.conf:2: rule \"A\": `cap` is \"many\"; expected points above "
	 "0, as 30, or as \"30 per 7d\""},
	{"rule \"A\" { on = \"email.opened\" add = 1 cap = \"30 per week\" }",
	 "rules.conf:1: rule \"A\": `cap` is \"30 per week\"; expected points "
	 "above 0, as 30, or as \"30 per 7d\""},
	{"rule \"A\" { on = \"email.opened\" add = 1 cap_group = \"x\" }",
	 "rules.conf:1: rule \"A\": no rule of the group \"x\" has a `cap`"},
	{"rule \"A\" { on = \"email.opened\" add = 1 cap = 3 cap_group = x }\n"
	 "rule \"B\" { on = \"email.opened\" add = 1 cap = 4 cap_group = x }",
	 "rules.conf:2: rule \"B\": the group \"x\" has the cap \"3\" already, "
	 "in rule \"A\""},
	{"rule \"A\" { on = \"email.opened\" add = 1 cap = 3 cap_group = x }\n"
	 "rule \"B\" { on = \"email.opened\" add = 1 score = fit "
	 "cap_group = x }",
	 "rules.conf:2: rule \"B\": the group \"x\" is of the score 'lead', as "
	 "rule \"A\" has it"},
	{"rule \"A\" { when = \"tag 'x'\" add = 1 expires = \"90d\" }",
	 "rules.conf:1: rule \"A\": `expires` needs `on`: a field rule follows "
	 "the record"},
	{"rule \"A\" { on = \"email.opened\" add = 1\n expires = \"soon\" }",
	 "rules.conf:2: rule \"A\": `expires` is \"soon\"; expected a duration "
	 "of a second or more, as 90d"},
	{"rule \"A\" { on = \"email.opened\" add = 1\n"
	 " unless = \"email.clicked\" }",
	 "rules.conf:2: rule \"A\": expected how long `unless` waits, as in "
	 "\"email.clicked within 7d\""},
	{"rule \"A\" { on = \"email.opened\" add = 1\n"
	 " unless = \"tag 'x'\" }",
	 "rules.conf:2: rule \"A\": expected one signal and how long to wait "
	 "for it, as in \"email.clicked within 7d\""},
	{"rule \"A\" { add = 1 unless = \"email.clicked within 7d\" }",
	 "rules.conf:1: rule \"A\": `unless` needs `on`: the signal that "
	 "begins the wait"},
	{"rule \"A\" { on = \"email.opened\" add = 1 because = \"{{url}}\" }",
	 "rules.conf:1: rule \"A\": `because` has {{url}}; expected "
	 "{{signal.NAME}}, {{field.NAME}}, {{email}} or {{module}}"},
	{"rule \"A\" { on = \"email.opened\" add = 1 because = \"a {{b\" }",
	 "rules.conf:1: rule \"A\": `because` has {{ without }}; expected "
	 "{{signal.NAME}}, {{field.NAME}}, {{email}} or {{module}}"},
	{"rule \"A\" { on = \"email.opened\" add = 1 score = \"\\xad\" }",
	 "rules.conf:1: rule \"A\": expected a score's name of one line and "
	 "less than 64 bytes"},
	{"rule \"\" { on = \"email.opened\" add = 1 }",
	 "rules.conf:1: rule \"\": expected a name"},
	{"rule \"A\" { on = \"email.opened\" add = 1 }\n"
	 "rule \"B\" { on = \"email.opened\" add = 1 }\n"
	 "rule \"A\" { on = \"email.opened\" add = 1 }",
	 "rules.conf:3: found duplicate title 'A'"},
	{"rule \"1\" { on = \"email.opened\" add = 1 degrade = 5 }\n"
	 "rule \"2\" { on = \"email.opened\" add = 1 degrade = 1 }\n"
	 "rule \"3\" { on = \"email.opened\" add = 1 degrade = 2 }\n"
	 "rule \"4\" { on = \"email.opened\" add = 1 degrade = 3 }\n"
	 "rule \"5\" { on = \"email.opened\" add = 1 degrade = 4 }\n"
	 "rule \"6\" { on = \"email.opened\" add = 1 degrade = 6 }\n"
	 "rule \"7\" { on = \"email.opened\" add = 1 degrade = 7 }\n"
	 "rule \"8\" { on = \"email.opened\" add = 1 degrade = 8.5 }\n"
	 "rule \"9\" { on = \"email.opened\" add = 1 degrade = 9 }\n",
	 "rules.conf:9: rule \"9\": 9% would be the ninth rate of degradation "
	 "of this installation; at most 8, those of the scores included"},
	{"rule \"A\" { on = \"email.opened\" add = 1 because = \"\xff\" }",
	 "rules.conf: expected UTF-8 text"},
};

static void
what_is_wrong_is_told_with_line_and_rule(void **state)
{
	struct rule_context context = context_of_test();
	struct ruleset *ruleset = NULL;
	size_t i, wrong = 0;
	struct sg_err err;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err.text[0] = '\0';
		assert_int_equal(rules_parse("rules.conf", bad[i].text,
					     &context, &ruleset, &err),
				 SG_REFUSED);
		assert_null(ruleset);
		if (strcmp(err.text, bad[i].error) == 0)
			continue;
		print_error("%s\n is not\n%s\n", err.text, bad[i].error);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void
nothing_is_a_set_of_no_rules(void **state)
{
	struct ruleset *ruleset = parse("# nothing\n");
	struct buf text = BUF_INIT;

	assert_int_equal(ruleset->n_rules, 0);
	ruleset_write(ruleset, &text);
	assert_string_equal(buf_text(&text), "");
	ruleset_free(ruleset);
	ruleset_free(NULL);
	buf_done(&text);
}

static void
append_random_rule(uint64_t *seed, unsigned n, struct buf *to)
{
	static const char *const once[] = {"ever", "message",	"link",
					   "day",  "5 per 36h", "1 per 90s"};
	static const char *const rates[] = {"none", "5%", "\"0.5%\"", "12"};

	buf_printf(to, "rule \"r %u\" {\n on = \"email.clicked\"\n", n);
	buf_printf(to, "%s = %d.25\n",
		   aid_random(seed) % 2 ? "add" : "subtract",
		   (int)(aid_random(seed) % 100) - 50);
	if (aid_random(seed) % 2)
		buf_printf(to, "once_per = \"%s\"\n",
			   once[aid_random(seed) % 6]);
	if (aid_random(seed) % 3 == 0)
		buf_printf(to, "degrade = %s\n", rates[aid_random(seed) % 4]);
	if (aid_random(seed) % 4 == 0)
		buf_append_text(to, "verdict = any\n");
	if (aid_random(seed) % 4 == 0)
		buf_append_text(to, "enabled = off\n");
	if (aid_random(seed) % 4 == 0)
		buf_append_text(to, "because = \"{{field.a}} \\\"\\\\\"\n");
	if (aid_random(seed) % 2) {
		buf_append_text(to, "when = \"");
		aid_expression(seed, 3, to);
		buf_append_text(to, "\"\n");
	}
	buf_append_text(to, "}\n");
}

static void
random_rules_are_written_alike(void **state)
{
	uint64_t seed = 5150;
	struct buf text = BUF_INIT;
	struct ruleset *ruleset;
	unsigned i, j;

	print_message("seed %llu\n", (unsigned long long)seed);
	for (i = 0; i < 60; i++) {
		buf_reset(&text);
		for (j = 0; j < 8; j++)
			append_random_rule(&seed, j, &text);
		ruleset = parse(buf_text(&text));
		assert_int_equal(ruleset->n_rules, 8);
		assert_written_alike(ruleset);
		ruleset_free(ruleset);
	}
	buf_done(&text);
}

static void
differences_are_found_in_order_of_name(void **state)
{
	struct ruleset *before =
		parse("rule \"same\" { on = \"email.opened\" add = 1\n"
		      " when = \"tag 'x' and tag 'y'\" }\n"
		      "rule \"gone\" { on = \"email.opened\" add = 1 }\n"
		      "rule \"other\" { on = \"email.opened\" add = 1 }\n");
	struct ruleset *after = parse(
		"rule \"other\" { on = \"email.opened\" add = 2 }\n"
		"rule \"same\" { when = \"tag 'x' AND (tag 'y')\" add = 1.0\n"
		" on = email.opened }\n"
		"rule \"added\" { on = \"email.opened\" add = 1 }\n");
	struct rule_difference *differences = NULL;
	struct pool *pool = pool_new();

	assert_int_equal(ruleset_compare(before, after, pool, &differences), 3);
	assert_int_equal(differences[0].change, RULE_ADDED);
	assert_null(differences[0].before);
	assert_string_equal(differences[0].after->name, "added");
	assert_int_equal(differences[1].change, RULE_REMOVED);
	assert_null(differences[1].after);
	assert_string_equal(differences[1].before->name, "gone");
	assert_int_equal(differences[2].change, RULE_CHANGED);
	assert_true(differences[2].before->points == 1);
	assert_true(differences[2].after->points == 2);
	assert_int_equal(ruleset_compare(before, before, pool, &differences),
			 0);
	assert_int_equal(ruleset_compare(NULL, before, pool, &differences), 3);
	pool_free(pool);
	ruleset_free(before);
	ruleset_free(after);
}

static const char *
explanation(const char *because, struct buf *to)
{
	static const struct aid_pair fields[] = {{"name", "Ann\nB"},
						 {NULL, NULL}};
	struct aid_record ann = {.email = "ann@example.com", .fields = fields};
	struct record_view view = aid_view(&ann);
	struct rule rule = {.name = "The {{rule}}", .because = because};
	struct signal signal;
	struct sg_err err;

	signal_init(&signal, "page.visited", 0);
	assert_int_equal(signal_set(&signal, "url", "https://x/", &err), SG_OK);
	buf_reset(to);
	rule_explain(&rule, &view, &signal, to);
	return buf_text(to);
}

static void
an_explanation_is_filled_in(void **state)
{
	struct buf to = BUF_INIT;

	assert_string_equal(explanation(NULL, &to), "The {{rule}}");
	assert_string_equal(explanation("saw {{signal.url}}", &to),
			    "saw https://x/");
	assert_string_equal(explanation("{{ field.name }}: {{email}}, "
					"{{module}}{{field.none}}!",
					&to),
			    "Ann B: ann@example.com, contact!");
	buf_done(&to);
}

static void
an_explanation_is_bounded(void **state)
{
	struct buf to = BUF_INIT, because = BUF_INIT;
	int i;

	for (i = 0; i < 400; i++)
		buf_append_text(&because, "äöü{{signal.url}}");
	explanation(buf_text(&because), &to);
	assert_true(to.len <= 1024 && to.len > 1000);
	buf_done(&to);
	buf_done(&because);
}

static void
rules_inside_an_object_get_its_condition(void **state)
{
	static const char text[] =
		"list \"o'news\" { rule \"A\" { on = \"email.opened\" "
		"when = \"field.x = 1 or field.y = 2\" add = 1 } }\n"
		"rule \"B\" { on = \"email.opened\" add = 2 }\n"
		"form \"demo\" { rule \"C\" { on = \"form.submitted\" "
		"add = 3 } rule \"D\" { on = \"form.submitted\" add = 4 } "
		"}\n"
		"campaign \"spring\" { rule \"E\" { on = "
		"\"email.opened\" add = 5 } }\n";
	static const char *const want[][2] = {
		{"B", NULL},
		{"A", "list 'o''news' and (field.x = 1 or field.y = 2)"},
		{"C", "signal.form = 'demo'"},
		{"D", "signal.form = 'demo'"},
		{"E", "signal.campaign = 'spring'"}};
	struct condition_names names = {0};
	struct rule_context context = {.names = &names};
	struct ruleset *ruleset, *again;
	struct buf written = BUF_INIT;
	struct sg_err err;
	size_t i;

	if (rules_parse("f", text, &context, &ruleset, &err) != SG_OK)
		fail_msg("%s", err.text);
	assert_int_equal(ruleset->n_rules, 5);
	for (i = 0; i < 5; i++) {
		assert_string_equal(ruleset->rules[i].name, want[i][0]);
		if (want[i][1])
			assert_string_equal(ruleset->rules[i].when, want[i][1]);
		else
			assert_null(ruleset->rules[i].when);
	}
	/* and they are written as what they are */
	ruleset_write(ruleset, &written);
	if (rules_parse("f", buf_text(&written), &context, &again, &err) !=
	    SG_OK)
		fail_msg("%s", err.text);
	assert_int_equal(again->n_rules, 5);
	buf_done(&written);
	ruleset_free(again);
	ruleset_free(ruleset);
	assert_int_equal(rules_parse("f",
				     "rule \"A\" { on = \"a.b\" add = 1 }\n"
				     "list \"n\" {\n rule \"A\" { on = "
				     "\"a.b\" add = 1 }\n}\n",
				     &context, &ruleset, &err),
			 SG_REFUSED);
	assert_non_null(strstr(err.text, "f:3: rule \"A\""));
}

static bool
shipped_signal(void *arg, const char *name, const char **hint_out)
{
	static const char *const names[] = {
		"field.changed",     "email.opened",	 "email.clicked",
		"email.bounced",     "email.complained", "email.unsubscribed",
		"form.submitted",    "order.placed",	 "order.refunded",
		"order.charged_back"};
	size_t n = sizeof(names) / sizeof(names[0]), i;

	if (!arg) /* without a webhook */
		n -= 2;
	for (i = 0; i < n; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static struct ruleset *
read_shipped(const char *text, bool webhook)
{
	struct condition_names names = {.arg = webhook ? &webhook : NULL,
					.signal_known = shipped_signal};
	struct rule_context context = {.names = &names};
	struct ruleset *ruleset = NULL;
	struct sg_err err;

	if (rules_parse("conf/rules.conf", text, &context, &ruleset, &err) !=
	    SG_OK)
		fail_msg("%s", err.text);
	return ruleset;
}

/* The plugins that are there without configuration declare all it names; and
 * what it offers behind a # is right, too. */
static void
the_shipped_rules_are_right(void **state)
{
	FILE *file = fopen("conf/rules.conf", "r");
	struct buf plain = BUF_INIT, opened = BUF_INIT;
	struct ruleset *ruleset;
	char line[256];
	bool offered = false;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		buf_append_text(&plain, line);
		offered = offered || strncmp(line, "#rule ", 6) == 0 ||
			  strncmp(line, "#automation ", 12) == 0 ||
			  strncmp(line, "#sequence ", 10) == 0;
		buf_append_text(&opened, line + offered);
		offered = offered && strncmp(line, "#}", 2) != 0;
	}
	fclose(file);
	ruleset = read_shipped(buf_text(&plain), false);
	assert_int_equal(ruleset->n_rules, 11);
	assert_int_equal(ruleset->n_automations + ruleset->n_sequences, 0);
	ruleset_free(ruleset);
	ruleset = read_shipped(buf_text(&opened), true);
	assert_int_equal(ruleset->n_rules, 14);
	assert_int_equal(ruleset->n_automations, 2);
	assert_int_equal(ruleset->n_sequences, 1);
	ruleset_free(ruleset);
	buf_done(&plain);
	buf_done(&opened);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_rules_is_read),
		cmocka_unit_test(what_editors_leave_in_a_file_is_taken),
		cmocka_unit_test(a_rule_is_written_in_its_file_form),
		cmocka_unit_test(awkward_texts_survive_the_file),
		cmocka_unit_test(what_is_wrong_is_told_with_line_and_rule),
		cmocka_unit_test(nothing_is_a_set_of_no_rules),
		cmocka_unit_test(random_rules_are_written_alike),
		cmocka_unit_test(differences_are_found_in_order_of_name),
		cmocka_unit_test(an_explanation_is_filled_in),
		cmocka_unit_test(an_explanation_is_bounded),
		cmocka_unit_test(rules_inside_an_object_get_its_condition),
		cmocka_unit_test(the_shipped_rules_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
