/* Retention: older history is folded into openings, and nothing else changes:
 * scores, what rules remember, what is waited for. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/generation.h"
#include "apply/why.h"
#include "base/clock.h"
#include "random_history.h"
#include "store/store_history.h"
#include "store/store_retain.h"

#define DAY  CLOCK_DAY_MS
#define KEPT (5 * DAY)

enum { N_SEEDS = 12, N_ALL = RANDOM_SIGNALS + RANDOM_PEOPLE, WAIT_MS = 20000 };

static void
begin(struct applier *applier, int64_t base, int64_t retention_ms)
{
	applier_init(applier);
	applier->now = base - DAY;
	applier->checkpoint_ms = 60000;
	applier->retention_ms = retention_ms;
	applier_open(applier);
	applier_rules(applier, random_rules, false);
}

static uint64_t
count_older(struct applier *applier, int64_t before)
{
	uint64_t all = 0, n = 0;
	struct sg_err err;
	size_t i;

	for (i = 0; i < RANDOM_PEOPLE; i++) {
		uint32_t id = applier_find(applier, random_people[i]);

		if (!id)
			continue;
		assert_int_equal(store_retain_count(applier_reader(applier), id,
						    before, &n, &err),
				 SG_OK);
		all += n;
	}
	return all;
}

/* Hour by hour, as it looks again. */
static int64_t
wait_until_folded(struct applier *applier, int64_t now)
{
	int64_t before = now - KEPT - (now - KEPT) % DAY;
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	while (count_older(applier, before)) {
		assert_true(clock_monotonic_ms() < until);
		now += 3600001;
		applier_move_to(applier, now);
		usleep(2000);
	}
	return now;
}

static void
compare(uint64_t seed, struct applier *want, struct applier *got, int64_t at)
{
	size_t i;
	uint32_t k;

	for (i = 0; i < RANDOM_PEOPLE; i++)
		for (k = 1; k <= RANDOM_SCORES; k++) {
			double a =
				applier_score_of(want, random_people[i], k, at);
			double b =
				applier_score_of(got, random_people[i], k, at);

			if (isnan(a) != isnan(b) ||
			    (!isnan(a) && !score_equal(a, b)))
				fail_msg("seed %llu: %s has %s %.9g, not %.9g",
					 (unsigned long long)seed,
					 random_people[i], random_scores[k - 1],
					 b, a);
		}
}

static unsigned
count_openings(struct applier *applier)
{
	struct pool *pool = pool_new();
	unsigned n = 0;
	size_t i;

	for (i = 0; i < RANDOM_PEOPLE; i++) {
		uint32_t id = applier_find(applier, random_people[i]);
		struct store_history_rows rows;
		struct sg_err err;

		assert_int_equal(store_history_of(applier_reader(applier), id,
						  pool, &rows, &err),
				 SG_OK);
		n += rows.n_rows && rows.rows[0].kind == SIGNAL_OPENING;
	}
	pool_free(pool);
	return n;
}

static int64_t
feed(struct applier *applier, const struct signal *signal, int64_t now)
{
	struct signal at_now = *signal;

	at_now.received_at = now;
	applier_move_to(applier, now);
	applier_submit(applier, &at_now);
	return now;
}

static void
nothing_changes_but_the_history(void **state)
{
	struct signal *signals = calloc(N_ALL, sizeof(*signals));
	int64_t base = clock_now() - 400 * DAY;
	uint64_t seed;
	size_t i;

	base -= base % DAY;
	for (seed = 1; seed <= N_SEEDS; seed++) {
		struct applier plain = {0}, kept = {0};
		int64_t now = base;

		random_seed = seed * 7919;
		random_history(signals, base);
		begin(&plain, base, 0);
		begin(&kept, base, KEPT);
		for (i = 0; i < N_ALL; i++) {
			struct signal *signal = &signals[i];

			if (signal->kind == SIGNAL_JUDGE)
				continue; /* of what may be folded by then */
			/* a little late, some of them */
			now = signal->happened_at + DAY +
			      (int64_t)random_below(DAY / 4);
			if (now < kept.now)
				now = kept.now;
			feed(&plain, signal, now);
			feed(&kept, signal, now);
			if (i % 7 == 6) {
				now = wait_until_folded(&kept, now);
				applier_move_to(&plain, now);
				compare(seed, &plain, &kept, now);
				applier_verify(&kept);
			}
			if (i == 30) {
				applier_close(&kept);
				applier_open(&kept);
				applier_move_to(&kept, now);
			}
		}
		now = wait_until_folded(&kept, now + 8 * DAY);
		applier_move_to(&kept, now);
		applier_move_to(&plain, now);
		compare(seed, &plain, &kept, now);
		assert_int_equal(count_openings(&kept), RANDOM_PEOPLE);
		applier_verify(&kept);
		applier_close(&kept);
		applier_open(&kept);
		compare(seed, &plain, &kept, now);
		applier_verify(&kept);
		applier_done(&kept);
		applier_done(&plain);
	}
	free(signals);
}

/* It is kept for people to see; the scores do not know it. */
static void
what_comes_later_than_the_retention_scores_not(void **state)
{
	struct applier applier = {0};
	int64_t base = clock_now() - 400 * DAY, now;
	struct signal signal;
	struct store_history_rows rows;
	struct store_history_filter all = {.most = 100};
	struct pool *pool = pool_new();
	struct sg_err err;
	struct why why;
	double before;
	size_t i;

	base -= base % DAY;
	begin(&applier, base, KEPT);
	signal = applier_signal("email.clicked", random_people[0], base);
	now = feed(&applier, &signal, base + 1000);
	applier_move_to(&applier, now + 20 * DAY);
	now = wait_until_folded(&applier, now + 20 * DAY);
	before = applier_score(&applier, random_people[0], now);
	assert_true(before > 1);
	signal.happened_at = base + DAY;
	signal.external_id = 77;
	feed(&applier, &signal, now);
	assert_float_equal(applier_score(&applier, random_people[0], now),
			   before, 1e-9);
	all.record_id = applier_find(&applier, random_people[0]);
	assert_int_equal(store_history_recent(applier_reader(&applier), &all,
					      pool, &rows, &err),
			 SG_OK);
	for (i = 0; i < rows.n_rows; i++)
		if (rows.rows[i].happened_at == base + DAY)
			break;
	assert_true(i < rows.n_rows);
	assert_false(rows.rows[i].effective);
	assert_int_equal(why_read(applier_reader(&applier), applier.board,
				  all.record_id, 1, now, pool, &why, &err),
			 SG_OK);
	assert_non_null(strstr(why.entries[0].explanation, "before 20"));
	assert_true(why.n_entries <= 2);
	applier_verify(&applier);
	pool_free(pool);
	applier_done(&applier);
}

/* `rules run` begins behind the openings, and gives what is there. */
static void
a_run_of_the_same_rules_gives_the_same(void **state)
{
	struct signal *signals = calloc(N_ALL, sizeof(*signals));
	struct applier plain = {0}, kept = {0};
	int64_t base = clock_now() - 400 * DAY, now = base;
	int64_t until = clock_monotonic_ms() + WAIT_MS;
	struct generation_status status;
	struct sg_err err = {0};
	size_t i;

	base -= base % DAY;
	random_seed = 31337;
	random_history(signals, base);
	begin(&plain, base, 0);
	begin(&kept, base, KEPT);
	for (i = 0; i < N_ALL; i++) {
		if (signals[i].kind == SIGNAL_JUDGE)
			continue;
		now = signals[i].happened_at + 1000;
		feed(&plain, &signals[i], now);
		feed(&kept, &signals[i], now);
	}
	now = wait_until_folded(&kept, now);
	applier_move_to(&plain, now);
	assert_int_equal(generation_begin(kept.apply, "test", &err), SG_OK);
	do {
		assert_true(clock_monotonic_ms() < until);
		usleep(1000);
		generation_get_status(kept.apply, &status);
	} while (status.running || status.removing);
	compare(0, &plain, &kept, now);
	applier_verify(&kept);
	applier_done(&kept);
	applier_done(&plain);
	free(signals);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_changes_but_the_history),
		cmocka_unit_test(
			what_comes_later_than_the_retention_scores_not),
		cmocka_unit_test(a_run_of_the_same_rules_gives_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
