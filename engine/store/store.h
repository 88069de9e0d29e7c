/*
 * store.h - one connection to the store: the applier's (writing) or a
 * reader's. One thread a connection. Rows by aggregate in store_record.h,
 * store_history.h, store_ledger.h, store_rule.h, store_list.h,
 * store_broadcast.h, …; each of their functions runs in the transaction that is
 * open, if one is.
 */
#ifndef ENGINE_STORE_STORE_H
#define ENGINE_STORE_STORE_H

#include "store/db.h"

struct store;

enum { STORE_SCHEMA = 4 };

/*
 * Writing: makes the file when absent, applies forward migrations, refuses a
 * newer schema. Reading: refuses a file without a schema.
 */
enum sg_status store_open(const char *path, enum db_mode mode,
			  struct store **store_out,
			  struct sg_err *err) MUST_CHECK;
void store_close(struct store *store);
struct db *store_db(struct store *store);

enum sg_status store_begin(struct store *store, struct sg_err *err) MUST_CHECK;
enum sg_status store_commit(struct store *store, struct sg_err *err) MUST_CHECK;
void store_rollback(struct store *store);
/* A reader that asks several things of one moment: one snapshot from here to
 * store_snapshot_end(). Do not hold it long: it keeps the WAL from shrinking.
 */
enum sg_status store_snapshot(struct store *store,
			      struct sg_err *err) MUST_CHECK;
void store_snapshot_end(struct store *store);

/*
 * The next id of history and ledger, one sequence for both: at << 20 |
 * counter, always higher than every one before it (also when the clock went
 * back). Of the writing connection only.
 */
int64_t store_new_id(struct store *store, int64_t at);
int64_t store_id_time(int64_t id); /* ms UTC */
int64_t store_id_from(int64_t at); /* the least that was made then */

/* The ledger's generation in force, as of this connection's last begin or
 * commit: what the writing one appends to. */
uint32_t store_generation(const struct store *store);
/* The schema that store_open() found and brought up to date; 0 = none. */
unsigned store_upgraded_from(const struct store *store);

/* SG_FAILED with a sentence: the file itself is damaged (quick_check). */
enum sg_status store_check(struct store *store, struct sg_err *err) MUST_CHECK;

enum sg_status
store_meta_get(struct store *store, const char *name, char *value, size_t size,
	       struct sg_err *err) MUST_CHECK; /* SG_NONE: not set */
enum sg_status store_meta_set(struct store *store, const char *name,
			      const char *value, struct sg_err *err) MUST_CHECK;

/* Reading connections for several threads: take one, give it back. */
struct store_readers;
enum sg_status store_readers_open(const char *path, size_t most,
				  struct store_readers **readers_out,
				  struct sg_err *err) MUST_CHECK;
void store_readers_close(struct store_readers *readers);
/* Waits for a free one. SG_FAILED: cannot be opened. */
enum sg_status store_readers_take(struct store_readers *readers,
				  struct store **store_out,
				  struct sg_err *err) MUST_CHECK;
void store_readers_give(struct store_readers *readers, struct store *store);

#endif
