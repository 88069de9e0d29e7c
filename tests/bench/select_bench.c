/*
 * select_bench.c - choosing a broadcast's recipients among 10 M records, of
 * whom half are on its list: `list 'news' and has score >= 50`, to a set of
 * ids. Against SQLite joining the list with a table of points that has the
 * score ready in each row. Then the whole choice: who is suppressed, has left,
 * wants none for a while or has no address, too.
 *
 *   select_bench [RECORDS]
 *
 * In memory as far as it goes: what is compared is the work, not the disk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "broadcast/broadcast_parts.h"
#include "rule/condition_set.h"
#include "store/db.h"

enum { ROUNDS = 3 };

static const char condition[] = "list 'news' and has score >= 50";
static const unsigned char secret[32] = "a secret of thirty-two bytes....";

static void
must(enum sg_status status, const struct sg_err *err)
{
	if (status == SG_OK)
		return;
	fprintf(stderr, "select_bench: %s\n", err->text);
	exit(1);
}

/* Of this thread: others may be busy on the machine. */
static double
cpu_s(void)
{
	struct timespec at;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* The points are the last two digits of the number: half of them are 50 or
 * more, of those on the list, too. */
static void
fill(const char *path, unsigned long long records)
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
		 "INSERT INTO list VALUES ('news', '', 1790000000000, NULL);"
		 "INSERT INTO list_member SELECT 'news', id, 1, 1790000000000, "
		 "'' FROM record WHERE id %% 2 = 0;"
		 "CREATE TABLE points (record_id INTEGER PRIMARY KEY, points "
		 "REAL NOT NULL);"
		 "INSERT INTO points SELECT id, id / 2 %% 100 FROM record;"
		 "COMMIT; PRAGMA wal_checkpoint(TRUNCATE);",
		 records);
	must(db_script(db, script, &err), &err);
	db_close(db);
}

static void
score(struct scoreboard *board, uint32_t records, int64_t now)
{
	struct score_state state;
	struct sg_err err = {0};
	size_t rate;
	uint32_t id;

	must(scoreboard_rate_index(board, 0, &rate, &err), &err);
	scoreboard_write_begin(board);
	for (id = 1; id <= records; id++) {
		memset(&state, 0, sizeof(state));
		state.scored = true;
		state.as_of = now;
		state.touch[rate][0] = id / 2 % 100;
		scoreboard_put(board, id, 1, &state);
	}
	scoreboard_write_end(board);
}

/* --- ours ---------------------------------------------------------------- */

static uint64_t
select_ours(struct broadcasts *broadcasts, struct store *store, int64_t now,
	    double *took_out)
{
	struct apply_names *names = calloc(1, sizeof(*names));
	struct condition *parsed;
	struct record_set *set;
	struct sg_err err = {0};
	double began = cpu_s();
	uint64_t n;

	apply_names_init(names, broadcasts->apply, store);
	must(condition_parse(condition, &names->names, &parsed, &err), &err);
	must(condition_select(parsed, store, broadcasts->scoreboard, now, &set,
			      &err),
	     &err);
	*took_out = cpu_s() - began;
	n = record_set_count(set);
	record_set_free(set);
	condition_free(parsed);
	free(names);
	return n;
}

static uint64_t
choose(struct broadcasts *broadcasts, struct store *store, int64_t now,
       double *took_out)
{
	struct broadcast_selection selection;
	struct sg_err err = {0};
	double began = cpu_s();
	uint64_t n;

	must(broadcast_select(broadcasts, store, condition, "", now, &selection,
			      &err),
	     &err);
	*took_out = cpu_s() - began;
	n = record_set_count(selection.recipients);
	broadcast_selection_done(&selection);
	return n;
}

/* --- the peer ------------------------------------------------------------ */

static uint64_t
select_theirs(struct db *db, double *took_out)
{
	struct record_set *set = record_set_new();
	struct db_statement *statement;
	struct sg_err err = {0};
	double began = cpu_s();
	enum sg_status status;
	uint64_t n;

	must(db_prepare(db,
			"SELECT m.record_id FROM list_member m JOIN points p"
			" ON p.record_id = m.record_id WHERE m.list = 'news'"
			" AND m.state = 1 AND p.points >= 50",
			&statement, &err),
	     &err);
	while ((status = db_step(statement, &err)) == SG_OK)
		record_set_add(set, (uint32_t)db_column_int(statement, 0));
	if (status != SG_NONE)
		must(status, &err);
	db_reset(statement);
	*took_out = cpu_s() - began;
	n = record_set_count(set);
	record_set_free(set);
	return n;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), compare);
	return values[ROUNDS / 2];
}

static void
run(struct broadcasts *broadcasts, const char *path, unsigned long long records)
{
	double ours[ROUNDS], theirs[ROUNDS], whole[ROUNDS];
	struct sg_err err = {0};
	int64_t now = clock_now();
	struct store *store;
	struct db *db;
	uint64_t n = 0, m = 0, chosen = 0;
	int i;

	must(store_readers_take(broadcasts->readers, &store, &err), &err);
	must(db_open(path, DB_READ_ONLY, &db, &err), &err);
	for (i = 0; i < ROUNDS; i++) {
		n = select_ours(broadcasts, store, now, &ours[i]);
		m = select_theirs(db, &theirs[i]);
		chosen = choose(broadcasts, store, now, &whole[i]);
	}
	db_close(db);
	store_readers_give(broadcasts->readers, store);
	if (n != m || n != chosen)
		fprintf(stderr, "select_bench: %llu, %llu and %llu found\n",
			(unsigned long long)n, (unsigned long long)m,
			(unsigned long long)chosen);
	printf("%llu records, %llu found\n", records, (unsigned long long)n);
	printf("RESULT\t%s, %llu records\tSQLite, score ready in the row\t"
	       "%.0f ms\t%.0f ms\t%.2f\t-\n",
	       condition, records, median(ours) * 1e3, median(theirs) * 1e3,
	       median(theirs) / median(ours));
	printf("RESULT\t  and who must not get it\tthe same\t%.0f ms\t%.0f ms"
	       "\t%.2f\t-\n",
	       median(whole) * 1e3, median(theirs) * 1e3,
	       median(theirs) / median(whole));
}

static void
measure(const char *path, unsigned long long records)
{
	struct score_settings lead = {.name = "lead"};
	struct apply_options options = {.store_path = path,
					.record_secret = secret,
					.scores = &lead,
					.n_scores = 1};
	struct broadcasts *broadcasts = calloc(1, sizeof(*broadcasts));
	struct sg_err err = {0};

	options.scoreboard = scoreboard_new(clock_now());
	must(apply_open(&options, &broadcasts->apply, &err), &err);
	if (records) {
		score(options.scoreboard, (uint32_t)records, clock_now());
		broadcasts->scoreboard = options.scoreboard;
		must(store_readers_open(path, 2, &broadcasts->readers, &err),
		     &err);
		run(broadcasts, path, records);
		store_readers_close(broadcasts->readers);
	}
	apply_close(broadcasts->apply);
	scoreboard_free(options.scoreboard);
	free(broadcasts);
}

int
main(int argc, char **argv)
{
	unsigned long long records =
		argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
	const char *under = getenv("TMPDIR");
	char directory[128], path[160], command[160];
	struct sg_err err = {0};

	must(crypto_start(&err), &err);
	snprintf(directory, sizeof(directory), "%s/select-bench-XXXXXX",
		 under ? under : "/var/tmp");
	if (!mkdtemp(directory))
		return 1;
	snprintf(path, sizeof(path), "%s/store", directory);
	measure(path, 0); /* makes the tables */
	fill(path, records);
	measure(path, records);
	snprintf(command, sizeof(command), "rm -r '%s'", directory);
	return pclose(popen(command, "r")) ? 1 : 0;
}
