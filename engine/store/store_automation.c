/* store_automation.c - see store_automation.h. */
#include "store/store_automation.h"

#include "store/store_sql.h"

/* --- armed states ------------------------------------------------------- */

static enum sg_status
armed_forget(struct store *store, uint32_t armed_id, uint32_t record_id,
	     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM armed WHERE armed_id = ?"
			       " AND record_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, armed_id);
	db_bind_int(statement, 2, record_id);
	return db_run(statement, err);
}

enum sg_status
store_armed_set(struct store *store, uint32_t armed_id, uint32_t record_id,
		enum store_armed_state state, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	if (state == ARMED_DEFAULT)
		return armed_forget(store, armed_id, record_id, err);
	status = store_prepare(store,
			       "INSERT INTO armed (armed_id, record_id, state)"
			       " VALUES (?, ?, ?) ON CONFLICT (armed_id,"
			       " record_id) DO UPDATE SET"
			       " state = excluded.state",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, armed_id);
	db_bind_int(statement, 2, record_id);
	db_bind_int(statement, 3, state);
	return db_run(statement, err);
}

enum sg_status
store_armed_select(struct store *store, uint32_t armed_id,
		   enum store_armed_state state, struct record_set *add_to,
		   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT record_id FROM armed WHERE armed_id = ?"
			       " AND state = ? ORDER BY record_id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, armed_id);
	db_bind_int(statement, 2, state);
	return store_select(statement, add_to, err);
}

enum sg_status
store_armed_clear(struct store *store, uint32_t armed_id, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, "DELETE FROM armed WHERE armed_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, armed_id);
	return db_run(statement, err);
}

/* --- firings ------------------------------------------------------------ */

enum sg_status
store_firing_append(struct store *store, const struct store_firing *firing,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO firing (id, automation_id,"
			       " record_id, history_id, cause, chain, trouble)"
			       " VALUES (?, ?, ?, ?, ?, ?, ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, firing->id);
	db_bind_int(statement, 2, firing->automation_id);
	db_bind_int(statement, 3, firing->record_id);
	db_bind_int(statement, 4, firing->history_id);
	db_bind_text(statement, 5, firing->cause);
	db_bind_text(statement, 6, firing->chain);
	db_bind_text(statement, 7, firing->trouble);
	return db_run(statement, err);
}

enum sg_status
store_firing_set_trouble(struct store *store, int64_t id, const char *trouble,
			 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE firing SET trouble = ? WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, trouble);
	db_bind_int(statement, 2, id);
	return store_run_one(store, statement, err);
}

static void
read_firing(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_firing *firing = row;

	firing->id = db_column_int(statement, 0);
	firing->automation_id = (uint32_t)db_column_int(statement, 1);
	firing->record_id = (uint32_t)db_column_int(statement, 2);
	firing->history_id = db_column_int(statement, 3);
	firing->cause = store_column(statement, 4, pool);
	firing->chain = store_column(statement, 5, pool);
	firing->trouble = store_column(statement, 6, pool);
	firing->name = store_column(statement, 7, pool);
	firing->version = (uint32_t)db_column_int(statement, 8);
	firing->key = store_column(statement, 9, pool);
}

#define FIRINGS                                                             \
	"SELECT f.id, f.automation_id, f.record_id, f.history_id, f.cause," \
	" f.chain, f.trouble, a.name, a.version, coalesce(r.key, '')"       \
	" FROM firing f JOIN automation a ON a.id = f.automation_id"        \
	" LEFT JOIN record r ON r.id = f.record_id"

enum sg_status
store_firings_recent(struct store *store, const struct store_firing_page *page,
		     struct pool *pool, struct store_firings *out,
		     struct sg_err *err)
{
	static const struct store_shape shape = {read_firing,
						 sizeof(struct store_firing)};
	struct db_statement *statement;
	enum sg_status status;

	if (page->record_id)
		status = store_prepare(store,
				       FIRINGS
				       " WHERE f.record_id = ?1 AND f.id < ?2"
				       " AND (?3 IS NULL OR a.name = ?3)"
				       " ORDER BY f.id DESC LIMIT ?4",
				       &statement, err);
	else if (page->automation)
		status = store_prepare(
			store,
			FIRINGS " WHERE ?1 = 0 AND f.automation_id IN (SELECT"
				" id FROM automation WHERE name = ?3)"
				" AND f.id < ?2 ORDER BY f.id DESC LIMIT ?4",
			&statement, err);
	else
		status = store_prepare(store,
				       FIRINGS
				       " WHERE ?1 = 0 AND f.id < ?2 AND ?3 IS"
				       " NULL ORDER BY f.id DESC LIMIT ?4",
				       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, page->record_id);
	db_bind_int(statement, 2, page->before ? page->before : INT64_MAX);
	db_bind_text(statement, 3, page->automation);
	db_bind_int(statement, 4, (int64_t)page->most);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

static void
read_sum(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_firing_sum *sum = row;

	sum->fired = (uint64_t)db_column_int(statement, 0);
	sum->troubled = (uint64_t)db_column_int(statement, 1);
	sum->last_at = store_id_time(db_column_int(statement, 2));
}

enum sg_status
store_firing_sum(struct store *store, const char *automation,
		 struct store_firing_sum *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT count(*), count(nullif(trouble, '')),"
			       " coalesce(max(id), 0) FROM firing"
			       " WHERE automation_id IN (SELECT id FROM"
			       " automation WHERE name = ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, automation);
	return store_one(statement, read_sum, NULL, out, err);
}
