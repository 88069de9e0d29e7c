/*
 * store_upgrade_third_test.c - a store of the third schema opens in this
 * release: scores, mails of sequences, a broadcast half sent, who may sign in.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "store/store_broadcast.h"
#include "store/store_sequence.h"
#include "store/store_user.h"
#include "upgrade_aid.h"

enum { ANN = 1, BEN, CLEO, DAN, EVE, ORCHARD, ZOE, FAY, GIL };

/* Soon after the last thing in the dump. */
static const int64_t then = 1795339100000;

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
	applier.now = then;
	upgrade_load(3, applier.store_path);
	applier_open(&applier);
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
score(uint32_t id)
{
	struct score_summary summary;

	scoreboard_summary(applier.board, id, 1, then, &summary);
	return summary.has_score ? summary.value[SCORE_SCORE] : NAN;
}

static void
scores_are_what_they_were(void **unused)
{
	assert_float_equal(score(ANN), 51.92, 0.01);
	assert_float_equal(score(EVE), 40, 1e-9);
	assert_float_equal(score(FAY), 7, 1e-9);
	assert_float_equal(score(ORCHARD), 2, 0.01);
	assert_true(isnan(score(ZOE)));
	assert_true(isnan(score(GIL)));
	applier_verify(&applier);
}

/* Counted by state since the fourth schema: also what was there before, and
 * what changes after. */
static void
a_broadcast_half_sent_is_counted(void **unused)
{
	uint64_t counts[RECIPIENT_N_STATES] = {0};
	struct store *store = applier_reader(&applier);
	struct store_broadcast broadcast;

	OK(store_broadcast_get(store, "halves", pool, &broadcast, &err));
	assert_int_equal(broadcast.state, BROADCAST_TESTING);
	OK(store_recipients_counts(store, "halves", counts, &err));
	assert_int_equal(counts[RECIPIENT_SENT], 4);
	assert_int_equal(counts[RECIPIENT_WAITING], 1);
	assert_int_equal(counts[RECIPIENT_SKIPPED], 1);
}

static void
mails_of_a_sequence_are_counted(void **unused)
{
	struct store_sequence_counts counts;
	size_t i, n = 0;

	OK(store_sequence_counts(applier_reader(&applier), "After an order",
				 pool, &counts, &err));
	for (i = 0; i < counts.n_rows; i++)
		if (!strcmp(counts.rows[i].step, "Thanks") &&
		    !strcmp(counts.rows[i].what, "sent"))
			n += counts.rows[i].n;
	assert_int_equal(n, 2);
}

static void
who_may_sign_in_still_may(void **unused)
{
	struct store_users users;

	OK(store_users_all(applier_reader(&applier), pool, &users, &err));
	assert_int_equal(users.n_rows, 1);
	assert_string_equal(users.rows[0].name, "ann");
	assert_string_equal(users.rows[0].role, "manager");
}

static void
what_happens_next_adds_up(void **unused)
{
	struct signal signal =
		applier_signal("email.opened", "", 1795339050000);
	double before = score(ANN);

	signal.record_key = (uint64_t)-1259294683014015926;
	signal.message_id = 7;
	applier_submit(&applier, &signal);
	assert_true(score(ANN) > before + 4.9);
	applier_verify(&applier);
}

static void
opening_it_again_changes_nothing(void **unused)
{
	double ann = score(ANN), ben = score(BEN);

	applier_close(&applier);
	applier_open(&applier);
	assert_float_equal(score(ANN), ann, 1e-9);
	assert_float_equal(score(BEN), ben, 1e-9);
	applier_verify(&applier);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(scores_are_what_they_were),
		TEST(a_broadcast_half_sent_is_counted),
		TEST(mails_of_a_sequence_are_counted),
		TEST(who_may_sign_in_still_may),
		TEST(what_happens_next_adds_up),
		TEST(opening_it_again_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
