/* fold_limit_test.c - how long points last and how many there may be:
 * `expires`, `cap` and `cap_group`, at the fold. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "fold_aid.h"

#define DAY CLOCK_DAY_MS

static void
begin(struct scene *scene, const char *text)
{
	scene_begin(scene);
	scene_rules(scene, 0, text);
}

static void
wait_until(struct scene *scene, int64_t at)
{
	fold_advance_to(scene->record, &scene->world, at, &scene->out);
}

/* Points of "fit", which do not degrade; -1000 = none. */
static double
fit(struct scene *scene)
{
	double points = scene_score(scene, 2, 40000 * DAY);

	return isnan(points) ? -1000 : points;
}

static void
operate(struct scene *scene, enum signal_kind kind, const char *score,
	int64_t at)
{
	struct signal signal;

	signal_init(&signal,
		    kind == SIGNAL_SCORE_SET ? "score.set" : "score.erased",
		    at);
	signal.kind = kind;
	assert_int_equal(signal_set(&signal, "score", score, NULL), SG_OK);
	assert_int_equal(signal_set(&signal, "points", "50", NULL), SG_OK);
	scene_step(scene, &signal);
}

/* --- expires -------------------------------------------------------------- */

static const char expiring[] =
	"rule \"a\" { on = \"page.visited\" add = 10 expires = \"90d\" "
	"score = \"fit\" }";

static void
points_expire_so_long_after_their_signal(void **unused)
{
	struct scene scene;

	begin(&scene, expiring);
	scene_happen(&scene, "page.visited", DAY);
	scene_happen(&scene, "page.visited", 2 * DAY);
	wait_until(&scene, 91 * DAY - 1);
	assert_true(fit(&scene) == 20);
	wait_until(&scene, 91 * DAY);
	assert_true(fit(&scene) == 10);
	wait_until(&scene, 92 * DAY);
	assert_true(fit(&scene) == 0); /* a score it has all the same */
	assert_string_equal(
		scene.out.points[scene.out.n_points - 1].explanation,
		"expired: a");
	scene_end(&scene);
}

static void
what_is_left_of_degraded_points_expires(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"page.visited\" add = 100 "
		      "expires = \"7d\" }\n"
		      "rule \"b\" { on = \"form.submitted\" add = 100 }");
	scene_happen(&scene, "page.visited", DAY);
	scene_happen(&scene, "form.submitted", DAY);
	wait_until(&scene, 8 * DAY);
	assert_true(fabs(scene_score(&scene, 1, 8 * DAY) - 47.82969) < 1e-9);
	scene_end(&scene);
}

static void
what_has_expired_leaves_exactly_nothing(void **unused)
{
	struct scene scene;
	int i;

	begin(&scene, "rule \"a\" { on = \"page.visited\" add = 3.1 "
		      "expires = \"5d\" }");
	for (i = 0; i < 40; i++)
		scene_happen(&scene, "page.visited", i * DAY / 7);
	wait_until(&scene, 20 * DAY);
	assert_true(scene_score(&scene, 1, 20 * DAY) == 0);
	scene_end(&scene);
}

static void
what_a_set_or_an_erase_closed_does_not_expire(void **unused)
{
	struct scene scene;

	begin(&scene, expiring);
	scene_happen(&scene, "page.visited", DAY);
	operate(&scene, SIGNAL_SCORE_SET, "fit", 2 * DAY);
	wait_until(&scene, 100 * DAY);
	assert_true(fit(&scene) == 50);
	scene_happen(&scene, "page.visited", 101 * DAY);
	operate(&scene, SIGNAL_SCORE_ERASE, "fit", 102 * DAY);
	wait_until(&scene, 300 * DAY);
	assert_true(fit(&scene) == -1000);
	scene_end(&scene);
}

static void
what_was_taken_back_does_not_expire(void **unused)
{
	struct scene scene;

	begin(&scene, expiring);
	scene_happen(&scene, "page.visited", DAY);
	scene_happen(&scene, "page.visited", 50 * DAY);
	wait_until(&scene, 91 * DAY); /* the first is gone */
	scene_rules(&scene, 100 * DAY, "rule \"b\" { on = \"x.y\" add = 1 }");
	fold_world_take_back(&scene.world, "a");
	wait_until(&scene, 100 * DAY);
	assert_true(fit(&scene) == 0);
	wait_until(&scene, 300 * DAY);
	assert_true(fit(&scene) == 0);
	scene_end(&scene);
}

static void
points_of_a_removed_rule_keep_their_end(void **unused)
{
	struct scene scene;

	begin(&scene, expiring);
	scene_happen(&scene, "page.visited", DAY);
	scene_rules(&scene, 2 * DAY, "rule \"b\" { on = \"x.y\" add = 1 }");
	wait_until(&scene, 90 * DAY);
	assert_true(fit(&scene) == 10);
	wait_until(&scene, 91 * DAY);
	assert_true(fit(&scene) == 0);
	scene_end(&scene);
}

/* --- cap ------------------------------------------------------------------ */

static void
a_cap_trims_the_last_entry(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"page.visited\" add = 12 cap = 30 "
		      "score = \"fit\" }");
	scene_happen(&scene, "page.visited", DAY);
	scene_happen(&scene, "page.visited", 2 * DAY);
	assert_true(fit(&scene) == 24);
	scene_happen(&scene, "page.visited", 3 * DAY);
	assert_true(fit(&scene) == 30);
	scene_happen(&scene, "page.visited", 4 * DAY);
	assert_true(fit(&scene) == 30);
	assert_int_equal(scene.out.n_points, 3); /* none of nothing */
	scene_end(&scene);
}

static void
a_cap_counts_points_as_they_were_given(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"page.visited\" add = 30 cap = 30 }");
	scene_happen(&scene, "page.visited", DAY);
	scene_happen(&scene, "page.visited", 100 * DAY);
	assert_true(scene_score(&scene, 1, 100 * DAY) < 0.01);
	scene_end(&scene);
}

static void
a_cap_in_a_window_slides_with_event_time(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"page.visited\" add = 10 "
		      "cap = \"25 per 7d\" score = \"fit\" }");
	scene_happen(&scene, "page.visited", 1 * DAY);
	scene_happen(&scene, "page.visited", 3 * DAY);
	scene_happen(&scene, "page.visited", 4 * DAY); /* 5 */
	scene_happen(&scene, "page.visited", 8 * DAY - 1);
	assert_true(fit(&scene) == 25);
	scene_happen(&scene, "page.visited", 8 * DAY); /* the first is out */
	assert_true(fit(&scene) == 35);
	scene_happen(&scene, "page.visited", 9 * DAY);
	assert_true(fit(&scene) == 35);
	scene_end(&scene);
}

/* Points that had come along a link, were taken back, and come back. */
static void
restore(struct scene *scene, const char *given_at, int64_t at)
{
	static const char *const props[][2] = {{"rule", "a"},
					       {"points", "10"},
					       {"of", "10"},
					       {"restores", "77"}};
	struct signal signal;
	size_t i;

	signal_init(&signal, "record.rolled_up", at);
	signal.kind = SIGNAL_ROLL_UP;
	for (i = 0; i < sizeof(props) / sizeof(props[0]); i++)
		assert_int_equal(
			signal_set(&signal, props[i][0], props[i][1], NULL),
			SG_OK);
	assert_int_equal(signal_set(&signal, "given_at", given_at, NULL),
			 SG_OK);
	scene_step(scene, &signal);
}

static void
what_comes_back_is_under_the_cap_of_when_it_was_given(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"page.visited\" add = 10 "
		      "cap = \"25 per 7d\" also = \"account\" "
		      "score = \"fit\" }");
	scene_happen(&scene, "page.visited", 1 * DAY);
	scene_happen(&scene, "page.visited", 3 * DAY);
	restore(&scene, "345600000", 20 * DAY); /* of day 4 */
	assert_true(fit(&scene) == 25);
	scene_end(&scene);
	/* Also with what was given since. */
	begin(&scene, "rule \"a\" { on = \"page.visited\" add = 10 "
		      "cap = \"25 per 7d\" also = \"account\" "
		      "score = \"fit\" }");
	scene_happen(&scene, "page.visited", 9 * DAY);
	scene_happen(&scene, "page.visited", 10 * DAY);
	restore(&scene, "345600000", 20 * DAY);
	assert_true(fit(&scene) == 25);
	scene_end(&scene);
}

static void
what_comes_back_leaves_todays_window_alone(void **unused)
{
	struct scene scene;

	begin(&scene,
	      "rule \"a\" { on = \"page.visited\" add = 10 "
	      "cap = \"10 per 7d\" also = \"account\" score = \"fit\" }\n"
	      "rule \"b\" { on = \"score.changed\" add = 1 cap = 3 "
	      "when = \"signal.rule = 'a'\" score = \"fit\" }");
	scene_happen(&scene, "page.visited", 1 * DAY);
	assert_true(fit(&scene) == 11);
	restore(&scene, "864000000", 20 * DAY); /* of day 10 */
	assert_true(fit(&scene) == 22);
	scene_happen(&scene, "page.visited", 21 * DAY);
	assert_true(fit(&scene) == 33); /* b: 3 by now */
	scene_happen(&scene, "page.visited", 29 * DAY);
	assert_true(fit(&scene) == 43);
	scene_end(&scene);
}

static void
rules_of_a_group_share_one_cap(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"page.visited\" add = 10 cap = 25 "
		      "cap_group = \"web\" score = \"fit\" }\n"
		      "rule \"b\" { on = \"form.submitted\" add = 10 "
		      "cap_group = \"web\" score = \"fit\" }");
	scene_happen(&scene, "page.visited", DAY);
	scene_happen(&scene, "form.submitted", 2 * DAY);
	scene_happen(&scene, "page.visited", 3 * DAY);
	scene_happen(&scene, "form.submitted", 4 * DAY);
	assert_true(fit(&scene) == 25);
	scene_end(&scene);
}

static void
what_subtracts_has_the_cap_to_itself(void **unused)
{
	struct scene scene;

	begin(&scene,
	      "rule \"a\" { on = \"page.visited\" add = 20 cap = 30 "
	      "cap_group = \"g\" score = \"fit\" }\n"
	      "rule \"b\" { on = \"form.submitted\" subtract = 20 cap = 30 "
	      "cap_group = \"g\" score = \"fit\" }");
	scene_happen(&scene, "page.visited", DAY);
	scene_happen(&scene, "page.visited", 2 * DAY);
	scene_happen(&scene, "form.submitted", 3 * DAY);
	assert_true(fit(&scene) == 10);
	scene_happen(&scene, "form.submitted", 4 * DAY);
	scene_happen(&scene, "form.submitted", 5 * DAY);
	assert_true(fit(&scene) == 0);
	scene_end(&scene);
}

static void
what_expires_makes_room_again(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"page.visited\" add = 30 cap = 30 "
		      "expires = \"10d\" score = \"fit\" }");
	scene_happen(&scene, "page.visited", DAY);
	scene_happen(&scene, "page.visited", 10 * DAY);
	assert_true(fit(&scene) == 30);
	scene_happen(&scene, "page.visited", 11 * DAY);
	assert_true(fit(&scene) == 30); /* 30 gone, 30 given */
	wait_until(&scene, 20 * DAY);
	assert_true(fit(&scene) == 30);
	wait_until(&scene, 21 * DAY);
	assert_true(fit(&scene) == 0);
	scene_end(&scene);
}

static void
what_a_set_closed_makes_room_when_it_would_have_expired(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"page.visited\" add = 30 cap = 30 "
		      "expires = \"10d\" score = \"fit\" }");
	scene_happen(&scene, "page.visited", DAY);
	operate(&scene, SIGNAL_SCORE_SET, "fit", 2 * DAY);
	scene_happen(&scene, "page.visited", 10 * DAY);
	assert_true(fit(&scene) == 50);
	scene_happen(&scene, "page.visited", 11 * DAY);
	assert_true(fit(&scene) == 80);
	scene_end(&scene);
}

static void
an_erase_closes_the_cap_and_a_set_does_not(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"page.visited\" add = 30 cap = 30 "
		      "score = \"fit\" }");
	scene_happen(&scene, "page.visited", DAY);
	operate(&scene, SIGNAL_SCORE_SET, "fit", 2 * DAY);
	scene_happen(&scene, "page.visited", 3 * DAY);
	assert_true(fit(&scene) == 50);
	operate(&scene, SIGNAL_SCORE_ERASE, "fit", 4 * DAY);
	scene_happen(&scene, "page.visited", 5 * DAY);
	assert_true(fit(&scene) == 30);
	scene_end(&scene);
}

static void
a_cap_holds_for_absence_too(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"email.sent\" unless = "
		      "\"email.clicked within 1d\" subtract = 10 cap = 15 "
		      "score = \"fit\" }");
	scene_happen(&scene, "email.sent", DAY);
	scene_happen(&scene, "email.sent", DAY + 1);
	scene_happen(&scene, "email.sent", DAY + 2);
	wait_until(&scene, 5 * DAY);
	assert_true(fit(&scene) == -15);
	scene_end(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_expire_so_long_after_their_signal),
		cmocka_unit_test(what_is_left_of_degraded_points_expires),
		cmocka_unit_test(what_has_expired_leaves_exactly_nothing),
		cmocka_unit_test(what_a_set_or_an_erase_closed_does_not_expire),
		cmocka_unit_test(what_was_taken_back_does_not_expire),
		cmocka_unit_test(points_of_a_removed_rule_keep_their_end),
		cmocka_unit_test(a_cap_trims_the_last_entry),
		cmocka_unit_test(a_cap_counts_points_as_they_were_given),
		cmocka_unit_test(a_cap_in_a_window_slides_with_event_time),
		cmocka_unit_test(
			what_comes_back_is_under_the_cap_of_when_it_was_given),
		cmocka_unit_test(what_comes_back_leaves_todays_window_alone),
		cmocka_unit_test(rules_of_a_group_share_one_cap),
		cmocka_unit_test(what_subtracts_has_the_cap_to_itself),
		cmocka_unit_test(what_expires_makes_room_again),
		cmocka_unit_test(
			what_a_set_closed_makes_room_when_it_would_have_expired),
		cmocka_unit_test(an_erase_closes_the_cap_and_a_set_does_not),
		cmocka_unit_test(a_cap_holds_for_absence_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
