/*
 * store_sql.h - what the files per aggregate share: how rows become structs.
 * Inside engine/store only.
 */
#ifndef ENGINE_STORE_STORE_SQL_H
#define ENGINE_STORE_STORE_SQL_H

#include "base/pool.h"
#include "base/record_set.h"
#include "store/store.h"

enum sg_status store_prepare(struct store *store, const char *sql,
			     struct db_statement **statement_out,
			     struct sg_err *err) MUST_CHECK;

/* What store_generation() says from now on. */
enum sg_status store_read_generation(struct store *store,
				     struct sg_err *err) MUST_CHECK;

/* Fill *row from the statement's current row. pool NULL: strings borrowed. */
typedef void store_read_fn(struct db_statement *statement, struct pool *pool,
			   void *row);

/* The first row, or SG_NONE; then reset. */
enum sg_status store_one(struct db_statement *statement, store_read_fn *read,
			 struct pool *pool, void *row,
			 struct sg_err *err) MUST_CHECK;

/* All rows as an array in the pool; then reset. */
struct store_shape {
	store_read_fn *read;
	size_t row_size;
};
enum sg_status store_collect(struct db_statement *statement,
			     const struct store_shape *shape, struct pool *pool,
			     void *rows_out, size_t *n_rows_out,
			     struct sg_err *err) MUST_CHECK;

/* Rows that are column 0 alone, an int64_t. */
extern const struct store_shape store_numbers;

/* Column 0, ascending, into the set; then reset. */
enum sg_status store_select(struct db_statement *statement,
			    struct record_set *add_to,
			    struct sg_err *err) MUST_CHECK;

/* Column 0 of the only row; then reset. */
enum sg_status store_number(struct db_statement *statement, int64_t *number_out,
			    struct sg_err *err) MUST_CHECK;

/* Run, and SG_NONE when no row was touched. */
enum sg_status store_run_one(struct store *store,
			     struct db_statement *statement,
			     struct sg_err *err) MUST_CHECK;

const char *store_column(struct db_statement *statement, int i,
			 struct pool *pool);

/* Columns 0 to 5 of what somebody did with a mail, `h` the history and `c` the
 * record; 6 is the record's id. */
#define STORE_HIT_OF_MAIL                                      \
	"h.id, coalesce(c.key, ''), h.happened_at, h.verdict," \
	" h.verdict_reason, h.props"
/* A struct store_broadcast_hit of them, without its step. */
void store_read_hit_of_mail(struct db_statement *statement, struct pool *pool,
			    void *row);

/* 0 is stored as NULL. */
void store_bind_or_null(struct db_statement *statement, int i, int64_t value);
void store_bind_key(struct db_statement *statement, int i, uint64_t key);

#endif
