/* store_bulk.c - see store_bulk.h. */
#include "store/store_bulk.h"

#include "store/store_sql.h"

#define SELECT                                                             \
	"SELECT id, expression, actions, actor, created_at, total, after," \
	" done, refused, coalesce(finished_at, 0), trouble FROM bulk"

static void
read_bulk(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_bulk *bulk = row;

	bulk->id = db_column_int(statement, 0);
	bulk->expression = store_column(statement, 1, pool);
	bulk->actions = store_column(statement, 2, pool);
	bulk->actor = store_column(statement, 3, pool);
	bulk->created_at = db_column_int(statement, 4);
	bulk->total = (uint64_t)db_column_int(statement, 5);
	bulk->after = (uint32_t)db_column_int(statement, 6);
	bulk->done = (uint64_t)db_column_int(statement, 7);
	bulk->refused = (uint64_t)db_column_int(statement, 8);
	bulk->finished_at = db_column_int(statement, 9);
	bulk->trouble = store_column(statement, 10, pool);
}

enum sg_status
store_bulk_add(struct store *store, const struct store_bulk *bulk,
	       int64_t *id_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO bulk (expression, actions, actor,"
			       " created_at, total) VALUES (?, ?, ?, ?, ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, bulk->expression);
	db_bind_text(statement, 2, bulk->actions);
	db_bind_text(statement, 3, bulk->actor);
	db_bind_int(statement, 4, bulk->created_at);
	db_bind_int(statement, 5, (int64_t)bulk->total);
	status = db_run(statement, err);
	if (status == SG_OK)
		*id_out = db_last_id(store_db(store));
	return status;
}

enum sg_status
store_bulk_progress(struct store *store, const struct store_bulk *bulk,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE bulk SET after = ?, done = ?,"
			       " refused = ?, finished_at = ?, trouble = ?"
			       " WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, bulk->after);
	db_bind_int(statement, 2, (int64_t)bulk->done);
	db_bind_int(statement, 3, (int64_t)bulk->refused);
	store_bind_or_null(statement, 4, bulk->finished_at);
	db_bind_text(statement, 5, bulk->trouble);
	db_bind_int(statement, 6, bulk->id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_bulk_get(struct store *store, int64_t id, struct pool *pool,
	       struct store_bulk *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store, SELECT " WHERE id = ?", &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	return store_one(statement, read_bulk, pool, out, err);
}

enum sg_status
store_bulk_next(struct store *store, struct pool *pool, struct store_bulk *out,
		struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store,
			      SELECT " WHERE finished_at IS NULL ORDER BY id"
				     " LIMIT 1",
			      &statement, err);

	if (status != SG_OK)
		return status;
	return store_one(statement, read_bulk, pool, out, err);
}

enum sg_status
store_bulks_recent(struct store *store, int64_t before_id, size_t most,
		   struct pool *pool, struct store_bulks *out,
		   struct sg_err *err)
{
	static const struct store_shape shape = {read_bulk,
						 sizeof(struct store_bulk)};
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store, SELECT " WHERE id < ? ORDER BY id DESC LIMIT ?",
		&statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, before_id ? before_id : INT64_MAX);
	db_bind_int(statement, 2, (int64_t)most);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}
