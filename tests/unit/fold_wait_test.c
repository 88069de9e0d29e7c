/* fold_wait_test.c - absence: rules with `unless`, at the fold. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

#include "base/clock.h"
#include "fold_aid.h"

#define DAY CLOCK_DAY_MS

static const char absence[] =
	"rule \"Did not click the newsletter\" { on = \"email.sent\" "
	"unless = \"email.clicked within 7d\" subtract = 10 "
	"score = \"fit\" }";

static void
begin(struct scene *scene, const char *text)
{
	scene_begin(scene);
	scene_rules(scene, 0, text);
}

static struct signal
of_message(const char *name, uint64_t message_id, int64_t at)
{
	struct signal signal;

	signal_init(&signal, name, at);
	signal.message_id = message_id;
	return signal;
}

static void
happen(struct scene *scene, const char *name, uint64_t message_id, int64_t at)
{
	struct signal signal = of_message(name, message_id, at);

	scene_step(scene, &signal);
}

static void
judged(struct scene *scene, const char *name, enum verdict verdict, int64_t at)
{
	struct signal signal = of_message(name, 1, at);

	signal.verdict = verdict;
	scene_step(scene, &signal);
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
absence_fires_when_the_time_is_over(void **unused)
{
	struct scene scene;

	begin(&scene, absence);
	happen(&scene, "email.sent", 1, DAY);
	assert_true(fold_next_change(scene.record) == 8 * DAY);
	wait_until(&scene, 8 * DAY - 1);
	assert_true(fit(&scene) == -1000);
	wait_until(&scene, 8 * DAY);
	assert_true(fit(&scene) == -10);
	assert_int_equal(scene.out.n_points, 1);
	assert_true(scene.out.points[0].entry.at == 8 * DAY);
	assert_true(scene.out.points[0].history_id == 1);
	assert_true(fold_next_change(scene.record) == INT64_MAX);
	wait_until(&scene, 100 * DAY);
	assert_true(fit(&scene) == -10);
	scene_end(&scene);
}

static void
a_signal_in_time_cancels(void **unused)
{
	struct scene scene;

	begin(&scene, absence);
	happen(&scene, "email.sent", 1, DAY);
	happen(&scene, "email.clicked", 1, 8 * DAY - 1);
	wait_until(&scene, 100 * DAY);
	assert_true(fit(&scene) == -1000);
	happen(&scene, "email.sent", 2, 101 * DAY);
	happen(&scene, "email.clicked", 2, 108 * DAY); /* a moment too late */
	assert_true(fit(&scene) == -10);
	scene_end(&scene);
}

static void
only_a_signal_of_the_same_message_cancels(void **unused)
{
	struct scene scene;

	begin(&scene, absence);
	happen(&scene, "email.sent", 1, DAY);
	happen(&scene, "email.sent", 2, DAY + 1);
	happen(&scene, "email.clicked", 2, 2 * DAY);
	happen(&scene, "email.opened", 1, 2 * DAY + 1);
	wait_until(&scene, 9 * DAY);
	assert_true(fit(&scene) == -10);
	scene_end(&scene);
}

static void
a_signal_of_no_message_cancels_too(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"email.sent\" unless = \"order.paid "
		      "where (signal.amount >= 50) within 3d\" subtract = 4 "
		      "score = \"fit\" }");
	happen(&scene, "email.sent", 1, DAY);
	happen(&scene, "order.paid", 0, 2 * DAY); /* of no amount */
	wait_until(&scene, 4 * DAY);
	assert_true(fit(&scene) == -4);
	happen(&scene, "email.sent", 2, 5 * DAY);
	{
		struct signal paid = of_message("order.paid", 0, 6 * DAY);

		assert_int_equal(signal_set(&paid, "amount", "50", NULL),
				 SG_OK);
		scene_step(&scene, &paid);
	}
	wait_until(&scene, 20 * DAY);
	assert_true(fit(&scene) == -4);
	scene_end(&scene);
}

static void
a_bounce_of_the_mail_cancels(void **unused)
{
	struct scene scene;

	begin(&scene, absence);
	happen(&scene, "email.sent", 1, DAY);
	happen(&scene, "email.sent", 2, DAY + 1);
	happen(&scene, "email.bounced", 1, 2 * DAY);
	wait_until(&scene, 20 * DAY);
	assert_true(fit(&scene) == -10); /* for the other one */
	scene_end(&scene);
}

/* What happened after the time was over does not change what was then. */
static void
a_bounce_after_the_time_is_over_takes_nothing_back(void **unused)
{
	struct scene scene;

	begin(&scene, absence);
	happen(&scene, "email.sent", 1, DAY);
	happen(&scene, "email.bounced", 1, 8 * DAY + 1);
	assert_true(fit(&scene) == -10);
	scene_end(&scene);
}

static void
a_machine_hit_never_cancels(void **unused)
{
	struct scene scene;

	begin(&scene, absence);
	happen(&scene, "email.sent", 1, DAY);
	judged(&scene, "email.clicked", VERDICT_MACHINE, 2 * DAY);
	wait_until(&scene, 20 * DAY);
	assert_true(fit(&scene) == -10);
	scene_end(&scene);
}

static void
a_proxy_open_alone_is_unknown_and_not_absence(void **unused)
{
	struct scene scene;

	begin(&scene, absence);
	happen(&scene, "email.sent", 1, DAY);
	judged(&scene, "email.opened", VERDICT_PROXY, 2 * DAY);
	wait_until(&scene, 20 * DAY);
	assert_true(fit(&scene) == -1000);
	scene_end(&scene);
	/* … but a person has opened it, too, and has not clicked. */
	begin(&scene, absence);
	happen(&scene, "email.sent", 1, DAY);
	judged(&scene, "email.opened", VERDICT_PROXY, 2 * DAY);
	judged(&scene, "email.opened", VERDICT_HUMAN, 3 * DAY);
	wait_until(&scene, 20 * DAY);
	assert_true(fit(&scene) == -10);
	scene_end(&scene);
}

static double
with_tracking(const char *tracking)
{
	struct signal sent = of_message("email.sent", 1, DAY);
	struct scene scene;
	double points;

	begin(&scene, absence);
	assert_int_equal(signal_set(&sent, "tracking", tracking, NULL), SG_OK);
	scene_step(&scene, &sent);
	wait_until(&scene, 20 * DAY);
	points = fit(&scene);
	scene_end(&scene);
	return points;
}

static void
what_was_not_tracked_is_not_absent(void **unused)
{
	assert_true(with_tracking("none") == -1000);
	assert_true(with_tracking("denied") == -1000);
	assert_true(with_tracking("opens") == -1000);
	assert_true(with_tracking("clicks") == -10);
	assert_true(with_tracking("opens,clicks") == -10);
	assert_true(with_tracking("clicks, opens") == -10);
}

static void
the_condition_is_judged_at_the_signal(void **unused)
{
	struct signal added;
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"email.sent\" when = \"tag 'news'\" "
		      "unless = \"email.clicked within 1d\" subtract = 3 "
		      "score = \"fit\" }");
	happen(&scene, "email.sent", 1, DAY);
	signal_init(&added, "tag.added", DAY + 1);
	added.kind = SIGNAL_TAG_ADD;
	assert_int_equal(signal_set(&added, "tag", "news", NULL), SG_OK);
	scene_step(&scene, &added);
	happen(&scene, "email.sent", 2, 3 * DAY);
	wait_until(&scene, 10 * DAY);
	assert_true(fit(&scene) == -3);
	scene_end(&scene);
}

static void
points_of_absence_degrade_from_when_they_are_due(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"email.sent\" unless = "
		      "\"email.clicked within 7d\" subtract = 10 }");
	happen(&scene, "email.sent", 1, DAY);
	wait_until(&scene, 10 * DAY);
	assert_true(fabs(scene_score(&scene, 1, 10 * DAY) + 8.1) < 1e-9);
	scene_end(&scene);
}

static void
at_least_so_many_times_must_all_happen(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"form.submitted\" unless = "
		      "\"page.visited within 2d at least 2 times\" "
		      "subtract = 5 score = \"fit\" }");
	happen(&scene, "form.submitted", 0, DAY);
	happen(&scene, "page.visited", 0, DAY + 1);
	wait_until(&scene, 4 * DAY);
	assert_true(fit(&scene) == -5);
	happen(&scene, "form.submitted", 0, 5 * DAY);
	happen(&scene, "page.visited", 0, 5 * DAY + 1);
	happen(&scene, "page.visited", 0, 5 * DAY + 2);
	wait_until(&scene, 9 * DAY);
	assert_true(fit(&scene) == -5);
	scene_end(&scene);
}

static void
a_rule_that_is_gone_when_it_is_due_gives_nothing(void **unused)
{
	struct scene scene;

	begin(&scene, absence);
	happen(&scene, "email.sent", 1, DAY);
	scene_rules(&scene, 3 * DAY,
		    "rule \"Other\" { on = \"email.sent\" add = 1 }");
	wait_until(&scene, 20 * DAY);
	assert_true(fit(&scene) == -1000);
	scene_end(&scene);
}

static void
an_erase_ends_the_wait_and_a_set_does_not(void **unused)
{
	struct signal signal;
	struct scene scene;

	begin(&scene, absence);
	happen(&scene, "email.sent", 1, DAY);
	signal_init(&signal, "score.erased", 2 * DAY);
	signal.kind = SIGNAL_SCORE_ERASE;
	assert_int_equal(signal_set(&signal, "score", "fit", NULL), SG_OK);
	scene_step(&scene, &signal);
	wait_until(&scene, 20 * DAY);
	assert_true(fit(&scene) == -1000);
	happen(&scene, "email.sent", 2, 21 * DAY);
	signal_init(&signal, "score.set", 22 * DAY);
	signal.kind = SIGNAL_SCORE_SET;
	assert_int_equal(signal_set(&signal, "score", "fit", NULL), SG_OK);
	assert_int_equal(signal_set(&signal, "points", "50", NULL), SG_OK);
	scene_step(&scene, &signal);
	wait_until(&scene, 40 * DAY);
	assert_true(fit(&scene) == 40);
	scene_end(&scene);
}

static void
once_per_counts_what_fired_and_not_what_waited(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"email.sent\" unless = "
		      "\"email.clicked within 1d\" subtract = 1 "
		      "once_per = \"ever\" score = \"fit\" }");
	happen(&scene, "email.sent", 1, DAY);
	happen(&scene, "email.clicked", 1, DAY + 1);
	happen(&scene, "email.sent", 2, 2 * DAY);
	happen(&scene, "email.sent", 3, 2 * DAY + 1);
	wait_until(&scene, 20 * DAY);
	assert_true(fit(&scene) == -1);
	scene_end(&scene);
}

static void
a_chain_of_waits_ends_like_any_chain(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"score.changed\" unless = "
		      "\"page.visited within 1s\" add = 1 score = \"fit\" }\n"
		      "rule \"b\" { on = \"email.opened\" add = 1 "
		      "score = \"fit\" }");
	happen(&scene, "email.opened", 1, DAY);
	wait_until(&scene, 3650 * DAY);
	assert_true(scene.out.chain_too_deep);
	assert_true(fit(&scene) == 1 + FOLD_DEPTH_MOST);
	scene_end(&scene);
}

/* Without packing it each time, as scene_step() does. */
static void
step_alone(struct scene *scene, const char *name, uint64_t message_id,
	   int64_t at)
{
	struct signal signal = of_message(name, message_id, at);
	struct fold_entry entry = {
		.id = ++scene->next_id,
		.ruleset =
			scene->world.rulesets[scene->world.n_rulesets - 1]->id,
		.signal = &signal};

	fold_step(scene->record, &scene->world, &entry, &scene->out);
}

/* A newsletter a minute, each waits a month, every third was clicked. Were all
 * open ones looked at for each signal, this would take minutes. */
static void
many_open_waits_of_one_record_are_no_burden(void **unused)
{
	enum { N_MAILS = 40000 };
	struct scene scene;
	uint64_t i;

	begin(&scene, "rule \"a\" { on = \"email.sent\" unless = "
		      "\"email.clicked within 30d\" subtract = 1 "
		      "score = \"fit\" }\n"
		      "rule \"b\" { on = \"email.sent\" unless = "
		      "\"order.paid where (signal.amount > 5) within 30d\" "
		      "subtract = 1 score = \"fit\" }");
	scene.out.quiet = true;
	for (i = 1; i <= N_MAILS; i++) {
		step_alone(&scene, "email.sent", i, DAY + (int64_t)i * 60000);
		if (i % 3 == 0)
			step_alone(&scene, "email.clicked", i,
				   DAY + (int64_t)i * 60000 + 1);
		step_alone(&scene, "order.paid", 0,
			   DAY + (int64_t)i * 60000 + 2);
	}
	wait_until(&scene, 100 * DAY);
	assert_true(fit(&scene) == -(2 * N_MAILS - N_MAILS / 3));
	assert_true(fold_next_change(scene.record) == INT64_MAX);
	scene_end(&scene);
}

/* Those of one moment fire in the order they began; what came between and was
 * cancelled leaves its place to another. */
static void
waits_of_one_moment_fire_in_their_order(void **unused)
{
	struct scene scene;
	size_t i;

	begin(&scene, "rule \"a\" { on = \"email.sent\" unless = "
		      "\"email.clicked within 2d\" add = 1 once_per = "
		      "\"message\" score = \"fit\" }\n"
		      "rule \"b\" { on = \"form.submitted\" unless = "
		      "\"email.clicked within 1d\" add = 2 score = "
		      "\"fit\" }");
	happen(&scene, "email.sent", 7, DAY);
	happen(&scene, "email.sent", 8, DAY);
	happen(&scene, "email.sent", 9, DAY);
	happen(&scene, "email.clicked", 8, DAY + 1);
	happen(&scene, "form.submitted", 0, 2 * DAY);
	happen(&scene, "form.submitted", 0, 2 * DAY);
	wait_until(&scene, 3 * DAY);
	assert_int_equal(scene.out.n_points, 4);
	for (i = 1; i < 4; i++)
		assert_true(scene.out.points[i].history_id >
			    scene.out.points[i - 1].history_id);
	assert_true(fit(&scene) == 6);
	scene_end(&scene);
}

/* A click of one mail says nothing about another, one of no mail about all. */
static void
what_belongs_to_no_mail_is_meant_for_all(void **unused)
{
	struct scene scene;

	begin(&scene, "rule \"a\" { on = \"email.sent\" unless = "
		      "\"page.visited within 9d at least 2 times\" "
		      "subtract = 1 score = \"fit\" }\n"
		      "rule \"b\" { on = \"form.submitted\" unless = "
		      "\"page.visited within 9d\" subtract = 10 score = "
		      "\"fit\" }");
	happen(&scene, "email.sent", 1, DAY);
	happen(&scene, "email.sent", 2, DAY);
	happen(&scene, "form.submitted", 0, DAY);
	happen(&scene, "page.visited", 2, DAY + 1); /* 2 and the form */
	happen(&scene, "page.visited", 3, DAY + 2); /* neither mail */
	happen(&scene, "page.visited", 0, DAY + 3); /* both mails */
	wait_until(&scene, 20 * DAY);
	assert_true(fit(&scene) == -1);
	scene_end(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absence_fires_when_the_time_is_over),
		cmocka_unit_test(a_signal_in_time_cancels),
		cmocka_unit_test(only_a_signal_of_the_same_message_cancels),
		cmocka_unit_test(a_signal_of_no_message_cancels_too),
		cmocka_unit_test(a_bounce_of_the_mail_cancels),
		cmocka_unit_test(
			a_bounce_after_the_time_is_over_takes_nothing_back),
		cmocka_unit_test(a_machine_hit_never_cancels),
		cmocka_unit_test(a_proxy_open_alone_is_unknown_and_not_absence),
		cmocka_unit_test(what_was_not_tracked_is_not_absent),
		cmocka_unit_test(the_condition_is_judged_at_the_signal),
		cmocka_unit_test(
			points_of_absence_degrade_from_when_they_are_due),
		cmocka_unit_test(at_least_so_many_times_must_all_happen),
		cmocka_unit_test(
			a_rule_that_is_gone_when_it_is_due_gives_nothing),
		cmocka_unit_test(an_erase_ends_the_wait_and_a_set_does_not),
		cmocka_unit_test(
			once_per_counts_what_fired_and_not_what_waited),
		cmocka_unit_test(a_chain_of_waits_ends_like_any_chain),
		cmocka_unit_test(many_open_waits_of_one_record_are_no_burden),
		cmocka_unit_test(waits_of_one_moment_fire_in_their_order),
		cmocka_unit_test(what_belongs_to_no_mail_is_meant_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
