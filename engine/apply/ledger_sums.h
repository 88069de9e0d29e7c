/*
 * ledger_sums.h - what the entries of a record's ledger come to at a moment,
 * in one pass: entries go in in order of their time, and each score and rate
 * has one sum that ages. One thread at a time.
 */
#ifndef ENGINE_APPLY_LEDGER_SUMS_H
#define ENGINE_APPLY_LEDGER_SUMS_H

#include "store/store_ledger.h"

struct ledger_sum {
	uint32_t score_id;
	double rate;  /* percent a day */
	double worth; /* as of `at` */
	int64_t at;
};

struct ledger_sums { /* begins as zeros */
	struct ledger_sum *items;
	size_t n, cap;
};
void ledger_sums_done(struct ledger_sums *sums);

/* Not before any that is in it. */
void ledger_sums_add(struct ledger_sums *sums, const struct store_ledger *row);
/* The raw score; `at` not before the last that went in. */
double ledger_sums_at(const struct ledger_sums *sums, uint32_t score_id,
		      int64_t at);

#endif
