/*
 * score_apply.h - the only code that changes a score: an operation on the
 * state of one score becomes ledger entries, and a ledger entry becomes a
 * change of state (scoring §2 "The operations"). Pure.
 *
 * A state is the sum of its entries, each aged from its own time: entries may
 * be added in any order, which is what lets a correcting entry stand at the
 * end of the ledger. Only `scored` and `erased` depend on the order.
 */
#ifndef ENGINE_SCORE_SCORE_APPLY_H
#define ENGINE_SCORE_SCORE_APPLY_H

#include "score/score.h"

/* Stored in ledger.entry: never renumber. */
enum ledger_entry {
	LEDGER_POINTS = 1,   /* gives points, and so a score */
	LEDGER_CLOSING = 2,  /* takes a sum, or what a field rule paid, to 0 */
	LEDGER_ERASE = 3,    /* from here on as if never scored */
	LEDGER_TAKEN = 4,    /* correcting: that LEDGER_POINTS never was */
	LEDGER_ADJUSTED = 5, /* correcting: another amount */
};

struct score_entry {
	int64_t at;
	double delta;
	enum ledger_class class;
	int side;    /* 0 positive, 1 negative: the sum it belongs to */
	size_t rate; /* index; 0 for all but LEDGER_TOUCH */
	enum ledger_entry entry;
	double balance; /* raw score after it, at `at` */
};

/* The most entries one operation writes: both sides of each sum, and one. */
enum { SCORE_APPLY_MOST = 2 * (SCORE_RATES_MOST + 1) + 4 + 1 };

struct score_operation {
	enum ledger_class class;
	size_t rate;
	double points;
	int64_t at; /* at or after state->as_of */
};

/* Points of a class; their sign says which side. One entry. */
void score_apply_points(struct score_state *state,
			const struct score_rates *rates,
			const struct score_operation *operation,
			struct score_entry *entry_out);

/* Take `worth` (as of `at`) back from one sum; gives no score. One entry. */
struct score_sum {
	enum ledger_class class;
	int side;
	size_t rate;
	double worth;
};
void score_apply_close(struct score_state *state,
		       const struct score_rates *rates,
		       const struct score_sum *sum, int64_t at,
		       struct score_entry *entry_out);

/* The score is exactly `points` at `at`. Returns how many entries. */
size_t score_apply_set(struct score_state *state,
		       const struct score_rates *rates, double points,
		       int64_t at,
		       struct score_entry entries_out[SCORE_APPLY_MOST]);

/* No score at `at`. Returns how many entries; the last is LEDGER_ERASE. */
size_t score_apply_erase(struct score_state *state,
			 const struct score_rates *rates, int64_t at,
			 struct score_entry entries_out[SCORE_APPLY_MOST]);

/*
 * Add one entry of the ledger to a state. Entries that are late (entry->at <
 * state->as_of) count with what is left of them. `scored` and `erased` follow
 * the order of the calls: see score_ledger.h for a ledger with corrections.
 */
void score_apply_entry(struct score_state *state,
		       const struct score_rates *rates,
		       const struct score_entry *entry);

#endif
