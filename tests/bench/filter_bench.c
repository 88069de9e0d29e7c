/*
 * filter_bench.c - "has score >= N" over 10 million records, to a set of ids
 * and counted, against reading the same memory once.
 *
 *   filter_bench [RECORDS [ROUNDS]]
 *
 * Ours and the peer's take turns; medians. The peer adds up two columns of
 * doubles and two of bytes, in huge pages where there are any: what the pass
 * reads.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "score/scoreboard.h"

enum { ROUNDS_MOST = 101 };

#define NOW ((int64_t)1771156800000)

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint32_t
random_next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

static struct scoreboard *
make_board(uint32_t n)
{
	struct score_settings lead = {.id = 1,
				      .name = "lead",
				      .degrade = 5,
				      .degrade_negative = true};
	struct scoreboard *board = scoreboard_new(NOW);
	struct score_state state;
	uint64_t seed = 1;
	struct sg_err err;
	size_t rate;
	uint32_t id;

	if (scoreboard_add_score(board, &lead, &err) != SG_OK ||
	    scoreboard_rate_index(board, 5, &rate, &err) != SG_OK) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	scoreboard_write_begin(board);
	for (id = 1; id <= n; id++) {
		memset(&state, 0, sizeof(state));
		state.scored = true;
		state.as_of =
			NOW - (int64_t)(random_next(&seed) % 30) * CLOCK_DAY_MS;
		state.field[0] = random_next(&seed) % 20;
		state.touch[rate][0] = random_next(&seed) % 200;
		scoreboard_set_record(board, id, "contact");
		scoreboard_put(board, id, lead.id, &state);
	}
	scoreboard_write_end(board);
	return board;
}

/* The threshold that a tenth of the records reach. */
static double
threshold(struct scoreboard *board, uint32_t n)
{
	struct score_range range = {0, INFINITY, false, false};
	double lo = 0, hi = 1000;

	while (hi - lo > 0.01) {
		range.lo = (lo + hi) / 2;
		if (scoreboard_count(board, 1, &range, NOW) > n / 10)
			lo = range.lo;
		else
			hi = range.lo;
	}
	return hi;
}

struct memory {
	size_t n; /* records */
	double *columns;
	uint64_t *bytes;
	double sink;
};

static void
memory_init(struct memory *memory, size_t n)
{
	size_t size = n * 2 * sizeof(double) + n * 2;
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	madvise(at, size, MADV_HUGEPAGE);
	memset(at, 1, size);
	memory->n = n;
	memory->columns = at;
	memory->bytes = (uint64_t *)(memory->columns + n * 2);
	memory->sink = 0;
}

static void
read_once(struct memory *memory)
{
	double sums[8] = {0};
	uint64_t bits = 0;
	size_t i, j;

	for (i = 0; i + 8 <= memory->n * 2; i += 8) {
		for (j = 0; j < 8; j++)
			sums[j] += memory->columns[i + j];
	}
	for (i = 0; i < memory->n * 2 / 8; i++)
		bits += memory->bytes[i];
	for (j = 0; j < 8; j++)
		memory->sink += sums[j];
	memory->sink += (double)bits;
}

static int
by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

static double
median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_value);
	return values[n / 2];
}

static void
report(const char *work, double *ours, double *theirs, size_t n,
       const char *least)
{
	double a = median(ours, n) * 1000, b = median(theirs, n) * 1000;

	printf("RESULT\t%s\treading that memory once\t%.1f ms\t%.1f ms\t%.2f\t"
	       "%s\n",
	       work, a, b, b / a, least);
}

int
main(int argc, char **argv)
{
	double filter[ROUNDS_MOST], count[ROUNDS_MOST], once[ROUNDS_MOST];
	struct score_range range = {0, INFINITY, false, false};
	long long n = 10000000, rounds = 15, i;
	struct record_set *set;
	struct scoreboard *board;
	struct memory memory;
	uint64_t found = 0;
	double began;

	if ((argc > 1 && (!text_to_int(argv[1], &n) || n < 1000)) ||
	    (argc > 2 && (!text_to_int(argv[2], &rounds) || rounds < 1 ||
			  rounds > ROUNDS_MOST))) {
		fprintf(stderr, "filter_bench [RECORDS [ROUNDS]]\n");
		return 2;
	}
	board = make_board((uint32_t)n);
	memory_init(&memory, (size_t)n);
	range.lo = threshold(board, (uint32_t)n);
	for (i = 0; i < rounds; i++) {
		began = seconds();
		read_once(&memory);
		once[i] = seconds() - began;
		set = record_set_new();
		began = seconds();
		scoreboard_select(board, 1, SCORE_SCORE, &range, NOW, set);
		filter[i] = seconds() - began;
		found = record_set_count(set);
		record_set_free(set);
		began = seconds();
		(void)scoreboard_count(board, 1, &range, NOW);
		count[i] = seconds() - began;
	}
	printf("%lld records, %llu found, %.1f bytes a record (%g)\n", n,
	       (unsigned long long)found,
	       (double)scoreboard_memory(board) / (double)n, memory.sink);
	report("has score >= N, to a set of ids", filter, once, (size_t)rounds,
	       "0.67");
	report("has score >= N, counted", count, once, (size_t)rounds, "0.67");
	scoreboard_free(board);
	return 0;
}
