/* store_sql.c - see store_sql.h. */
#include "store/store_sql.h"

#include <assert.h>
#include <string.h>

enum { SELECT_BATCH = 1024 };

enum sg_status
store_prepare(struct store *store, const char *sql,
	      struct db_statement **statement_out, struct sg_err *err)
{
	return db_prepare(store_db(store), sql, statement_out, err);
}

enum sg_status
store_one(struct db_statement *statement, store_read_fn *read,
	  struct pool *pool, void *row, struct sg_err *err)
{
	enum sg_status status = db_step(statement, err);

	if (status == SG_OK)
		read(statement, pool, row);
	db_reset(statement);
	return status;
}

/* `rows` with room for one more: it doubles at each power of two. */
static char *
grow(struct pool *pool, char *rows, size_t n_rows, size_t row_size)
{
	char *more;

	if (n_rows & (n_rows - 1))
		return rows;
	more = pool_alloc(pool, (n_rows ? 2 * n_rows : 1) * row_size);
	if (n_rows)
		memcpy(more, rows, n_rows * row_size);
	return more;
}

enum sg_status
store_collect(struct db_statement *statement, const struct store_shape *shape,
	      struct pool *pool, void *rows_out, size_t *n_rows_out,
	      struct sg_err *err)
{
	enum sg_status status;
	size_t n_rows = 0;
	char *rows = NULL;

	while ((status = db_step(statement, err)) == SG_OK) {
		rows = grow(pool, rows, n_rows, shape->row_size);
		shape->read(statement, pool, rows + n_rows * shape->row_size);
		n_rows++;
	}
	db_reset(statement);
	if (status != SG_NONE)
		return status;
	memcpy(rows_out, &rows, sizeof(rows));
	*n_rows_out = n_rows;
	return SG_OK;
}

enum sg_status
store_select(struct db_statement *statement, struct record_set *add_to,
	     struct sg_err *err)
{
	uint32_t ids[SELECT_BATCH];
	enum sg_status status;
	size_t n_ids = 0;

	while ((status = db_step(statement, err)) == SG_OK) {
		ids[n_ids++] = (uint32_t)db_column_int(statement, 0);
		if (n_ids == SELECT_BATCH) {
			record_set_add_many(add_to, ids, n_ids);
			n_ids = 0;
		}
	}
	db_reset(statement);
	if (status != SG_NONE)
		return status;
	if (n_ids)
		record_set_add_many(add_to, ids, n_ids);
	return SG_OK;
}

static void
read_number(struct db_statement *statement, struct pool *pool, void *row)
{
	(void)pool;
	*(int64_t *)row = db_column_int(statement, 0);
}

const struct store_shape store_numbers = {read_number, sizeof(int64_t)};

enum sg_status
store_number(struct db_statement *statement, int64_t *number_out,
	     struct sg_err *err)
{
	enum sg_status status = db_step(statement, err);

	if (status == SG_OK)
		*number_out = db_column_int(statement, 0);
	db_reset(statement);
	return status;
}

enum sg_status
store_run_one(struct store *store, struct db_statement *statement,
	      struct sg_err *err)
{
	enum sg_status status = db_run(statement, err);

	if (status != SG_OK)
		return status;
	return db_changes(store_db(store)) > 0 ? SG_OK : SG_NONE;
}

const char *
store_column(struct db_statement *statement, int i, struct pool *pool)
{
	const char *text = db_column_text(statement, i);

	return pool ? pool_strdup(pool, text) : text;
}

void
store_bind_or_null(struct db_statement *statement, int i, int64_t value)
{
	if (value)
		db_bind_int(statement, i, value);
	else
		db_bind_null(statement, i);
}

void
store_bind_key(struct db_statement *statement, int i, uint64_t key)
{
	db_bind_int(statement, i, (int64_t)key);
}
