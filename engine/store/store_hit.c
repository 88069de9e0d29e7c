/* store_hit.c - see store_hit.h. */
#include "store/store_hit.h"

#include "store/db.h"
#include "store/store_sql.h"

enum { EXPIRE_AT_ONCE = 5000, RECENT_MOST = 100000, ID_TIME_SHIFT = 20 };

enum sg_status
store_hit_add(struct store *store, const struct store_hit *hit,
	      struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store,
		"INSERT INTO hit (history_id, source, address, agent, verdict,"
		" reason) VALUES (?, ?, ?, ?, ?, ?)",
		&statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, hit->history_id);
	store_bind_key(statement, 2, hit->source);
	db_bind_text(statement, 3, hit->address);
	db_bind_text(statement, 4, hit->agent);
	db_bind_int(statement, 5, hit->verdict);
	db_bind_text(statement, 6, hit->reason);
	return db_run(statement, err);
}

static void
read_hit(struct db_statement *statement, struct pool *pool, void *out)
{
	struct store_hit *hit = out;

	hit->history_id = db_column_int(statement, 0);
	hit->source = (uint64_t)db_column_int(statement, 1);
	hit->address = store_column(statement, 2, pool);
	hit->agent = store_column(statement, 3, pool);
	hit->verdict = (enum verdict)db_column_int(statement, 4);
	hit->reason = store_column(statement, 5, pool);
}

enum sg_status
store_hit_get(struct store *store, int64_t history_id, struct pool *pool,
	      struct store_hit *out, struct sg_err *err)
{
	static const struct store_shape shape = {read_hit,
						 sizeof(struct store_hit)};
	struct db_statement *statement;
	struct store_hit *rows;
	size_t n;
	enum sg_status status = store_prepare(
		store,
		"SELECT history_id, source, address, agent, verdict, reason"
		" FROM hit WHERE history_id = ?",
		&statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, history_id);
	status = store_collect(statement, &shape, pool, &rows, &n, err);
	if (status == SG_OK && !n)
		return SG_NONE;
	if (status == SG_OK)
		*out = rows[0];
	return status;
}

enum sg_status
store_any_hits(struct store *store, int64_t since, int64_t until,
	       store_any_hit_fn *fn, void *arg, struct sg_err *err)
{
	struct db_statement *statement;
	struct store_any_hit hit;
	enum sg_status status = store_prepare(
		store,
		"SELECT h.happened_at, h.verdict, h.verdict_reason, h.props,"
		" coalesce(t.address, '') FROM history h"
		" LEFT JOIN hit t ON t.history_id = h.id"
		" WHERE h.name IN ('email.opened', 'email.clicked')"
		" AND h.happened_at >= ? AND h.happened_at < ?"
		" AND h.kind = 1",
		&statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, since);
	db_bind_int(statement, 2, until);
	while ((status = db_step(statement, err)) == SG_OK) {
		hit.happened_at = db_column_int(statement, 0);
		hit.verdict = (enum verdict)db_column_int(statement, 1);
		hit.reason = db_column_text(statement, 2);
		hit.props = db_column_text(statement, 3);
		hit.address = db_column_text(statement, 4);
		fn(arg, &hit);
	}
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}

/* Ids lead with the time of receipt. */
enum sg_status
store_recent_hits(struct store *store, int64_t since, store_recent_hit_fn *fn,
		  void *arg, struct sg_err *err)
{
	struct db_statement *statement;
	struct store_recent_hit hit;
	enum sg_status status = store_prepare(
		store,
		"SELECT t.history_id, t.source, h.happened_at, h.record_key,"
		" h.message_id, h.verdict, h.verdict_reason, r.key"
		" FROM hit t CROSS JOIN history h ON h.id = t.history_id"
		" CROSS JOIN record r ON r.id = h.record_id"
		" WHERE t.history_id >= ? AND t.source != 0"
		" ORDER BY t.history_id LIMIT ?",
		&statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, since << ID_TIME_SHIFT);
	db_bind_int(statement, 2, RECENT_MOST);
	while ((status = db_step(statement, err)) == SG_OK) {
		hit.history_id = db_column_int(statement, 0);
		hit.source = (uint64_t)db_column_int(statement, 1);
		hit.happened_at = db_column_int(statement, 2);
		hit.record_key = (uint64_t)db_column_int(statement, 3);
		hit.message_id = (uint64_t)db_column_int(statement, 4);
		hit.verdict = (enum verdict)db_column_int(statement, 5);
		hit.reason = db_column_text(statement, 6);
		hit.key = db_column_text(statement, 7);
		fn(arg, &hit);
	}
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
store_hits_expire(struct store *store, int64_t before, bool *left_out,
		  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store,
		"DELETE FROM hit WHERE history_id IN (SELECT history_id FROM"
		" hit WHERE history_id < ? ORDER BY history_id LIMIT ?)",
		&statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, before << ID_TIME_SHIFT);
	db_bind_int(statement, 2, EXPIRE_AT_ONCE);
	/* Nor is it to stand in what the file has free. */
	db_wipe_deleted(store_db(store), true);
	status = db_run(statement, err);
	db_wipe_deleted(store_db(store), false);
	if (status == SG_OK)
		*left_out = db_changes(store_db(store)) == EXPIRE_AT_ONCE;
	return status;
}
