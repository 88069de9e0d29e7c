/*
 * scoreboard.h - every record's scores in memory: structure of arrays, one
 * fixed sum and one scaled value per rate against one global landmark, by
 * score, positive and negative apart. Linear passes answer filter, count,
 * histogram, top and median.
 *
 * One writer (the applier), any number of readers: a readers-writer lock
 * inside; the writer publishes a whole batch at once after its commit.
 */
#ifndef ENGINE_SCORE_SCOREBOARD_H
#define ENGINE_SCORE_SCOREBOARD_H

#include "base/record_set.h"
#include "score/score.h"

struct scoreboard;
struct scoreboard *scoreboard_new(int64_t now);
void scoreboard_free(struct scoreboard *board);

/* The scores that exist; more can be added while running. */
enum sg_status scoreboard_add_score(struct scoreboard *board,
				    const struct score_settings *settings,
				    struct sg_err *err) MUST_CHECK;
enum sg_status scoreboard_find_score(struct scoreboard *board, const char *name,
				     struct score_settings *settings_out);
size_t scoreboard_n_scores(struct scoreboard *board);
enum sg_status scoreboard_score_at(struct scoreboard *board, size_t i,
				   struct score_settings *settings_out);
void scoreboard_rates(struct scoreboard *board, struct score_rates *rates_out);
enum sg_status scoreboard_rate_index(struct scoreboard *board, double percent,
				     size_t *index_out,
				     struct sg_err *err) MUST_CHECK;

/* Writer. module_id: small number of the record's module, see below. */
void scoreboard_write_begin(struct scoreboard *board);
void scoreboard_set_record(struct scoreboard *board, uint32_t record_id,
			   const char *module);
void scoreboard_remove_record(struct scoreboard *board, uint32_t record_id);
void scoreboard_put(struct scoreboard *board, uint32_t record_id,
		    uint32_t score_id, const struct score_state *state);
void scoreboard_write_end(struct scoreboard *board);

/* Readers. */
bool scoreboard_get(struct scoreboard *board, uint32_t record_id,
		    uint32_t score_id, int64_t now,
		    struct score_state *state_out);
/* With SCORE_PERCENT set too. has_score false: nothing there. */
void scoreboard_summary(struct scoreboard *board, uint32_t record_id,
			uint32_t score_id, int64_t now,
			struct score_summary *summary_out);

/* lo <= part <= hi, each end open or closed; records that have the score. */
struct score_range {
	double lo, hi; /* -INFINITY, INFINITY = no bound */
	bool lo_open, hi_open;
};
void scoreboard_select(struct scoreboard *board, uint32_t score_id,
		       enum score_part part, const struct score_range *range,
		       int64_t now, struct record_set *add_to);
/* The same, of one module and of the score itself. */
struct score_of {
	uint32_t score_id;
	const char *module;
};
void scoreboard_select_of(struct scoreboard *board, const struct score_of *of,
			  const struct score_range *range, int64_t now,
			  struct record_set *add_to);
uint64_t scoreboard_count(struct scoreboard *board, uint32_t score_id,
			  const struct score_range *range, int64_t now);

struct score_row {
	uint32_t record_id;
	double value;
};
/* The n highest by `part`, highest first; module NULL = all. Returns how many
 * were written. Ties: lower record id first. */
size_t scoreboard_top(struct scoreboard *board, uint32_t score_id,
		      enum score_part part, const char *module, int64_t now,
		      size_t n, struct score_row *rows_out);

struct score_statistics {
	uint64_t records, scored, counted; /* counted: score >= 0.5 */
	double top, median, mean, lowest;
};
void scoreboard_statistics(struct scoreboard *board, uint32_t score_id,
			   const char *module, int64_t now,
			   struct score_statistics *out);
/* counts_out[n_bins] between lo and hi, first and last take what is outside. */
void scoreboard_histogram(struct scoreboard *board, uint32_t score_id,
			  const char *module, int64_t now, double lo, double hi,
			  size_t n_bins, uint64_t *counts_out);
double scoreboard_percent(struct scoreboard *board, uint32_t record_id,
			  uint32_t score_id, int64_t now);
/* Between write_begin and write_end of `board`: what is in the two changes
 * places. Their scores and rates are the same; `other` has no reader. */
void scoreboard_swap(struct scoreboard *board, struct scoreboard *other);
/* How often it was swapped. The same before and after several reads: they saw
 * one set of scores. */
uint64_t scoreboard_n_swaps(struct scoreboard *board);
size_t scoreboard_memory(struct scoreboard *board); /* bytes */
/* The highest id of a record there ever was; 0 = none. */
uint32_t scoreboard_last_record(struct scoreboard *board);

#endif
