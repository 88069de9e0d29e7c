/* store_audit.c - see store_audit.h. */
#include "store/store_audit.h"

#include "store/store_sql.h"

enum { EXPIRE_AT_ONCE = 2000 };

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
	row->origin = store_column(statement, 6, pool);
}

enum sg_status
store_audit_append(struct store *store, const struct store_audit *row,
		   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO audit (at, actor, action, object, "
			       "detail, origin) VALUES (?, ?, ?, ?, ?, ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, row->at);
	db_bind_text(statement, 2, row->actor);
	db_bind_text(statement, 3, row->action);
	db_bind_text(statement, 4, row->object ? row->object : "");
	db_bind_text(statement, 5, row->detail ? row->detail : "");
	db_bind_text(statement, 6, row->origin ? row->origin : "");
	return db_run(statement, err);
}

enum sg_status
store_audit_recent(struct store *store, const struct store_audit_filter *filter,
		   struct pool *pool, struct store_audits *out,
		   struct sg_err *err)
{
	static const struct store_shape shape = {read_audit,
						 sizeof(struct store_audit)};
	struct db_statement *statement;
	enum sg_status status;

	/* NULL: any. */
	status = store_prepare(
		store,
		"SELECT id, at, actor, action, object, detail, origin"
		" FROM audit WHERE id < ?1 AND at >= ?2 AND at < ?3"
		" AND (?4 IS NULL OR actor = ?4)"
		" AND (?5 IS NULL OR action = ?5"
		"  OR substr(action, 1, length(?5) + 1) = ?5 || '.')"
		" AND (?6 IS NULL OR object = ?6)"
		" AND (?7 IS NULL OR origin = ?7)"
		" ORDER BY id DESC LIMIT ?8",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1,
		    filter->before_id ? filter->before_id : INT64_MAX);
	db_bind_int(statement, 2, filter->since);
	db_bind_int(statement, 3, filter->until ? filter->until : INT64_MAX);
	db_bind_text(statement, 4, filter->actor);
	db_bind_text(statement, 5, filter->action);
	db_bind_text(statement, 6, filter->object);
	db_bind_text(statement, 7, filter->origin);
	db_bind_int(statement, 8, (int64_t)filter->most);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

/* Their ids are in the order of time, or nearly so. */
enum sg_status
store_audit_expire(struct store *store, int64_t before, bool *left_out,
		   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store,
			      "DELETE FROM audit WHERE at < ? AND id IN"
			      " (SELECT id FROM audit ORDER BY id LIMIT ?)",
			      &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, before);
	db_bind_int(statement, 2, EXPIRE_AT_ONCE);
	status = db_run(statement, err);
	if (status == SG_OK)
		*left_out = db_changes(store_db(store)) == EXPIRE_AT_ONCE;
	return status;
}
