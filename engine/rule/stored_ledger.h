/*
 * stored_ledger.h - the changes of a record's scores, as its ledger has them
 * today: what a refold took back was none, and what it corrected was another
 * one. For `score.changed` in conditions. Pure.
 */
#ifndef ENGINE_RULE_STORED_LEDGER_H
#define ENGINE_RULE_STORED_LEDGER_H

#include "base/pool.h"
#include "store/store_ledger.h"

struct stored_change {
	int64_t at, history_id;
	uint32_t score_id;
	double old, new; /* raw, before and after it */
};

/* In order of time, in `pool`; returns how many. */
size_t stored_ledger_changes(const struct store_ledger_rows *rows,
			     struct pool *pool,
			     struct stored_change **changes_out);

#endif
