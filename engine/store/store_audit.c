/* store_audit.c - see store_audit.h. */
#include "store/store_audit.h"

#include "store/store_sql.h"

static void
read_audit(struct db_statement *statement, struct pool *pool, void *out)
{
	struct store_audit *row = out;

	row->id = db_column_int(statement, 0);
	row->at = db_column_int(statement, 1);
	row->actor = store_column(statement, 2, pool);
	row->action = store_column(statement, 3, pool);
	row->object = store_column(statement, 4, pool);
	row->detail = store_column(statement, 5, pool);
}

enum sg_status
store_audit_append(struct store *store, const struct store_audit *row,
		   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO audit (at, actor, action, object, "
			       "detail) VALUES (?, ?, ?, ?, ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, row->at);
	db_bind_text(statement, 2, row->actor);
	db_bind_text(statement, 3, row->action);
	db_bind_text(statement, 4, row->object ? row->object : "");
	db_bind_text(statement, 5, row->detail ? row->detail : "");
	return db_run(statement, err);
}

enum sg_status
store_audit_recent(struct store *store, int64_t before_id, size_t most,
		   struct pool *pool, struct store_audits *out,
		   struct sg_err *err)
{
	static const struct store_shape shape = {read_audit,
						 sizeof(struct store_audit)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT id, at, actor, action, object, detail"
			       " FROM audit WHERE id < ?"
			       " ORDER BY id DESC LIMIT ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, before_id ? before_id : INT64_MAX);
	db_bind_int(statement, 2, (int64_t)most);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}
