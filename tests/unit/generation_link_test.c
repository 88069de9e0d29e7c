/*
 * generation_link_test.c - `rules run` with points that go along links: they
 * are in the generation from the beginning, and come in with it at once.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply/generation.h"
#include "base/clock.h"
#include "generation_aid.h"
#include "random_history.h"
#include "seed_more.h"
#include "score/score_apply.h"
#include "store/store_record.h"

#define DAY CLOCK_DAY_MS

enum { N_SEEDS = 5, N_ALL = RANDOM_SIGNALS + RANDOM_PEOPLE };
enum { N_RECORDS = RANDOM_PEOPLE + RANDOM_ACCOUNTS };
enum { WAIT_MS = 30000 };

static const char other_rules[] =
	"rule \"Theirs\" { on = \"email.clicked\" add = 7 also = \"account\" "
	"score = \"fit\" cap = 30 }\n"
	"rule \"Opened\" { on = \"email.opened\" add = 3 "
	"once_per = \"day\" also = \"account\" }\n"
	"rule \"Rich\" { on = \"order.paid\" module = \"account\" add = 2 "
	"when = \"has score 'fit' >= 7\" also = \"contact\" "
	"score = \"drift\" }\n";

struct scores {
	struct score_state states[N_RECORDS][RANDOM_SCORES];
	double raw[N_RECORDS][RANDOM_SCORES];
};

static const char *
all_rules(void)
{
	static char text[8192];

	snprintf(text, sizeof(text), "%s%s", random_rules, random_also_rules);
	return text;
}

static uint32_t
find(struct applier *applier, size_t i)
{
	bool person = i < RANDOM_PEOPLE;
	struct pool *pool = pool_new();
	struct store_record record = {0};
	enum sg_status status = store_record_find_key(
		applier_reader(applier), person ? "contact" : "account",
		person ? random_people[i] : random_accounts[i - RANDOM_PEOPLE],
		pool, &record, NULL);

	assert_true(status == SG_OK || status == SG_NONE);
	pool_free(pool);
	return status == SG_OK ? record.id : 0;
}

static void
read_scores(struct applier *applier, int64_t at, struct scores *scores)
{
	struct score_rates rates;
	uint32_t i, k;

	scoreboard_rates(applier->board, &rates);
	for (i = 0; i < N_RECORDS; i++)
		for (k = 0; k < RANDOM_SCORES; k++) {
			scoreboard_get(applier->board, find(applier, i), k + 1,
				       at, &scores->states[i][k]);
			scores->raw[i][k] =
				score_state_raw(&scores->states[i][k], &rates);
		}
}

static void
compare(uint64_t seed, const struct scores *want, const struct scores *got)
{
	size_t i, k;

	for (i = 0; i < N_RECORDS; i++)
		for (k = 0; k < RANDOM_SCORES; k++)
			if (!score_equal(want->raw[i][k], got->raw[i][k]) ||
			    want->states[i][k].scored !=
				    got->states[i][k].scored)
				fail_msg("seed %llu: record %zu has %s %.9g, "
					 "not %.9g",
					 (unsigned long long)seed, i,
					 random_scores[k], got->raw[i][k],
					 want->raw[i][k]);
}

static void
with_the_same_rules_nothing_changes_along_links_either(void **unused)
{
	static struct signal signals[N_ALL];
	uint64_t seed;

	for (seed = 1; seed <= N_SEEDS; seed++) {
		int64_t base = clock_now() - 120 * DAY;
		struct applier plain, applier;
		struct scores want, got;
		size_t half;

		random_seed = seed * 7919 + seed_more();
		random_linked_history(signals, base);
		random_shuffle(signals, N_ALL);
		half = random_below(N_ALL);
		generation_open(&plain, all_rules(), base);
		generation_submit(&plain, signals, N_ALL);
		applier_verify(&plain);
		read_scores(&plain, base + 101 * DAY, &want);
		applier_done(&plain);
		generation_open(&applier, all_rules(), base);
		generation_submit(&applier, signals, half);
		generation_start(&applier);
		generation_submit(&applier, signals + half, N_ALL - half);
		generation_wait(&applier);
		applier_verify(&applier);
		read_scores(&applier, base + 101 * DAY, &got);
		compare(seed, &want, &got);
		if (seed % 2)
			generation_reopen(&applier);
		generation_start(&applier);
		generation_wait(&applier);
		generation_reopen(&applier);
		read_scores(&applier, base + 101 * DAY, &got);
		compare(seed, &want, &got);
		applier_verify(&applier);
		assert_int_equal(
			generation_count(&applier,
					 "SELECT count(*) FROM history "
					 "WHERE generation < 3"),
			0);
		assert_int_equal(
			generation_count(&applier,
					 "SELECT count(*) FROM roll_up "
					 "WHERE generation < 3"),
			0);
		applier_done(&applier);
	}
}

static void
other_rules_are_as_if_they_had_always_gone_along_links(void **unused)
{
	static struct signal signals[N_ALL];
	uint64_t seed;

	for (seed = 1; seed <= N_SEEDS; seed++) {
		int64_t base = clock_now() - 120 * DAY;
		struct applier plain, applier;
		struct scores want, got;
		size_t most;

		random_seed = seed * 1299709 + seed_more();
		random_linked_history(signals, base);
		random_shuffle(signals, N_ALL);
		most = N_ALL - 8;
		generation_open(&plain, other_rules, base);
		generation_submit(&plain, signals, N_ALL);
		read_scores(&plain, base + 101 * DAY, &want);
		applier_done(&plain);
		generation_open(&applier, all_rules(), base);
		generation_submit(&applier, signals, most);
		applier_rules(&applier, other_rules, false);
		generation_start(&applier);
		generation_submit(&applier, signals + most, 4);
		generation_wait(&applier);
		/* And goes on so: what comes late is folded as the run was. */
		generation_submit(&applier, signals + most + 4, 4);
		applier_verify(&applier);
		read_scores(&applier, base + 101 * DAY, &got);
		compare(seed, &want, &got);
		applier_done(&applier);
	}
}

static double
fit(struct applier *applier, uint32_t id)
{
	struct score_summary summary;

	scoreboard_summary(applier->board, id, 2, clock_now() + DAY, &summary);
	return summary.has_score ? summary.value[SCORE_SCORE] : 0;
}

/* Whoever reads meanwhile sees the old scores at both ends, or the new. */
static void
both_ends_change_at_once(void **unused)
{
	enum { CONTACTS = 300 };
	static struct signal signals[2 * CONTACTS];
	static char keys[CONTACTS][32];
	int64_t at = clock_now() - 10 * DAY, until;
	struct generation_status status;
	struct applier applier;
	uint32_t account, contact;
	bool seen_new = false;
	int i;

	applier_init(&applier);
	applier_open(&applier);
	applier_rules(&applier,
		      "rule \"C\" { on = \"email.clicked\" add = 5 "
		      "score = \"fit\" also = \"account\" }\n",
		      false);
	for (i = 0; i < CONTACTS; i++) {
		struct signal *s = &signals[2 * i];

		snprintf(keys[i], sizeof(keys[i]), "c%d@example.com", i);
		s[0] = applier_change(SIGNAL_LINK, "record.linked", keys[i],
				      at);
		applier_set(&s[0], "relation", "account");
		applier_set(&s[0], "module", "account");
		applier_set(&s[0], "key", "ACME");
		s[1] = applier_signal("email.clicked", keys[i], at + DAY + i);
	}
	generation_submit(&applier, signals, 2 * CONTACTS);
	account = find(&applier, RANDOM_PEOPLE);
	contact = applier_find(&applier, keys[CONTACTS - 1]);
	assert_float_equal(fit(&applier, account), 5 * CONTACTS, 1e-6);
	applier_rules(&applier,
		      "rule \"C\" { on = \"email.clicked\" add = 8 "
		      "score = \"fit\" also = \"account\" }\n",
		      false);
	generation_start(&applier);
	until = clock_monotonic_ms() + WAIT_MS;
	do {
		double before = fit(&applier, account);
		double other = fit(&applier, contact);
		double after = fit(&applier, account);

		assert_true(clock_monotonic_ms() < until);
		assert_true(before == 5.0 * CONTACTS ||
			    before == 8.0 * CONTACTS);
		if (before == after)
			assert_float_equal(other * CONTACTS, before, 1e-6);
		seen_new |= after == 8.0 * CONTACTS;
		generation_get_status(applier.apply, &status);
	} while (status.running || status.removing || !seen_new);
	applier_verify(&applier);
	applier_done(&applier);
}

/* Deleted or forgotten meanwhile: what went along its link stays there. */
static void
who_goes_meanwhile_leaves_what_it_gave(void **unused)
{
	enum { CONTACTS = 40 };
	static struct signal signals[2 * CONTACTS];
	static char keys[CONTACTS][32];
	int64_t at = clock_now() - 10 * DAY;
	struct applier applier;
	int i;

	applier_init(&applier);
	applier_open(&applier);
	applier_rules(&applier,
		      "rule \"C\" { on = \"email.clicked\" add = 5 "
		      "score = \"fit\" also = \"account\" }\n",
		      false);
	for (i = 0; i < CONTACTS; i++) {
		struct signal *s = &signals[2 * i];

		snprintf(keys[i], sizeof(keys[i]), "c%d@example.com", i);
		s[0] = applier_change(SIGNAL_LINK, "record.linked", keys[i],
				      at);
		applier_set(&s[0], "relation", "account");
		applier_set(&s[0], "module", "account");
		applier_set(&s[0], "key", "ACME");
		s[1] = applier_signal("email.clicked", keys[i], at + DAY + i);
	}
	generation_submit(&applier, signals, 2 * CONTACTS);
	generation_start(&applier);
	for (i = 0; i < CONTACTS; i++) {
		struct signal goes = applier_change(
			i % 3 == 0 ? SIGNAL_RECORD_DELETE : SIGNAL_FORGET,
			i % 3 == 0 ? "record.deleted" : "record.forgotten",
			keys[i], clock_now());

		if (i % 3 < 2)
			generation_submit(&applier, &goes, 1);
	}
	generation_wait(&applier);
	assert_float_equal(fit(&applier, find(&applier, RANDOM_PEOPLE)),
			   5 * CONTACTS, 1e-6);
	applier_verify(&applier);
	generation_start(&applier);
	generation_wait(&applier);
	assert_float_equal(fit(&applier, find(&applier, RANDOM_PEOPLE)),
			   5 * CONTACTS, 1e-6);
	applier_verify(&applier);
	applier_done(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			with_the_same_rules_nothing_changes_along_links_either),
		cmocka_unit_test(
			other_rules_are_as_if_they_had_always_gone_along_links),
		cmocka_unit_test(both_ends_change_at_once),
		cmocka_unit_test(who_goes_meanwhile_leaves_what_it_gave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
