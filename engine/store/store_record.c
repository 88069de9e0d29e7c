/* store_record.c - see store_record.h: the records themselves. */
#include "store/store_record.h"

#include <string.h>

#include "store/store_rows.h"
#include "store/store_sql.h"

#define COLUMNS                                              \
	"r.id, coalesce(r.record_key, 0), r.module, r.key, " \
	"r.created_at, coalesce(r.deleted_at, 0)"

static void
read_record(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_record *record = row;

	record->id = (uint32_t)db_column_int(statement, 0);
	record->record_key = (uint64_t)db_column_int(statement, 1);
	record->module = store_column(statement, 2, pool);
	record->key = store_column(statement, 3, pool);
	record->created_at = db_column_int(statement, 4);
	record->deleted_at = db_column_int(statement, 5);
}

static const struct store_shape record_shape = {read_record,
						sizeof(struct store_record)};

enum sg_status
store_record_find(struct store *store, uint64_t record_key, struct pool *pool,
		  struct store_record *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM record r"
			       " WHERE r.record_key = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, record_key);
	status = store_one(statement, read_record, pool, out, err);
	if (status != SG_NONE)
		return status;
	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM record_alias a"
			       " JOIN record r ON r.id = a.record_id"
			       " WHERE a.record_key = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, record_key);
	return store_one(statement, read_record, pool, out, err);
}

enum sg_status
store_record_find_key(struct store *store, const char *module, const char *key,
		      struct pool *pool, struct store_record *out,
		      struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	if (!*key) /* "" stands for all whose key is not known */
		return SG_NONE;
	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM record r"
			       " WHERE r.module = ? AND r.key = ?"
			       " AND r.deleted_at IS NULL",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, *module ? module : "contact");
	db_bind_text(statement, 2, key);
	return store_one(statement, read_record, pool, out, err);
}

enum sg_status
store_record_get(struct store *store, uint32_t id, struct pool *pool,
		 struct store_record *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM record r"
			       " WHERE r.id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	return store_one(statement, read_record, pool, out, err);
}

const struct db_rows_shape store_record_rows = {
	.table = "record",
	.insert = "INSERT OR FAIL INTO record"
		  " (id, record_key, module, key, created_at)"
		  " SELECT c0, c1, c2, c3, c4 FROM gathered",
	.n_columns = 5};

static enum sg_status
next_id(struct store *store, int64_t *id_out, struct sg_err *err)
{
	int64_t *last = store_last_record(store);
	struct db_statement *statement;
	enum sg_status status = SG_OK;

	if (!*last || !db_in_transaction(store_db(store))) {
		status = store_prepare(
			store, "SELECT coalesce(max(id), 0) FROM record",
			&statement, err);
		if (status == SG_OK)
			status = store_number(statement, last, err);
	}
	if (status == SG_OK)
		*id_out = *last + 1;
	return status;
}

enum sg_status
store_record_create(struct store *store, uint64_t record_key,
		    const char *module, const char *key, int64_t now,
		    uint32_t *id_out, struct sg_err *err)
{
	struct db_value row[] = {db_int(0), db_int((int64_t)record_key),
				 db_text(*module ? module : "contact"),
				 db_text(key), db_int(now)};
	enum sg_status status = next_id(store, &row[0].integer, err);

	if (status == SG_OK)
		status = db_rows_add(store_db(store), &store_record_rows, row,
				     err);
	if (status != SG_OK)
		return status;
	*store_last_record(store) = row[0].integer;
	*id_out = (uint32_t)row[0].integer;
	return SG_OK;
}

enum sg_status
store_record_set_key(struct store *store, uint32_t id, const char *key,
		     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, "UPDATE record SET key = ? WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, key);
	db_bind_int(statement, 2, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_record_set_created(struct store *store, uint32_t id, int64_t created_at,
			 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE record SET created_at = ? WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, created_at);
	db_bind_int(statement, 2, id);
	return store_run_one(store, statement, err);
}

static enum sg_status
mark_deleted(struct store *store, uint32_t id, int64_t now, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE record SET deleted_at = ?, key = '', "
			       "record_key = NULL"
			       " WHERE id = ? AND deleted_at IS NULL",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_int(statement, 2, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_record_delete(struct store *store, uint32_t id, int64_t now,
		    struct sg_err *err)
{
	static const char *const derived[] = {
		"DELETE FROM field WHERE record_id = ?",
		"DELETE FROM record_tag WHERE record_id = ?",
		"DELETE FROM list_member WHERE record_id = ?",
		"DELETE FROM record_alias WHERE record_id = ?",
		"DELETE FROM link WHERE record_id = ?",
		"DELETE FROM link WHERE to_id = ?",
		"DELETE FROM score_state WHERE record_id = ?",
		"DELETE FROM timer WHERE record_id = ?",
	};
	struct db_statement *statement;
	enum sg_status status = mark_deleted(store, id, now, err);
	size_t i;

	for (i = 0; status == SG_OK && i < sizeof(derived) / sizeof(*derived);
	     i++) {
		status = store_prepare(store, derived[i], &statement, err);
		if (status != SG_OK)
			break;
		db_bind_int(statement, 1, id);
		status = db_run(statement, err);
	}
	return status;
}

enum sg_status
store_record_any_alias(struct store *store, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t one;

	status = store_prepare(store, "SELECT 1 FROM record_alias LIMIT 1",
			       &statement, err);
	return status == SG_OK ? store_number(statement, &one, err) : status;
}

enum sg_status
store_record_add_alias(struct store *store, uint64_t record_key, uint32_t id,
		       struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO record_alias (record_key, "
			       "record_id) VALUES (?, ?) ON CONFLICT "
			       "(record_key) DO UPDATE SET record_id = "
			       "excluded.record_id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, record_key);
	db_bind_int(statement, 2, id);
	return db_run(statement, err);
}

enum sg_status
store_record_rename(struct store *store, uint32_t id, uint64_t record_key,
		    const char *key, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO record_alias (record_key, "
			       "record_id) SELECT r.record_key, r.id FROM "
			       "record r WHERE r.id = ? ON CONFLICT "
			       "(record_key) DO UPDATE SET record_id = "
			       "excluded.record_id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	status = db_run(statement, err);
	/* Back to a key it once had. */
	if (status == SG_OK)
		status = store_prepare(
			store, "DELETE FROM record_alias WHERE record_key = ?",
			&statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, record_key);
	status = db_run(statement, err);
	if (status == SG_OK)
		status = store_prepare(store,
				       "UPDATE record SET record_key = ?, "
				       "key = ? WHERE id = ?",
				       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, record_key);
	db_bind_text(statement, 2, key);
	db_bind_int(statement, 3, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_record_keys(struct store *store, uint32_t id, store_record_key_fn *fn,
		  void *arg, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT record_key FROM record_alias"
			       " WHERE record_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	while ((status = db_step(statement, err)) == SG_OK)
		fn(arg, (uint64_t)db_column_int(statement, 0));
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
store_record_slice(struct store *store, uint32_t after, size_t most,
		   struct pool *pool, struct store_records *out,
		   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM record r WHERE r.id > ?"
			       " AND r.deleted_at IS NULL"
			       " ORDER BY r.id LIMIT ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, after);
	db_bind_int(statement, 2, (int64_t)most);
	return store_collect(statement, &record_shape, pool, &out->rows,
			     &out->n_rows, err);
}

enum sg_status
store_record_each(struct store *store, store_record_fn *fn, void *arg,
		  struct sg_err *err)
{
	struct db_statement *statement;
	struct store_record record;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM record r"
			       " WHERE r.deleted_at IS NULL ORDER BY r.id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	while ((status = db_step(statement, err)) == SG_OK) {
		read_record(statement, NULL, &record);
		status = fn(arg, &record, err);
		if (status != SG_OK)
			break;
	}
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
store_record_next_module(struct store *store, const char *after,
			 struct pool *pool, const char **module_out,
			 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store,
			      "SELECT module FROM record WHERE module > ?"
			      " ORDER BY module LIMIT 1",
			      &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, after);
	status = db_step(statement, err);
	if (status == SG_OK)
		*module_out = store_column(statement, 0, pool);
	db_reset(statement);
	return status;
}

/* By the index of keys alone. */
enum sg_status
store_record_in_module(struct store *store, const char *module, bool no_address,
		       struct record_set *add_to, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store,
		no_address ? "SELECT id FROM record WHERE module = ?"
			     " AND instr(key, '@') = 0 ORDER BY +id"
			   : "SELECT id FROM record WHERE module = ?"
			     " ORDER BY +id",
		&statement, err);

	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, module);
	return store_select(statement, add_to, err);
}

enum sg_status
store_record_count(struct store *store, uint64_t *count_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t count = 0;

	status = store_prepare(
		store, "SELECT count(*) FROM record WHERE deleted_at IS NULL",
		&statement, err);
	if (status == SG_OK)
		status = store_number(statement, &count, err);
	if (status == SG_OK)
		*count_out = (uint64_t)count;
	return status;
}

enum sg_status
store_record_last_id(struct store *store, uint32_t *id_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t id = 0;

	status = store_prepare(store, "SELECT coalesce(max(id), 0) FROM record",
			       &statement, err);
	if (status == SG_OK)
		status = store_number(statement, &id, err);
	if (status == SG_OK)
		*id_out = (uint32_t)id;
	return status;
}

enum sg_status
store_record_select(struct store *store, const char *module,
		    struct record_set *add_to, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	if (!module) {
		status = store_prepare(store,
				       "SELECT id FROM record WHERE deleted_at "
				       "IS NULL ORDER BY id",
				       &statement, err);
	} else {
		status = store_prepare(store,
				       "SELECT id FROM record WHERE deleted_at "
				       "IS NULL AND module = ? ORDER BY id",
				       &statement, err);
		if (status == SG_OK)
			db_bind_text(statement, 1, module);
	}
	if (status != SG_OK)
		return status;
	return store_select(statement, add_to, err);
}
