/*
 * fold_trigger_test.c - the rules that a signal may fire: found by its name and
 * by a text, and never fewer than those whose conditions hold.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "apply/due_heap.h"
#include "apply/fold_trigger.h"
#include "fold_aid.h"

static const struct fold_ruleset *
rules_of(struct scene *scene, const char *text)
{
	scene_begin(scene);
	scene_rules(scene, 0, text);
	return scene->world.rulesets[scene->world.n_rulesets - 1];
}

/* "1 3" */
static const char *
found(const struct fold_ruleset *ruleset, const char *signal_name,
      const char *campaign)
{
	static char text[256];
	const struct fold_trigger *trigger =
		fold_trigger_find(ruleset->triggers, signal_name);
	struct fold_candidates left;
	const struct fold_rule *rule;
	struct signal signal;
	size_t len = 0;

	if (!trigger)
		return "none";
	signal_init(&signal, signal_name, 0);
	if (campaign)
		signal.props[signal.n_props++] =
			(struct signal_prop){"campaign", campaign};
	left = fold_candidates(trigger, &signal);
	text[0] = '\0';
	while ((rule = fold_candidates_next(&left)))
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
					len ? " " : "", rule->rule->name);
	return text;
}

static const char by_campaign[] =
	"rule \"1\" { on = \"email.opened\" when = \"signal.campaign = "
	"'Spring'\" add = 1 }\n"
	"rule \"2\" { on = \"email.opened\" when = \"field.a = 'x'\" add = 1 }"
	"\n"
	"rule \"3\" { on = \"email.opened\" when = \"signal.campaign in "
	"('autumn', 'SPRING', 'spring') and not tag 'x'\" add = 1 }\n"
	"rule \"4\" { on = \"email.opened\" when = \"signal.campaign = "
	"'stra\xc3\x9f"
	"e'\" add = 1 }\n"
	"rule \"5\" { on = \"email.opened\" when = \"signal.campaign = "
	"'k\xc3\xb6ln'\" add = 1 }\n"
	"rule \"6\" { on = \"email.opened\" add = 1 }\n"
	"rule \"7\" { on = \"email.opened\" when = \"signal.campaign = 'x' or "
	"signal.campaign = 'spring'\" add = 1 }\n"
	"rule \"8\" { on = \"email.opened\" add = 1 enabled = no }\n"
	"rule \"9\" { on = \"email.clicked\" when = \"signal.campaign = 'x'\" "
	"add = 1 }\n";

static void
only_those_of_its_text_are_looked_at_in_file_order(void **unused)
{
	struct scene scene;
	const struct fold_ruleset *ruleset = rules_of(&scene, by_campaign);

	assert_string_equal(found(ruleset, "email.opened", "sPRING"),
			    "1 2 3 6 7");
	assert_string_equal(found(ruleset, "email.opened", "autumn"),
			    "2 3 6 7");
	assert_string_equal(found(ruleset, "email.opened", "other"), "2 6 7");
	assert_string_equal(found(ruleset, "email.opened", ""), "2 6 7");
	assert_string_equal(found(ruleset, "email.opened", NULL), "2 6 7");
	/* folded, it is plain */
	assert_string_equal(found(ruleset, "email.opened", "STRASSE"),
			    "2 4 6 7");
	/* what is not plain itself is compared with all */
	assert_string_equal(found(ruleset, "email.opened", "K\xc3\x96LN"),
			    "1 2 3 4 5 6 7");
	/* one rule is sooner looked at than looked up */
	assert_string_equal(found(ruleset, "email.clicked", "y"), "9");
	assert_string_equal(found(ruleset, "email.sent", "y"), "none");
	scene_end(&scene);
}

/* --- none is missed ---------------------------------------------------------
 */

static uint64_t chance = 1;

static unsigned
below(unsigned n)
{
	chance = chance * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(chance >> 33) % n;
}

static const char *const texts[] = {
	"a", "A", "b",	"bc", "\xc3\x84", "\xc3\xa4", "\xe2\x84\xaa",
	"k", "K", "ss", "SS"};
#define N_TEXTS (sizeof(texts) / sizeof(texts[0]))

static void
add_chance_rule(struct buf *to, int i)
{
	static const char *const names[] = {"email.opened", "page.visited"};
	const char *a = texts[below(N_TEXTS)], *b = texts[below(N_TEXTS)];

	buf_printf(to, "rule \"%02d\" { add = 1 on = \"%s\" when = \"", i,
		   names[below(2)]);
	switch (below(5)) {
	case 0:
		buf_printf(to, "signal.x = '%s'", a);
		break;
	case 1:
		buf_printf(to, "signal.y = '%s' and signal.x = '%s'", a, b);
		break;
	case 2:
		buf_printf(to, "signal.x in ('%s', '%s')", a, b);
		break;
	case 3:
		buf_printf(to, "signal.x = '%s' or signal.y = '%s'", a, b);
		break;
	default:
		buf_printf(to, "not (signal.x = '%s')", a);
	}
	buf_append_text(to, "\" }\n");
}

static void
try_signal(const struct fold_ruleset *ruleset)
{
	const struct fold_trigger *trigger =
		fold_trigger_find(ruleset->triggers, "email.opened");
	struct record_view view = {0};
	struct fold_candidates left;
	const struct fold_rule *next;
	struct signal signal;
	size_t i;

	signal_init(&signal, "email.opened", 0);
	if (below(8))
		signal.props[signal.n_props++] =
			(struct signal_prop){"x", texts[below(N_TEXTS)]};
	if (below(8))
		signal.props[signal.n_props++] =
			(struct signal_prop){"y", texts[below(N_TEXTS)]};
	if (!trigger)
		return;
	left = fold_candidates(trigger, &signal);
	next = fold_candidates_next(&left);
	for (i = 0; i < ruleset->n_rules; i++) {
		const struct fold_rule *rule = &ruleset->all[i];

		if (rule == next) {
			assert_string_equal(rule->rule->on, "email.opened");
			next = fold_candidates_next(&left);
			continue;
		}
		assert_false(strcmp(rule->rule->on, "email.opened") == 0 &&
			     condition_test(rule->rule->condition, &view,
					    &signal, 0));
	}
	assert_null(next);
}

static void
none_whose_condition_holds_is_missed(void **unused)
{
	unsigned round, i;

	for (round = 0; round < 200; round++) {
		const struct fold_ruleset *ruleset;
		struct buf text = BUF_INIT;
		struct scene scene;

		for (i = 0; i < 1 + round % 30; i++)
			add_chance_rule(&text, (int)i);
		ruleset = rules_of(&scene, buf_text(&text));
		for (i = 0; i < 50; i++)
			try_signal(ruleset);
		scene_end(&scene);
		buf_done(&text);
	}
}

/* --- what is due --------------------------------------------------------- */

static void
the_heap_gives_what_a_list_would(void **unused)
{
	enum { SLOTS = 64 };
	struct due_heap heap = {0};
	struct due_item all[SLOTS];
	bool there[SLOTS] = {false};
	uint64_t no = 0;
	uint32_t i;
	int step;

	for (step = 0; step < 20000; step++) {
		uint32_t slot = below(SLOTS);
		const struct due_item *first, *best = NULL;

		if (there[slot] && below(2)) {
			due_heap_remove(&heap, slot);
			there[slot] = false;
		} else {
			all[slot] = (struct due_item){below(20), no++, slot};
			due_heap_put(&heap, &all[slot]);
			there[slot] = true;
		}
		for (i = 0; i < SLOTS; i++)
			if (there[i] &&
			    (!best || all[i].at < best->at ||
			     (all[i].at == best->at && all[i].no < best->no)))
				best = &all[i];
		first = due_heap_first(&heap);
		assert_true(!first == !best);
		assert_true(!first || first->slot == best->slot);
	}
	due_heap_done(&heap);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			only_those_of_its_text_are_looked_at_in_file_order),
		cmocka_unit_test(none_whose_condition_holds_is_missed),
		cmocka_unit_test(the_heap_gives_what_a_list_would),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
