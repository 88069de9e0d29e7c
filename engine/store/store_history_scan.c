/* store_history_scan.c - see store_history_scan.h. */
#include "store/store_history_scan.h"

#include "store/store_sql.h"

enum sg_status
store_history_scan(struct store *store, uint32_t first, uint32_t last,
		   store_history_lean_fn *fn, void *arg, struct sg_err *err)
{
	struct store_history_lean row;
	struct db_statement *statement;
	enum sg_status status;

	/* +record_id: not by its index. */
	status = store_prepare(store,
			       "SELECT id, record_id, happened_at, kind,"
			       " verdict, name, message_id, props"
			       " FROM history WHERE settle_until IS NULL"
			       " AND generation IS NULL"
			       " AND +record_id >= ?"
			       " AND +record_id <= ? ORDER BY id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, first);
	db_bind_int(statement, 2, last);
	while ((status = db_step(statement, err)) == SG_OK) {
		row.id = db_column_int(statement, 0);
		row.record_id = (uint32_t)db_column_int(statement, 1);
		row.happened_at = db_column_int(statement, 2);
		row.kind = (enum signal_kind)db_column_int(statement, 3);
		row.verdict = (enum verdict)db_column_int(statement, 4);
		row.name = db_column_text(statement, 5);
		row.message_id = (uint64_t)db_column_int(statement, 6);
		row.props = db_column_text(statement, 7);
		status = fn(arg, &row, err);
		if (status != SG_OK)
			break;
	}
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}
