/* fold_suppression_test.c - soft bounces, what they come to and what heals
 * them; through the applier, so that store, order and restarts count. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "signal/record_key.h"
#include "store/store_suppression.h"

#define DAY CLOCK_DAY_MS
#define ANN "ann@example.com"
#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

static int64_t now;

static int
setup(void **state)
{
	static struct applier applier;

	now = clock_now();
	applier_init(&applier);
	applier.bounces = (struct bounce_policy){.soft_budget = 3,
						 .soft_window_ms = 14 * DAY,
						 .soft_expires_ms = 90 * DAY,
						 .hard_expires_ms = 365 * DAY};
	applier_open(&applier);
	*state = &applier;
	return 0;
}

static int
teardown(void **state)
{
	applier_done(*state);
	return 0;
}

/* NULL: mail may go there at `at`. */
static const char *
reason_at(struct applier *applier, int64_t at, struct store_suppression *row)
{
	static struct pool *pool;
	uint64_t key = record_key_hash(applier_secret, "contact", ANN);
	enum sg_status status;

	pool_free(pool);
	pool = pool_new();
	status = store_suppression_get(applier_reader(applier), key, at, pool,
				       row, NULL);
	assert_true(status == SG_OK || status == SG_NONE);
	return status == SG_OK ? row->reason : NULL;
}

static bool
is_suppressed(struct applier *applier)
{
	struct store_suppression row;

	return reason_at(applier, now, &row) != NULL;
}

static void
mail(struct applier *applier, const char *name, uint64_t message_id,
     int64_t days_ago)
{
	struct signal signal = applier_signal(name, ANN, now - days_ago * DAY);

	signal.message_id = message_id;
	if (strcmp(name, "email.bounced") == 0) {
		applier_set(&signal, "class", "soft");
		applier_set(&signal, "diagnostic", "552 5.2.2 Mailbox full");
	}
	applier_submit(applier, &signal);
}

static void
soft(struct applier *applier, uint64_t message_id, int64_t days_ago)
{
	mail(applier, "email.bounced", message_id, days_ago);
}

static void
the_third_soft_bounce_suppresses_for_a_while(void **state)
{
	struct applier *applier = *state;
	struct store_suppression row;

	applier_rules(applier,
		      "rule \"No mail\" { on = \"record.suppressed\" "
		      "when = \"signal.reason = 'soft-bounces'\" subtract = 7 "
		      "}",
		      false);
	soft(applier, 1, 0);
	soft(applier, 2, 0);
	soft(applier, 2, 0); /* the same mail, reported twice */
	assert_false(is_suppressed(applier));
	soft(applier, 3, 0);
	assert_string_equal(reason_at(applier, now, &row), "soft-bounces");
	assert_string_equal(row.evidence,
			    "3 soft bounces in 14 days, the last: 552 5.2.2 "
			    "Mailbox full");
	assert_string_equal(row.source, "engine");
	assert_int_equal(row.expires_at - row.created_at, 90 * DAY);
	assert_null(reason_at(applier, row.expires_at, &row));
	soft(applier, 4, 0);
	assert_float_equal(applier_score(applier, ANN, now), -7, 1e-6);
	applier_verify(applier);
}

static void
bounces_outside_the_window_are_not_counted(void **state)
{
	struct applier *applier = *state;

	soft(applier, 1, 30);
	soft(applier, 2, 16);
	soft(applier, 3, 10);
	soft(applier, 4, 0);
	assert_false(is_suppressed(applier));
	soft(applier, 5, 0);
	assert_true(is_suppressed(applier));
}

static void
a_restart_and_the_order_of_arrival_change_nothing(void **state)
{
	struct applier *applier = *state;
	struct store_suppression row;

	soft(applier, 1, 1);
	soft(applier, 2, 5);
	applier_close(applier);
	applier_open(applier);
	soft(applier, 3, 3); /* late: the one of yesterday is now the third */
	assert_string_equal(reason_at(applier, now, &row), "soft-bounces");
	assert_int_equal(row.created_at, now - DAY);
	/* A mail of four days ago was opened: known only now. */
	mail(applier, "email.sent", 8, 4);
	mail(applier, "email.opened", 8, 2);
	assert_false(is_suppressed(applier));
	applier_verify(applier);
}

static void
a_later_mail_that_came_through_heals(void **state)
{
	struct applier *applier = *state;

	mail(applier, "email.sent", 7, 9);
	soft(applier, 1, 6);
	soft(applier, 2, 5);
	soft(applier, 3, 4);
	mail(applier, "email.opened", 7, 3); /* one from before */
	assert_true(is_suppressed(applier));
	mail(applier, "email.sent", 8, 2);
	assert_true(is_suppressed(applier));
	mail(applier, "email.clicked", 8, 1);
	assert_false(is_suppressed(applier));
	soft(applier, 9, 0);
	soft(applier, 10, 0);
	assert_false(is_suppressed(applier)); /* counted anew */
	soft(applier, 11, 0);
	assert_true(is_suppressed(applier));
	mail(applier, "email.delivered", 12, 0);
	assert_false(is_suppressed(applier));
}

static void
machines_prove_nothing(void **state)
{
	struct applier *applier = *state;
	struct signal opened = applier_signal("email.opened", ANN, now);

	soft(applier, 1, 3);
	soft(applier, 2, 2);
	soft(applier, 3, 2);
	mail(applier, "email.sent", 8, 1);
	opened.message_id = 8;
	opened.verdict = VERDICT_MACHINE;
	applier_submit(applier, &opened);
	assert_true(is_suppressed(applier));
}

static void
change(struct applier *applier, enum signal_kind kind, const char *reason,
       const char *actor)
{
	struct signal signal =
		applier_change(kind,
			       kind == SIGNAL_SUPPRESS ? "record.suppressed"
						       : "record.unsuppressed",
			       ANN, now);

	applier_set(&signal, "reason", reason);
	signal.actor = actor;
	applier_submit(applier, &signal);
}

static void
the_stronger_reason_stays(void **state)
{
	struct applier *applier = *state;
	struct store_suppression row;
	struct signal hard;

	soft(applier, 1, 3);
	soft(applier, 2, 2);
	soft(applier, 3, 1);
	hard = applier_signal("email.bounced", ANN, now - 1000);
	applier_set(&hard, "class", "hard");
	applier_submit(applier, &hard);
	assert_string_equal(reason_at(applier, now, &row), "hard-bounce");
	assert_int_equal(row.expires_at - row.created_at, 365 * DAY);
	mail(applier, "email.delivered", 9, 0); /* heals soft ones only */
	assert_true(is_suppressed(applier));
	change(applier, SIGNAL_SUPPRESS, "complaint", "");
	change(applier, SIGNAL_SUPPRESS, "hard-bounce", "");
	assert_string_equal(reason_at(applier, now, &row), "complaint");
	assert_int_equal(row.expires_at, 0);
	change(applier, SIGNAL_SUPPRESS, "asked us to", "eve");
	assert_string_equal(reason_at(applier, now, &row), "asked us to");
	change(applier, SIGNAL_UNSUPPRESS, "manual", "eve");
	assert_false(is_suppressed(applier));
}

static void
a_suppression_outlives_its_contact_and_is_lifted_all_the_same(void **state)
{
	struct applier *applier = *state;
	struct store_suppression row;
	struct signal gone = applier_change(SIGNAL_RECORD_DELETE,
					    "record.deleted", ANN, now);

	now -= DAY;
	change(applier, SIGNAL_SUPPRESS, "complaint", "");
	now += DAY;
	assert_true(is_suppressed(applier)); /* nobody yet */
	mail(applier, "email.sent", 1, 0);
	applier_submit(applier, &gone);
	assert_true(is_suppressed(applier));
	mail(applier, "email.sent", 2, 0);
	soft(applier, 3, 0);
	soft(applier, 4, 0);
	soft(applier, 5, 0);
	assert_string_equal(reason_at(applier, now, &row), "complaint");
	change(applier, SIGNAL_UNSUPPRESS, "manual", "eve");
	assert_false(is_suppressed(applier));
}

static void
an_expiry_that_was_given_holds(void **state)
{
	struct applier *applier = *state;
	struct store_suppression row;
	struct signal signal =
		applier_change(SIGNAL_SUPPRESS, "record.suppressed", ANN, now);

	applier_set(&signal, "reason", "holiday");
	applier_set(&signal, "expires_at", "2099-01-01T00:00:00.000Z");
	applier_submit(applier, &signal);
	assert_string_equal(reason_at(applier, now, &row), "holiday");
	assert_int_equal(row.expires_at, INT64_C(4070908800000));
	assert_null(reason_at(applier, row.expires_at, &row));
}

/* --- any order ------------------------------------------------------------ */

static const struct {
	const char *name;
	uint64_t message_id;
	int64_t days_ago;
} story[] = {
	{"email.sent", 7, 20},	  {"email.bounced", 1, 12},
	{"email.bounced", 2, 11}, {"email.bounced", 3, 10},
	{"email.sent", 8, 9},	  {"email.opened", 8, 8},
	{"email.bounced", 4, 7},  {"email.bounced", 5, 5},
	{"email.opened", 7, 4},	  {"email.bounced", 6, 3},
	{"email.sent", 9, 2},
};

enum { STORY = sizeof(story) / sizeof(story[0]), ORDERS = 30 };

static void
tell(struct applier *applier, const char *address, size_t i)
{
	struct signal signal = applier_signal(story[i].name, address,
					      now - story[i].days_ago * DAY);

	signal.message_id = story[i].message_id;
	if (strcmp(story[i].name, "email.bounced") == 0)
		applier_set(&signal, "class", "soft");
	applier_submit(applier, &signal);
}

static void
whatever_order_it_arrives_in_it_comes_to_the_same(void **state)
{
	struct applier *applier = *state;
	struct pool *pool = pool_new();
	uint32_t chance = 4711; /* the seed */
	char address[64];
	size_t order[STORY], i, n;

	for (n = 0; n < ORDERS; n++) {
		struct store_suppression row = {0};
		uint64_t key;

		snprintf(address, sizeof(address), "p%zu@example.com", n);
		key = record_key_hash(applier_secret, "contact", address);
		for (i = 0; i < STORY; i++)
			order[i] = i;
		for (i = STORY; n > 0 && i-- > 1;) {
			size_t other, kept = order[i];

			chance = chance * 1664525 + 1013904223;
			other = (chance >> 8) % (i + 1);
			order[i] = order[other];
			order[other] = kept;
		}
		for (i = 0; i < STORY; i++)
			tell(applier, address, order[i]);
		assert_int_equal(store_suppression_get(applier_reader(applier),
						       key, now, pool, &row,
						       NULL),
				 SG_OK);
		/* The first three were healed; the third after that did it. */
		assert_string_equal(row.reason, "soft-bounces");
		assert_int_equal(row.created_at, now - 3 * DAY);
		assert_int_equal(row.expires_at, now + 87 * DAY);
	}
	pool_free(pool);
	applier_verify(applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_third_soft_bounce_suppresses_for_a_while),
		TEST(bounces_outside_the_window_are_not_counted),
		TEST(a_restart_and_the_order_of_arrival_change_nothing),
		TEST(a_later_mail_that_came_through_heals),
		TEST(machines_prove_nothing),
		TEST(the_stronger_reason_stays),
		TEST(a_suppression_outlives_its_contact_and_is_lifted_all_the_same),
		TEST(an_expiry_that_was_given_holds),
		TEST(whatever_order_it_arrives_in_it_comes_to_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
