/*
 * spool_bench.c - signals into the spool against a plain file, on the disk
 * under build/: one write(2) an event, and one fdatasync(2) an event.
 *
 *   spool_bench [ROUNDS]
 *
 * Ours and the peer's take turns; medians of events a second. The peer writes
 * the same number of bytes, ready made; ours are checked, encoded and summed.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/crypto.h"
#include "spool/spool.h"

enum { ROUNDS_MOST = 51, RECORD = 190, WRITES = 200000, SYNCS = 300 };

static const char directory[] = "build/bench-spool";

struct work {
	const char *name, *peer;
	unsigned n_threads, n_each;
	enum spool_wait wait;
};

static const struct work works[] = {
	{"spool, one thread, written before the answer", "write(2) an event", 1,
	 WRITES, SPOOL_WRITTEN},
	{"spool, 64 threads, written before the answer", "write(2) an event",
	 64, WRITES / 64, SPOOL_WRITTEN},
	{"spool, one thread, synced before the answer", "fdatasync(2) an event",
	 1, SYNCS, SPOOL_SYNCED},
	{"spool, 64 threads, synced before the answer", "fdatasync(2) an event",
	 64, SYNCS, SPOOL_SYNCED},
};

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
must(int holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	exit(1);
}

/* --- ours --------------------------------------------------------------- */

struct appender {
	pthread_t thread;
	struct spool *spool;
	const struct work *work;
};

static void *
append_all(void *arg)
{
	struct appender *appender = arg;
	struct signal signal;
	unsigned i;

	signal_init(&signal, "email.opened", INT64_C(1790000000000));
	signal.record_key = 0x1234567890;
	signal.message_id = 77;
	signal.module = "contact";
	signal.source = "open";
	for (i = 0; i < appender->work->n_each; i++) {
		if (signal_set(&signal, "agent",
			       "Mozilla/5.0 (X11; Linux x86_64)",
			       NULL) != SG_OK ||
		    signal_set(&signal, "address", "192.0.2.17", NULL) !=
			    SG_OK ||
		    spool_append(appender->spool, &signal, appender->work->wait,
				 NULL, NULL) != SG_OK)
			must(0, "append");
	}
	return NULL;
}

static double
ours(struct spool *spool, const struct work *work)
{
	struct appender appenders[64];
	double begin = seconds();
	unsigned i;

	for (i = 0; i < work->n_threads; i++) {
		appenders[i].spool = spool;
		appenders[i].work = work;
		must(pthread_create(&appenders[i].thread, NULL, append_all,
				    &appenders[i]) == 0,
		     "thread");
	}
	for (i = 0; i < work->n_threads; i++)
		pthread_join(appenders[i].thread, NULL);
	return work->n_threads * work->n_each / (seconds() - begin);
}

/* What was read is let go, so that the disk does not fill. */
static void
drain(struct spool *spool)
{
	struct spool_position position;
	struct pool *pool = pool_new();
	struct signal signal;
	unsigned n = 0;

	while (spool_read(spool, pool, &signal, &position, NULL) != SG_NONE)
		if (++n % 1000 == 0)
			pool_clear(pool);
	if (n)
		spool_applied(spool, &position);
	pool_free(pool);
}

/* --- the peer ------------------------------------------------------------ */

static double
theirs(const struct work *work)
{
	unsigned i, n = work->wait == SPOOL_SYNCED ? SYNCS : WRITES;
	char path[128], record[RECORD];
	double begin, rate;
	int fd;

	snprintf(path, sizeof(path), "%s/peer", directory);
	memset(record, 'x', sizeof(record));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	must(fd >= 0, path);
	begin = seconds();
	for (i = 0; i < n; i++) {
		must(write(fd, record, sizeof(record)) == sizeof(record), path);
		if (work->wait == SPOOL_SYNCED)
			must(fdatasync(fd) == 0, path);
	}
	rate = n / (seconds() - begin);
	close(fd);
	unlink(path);
	return rate;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
run(struct spool *spool, const struct work *work, int rounds)
{
	double mine[ROUNDS_MOST], peers[ROUNDS_MOST];
	int i;

	for (i = 0; i < rounds; i++) {
		mine[i] = ours(spool, work);
		usleep(20000); /* its background sync */
		drain(spool);
		peers[i] = theirs(work);
	}
	qsort(mine, (size_t)rounds, sizeof(*mine), compare);
	qsort(peers, (size_t)rounds, sizeof(*peers), compare);
	printf("RESULT\t%s\t%s\t%.0f/s\t%.0f/s\t%.2f\t-\n", work->name,
	       work->peer, mine[rounds / 2], peers[rounds / 2],
	       mine[rounds / 2] / peers[rounds / 2]);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct spool_options options = {.directory = directory};
	struct spool_position nowhere = {{0}, 0, 0};
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 5;
	struct spool *spool;
	struct sg_err err = {SG_OK, ""};
	size_t i;

	if (rounds < 1 || rounds > ROUNDS_MOST)
		rounds = 5;
	mkdir("build", 0777);
	if (crypto_start(&err) != SG_OK ||
	    spool_open(&options, &spool, &err) != SG_OK ||
	    spool_seek(spool, &nowhere, &err) != SG_OK) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	drain(spool);
	for (i = 0; i < sizeof(works) / sizeof(*works); i++)
		run(spool, &works[i], rounds);
	spool_close(spool);
	return 0;
}
