/* store_settle.c - see store_settle.h. */
#include "store/store_settle.h"

#include "store/store_sql.h"

enum { PARKED_AT_ONCE = 5000 };

static void
read_settling(struct db_statement *statement, struct pool *pool, void *out)
{
	struct store_settling *row = out;

	row->id = db_column_int(statement, 0);
	row->record_id = (uint32_t)db_column_int(statement, 1);
}

enum sg_status
store_settling_due(struct store *store, int64_t now, size_t most,
		   struct pool *pool, struct store_settlings *out,
		   struct sg_err *err)
{
	static const struct store_shape shape = {read_settling,
						 sizeof(struct store_settling)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT id, record_id FROM history"
			       " WHERE settle_until <= ?"
			       " ORDER BY settle_until, id LIMIT ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_int(statement, 2, (int64_t)most);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

enum sg_status
store_settling_next(struct store *store, int64_t *due_at_out,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT settle_until FROM history"
			       " WHERE settle_until IS NOT NULL"
			       " ORDER BY settle_until LIMIT 1",
			       &statement, err);
	return status == SG_OK ? store_number(statement, due_at_out, err)
			       : status;
}

enum sg_status
store_settled(struct store *store, int64_t id, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store, "UPDATE history SET settle_until = NULL WHERE id = ?",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_settle_again(struct store *store, int64_t id, int64_t settle_until,
		   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE history SET settle_until = ?,"
			       " effective = 0 WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, settle_until);
	db_bind_int(statement, 2, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_parked_expire(struct store *store, int64_t before, bool *left_out,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"DELETE FROM history WHERE id IN (SELECT id FROM history"
		" WHERE record_id = 0 AND received_at < ? AND kind = 1"
		" AND record_key NOT IN (SELECT record_key FROM unmatched)"
		" LIMIT ?)",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, before);
	db_bind_int(statement, 2, PARKED_AT_ONCE);
	status = db_run(statement, err);
	if (status == SG_OK)
		*left_out = db_changes(store_db(store)) == PARKED_AT_ONCE;
	return status;
}

/* Each by its own way: those of a record lie in its runs. */
static const char *
judge_sql(const struct store_judgement *judgement)
{
	if (judgement->history_id)
		return "UPDATE history SET verdict = ?, verdict_reason = ?"
		       " WHERE id = ?4 AND kind = 1 AND +record_id = ?3";
	if (!judgement->record_id)
		return "UPDATE history SET verdict = ?, verdict_reason = ?"
		       " WHERE record_id = 0 AND ?3 = 0 AND kind = 1"
		       " AND happened_at >= ?4 AND happened_at <= ?5"
		       " AND message_id = ?6 AND name = coalesce(?7, name)"
		       " AND record_key = ?8";
	return "UPDATE history SET verdict = ?, verdict_reason = ?"
	       " WHERE id IN (SELECT id FROM history_of WHERE of_record = ?3"
	       " AND of_at >= ?4 AND of_at <= ?5 AND kind = 1"
	       " AND message_id = ?6"
	       " AND coalesce(name, '') = coalesce(?7, name))";
}

enum sg_status
store_judge(struct store *store, const struct store_judgement *judgement,
	    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, judge_sql(judgement), &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, judgement->verdict);
	db_bind_text(statement, 2, judgement->reason);
	db_bind_int(statement, 3, judgement->record_id);
	if (judgement->history_id) {
		db_bind_int(statement, 4, judgement->history_id);
		return db_run(statement, err);
	}
	db_bind_int(statement, 4, judgement->since);
	db_bind_int(statement, 5, judgement->until);
	store_bind_key(statement, 6, judgement->message_id);
	if (*judgement->name)
		db_bind_text(statement, 7, judgement->name);
	else
		db_bind_null(statement, 7);
	if (!judgement->record_id)
		store_bind_key(statement, 8, judgement->record_key);
	return db_run(statement, err);
}
