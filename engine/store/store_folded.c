/* store_folded.c - see store_folded.h. */
#include "store/store_folded.h"

#include "store/store_sql.h"

enum sg_status
store_folded_add(struct store *store, const struct store_folded *folded,
		 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO folded_signal (record_id, name,"
			       " first_at, last_at, n, props)"
			       " VALUES (?, ?, ?, ?, ?, ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, folded->record_id);
	db_bind_text(statement, 2, folded->name);
	db_bind_int(statement, 3, folded->first_at);
	db_bind_int(statement, 4, folded->last_at);
	db_bind_int(statement, 5, (int64_t)folded->n);
	db_bind_text(statement, 6, folded->props);
	return db_run(statement, err);
}

enum sg_status
store_folded_remove(struct store *store, uint32_t record_id, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM folded_signal WHERE record_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	return db_run(statement, err);
}

static enum sg_status
each_of_row(struct db_statement *statement, const char *name,
	    store_history_fn *fn, void *arg, struct sg_err *err)
{
	struct store_history row = {
		.record_id = (uint32_t)db_column_int(statement, 0),
		.kind = SIGNAL_HAPPENED,
		.name = name,
		.happened_at = db_column_int(statement, 1),
		.received_at = db_column_int(statement, 1),
		.source = "",
		.actor = "",
		.because = "",
		.verdict_reason = "",
		.effective = true,
		.props = db_column_text(statement, 3)};
	int64_t n = db_column_int(statement, 2);
	enum sg_status status = SG_OK;

	while (status == SG_OK && n-- > 0)
		status = fn(arg, &row, err);
	return status;
}

#define EACH(of)                                                            \
	"SELECT record_id, at, n, props FROM ("                             \
	"SELECT record_id, last_at AS at, 1 AS n, props FROM folded_signal" \
	" WHERE name = ?1 AND last_at >= ?2" of " UNION ALL"                \
	" SELECT record_id, first_at, n - 1, props FROM folded_signal"      \
	" WHERE name = ?1 AND last_at >= ?2 AND n > 1" of ") AS known"      \
	" WHERE at >= ?2 AND at <= ?3 ORDER BY at DESC"

enum sg_status
store_folded_each(struct store *store, uint32_t record_id,
		  const struct store_history_span *span, store_history_fn *fn,
		  void *arg, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store, record_id ? EACH(" AND record_id = ?4") : EACH(""),
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, span->name);
	db_bind_int(statement, 2, span->since);
	db_bind_int(statement, 3, span->until);
	if (record_id)
		db_bind_int(statement, 4, record_id);
	while ((status = db_step(statement, err)) == SG_OK) {
		status = each_of_row(statement, span->name, fn, arg, err);
		if (status != SG_OK)
			break;
	}
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}
