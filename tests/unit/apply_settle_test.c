/* apply_settle_test.c - hits settle before they count, and a later verdict
 * puts right what they scored. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "signal/record_key.h"
#include "store/store_history.h"

#define DAY    CLOCK_DAY_MS
#define SECOND ((int64_t)1000)

static const char ann[] = "ann@example.com";
static const int64_t start = 20000 * CLOCK_DAY_MS;
static const char rules[] =
	"rule \"Opened\" { on = \"email.opened\" add = 10 }\n"
	"rule \"Clicked\" { on = \"email.clicked\" add = 100 score = \"fit\" "
	"when = \"email.opened within 30d\" }";

static void
begin(struct applier *applier)
{
	applier_init(applier);
	applier->now = start;
	applier_open(applier);
	applier_rules(applier, rules, false);
}

/* A hit that came just now and settles for so long. */
static void
hit(struct applier *applier, const char *name, int64_t settle_ms)
{
	struct signal signal;

	signal_init(&signal, name, applier->now);
	signal.key = ann;
	signal.message_id = 7;
	signal.source = "test";
	if (settle_ms)
		signal.settle_until = applier->now + settle_ms;
	applier_submit(applier, &signal);
}

static struct signal
judgement(struct applier *applier, enum verdict verdict)
{
	struct signal signal;

	signal_init(&signal, "signal.judged", applier->now);
	signal.kind = SIGNAL_JUDGE;
	signal.key = ann;
	signal.source = "test";
	signal.verdict = verdict;
	signal.verdict_reason = "a scanner";
	return signal;
}

/* -1000: none */
static double
lead(struct applier *applier)
{
	double score = applier_score(applier, ann, applier->now);

	return isnan(score) ? -1000 : score;
}

static double
fit(struct applier *applier)
{
	double score = applier_score_of(applier, ann, 2, applier->now);

	return isnan(score) ? -1000 : score;
}

static struct store_history
newest(struct applier *applier, const char *name, struct pool *pool)
{
	struct store_history_filter filter = {.name = name, .most = 1};
	struct store_history_rows rows;
	struct sg_err err;

	assert_int_equal(store_history_recent(applier_reader(applier), &filter,
					      pool, &rows, &err),
			 SG_OK);
	assert_int_equal(rows.n_rows, 1);
	return rows.rows[0];
}

static void
a_hit_counts_when_it_is_settled_and_not_before(void **unused)
{
	struct applier applier;
	struct pool *pool = pool_new();
	struct store_history row;

	begin(&applier);
	hit(&applier, "email.opened", 10 * SECOND);
	assert_true(lead(&applier) == -1000);
	row = newest(&applier, "email.opened", pool); /* listed all the same */
	assert_true(row.settle_until == start + 10 * SECOND);
	assert_false(row.effective);
	applier_move_to(&applier, start + 10 * SECOND - 1);
	assert_true(lead(&applier) == -1000);
	applier_verify(&applier);
	applier_move_to(&applier, start + 10 * SECOND);
	assert_true(lead(&applier) > 9.99);
	row = newest(&applier, "email.opened", pool);
	assert_true(row.settle_until == 0);
	assert_true(row.effective);
	applier_verify(&applier);
	pool_free(pool);
	applier_done(&applier);
}

static void
what_settles_survives_a_restart(void **unused)
{
	struct applier applier;

	begin(&applier);
	hit(&applier, "email.opened", 10 * SECOND);
	applier_close(&applier);
	applier_open(&applier);
	applier_move_to(&applier, start + 9 * SECOND);
	assert_true(lead(&applier) == -1000);
	applier_close(&applier);
	applier.now = start + 11 * SECOND;
	applier_open(&applier);
	applier_move_to(&applier, start + 11 * SECOND);
	assert_true(lead(&applier) > 9.99);
	applier_verify(&applier);
	applier_done(&applier);
}

static void
what_was_settled_while_nobody_looked_counts_at_once(void **unused)
{
	struct applier applier;
	struct signal late;

	begin(&applier);
	signal_init(&late, "email.opened", start - 60 * SECOND);
	late.key = ann;
	late.source = "test";
	late.settle_until = start - 50 * SECOND;
	applier_submit(&applier, &late);
	assert_true(lead(&applier) > 9.99);
	applier_done(&applier);
}

static void
a_hit_scores_at_its_own_time_however_long_it_settles(void **unused)
{
	struct applier applier;

	begin(&applier);
	hit(&applier, "email.opened", 5 * DAY);
	applier_move_to(&applier, start + DAY);
	hit(&applier, "email.clicked", 0); /* sees no open yet */
	assert_true(fit(&applier) == -1000);
	applier_move_to(&applier, start + 5 * DAY);
	assert_true(fit(&applier) == 100);
	assert_true(fabs(lead(&applier) - 10 * pow(0.9, 5)) < 1e-9);
	applier_verify(&applier);
	applier_done(&applier);
}

static void
a_later_verdict_takes_the_points_back(void **unused)
{
	struct applier applier;
	struct pool *pool = pool_new();
	struct signal verdict;
	struct store_history row;
	char id[32];

	begin(&applier);
	hit(&applier, "email.opened", 0);
	applier_move_to(&applier, start + SECOND);
	hit(&applier, "email.clicked", 0);
	assert_true(fit(&applier) == 100);
	applier_move_to(&applier, start + 2 * SECOND);
	row = newest(&applier, "email.opened", pool);
	snprintf(id, sizeof(id), "%lld", (long long)row.id);
	verdict = judgement(&applier, VERDICT_MACHINE);
	applier_set(&verdict, "history", id);
	applier_submit(&applier, &verdict);
	/* As if never scored; but who clicks has opened, at that moment, and
	 * had not when the click came. */
	assert_true(lead(&applier) > 9.99);
	assert_true(fit(&applier) == -1000);
	assert_int_equal(store_history_get(applier_reader(&applier), row.id,
					   pool, &row, NULL),
			 SG_OK);
	assert_int_equal(row.verdict, VERDICT_MACHINE);
	assert_string_equal(row.verdict_reason, "a scanner");
	applier_verify(&applier);
	/* … and it was somebody after all. */
	applier_move_to(&applier, start + 3 * SECOND);
	verdict = judgement(&applier, VERDICT_HUMAN);
	applier_set(&verdict, "history", id);
	applier_submit(&applier, &verdict);
	assert_true(lead(&applier) > 9.99);
	assert_true(fit(&applier) == 100);
	applier_verify(&applier);
	pool_free(pool);
	applier_done(&applier);
}

static void
a_hit_that_is_judged_while_it_settles_never_counts(void **unused)
{
	struct applier applier;
	struct signal verdict;

	begin(&applier);
	hit(&applier, "email.opened", 10 * SECOND);
	applier_move_to(&applier, start + SECOND);
	verdict = judgement(&applier, VERDICT_MACHINE);
	verdict.message_id = 7;
	applier_submit(&applier, &verdict);
	applier_move_to(&applier, start + 20 * SECOND);
	assert_true(lead(&applier) == -1000);
	applier_verify(&applier);
	applier_done(&applier);
}

static void
a_judgement_of_a_message_is_of_its_name_and_time(void **unused)
{
	struct applier applier;
	struct signal verdict, late;
	char until[CLOCK_TEXT_SIZE];

	begin(&applier);
	hit(&applier, "email.opened", 0);
	applier_move_to(&applier, start + 10 * SECOND);
	hit(&applier, "email.opened", 0);
	applier_move_to(&applier, start + 20 * SECOND);
	verdict = judgement(&applier, VERDICT_MACHINE);
	verdict.message_id = 7;
	applier_set(&verdict, "signal", "email.opened");
	applier_set(&verdict, "until", clock_format(start + 5 * SECOND, until));
	applier_submit(&applier, &verdict);
	assert_true(lead(&applier) > 9.9 && lead(&applier) < 10.1);
	/* Another of that time comes after it. */
	late = applier_signal("email.opened", ann, start + 3 * SECOND);
	late.message_id = 7;
	applier_submit(&applier, &late);
	assert_true(lead(&applier) > 9.9 && lead(&applier) < 10.1);
	applier_verify(&applier);
	applier_done(&applier);
}

/* Of somebody whom only a token names; how long it is kept. */
static double
known_after(int64_t days)
{
	struct applier applier;
	struct signal opened, created;
	double score;

	begin(&applier);
	signal_init(&opened, "email.opened", applier.now);
	opened.record_key = record_key_hash(applier_secret, "contact", ann);
	opened.source = "test";
	applier_submit(&applier, &opened);
	applier_move_to(&applier, start + days * DAY);
	signal_init(&created, "record.created", applier.now);
	created.kind = SIGNAL_RECORD_CREATE;
	created.key = ann;
	created.source = "test";
	applier_submit(&applier, &created);
	score = lead(&applier);
	applier_verify(&applier);
	applier_done(&applier);
	return score;
}

static void
a_hit_of_an_unknown_token_is_parked_for_seven_days(void **unused)
{
	assert_true(known_after(6) > 0);
	assert_true(known_after(8) == -1000);
}

/* A mail may have gone to several, of whom none is known yet. */
static void
a_judgement_of_who_is_nobody_yet_is_of_nobody_else(void **unused)
{
	static const char *const both[] = {ann, "bob@example.com"};
	struct applier applier;
	struct signal signal;
	size_t i;

	begin(&applier);
	for (i = 0; i < 2; i++) {
		signal_init(&signal, "email.opened", applier.now);
		signal.record_key =
			record_key_hash(applier_secret, "contact", both[i]);
		signal.message_id = 7;
		signal.source = "test";
		applier_submit(&applier, &signal);
	}
	signal = judgement(&applier, VERDICT_MACHINE);
	signal.key = "";
	signal.record_key = record_key_hash(applier_secret, "contact", ann);
	signal.message_id = 7;
	applier_submit(&applier, &signal);
	applier_move_to(&applier, start + SECOND);
	for (i = 0; i < 2; i++) {
		signal = applier_change(SIGNAL_RECORD_CREATE, "record.created",
					both[i], applier.now);
		applier_submit(&applier, &signal);
	}
	assert_true(lead(&applier) == -1000);
	assert_true(applier_score(&applier, both[1], applier.now) > 9.99);
	applier_verify(&applier);
	applier_done(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_hit_counts_when_it_is_settled_and_not_before),
		cmocka_unit_test(what_settles_survives_a_restart),
		cmocka_unit_test(
			what_was_settled_while_nobody_looked_counts_at_once),
		cmocka_unit_test(
			a_hit_scores_at_its_own_time_however_long_it_settles),
		cmocka_unit_test(a_later_verdict_takes_the_points_back),
		cmocka_unit_test(
			a_hit_that_is_judged_while_it_settles_never_counts),
		cmocka_unit_test(
			a_judgement_of_a_message_is_of_its_name_and_time),
		cmocka_unit_test(
			a_hit_of_an_unknown_token_is_parked_for_seven_days),
		cmocka_unit_test(
			a_judgement_of_who_is_nobody_yet_is_of_nobody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
