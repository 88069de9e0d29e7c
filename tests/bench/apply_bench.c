/*
 * apply_bench.c - applying signals to the store, against what the peers do:
 * one transaction an event, in C on SQLite with synchronous = FULL, SELECT,
 * UPDATE, INSERT. Both hold as many records before it begins, and take turns;
 * the ratio is that of the medians. Then the same with a long ledger behind,
 * in turns with another applier that has none.
 *
 *   apply_bench [SIGNALS A ROUND [RECORDS [ENTRIES BEHIND [CACHE MB]]]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "apply/apply.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "signal/record_key.h"
#include "store/db.h"

enum { N_RULES = 50, NAIVE_MS = 1000, ROUNDS = 7 };

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

/* What the work took: on the clock, of the processor, and in bytes written
 * (these two hardly depend on what else the machine does). */
struct watch {
	int64_t began;
	double cpu_s, written;
};

static double
cpu_s(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double
bytes_written(void)
{
	FILE *io = fopen("/proc/self/io", "re");
	char line[80];
	double bytes = 0;

	while (io && fgets(line, sizeof(line), io))
		if (strncmp(line, "wchar: ", 7) == 0)
			bytes = strtod(line + 7, NULL);
	if (io)
		fclose(io);
	return bytes;
}

static struct watch
watch_start(void)
{
	return (struct watch){clock_monotonic_ms(), cpu_s(), bytes_written()};
}

struct took {
	double rate, cpu_us, written; /* a second; each; bytes of each */
};

static struct took
watch_stop(const struct watch *watch, uint64_t n)
{
	int64_t ms = clock_monotonic_ms() - watch->began;

	return (struct took){(double)n * 1000 / (double)(ms ? ms : 1),
			     (cpu_s() - watch->cpu_s) * 1e6 / (double)n,
			     (bytes_written() - watch->written) / (double)n};
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of the rates, and of the processor's time, each by itself; of the bytes the
 * mean: checkpoints and moves are not in every round. */
static struct took
median(const struct took *rounds)
{
	double rates[ROUNDS], cpus[ROUNDS], written = 0;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		rates[i] = rounds[i].rate;
		cpus[i] = rounds[i].cpu_us;
		written += rounds[i].written / ROUNDS;
	}
	qsort(rates, ROUNDS, sizeof(double), compare);
	qsort(cpus, ROUNDS, sizeof(double), compare);
	return (struct took){rates[ROUNDS / 2], cpus[ROUNDS / 2], written};
}

/* --- the peer ----------------------------------------------------------- */

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

static struct db *
naive_open(const char *directory, uint64_t records)
{
	struct sg_err err = {0};
	char path[256], script[512];
	struct db *db;

	snprintf(path, sizeof(path), "%s/naive", directory);
	must(db_open(path, DB_READ_WRITE, &db, &err), &err);
	must(db_script(db,
		       "PRAGMA synchronous = FULL;"
		       "CREATE TABLE contact (id INTEGER PRIMARY KEY, email "
		       "TEXT UNIQUE, score REAL);"
		       "CREATE TABLE log (id INTEGER PRIMARY KEY, email TEXT, "
		       "at INTEGER, name TEXT, delta REAL);",
		       &err),
	     &err);
	snprintf(script, sizeof(script),
		 "BEGIN; WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT "
		 "i + 1 FROM n WHERE i + 1 < %llu) INSERT INTO contact (email, "
		 "score) SELECT 'p' || i || '@example.com', 1 FROM n;"
		 "INSERT INTO log (email, at, name, delta) SELECT email, 1, "
		 "'email.opened', 1 FROM contact;"
		 "CREATE INDEX log_by_email ON log (email); COMMIT;"
		 "PRAGMA wal_checkpoint(TRUNCATE);",
		 (unsigned long long)records);
	must(db_script(db, script, &err), &err);
	return db;
}

static struct took
naive_round(struct db *db, uint64_t records)
{
	struct watch watch = watch_start();
	struct sg_err err = {0};
	uint64_t n = 0;

	while (clock_monotonic_ms() - watch.began < NAIVE_MS) {
		naive_event(db, chance(records), clock_now(), &err);
		n++;
	}
	return watch_stop(&watch, n);
}

/* --- ours --------------------------------------------------------------- */

struct ours {
	char store[256], spool_path[256];
	struct spool *spool;
	struct apply *apply;
	struct scoreboard *board;
	struct ruleset *ruleset;
	uint64_t n_filled;
	uint64_t next_new; /* number of the next record not seen yet */
	size_t cache_bytes;
};

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
open_applier(struct ours *ours)
{
	struct score_settings lead = {
		.name = "lead", .degrade = 5, .degrade_negative = true};
	struct apply_options options = {.store_path = ours->store,
					.record_secret = secret,
					.scores = &lead,
					.n_scores = 1,
					.create_contacts = true,
					.batch_wait_ms = 10,
					.cache_bytes = ours->cache_bytes,
					.spool = ours->spool};
	struct sg_err err = {0};

	ours->board = options.scoreboard = scoreboard_new(clock_now());
	must(apply_open(&options, &ours->apply, &err), &err);
}

static void
ours_open(struct ours *ours, const char *directory, const char *name)
{
	struct spool_options spool_options = {.directory = ours->spool_path,
					      .max_bytes = 4ull << 30,
					      .sync_ms = 5};
	struct condition_names names = {0};
	struct rule_context context = {.names = &names};
	struct buf text = BUF_INIT;
	struct sg_err err = {0};

	snprintf(ours->store, sizeof(ours->store), "%s/%s", directory, name);
	snprintf(ours->spool_path, sizeof(ours->spool_path), "%s/%s.spool",
		 directory, name);
	must(spool_open(&spool_options, &ours->spool, &err), &err);
	open_applier(ours);
	write_rules(&text);
	must(rules_parse("bench", buf_text(&text), &context, &ours->ruleset,
			 &err),
	     &err);
	buf_done(&text);
	must(apply_start(ours->apply, &err), &err);
	must(apply_rules(ours->apply, ours->ruleset, "bench", false, true,
			 &err),
	     &err);
}

static void
close_applier(struct ours *ours)
{
	apply_stop(ours->apply, 60000);
	apply_close(ours->apply);
	scoreboard_free(ours->board);
}

static void
ours_close(struct ours *ours)
{
	close_applier(ours);
	spool_close(ours->spool);
	ruleset_free(ours->ruleset);
}

/* `among` 0: each of a record that was not there before. */
static void
fill_spool(struct ours *ours, uint64_t n, uint64_t among)
{
	static const char *const names[] = {"email.opened", "email.clicked",
					    "page.visited"};
	static struct signal signals[256];
	static char keys[256][48], campaigns[256][8];
	struct sg_err err = {0};
	uint64_t i;

	for (i = 0; i < n; i++) {
		uint64_t who = among ? chance(among) : ours->next_new++;
		size_t k = i % 256;

		snprintf(keys[k], sizeof(keys[k]), "p%llu@example.com",
			 (unsigned long long)who);
		snprintf(campaigns[k], sizeof(campaigns[k]), "c%llu",
			 (unsigned long long)chance(7));
		signal_init(&signals[k], names[chance(3)], clock_now());
		signals[k].record_key =
			record_key_hash(secret, "contact", keys[k]);
		signals[k].key = keys[k];
		signals[k].source = "bench";
		signals[k].message_id = ++ours->n_filled;
		must(signal_set(&signals[k], "campaign", campaigns[k], &err),
		     &err);
		if (k == 255 || i + 1 == n)
			must(spool_append_many(ours->spool, signals, k + 1,
					       SPOOL_WRITTEN, NULL, &err),
			     &err);
	}
}

/* On the applier's thread: what it then finds is all there. */
struct filling {
	struct ours *ours;
	uint64_t n, among;
	struct watch watch;
};

static enum sg_status
fill_and_start(void *arg, struct store *store, struct sg_err *err)
{
	struct filling *filling = arg;

	(void)store;
	(void)err;
	fill_spool(filling->ours, filling->n, filling->among);
	usleep(20000); /* the spool's sync */
	filling->watch = watch_start();
	return SG_OK;
}

static struct took
ours_round(struct ours *ours, uint64_t n, uint64_t among)
{
	struct filling filling = {ours, n, among, {0, 0, 0}};
	struct apply_status before, status;
	struct sg_err err = {0};

	apply_get_status(ours->apply, &before);
	must(apply_call(ours->apply, fill_and_start, &filling, &err), &err);
	do {
		usleep(1000);
		apply_get_status(ours->apply, &status);
	} while (status.applied < before.applied + n);
	return watch_stop(&filling.watch, n);
}

/* --- a long ledger behind it -------------------------------------------- */

#define EARLIER "(1 << 50)" /* of an id: some minutes */

/* On the applier's thread, so that nobody else writes meanwhile. */
static enum sg_status
grow_again(void *arg, struct store *store, struct sg_err *err)
{
	static const char again[] =
		"CREATE TEMP TABLE t AS SELECT min(id) AS id FROM ledger;"
		"INSERT INTO history SELECT id - " EARLIER ", record_id,"
		" record_key, happened_at - 3600000, received_at - 3600000,"
		" kind, name, message_id, source, actor, because, verdict,"
		" verdict_reason, settle_until, effective, ruleset, props,"
		" generation"
		" FROM history WHERE id - " EARLIER " <"
		" (SELECT min(id) FROM history) AND kind = 1;"
		"INSERT INTO ledger SELECT id - " EARLIER ", record_id,"
		" score_id, at - 3600000, delta, class, side, rate, entry,"
		" correcting, rule_id, history_id - " EARLIER ", explanation,"
		" balance, generation FROM ledger WHERE id - " EARLIER " <"
		" (SELECT id FROM t);"
		"DROP TABLE t;";

	(void)arg;
	return db_script(store_db(store), again, err);
}

static enum sg_status
put_in_order(void *arg, struct store *store, struct sg_err *err)
{
	static const char ordered[] =
		"DELETE FROM history_by_record;"
		"DELETE FROM ledger_by_record;"
		"INSERT INTO history_by_record SELECT 0, record_id,"
		" happened_at, id FROM history WHERE record_id <> 0"
		" ORDER BY record_id, happened_at, id;"
		"INSERT INTO ledger_by_record SELECT 0, record_id, id"
		" FROM ledger ORDER BY record_id, id;";

	(void)arg;
	return db_script(store_db(store), ordered, err);
}

static enum sg_status
count_entries(void *arg, struct store *store, struct sg_err *err)
{
	struct db_statement *s;
	enum sg_status status = db_prepare(
		store_db(store), "SELECT count(*) FROM ledger", &s, err);

	if (status != SG_OK)
		return status;
	status = db_step(s, err);
	if (status == SG_OK)
		*(uint64_t *)arg = (uint64_t)db_column_int(s, 0);
	db_reset(s);
	return status;
}

static void
fold_wal(const char *store)
{
	struct sg_err err = {0};
	struct db *db;

	must(db_open(store, DB_READ_WRITE, &db, &err), &err);
	must(db_script(db, "PRAGMA wal_checkpoint(TRUNCATE);", &err), &err);
	db_close(db);
}

/* Every entry and its history again, an hour earlier, until they are so many:
 * each record has as many as the others. */
static void
grow_ledger(struct ours *ours, uint64_t entries)
{
	struct sg_err err = {0};
	uint64_t n;

	for (;;) {
		must(apply_call(ours->apply, count_entries, &n, &err), &err);
		if (n >= entries)
			break;
		must(apply_call(ours->apply, grow_again, NULL, &err), &err);
		fold_wal(ours->store);
	}
	must(apply_call(ours->apply, put_in_order, NULL, &err), &err);
	fold_wal(ours->store);
	printf("%llu entries of the ledger are behind it now\n",
	       (unsigned long long)n);
	fflush(stdout);
}

/* --- all of it ---------------------------------------------------------- */

static void
report(const char *work, const char *peer, const struct took *ours,
       const struct took *theirs, double at_least)
{
	printf("RESULT\t%s\t%s\t%.0f /s\t%.0f /s\t%.2f\t%g\n", work, peer,
	       ours->rate, theirs->rate, ours->rate / theirs->rate, at_least);
	printf("CPU of each: %s %.1f us, %s %.1f us (%.2f); written for each: "
	       "%.0f, %.0f bytes\n",
	       work, ours->cpu_us, peer, theirs->cpu_us,
	       theirs->cpu_us / ours->cpu_us, ours->written, theirs->written);
	fflush(stdout);
}

static void
compare_naive(struct ours *ours, struct db *db, uint64_t n, uint64_t records)
{
	struct took known[ROUNDS], fresh[ROUNDS], naive[ROUNDS];
	struct took ours_known, ours_fresh, theirs;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		known[i] = ours_round(ours, n, records);
		naive[i] = naive_round(db, records);
		fresh[i] = ours_round(ours, n, 0);
	}
	ours_known = median(known);
	ours_fresh = median(fresh);
	theirs = median(naive);
	report("apply, known records, 50 rules", "naive SQL, FULL", &ours_known,
	       &theirs, 15);
	report("apply, new records", "naive SQL, FULL", &ours_fresh, &theirs,
	       15);
}

static void
compare_long(struct ours *ours, struct ours *grown, uint64_t n,
	     uint64_t records)
{
	struct took here[ROUNDS], there[ROUNDS], ours_here, ours_there;
	int i;

	(void)ours_round(grown, n, records); /* what is read once */
	(void)ours_round(ours, n, records);
	for (i = 0; i < ROUNDS; i++) {
		here[i] = ours_round(ours, n, records);
		there[i] = ours_round(grown, n, records);
	}
	ours_here = median(here);
	ours_there = median(there);
	report("apply, a long ledger behind", "itself without", &ours_there,
	       &ours_here, 0.8);
}

static void
fill(struct ours *ours, uint64_t records)
{
	struct took first = ours_round(ours, records, 0);
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("from nothing to %llu records: %.0f /s, CPU %.1f us each, "
	       "%ld MB in memory\n",
	       (unsigned long long)records, first.rate, first.cpu_us,
	       usage.ru_maxrss / 1024);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 60000;
	uint64_t records = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
	uint64_t behind = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
	uint64_t cache_mb = argc > 4 ? strtoull(argv[4], NULL, 10) : 1024;
	const char *under = getenv("TMPDIR");
	char directory[128], command[160];
	struct ours ours = {.cache_bytes = cache_mb << 20}, grown = ours;
	struct sg_err err = {0};
	struct db *db;

	must(crypto_start(&err), &err);
	snprintf(directory, sizeof(directory), "%s/apply-bench-XXXXXX",
		 under ? under : "/var/tmp");
	if (!mkdtemp(directory))
		return 1;
	db = naive_open(directory, records);
	ours_open(&ours, directory, "store");
	fill(&ours, records);
	compare_naive(&ours, db, n, records);
	db_close(db);
	if (behind) {
		ours_open(&grown, directory, "grown");
		fill(&grown, records + n * ROUNDS); /* as many as the other */
		grow_ledger(&grown, behind);
		compare_long(&ours, &grown, n, records);
		ours_close(&grown);
	}
	ours_close(&ours);
	snprintf(command, sizeof(command), "rm -r '%s'", directory);
	return pclose(popen(command, "r")) ? 1 : 0;
}
