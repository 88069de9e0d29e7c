/* store_link.c - see store_link.h. */
#include "store/store_link.h"

#include <string.h>

#include "store/store_generation.h"
#include "store/store_sql.h"

static void
read_link(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_link *link = row;

	link->relation = store_column(statement, 0, pool);
	link->record_id = (uint32_t)db_column_int(statement, 1);
	link->module = store_column(statement, 2, pool);
	link->key = store_column(statement, 3, pool);
	link->since = db_column_int(statement, 4);
}

static const struct store_shape link_shape = {read_link,
					      sizeof(struct store_link)};

enum sg_status
store_link_set(struct store *store, uint32_t record_id, const char *relation,
	       uint32_t to_id, int64_t since, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO link (record_id, relation, to_id, "
			       "since) SELECT ?, ?, r.id, ? FROM record r"
			       " WHERE r.id = ? AND r.deleted_at IS NULL"
			       " ON CONFLICT (record_id, relation, to_id)"
			       " DO UPDATE SET since = excluded.since",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_text(statement, 2, relation);
	db_bind_int(statement, 3, since);
	db_bind_int(statement, 4, to_id);
	return db_run(statement, err);
}

enum sg_status
store_link_remove(struct store *store, uint32_t record_id, const char *relation,
		  uint32_t to_id, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM link WHERE record_id = ?"
			       " AND relation = ? AND to_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_text(statement, 2, relation);
	db_bind_int(statement, 3, to_id);
	return db_run(statement, err);
}

enum sg_status
store_link_remove_all(struct store *store, uint32_t record_id,
		      struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, "DELETE FROM link WHERE record_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	return db_run(statement, err);
}

static enum sg_status
collect(struct store *store, const char *sql, uint32_t record_id, size_t most,
	struct pool *pool, struct store_links *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(store, sql, &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_int(statement, 2, (int64_t)most);
	return store_collect(statement, &link_shape, pool, &out->rows,
			     &out->n_rows, err);
}

enum sg_status
store_links_of(struct store *store, uint32_t record_id, size_t most,
	       struct pool *pool, struct store_links *out, struct sg_err *err)
{
	return collect(store,
		       "SELECT l.relation, r.id, r.module, r.key, l.since"
		       " FROM link l JOIN record r ON r.id = l.to_id"
		       " WHERE l.record_id = ? AND r.deleted_at IS NULL"
		       " ORDER BY l.relation, l.since, r.id LIMIT ?",
		       record_id, most, pool, out, err);
}

enum sg_status
store_links_to(struct store *store, uint32_t record_id, size_t most,
	       struct pool *pool, struct store_links *out, struct sg_err *err)
{
	return collect(store,
		       "SELECT l.relation, r.id, r.module, r.key, l.since"
		       " FROM link l JOIN record r ON r.id = l.record_id"
		       " WHERE l.to_id = ? AND r.deleted_at IS NULL"
		       " ORDER BY l.relation, l.since, r.id LIMIT ?",
		       record_id, most, pool, out, err);
}

/* --- points along links ------------------------------------------------- */

#define COLUMNS                                                         \
	"record_id, history_id, at, rule, to_id, generation, ruleset, " \
	"entry_id, points, stands, reversal"

static void
read_roll_up(struct db_statement *statement, struct pool *pool, void *out)
{
	struct store_roll_up *row = out;

	row->record_id = (uint32_t)db_column_int(statement, 0);
	row->history_id = db_column_int(statement, 1);
	row->at = db_column_int(statement, 2);
	row->rule = pool ? store_column(statement, 3, pool) : NULL;
	row->to_id = (uint32_t)db_column_int(statement, 4);
	row->generation = (uint32_t)db_column_int(statement, 5);
	row->ruleset = (uint32_t)db_column_int(statement, 6);
	row->entry_id = db_column_int(statement, 7);
	row->points = db_column_real(statement, 8);
	row->stands = db_column_int(statement, 9) != 0;
	row->reversal = db_column_int(statement, 10);
}

static const struct store_shape roll_up_shape = {read_roll_up,
						 sizeof(struct store_roll_up)};

static void
bind_key(struct db_statement *statement, const struct store_roll_up *row)
{
	db_bind_int(statement, 1, row->record_id);
	db_bind_int(statement, 2, row->history_id);
	db_bind_int(statement, 3, row->at);
	db_bind_text(statement, 4, row->rule);
	db_bind_int(statement, 5, row->to_id);
	db_bind_int(statement, 6, row->generation);
}

enum sg_status
store_roll_up_set(struct store *store, const struct store_roll_up *row,
		  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO roll_up (" COLUMNS ")"
			       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
			       " ON CONFLICT (record_id, history_id, at, rule,"
			       " to_id, generation) DO UPDATE SET"
			       " ruleset = excluded.ruleset,"
			       " entry_id = excluded.entry_id,"
			       " points = excluded.points,"
			       " stands = excluded.stands,"
			       " reversal = excluded.reversal",
			       &statement, err);
	if (status != SG_OK)
		return status;
	bind_key(statement, row);
	db_bind_int(statement, 7, row->ruleset);
	db_bind_int(statement, 8, row->entry_id);
	db_bind_real(statement, 9, row->points);
	db_bind_int(statement, 10, row->stands);
	db_bind_int(statement, 11, row->reversal);
	return db_run(statement, err);
}

enum sg_status
store_roll_up_get(struct store *store, const struct store_roll_up *like,
		  struct store_roll_up *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM roll_up"
			       " WHERE record_id = ? AND history_id = ?"
			       " AND at = ? AND rule = ? AND to_id = ?"
			       " AND generation = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	bind_key(statement, like);
	status = store_one(statement, read_roll_up, NULL, out, err);
	if (status == SG_OK)
		out->rule = like->rule;
	return status;
}

enum sg_status
store_roll_up_source(struct store *store, int64_t entry_id,
		     uint32_t *record_id_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t id;

	status = store_prepare(store,
			       "SELECT record_id FROM roll_up"
			       " WHERE entry_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, entry_id);
	status = store_number(statement, &id, err);
	if (status == SG_OK)
		*record_id_out = (uint32_t)id;
	return status;
}

enum sg_status
store_roll_ups_of(struct store *store, uint32_t generation, uint32_t record_id,
		  struct pool *pool, struct store_roll_ups *out,
		  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM roll_up"
			       " WHERE record_id = ? AND generation = ?"
			       " ORDER BY history_id, at, rule, to_id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_int(statement, 2, generation);
	return store_collect(statement, &roll_up_shape, pool, &out->rows,
			     &out->n_rows, err);
}

int
store_roll_up_compare(const struct store_roll_up *a,
		      const struct store_roll_up *b)
{
	int order;

	if (a->history_id != b->history_id)
		return a->history_id < b->history_id ? -1 : 1;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	order = strcmp(a->rule, b->rule);
	return order ? order : (a->to_id > b->to_id) - (a->to_id < b->to_id);
}

enum sg_status
store_roll_up_remove(struct store *store, const struct store_roll_up *row,
		     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, "DELETE FROM history WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, row->entry_id);
	status = db_run(statement, err);
	if (status == SG_OK)
		status = store_prepare(store,
				       "DELETE FROM roll_up WHERE record_id = ?"
				       " AND history_id = ? AND at = ?"
				       " AND rule = ? AND to_id = ?"
				       " AND generation = ?",
				       &statement, err);
	if (status != SG_OK)
		return status;
	bind_key(statement, row);
	return db_run(statement, err);
}

enum sg_status
store_roll_up_keep(struct store *store, uint32_t record_id, int64_t before,
		   struct sg_err *err)
{
	static const char *const statements[] = {
		"UPDATE history SET generation = NULL WHERE id IN"
		" (SELECT entry_id FROM roll_up WHERE record_id = ?1"
		" AND at < ?2 AND generation = " STORE_GENERATION_IN_FORCE ")",
		"DELETE FROM roll_up WHERE record_id = ?1 AND at < ?2"
		" AND generation = " STORE_GENERATION_IN_FORCE,
	};
	struct db_statement *statement;
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < 2 && status == SG_OK; i++) {
		status = store_prepare(store, statements[i], &statement, err);
		if (status != SG_OK)
			break;
		db_bind_int(statement, 1, record_id);
		db_bind_int(statement, 2, before);
		status = db_run(statement, err);
	}
	return status;
}

enum sg_status
store_roll_up_remove_all(struct store *store, uint32_t generation,
			 unsigned most, struct sg_err *err)
{
	static const char *const statements[] = {
		"DELETE FROM roll_up WHERE generation = ?1 AND entry_id IN"
		" (SELECT id FROM history WHERE generation = ?1 LIMIT ?2)",
		"DELETE FROM history WHERE id IN"
		" (SELECT id FROM history WHERE generation = ?1 LIMIT ?2)",
	};
	struct db_statement *statement;
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < 2 && status == SG_OK; i++) {
		status = store_prepare(store, statements[i], &statement, err);
		if (status != SG_OK)
			break;
		db_bind_int(statement, 1, generation);
		db_bind_int(statement, 2, most);
		status = db_run(statement, err);
	}
	if (status != SG_OK)
		return status;
	return db_changes(store_db(store)) ? SG_OK : SG_NONE;
}
