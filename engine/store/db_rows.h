/*
 * db_rows.h - rows put by, and made together. An INSERT costs more than its
 * row: a statement set up and taken down, a cursor opened on each index. So the
 * rows that a batch writes most of are gathered in memory, and made by one
 * statement each table: before the next statement that looks at one of these
 * tables is prepared (the driver knows which do), when there are many, and with
 * the commit. Whoever reads on this connection sees them; after a rollback they
 * never were. Outside a transaction each is made at once.
 */
#ifndef ENGINE_STORE_DB_ROWS_H
#define ENGINE_STORE_DB_ROWS_H

#include "store/db.h"

enum { DB_ROWS_COLUMNS = 20 };

/* A kind of row. `insert` takes what is put by from a table of that name:
 * "INSERT OR FAIL INTO table (…) SELECT c0, c1 … FROM gathered". */
struct db_rows_shape {
	const char *table;
	const char *insert;
	size_t n_columns; /* at most DB_ROWS_COLUMNS */
};

enum db_value_kind { DB_NULL, DB_INT, DB_REAL, DB_TEXT };

struct db_value {
	enum db_value_kind kind;
	union {
		int64_t integer;
		double real;
		const char *text; /* NULL is not stored as such: "" */
	};
};

static inline struct db_value
db_int(int64_t value)
{
	return (struct db_value){.kind = DB_INT, .integer = value};
}

static inline struct db_value
db_real(double value)
{
	return (struct db_value){.kind = DB_REAL, .real = value};
}

static inline struct db_value
db_text(const char *value)
{
	return (struct db_value){.kind = DB_TEXT, .text = value};
}

/* 0 is stored as NULL. */
static inline struct db_value
db_int_or_null(int64_t value)
{
	return (struct db_value){.kind = value ? DB_INT : DB_NULL,
				 .integer = value};
}

/* Which are gathered, before any statement is prepared that looks at them.
 * The shapes outlive the connection; their order is that of the writing. */
void db_gather(struct db *db, const struct db_rows_shape *const *shapes,
	       size_t n_shapes);

/* Copies the values. A row that is refused (SG_REFUSED) when it is made with
 * others cannot be told from them: the transaction fails with SG_BUSY, and up
 * to the next commit each row is made at once, so that whoever tries again
 * learns which one it is. */
enum sg_status db_rows_add(struct db *db, const struct db_rows_shape *shape,
			   const struct db_value *values,
			   struct sg_err *err) MUST_CHECK;

/* Is each made at once now? */
bool db_rows_careful(struct db *db);

/* Make all that are put by. */
enum sg_status db_rows_write(struct db *db, struct sg_err *err) MUST_CHECK;

#endif
