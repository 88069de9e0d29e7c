/*
 * ledger_fold.h - a score is the fold of its ledger: the state of one score
 * from all its entries, whenever they were written. Pure.
 *
 * Sums do not depend on order. Whether there is a score does: a correction
 * stands at the end of the ledger and belongs to the time of what it corrects.
 * Entries with the same cause, rule, class, side, rate and time are one thing,
 * and the last of them that says POINTS or TAKEN says whether it is there; a
 * score is there when such a thing is after the last erase mark.
 */
#ifndef ENGINE_APPLY_LEDGER_FOLD_H
#define ENGINE_APPLY_LEDGER_FOLD_H

#include "score/score_apply.h"
#include "store/store_ledger.h"

/*
 * State of `score_id` at `now` (at or after all entries) from a record's rows
 * in order of id. Rates not in `rates` are added. SG_REFUSED: a ninth one.
 */
enum sg_status ledger_fold(const struct store_ledger *rows, size_t n_rows,
			   uint32_t score_id, struct score_rates *rates,
			   int64_t now, struct score_state *state_out,
			   struct sg_err *err) MUST_CHECK;

/* As stored to as added: SG_REFUSED for a ninth rate. */
enum sg_status ledger_entry(const struct store_ledger *row,
			    struct score_rates *rates,
			    struct score_entry *entry_out,
			    struct sg_err *err) MUST_CHECK;

/* The raw score at the time of row `i`, from all rows up to and with it that
 * are at or before its time: what its balance must be. */
double ledger_balance(const struct store_ledger *rows, size_t i);

/* Are these two of the same cause, rule, score, class, side, rate, time?
 * <0, 0, >0; in order of time, then cause. */
int ledger_compare(const struct store_ledger *a, const struct store_ledger *b);

#endif
