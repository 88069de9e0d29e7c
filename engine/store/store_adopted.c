/* store_adopted.c - see store_adopted.h. */
#include "store/store_adopted.h"

#include "store/store_sql.h"

enum sg_status
store_adopted_add(struct store *store, uint64_t record_key, uint32_t record_id,
		  size_t but, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO adopted (record_id, history_id)"
			       " SELECT ?, id FROM history WHERE record_id = 0"
			       " AND record_key = ? ORDER BY happened_at, id"
			       " LIMIT -1 OFFSET ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	store_bind_key(statement, 2, record_key);
	db_bind_int(statement, 3, (int64_t)but);
	return db_run(statement, err);
}

enum sg_status
store_adopted_first(struct store *store, size_t most,
		    struct store_adopted *rows_out, size_t *n_out,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	size_t n = 0;

	status = store_prepare(store,
			       "SELECT place, history_id, record_id"
			       " FROM adopted ORDER BY place LIMIT ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, (int64_t)most);
	while ((status = db_step(statement, err)) == SG_OK)
		rows_out[n++] = (struct store_adopted){
			db_column_int(statement, 0),
			db_column_int(statement, 1),
			(uint32_t)db_column_int(statement, 2)};
	db_reset(statement);
	if (status != SG_NONE)
		return status;
	*n_out = n;
	return SG_OK;
}

enum sg_status
store_adopted_remove_to(struct store *store, int64_t place, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, "DELETE FROM adopted WHERE place <= ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, place);
	return db_run(statement, err);
}
