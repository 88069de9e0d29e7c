/*
 * apply_bench.c - applying signals to the store, against what the peers do:
 * one transaction an event, in C on SQLite with synchronous = FULL, SELECT,
 * UPDATE, INSERT. Both in this run, on the same file system.
 *
 *   apply_bench [SIGNALS [RECORDS]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/apply.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "signal/record_key.h"
#include "store/db.h"

enum { N_RULES = 50, NAIVE_MS = 3000 };

static const unsigned char secret[32] = "a secret of thirty-two bytes....";
static uint64_t seed = 88172645463325252ull;

static uint64_t
chance(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static void
must(enum sg_status status, const struct sg_err *err)
{
	if (status == SG_OK)
		return;
	fprintf(stderr, "apply_bench: %s\n", err->text);
	exit(1);
}

/* --- the peer
 * ------------------------------------------------------------------ */

static void
naive_event(struct db *db, uint64_t record, int64_t now, struct sg_err *err)
{
	struct db_statement *s;
	char key[48];
	double score = 0;

	snprintf(key, sizeof(key), "p%llu@example.com",
		 (unsigned long long)record);
	must(db_begin(db, err), err);
	must(db_prepare(db, "SELECT score FROM contact WHERE email = ?", &s,
			err),
	     err);
	db_bind_text(s, 1, key);
	if (db_step(s, err) == SG_OK)
		score = db_column_real(s, 0);
	db_reset(s);
	must(db_prepare(db,
			"INSERT INTO contact (email, score) VALUES (?, ?) ON "
			"CONFLICT (email) DO UPDATE SET score = "
			"excluded.score",
			&s, err),
	     err);
	db_bind_text(s, 1, key);
	db_bind_real(s, 2, score + 1);
	must(db_run(s, err), err);
	must(db_prepare(db,
			"INSERT INTO log (email, at, name, delta) "
			"VALUES (?, ?, 'email.opened', 1)",
			&s, err),
	     err);
	db_bind_text(s, 1, key);
	db_bind_int(s, 2, now);
	must(db_run(s, err), err);
	must(db_commit(db, err), err);
}

static double
naive(const char *directory, uint64_t records)
{
	struct sg_err err = {0};
	char path[256];
	struct db *db;
	int64_t begin;
	unsigned n = 0;

	snprintf(path, sizeof(path), "%s/naive", directory);
	must(db_open(path, DB_READ_WRITE, &db, &err), &err);
	must(db_script(db,
		       "PRAGMA synchronous = FULL;"
		       "CREATE TABLE contact (id INTEGER PRIMARY KEY, email "
		       "TEXT UNIQUE, score REAL);"
		       "CREATE TABLE log (id INTEGER PRIMARY KEY, email TEXT, "
		       "at INTEGER, name TEXT, delta REAL);"
		       "CREATE INDEX log_by_email ON log (email);",
		       &err),
	     &err);
	begin = clock_monotonic_ms();
	while (clock_monotonic_ms() - begin < NAIVE_MS) {
		naive_event(db, chance(records), clock_now(), &err);
		n++;
	}
	db_close(db);
	return n * 1000.0 / NAIVE_MS;
}

/* --- ours
 * ------------------------------------------------------------------------ */

static void
write_rules(struct buf *text)
{
	static const char *const names[] = {"email.opened", "email.clicked",
					    "page.visited", "form.submitted",
					    "order.paid"};
	int i;

	for (i = 0; i < N_RULES; i++)
		if (i % 5 == 4)
			buf_printf(text,
				   "rule \"field %d\" { when = \"field.job = "
				   "'j%d'\" add = %d }\n",
				   i, i, i);
		else
			buf_printf(text,
				   "rule \"signal %d\" { on = \"%s\" when = "
				   "\"signal.campaign = 'c%d'\" add = %d "
				   "once_per = \"day\" }\n",
				   i, names[i / 5 % 5], i % 7, 1 + i % 9);
}

static void
fill_spool(struct spool *spool, uint64_t n, uint64_t records)
{
	static const char *const names[] = {"email.opened", "email.clicked",
					    "page.visited"};
	static struct signal signals[256];
	static char keys[256][48], campaigns[256][8];
	struct sg_err err = {0};
	uint64_t i;

	for (i = 0; i < n; i++) {
		size_t k = i % 256;

		snprintf(keys[k], sizeof(keys[k]), "p%llu@example.com",
			 (unsigned long long)chance(records));
		snprintf(campaigns[k], sizeof(campaigns[k]), "c%llu",
			 (unsigned long long)chance(7));
		signal_init(&signals[k], names[chance(3)], clock_now());
		signals[k].record_key =
			record_key_hash(secret, "contact", keys[k]);
		signals[k].key = keys[k];
		signals[k].source = "bench";
		signals[k].message_id = i + 1;
		must(signal_set(&signals[k], "campaign", campaigns[k], &err),
		     &err);
		if (k == 255 || i + 1 == n)
			must(spool_append_many(spool, signals, k + 1,
					       SPOOL_WRITTEN, NULL, &err),
			     &err);
	}
}

/* Until `total` were applied; the rate of those that were not yet. */
static double
drain(struct apply *apply, uint64_t total)
{
	struct apply_status before, status;
	int64_t begin = clock_monotonic_ms();

	apply_get_status(apply, &before);
	do {
		usleep(1000);
		apply_get_status(apply, &status);
	} while (status.applied < total);
	return (double)(total - before.applied) * 1000 /
	       (double)(clock_monotonic_ms() - begin + 1);
}

static double
ours(const char *directory, uint64_t n, uint64_t records, double *again_out)
{
	struct score_settings lead = {
		.name = "lead", .degrade = 5, .degrade_negative = true};
	char store[256], spool_path[256];
	struct spool_options spool_options = {
		.directory = spool_path, .max_bytes = 4ull << 30, .sync_ms = 5};
	struct apply_options options = {.store_path = store,
					.record_secret = secret,
					.scores = &lead,
					.n_scores = 1,
					.create_contacts = true,
					.batch_wait_ms = 10};
	struct condition_names names = {0};
	struct rule_context context = {.names = &names};
	struct ruleset *ruleset;
	struct buf text = BUF_INIT;
	struct sg_err err = {0};
	struct spool *spool;
	struct apply *apply;
	double rate;

	snprintf(store, sizeof(store), "%s/store", directory);
	snprintf(spool_path, sizeof(spool_path), "%s/spool", directory);
	must(spool_open(&spool_options, &spool, &err), &err);
	options.spool = spool;
	options.scoreboard = scoreboard_new(clock_now());
	must(apply_open(&options, &apply, &err), &err);
	write_rules(&text);
	must(rules_parse("bench", buf_text(&text), &context, &ruleset, &err),
	     &err);
	must(apply_rules(apply, ruleset, "bench", false, false, &err), &err);
	fill_spool(spool, n, records);
	must(apply_start(apply, &err), &err);
	rate = drain(apply, n);
	fill_spool(spool, n, records);
	*again_out = drain(apply, 2 * n);
	apply_stop(apply, 60000);
	apply_close(apply);
	spool_close(spool);
	scoreboard_free(options.scoreboard);
	ruleset_free(ruleset);
	buf_done(&text);
	return rate;
}

int
main(int argc, char **argv)
{
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 300000;
	uint64_t records = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
	const char *under = getenv("TMPDIR");
	char directory[128], command[160];
	double naive_rate, first, again;
	struct sg_err err = {0};

	must(crypto_start(&err), &err);
	snprintf(directory, sizeof(directory), "%s/apply-bench-XXXXXX",
		 under ? under : "/var/tmp");
	if (!mkdtemp(directory))
		return 1;
	first = ours(directory, n, records, &again);
	naive_rate = naive(directory, records);
	printf("RESULT\tapply, new records, 50 rules\tnaive SQL, FULL\t"
	       "%.0f /s\t%.0f /s\t%.1f\t15\n",
	       first, naive_rate, first / naive_rate);
	printf("RESULT\tapply, the same again\tnaive SQL, FULL\t%.0f /s\t"
	       "%.0f /s\t%.1f\t15\n",
	       again, naive_rate, again / naive_rate);
	snprintf(command, sizeof(command), "rm -r '%s'", directory);
	return pclose(popen(command, "r")) ? 1 : 0;
}
