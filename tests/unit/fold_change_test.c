/* fold_change_test.c - changes that are bound to a condition (only_if): what a
 * form that nobody confirmed may do. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "fold_aid.h"

static bool
change(struct scene *scene, enum signal_kind kind, const char *const props[])
{
	struct signal signal;

	signal_init(&signal, "some.change", scene->next_id);
	signal.kind = kind;
	for (; *props; props += 2)
		assert_int_equal(signal_set(&signal, props[0], props[1], NULL),
				 SG_OK);
	scene_step(scene, &signal);
	return scene->out.effective;
}
#define CHANGE(scene, kind, ...) \
	change(scene, kind, (const char *const[]){__VA_ARGS__, NULL})

struct wanted {
	const char *name, *value;
	enum list_state state;
	bool there;
};

static void
look_at_field(void *arg, const char *name, const char *value)
{
	struct wanted *wanted = arg;

	if (strcmp(name, wanted->name) == 0)
		wanted->there = strcmp(value, wanted->value) == 0;
}

static bool
field_is(struct scene *scene, const char *name, const char *value)
{
	struct wanted wanted = {.name = name, .value = value};

	fold_each_field(scene->record, look_at_field, &wanted);
	return wanted.there;
}

static void
look_at_list(void *arg, const struct fold_change *list)
{
	struct wanted *wanted = arg;

	if (strcmp(list->name, wanted->name) == 0)
		wanted->there = list->state == wanted->state;
}

static bool
list_is(struct scene *scene, const char *name, enum list_state state)
{
	struct wanted wanted = {.name = name, .state = state};

	fold_each_list(scene->record, look_at_list, &wanted);
	return wanted.there;
}

static void
only_if_empty_fills_a_field_and_never_overwrites_one(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	assert_true(CHANGE(&scene, SIGNAL_FIELD_SET, "name", "city", "value",
			   "Rome", "only_if", "empty"));
	assert_true(field_is(&scene, "city", "Rome"));
	assert_false(CHANGE(&scene, SIGNAL_FIELD_SET, "name", "city", "value",
			    "Bonn", "only_if", "empty"));
	assert_false(CHANGE(&scene, SIGNAL_FIELD_SET, "name", "city", "value",
			    "", "only_if", "empty"));
	assert_true(field_is(&scene, "city", "Rome"));
	/* removed, it is empty again */
	assert_true(
		CHANGE(&scene, SIGNAL_FIELD_SET, "name", "city", "value", ""));
	assert_true(CHANGE(&scene, SIGNAL_FIELD_SET, "name", "city", "value",
			   "Bonn", "only_if", "empty"));
	assert_true(field_is(&scene, "city", "Bonn"));
	/* and without only_if it is as ever */
	assert_true(CHANGE(&scene, SIGNAL_FIELD_SET, "name", "city", "value",
			   "Oslo"));
	assert_true(field_is(&scene, "city", "Oslo"));
	scene_end(&scene);
}

static void
a_field_that_is_not_overwritten_fires_no_rule(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	scene_rules(&scene, 0,
		    "rule \"a\" { on = \"some.change\" add = 1 "
		    "score = \"fit\" }");
	CHANGE(&scene, SIGNAL_FIELD_SET, "name", "city", "value", "Rome",
	       "only_if", "empty");
	CHANGE(&scene, SIGNAL_FIELD_SET, "name", "city", "value", "Bonn",
	       "only_if", "empty");
	assert_float_equal(scene_score(&scene, 2, 9), 1, 1e-9);
	scene_end(&scene);
}

static void
only_if_not_left_brings_nobody_back(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	assert_true(CHANGE(&scene, SIGNAL_LIST_JOIN, "list", "news", "only_if",
			   "not_left"));
	assert_true(list_is(&scene, "news", LIST_JOINED));
	assert_true(CHANGE(&scene, SIGNAL_LIST_LEAVE, "list", "news"));
	assert_false(CHANGE(&scene, SIGNAL_LIST_JOIN, "list", "news", "only_if",
			    "not_left"));
	assert_false(CHANGE(&scene, SIGNAL_LIST_JOIN, "list", "news", "only_if",
			    "not_left", "state", "unconfirmed"));
	assert_true(list_is(&scene, "news", LIST_LEFT));
	/* another list is another matter; and who confirms is back */
	assert_true(CHANGE(&scene, SIGNAL_LIST_JOIN, "list", "offers",
			   "only_if", "not_left"));
	assert_true(CHANGE(&scene, SIGNAL_LIST_CONFIRM, "list", "news"));
	assert_true(list_is(&scene, "news", LIST_JOINED));
	scene_end(&scene);
}

static void
only_if_not_left_keeps_the_suppressed_off_all_lists(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	assert_true(CHANGE(&scene, SIGNAL_SUPPRESS, "reason", "hard-bounce"));
	assert_false(CHANGE(&scene, SIGNAL_LIST_JOIN, "list", "news", "only_if",
			    "not_left"));
	assert_true(CHANGE(&scene, SIGNAL_UNSUPPRESS, "reason", "hard-bounce"));
	assert_true(CHANGE(&scene, SIGNAL_LIST_JOIN, "list", "news", "only_if",
			   "not_left", "state", "unconfirmed"));
	assert_true(list_is(&scene, "news", LIST_UNCONFIRMED));
	scene_end(&scene);
}

static void
an_unconfirmed_form_takes_nobody_off_a_list(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	assert_true(CHANGE(&scene, SIGNAL_LIST_JOIN, "list", "news"));
	assert_false(CHANGE(&scene, SIGNAL_LIST_JOIN, "list", "news", "only_if",
			    "not_left", "state", "unconfirmed"));
	assert_true(list_is(&scene, "news", LIST_JOINED));
	scene_end(&scene);
}

static void
a_score_is_set_only_when_it_is_the_first_or_better(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	assert_true(CHANGE(&scene, SIGNAL_SCORE_SET, "score", "lead", "points",
			   "5", "only_if", "empty"));
	assert_false(CHANGE(&scene, SIGNAL_SCORE_SET, "score", "lead", "points",
			    "9", "only_if", "empty"));
	assert_false(CHANGE(&scene, SIGNAL_SCORE_SET, "score", "lead", "points",
			    "5", "only_if", "higher"));
	assert_true(CHANGE(&scene, SIGNAL_SCORE_SET, "score", "lead", "points",
			   "6", "only_if", "higher"));
	assert_true(CHANGE(&scene, SIGNAL_SCORE_SET, "score", "lead", "points",
			   "1"));
	scene_end(&scene);
}

static void
who_is_on_no_list_can_leave_everything(void **unused)
{
	struct scene scene;

	scene_begin(&scene);
	assert_true(CHANGE(&scene, SIGNAL_LIST_LEAVE, "list", ""));
	assert_true(list_is(&scene, LIST_EVERYTHING, LIST_LEFT));
	/* a form that nobody confirmed brings nobody back, on no list */
	assert_false(CHANGE(&scene, SIGNAL_LIST_JOIN, "list", "offers",
			    "only_if", "not_left"));
	assert_true(CHANGE(&scene, SIGNAL_LIST_JOIN, "list", "news"));
	assert_true(list_is(&scene, LIST_EVERYTHING, LIST_JOINED));
	scene_end(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			only_if_empty_fills_a_field_and_never_overwrites_one),
		cmocka_unit_test(a_field_that_is_not_overwritten_fires_no_rule),
		cmocka_unit_test(only_if_not_left_brings_nobody_back),
		cmocka_unit_test(
			only_if_not_left_keeps_the_suppressed_off_all_lists),
		cmocka_unit_test(an_unconfirmed_form_takes_nobody_off_a_list),
		cmocka_unit_test(
			a_score_is_set_only_when_it_is_the_first_or_better),
		cmocka_unit_test(who_is_on_no_list_can_leave_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
