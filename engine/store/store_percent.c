/* store_percent.c - see store_percent.h. */
#include "store/store_percent.h"

#include "store/store_sql.h"

enum sg_status
store_percent_add(struct store *store, const struct store_percent *percent,
		  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO percent_base"
			       " (score_id, module, at, top, median)"
			       " VALUES (?, ?, ?, ?, ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, percent->score_id);
	db_bind_text(statement, 2, percent->module);
	db_bind_int(statement, 3, percent->at);
	db_bind_real(statement, 4, percent->top);
	db_bind_real(statement, 5, percent->median);
	return db_run(statement, err);
}

enum sg_status
store_percent_each(struct store *store, store_percent_fn *fn, void *arg,
		   struct sg_err *err)
{
	struct db_statement *statement;
	struct store_percent percent;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT score_id, module, at, top, median"
			       " FROM percent_base ORDER BY at",
			       &statement, err);
	if (status != SG_OK)
		return status;
	while ((status = db_step(statement, err)) == SG_OK) {
		percent.score_id = (uint32_t)db_column_int(statement, 0);
		percent.module = store_column(statement, 1, NULL);
		percent.at = db_column_int(statement, 2);
		percent.top = db_column_real(statement, 3);
		percent.median = db_column_real(statement, 4);
		fn(arg, &percent);
	}
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}
