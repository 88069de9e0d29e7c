/* fold_test.c - the fold by itself: no store, no clock, time as we say. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "apply/fold.h"
#include "base/clock.h"
#include "base/text.h"

#define DAY CLOCK_DAY_MS

static const double tiny = 1e-9;

struct scene {
	struct fold_world world;
	struct fold_record *record;
	struct fold_out out;
	struct pool *pool;
	int64_t next_id;
};

static void
begin(struct scene *scene)
{
	size_t index;

	memset(scene, 0, sizeof(*scene));
	fold_world_init(&scene->world, NULL);
	assert_int_equal(
		score_rates_index(&scene->world.rates, 10, &index, NULL),
		SG_OK);
	scene->world.n_scores = 2;
	scene->world.scores[0] =
		(struct score_settings){.id = 1,
					.name = "lead",
					.degrade = 10,
					.degrade_negative = true};
	scene->world.scores[1] = (struct score_settings){
		.id = 2, .name = "fit", .degrade_negative = true};
	scene->record = fold_record_new(1, "contact", "ann@example.com");
	scene->pool = pool_new();
	fold_out_init(&scene->out, scene->pool, false);
}

static void
end(struct scene *scene)
{
	fold_out_done(&scene->out);
	fold_record_free(scene->record);
	fold_world_done(&scene->world);
	pool_free(scene->pool);
}

static void
rules(struct scene *scene, int64_t at, const char *text)
{
	struct condition_names names = {0};
	struct rule_context context = {.names = &names};
	struct ruleset *ruleset;
	struct sg_err err = {0};
	bool more;

	if (rules_parse("rules.conf", text, &context, &ruleset, &err) != SG_OK)
		fail_msg("%s", err.text);
	assert_int_equal(fold_world_add(&scene->world,
					(uint32_t)scene->world.n_rulesets, at,
					ruleset, &more, &err),
			 SG_OK);
}

static void
step(struct scene *scene, const struct signal *signal)
{
	struct fold_entry entry = {
		.id = ++scene->next_id,
		.ruleset = (uint32_t)scene->world.n_rulesets - 1,
		.signal = signal};

	assert_true(fold_in_order(scene->record, signal->happened_at));
	fold_step(scene->record, &scene->world, &entry, &scene->out);
}

static void
happen(struct scene *scene, const char *name, int64_t at)
{
	struct signal signal;

	signal_init(&signal, name, at);
	step(scene, &signal);
}

static void
set_field(struct scene *scene, const char *name, const char *value, int64_t at)
{
	struct signal signal;

	signal_init(&signal, "field.changed", at);
	signal.kind = SIGNAL_FIELD_SET;
	assert_int_equal(signal_set(&signal, "name", name, NULL), SG_OK);
	assert_int_equal(signal_set(&signal, "value", value, NULL), SG_OK);
	step(scene, &signal);
}

/* NAN = no score */
static double
score(struct scene *scene, uint32_t score_id, int64_t at)
{
	struct score_summary summary;
	struct score_state state;

	fold_score(scene->record, score_id, &state);
	score_summarise(&state, &scene->world.scores[score_id - 1],
			&scene->world.rates, at, &summary);
	return summary.has_score ? summary.value[SCORE_SCORE] : NAN;
}

static void
a_record_without_points_has_no_score(void **unused)
{
	struct scene scene;

	begin(&scene);
	happen(&scene, "email.opened", 0);
	assert_true(isnan(score(&scene, 1, 0)));
	assert_int_equal(scene.out.n_points, 0);
	end(&scene);
}

static void
each_entry_names_its_cause_and_its_balance(void **unused)
{
	struct scene scene;

	begin(&scene);
	rules(&scene, 0, "rule \"Opened\" { on = \"email.opened\" add = 10 }");
	happen(&scene, "email.opened", DAY);
	happen(&scene, "email.opened", 2 * DAY);
	assert_int_equal(scene.out.n_points, 2);
	assert_int_equal(scene.out.points[1].history_id, 2);
	assert_string_equal(scene.out.points[1].explanation, "Opened");
	assert_float_equal(scene.out.points[1].entry.delta, 10, tiny);
	assert_float_equal(scene.out.points[1].entry.balance, 19, tiny);
	end(&scene);
}

static void
a_condition_sees_the_record_as_it_was(void **unused)
{
	struct scene scene;

	begin(&scene);
	rules(&scene, 0,
	      "rule \"Boss opened\" { on = \"email.opened\" "
	      "when = \"field.job = 'CEO'\" add = 1 score = \"fit\" }");
	happen(&scene, "email.opened", 1);
	set_field(&scene, "job", "CEO", 2);
	happen(&scene, "email.opened", 3);
	set_field(&scene, "job", "CTO", 4);
	happen(&scene, "email.opened", 5);
	assert_float_equal(score(&scene, 2, 5), 1, tiny);
	end(&scene);
}

static void
a_field_rule_ends_when_its_time_is_over(void **unused)
{
	struct scene scene;

	begin(&scene);
	rules(&scene, 0,
	      "rule \"Renews soon\" { when = \"field.renewal within 30d\" "
	      "add = 20 }");
	set_field(&scene, "renewal", "1970-03-01", 0); /* day 59 */
	assert_true(isnan(score(&scene, 1, 0)));
	assert_int_equal(fold_next_change(scene.record), 29 * DAY);
	fold_advance_to(scene.record, &scene.world, 40 * DAY, &scene.out);
	assert_float_equal(score(&scene, 1, 40 * DAY), 20, tiny);
	assert_int_equal(scene.out.points[0].entry.at, 29 * DAY);
	assert_int_equal(scene.out.points[0].history_id, 0);
	fold_advance_to(scene.record, &scene.world, 100 * DAY, &scene.out);
	assert_float_equal(score(&scene, 1, 100 * DAY), 0, tiny);
	assert_int_equal(scene.out.n_points, 2);
	assert_int_equal(scene.out.points[1].entry.entry, LEDGER_CLOSING);
	assert_int_equal(fold_next_change(scene.record), INT64_MAX);
	end(&scene);
}

static void
a_field_rule_on_what_happened_holds_for_a_while(void **unused)
{
	struct scene scene;

	begin(&scene);
	rules(&scene, 0,
	      "rule \"Active\" { when = \"email.clicked within 7d\" "
	      "add = 5 }");
	happen(&scene, "email.clicked", 0);
	assert_float_equal(score(&scene, 1, 0), 5, tiny);
	happen(&scene, "email.clicked", 3 * DAY);
	happen(&scene, "email.opened", 9 * DAY);
	assert_float_equal(score(&scene, 1, 9 * DAY), 5, tiny);
	happen(&scene, "email.opened", 11 * DAY);
	assert_float_equal(score(&scene, 1, 11 * DAY), 0, tiny);
	assert_int_equal(scene.out.n_points, 2);
	end(&scene);
}

static void
a_new_rule_holds_from_when_it_was_applied(void **unused)
{
	struct scene scene;

	begin(&scene);
	set_field(&scene, "job", "CEO", 0);
	rules(&scene, 5 * DAY,
	      "rule \"Boss\" { when = \"field.job = 'CEO'\" add = 10 }");
	assert_true(isnan(score(&scene, 1, 0)));
	happen(&scene, "email.opened", 6 * DAY);
	assert_float_equal(score(&scene, 1, 6 * DAY), 10, tiny);
	assert_int_equal(scene.out.points[0].entry.at, 5 * DAY);
	end(&scene);
}

static void
a_late_signal_uses_the_rules_it_was_received_under(void **unused)
{
	struct scene scene;
	struct signal signal;
	struct fold_entry entry = {.id = 1, .ruleset = 1, .signal = &signal};

	begin(&scene);
	rules(&scene, DAY, "rule \"a\" { on = \"email.opened\" add = 1 }");
	rules(&scene, 2 * DAY,
	      "rule \"a\" { on = \"email.opened\" add = 100 }");
	signal_init(&signal, "email.opened", 3 * DAY);
	fold_step(scene.record, &scene.world, &entry, &scene.out);
	assert_float_equal(score(&scene, 1, 3 * DAY), 1, tiny);
	end(&scene);
}

static void
a_change_that_changes_nothing_fires_no_rule(void **unused)
{
	struct scene scene;

	begin(&scene);
	rules(&scene, 0,
	      "rule \"Changed\" { on = \"field.changed\" add = 1 "
	      "score = \"fit\" }\n"
	      "rule \"Record\" { on = \"record.changed\" "
	      "when = \"signal.name = 'job' and signal.new = 'CTO' and "
	      "signal.old = 'CEO'\" add = 10 score = \"fit\" }");
	set_field(&scene, "job", "CEO", 1);
	assert_true(scene.out.effective);
	set_field(&scene, "job", "CEO", 2);
	assert_false(scene.out.effective);
	set_field(&scene, "job", "CTO", 3);
	assert_float_equal(score(&scene, 2, 3), 12, tiny);
	end(&scene);
}

static void
a_change_has_happened_when_field_rules_look(void **unused)
{
	struct scene scene;

	begin(&scene);
	rules(&scene, 0,
	      "rule \"New\" { when = \"record.created within 2d\" add = 2 "
	      "score = \"fit\" }\n"
	      "rule \"Changed\" { when = \"field.changed\" add = 10 "
	      "score = \"fit\" }\n"
	      "rule \"Promoted\" { when = \"field.changed where (signal.old = "
	      "'CTO' and signal.new = 'CEO')\" add = 100 score = \"fit\" }");
	happen(&scene, "email.opened", 0);
	assert_float_equal(score(&scene, 2, 0), 2, tiny);
	set_field(&scene, "job", "CTO", 1);
	assert_float_equal(score(&scene, 2, 1), 12, tiny);
	set_field(&scene, "job", "CEO", 2);
	assert_float_equal(score(&scene, 2, 2), 112, tiny);
	end(&scene);
}

static void
negative_points_of_a_score_that_keeps_them_do_not_degrade(void **unused)
{
	struct scene scene;

	begin(&scene);
	scene.world.scores[0].degrade_negative = false;
	rules(&scene, 0,
	      "rule \"a\" { on = \"email.opened\" add = 10 }\n"
	      "rule \"b\" { on = \"email.opened\" subtract = 10 }");
	happen(&scene, "email.opened", 0);
	assert_float_equal(score(&scene, 1, DAY), -1, tiny);
	end(&scene);
}

static void
a_rule_of_another_module_does_nothing(void **unused)
{
	struct scene scene;

	begin(&scene);
	rules(&scene, 0,
	      "rule \"a\" { on = \"email.opened\" add = 10 "
	      "module = \"deal\" }\n"
	      "rule \"b\" { when = \"email.opened\" add = 10 "
	      "module = \"deal\" }\n"
	      "rule \"c\" { on = \"email.opened\" add = 1 enabled = no }");
	happen(&scene, "email.opened", 0);
	assert_true(isnan(score(&scene, 1, 0)));
	end(&scene);
}

static void
score_changed_tells_old_and_new(void **unused)
{
	struct scene scene;

	begin(&scene);
	rules(&scene, 0,
	      "rule \"a\" { on = \"email.opened\" add = 10 "
	      "score = \"fit\" }\n"
	      "rule \"b\" { on = \"score.changed\" when = \"signal.old < 10 "
	      "and signal.new >= 10 and signal.score = 'fit'\" add = 1 }");
	happen(&scene, "email.opened", 0);
	happen(&scene, "email.opened", 1);
	assert_float_equal(score(&scene, 1, 0), 1, tiny);
	end(&scene);
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
		cmocka_unit_test(a_change_has_happened_when_field_rules_look),
		cmocka_unit_test(
			negative_points_of_a_score_that_keeps_them_do_not_degrade),
		cmocka_unit_test(a_rule_of_another_module_does_nothing),
		cmocka_unit_test(score_changed_tells_old_and_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
