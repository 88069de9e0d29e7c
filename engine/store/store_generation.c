/* store_generation.c - see store_generation.h. */
#include "store/store_generation.h"

#include <stdio.h>

#include "store/store_sql.h"

enum { NUMBER_SIZE = 24 };

static void
read_generation(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_generation *generation = row;

	generation->id = (uint32_t)db_column_int(statement, 0);
	generation->ruleset = (uint32_t)db_column_int(statement, 1);
	generation->state = store_column(statement, 2, pool);
	generation->cancelled = db_column_int(statement, 3) != 0;
	generation->author = store_column(statement, 4, pool);
	generation->started_at = db_column_int(statement, 5);
	generation->finished_at = db_column_int(statement, 6);
	generation->built_to = (uint32_t)db_column_int(statement, 7);
	generation->removed_to = db_column_int(statement, 8);
}

enum sg_status
store_generation_create(struct store *store, uint32_t ruleset,
			const char *author, int64_t now, uint32_t *id_out,
			struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO generation (id, ruleset, state, author,"
		" started_at) VALUES (1 + (SELECT coalesce(max(id), 1)"
		" FROM generation), ?, 'building', ?, ?)",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, ruleset);
	db_bind_text(statement, 2, author);
	db_bind_int(statement, 3, now);
	status = db_run(statement, err);
	if (status == SG_OK)
		*id_out = (uint32_t)db_last_id(store_db(store));
	return status;
}

enum sg_status
store_generation_find(struct store *store, const char *state, struct pool *pool,
		      struct store_generation *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT id, ruleset, state, cancelled, author, started_at,"
		" coalesce(finished_at, 0), built_to, removed_to"
		" FROM generation WHERE state = ? ORDER BY id DESC LIMIT 1",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, state);
	return store_one(statement, read_generation, pool, out, err);
}

enum sg_status
store_generation_built_to(struct store *store, uint32_t id, uint32_t record_id,
			  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store, "UPDATE generation SET built_to = ? WHERE id = ?",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_int(statement, 2, id);
	return store_run_one(store, statement, err);
}

/* Those in force before, generation 1 also, which has no row yet. */
static enum sg_status
let_go(struct store *store, uint32_t before, int64_t now, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO generation (id, ruleset, state, author,"
		" started_at) VALUES (?, 0, 'leaving', '', ?)"
		" ON CONFLICT (id) DO UPDATE SET state = 'leaving'",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, before);
	db_bind_int(statement, 2, now);
	return db_run(statement, err);
}

enum sg_status
store_generation_switch(struct store *store, uint32_t id, int64_t now,
			struct sg_err *err)
{
	struct db_statement *statement;
	char number[NUMBER_SIZE];
	enum sg_status status;

	status = let_go(store, store_generation(store), now, err);
	if (status == SG_OK)
		status = store_prepare(
			store,
			"UPDATE generation SET state = 'in-force',"
			" finished_at = ? WHERE id = ?",
			&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_int(statement, 2, id);
	status = store_run_one(store, statement, err);
	snprintf(number, sizeof(number), "%u", id);
	if (status == SG_OK)
		status = store_meta_set(store, "generation", number, err);
	if (status == SG_OK)
		status = store_generation_dirty_clear(store, err);
	return status == SG_OK ? store_read_generation(store, err) : status;
}

enum sg_status
store_generation_cancel(struct store *store, uint32_t id, int64_t now,
			struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE generation SET state = 'leaving',"
			       " cancelled = 1, finished_at = ? WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_int(statement, 2, id);
	status = store_run_one(store, statement, err);
	return status == SG_OK ? store_generation_dirty_clear(store, err)
			       : status;
}

enum sg_status
store_generation_reread(struct store *store, struct sg_err *err)
{
	return store_read_generation(store, err);
}

/* --- removing ------------------------------------------------------------ */

static enum sg_status
set_removed(struct store *store, const struct store_generation *leaving,
	    int64_t removed_to, bool gone, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE generation SET removed_to = ?,"
			       " state = CASE WHEN ? THEN 'gone'"
			       " ELSE state END WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, removed_to);
	db_bind_int(statement, 2, gone);
	db_bind_int(statement, 3, leaving->id);
	return store_run_one(store, statement, err);
}

/* The id of the last of the next `most` rows; 0 = there are none. */
static enum sg_status
find_end(struct store *store, int64_t after, unsigned most, int64_t *end_out,
	 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT coalesce(max(id), 0) FROM (SELECT id"
			       " FROM ledger WHERE id > ? ORDER BY id LIMIT ?)"
			       " AS slice",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, after);
	db_bind_int(statement, 2, most);
	return store_number(statement, end_out, err);
}

enum sg_status
store_generation_remove(struct store *store,
			const struct store_generation *leaving, unsigned most,
			int64_t *removed_to_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t end = 0;

	status = find_end(store, leaving->removed_to, most, &end, err);
	if (status != SG_OK)
		return status;
	if (!end) {
		status = set_removed(store, leaving, leaving->removed_to, true,
				     err);
		return status == SG_OK ? SG_NONE : status;
	}
	status = store_prepare(store,
			       "DELETE FROM ledger WHERE id > ? AND id <= ?"
			       " AND generation = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, leaving->removed_to);
	db_bind_int(statement, 2, end);
	db_bind_int(statement, 3, leaving->id);
	status = db_run(statement, err);
	if (status == SG_OK)
		status = set_removed(store, leaving, end, false, err);
	if (status == SG_OK)
		*removed_to_out = end;
	return status;
}

enum sg_status
store_generation_remove_record(struct store *store, uint32_t id,
			       uint32_t record_id, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM ledger WHERE id IN (SELECT id FROM"
			       " ledger_of WHERE of_record = ?"
			       " AND generation = ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_int(statement, 2, id);
	return db_run(statement, err);
}

/* --- what changed meanwhile ---------------------------------------------- */

static enum sg_status
run_with(struct store *store, const char *sql, uint32_t record_id,
	 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(store, sql, &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	return db_run(statement, err);
}

enum sg_status
store_generation_dirty_add(struct store *store, uint32_t record_id,
			   struct sg_err *err)
{
	return run_with(store,
			"INSERT INTO generation_dirty (record_id) VALUES (?)"
			" ON CONFLICT (record_id) DO NOTHING",
			record_id, err);
}

enum sg_status
store_generation_dirty_remove(struct store *store, uint32_t record_id,
			      struct sg_err *err)
{
	return run_with(store,
			"DELETE FROM generation_dirty WHERE record_id = ?",
			record_id, err);
}

enum sg_status
store_generation_dirty_clear(struct store *store, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store, "DELETE FROM generation_dirty", &statement, err);

	return status == SG_OK ? db_run(statement, err) : status;
}

enum sg_status
store_generation_dirty_all(struct store *store, struct record_set *add_to,
			   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT record_id FROM generation_dirty"
			       " ORDER BY record_id",
			       &statement, err);
	return status == SG_OK ? store_select(statement, add_to, err) : status;
}
