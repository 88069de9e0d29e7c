/*
 * store_upgrade_second_test.c - a store of the second schema opens in this
 * release: what was folded away, links, consent, sequences, a generation that
 * `rules run` built, and a broadcast half sent.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "apply/why.h"
#include "apply_aid.h"
#include "base/clock.h"
#include "store/store_broadcast.h"
#include "store/store_consent.h"
#include "store/store_record.h"
#include "store/store_sequence.h"
#include "upgrade_aid.h"

enum { ANN = 1, BEN, CLEO, DAN, EVE, ORCHARD, ZOE, FAY, GIL };

/* Soon after the last thing in the dump. */
static const int64_t then = 1795326300000;

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
	upgrade_load(2, applier.store_path);
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
score(uint32_t id, int64_t at)
{
	struct score_summary summary;

	scoreboard_summary(applier.board, id, 1, at, &summary);
	return summary.has_score ? summary.value[SCORE_SCORE] : NAN;
}

static void
scores_are_what_they_were(void **unused)
{
	/* folded calls, two that expired of them, three since; open and link */
	assert_float_equal(score(ANN, then), 51.924725, 1e-6);
	assert_float_equal(score(BEN, then), 54.996602, 1e-6);
	assert_float_equal(score(CLEO, then), 36.999073, 1e-6);
	assert_float_equal(score(DAN, then), -19.998764, 1e-6);
	assert_float_equal(score(EVE, then), 40, 1e-9);
	assert_float_equal(score(FAY, then), 7, 1e-9);
	assert_true(isnan(score(ORCHARD, then)));
	assert_true(isnan(score(ZOE, then)));
	assert_true(isnan(score(GIL, then)));
	applier_verify(&applier);
}

static void
what_was_folded_is_told_as_before(void **unused)
{
	size_t i, n = 0;
	struct why why;

	OK(why_read(applier_reader(&applier), applier.board, ANN, 1, then, pool,
		    &why, &err));
	for (i = 0; i < why.n_entries; i++) {
		if (strcmp(why.entries[i].explanation, "before 2026-10-23") ==
		    0) {
			n++;
			assert_float_equal(why.entries[i].left, 7.64, 0.01);
		}
		assert_true(why.entries[i].left > 0);
	}
	assert_int_equal(n, 1);
	assert_int_equal(why.n_entries, 6);
}

/* Absence, expiry and degradation wait across the upgrade. */
static void
what_waits_comes_in_its_time(void **unused)
{
	/* eve did not click the newsletter, nor Cleo this and the broadcast */
	assert_float_equal(score(EVE, then), 40, 1e-9);
	applier_move_to(&applier, then + 8 * CLOCK_DAY_MS);
	assert_true(score(EVE, then + 8 * CLOCK_DAY_MS) < 37.1);
	assert_true(score(EVE, then + 8 * CLOCK_DAY_MS) > 30);
	applier_verify(&applier);
}

static void
consent_sequences_and_broadcasts_are_there(void **unused)
{
	struct store *store = applier_reader(&applier);
	uint64_t counts[RECIPIENT_N_STATES] = {0};
	struct store_broadcast broadcast;
	struct store_enrolment enrolment;
	struct store_consents consents;
	struct store_record record;

	OK(store_record_get(store, CLEO, pool, &record, &err));
	OK(store_consent_of(store, record.record_key, pool, &consents, &err));
	assert_int_equal(consents.n_rows, 1);
	assert_int_equal(consents.rows[0].what, CONSENT_OPENS);
	assert_int_equal(consents.rows[0].state, CONSENT_DENIED);
	assert_string_equal(consents.rows[0].wording, "no pictures");
	OK(store_enrolment_get(store, "After an order", ANN, pool, &enrolment,
			       &err));
	assert_string_equal(enrolment.state, "active");
	assert_string_equal(enrolment.step, "Question");
	OK(store_broadcast_get(store, "halves", pool, &broadcast, &err));
	assert_int_equal(broadcast.state, BROADCAST_TESTING);
	OK(store_recipients_counts(store, "halves", counts, &err));
	assert_int_equal(counts[RECIPIENT_SENT], 4);
	assert_int_equal(counts[RECIPIENT_WAITING], 1);
	OK(store_record_get(store, ORCHARD, pool, &record, &err));
	assert_string_equal(record.module, "account");
}

/* Also beside what is folded. */
static void
what_happens_next_adds_up(void **unused)
{
	struct signal signal =
		applier_signal("email.opened", "", 1795326200000);

	signal.record_key = (uint64_t)2876663933499267717; /* ann */
	signal.message_id = 7;
	applier_submit(&applier, &signal);
	assert_true(score(ANN, then) > 56.9);
	applier_verify(&applier);
}

static void
opening_it_again_changes_nothing(void **unused)
{
	double ann = score(ANN, then), ben = score(BEN, then);

	applier_close(&applier);
	applier_open(&applier);
	assert_float_equal(score(ANN, then), ann, 1e-9);
	assert_float_equal(score(BEN, then), ben, 1e-9);
	applier_verify(&applier);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(scores_are_what_they_were),
		TEST(what_was_folded_is_told_as_before),
		TEST(what_waits_comes_in_its_time),
		TEST(consent_sequences_and_broadcasts_are_there),
		TEST(what_happens_next_adds_up),
		TEST(opening_it_again_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
