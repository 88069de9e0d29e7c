/* store_import.c - see store_import.h. */
#include "store/store_import.h"

#include "store/store_sql.h"

#define COLUMNS                                                        \
	"id, name, settings, author, digest, size, created_at,"        \
	" changed_at, coalesce(finished_at, 0), next_chunk, position," \
	" text_lines, lines, created, updated, bad_lines"

static void
read_import(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_import *import = row;

	import->id = db_column_int(statement, 0);
	import->name = store_column(statement, 1, pool);
	import->settings = store_column(statement, 2, pool);
	import->author = store_column(statement, 3, pool);
	import->digest = store_column(statement, 4, pool);
	import->size = db_column_int(statement, 5);
	import->created_at = db_column_int(statement, 6);
	import->changed_at = db_column_int(statement, 7);
	import->finished_at = db_column_int(statement, 8);
	import->next_chunk = db_column_int(statement, 9);
	import->offset = db_column_int(statement, 10);
	import->text_lines = db_column_int(statement, 11);
	import->lines = db_column_int(statement, 12);
	import->created = db_column_int(statement, 13);
	import->updated = db_column_int(statement, 14);
	import->bad_lines = db_column_int(statement, 15);
}

enum sg_status
store_import_add(struct store *store, const struct store_import *row,
		 int64_t *id_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO import (name, settings, author,"
			       " digest, size, created_at, changed_at)"
			       " VALUES (?, ?, ?, ?, ?, ?, ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, row->name);
	db_bind_text(statement, 2, row->settings);
	db_bind_text(statement, 3, row->author);
	db_bind_text(statement, 4, row->digest);
	db_bind_int(statement, 5, row->size);
	db_bind_int(statement, 6, row->created_at);
	db_bind_int(statement, 7, row->created_at);
	status = db_run(statement, err);
	if (status == SG_OK)
		*id_out = db_last_id(store_db(store));
	return status;
}

enum sg_status
store_import_get(struct store *store, int64_t id, struct pool *pool,
		 struct store_import *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM import WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	return store_one(statement, read_import, pool, out, err);
}

enum sg_status
store_import_put(struct store *store, const struct store_import *row,
		 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE import SET changed_at = ?,"
			       " finished_at = ?, next_chunk = ?, position = ?,"
			       " text_lines = ?, lines = ?, created = ?,"
			       " updated = ?, bad_lines = ? WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, row->changed_at);
	store_bind_or_null(statement, 2, row->finished_at);
	db_bind_int(statement, 3, row->next_chunk);
	db_bind_int(statement, 4, row->offset);
	db_bind_int(statement, 5, row->text_lines);
	db_bind_int(statement, 6, row->lines);
	db_bind_int(statement, 7, row->created);
	db_bind_int(statement, 8, row->updated);
	db_bind_int(statement, 9, row->bad_lines);
	db_bind_int(statement, 10, row->id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_imports_recent(struct store *store, int64_t before_id, size_t most,
		     struct pool *pool, struct store_imports *out,
		     struct sg_err *err)
{
	static const struct store_shape shape = {read_import,
						 sizeof(struct store_import)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM import WHERE id < ?"
			       " ORDER BY id DESC LIMIT ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, before_id ? before_id : INT64_MAX);
	db_bind_int(statement, 2, (int64_t)most);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

static enum sg_status
delete_errors(struct store *store, int64_t id, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM import_error WHERE import_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	return db_run(statement, err);
}

enum sg_status
store_import_delete(struct store *store, int64_t id, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = delete_errors(store, id, err);

	if (status == SG_OK)
		status = store_prepare(store, "DELETE FROM import WHERE id = ?",
				       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_imports_expire(struct store *store, int64_t before, struct sg_err *err)
{
	static const char *const deletions[] = {
		"DELETE FROM import_error WHERE import_id IN"
		" (SELECT id FROM import WHERE finished_at < ?)",
		"DELETE FROM import WHERE finished_at < ?"};
	struct db_statement *statement;
	enum sg_status status = SG_OK;

	for (size_t i = 0; i < 2 && status == SG_OK; i++) {
		status = store_prepare(store, deletions[i], &statement, err);
		if (status != SG_OK)
			break;
		db_bind_int(statement, 1, before);
		status = db_run(statement, err);
	}
	return status;
}

enum sg_status
store_import_error_add(struct store *store, int64_t id,
		       const struct store_import_error *row, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO import_error (import_id, line,"
			       " title, text) VALUES (?, ?, ?, ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	db_bind_int(statement, 2, row->line);
	db_bind_text(statement, 3, row->column);
	db_bind_text(statement, 4, row->text);
	return db_run(statement, err);
}

static void
read_error(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_import_error *error = row;

	error->line = db_column_int(statement, 0);
	error->column = store_column(statement, 1, pool);
	error->text = store_column(statement, 2, pool);
}

enum sg_status
store_import_errors_of(struct store *store, int64_t id, struct pool *pool,
		       struct store_import_errors *out, struct sg_err *err)
{
	static const struct store_shape shape = {
		read_error, sizeof(struct store_import_error)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT line, title, text FROM import_error"
			       " WHERE import_id = ? ORDER BY line",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}
