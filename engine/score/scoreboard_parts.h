/*
 * scoreboard_parts.h - the inside of the scoreboard, for scoreboard*.c only.
 *
 * Per score one column of doubles for each sum: field, manual, and touch by
 * rate, each positive and negative. Touch columns hold points scaled to the
 * board's one landmark L: S = T(t) / decay(t - L), so that T(now) = S *
 * decay(now - L) and a pass multiplies a whole column by one number. A column
 * is made when its first value other than 0 is written, and each block of
 * records notes which columns have such a value in it: sums that nobody has
 * cost neither memory nor time.
 */
#ifndef ENGINE_SCORE_SCOREBOARD_PARTS_H
#define ENGINE_SCORE_SCOREBOARD_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "score/scoreboard.h"

enum {
	BOARD_BLOCK = 1024, /* records; 8 KB of values stay in the L1 cache */
	BOARD_BLOCK_WORDS = BOARD_BLOCK / 64, /* a bit a record */
	BOARD_FIELD = SCORE_SUM_FIELD,	      /* a column a sum */
	BOARD_MANUAL = SCORE_SUM_MANUAL,
	BOARD_TOUCH = SCORE_SUM_TOUCH,
	BOARD_COLUMNS = SCORE_N_SUMS,
	BOARD_MODULES = 256
};

enum { BOARD_SCORED = 1, BOARD_ERASED = 2 };

struct board_statistics { /* of one score and module, kept for percent */
	bool valid;
	uint64_t version;
	int64_t at;
	double top, median;
};

struct board_score {
	struct score_settings settings;
	double *columns[BOARD_COLUMNS]; /* NULL: all 0 */
	uint32_t *present; /* by block: bit per column with a value in it */
	uint8_t *flags;	   /* by record */
	struct board_statistics percent[BOARD_MODULES]; /* [0] not used */
};

struct scoreboard {
	pthread_rwlock_t lock;
	pthread_mutex_t percent_lock; /* board_score.percent; taken inside */
	atomic_ullong n_swaps;	      /* stays with the board */
	struct score_rates rates;
	int64_t landmark;
	int64_t landmark_until; /* no need to look at it before */
	uint64_t version; /* of what is in it: one more each write_begin */
	size_t n_records; /* highest record id + 1 */
	size_t n_there;	  /* records that exist */
	size_t capacity;  /* records; a multiple of BOARD_BLOCK */
	uint8_t *modules; /* by record; 0 = there is no such record */
	size_t n_modules; /* [0] is no module */
	char *module_names[BOARD_MODULES];
	size_t n_scores;
	struct board_score *scores[SCORES_MOST];
};

/* What a pass needs to know, made once under the lock. */
struct board_pass {
	const struct scoreboard *board;
	const struct board_score *score;
	enum score_part part;
	int64_t now;
	uint8_t module; /* 0 = all */
	double factors[BOARD_COLUMNS];
	uint32_t columns; /* bits that belong to the part */
	const struct board_statistics *percent; /* by module; SCORE_PERCENT */
};

struct board_score *board_score(struct scoreboard *board, uint32_t score_id);
/* Its number, made when it is new. With the lock held for writing. */
uint8_t board_add_module(struct scoreboard *board, const char *module);
void board_make_room(struct scoreboard *board, uint32_t record_id);
/* 0: no record is of that module. */
uint8_t board_module(const struct scoreboard *board, const char *module);
/* false: no such score or module, nothing can match. */
bool board_pass_init(struct board_pass *pass, struct scoreboard *board,
		     uint32_t score_id, enum score_part part,
		     const char *module, int64_t now);
size_t board_n_blocks(const struct scoreboard *board);
/* The part's value of each record of a block; what is no record or has no
 * score gives a number that means nothing. */
void board_values(const struct board_pass *pass, size_t block,
		  double values_out[BOARD_BLOCK]);
/* 1 where there is a record with the score (of the module), else 0. */
void board_has(const struct board_pass *pass, size_t block,
	       uint8_t has_out[BOARD_BLOCK]);
/* The same as bits. */
void board_has_words(const struct board_pass *pass, size_t block,
		     uint64_t words_out[BOARD_BLOCK_WORDS]);
/* Only those whose value is within the bounds stay. */
struct board_bounds;
void board_filter(const struct board_pass *pass, size_t block,
		  const struct board_bounds *bounds,
		  uint64_t words[BOARD_BLOCK_WORDS]);

/* All these with the lock held for reading. */
bool board_get(const struct scoreboard *board, const struct board_score *score,
	       uint32_t record_id, int64_t now, struct score_state *state_out);
void board_statistics(struct scoreboard *board, uint32_t score_id,
		      const char *module, int64_t now,
		      struct score_statistics *out);
/*
 * Percent is as of the last whole second, scores, top and median alike: top
 * and median can then be kept that long, and whoever is the top has 100 % (a
 * score that faded for a moment more than they did would be less than both).
 */
int64_t board_percent_time(int64_t now);
/* From what is kept, or made anew. */
struct board_statistics board_percent_base(struct scoreboard *board,
					   uint32_t score_id, uint8_t module,
					   int64_t now);

/* Memory in huge pages, zeroed. NULL only for 0 bytes: out of memory ends the
 * process as in pool.h. */
void *board_map(size_t bytes);
void *board_remap(void *old, size_t old_bytes, size_t bytes);
void board_unmap(void *memory, size_t bytes);

#endif
