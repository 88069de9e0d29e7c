/* store_version.c - see store_version.h. From the orders by record alone, so
 * that no entry is read (store_order.h). */
#include "store/store_version.h"

#include "store/store_sql.h"

static enum sg_status
newest(struct store *store, const char *sql, uint32_t record_id, int64_t *out,
       struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(store, sql, &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	return store_number(statement, out, err);
}

enum sg_status
store_record_version(struct store *store, uint32_t record_id,
		     struct store_record_version *out, struct sg_err *err)
{
	enum sg_status status =
		newest(store,
		       "SELECT coalesce(max(p.id), 0) FROM order_run r"
		       " CROSS JOIN history_by_record p ON p.run = r.run"
		       " WHERE p.record_id = ?",
		       record_id, &out->history, err);

	return status == SG_OK
		       ? newest(store,
				"SELECT coalesce(max(p.id), 0) FROM order_run r"
				" CROSS JOIN ledger_by_record p"
				" ON p.run = r.run WHERE p.record_id = ?",
				record_id, &out->ledger, err)
		       : status;
}
