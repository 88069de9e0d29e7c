/*
 * scoreboard_statistics.c - counts, mean, median, histogram, and what percent
 * needs. The exact median comes from a bracket: a sample says between which
 * two values it must lie, one pass counts what is below and collects what is
 * between, and the rank is found among those.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "score/scoreboard_parts.h"
#include "score/scoreboard_vector.h"

enum {
	SAMPLE = 16384,
	MARGIN = 320, /* of the sample: 5 standard deviations of its median */
	PERCENT_KEPT_MS = 1000
};

static const double least_counted = 0.5; /* scoring §2: shown as 1 or more */

struct doubles {
	double *values;
	size_t n, cap;
};

static void
doubles_make_room(struct doubles *list, size_t more)
{
	if (list->n + more <= list->cap)
		return;
	list->cap = (list->n + more) * 2;
	list->values = realloc(list->values, list->cap * sizeof(double));
	if (!list->values) {
		log_error("out of memory for statistics");
		abort();
	}
}

/* Hoare's selection: values[k] as if sorted; all before are not greater. */
static double
select_kth(double *values, size_t n, size_t k)
{
	size_t lo = 0, hi = n - 1;

	while (lo < hi) {
		double pivot = values[lo + (hi - lo) / 2];
		size_t i = lo, j = hi;

		while (i <= j) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i <= j) {
				double swap = values[i];

				values[i++] = values[j];
				values[j] = swap;
				if (j == 0)
					break;
				j--;
			}
		}
		if (k <= j)
			hi = j;
		else if (k >= i)
			lo = i;
		else
			break;
	}
	return values[k];
}

struct gathered {
	uint64_t scored;
	struct board_sums sums; /* sums.lo is the bracket's */
	double hi;		/* the bracket, both ends in it */
	struct doubles between;
};

/* A sample of whole blocks' parts, spread over the board. */
static void
make_bracket(const struct board_pass *pass, struct gathered *g)
{
	size_t n_blocks = board_n_blocks(pass->board);
	size_t each = 64, blocks = SAMPLE / each, step, block, n = 0;
	double *sample = malloc(SAMPLE * sizeof(double));

	g->sums.lo = -INFINITY;
	g->hi = INFINITY;
	step = n_blocks / blocks;
	for (block = step / 2;
	     sample && step && block < n_blocks && n + each <= SAMPLE;
	     block += step) {
		double values[BOARD_BLOCK];
		uint8_t has[BOARD_BLOCK];
		size_t i;

		board_has(pass, block, has);
		board_values(pass, block, values);
		for (i = 0; i < BOARD_BLOCK; i += BOARD_BLOCK / each)
			if (has[i] && values[i] >= least_counted)
				sample[n++] = values[i];
	}
	if (n >= 8 * MARGIN) {
		size_t low = n / 2 - MARGIN;

		g->sums.lo = select_kth(sample, n, low);
		g->hi = select_kth(sample + low, n - low, 2 * MARGIN);
	}
	free(sample);
}

/* Those of the bracket: few, so first a bit for each. n_values has room after
 * it for a whole word. */
static void
gather_between(double *values, size_t n_values, struct gathered *g)
{
	double lo = g->sums.lo > least_counted ? g->sums.lo : least_counted;
	struct board_bounds bounds = {nextafter(lo, -INFINITY),
				      nextafter(g->hi, INFINITY)};
	uint64_t words[BOARD_BLOCK_WORDS];
	size_t n_words = (n_values + 63) / 64, i;

	for (i = n_values; i < 64 * n_words; i++)
		values[i] = -INFINITY;
	memset(words, 0xff, sizeof(words));
	board_vector_between(values, n_words, &bounds, words);
	doubles_make_room(&g->between, BOARD_BLOCK);
	for (i = 0; i < n_words; i++)
		for (; words[i]; words[i] &= words[i] - 1)
			g->between.values[g->between.n++] =
				values[64 * i +
				       (size_t)__builtin_ctzll(words[i])];
}

/* The values that count, side by side; returns how many. */
static size_t
make_dense(double *values, const uint64_t words[BOARD_BLOCK_WORDS])
{
	uint64_t all = ~UINT64_C(0), bits;
	size_t n = 0, i;

	for (i = 0; i < BOARD_BLOCK_WORDS; i++)
		all &= words[i];
	if (all == ~UINT64_C(0))
		return BOARD_BLOCK;
	for (i = 0; i < BOARD_BLOCK_WORDS; i++)
		for (bits = words[i]; bits; bits &= bits - 1)
			values[n++] =
				values[64 * i + (size_t)__builtin_ctzll(bits)];
	return n;
}

static void
gather_block(double *values, const uint64_t words[BOARD_BLOCK_WORDS],
	     struct gathered *g)
{
	size_t n = make_dense(values, words);
	size_t whole = n & ~(size_t)3, i;
	struct board_sums *sums = &g->sums;

	g->scored += n;
	board_vector_gather(values, whole, sums);
	for (i = whole; i < n; i++) {
		bool counts = values[i] >= least_counted;

		sums->sum += values[i];
		sums->top = values[i] > sums->top ? values[i] : sums->top;
		sums->low = values[i] < sums->low ? values[i] : sums->low;
		sums->counted += counts;
		sums->below += counts && values[i] < sums->lo;
	}
	gather_between(values, n, g);
}

static void
gather(const struct board_pass *pass, struct gathered *g)
{
	size_t block;

	g->scored = g->between.n = 0;
	g->sums = (struct board_sums){.top = -INFINITY,
				      .low = INFINITY,
				      .least = least_counted,
				      .lo = g->sums.lo};
	for (block = 0; block < board_n_blocks(pass->board); block++) {
		uint64_t words[BOARD_BLOCK_WORDS];
		double values[BOARD_BLOCK];

		board_has_words(pass, block, words);
		board_values(pass, block, values);
		gather_block(values, words, g);
	}
}

/* Between the two middle ones of the counted; false: not in the bracket. */
static bool
middle(struct gathered *g, double *middle_out)
{
	uint64_t counted = g->sums.counted, below = g->sums.below;
	uint64_t first = (counted - 1) / 2, second = counted / 2;
	double *values = g->between.values;
	size_t n = g->between.n, k, i;
	double low, high;

	if (first < below || second >= below + n)
		return false;
	k = (size_t)(first - below);
	low = high = select_kth(values, n, k);
	/* All behind k are not less: the second is the least of them. */
	for (i = k + 1; second != first && i < n; i++)
		if (i == k + 1 || values[i] < high)
			high = values[i];
	*middle_out = low + (high - low) / 2;
	return true;
}

static double
median(const struct board_pass *pass, struct gathered *g)
{
	double value = 0;

	if (!g->sums.counted || middle(g, &value))
		return value;
	/* The sample was not like the rest: take all. */
	g->sums.lo = -INFINITY;
	g->hi = INFINITY;
	gather(pass, g);
	(void)middle(g, &value);
	return value;
}

static uint64_t
count_records(const struct scoreboard *board, uint8_t module)
{
	uint64_t n = 0;
	size_t i;

	if (!module)
		return board->n_there;
	for (i = 0; i < board->n_records; i++)
		n += board->modules[i] == module;
	return n;
}

void
board_statistics(struct scoreboard *board, uint32_t score_id,
		 const char *module, int64_t now, struct score_statistics *out)
{
	struct board_pass pass;
	struct gathered g = {0};

	memset(out, 0, sizeof(*out));
	if (!module)
		out->records = board->n_there;
	if (!board_pass_init(&pass, board, score_id, SCORE_SCORE, module, now))
		return;
	out->records = count_records(board, pass.module);
	make_bracket(&pass, &g);
	gather(&pass, &g);
	out->scored = g.scored;
	if (g.scored) {
		out->top = g.sums.top;
		out->lowest = g.sums.low;
		out->mean = g.sums.sum / (double)g.scored;
	}
	out->counted = g.sums.counted;
	out->median = median(&pass, &g);
	free(g.between.values);
}

void
scoreboard_statistics(struct scoreboard *board, uint32_t score_id,
		      const char *module, int64_t now,
		      struct score_statistics *out)
{
	pthread_rwlock_rdlock(&board->lock);
	board_statistics(board, score_id, module, now, out);
	pthread_rwlock_unlock(&board->lock);
}

int64_t
board_percent_time(int64_t now)
{
	int64_t over = now % PERCENT_KEPT_MS;

	return now - (over < 0 ? over + PERCENT_KEPT_MS : over);
}

struct board_statistics
board_percent_base(struct scoreboard *board, uint32_t score_id, uint8_t module,
		   int64_t now)
{
	struct board_score *score = board_score(board, score_id);
	struct board_statistics *kept = &score->percent[module];
	struct board_statistics base;
	struct score_statistics s;

	now = board_percent_time(now);
	pthread_mutex_lock(&board->percent_lock);
	base = *kept;
	pthread_mutex_unlock(&board->percent_lock);
	if (base.valid && base.version == board->version && base.at == now)
		return base;
	board_statistics(board, score_id, board->module_names[module], now, &s);
	base = (struct board_statistics){true, board->version, now, s.top,
					 s.median};
	pthread_mutex_lock(&board->percent_lock);
	*kept = base;
	pthread_mutex_unlock(&board->percent_lock);
	return base;
}

/* Neighbours count in tables of their own: to add to a number just written
 * waits for it. So many bins at most; more of them seldom meet. */
enum { TABLES = 4, FEW_BINS = 256 };

static void
find_bins(const double *values, double lo, double per_unit, size_t n_bins,
	  int32_t *bins_out)
{
	double last = (double)(n_bins - 1);
	size_t i;

	for (i = 0; i < BOARD_BLOCK; i++) {
		double bin = (values[i] - lo) * per_unit;

		bin = bin > 0 ? bin : 0;
		bin = bin < last ? bin : last;
		bins_out[i] = (int32_t)bin;
	}
}

static void
count_few(const int32_t *bins, const uint8_t *has, size_t n_bins,
	  uint64_t *counts_out)
{
	uint32_t counts[TABLES][FEW_BINS] = {{0}};
	size_t i, j;

	for (i = 0; i < BOARD_BLOCK; i += TABLES) {
		counts[0][bins[i]] += has[i];
		counts[1][bins[i + 1]] += has[i + 1];
		counts[2][bins[i + 2]] += has[i + 2];
		counts[3][bins[i + 3]] += has[i + 3];
	}
	for (i = 0; i < n_bins; i++)
		for (j = 0; j < TABLES; j++)
			counts_out[i] += counts[j][i];
}

static void
histogram_block(const double *values, const uint8_t *has, double lo,
		double per_unit, size_t n_bins, uint64_t *counts_out)
{
	int32_t bins[BOARD_BLOCK];
	size_t i;

	find_bins(values, lo, per_unit, n_bins, bins);
	if (n_bins <= FEW_BINS)
		count_few(bins, has, n_bins, counts_out);
	for (i = 0; n_bins > FEW_BINS && i < BOARD_BLOCK; i++)
		counts_out[bins[i]] += has[i];
}

void
scoreboard_histogram(struct scoreboard *board, uint32_t score_id,
		     const char *module, int64_t now, double lo, double hi,
		     size_t n_bins, uint64_t *counts_out)
{
	struct board_pass pass;
	size_t block;

	memset(counts_out, 0, n_bins * sizeof(*counts_out));
	if (!n_bins || !(hi > lo))
		return;
	pthread_rwlock_rdlock(&board->lock);
	if (board_pass_init(&pass, board, score_id, SCORE_SCORE, module, now))
		for (block = 0; block < board_n_blocks(board); block++) {
			double values[BOARD_BLOCK];
			uint8_t has[BOARD_BLOCK];

			board_has(&pass, block, has);
			board_values(&pass, block, values);
			histogram_block(values, has, lo,
					(double)n_bins / (hi - lo), n_bins,
					counts_out);
		}
	pthread_rwlock_unlock(&board->lock);
}
