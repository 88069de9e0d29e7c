/* store_suppression.c - see store_suppression.h. */
#include "store/store_suppression.h"

#include "store/store_sql.h"

#define COLUMNS                                              \
	"record_key, reason, evidence, source, created_at, " \
	"coalesce(expires_at, 0)"

static void
read_suppression(struct db_statement *statement, struct pool *pool, void *out)
{
	struct store_suppression *row = out;

	row->record_key = (uint64_t)db_column_int(statement, 0);
	row->reason = store_column(statement, 1, pool);
	row->evidence = store_column(statement, 2, pool);
	row->source = store_column(statement, 3, pool);
	row->created_at = db_column_int(statement, 4);
	row->expires_at = db_column_int(statement, 5);
	row->address = "";
}

enum sg_status
store_suppression_put(struct store *store, const struct store_suppression *row,
		      struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO suppression (record_key, reason, evidence,"
		" source, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (record_key) DO UPDATE SET"
		" reason = excluded.reason, evidence = excluded.evidence,"
		" source = excluded.source, created_at = excluded.created_at,"
		" expires_at = excluded.expires_at",
		&statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, row->record_key);
	db_bind_text(statement, 2, row->reason);
	db_bind_text(statement, 3, row->evidence ? row->evidence : "");
	db_bind_text(statement, 4, row->source ? row->source : "");
	db_bind_int(statement, 5, row->created_at);
	store_bind_or_null(statement, 6, row->expires_at);
	return db_run(statement, err);
}

enum sg_status
store_suppression_remove(struct store *store, uint64_t record_key,
			 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM suppression WHERE record_key = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, record_key);
	return store_run_one(store, statement, err);
}

enum sg_status
store_suppression_get(struct store *store, uint64_t record_key, int64_t now,
		      struct pool *pool, struct store_suppression *out,
		      struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM suppression"
			       " WHERE record_key = ?"
			       " AND (expires_at IS NULL OR expires_at > ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, record_key);
	db_bind_int(statement, 2, now);
	return store_one(statement, read_suppression, pool, out, err);
}

enum sg_status
store_suppression_select(struct store *store, int64_t now,
			 struct record_set *add_to, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		/* CROSS JOIN: the suppressed are few, begin with them. */
		"SELECT r.id FROM suppression s CROSS JOIN record r"
		" WHERE r.record_key = s.record_key"
		" AND (s.expires_at IS NULL OR s.expires_at > ?1)"
		" UNION SELECT a.record_id"
		" FROM suppression s CROSS JOIN record_alias a"
		" WHERE a.record_key = s.record_key"
		" AND (s.expires_at IS NULL OR s.expires_at > ?1)"
		" ORDER BY 1",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	return store_select(statement, add_to, err);
}

static void
read_with_address(struct db_statement *statement, struct pool *pool, void *out)
{
	struct store_suppression *row = out;

	read_suppression(statement, pool, out);
	row->address = store_column(statement, 6, pool);
}

enum sg_status
store_suppressions_recent(struct store *store,
			  const struct store_suppression_page *page,
			  struct pool *pool, struct store_suppressions *out,
			  struct sg_err *err)
{
	static const struct store_shape shape = {
		read_with_address, sizeof(struct store_suppression)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT s.record_key, s.reason, s.evidence, s.source,"
		" s.created_at, coalesce(s.expires_at, 0), coalesce(r.key, '')"
		" FROM suppression s"
		" LEFT JOIN record r ON r.record_key = s.record_key"
		" WHERE (s.expires_at IS NULL OR s.expires_at > ?1)"
		" AND (s.created_at < ?2"
		" OR (s.created_at = ?2 AND s.record_key > ?3))"
		" ORDER BY s.created_at DESC, s.record_key LIMIT ?4",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, page->now);
	db_bind_int(statement, 2,
		    page->has_place ? page->before_at : INT64_MAX);
	store_bind_key(statement, 3, page->after_key);
	db_bind_int(statement, 4, (int64_t)page->most);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}
