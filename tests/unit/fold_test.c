/* fold_test.c - the fold by itself: no store, no clock, time as we say. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "fold_aid.h"
#include "base/clock.h"
#include "base/text.h"

#define DAY CLOCK_DAY_MS

static const double tiny = 1e-9;

static void
a_record_without_points_has_no_score(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene_happen(&scene, "email.opened", 0);
	assert_true(isnan(scene_score(&scene, 1, 0)));
	assert_int_equal(scene.out.n_points, 0);
	scene_end(&scene);
}

static void
each_entry_names_its_cause_and_its_balance(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene_rules(&scene, 0,
		    "rule \"Opened\" { on = \"email.opened\" add = 10 }");
	scene_happen(&scene, "email.opened", DAY);
	scene_happen(&scene, "email.opened", 2 * DAY);
	assert_int_equal(scene.out.n_points, 2);
	assert_int_equal(scene.out.points[1].history_id, 2);
	assert_string_equal(scene.out.points[1].explanation, "Opened");
	assert_float_equal(scene.out.points[1].entry.delta, 10, tiny);
	assert_float_equal(scene.out.points[1].entry.balance, 19, tiny);
	scene_end(&scene);
}

static void
a_condition_sees_the_record_as_it_was(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene_rules(&scene, 0,
		    "rule \"Boss opened\" { on = \"email.opened\" "
		    "when = \"field.job = 'CEO'\" add = 1 score = \"fit\" }");
	scene_happen(&scene, "email.opened", 1);
	scene_set_field(&scene, "job", "CEO", 2);
	scene_happen(&scene, "email.opened", 3);
	scene_set_field(&scene, "job", "CTO", 4);
	scene_happen(&scene, "email.opened", 5);
	assert_float_equal(scene_score(&scene, 2, 5), 1, tiny);
	scene_end(&scene);
}

static void
a_field_rule_ends_when_its_time_is_over(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene_rules(
		&scene, 0,
		"rule \"Renews soon\" { when = \"field.renewal within 30d\" "
		"add = 20 }");
	scene_set_field(&scene, "renewal", "1970-03-01", 0); /* day 59 */
	assert_true(isnan(scene_score(&scene, 1, 0)));
	assert_int_equal(fold_next_change(scene.record), 29 * DAY);
	fold_advance_to(scene.record, &scene.world, 40 * DAY, &scene.out);
	assert_float_equal(scene_score(&scene, 1, 40 * DAY), 20, tiny);
	assert_int_equal(scene.out.points[0].entry.at, 29 * DAY);
	assert_int_equal(scene.out.points[0].history_id, 0);
	fold_advance_to(scene.record, &scene.world, 100 * DAY, &scene.out);
	assert_float_equal(scene_score(&scene, 1, 100 * DAY), 0, tiny);
	assert_int_equal(scene.out.n_points, 2);
	assert_int_equal(scene.out.points[1].entry.entry, LEDGER_CLOSING);
	assert_int_equal(fold_next_change(scene.record), INT64_MAX);
	scene_end(&scene);
}

static void
a_field_rule_on_what_happened_holds_for_a_while(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene_rules(&scene, 0,
		    "rule \"Active\" { when = \"email.clicked within 7d\" "
		    "add = 5 }");
	scene_happen(&scene, "email.clicked", 0);
	assert_float_equal(scene_score(&scene, 1, 0), 5, tiny);
	scene_happen(&scene, "email.clicked", 3 * DAY);
	scene_happen(&scene, "email.opened", 9 * DAY);
	assert_float_equal(scene_score(&scene, 1, 9 * DAY), 5, tiny);
	scene_happen(&scene, "email.opened", 11 * DAY);
	assert_float_equal(scene_score(&scene, 1, 11 * DAY), 0, tiny);
	assert_int_equal(scene.out.n_points, 2);
	scene_end(&scene);
}

static void
a_new_rule_holds_from_when_it_was_applied(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene_set_field(&scene, "job", "CEO", 0);
	scene_rules(&scene, 5 * DAY,
		    "rule \"Boss\" { when = \"field.job = 'CEO'\" add = 10 }");
	assert_true(isnan(scene_score(&scene, 1, 0)));
	scene_happen(&scene, "email.opened", 6 * DAY);
	assert_float_equal(scene_score(&scene, 1, 6 * DAY), 10, tiny);
	assert_int_equal(scene.out.points[0].entry.at, 5 * DAY);
	scene_end(&scene);
}

static void
a_late_signal_uses_the_rules_it_was_received_under(void **unused)
{
	struct scene scene;
	struct signal signal;
	struct fold_entry entry = {.id = 1, .ruleset = 1, .signal = &signal};

	scene_begin(&scene);
	scene_rules(&scene, DAY,
		    "rule \"a\" { on = \"email.opened\" add = 1 }");
	scene_rules(&scene, 2 * DAY,
		    "rule \"a\" { on = \"email.opened\" add = 100 }");
	signal_init(&signal, "email.opened", 3 * DAY);
	fold_step(scene.record, &scene.world, &entry, &scene.out);
	assert_float_equal(scene_score(&scene, 1, 3 * DAY), 1, tiny);
	scene_end(&scene);
}

static void
a_change_that_changes_nothing_fires_no_rule(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene_rules(&scene, 0,
		    "rule \"Changed\" { on = \"field.changed\" add = 1 "
		    "score = \"fit\" }\n"
		    "rule \"Record\" { on = \"record.changed\" "
		    "when = \"signal.name = 'job' and signal.new = 'CTO' and "
		    "signal.old = 'CEO'\" add = 10 score = \"fit\" }");
	scene_set_field(&scene, "job", "CEO", 1);
	assert_true(scene.out.effective);
	scene_set_field(&scene, "job", "CEO", 2);
	assert_false(scene.out.effective);
	scene_set_field(&scene, "job", "CTO", 3);
	assert_float_equal(scene_score(&scene, 2, 3), 12, tiny);
	scene_end(&scene);
}

static void
a_change_has_happened_when_field_rules_look(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene_rules(
		&scene, 0,
		"rule \"New\" { when = \"record.created within 2d\" add = 2 "
		"score = \"fit\" }\n"
		"rule \"Changed\" { when = \"field.changed\" add = 10 "
		"score = \"fit\" }\n"
		"rule \"Promoted\" { when = \"field.changed where (signal.old "
		"= "
		"'CTO' and signal.new = 'CEO')\" add = 100 score = \"fit\" }");
	scene_happen(&scene, "email.opened", 0);
	assert_float_equal(scene_score(&scene, 2, 0), 2, tiny);
	scene_set_field(&scene, "job", "CTO", 1);
	assert_float_equal(scene_score(&scene, 2, 1), 12, tiny);
	scene_set_field(&scene, "job", "CEO", 2);
	assert_float_equal(scene_score(&scene, 2, 2), 112, tiny);
	scene_end(&scene);
}

static void
a_field_rule_that_becomes_a_signal_rule_takes_its_points(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene_rules(&scene, 0,
		    "rule \"a\" { when = \"field.job = 'CEO'\" add = 10 "
		    "score = \"fit\" }");
	scene_rules(&scene, DAY,
		    "rule \"a\" { on = \"email.opened\" add = 1 "
		    "score = \"fit\" }");
	scene_set_field(&scene, "job", "CEO", 0);
	assert_float_equal(scene_score(&scene, 2, 0), 10, tiny);
	scene_happen(&scene, "email.opened", 2 * DAY);
	assert_float_equal(scene_score(&scene, 2, 2 * DAY), 1, tiny);
	scene_end(&scene);
}

static void
negative_points_of_a_score_that_keeps_them_do_not_degrade(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene.world.scores[0].degrade_negative = false;
	scene_rules(&scene, 0,
		    "rule \"a\" { on = \"email.opened\" add = 10 }\n"
		    "rule \"b\" { on = \"email.opened\" subtract = 10 }");
	scene_happen(&scene, "email.opened", 0);
	assert_float_equal(scene_score(&scene, 1, DAY), -1, tiny);
	scene_end(&scene);
}

static void
a_rule_of_another_module_does_nothing(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene_rules(
		&scene, 0,
		"rule \"a\" { on = \"email.opened\" add = 10 "
		"module = \"deal\" }\n"
		"rule \"b\" { when = \"email.opened\" add = 10 "
		"module = \"deal\" }\n"
		"rule \"c\" { on = \"email.opened\" add = 1 enabled = no }");
	scene_happen(&scene, "email.opened", 0);
	assert_true(isnan(scene_score(&scene, 1, 0)));
	scene_end(&scene);
}

static void
score_changed_tells_old_and_new(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene_rules(
		&scene, 0,
		"rule \"a\" { on = \"email.opened\" add = 10 "
		"score = \"fit\" }\n"
		"rule \"b\" { on = \"score.changed\" when = \"signal.old < 10 "
		"and signal.new >= 10 and signal.score = 'fit'\" add = 1 }");
	scene_happen(&scene, "email.opened", 0);
	scene_happen(&scene, "email.opened", 1);
	assert_float_equal(scene_score(&scene, 1, 0), 1, tiny);
	scene_end(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_without_points_has_no_score),
		cmocka_unit_test(each_entry_names_its_cause_and_its_balance),
		cmocka_unit_test(a_condition_sees_the_record_as_it_was),
		cmocka_unit_test(a_field_rule_ends_when_its_time_is_over),
		cmocka_unit_test(
			a_field_rule_on_what_happened_holds_for_a_while),
		cmocka_unit_test(a_new_rule_holds_from_when_it_was_applied),
		cmocka_unit_test(
			a_late_signal_uses_the_rules_it_was_received_under),
		cmocka_unit_test(a_change_that_changes_nothing_fires_no_rule),
		cmocka_unit_test(
			a_field_rule_that_becomes_a_signal_rule_takes_its_points),
		cmocka_unit_test(a_change_has_happened_when_field_rules_look),
		cmocka_unit_test(
			negative_points_of_a_score_that_keeps_them_do_not_degrade),
		cmocka_unit_test(a_rule_of_another_module_does_nothing),
		cmocka_unit_test(score_changed_tells_old_and_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
