/*
 * store_retain.h - history older than the retention is folded away: what was
 * before a moment goes, and an opening stands for it (apply_retain.c).
 */
#ifndef ENGINE_STORE_STORE_RETAIN_H
#define ENGINE_STORE_STORE_RETAIN_H

#include <stdint.h>

#include "store/store.h"

/* How many entries of the record's history, openings not counted, are older. */
enum sg_status store_retain_count(struct store *store, uint32_t record_id,
				  int64_t before, uint64_t *n_out,
				  struct sg_err *err) MUST_CHECK;
/* What they were to broadcasts is kept as numbers, then history, ledger (of
 * the generation in force) and points sent along links go, as far as they are
 * older. */
enum sg_status store_retain_remove(struct store *store, uint32_t record_id,
				   int64_t before,
				   struct sg_err *err) MUST_CHECK;
enum sg_status store_retain_balance(struct store *store, int64_t ledger_id,
				    double balance,
				    struct sg_err *err) MUST_CHECK;

#endif
