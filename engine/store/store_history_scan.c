/* store_history_scan.c - see store_history_scan.h. */
#include "store/store_history_scan.h"

#include "store/db_scan.h"
#include "store/store_sql.h"

/* No index: it would ask for each row in another place. */
#define SCAN                                                           \
	"SELECT each_row(id, record_id, happened_at, kind, verdict,"   \
	" name, message_id, props) FROM history WHERE settle_until IS" \
	" NULL AND generation IS NULL"
/* +record_id: not by its index. */
#define RANGE " AND +record_id >= ? AND +record_id <= ?"

struct scan {
	store_history_lean_fn *fn;
	void *arg;
	uint32_t first, last;
};

static enum sg_status
hand_over(void *arg, const struct db_row *from, struct sg_err *err)
{
	const struct scan *scan = arg;
	struct store_history_lean row = {.id = db_row_int(from, 0),
					 .record_id =
						 (uint32_t)db_row_int(from, 1)};

	if (row.record_id < scan->first || row.record_id > scan->last)
		return SG_OK;
	row.happened_at = db_row_int(from, 2);
	row.kind = (enum signal_kind)db_row_int(from, 3);
	row.verdict = (enum verdict)db_row_int(from, 4);
	row.name = db_row_text(from, 5);
	row.message_id = (uint64_t)db_row_int(from, 6);
	row.props = db_row_text(from, 7);
	return scan->fn(scan->arg, &row, err);
}

enum sg_status
store_history_scan(struct store *store, uint32_t first, uint32_t last,
		   store_history_lean_fn *fn, void *arg, struct sg_err *err)
{
	/* Who asks for nearly all looks at the ids faster than SQL does. */
	bool all = first <= 1 && last == UINT32_MAX;
	struct scan scan = {fn, arg, first, last};
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store, all ? SCAN : SCAN RANGE, &statement, err);

	if (status != SG_OK)
		return status;
	if (!all) {
		db_bind_int(statement, 1, first);
		db_bind_int(statement, 2, last);
	}
	return db_scan(statement, hand_over, &scan, err);
}
