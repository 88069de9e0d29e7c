/* fold_once_test.c - how often a rule fires: once_per at its edges, verdicts,
 * chains. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

#include "base/clock.h"
#include "fold_aid.h"

#define DAY  CLOCK_DAY_MS
#define HOUR (DAY / 24)

static const double tiny = 1e-9;

static void
begin(struct scene *scene, const char *timezone, const char *text)
{
	scene_begin(scene);
	scene->world.timezone = timezone;
	scene_rules(scene, 0, text);
}

/* Points of "fit", which do not degrade. */
static int
fit(struct scene *scene)
{
	double points = scene_score(scene, 2, 40000 * DAY);

	return isnan(points) ? -1 : (int)points;
}

static int64_t
moment(const char *text)
{
	int64_t at;

	assert_int_equal(clock_parse(text, "UTC", &at, NULL), SG_OK);
	return at;
}

static void
a_day_begins_at_midnight_of_the_timezone(void **unused)
{
	struct scene scene;

	begin(&scene, "Europe/Berlin",
	      "rule \"a\" { on = \"page.visited\" add = 1 once_per = \"day\" "
	      "score = \"fit\" }");
	scene_happen(&scene, "page.visited", moment("2026-01-10T12:00:00Z"));
	scene_happen(&scene, "page.visited",
		     moment("2026-01-10T22:59:59.999Z"));
	assert_int_equal(fit(&scene), 1);
	scene_happen(&scene, "page.visited", moment("2026-01-10T23:00:00Z"));
	assert_int_equal(fit(&scene), 2);
	scene_happen(&scene, "page.visited", moment("2026-01-11T22:00:00Z"));
	assert_int_equal(fit(&scene), 2);
	scene_end(&scene);
}

static void
a_day_has_23_or_25_hours_when_the_clocks_change(void **unused)
{
	struct scene scene;

	begin(&scene, "Europe/Berlin",
	      "rule \"a\" { on = \"page.visited\" add = 1 once_per = \"day\" "
	      "score = \"fit\" }");
	/* 2026-03-29 begins at 23:00Z and ends at 22:00Z */
	scene_happen(&scene, "page.visited", moment("2026-03-28T23:00:00Z"));
	scene_happen(&scene, "page.visited",
		     moment("2026-03-29T21:59:59.999Z"));
	assert_int_equal(fit(&scene), 1);
	scene_happen(&scene, "page.visited", moment("2026-03-29T22:00:00Z"));
	assert_int_equal(fit(&scene), 2);
	/* 2026-10-25 begins at 22:00Z and ends at 23:00Z */
	scene_happen(&scene, "page.visited", moment("2026-10-24T22:00:00Z"));
	scene_happen(&scene, "page.visited",
		     moment("2026-10-25T22:59:59.999Z"));
	assert_int_equal(fit(&scene), 3);
	scene_happen(&scene, "page.visited", moment("2026-10-25T23:00:00Z"));
	assert_int_equal(fit(&scene), 4);
	scene_end(&scene);
}

static void
a_window_slides_and_does_not_hold_its_first_moment(void **unused)
{
	struct scene scene;

	begin(&scene, "UTC",
	      "rule \"a\" { on = \"page.visited\" add = 1 "
	      "once_per = \"2 per 7d\" score = \"fit\" }");
	scene_happen(&scene, "page.visited", 0);
	scene_happen(&scene, "page.visited", DAY);
	scene_happen(&scene, "page.visited", 7 * DAY - 1); /* a third */
	assert_int_equal(fit(&scene), 2);
	scene_happen(&scene, "page.visited", 7 * DAY); /* 0 is out */
	assert_int_equal(fit(&scene), 3);
	scene_happen(&scene, "page.visited", 8 * DAY - 1);
	assert_int_equal(fit(&scene), 3);
	scene_happen(&scene, "page.visited", 8 * DAY);
	assert_int_equal(fit(&scene), 4);
	scene_end(&scene);
}

static void
what_a_rule_refused_does_not_count_for_its_window(void **unused)
{
	struct scene scene;
	int64_t at;

	begin(&scene, "UTC",
	      "rule \"a\" { on = \"page.visited\" add = 1 "
	      "once_per = \"1 per 7d\" score = \"fit\" }");
	for (at = 0; at <= 14 * DAY; at += 6 * HOUR)
		scene_happen(&scene, "page.visited", at);
	assert_int_equal(fit(&scene), 3); /* on day 0, 7 and 14 */
	scene_end(&scene);
}

static void
another_window_counts_anew(void **unused)
{
	struct scene scene;
	struct signal signal;
	struct fold_entry entry = {.ruleset = 2, .signal = &signal};

	begin(&scene, "UTC",
	      "rule \"a\" { on = \"page.visited\" add = 1 "
	      "once_per = \"2 per 1d\" score = \"fit\" }");
	scene_happen(&scene, "page.visited", 0);
	scene_happen(&scene, "page.visited", 2 * DAY);
	scene_rules(&scene, 2 * DAY + 1,
		    "rule \"a\" { on = \"page.visited\" add = 1 "
		    "once_per = \"1 per 30d\" score = \"fit\" }");
	for (entry.id = 3; entry.id < 5; entry.id++) {
		signal_init(&signal, "page.visited", entry.id * DAY);
		fold_step(scene.record, &scene.world, &entry, &scene.out);
		assert_int_equal(fit(&scene), 3);
	}
	scene_end(&scene);
}

static void
see(struct scene *scene, uint64_t message_id, const char *url)
{
	struct signal signal;

	signal_init(&signal, "email.clicked", scene->next_id);
	signal.message_id = message_id;
	if (url)
		assert_int_equal(signal_set(&signal, "url", url, NULL), SG_OK);
	scene_step(scene, &signal);
}

static void
a_link_is_of_its_message_and_without_either_each_counts(void **unused)
{
	struct scene scene;

	begin(&scene, "UTC",
	      "rule \"l\" { on = \"email.clicked\" add = 1 "
	      "once_per = \"link\" score = \"fit\" }\n"
	      "rule \"m\" { on = \"email.clicked\" add = 100 "
	      "once_per = \"message\" score = \"fit\" }");
	see(&scene, 1, "http://a/");
	see(&scene, 1, "http://a/");
	assert_int_equal(fit(&scene), 101);
	see(&scene, 1, "http://b/");
	assert_int_equal(fit(&scene), 102);
	see(&scene, 2, "http://a/");
	assert_int_equal(fit(&scene), 203);
	see(&scene, 0, NULL);
	see(&scene, 0, NULL);
	assert_int_equal(fit(&scene), 405);
	scene_end(&scene);
}

static void
a_rule_takes_the_verdicts_it_asks_for(void **unused)
{
	static const enum verdict verdicts[] = {VERDICT_HUMAN, VERDICT_PROXY,
						VERDICT_MACHINE};
	struct scene scene;
	size_t i;

	begin(&scene, "UTC",
	      "rule \"h\" { on = \"email.opened\" add = 1 score = \"fit\" "
	      "once_per = \"ever\" }\n"
	      "rule \"p\" { on = \"email.opened\" add = 10 score = \"fit\" "
	      "verdict = \"proxy\" }\n"
	      "rule \"a\" { on = \"email.opened\" add = 100 score = \"fit\" "
	      "verdict = \"any\" }\n"
	      "rule \"twice\" { on = \"email.opened\" add = 1000 "
	      "score = \"fit\" verdict = \"any\" "
	      "when = \"email.opened at least 2 times\" }");
	for (i = 3; i-- > 0;) { /* the human one last: it is the first */
		struct signal signal;

		signal_init(&signal, "email.opened", 3 - (int64_t)i);
		signal.verdict = verdicts[i];
		scene_step(&scene, &signal);
	}
	assert_int_equal(fit(&scene), 100 + 110 + 111);
	scene_happen(&scene, "email.opened", 9);
	assert_int_equal(fit(&scene), 321 + 1110);
	scene_end(&scene);
}

static void
a_chain_of_score_changed_has_eight_links(void **unused)
{
	struct scene scene;

	begin(&scene, "UTC",
	      "rule \"begin\" { on = \"page.visited\" add = 1 "
	      "score = \"fit\" }\n"
	      "rule \"again\" { on = \"score.changed\" add = 1 "
	      "score = \"fit\" }");
	scene_happen(&scene, "page.visited", 0);
	assert_true(scene.out.chain_too_deep);
	assert_int_equal(fit(&scene), 1 + FOLD_DEPTH_MOST);
	scene_happen(&scene, "page.visited", 1);
	assert_int_equal(fit(&scene), 2 + 2 * FOLD_DEPTH_MOST);
	scene_end(&scene);
}

static void
an_erase_forgets_how_often(void **unused)
{
	struct scene scene;
	struct signal erase;

	begin(&scene, "UTC",
	      "rule \"e\" { on = \"page.visited\" add = 1 "
	      "once_per = \"ever\" score = \"fit\" }\n"
	      "rule \"w\" { on = \"page.visited\" add = 10 "
	      "once_per = \"1 per 7d\" score = \"fit\" }\n"
	      "rule \"o\" { on = \"page.visited\" add = 5 "
	      "once_per = \"ever\" degrade = none }");
	scene_happen(&scene, "page.visited", 0);
	signal_init(&erase, "score.erased", 1);
	erase.kind = SIGNAL_SCORE_ERASE;
	assert_int_equal(signal_set(&erase, "score", "fit", NULL), SG_OK);
	scene_step(&scene, &erase);
	assert_int_equal(fit(&scene), -1);
	scene_happen(&scene, "page.visited", 2);
	scene_happen(&scene, "page.visited", 3);
	assert_int_equal(fit(&scene), 11);
	assert_float_equal(scene_score(&scene, 1, 3), 5, tiny); /* another's */
	scene_end(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_begins_at_midnight_of_the_timezone),
		cmocka_unit_test(
			a_day_has_23_or_25_hours_when_the_clocks_change),
		cmocka_unit_test(
			a_window_slides_and_does_not_hold_its_first_moment),
		cmocka_unit_test(
			what_a_rule_refused_does_not_count_for_its_window),
		cmocka_unit_test(another_window_counts_anew),
		cmocka_unit_test(
			a_link_is_of_its_message_and_without_either_each_counts),
		cmocka_unit_test(a_rule_takes_the_verdicts_it_asks_for),
		cmocka_unit_test(a_chain_of_score_changed_has_eight_links),
		cmocka_unit_test(an_erase_forgets_how_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
