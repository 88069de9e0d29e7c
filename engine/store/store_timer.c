/* store_timer.c - see store_timer.h. */
#include "store/store_timer.h"

#include "store/store_sql.h"

static void
read_timer(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_timer *timer = row;

	timer->record_id = (uint32_t)db_column_int(statement, 0);
	timer->kind = store_column(statement, 1, pool);
	timer->object = store_column(statement, 2, pool);
	timer->due_at = db_column_int(statement, 3);
}

static enum sg_status
run_set(struct store *store, const char *sql, const struct store_timer *timer,
	struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(store, sql, &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, timer->record_id);
	db_bind_text(statement, 2, timer->kind);
	db_bind_text(statement, 3, timer->object ? timer->object : "");
	db_bind_int(statement, 4, timer->due_at);
	return db_run(statement, err);
}

enum sg_status
store_timer_set(struct store *store, const struct store_timer *timer,
		struct sg_err *err)
{
	return run_set(
		store,
		"INSERT INTO timer (record_id, kind, object, due_at)"
		" VALUES (?, ?, ?, ?) ON CONFLICT (record_id, kind, object)"
		" DO UPDATE SET due_at = excluded.due_at",
		timer, err);
}

enum sg_status
store_timer_set_earlier(struct store *store, const struct store_timer *timer,
			struct sg_err *err)
{
	return run_set(
		store,
		"INSERT INTO timer (record_id, kind, object, due_at)"
		" VALUES (?, ?, ?, ?) ON CONFLICT (record_id, kind, object)"
		" DO UPDATE SET due_at = excluded.due_at"
		" WHERE excluded.due_at < timer.due_at",
		timer, err);
}

enum sg_status
store_timer_remove(struct store *store, uint32_t record_id, const char *kind,
		   const char *object, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM timer WHERE record_id = ?"
			       " AND kind = ? AND object = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_text(statement, 2, kind);
	db_bind_text(statement, 3, object);
	return db_run(statement, err);
}

enum sg_status
store_timers_due(struct store *store, int64_t now, size_t most,
		 struct pool *pool, struct store_timers *out,
		 struct sg_err *err)
{
	static const struct store_shape shape = {read_timer,
						 sizeof(struct store_timer)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT record_id, kind, object, due_at"
			       " FROM timer WHERE due_at <= ?"
			       " ORDER BY due_at, record_id LIMIT ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_int(statement, 2, (int64_t)most);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

enum sg_status
store_timer_next(struct store *store, int64_t *due_at_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store, "SELECT due_at FROM timer ORDER BY due_at LIMIT 1",
		&statement, err);
	if (status != SG_OK)
		return status;
	return store_number(statement, due_at_out, err);
}
