/*
 * store_order.h - a record's entries in order, kept in runs.
 *
 * An index by record would be dirtied all over, a page an entry: with a million
 * records that is most of what a batch writes. So the order is a table of runs
 * (sql/002_second.sql): what is new goes into the newest one, small
 * enough that a whole batch shares its pages. When it is full another begins;
 * when enough are full they are moved into run 0 together, in order of record,
 * a slice with each commit, so that nothing ever waits for the whole. Like a
 * log-structured merge tree of two levels (O'Neil and others, 1996), but each
 * step is rows in a transaction: readers see one moment, nothing is lost.
 *
 * Whoever reads by record reads the views history_of and ledger_of: a search
 * in each run. The writing connection only.
 */
#ifndef ENGINE_STORE_STORE_ORDER_H
#define ENGINE_STORE_STORE_ORDER_H

#include "store/store.h"

struct store_order {
	int64_t run_rows;    /* the newest run is full after so many … */
	unsigned runs_most;  /* … and so many full ones are moved */
	int64_t newest;	     /* the newest run; 0 = to be asked */
	uint32_t fresh_from; /* records of this transaction; see run_for() */
	uint32_t top;	     /* the highest record an entry came for */
	int64_t n_rows;	     /* put into the newest run since it began */
	int64_t last;	     /* db_total_changes() at the last commit */
};

void store_order_init(struct store_order *order);

/* With the entry itself; of nobody's (record 0) there is none. */
enum sg_status store_order_add_history(struct store *store, uint32_t record_id,
				       int64_t happened_at, int64_t id,
				       struct sg_err *err) MUST_CHECK;
enum sg_status store_order_add_ledger(struct store *store, uint32_t record_id,
				      int64_t id,
				      struct sg_err *err) MUST_CHECK;

/* Before each commit: begins a run, moves a slice, or does nothing. */
enum sg_status store_order_keep(struct store *store,
				struct sg_err *err) MUST_CHECK;
/* After a rollback: what the file says. */
void store_order_reread(struct store *store);

/* The connection's. */
struct store_order *store_get_order(struct store *store);

#endif
