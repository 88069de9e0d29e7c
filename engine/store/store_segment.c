/* store_segment.c - see store_segment.h. */
#include "store/store_segment.h"

#include "store/store_sql.h"

static void
read_segment(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_segment *segment = row;

	segment->name = store_column(statement, 0, pool);
	segment->expression = store_column(statement, 1, pool);
	segment->author = store_column(statement, 2, pool);
	segment->created_at = db_column_int(statement, 3);
}

enum sg_status
store_segment_put(struct store *store, const struct store_segment *segment,
		  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO segment (name, expression, author, created_at)"
		" VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
		" expression = excluded.expression, author = excluded.author,"
		" created_at = excluded.created_at",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, segment->name);
	db_bind_text(statement, 2, segment->expression);
	db_bind_text(statement, 3, segment->author);
	db_bind_int(statement, 4, segment->created_at);
	return db_run(statement, err);
}

enum sg_status
store_segment_get(struct store *store, const char *name, struct pool *pool,
		  struct store_segment *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT name, expression, author, created_at"
			       " FROM segment WHERE name = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	return store_one(statement, read_segment, pool, out, err);
}

enum sg_status
store_segment_delete(struct store *store, const char *name, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, "DELETE FROM segment WHERE name = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	return store_run_one(store, statement, err);
}

enum sg_status
store_segments_all(struct store *store, struct pool *pool,
		   struct store_segments *out, struct sg_err *err)
{
	static const struct store_shape shape = {read_segment,
						 sizeof(struct store_segment)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT name, expression, author, created_at"
			       " FROM segment ORDER BY name",
			       &statement, err);
	if (status != SG_OK)
		return status;
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}
