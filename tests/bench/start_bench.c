/*
 * start_bench.c - opening a store of 10 M records with a score each, against
 * reading its file once. Both with the file in memory: what is compared is the
 * work, not the disk.
 *
 *   start_bench [RECORDS]
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apply/apply.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "store/db.h"

enum { ROUNDS = 3, BUFFER = 1 << 20 };

static const unsigned char secret[32] = "a secret of thirty-two bytes....";

static void
must(enum sg_status status, const struct sg_err *err)
{
	if (status == SG_OK)
		return;
	fprintf(stderr, "start_bench: %s\n", err->text);
	exit(1);
}

/* Of all threads: others may be busy on the machine. */
static double
cpu_s(void)
{
	struct timespec at;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* With a spool: stop as scoregated does, so that the next start finds a file.
 */
static double
open_once(const char *store, struct spool *spool, uint64_t *records_out)
{
	struct score_settings lead = {
		.name = "lead", .degrade = 5, .degrade_negative = true};
	struct apply_options options = {.store_path = store,
					.spool = spool,
					.record_secret = secret,
					.scores = &lead,
					.n_scores = 1};
	struct apply_status status;
	struct sg_err err = {0};
	struct apply *apply;
	double begin = cpu_s(), took;

	options.scoreboard = scoreboard_new(clock_now());
	must(apply_open(&options, &apply, &err), &err);
	took = cpu_s() - begin;
	apply_get_status(apply, &status);
	*records_out = status.records;
	if (spool) {
		must(apply_start(apply, &err), &err);
		apply_stop(apply, 60000);
	}
	apply_close(apply);
	scoreboard_free(options.scoreboard);
	return took;
}

static double
read_once(const char *store)
{
	static char buffer[BUFFER];
	double begin = cpu_s();
	int fd = open(store, O_RDONLY);

	if (fd < 0)
		exit(1);
	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
	close(fd);
	return cpu_s() - begin;
}

/* As the applier's checkpoint leaves it: sums of 10 and of 20 fading. */
static void
fill(const char *path, uint64_t records)
{
	char script[2048];
	struct sg_err err = {0};
	struct db *db;

	must(db_open(path, DB_READ_WRITE, &db, &err), &err);
	snprintf(script, sizeof(script),
		 "BEGIN; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT "
		 "i + 1 FROM n WHERE i < %llu) INSERT INTO record (id, "
		 "record_key, module, key, created_at) SELECT i, "
		 "i * 92233720369, 'contact', printf('p%%09d@example.com', i), "
		 "1790000000000 FROM n;"
		 "INSERT INTO score_state SELECT id, 1, "
		 "x'0101010000000000006C50C4A00100000000000000002440"
		 "000000000000000000000000000000000000000000000000"
		 "000000000000144000000000000034400000000000000000' "
		 "FROM record ORDER BY id;"
		 "INSERT OR REPLACE INTO meta VALUES "
		 "('checkpoint_ledger_id', '1');"
		 "COMMIT; PRAGMA wal_checkpoint(TRUNCATE);",
		 (unsigned long long)records);
	must(db_script(db, script, &err), &err);
	db_close(db);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	uint64_t records = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
	const char *under = getenv("TMPDIR");
	char directory[128], store[160], command[160];
	double ours[ROUNDS], theirs[ROUNDS], rows;
	struct spool_options spool_options = {.directory = command,
					      .max_bytes = 1 << 30};
	struct spool *spool;
	struct sg_err err = {0};
	uint64_t found;
	int i;

	must(crypto_start(&err), &err);
	snprintf(directory, sizeof(directory), "%s/start-bench-XXXXXX",
		 under ? under : "/var/tmp");
	if (!mkdtemp(directory))
		return 1;
	snprintf(store, sizeof(store), "%s/store", directory);
	snprintf(command, sizeof(command), "%s/spool", directory);
	open_once(store, NULL, &found); /* makes the tables */
	fill(store, records);
	must(spool_open(&spool_options, &spool, &err), &err);
	rows = open_once(store, spool, &found);
	for (i = 0; i < ROUNDS; i++) {
		ours[i] = open_once(store, spool, &found);
		theirs[i] = read_once(store);
	}
	spool_close(spool);
	qsort(ours, ROUNDS, sizeof(double), compare);
	qsort(theirs, ROUNDS, sizeof(double), compare);
	printf("RESULT\tstart with %llu records\treading the file once\t"
	       "%.2f s\t%.2f s\t%.2f\t0.25\n",
	       (unsigned long long)found, ours[ROUNDS / 2], theirs[ROUNDS / 2],
	       theirs[ROUNDS / 2] / ours[ROUNDS / 2]);
	printf("after a crash, row by row: %.2f s\n", rows);
	snprintf(command, sizeof(command), "rm -r '%s'", directory);
	return pclose(popen(command, "r")) ? 1 : 0;
}
