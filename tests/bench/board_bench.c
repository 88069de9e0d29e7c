/*
 * board_bench.c - the scoreboard's passes over 10 M records, against reading
 * the same memory once. One thread.
 *
 *   board_bench [RECORDS]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "score/scoreboard.h"
#include "score/scoreboard_parts.h"

enum { ROUNDS = 9, DAYS = 30, N_BINS = 50, TOP = 100 };

static uint64_t seed = 88172645463325252ull;

static double
chance(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (double)(seed >> 11) / 9007199254740992.0;
}

static void
fill(struct scoreboard *board, uint32_t records)
{
	struct score_settings lead = {.id = 1, .name = "lead", .degrade = 5};
	struct score_state state;
	uint32_t id;

	if (scoreboard_add_score(board, &lead, NULL) != SG_OK)
		exit(1);
	scoreboard_write_begin(board);
	for (id = 1; id <= records; id++) {
		score_state_init(&state, (int64_t)(chance() * DAYS *
						   (double)CLOCK_DAY_MS));
		state.scored = true;
		state.field[0] = floor(chance() * 4) * 10;
		state.touch[1][0] = -20 * log(1 - chance());
		scoreboard_set_record(board, id, "contact");
		scoreboard_put(board, id, 1, &state);
	}
	scoreboard_write_end(board);
}

/* Every byte that a filter needs, added up. */
static double
read_memory(struct scoreboard *board)
{
	const struct board_score *score = board->scores[0];
	size_t n = board_n_blocks(board) * BOARD_BLOCK, i, k;
	double sum[8] = {0};
	uint64_t flags = 0;

	for (k = 0; k < BOARD_COLUMNS; k++)
		for (i = 0; score->columns[k] && i < n; i += 8) {
			const double *v = score->columns[k] + i;

			sum[0] += v[0];
			sum[1] += v[1];
			sum[2] += v[2];
			sum[3] += v[3];
			sum[4] += v[4];
			sum[5] += v[5];
			sum[6] += v[6];
			sum[7] += v[7];
		}
	for (i = 0; i < n; i += 8) {
		uint64_t word;

		memcpy(&word, score->flags + i, 8);
		flags += word;
	}
	for (i = 1; i < 8; i++)
		sum[0] += sum[i];
	return sum[0] + (double)(flags & 1);
}

struct pass {
	struct scoreboard *board;
	int64_t now;
	struct score_range range;
	volatile double sink;
};

static void
pass_read(struct pass *pass)
{
	pass->sink = read_memory(pass->board);
}

static void
pass_count(struct pass *pass)
{
	pass->sink = (double)scoreboard_count(pass->board, 1, &pass->range,
					      pass->now);
}

static void
pass_select(struct pass *pass)
{
	struct record_set *set = record_set_new();

	scoreboard_select(pass->board, 1, SCORE_SCORE, &pass->range, pass->now,
			  set);
	pass->sink = (double)record_set_count(set);
	record_set_free(set);
}

static void
pass_statistics(struct pass *pass)
{
	struct score_statistics statistics;

	scoreboard_statistics(pass->board, 1, NULL, pass->now, &statistics);
	pass->sink = statistics.median;
}

static void
pass_top(struct pass *pass)
{
	struct score_row rows[TOP];

	pass->sink = (double)scoreboard_top(pass->board, 1, SCORE_SCORE, NULL,
					    pass->now, TOP, rows);
}

static void
pass_histogram(struct pass *pass)
{
	uint64_t counts[N_BINS];

	scoreboard_histogram(pass->board, 1, NULL, pass->now, 0, 100, N_BINS,
			     counts);
	pass->sink = (double)counts[0];
}

static const struct {
	const char *name;
	void (*run)(struct pass *pass);
	double at_least; /* of the speed of reading */
} passes[] = {
	{"read the memory once", pass_read, 0},
	{"count of score >= N, 10 M", pass_count, 0.67},
	{"ids of 10 %, 10 M", pass_select, 0.67},
	{"median and mean, 10 M", pass_statistics, 0.25},
	{"top 100, 10 M", pass_top, 0.5},
	{"histogram, 10 M", pass_histogram, 0.33},
};
enum { N_PASSES = sizeof(passes) / sizeof(passes[0]) };

/* So that one in ten has it. */
static double
upper_tenth(struct pass *pass, uint32_t records)
{
	double lo = 0, hi = 1000;

	while (hi - lo > 0.001) {
		pass->range.lo = (lo + hi) / 2;
		pass_count(pass);
		if (pass->sink > records / 10.0)
			lo = pass->range.lo;
		else
			hi = pass->range.lo;
	}
	return lo;
}

static double
milliseconds(void)
{
	struct timespec at;

	/* Of the thread: others may be busy on the machine. */
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
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
	uint32_t records =
		argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000000;
	struct pass pass = {.board = scoreboard_new(0),
			    .now = (DAYS + 1) * CLOCK_DAY_MS,
			    .range = {50, INFINITY, false, false}};
	double took[N_PASSES][ROUNDS];
	size_t round, i;
	double bytes;

	fill(pass.board, records);
	pass.range.lo = upper_tenth(&pass, records);
	/* By turns, so that a noisy moment hits all alike. */
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < N_PASSES; i++) {
			double begin = milliseconds();

			passes[i].run(&pass);
			took[i][round] = milliseconds() - begin;
		}
	for (i = 0; i < N_PASSES; i++)
		qsort(took[i], ROUNDS, sizeof(double), compare);
	for (i = 1; i < N_PASSES; i++) {
		double ours = took[i][ROUNDS / 2], read = took[0][ROUNDS / 2];

		printf("RESULT\t%s\t%s\t%.1f ms\t%.1f ms\t%.2f\t%.2f\n",
		       passes[i].name, passes[0].name, ours, read, read / ours,
		       passes[i].at_least);
	}
	bytes = (double)scoreboard_memory(pass.board) / records;
	printf("RESULT\tmemory of a record with one score\t80 bytes\t"
	       "%.1f bytes\t80 bytes\t%.2f\t1\n",
	       bytes, 80 / bytes);
	scoreboard_free(pass.board);
	return 0;
}
