/*
 * store_rows.h - the tables that a batch writes most of: their rows are put by
 * and made together (db_rows.h). Inside engine/store only.
 */
#ifndef ENGINE_STORE_STORE_ROWS_H
#define ENGINE_STORE_STORE_ROWS_H

#include "base/buf.h"
#include "store/db_rows.h"
#include "store/store.h"

extern const struct db_rows_shape store_record_rows;
extern const struct db_rows_shape store_history_rows;
extern const struct db_rows_shape store_history_order_rows;
extern const struct db_rows_shape store_ledger_rows;
extern const struct db_rows_shape store_ledger_order_rows;

/* An empty buffer, the connection's: until the next who asks for it. */
struct buf *store_scratch(struct store *store);

/* The highest id there is, in the transaction under way; 0 = to be asked. */
int64_t *store_last_record(struct store *store);

#endif
