/* Retention: older history is folded into openings, and nothing else changes:
 * scores, what rules remember, what is waited for. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/generation.h"
#include "apply/why.h"
#include "base/clock.h"
#include "random_history.h"
#include "seed_more.h"
#include "rule/condition_set.h"
#include "store/store_history.h"
#include "store/store_record.h"
#include "store/store_retain.h"

#define DAY  CLOCK_DAY_MS
#define KEPT (5 * DAY)

enum { N_SEEDS = 8, N_ALL = RANDOM_SIGNALS + RANDOM_PEOPLE, WAIT_MS = 20000 };

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

		random_seed = seed * 7919 + seed_more();
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

/* --- what conditions ask ------------------------------------------------ */

/* The same before and after folding. */
static const char *const exact[] = {
	"email.clicked",
	"email.opened at least 4 times",
	"email.clicked where (signal.url = 'http://a/') at least 2 times",
	"email.sent at least 2 times",
	"email.sent where (signal.campaign = 'spring') at least 2 times",
	"email.bounced",
	"not email.bounced",
	"list.left or tag.removed",
	"tag.added at least 2 times",
	"field.changed at least 3 times",
	"record.changed at least 2 times",
	"record.created",
	"score.changed at least 12 times",
	"email.opened within 60d",
	"email.sent within 60d",
	"email.clicked within 16d at least 2 times",
	"broadcast 'spring' opened",
	"broadcast 'spring' clicked",
};

/* Of properties that nobody asked about nothing is left. */
static const char *const alike[] = {
	"field.changed where (signal.name = 'job')",
	"email.sent within 14d at least 2 times",
	"email.bounced where (signal.campaign != 'spring')",
	"score.changed where (signal.score = 'fit') at least 3 times",
	"record.changed where (signal.old = 'CEO')",
};

static struct condition *
parse(const char *text)
{
	static const struct condition_names names = {.timezone = "UTC"};
	struct condition *condition;
	struct sg_err err = {0};

	if (condition_parse(text, &names, &condition, &err) != SG_OK)
		fail_msg("%s", err.text);
	return condition;
}

/* All people for whom it holds; each alone says the same. */
static unsigned
who(struct applier *applier, const char *text, int64_t now)
{
	struct condition *condition = parse(text);
	struct store *store = applier_reader(applier);
	struct record_set *set;
	struct sg_err err = {0};
	unsigned found = 0;
	size_t i;

	if (condition_select(condition, store, applier->board, now, &set,
			     &err) != SG_OK)
		fail_msg("%s", err.text);
	for (i = 0; i < RANDOM_PEOPLE; i++) {
		uint32_t id = applier_find(applier, random_people[i]);
		struct stored_view *view;
		bool holds;

		assert_int_equal(stored_view_open(store, applier->board, id,
						  now, &view, &err),
				 SG_OK);
		holds = condition_test(condition, stored_view_get(view), NULL,
				       now);
		assert_int_equal(stored_view_check(view, &err), SG_OK);
		if (holds != record_set_has(set, id))
			fail_msg("%s of %s: %d alone, not in the set", text,
				 random_people[i], holds);
		stored_view_close(view);
		found |= holds ? 1u << i : 0;
	}
	record_set_free(set);
	condition_free(condition);
	return found;
}

/* One rule a condition, each with points of its own. */
static const char *
rules_that_ask(const char *const *conditions, size_t n)
{
	static char text[16384];
	size_t at = (size_t)snprintf(text, sizeof(text), "%s", random_rules), i;

	for (i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "rule \"Asks %zu\" { when = \"%s\" "
				       "add = %u score = \"drift\" }\n",
				       i, conditions[i], 1u << i);
	return text;
}

static double
drift(struct applier *applier, size_t i, int64_t now)
{
	double value = applier_score_of(applier, random_people[i], 3, now);

	return isnan(value) ? 0 : value;
}

static void
conditions_see_what_is_folded(void **state)
{
	enum { N_EXACT = sizeof(exact) / sizeof(exact[0]) };
	enum { N_ALIKE = sizeof(alike) / sizeof(alike[0]) };
	struct signal *signals = calloc(N_ALL, sizeof(*signals));
	int64_t base = clock_now() - 400 * DAY;
	uint64_t seed;
	size_t i;

	base -= base % DAY;
	for (seed = 1; seed <= 3; seed++) {
		struct applier plain = {0}, kept = {0};
		double before[2][RANDOM_PEOPLE];
		int64_t now = base;

		random_seed = seed * 104729 + seed_more();
		random_history(signals, base);
		begin(&plain, base, 0);
		begin(&kept, base, KEPT);
		for (i = 0; i < N_ALL - RANDOM_PEOPLE; i++) {
			if (signals[i].kind == SIGNAL_JUDGE)
				continue;
			now = signals[i].happened_at + 1000;
			feed(&plain, &signals[i], now);
			feed(&kept, &signals[i], now);
			if (i == 25)
				now = wait_until_folded(&kept, now);
		}
		for (; i < N_ALL; i++) { /* everybody is there */
			signals[i].happened_at = now;
			feed(&plain, &signals[i], now);
			feed(&kept, &signals[i], now);
		}
		now = wait_until_folded(&kept, now);
		applier_move_to(&plain, now);
		assert_true(count_openings(&kept) > 0);
		for (i = 0; i < N_EXACT; i++)
			if (who(&plain, exact[i], now) !=
			    who(&kept, exact[i], now))
				fail_msg("seed %llu: %s: %x, not %x",
					 (unsigned long long)seed, exact[i],
					 who(&kept, exact[i], now),
					 who(&plain, exact[i], now));
		for (i = 0; i < N_ALIKE; i++)
			(void)who(&kept, alike[i], now);
		/* And so do rules that were not there when it was folded. */
		now += 1000;
		applier_move_to(&plain, now);
		applier_move_to(&kept, now);
		for (i = 0; i < RANDOM_PEOPLE; i++) {
			before[0][i] = drift(&plain, i, now);
			before[1][i] = drift(&kept, i, now);
		}
		applier_rules(&plain, rules_that_ask(exact, N_EXACT), false);
		applier_rules(&kept, rules_that_ask(exact, N_EXACT), false);
		for (i = 0; i < RANDOM_PEOPLE; i++)
			assert_true(drift(&plain, i, now) > before[0][i] + 1);
		for (i = 0; i < RANDOM_PEOPLE; i++)
			assert_float_equal(drift(&kept, i, now) - before[1][i],
					   drift(&plain, i, now) - before[0][i],
					   1e-6);
		applier_verify(&plain);
		applier_verify(&kept);
		applier_done(&kept);
		applier_done(&plain);
	}
	free(signals);
}

/* --- what comes too late, and what does not ------------------------------ */

static int64_t
judge(struct applier *applier, const char *who, int64_t history_id,
      enum verdict verdict, int64_t now)
{
	struct signal judgement =
		applier_change(SIGNAL_JUDGE, "signal.judged", who, now);
	static char id[32];

	snprintf(id, sizeof(id), "%lld", (long long)history_id);
	applier_set(&judgement, "history", id);
	judgement.verdict = verdict;
	return feed(applier, &judgement, now);
}

static int64_t
find_click(struct applier *applier, const char *who)
{
	struct store_history_filter filter = {
		.record_id = applier_find(applier, who),
		.name = "email.clicked",
		.most = 1};
	struct pool *pool = pool_new();
	struct store_history_rows rows;
	int64_t id;

	assert_int_equal(store_history_recent(applier_reader(applier), &filter,
					      pool, &rows, NULL),
			 SG_OK);
	assert_int_equal(rows.n_rows, 1);
	id = rows.rows[0].id;
	pool_free(pool);
	return id;
}

static void
a_verdict_on_what_is_folded_changes_nothing_and_says_so(void **state)
{
	struct applier applier = {0};
	int64_t base = clock_now() - 400 * DAY, now, id;
	struct store_history_filter all = {.name = "signal.judged", .most = 1};
	struct pool *pool = pool_new();
	struct store_history_rows rows;
	struct signal signal;
	double before;

	base -= base % DAY;
	begin(&applier, base, KEPT);
	signal = applier_signal("email.clicked", random_people[0], base);
	now = feed(&applier, &signal, base + 1000);
	id = find_click(&applier, random_people[0]);
	now = wait_until_folded(&applier, now + 20 * DAY);
	before = applier_score(&applier, random_people[0], now);
	assert_true(before > 1);
	judge(&applier, random_people[0], id, VERDICT_MACHINE, now);
	assert_float_equal(applier_score(&applier, random_people[0], now),
			   before, 1e-9);
	assert_int_equal(store_history_recent(applier_reader(&applier), &all,
					      pool, &rows, NULL),
			 SG_OK);
	assert_non_null(strstr(rows.rows[0].props, "keeps its points"));
	applier_verify(&applier);
	pool_free(pool);
	applier_done(&applier);
}

static bool
folded(struct applier *applier, const char *account)
{
	struct pool *pool = pool_new();
	struct store_record record;
	int64_t id;
	bool is;

	assert_int_equal(store_record_find_key(applier_reader(applier),
					       "account", account, pool,
					       &record, NULL),
			 SG_OK);
	is = store_history_opening(applier_reader(applier), record.id, &id,
				   NULL) == SG_OK;
	pool_free(pool);
	return is;
}

static double
fit_of(struct applier *applier, const char *module, const char *key)
{
	struct pool *pool = pool_new();
	struct score_summary summary = {.has_score = false};
	struct store_record record;

	assert_int_equal(store_record_find_key(applier_reader(applier), module,
					       key, pool, &record, NULL),
			 SG_OK);
	scoreboard_summary(applier->board, record.id, 2, applier->now,
			   &summary);
	pool_free(pool);
	return summary.has_score ? summary.value[SCORE_SCORE] : 0;
}

/* More fields than an opening holds: its history stays. */
static void
fill(struct applier *applier, const char *who, int64_t at)
{
	enum { FIELDS = 320, LENGTH = 3900, AT_ONCE = 40 };
	struct signal *signals = calloc(FIELDS, sizeof(*signals));
	static char names[FIELDS][16], value[LENGTH];
	struct sg_err err = {0};
	size_t i;
	bool kept;

	memset(value, 'x', sizeof(value) - 1);
	for (i = 0; i < FIELDS; i++) {
		snprintf(names[i], sizeof(names[i]), "f%zu", i);
		signals[i] = applier_change(SIGNAL_FIELD_SET, "field.changed",
					    who, at);
		applier_set(&signals[i], "name", names[i]);
		applier_set(&signals[i], "value", value);
	}
	for (i = 0; i < FIELDS; i += AT_ONCE)
		if (apply_submit(applier->apply, signals + i, AT_ONCE, WAIT_MS,
				 &kept, &err) != SG_OK)
			fail_msg("%s", err.text);
	free(signals);
}

/* A contact whose history stays gave points to an account whose history is
 * folded. Returns when that is; *id_out: for what click. */
static int64_t
give_along_a_link(struct applier *applier, int64_t *id_out)
{
	const char *who = random_people[0];
	int64_t base = clock_now() - 400 * DAY, now;
	struct signal signal;

	base -= base % DAY;
	begin(applier, base, KEPT);
	applier_rules(applier,
		      "rule \"C\" { on = \"email.clicked\" add = 8 "
		      "score = \"fit\" also = \"account\" cap = 20 "
		      "expires = \"90d\" degrade = \"1%\" }\n",
		      false);
	signal = applier_change(SIGNAL_LINK, "record.linked", who, base);
	applier_set(&signal, "relation", "account");
	applier_set(&signal, "module", "account");
	applier_set(&signal, "key", "ACME");
	feed(applier, &signal, base + 1000);
	signal = applier_signal("email.clicked", random_people[1], base + 2000);
	feed(applier, &signal, base + 2000);
	fill(applier, who, base + 3000);
	signal = applier_signal("email.clicked", who, base + DAY);
	now = feed(applier, &signal, base + DAY);
	*id_out = find_click(applier, who);
	assert_float_equal(fit_of(applier, "account", "ACME"), 8, 1e-6);
	return now;
}

static size_t
count_history(struct applier *applier, const char *account)
{
	struct pool *pool = pool_new();
	struct store_history_rows rows;
	struct store_record record;
	size_t n;

	assert_int_equal(store_record_find_key(applier_reader(applier),
					       "account", account, pool,
					       &record, NULL),
			 SG_OK);
	assert_int_equal(store_history_of(applier_reader(applier), record.id,
					  pool, &rows, NULL),
			 SG_OK);
	n = rows.n_rows;
	pool_free(pool);
	return n;
}

/* Day by day, until nothing but an opening is left of the account's. */
static int64_t
fold_account(struct applier *applier, int64_t now)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	while (!folded(applier, "ACME") || count_history(applier, "ACME") > 1) {
		assert_true(clock_monotonic_ms() < until);
		now += DAY;
		applier_move_to(applier, now);
		usleep(2000);
	}
	return now;
}

static void
both_ends_have(struct applier *applier, double points, double tolerance)
{
	assert_float_equal(fit_of(applier, "contact", random_people[0]), points,
			   tolerance);
	assert_float_equal(fit_of(applier, "account", "ACME"),
			   fit_of(applier, "contact", random_people[0]), 1e-6);
	applier_verify(applier);
}

static void
points_along_a_link_are_taken_back_also_when_they_are_folded(void **state)
{
	struct applier applier = {0};
	const char *who = random_people[0];
	int64_t id, now = give_along_a_link(&applier, &id);
	double before;

	now = fold_account(&applier, now);
	before = fit_of(&applier, "account", "ACME");
	assert_true(before > 1);
	both_ends_have(&applier, before, 1e-6);
	now = judge(&applier, who, id, VERDICT_MACHINE, now + 1000);
	both_ends_have(&applier, 0, 1e-6);
	now = judge(&applier, who, id, VERDICT_HUMAN, now + 1000);
	both_ends_have(&applier, before, 1e-4);
	judge(&applier, who, id, VERDICT_PROXY, now + 1000);
	both_ends_have(&applier, 0, 1e-6);
	applier_done(&applier);
}

static void
they_come_back_also_when_what_took_them_is_folded(void **state)
{
	struct applier applier = {0};
	const char *who = random_people[0];
	int64_t id, now = give_along_a_link(&applier, &id);
	int64_t clicked_at = now;
	int round;

	now = fold_account(&applier, now);
	for (round = 0; round < 2; round++) {
		now = judge(&applier, who, id, VERDICT_MACHINE, now + 1000);
		both_ends_have(&applier, 0, 1e-6);
		now = fold_account(&applier, now);
		both_ends_have(&applier, 0, 1e-6);
		now = judge(&applier, who, id, VERDICT_HUMAN, now + 1000);
		both_ends_have(
			&applier,
			8 * pow(0.99, (double)(now - clicked_at) / (double)DAY),
			1e-4);
		now = fold_account(&applier, now);
		assert_true(fit_of(&applier, "account", "ACME") > 1);
		both_ends_have(&applier, fit_of(&applier, "contact", who),
			       1e-6);
	}
	/* And they still end when they would have ended. */
	applier_move_to(&applier, clicked_at + 91 * DAY);
	both_ends_have(&applier, 0, 1e-6);
	applier_done(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_changes_but_the_history),
		cmocka_unit_test(
			what_comes_later_than_the_retention_scores_not),
		cmocka_unit_test(a_run_of_the_same_rules_gives_the_same),
		cmocka_unit_test(conditions_see_what_is_folded),
		cmocka_unit_test(
			a_verdict_on_what_is_folded_changes_nothing_and_says_so),
		cmocka_unit_test(
			points_along_a_link_are_taken_back_also_when_they_are_folded),
		cmocka_unit_test(
			they_come_back_also_when_what_took_them_is_folded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
