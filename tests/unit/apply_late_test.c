/* apply_late_test.c - what comes late, and what it turns round. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "store/store_automation.h"
#include "store/store_sequence.h"
#include "store/store_settle.h"

#define DAY CLOCK_DAY_MS

static const double tiny = 1e-9;
static const char ann[] = "ann@example.com";

static int
setup(void **state)
{
	struct applier *applier = calloc(1, sizeof(*applier));

	applier_init(applier);
	applier_open(applier);
	*state = applier;
	return 0;
}

static int
teardown(void **state)
{
	applier_done(*state);
	free(*state);
	return 0;
}

static void
happen(struct applier *applier, const char *name, int64_t at)
{
	struct signal signal = applier_signal(name, ann, at);

	applier_submit(applier, &signal);
}

static void
change(struct applier *applier, enum signal_kind kind, const char *name,
       const char *const props[4], int64_t at)
{
	struct signal signal = applier_change(kind, name, ann, at);

	applier_set(&signal, props[0], props[1]);
	if (props[2])
		applier_set(&signal, props[2], props[3]);
	applier_submit(applier, &signal);
}

static void
set_job(struct applier *applier, const char *job, int64_t at)
{
	change(applier, SIGNAL_FIELD_SET, "field.changed",
	       (const char *const[]){"name", "job", "value", job}, at);
}

static void
tag(struct applier *applier, int64_t at)
{
	change(applier, SIGNAL_TAG_ADD, "tag.added",
	       (const char *const[]){"tag", "vip", NULL, NULL}, at);
}

static void
operate(struct applier *applier, enum signal_kind kind, const char *points,
	int64_t at)
{
	change(applier, kind,
	       kind == SIGNAL_SCORE_SET ? "score.set" : "score.erased",
	       (const char *const[]){"score", "fit", points ? "points" : NULL,
				     points},
	       at);
}

/* NAN = none */
static double
fit(struct applier *applier, int64_t at)
{
	return applier_score_of(applier, ann, 2, at);
}

static void
check_and_reopen(struct applier *applier)
{
	applier_verify(applier);
	applier_close(applier);
	applier_open(applier);
	applier_verify(applier);
}

static void
a_late_change_can_leave_a_record_without_a_score(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() + DAY;

	applier_rules(applier,
		      "rule \"a\" { on = \"email.opened\" "
		      "when = \"not tag 'vip'\" add = 5 score = \"fit\" }",
		      false);
	happen(applier, "email.opened", at);
	assert_float_equal(fit(applier, at), 5, tiny);
	tag(applier, at - 1);
	assert_true(isnan(fit(applier, at)));
	check_and_reopen(applier);
	assert_true(isnan(fit(applier, at)));
}

static void
a_late_field_turns_round_what_rules_gave(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() + DAY;

	applier_rules(applier,
		      "rule \"boss\" { on = \"email.opened\" add = 100 "
		      "when = \"field.job = 'CEO'\" score = \"fit\" }\n"
		      "rule \"other\" { on = \"email.opened\" add = 1 "
		      "when = \"field.job != 'CEO'\" score = \"fit\" }",
		      false);
	set_job(applier, "CTO", at);
	happen(applier, "email.opened", at + 10);
	happen(applier, "email.opened", at + 20);
	assert_float_equal(fit(applier, at + 30), 2, tiny);
	set_job(applier, "CEO", at + 5); /* for both */
	assert_float_equal(fit(applier, at + 30), 200, tiny);
	set_job(applier, "CFO", at + 15); /* for the second not */
	assert_float_equal(fit(applier, at + 30), 101, tiny);
	set_job(applier, "", at + 1); /* was CEO again before the first */
	assert_float_equal(fit(applier, at + 30), 101, tiny);
	check_and_reopen(applier);
	assert_float_equal(fit(applier, at + 30), 101, tiny);
}

static void
a_late_signal_takes_the_one_time_that_there_is(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() + DAY;

	applier_rules(applier,
		      "rule \"a\" { on = \"email.opened\" add = 100 "
		      "degrade = \"10%\" once_per = \"ever\" "
		      "score = \"fit\" }\n"
		      "rule \"b\" { on = \"email.opened\" add = 1 "
		      "once_per = \"1 per 3d\" score = \"fit\" }",
		      false);
	happen(applier, "email.opened", at + 4 * DAY);
	assert_float_equal(fit(applier, at + 4 * DAY), 101, tiny);
	/* a: two days earlier; b: for 2 instead of for 4 */
	happen(applier, "email.opened", at + 2 * DAY);
	assert_float_equal(fit(applier, at + 4 * DAY), 82, tiny);
	/* b: for 0 and, as 2 is too near, for 4 */
	happen(applier, "email.opened", at);
	assert_float_equal(fit(applier, at + 4 * DAY), 100 * 0.6561 + 2, 1e-6);
	check_and_reopen(applier);
	assert_float_equal(fit(applier, at + 4 * DAY), 100 * 0.6561 + 2, 1e-6);
}

static void
what_happened_before_an_erase_comes_to_nothing(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() + DAY;

	applier_rules(applier,
		      "rule \"a\" { on = \"email.opened\" add = 5 "
		      "once_per = \"ever\" score = \"fit\" }",
		      false);
	happen(applier, "email.opened", at + 10);
	operate(applier, SIGNAL_SCORE_ERASE, NULL, at + 20);
	happen(applier, "email.opened", at);
	assert_true(isnan(fit(applier, at + 20)));
	happen(applier, "email.opened", at + 30); /* once more, anew */
	happen(applier, "email.opened", at + 40);
	assert_float_equal(fit(applier, at + 40), 5, tiny);
	/* a late erase: closes what came before it */
	operate(applier, SIGNAL_SCORE_ERASE, NULL, at + 35);
	assert_float_equal(fit(applier, at + 40), 5, tiny);
	operate(applier, SIGNAL_SCORE_ERASE, NULL, at + 45);
	assert_true(isnan(fit(applier, at + 45)));
	happen(applier, "email.opened", at + 41);
	assert_true(isnan(fit(applier, at + 45)));
	check_and_reopen(applier);
	assert_true(isnan(fit(applier, at + 45)));
}

static void
what_happened_before_a_set_uses_up_its_one_time(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() + DAY;

	applier_rules(applier,
		      "rule \"a\" { on = \"email.opened\" add = 5 "
		      "once_per = \"ever\" score = \"fit\" }",
		      false);
	operate(applier, SIGNAL_SCORE_SET, "50", at + 10);
	happen(applier, "email.opened", at + 20);
	assert_float_equal(fit(applier, at + 20), 55, tiny);
	/* Now the first one is before the set, where it is worth nothing. */
	happen(applier, "email.opened", at);
	assert_float_equal(fit(applier, at + 20), 50, tiny);
	/* A late set holds from its time on. */
	operate(applier, SIGNAL_SCORE_SET, "7", at + 5);
	assert_float_equal(fit(applier, at + 20), 50, tiny);
	check_and_reopen(applier);
	assert_float_equal(fit(applier, at + 20), 50, tiny);
}

static void
a_ruleset_keeps_its_order_after_a_start(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now() + DAY;
	static const char x[] = "rule \"x\" { on = \"order.paid\" add = 1 }\n";
	static const char gives[] = "rule \"gives\" { on = \"email.opened\" "
				    "add = 5 score = \"fit\" }\n";
	static const char asks[] =
		"rule \"asks\" { on = \"email.opened\" add = 100 "
		"when = \"has score 'fit'\" score = \"fit\" }\n";
	char text[1024];

	snprintf(text, sizeof(text), "%s%s%s%s", x, gives,
		 "rule \"y\" { on = \"order.paid\" add = 2 }\n", asks);
	applier_rules(applier, text, false);
	happen(applier, "email.opened", at);
	assert_float_equal(fit(applier, at), 105, tiny);
	/* The places of today: asks 0, x 1, gives 2. */
	snprintf(text, sizeof(text), "%s%s%s", asks, x, gives);
	applier_rules(applier, text, false);
	happen(applier, "email.opened", at + 1);
	assert_float_equal(fit(applier, at + 1), 210, tiny);
	check_and_reopen(applier);
	set_job(applier, "CEO", at - 1); /* all anew */
	assert_float_equal(fit(applier, at + 1), 210, tiny);
	/* Only another order: rules of their own, too. */
	snprintf(text, sizeof(text), "%s%s%s", x, gives, asks);
	applier_rules(applier, text, false);
	operate(applier, SIGNAL_SCORE_ERASE, NULL, at + 2);
	happen(applier, "email.opened", at + 3);
	assert_float_equal(fit(applier, at + 3), 105, tiny);
	check_and_reopen(applier);
}

static void
what_has_not_happened_yet_happened_when_it_was_received(void **state)
{
	struct applier *applier = *state;
	int64_t at = clock_now();
	struct signal signal =
		applier_signal("email.clicked", ann, at + 10 * DAY);

	applier_rules(applier, "rule \"a\" { on = \"email.clicked\" add = 3 }",
		      false);
	signal.received_at = at;
	applier_submit(applier, &signal);
	assert_float_equal(applier_score(applier, ann, at + DAY), 3 * 0.9,
			   1e-6);
	check_and_reopen(applier);
}

/* Those of a long history are folded in together; what follows of each does
 * all the same. */
static void
many_late_ones_wait_for_each_other(void **state)
{
	enum { LATE = 20 };
	struct applier *applier = *state;
	struct signal signals[LATE];
	struct apply_status before, after;
	struct store_firing_sum fired;
	int64_t at = clock_now() - DAY;
	struct sg_err err = {0};
	bool kept;

	applier_close(applier);
	applier->late_rows_most = 1;
	applier_open(applier);
	applier_rules(applier,
		      "rule \"a\" { on = \"email.clicked\" add = 3 "
		      "score = \"fit\" }\n"
		      "automation \"b\" { on = \"email.clicked\" "
		      "do = \"add 1 score 'drift'\" }",
		      false);
	happen(applier, "email.clicked", at + 100);
	apply_get_status(applier->apply, &before);
	for (size_t i = 0; i < LATE; i++)
		signals[i] =
			applier_signal("email.clicked", ann, at + (int64_t)i);
	assert_int_equal(
		apply_submit(applier->apply, signals, LATE, 20000, &kept, &err),
		SG_OK);
	apply_get_status(applier->apply, &after);
	assert_in_range(after.refolds - before.refolds, 1, 4);
	assert_float_equal(fit(applier, at + DAY), 3 * (LATE + 1), tiny);
	assert_int_equal(
		store_firing_sum(applier_reader(applier), "b", &fired, NULL),
		SG_OK);
	assert_int_equal(fired.fired, LATE + 1);
	check_and_reopen(applier);
}

enum { LATE = 12 };

static void
fold_one_at_a_time(struct applier *applier, const char *rules)
{
	applier_close(applier);
	applier->late_rows_most = 1;
	applier_open(applier);
	applier_rules(applier, rules, false);
}

static int64_t
fired(struct applier *applier, const char *automation)
{
	struct store_firing_sum sum;

	assert_int_equal(store_firing_sum(applier_reader(applier), automation,
					  &sum, NULL),
			 SG_OK);
	return (int64_t)sum.fired;
}

/* Nothing settles any more, and the scoreboard knows. */
static void
wait_for_the_rest(struct applier *applier)
{
	struct signal other =
		applier_signal("email.clicked", "bob@example.com", clock_now());
	int64_t until;

	while (store_settling_next(applier_reader(applier), &until, NULL) ==
	       SG_OK)
		usleep(1000);
	applier_submit(applier, &other);
}

static void
submit_all(struct applier *applier, const struct signal *signals, size_t n)
{
	struct sg_err err = {0};
	bool kept;

	assert_int_equal(
		apply_submit(applier->apply, signals, n, 20000, &kept, &err),
		SG_OK);
	wait_for_the_rest(applier);
}

static const char crosses[] =
	"rule \"a\" { on = \"order.paid\" add = 100 score = \"fit\" }\n"
	"rule \"b\" { on = \"order.refunded\" subtract = 100 "
	"score = \"fit\" }\n"
	"rule \"d\" { on = \"tag.added\" add = 100 score = \"fit\" }\n"
	"rule \"e\" { on = \"tag.removed\" subtract = 100 "
	"score = \"fit\" }\n"
	"automation \"c\" { on = \"score 'fit' rises to 100\" "
	"do = \"add 1 score 'drift'\" }";

/* A threshold is judged before and after each change, also when there is so
 * much to fold anew that it takes several transactions. */
static void
a_threshold_sees_each_of_many_late_ones(void **state)
{
	struct applier *applier = *state;
	struct signal signals[LATE];
	int64_t at = clock_now() - DAY;

	fold_one_at_a_time(applier, crosses);
	happen(applier, "email.clicked", at + 100);
	for (size_t i = 0; i < LATE; i++)
		signals[i] =
			applier_signal(i % 2 ? "order.refunded" : "order.paid",
				       ann, at + (int64_t)i);
	submit_all(applier, signals, LATE);
	assert_int_equal(fired(applier, "c"), LATE / 2);
	applier_submit(applier, &signals[0]);
	wait_for_the_rest(applier);
	assert_int_equal(fired(applier, "c"), LATE / 2 + 1);
	check_and_reopen(applier);
	assert_float_equal(fit(applier, at + DAY), 100, tiny);
}

/* And so it is with what is no signal of a person. */
static void
a_threshold_sees_each_late_tag_and_score_change(void **state)
{
	struct applier *applier = *state;
	struct signal tags[LATE], sets[LATE];
	int64_t at = clock_now() - DAY;

	fold_one_at_a_time(applier, crosses);
	happen(applier, "email.clicked", at + 100);
	for (size_t i = 0; i < LATE; i++) {
		tags[i] = applier_change(i % 2 ? SIGNAL_TAG_REMOVE
					       : SIGNAL_TAG_ADD,
					 i % 2 ? "tag.removed" : "tag.added",
					 ann, at + (int64_t)i);
		applier_set(&tags[i], "tag", "vip");
		sets[i] = applier_change(SIGNAL_SCORE_SET, "score.set", ann,
					 at + LATE + (int64_t)i);
		applier_set(&sets[i], "points", i % 2 ? "0" : "100");
		applier_set(&sets[i], "score", "fit");
	}
	submit_all(applier, tags, LATE);
	assert_int_equal(fired(applier, "c"), LATE / 2);
	assert_float_equal(fit(applier, at + DAY), 0, tiny);
	submit_all(applier, sets, LATE);
	assert_int_equal(fired(applier, "c"), LATE);
	assert_float_equal(fit(applier, at + DAY), 0, tiny);
	check_and_reopen(applier);
}

static void
a_threshold_sees_each_of_many_judgements(void **state)
{
	struct applier *applier = *state;
	struct signal signals[LATE], paid;
	int64_t at = clock_now() - DAY;

	fold_one_at_a_time(applier, crosses);
	paid = applier_signal("order.paid", ann, at);
	paid.message_id = 7;
	applier_submit(applier, &paid);
	happen(applier, "email.clicked", at + 100);
	assert_int_equal(fired(applier, "c"), 1);
	for (size_t i = 0; i < LATE; i++) {
		signals[i] = applier_change(SIGNAL_JUDGE, "signal.judged", ann,
					    at + (int64_t)i);
		applier_set(&signals[i], "signal", "order.paid");
		signals[i].message_id = 7;
		signals[i].verdict = i % 2 ? VERDICT_HUMAN : VERDICT_MACHINE;
		signals[i].verdict_reason = "test";
	}
	submit_all(applier, signals, LATE);
	assert_int_equal(fired(applier, "c"), 1 + LATE / 2);
	assert_float_equal(fit(applier, at + DAY), 100, tiny);
	/* The last one is the newest of all: still only a judgement. */
	for (size_t i = 0; i < LATE; i++)
		signals[i].happened_at = at + 1000 + (int64_t)i;
	submit_all(applier, signals, LATE - 1);
	assert_float_equal(fit(applier, at + DAY), 0, tiny);
	check_and_reopen(applier);
}

/* What begins a sequence may be over with the next of them. */
static void
a_sequence_begins_for_a_late_tag_that_was_taken_away(void **state)
{
	struct applier *applier = *state;
	struct store_enrolment enrolment;
	struct pool *pool = pool_new();
	struct signal signals[3];
	int64_t at = clock_now() - DAY;

	fold_one_at_a_time(applier, "sequence \"s\" { start = \"tag 'vip'\" "
				    "step \"one\" { template = \"t\" } }");
	happen(applier, "email.clicked", at + 100);
	signals[0] = applier_signal("email.clicked", ann, at);
	for (size_t i = 1; i < 3; i++) {
		signals[i] = applier_change(
			i == 1 ? SIGNAL_TAG_ADD : SIGNAL_TAG_REMOVE,
			i == 1 ? "tag.added" : "tag.removed", ann,
			at + (int64_t)i);
		applier_set(&signals[i], "tag", "vip");
	}
	submit_all(applier, signals, 3);
	assert_int_equal(store_enrolment_get(applier_reader(applier), "s",
					     applier_find(applier, ann), pool,
					     &enrolment, NULL),
			 SG_OK);
	pool_free(pool);
	check_and_reopen(applier);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_late_change_can_leave_a_record_without_a_score),
		TEST(a_late_field_turns_round_what_rules_gave),
		TEST(a_late_signal_takes_the_one_time_that_there_is),
		TEST(what_happened_before_an_erase_comes_to_nothing),
		TEST(a_ruleset_keeps_its_order_after_a_start),
		TEST(many_late_ones_wait_for_each_other),
		TEST(a_threshold_sees_each_of_many_late_ones),
		TEST(a_threshold_sees_each_late_tag_and_score_change),
		TEST(a_threshold_sees_each_of_many_judgements),
		TEST(a_sequence_begins_for_a_late_tag_that_was_taken_away),
		TEST(what_has_not_happened_yet_happened_when_it_was_received),
		TEST(what_happened_before_a_set_uses_up_its_one_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
