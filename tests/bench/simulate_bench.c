/*
 * simulate_bench.c - `rules simulate`: 50 rules over all stored history,
 * against reading the same rows of the file once; signals a second of one
 * core.
 *
 *   simulate_bench [SIGNALS [RECORDS [FILE]]]
 *
 * FILE is made when it is not there, and kept: to profile with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "apply/simulate.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "store/store_history_scan.h"

enum { N_RULES = 50 };

static const unsigned char secret[32] = "a secret of thirty-two bytes....";

static void
must(enum sg_status status, const struct sg_err *err)
{
	if (status == SG_OK)
		return;
	fprintf(stderr, "simulate_bench: %s\n", err->text);
	exit(1);
}

static double
cpu_s(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* As the applier would have written them: records, then signals of them by
 * chance, over a year. */
static void
fill(const char *path, unsigned long long signals, unsigned long long records)
{
	static char script[4096];
	struct sg_err err = {0};
	struct store *store;

	must(store_open(path, DB_READ_WRITE, &store, &err), &err);
	snprintf(
		script, sizeof(script),
		"PRAGMA synchronous = OFF; BEGIN;"
		"DROP INDEX history_by_name;"
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
		"n WHERE i < %llu) INSERT INTO record (id, record_key, key, "
		"created_at) SELECT i, i, 'p' || i || '@example.com', "
		"1700000000000 FROM n;"
		"INSERT INTO history (id, record_id, record_key, happened_at, "
		"received_at, kind, name, source, ruleset) SELECT id, id, id, "
		"1700000000000, 1700000000000, 2, 'record.created', 'engine', 1"
		" FROM record;"
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
		"n WHERE i < %llu), r (i, x) AS MATERIALIZED (SELECT i, "
		"abs(random()) FROM n) INSERT INTO history (id, record_id, "
		"record_key, happened_at, received_at, kind, name, message_id, "
		"source, ruleset, props) SELECT 1000000000000 + i * 1000, "
		"1 + x %% %llu, 1 + x %% %llu, 1700000000000 + i * "
		"(31536000000 / %llu), 1700000000000 + i * (31536000000 / "
		"%llu), 1, CASE x / 7 %% 3 WHEN 0 THEN 'email.opened' WHEN 1 "
		"THEN 'email.clicked' ELSE 'page.visited' END, i, 'bench', 1, "
		"'{\"campaign\":\"c' || (x / 3 %% 7) || '\",\"url\":"
		"\"https://example.com/' || (x / 11 %% 1000) || '\"}' FROM r;"
		"INSERT INTO history_by_record SELECT 0, record_id, "
		"happened_at, id FROM history ORDER BY record_id, happened_at, "
		"id; CREATE INDEX history_by_name ON history "
		"(name, happened_at); COMMIT; PRAGMA wal_checkpoint(TRUNCATE);",
		records, signals, records, records, signals, signals);
	must(db_script(store_db(store), script, &err), &err);
	store_close(store);
}

static struct ruleset *
make_rules(void)
{
	static const char *const names[] = {"email.opened", "email.clicked",
					    "page.visited", "form.submitted",
					    "order.paid"};
	struct condition_names no_names = {0};
	struct rule_context context = {.names = &no_names};
	struct buf text = BUF_INIT;
	struct ruleset *ruleset;
	struct sg_err err = {0};
	int i;

	for (i = 0; i < N_RULES; i++)
		if (i % 5 == 4)
			buf_printf(&text,
				   "rule \"field %d\" { when = \"field.job = "
				   "'j%d'\" add = %d }\n",
				   i, i, i);
		else
			buf_printf(&text,
				   "rule \"signal %d\" { on = \"%s\" when = "
				   "\"signal.campaign = 'c%d'\" add = %d "
				   "once_per = \"day\" }\n",
				   i, names[i / 5 % 5], i % 7, 1 + i % 9);
	must(rules_parse("bench", buf_text(&text), &context, &ruleset, &err),
	     &err);
	buf_done(&text);
	return ruleset;
}

static enum sg_status
count_row(void *arg, const struct store_history_lean *row, struct sg_err *err)
{
	*(uint64_t *)arg += *row->props != 0;
	return SG_OK;
}

static double
read_once(struct store *store)
{
	double began = cpu_s();
	struct sg_err err = {0};
	uint64_t n = 0;

	must(store_history_scan(store, 1, UINT32_MAX, count_row, &n, &err),
	     &err);
	return (double)n / (cpu_s() - began);
}

static double
simulate_once(struct apply *apply, struct store *store)
{
	struct simulate_options options = {
		.rules = make_rules(), .score_id = 1, .n_movers = 10};
	struct simulate_report report;
	struct pool *pool = pool_new();
	double began = cpu_s(), rate;
	struct sg_err err = {0};

	must(simulate(apply, store, &options, pool, &report, &err), &err);
	rate = (double)report.signals / (cpu_s() - began);
	printf("%llu signals of %llu records: %llu would have a score, "
	       "%.2f M signals/s\n",
	       (unsigned long long)report.signals,
	       (unsigned long long)report.records,
	       (unsigned long long)report.after.scored, rate / 1e6);
	pool_free(pool);
	ruleset_free(options.rules);
	return rate;
}

static void
measure(const char *path)
{
	struct score_settings lead = {
		.name = "lead", .degrade = 5, .degrade_negative = true};
	struct apply_options options = {.store_path = path,
					.record_secret = secret,
					.scores = &lead,
					.n_scores = 1,
					.scoreboard =
						scoreboard_new(clock_now())};
	double ours = 0, theirs = 0;
	struct sg_err err = {0};
	struct rusage usage;
	struct apply *apply;
	struct store *store;
	int round;

	must(apply_open(&options, &apply, &err), &err);
	must(store_open(path, DB_READ_ONLY, &store, &err), &err);
	for (round = 0; round < 3; round++) { /* the best of each */
		double a = simulate_once(apply, store), b = read_once(store);

		ours = a > ours ? a : ours;
		theirs = b > theirs ? b : theirs;
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("at most %ld MB of memory\n", usage.ru_maxrss / 1024);
	printf("reading the rows once: %.2f M/s, %.2f of that\n", theirs / 1e6,
	       ours / theirs);
	printf("RESULT\trules simulate, 50 rules, of a core\t1 M signals/s\t"
	       "%.2f M/s\t1.00 M/s\t%.2f\t1\n",
	       ours / 1e6, ours / 1e6);
	store_close(store);
	apply_close(apply);
	scoreboard_free(options.scoreboard);
}

int
main(int argc, char **argv)
{
	unsigned long long signals =
		argc > 1 ? strtoull(argv[1], NULL, 10) : 2000000;
	unsigned long long records =
		argc > 2 ? strtoull(argv[2], NULL, 10) : 200000;
	char directory[] = "/var/tmp/simulate_bench.XXXXXX", path[64];
	static const char *const ends[] = {"", "-wal", "-shm"};
	char file[80];
	size_t i;

	must(crypto_start(NULL), NULL);
	if (argc > 3) {
		if (access(argv[3], F_OK) != 0)
			fill(argv[3], signals, records);
		measure(argv[3]);
		return 0;
	}
	if (!mkdtemp(directory))
		return 1;
	snprintf(path, sizeof(path), "%s/store", directory);
	fill(path, signals, records);
	measure(path);
	for (i = 0; i < 3; i++) {
		snprintf(file, sizeof(file), "%s%s", path, ends[i]);
		unlink(file);
	}
	rmdir(directory);
	return 0;
}
