/* store_history_scan.c - see store_history_scan.h. */
#include "store/store_history_scan.h"

#include "store/store_sql.h"

#define SCAN                                                         \
	"SELECT id, record_id, happened_at, kind, verdict, name,"    \
	" message_id, props FROM history WHERE settle_until IS NULL" \
	" AND generation IS NULL"
/* +record_id: not by its index. */
#define RANGE " AND +record_id >= ? AND +record_id <= ?"
#define ORDER " ORDER BY id"

enum sg_status
store_history_scan(struct store *store, uint32_t first, uint32_t last,
		   store_history_lean_fn *fn, void *arg, struct sg_err *err)
{
	/* Who asks for nearly all looks at the ids faster than SQL does. */
	bool all = first <= 1 && last == UINT32_MAX;
	struct store_history_lean row;
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, all ? SCAN ORDER : SCAN RANGE ORDER,
			       &statement, err);
	if (status != SG_OK)
		return status;
	if (!all) {
		db_bind_int(statement, 1, first);
		db_bind_int(statement, 2, last);
	}
	while ((status = db_step(statement, err)) == SG_OK) {
		row.id = db_column_int(statement, 0);
		row.record_id = (uint32_t)db_column_int(statement, 1);
		if (row.record_id < first || row.record_id > last)
			continue;
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
