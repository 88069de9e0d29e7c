/*
 * store_upgrade_test.c - a store of the first schema opens in this release,
 * and everything in it reads right.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "store/store_broadcast.h"
#include "store/store_list.h"
#include "store/store_record.h"
#include "store/store_rule.h"
#include "store/store_suppression.h"
#include "upgrade_aid.h"

enum { ANN = 1, BEN, CLEO, DAN, EVE, ZOE };

/* A moment after the last thing in the dump. */
static const int64_t then = 1795300600000;

static struct applier applier;
static struct pool *pool;
static struct sg_err err;

#define OK(call)                                  \
	do {                                      \
		if ((call) != SG_OK)              \
			fail_msg("%s", err.text); \
	} while (0)

static int
set_up(void **unused)
{
	pool = pool_new();
	applier_init(&applier);
	applier.scores[0].degrade = 2;
	upgrade_load(1, applier.store_path);
	return 0;
}

static int
tear_down(void **unused)
{
	applier_done(&applier);
	pool_free(pool);
	return 0;
}

static double
score(uint32_t id, int64_t at)
{
	struct score_summary summary;

	scoreboard_summary(applier.board, id, 1, at, &summary);
	return summary.has_score ? summary.value[SCORE_SCORE] : NAN;
}

static void
a_reader_does_not_take_an_older_schema(void **unused)
{
	struct store *store;

	assert_int_equal(
		store_open(applier.store_path, DB_READ_ONLY, &store, &err),
		SG_REFUSED);
	assert_non_null(strstr(err.text, "has schema 1"));
	for (unsigned from = 2; from--;) { /* said once, and not again */
		assert_int_equal(store_open(applier.store_path, DB_READ_WRITE,
					    &store, &err),
				 SG_OK);
		assert_int_equal(store_upgraded_from(store), from);
		store_close(store);
	}
	applier_open(&applier);
}

static void
scores_are_what_they_were(void **unused)
{
	applier_open(&applier);
	/* opened and clicked, 96 s ago, 2 % a day; CEO while it counted */
	assert_true(fabs(score(ANN, then) -
			 (25 * pow(0.98, 96. / 86400) + 10)) < 1e-4);
	assert_true(score_equal(score(BEN, then), 40));
	assert_true(fabs(score(CLEO, then) -
			 (15 * pow(0.98, 96. / 86400) + 10 + 12)) < 1e-4);
	assert_true(isnan(score(DAN, then)));
	assert_true(fabs(score(EVE, then) - 15) < 0.001);
	assert_true(isnan(score(ZOE, then)));
	applier_verify(&applier);
}

static void
contacts_lists_and_suppressions_are_there(void **unused)
{
	struct store *store;
	struct store_fields fields;
	struct store_names tags;
	struct store_members members;
	struct store_record record;

	applier_open(&applier);
	store = applier_reader(&applier);
	OK(store_record_get(store, CLEO, pool, &record, &err));
	assert_string_equal(record.key, "cleo@atelier.example");
	OK(store_fields_of(store, CLEO, pool, &fields, &err));
	assert_int_equal(fields.n_rows, 2);
	assert_string_equal(fields.rows[1].value, "buyer");
	OK(store_tags_of(store, BEN, pool, &tags, &err));
	assert_int_equal(tags.n_names, 1);
	OK(store_members_of(store, EVE, pool, &members, &err));
	assert_int_equal(members.n_rows, 1);
	assert_int_equal(members.rows[0].state, LIST_JOINED);
	OK(store_record_get(store, ZOE, pool, &record, &err));
	assert_true(record.deleted_at > 0);
}

static void
rules_and_broadcasts_are_there(void **unused)
{
	uint64_t counts[RECIPIENT_N_STATES] = {0};
	struct store_broadcast broadcast;
	const struct ruleset *rules;
	struct store *store;

	applier_open(&applier);
	store = applier_reader(&applier);
	rules = apply_rules_get(applier.apply);
	assert_int_equal(rules->n_rules, 7);
	assert_string_equal(rules->rules[0].name, "Opened the mail");
	assert_string_equal(rules->rules[6].name, "Loyal");
	apply_rules_release(applier.apply, rules);
	OK(store_broadcast_get(store, "tin", pool, &broadcast, &err));
	assert_int_equal(broadcast.state, BROADCAST_SENT);
	OK(store_recipients_counts(store, "tin", counts, &err));
	assert_int_equal(counts[RECIPIENT_SENT], 3);
}

/* Also what came before the upgrade is folded anew when a signal is late. */
static void
what_happens_next_adds_up(void **unused)
{
	struct signal signal =
		applier_signal("email.opened", "", 1795300504800);

	applier_open(&applier);
	signal.record_key = (uint64_t)-6015773365853060109; /* ann */
	signal.message_id = 7;
	applier_submit(&applier, &signal);
	assert_true(score(ANN, then) > 39);
	applier_verify(&applier);
}

static void
opening_a_second_time_changes_nothing(void **unused)
{
	applier_open(&applier);
	applier_close(&applier);
	applier_open(&applier);
	assert_true(score_equal(score(BEN, then), 40));
	applier_verify(&applier);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_reader_does_not_take_an_older_schema),
		TEST(scores_are_what_they_were),
		TEST(contacts_lists_and_suppressions_are_there),
		TEST(rules_and_broadcasts_are_there),
		TEST(what_happens_next_adds_up),
		TEST(opening_a_second_time_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
