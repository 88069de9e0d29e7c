/* store_idempotency.c - see store_idempotency.h. */
#include "store/store_idempotency.h"

#include "store/store_sql.h"

enum { EXPIRE_AT_ONCE = 20 };

static enum sg_status
expire(struct store *store, int64_t now, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM idempotency WHERE id IN"
			       " (SELECT id FROM idempotency WHERE at < ?"
			       " ORDER BY at LIMIT ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now - STORE_IDEMPOTENCY_MS);
	db_bind_int(statement, 2, EXPIRE_AT_ONCE);
	return db_run(statement, err);
}

enum sg_status
store_idempotency_put(struct store *store, const struct store_idempotency *row,
		      struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = expire(store, row->at, err);

	if (status == SG_OK)
		status = store_prepare(store,
				       "INSERT OR REPLACE INTO idempotency"
				       " (id, body, at, status, answer)"
				       " VALUES (?, ?, ?, ?, ?)",
				       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, row->id);
	store_bind_key(statement, 2, row->body);
	db_bind_int(statement, 3, row->at);
	db_bind_int(statement, 4, row->status);
	db_bind_text(statement, 5, row->answer);
	return db_run(statement, err);
}

static void
read_row(struct db_statement *statement, struct pool *pool, void *out)
{
	struct store_idempotency *row = out;

	row->id = (uint64_t)db_column_int(statement, 0);
	row->body = (uint64_t)db_column_int(statement, 1);
	row->at = db_column_int(statement, 2);
	row->status = (int)db_column_int(statement, 3);
	row->answer = store_column(statement, 4, pool);
}

enum sg_status
store_idempotency_get(struct store *store, uint64_t id, int64_t now,
		      struct pool *pool, struct store_idempotency *out,
		      struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT id, body, at, status, answer"
			       " FROM idempotency WHERE id = ? AND at >= ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, id);
	db_bind_int(statement, 2, now - STORE_IDEMPOTENCY_MS);
	return store_one(statement, read_row, pool, out, err);
}
