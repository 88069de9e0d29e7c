/* apply_verdict_test.c - hits that are judged by others: bursts, sweeps, the
 * moment of delivery, the link that nobody sees; and that score, ledger and
 * refold agree about it in whatever order all of it comes. */
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
#include "apply_aid.h"
#include "base/clock.h"
#include "random_history.h"
#include "seed_more.h"
#include "signal/record_key.h"
#include "store/store_history.h"
#include "store/store_hit.h"

#define SECOND ((int64_t)1000)
#define DAY    CLOCK_DAY_MS

static const char ann[] = "ann@far.test";
static const int64_t start = 20000 * CLOCK_DAY_MS;
static const char rules[] =
	"rule \"Opened\" { on = \"email.opened\" add = 10 score = \"fit\" }\n"
	"rule \"Clicked\" { on = \"email.clicked\" add = 100 score = \"fit\" "
	"}\n";

static void
begin(struct applier *applier, const char *conf)
{
	struct verdict_conf *verdicts;

	applier_init(applier);
	assert_int_equal(verdict_conf_parse("test", conf, &verdicts, NULL),
			 SG_OK);
	applier->verdicts = verdict_book_new(verdicts);
	applier->keep_hits_ms = 30 * DAY;
	applier->now = start;
	applier_open(applier);
	applier_rules(applier, rules, false);
}

static void
end(struct applier *applier)
{
	struct verdict_book *book = applier->verdicts;

	applier_verify(applier);
	applier_done(applier);
	verdict_book_free(book);
}

static struct signal
hit_of(const char *who, const char *url, int64_t at)
{
	struct signal signal =
		applier_signal(url ? "email.clicked" : "email.opened", who, at);

	signal.message_id = 7;
	signal.record_key = record_key_hash(applier_secret, "contact", who);
	if (url)
		applier_set(&signal, "url", url);
	return signal;
}

static void
hit(struct applier *applier, const char *url, int64_t at, int64_t settle_ms)
{
	struct signal signal = hit_of(ann, url, at);

	signal.received_at = applier_time(applier);
	if (settle_ms)
		signal.settle_until = signal.received_at + settle_ms;
	applier_submit(applier, &signal);
}

/* -1: none */
static double
score(struct applier *applier, const char *who)
{
	double score = applier_score_of(applier, who, 2, applier->now);

	return isnan(score) ? -1 : score;
}

static struct store_history
newest(struct applier *applier, const char *name, struct pool *pool)
{
	struct store_history_filter filter = {.name = name, .most = 1};
	struct store_history_rows rows;

	assert_int_equal(store_history_recent(applier_reader(applier), &filter,
					      pool, &rows, NULL),
			 SG_OK);
	assert_int_equal(rows.n_rows, 1);
	return rows.rows[0];
}

static void
a_burst_never_counts_when_hits_settle(void **unused)
{
	struct applier applier;
	struct pool *pool = pool_new();
	struct store_history row;

	begin(&applier, "");
	hit(&applier, NULL, start - 500, 10 * SECOND);
	hit(&applier, "http://a/", start, 10 * SECOND);
	hit(&applier, "http://b/", start, 10 * SECOND);
	hit(&applier, "http://c/", start, 10 * SECOND);
	applier_move_to(&applier, start + 11 * SECOND);
	assert_true(score(&applier, ann) == -1);
	row = newest(&applier, "email.clicked", pool);
	assert_int_equal(row.verdict, VERDICT_MACHINE);
	assert_string_equal(row.verdict_reason,
			    "burst: 3 links of one message within 3 s");
	assert_int_equal(newest(&applier, "email.opened", pool).verdict,
			 VERDICT_MACHINE);
	/* A person, a minute later: the click, and the open it implies. */
	applier_move_to(&applier, start + 70 * SECOND);
	hit(&applier, "http://b/", start + 60 * SECOND, 0);
	assert_true(score(&applier, ann) == 110);
	pool_free(pool);
	end(&applier);
}

static void
a_burst_takes_back_what_has_counted(void **unused)
{
	struct applier applier;
	struct pool *pool = pool_new();
	struct store_history row;

	begin(&applier, "");
	hit(&applier, "http://a/", start - 2 * SECOND, 0);
	assert_true(score(&applier, ann) == 110); /* with its open */
	hit(&applier, "http://b/", start, 0);
	assert_true(score(&applier, ann) == -1);
	row = newest(&applier, "signal.judged", pool);
	assert_string_equal(row.verdict_reason,
			    "burst: 2 links of one message within 3 s");
	assert_true(row.happened_at == start - 2 * SECOND);
	/* Another one, that was on its way for an hour. */
	applier_move_to(&applier, start + 3600 * SECOND);
	hit(&applier, NULL, start + 10 * SECOND, 0);
	assert_true(score(&applier, ann) == 10);
	hit(&applier, NULL, start + SECOND, 0);
	assert_true(score(&applier, ann) == 10);
	pool_free(pool);
	end(&applier);
}

static void
a_burst_of_who_is_nobody_yet_is_one(void **unused)
{
	struct signal created = applier_change(SIGNAL_RECORD_CREATE,
					       "record.created", ann, start);
	struct applier applier;
	struct signal signal;

	begin(&applier, "");
	for (int i = 0; i < 2; i++) {
		signal = hit_of(ann, i ? "http://a/" : "http://b/",
				start + i * SECOND);
		signal.key = "";
		signal.received_at = start + 2 * SECOND;
		applier_submit(&applier, &signal);
	}
	applier_submit(&applier, &created);
	assert_true(score(&applier, ann) == -1);
	end(&applier);
}

static void
what_declares_itself_is_no_part_of_a_burst(void **unused)
{
	struct applier applier;
	struct signal signal;

	begin(&applier, "");
	signal = hit_of(ann, "http://a/", start);
	signal.verdict = VERDICT_MACHINE;
	signal.verdict_reason = "declared bot";
	applier_submit(&applier, &signal);
	hit(&applier, "http://b/", start, 0);
	assert_true(score(&applier, ann) == 110);
	end(&applier);
}

static void
what_a_person_says_stands_over_a_burst(void **unused)
{
	struct applier applier;
	struct pool *pool = pool_new();
	struct signal said;
	char id[32];

	begin(&applier, "");
	hit(&applier, "http://a/", start, 10 * SECOND);
	snprintf(id, sizeof(id), "%lld",
		 (long long)newest(&applier, "email.clicked", pool).id);
	applier_move_to(&applier, start + SECOND);
	hit(&applier, "http://b/", start + SECOND, 10 * SECOND);
	said = applier_change(SIGNAL_JUDGE, "signal.judged", ann,
			      start + 2 * SECOND);
	said.actor = "bob";
	said.verdict = VERDICT_HUMAN;
	said.verdict_reason = "it was me";
	applier_set(&said, "history", id);
	applier_move_to(&applier, start + 2 * SECOND);
	applier_submit(&applier, &said);
	applier_move_to(&applier, start + 30 * SECOND);
	assert_true(score(&applier, ann) == 110); /* the first one */
	pool_free(pool);
	end(&applier);
}

static void
a_hit_before_delivery_is_the_server_s(void **unused)
{
	struct applier applier;
	struct signal delivered =
		applier_signal("email.delivered", ann, start + 5 * SECOND);

	begin(&applier, "");
	delivered.message_id = 7;
	hit(&applier, NULL, start, 10 * SECOND);
	applier_move_to(&applier, start + 6 * SECOND);
	hit(&applier, "http://a/", start + 6 * SECOND, 10 * SECOND);
	delivered.received_at = start + 6 * SECOND;
	applier_submit(&applier, &delivered);
	applier_move_to(&applier, start + 30 * SECOND);
	assert_true(score(&applier, ann) == 110);
	/* One that was late. */
	hit(&applier, NULL, start + 4 * SECOND, 0);
	assert_true(score(&applier, ann) == 110);
	hit(&applier, NULL, start + 5 * SECOND, 0);
	assert_true(score(&applier, ann) == 110); /* instead of the implied */
	end(&applier);
}

static void
settle_is_no_limit_to_a_late_delivery_line(void **unused)
{
	struct applier applier;
	struct signal delivered =
		applier_signal("email.delivered", ann, start + 5 * SECOND);

	begin(&applier, "");
	hit(&applier, NULL, start, 0);
	assert_true(score(&applier, ann) == 10);
	applier_move_to(&applier, start + DAY);
	delivered.message_id = 7;
	delivered.received_at = start + DAY;
	applier_submit(&applier, &delivered);
	assert_true(score(&applier, ann) == -1);
	end(&applier);
}

static void
from_source(struct signal *signal, const char *source)
{
	applier_set(signal, "hit.source", source);
	applier_set(signal, "hit.address", "192.0.2.0/24");
	applier_set(signal, "hit.agent", "Chrome on Windows");
}

static void
the_link_that_nobody_sees_condemns_its_source(void **unused)
{
	struct applier applier;
	struct signal signal;

	begin(&applier, "");
	signal = hit_of(ann, NULL, start);
	from_source(&signal, "00000000000000aa");
	applier_submit(&applier, &signal);
	signal = hit_of(ann, "http://a/", start + 5 * SECOND);
	from_source(&signal, "00000000000000bb");
	applier_move_to(&applier, start + 5 * SECOND);
	applier_submit(&applier, &signal);
	assert_true(score(&applier, ann) == 110);
	signal = hit_of(ann, NULL, start + 6 * SECOND);
	signal.name = "email.trapped";
	signal.verdict = VERDICT_MACHINE;
	from_source(&signal, "00000000000000aa");
	applier_move_to(&applier, start + 6 * SECOND);
	applier_submit(&applier, &signal);
	/* The click of the other one stays, and implies the open. */
	assert_true(score(&applier, ann) == 110);
	/* It comes again, also after a restart. */
	applier_close(&applier);
	applier_open(&applier);
	applier_move_to(&applier, start + 60 * SECOND);
	signal = hit_of(ann, "http://b/", start + 60 * SECOND);
	from_source(&signal, "00000000000000aa");
	applier_submit(&applier, &signal);
	assert_true(score(&applier, ann) == 110);
	end(&applier);
}

static void
wait_for_score(struct applier *applier, const char *who, double want)
{
	int64_t until = clock_monotonic_ms() + 30000;

	while (score(applier, who) != want) {
		if (clock_monotonic_ms() > until)
			fail_msg("%s has %g, not %g", who, score(applier, who),
				 want);
		applier_move_to(applier, applier->now + 1);
	}
}

static void
a_sweep_condemns_its_earlier_hits_through_the_spool(void **unused)
{
	static const char *const people[] = {"a@far.test", "b@far.test",
					     "c@far.test", "d@near.test",
					     "e@far.test"};
	struct applier applier;
	struct signal signal;

	begin(&applier, "sweep { recipients = 3 }");
	for (int i = 0; i < 5; i++) {
		signal = hit_of(people[i], NULL, start + i);
		from_source(&signal, "00000000000000aa");
		applier_move_to(&applier, start + i);
		applier_submit(&applier, &signal);
	}
	wait_for_score(&applier, people[0], -1);
	wait_for_score(&applier, people[1], -1);
	assert_true(score(&applier, people[2]) == -1);
	assert_true(score(&applier, people[3]) == 10);
	assert_true(score(&applier, people[4]) == -1);
	end(&applier);
}

/* The day after, its number of today is that of yesterday's day before. */
#define BEFORE_MIDNIGHT "00000000000000aa0000000000000011"
#define AFTER_MIDNIGHT	"00000000000000bb00000000000000aa"

static void
sweep_at(struct applier *applier, const char *who, int64_t at,
	 const char *source)
{
	struct signal signal = hit_of(who, NULL, at);

	from_source(&signal, source);
	applier_move_to(applier, at);
	applier_submit(applier, &signal);
}

static void
a_restart_or_midnight_is_no_way_out_of_a_sweep(void **unused)
{
	static const char *const people[] = {"a@far.test", "b@far.test",
					     "c@far.test", "d@far.test",
					     "e@far.test"};
	int64_t midnight = (clock_now() / DAY + 2) * DAY;
	struct applier applier;

	begin(&applier, "sweep { recipients = 3 }");
	sweep_at(&applier, people[0], midnight - 4, BEFORE_MIDNIGHT);
	sweep_at(&applier, people[1], midnight - 3, BEFORE_MIDNIGHT);
	assert_true(score(&applier, people[1]) == 10);
	applier_close(&applier);
	applier_open(&applier);
	sweep_at(&applier, people[2], midnight + 1, AFTER_MIDNIGHT);
	for (int i = 0; i < 3; i++)
		wait_for_score(&applier, people[i], -1);
	/* Those of before are known to be of one: nobody is told twice. */
	applier_close(&applier);
	applier_open(&applier);
	sweep_at(&applier, people[3], midnight + 2, AFTER_MIDNIGHT);
	assert_true(score(&applier, people[3]) == -1);
	/* The window is over. */
	sweep_at(&applier, people[4], midnight + 11 * SECOND, AFTER_MIDNIGHT);
	assert_true(score(&applier, people[4]) == 10);
	end(&applier);
}

static void
the_hidden_link_condemns_on_either_side_of_midnight(void **unused)
{
	int64_t midnight = (clock_now() / DAY + 2) * DAY;
	struct applier applier;
	struct signal signal;

	begin(&applier, "");
	signal = hit_of(ann, NULL, midnight - 1);
	from_source(&signal, BEFORE_MIDNIGHT);
	applier_move_to(&applier, midnight - 1);
	applier_submit(&applier, &signal);
	assert_true(score(&applier, ann) == 10);
	signal.name = "email.trapped";
	signal.verdict = VERDICT_MACHINE;
	signal.happened_at = signal.received_at = midnight;
	from_source(&signal, AFTER_MIDNIGHT);
	applier_move_to(&applier, midnight);
	applier_submit(&applier, &signal);
	assert_true(score(&applier, ann) == -1);
	/* And the day after. */
	signal = hit_of(ann, NULL, midnight + DAY);
	from_source(&signal, "00000000000000cc00000000000000bb");
	applier_move_to(&applier, midnight + DAY);
	applier_submit(&applier, &signal);
	assert_true(score(&applier, ann) == -1);
	end(&applier);
}

static bool
file_has(const char *path, const char *text)
{
	FILE *file = fopen(path, "rb");
	struct buf bytes = BUF_INIT;
	char piece[4096];
	size_t len;
	bool has = false;

	assert_non_null(file);
	while ((len = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_append(&bytes, piece, len);
	fclose(file);
	for (size_t i = 0; !has && i + strlen(text) <= bytes.len; i++)
		has = memcmp(bytes.data + i, text, strlen(text)) == 0;
	buf_done(&bytes);
	return has;
}

static void
who_fetched_it_is_kept_apart_and_for_a_while(void **unused)
{
	struct applier applier;
	struct pool *pool = pool_new();
	struct store_history row;
	int64_t today = clock_now() + DAY;
	int64_t until = clock_monotonic_ms() + 30000;
	struct store_hit kept;
	struct signal signal;

	begin(&applier, "");
	applier_move_to(&applier, today); /* ids never go back */
	signal = hit_of(ann, "http://a/", today);
	from_source(&signal, "00000000000000aa");
	applier_submit(&applier, &signal);
	row = newest(&applier, "email.clicked", pool);
	assert_null(strstr(row.props, "hit."));
	assert_int_equal(store_hit_get(applier_reader(&applier), row.id, pool,
				       &kept, NULL),
			 SG_OK);
	assert_string_equal(kept.address, "192.0.2.0/24");
	assert_true(kept.source == 0xaa);
	applier_move_to(&applier, today + 31 * DAY);
	while (store_hit_get(applier_reader(&applier), row.id, pool, &kept,
			     NULL) == SG_OK) {
		assert_true(clock_monotonic_ms() < until);
		applier_move_to(&applier, applier.now + 1);
	}
	row = newest(&applier, "email.clicked", pool); /* the signal stays */
	pool_free(pool);
	/* Not even in what the file has free. */
	applier_close(&applier);
	assert_false(file_has(applier.store_path, "192.0.2.0/24"));
	applier_open(&applier);
	end(&applier);
}

/* --- in whatever order --------------------------------------------------- */

enum { HITS = 24, SEEDS = 5 };

static const char *const urls[] = {NULL, "http://a/", "http://b/", "http://c/"};

static void
random_hits(struct signal *hits)
{
	for (size_t i = 0; i < HITS; i++) {
		hits[i] = hit_of(ann, urls[random_below(4)],
				 start + (int64_t)random_below(40) * 700 +
					 (int64_t)i);
		hits[i].message_id = 7 + random_below(2);
		hits[i].received_at = start + 100 * SECOND;
		if (random_below(8) == 0)
			hits[i].verdict = VERDICT_PROXY;
		if (random_below(8) == 0) {
			hits[i].verdict = VERDICT_MACHINE;
			hits[i].verdict_reason = "declared bot";
		}
		if (i < 2) { /* a mail is delivered once */
			hits[i] = applier_signal("email.delivered", ann,
						 hits[i].happened_at);
			hits[i].message_id = 7 + i;
			hits[i].received_at = start + 100 * SECOND;
		}
	}
}

/* By definition, each against each. */
static bool
is_burst_click(const struct signal *hits, size_t i)
{
	for (size_t k = 0; k < HITS; k++)
		if (strcmp(hits[k].name, "email.clicked") == 0 &&
		    strcmp(hits[k].verdict_reason, "declared bot") != 0 &&
		    hits[k].message_id == hits[i].message_id &&
		    llabs(hits[k].happened_at - hits[i].happened_at) <= 3000 &&
		    strcmp(signal_get(&hits[k], "url"),
			   signal_get(&hits[i], "url")) != 0)
			return true;
	return false;
}

static enum verdict
verdict_by_definition(const struct signal *hits, size_t i)
{
	bool is_click = strcmp(hits[i].name, "email.clicked") == 0;

	if (hits[i].verdict == VERDICT_MACHINE ||
	    strcmp(hits[i].name, "email.delivered") == 0)
		return hits[i].verdict;
	if (is_click && is_burst_click(hits, i))
		return VERDICT_MACHINE;
	for (size_t k = 0; k < HITS; k++) {
		if (hits[k].message_id != hits[i].message_id)
			continue;
		if (!is_click && strcmp(hits[k].name, "email.clicked") == 0 &&
		    hits[k].verdict != VERDICT_MACHINE &&
		    llabs(hits[k].happened_at - hits[i].happened_at) <= 3000 &&
		    is_burst_click(hits, k))
			return VERDICT_MACHINE;
	}
	return hits[i].verdict;
}

static enum verdict
verdict_by_delivery(const struct signal *hits, size_t i)
{
	for (size_t k = 0; k < 2; k++)
		if (i >= 2 && hits[k].message_id == hits[i].message_id &&
		    hits[i].happened_at < hits[k].happened_at)
			return VERDICT_MACHINE;
	return hits[i].verdict;
}

static void
check_verdicts(struct applier *applier, const struct signal *hits,
	       bool by_delivery, uint64_t seed)
{
	struct pool *pool = pool_new();
	struct store_history_rows rows;

	assert_int_equal(store_history_of(applier_reader(applier),
					  applier_find(applier, ann), pool,
					  &rows, NULL),
			 SG_OK);
	for (size_t i = 0; i < HITS; i++) {
		enum verdict want = by_delivery
					    ? verdict_by_delivery(hits, i)
					    : verdict_by_definition(hits, i);
		size_t k = 0;

		while (k < rows.n_rows &&
		       (rows.rows[k].happened_at != hits[i].happened_at ||
			rows.rows[k].kind != SIGNAL_HAPPENED))
			k++;
		assert_true(k < rows.n_rows);
		if (rows.rows[k].verdict != want)
			fail_msg("seed %llu: %s at %lld is %s (%s), not %s",
				 (unsigned long long)seed, hits[i].name,
				 (long long)(hits[i].happened_at - start),
				 verdict_name(rows.rows[k].verdict),
				 rows.rows[k].verdict_reason,
				 verdict_name(want));
	}
	pool_free(pool);
}

/* The rules of today over all history give what is there. */
static void
run_rules(struct applier *applier, double want)
{
	int64_t until = clock_monotonic_ms() + 30000;
	struct generation_status status;

	assert_int_equal(generation_begin(applier->apply, "test", NULL), SG_OK);
	do {
		assert_true(clock_monotonic_ms() < until);
		usleep(1000);
		generation_get_status(applier->apply, &status);
	} while (status.running || status.removing);
	assert_true(score(applier, ann) == want);
}

static double
score_of(const struct signal *hits, const char *conf, bool settle,
	 uint64_t seed)
{
	static struct signal shuffled[HITS];
	struct applier applier;
	double got;

	begin(&applier, conf);
	applier_move_to(&applier, start + 100 * SECOND);
	memcpy(shuffled, hits, sizeof(shuffled));
	if (settle)
		random_shuffle(shuffled, HITS);
	for (size_t i = 0; i < HITS; i++) {
		if (settle && random_below(2))
			shuffled[i].settle_until = start + 100 * SECOND +
						   (int64_t)random_below(5000);
		applier_submit(&applier, &shuffled[i]);
		if (settle && random_below(4) == 0)
			applier_move_to(&applier, applier.now + SECOND);
		if (settle && random_below(10) == 0) {
			applier_close(&applier);
			applier_open(&applier);
		}
	}
	applier_move_to(&applier, start + 3600 * SECOND);
	check_verdicts(&applier, hits, !strstr(conf, "before = no"), seed);
	got = score(&applier, ann);
	if (settle && seed == 1)
		run_rules(&applier, got);
	end(&applier); /* verify, refold too */
	return got;
}

/* And score, ledger and refold agree: applier_verify() in the end. */
static void
in_whatever_order_the_same_is_condemned(void **unused)
{
	static struct signal hits[HITS];

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const char *conf = "delivery { before = no }";
		double want;

		random_seed = seed * 104729 + seed_more();
		random_hits(hits);
		want = score_of(hits, conf, false, seed);
		if (score_of(hits, conf, true, seed) != want)
			fail_msg("seed %llu", (unsigned long long)seed);
	}
}

static void
hits_before_delivery_are_so_in_any_order(void **unused)
{
	static struct signal hits[HITS];

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const char *conf = "burst { links = 0 }";
		double want;

		random_seed = seed * 15485863 + seed_more();
		random_hits(hits);
		want = score_of(hits, conf, false, seed);
		if (score_of(hits, conf, true, seed) != want)
			fail_msg("seed %llu", (unsigned long long)seed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_never_counts_when_hits_settle),
		cmocka_unit_test(a_burst_takes_back_what_has_counted),
		cmocka_unit_test(a_burst_of_who_is_nobody_yet_is_one),
		cmocka_unit_test(what_declares_itself_is_no_part_of_a_burst),
		cmocka_unit_test(what_a_person_says_stands_over_a_burst),
		cmocka_unit_test(a_hit_before_delivery_is_the_server_s),
		cmocka_unit_test(settle_is_no_limit_to_a_late_delivery_line),
		cmocka_unit_test(the_link_that_nobody_sees_condemns_its_source),
		cmocka_unit_test(
			a_sweep_condemns_its_earlier_hits_through_the_spool),
		cmocka_unit_test(
			a_restart_or_midnight_is_no_way_out_of_a_sweep),
		cmocka_unit_test(
			the_hidden_link_condemns_on_either_side_of_midnight),
		cmocka_unit_test(who_fetched_it_is_kept_apart_and_for_a_while),
		cmocka_unit_test(in_whatever_order_the_same_is_condemned),
		cmocka_unit_test(hits_before_delivery_are_so_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
