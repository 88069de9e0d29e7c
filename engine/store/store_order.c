/* store_order.c - see store_order.h. */
#include "store/store_order.h"

#include "store/store_rows.h"
#include "store/store_sql.h"

enum {
	/* A signal is an entry of the history, and most have one of the ledger:
	 * about 64,000 signals a run. Sixteen of them, not eight: moving writes
	 * most of the pages of a long run 0, however little is moved. */
	RUN_ROWS = 131072,
	RUNS_MOST = 16,
	SLICE_LEAST = 256 /* rows to move, however little was written */
};

struct runs {
	int64_t newest, n_full, n_moving;
};

void
store_order_init(struct store_order *order)
{
	*order = (struct store_order){.run_rows = RUN_ROWS,
				      .runs_most = RUNS_MOST};
}

static enum sg_status
read_runs(struct store *store, struct runs *runs_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT max(run), count(*) - 2, sum(moving)"
			       " FROM order_run",
			       &statement, err);
	if (status != SG_OK)
		return status;
	status = db_step(statement, err);
	if (status == SG_OK) {
		runs_out->newest = db_column_int(statement, 0);
		runs_out->n_full = db_column_int(statement, 1);
		runs_out->n_moving = db_column_int(statement, 2);
	}
	db_reset(statement);
	return status;
}

/* --- adding ------------------------------------------------------------- */

void
store_order_reread(struct store *store)
{
	store_get_order(store)->newest = 0;
}

static enum sg_status
read_top(struct store *store, uint32_t *top_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t top = 0;

	status = store_prepare(store, "SELECT coalesce(max(id), 0) FROM record",
			       &statement, err);
	if (status == SG_OK)
		status = store_number(statement, &top, err);
	if (status == SG_OK)
		*top_out = (uint32_t)top;
	return status;
}

/* The newest; but a record that was not there before this transaction has its
 * entries at the end of run 0, where all of them share a few pages. */
static enum sg_status
run_for(struct store *store, uint32_t record_id, int64_t *run_out,
	struct sg_err *err)
{
	struct store_order *order = store_get_order(store);
	struct runs runs = {0};
	enum sg_status status = SG_OK;

	if (!order->newest) {
		status = read_runs(store, &runs, err);
		if (status == SG_OK)
			status = read_top(store, &order->top, err);
		if (status != SG_OK)
			return status;
		order->newest = runs.newest;
		order->fresh_from = order->top + 1;
	}
	if (record_id > order->top)
		order->top = record_id;
	*run_out = record_id >= order->fresh_from ? 0 : order->newest;
	order->n_rows += *run_out != 0;
	return SG_OK;
}

const struct db_rows_shape store_history_order_rows = {
	.table = "history_by_record",
	.insert = "INSERT OR FAIL INTO history_by_record"
		  " SELECT c0, c1, c2, c3 FROM gathered",
	.n_columns = 4};
const struct db_rows_shape store_ledger_order_rows = {
	.table = "ledger_by_record",
	.insert = "INSERT OR FAIL INTO ledger_by_record"
		  " SELECT c0, c1, c2 FROM gathered",
	.n_columns = 3};

enum sg_status
store_order_add_history(struct store *store, uint32_t record_id,
			int64_t happened_at, int64_t id, struct sg_err *err)
{
	struct db_value row[] = {db_int(0), db_int(record_id),
				 db_int(happened_at), db_int(id)};
	enum sg_status status;

	if (!record_id)
		return SG_OK;
	status = run_for(store, record_id, &row[0].integer, err);
	if (status != SG_OK)
		return status;
	return db_rows_add(store_db(store), &store_history_order_rows, row,
			   err);
}

enum sg_status
store_order_add_ledger(struct store *store, uint32_t record_id, int64_t id,
		       struct sg_err *err)
{
	struct db_value row[] = {db_int(0), db_int(record_id), db_int(id)};
	enum sg_status status = run_for(store, record_id, &row[0].integer, err);

	if (status != SG_OK)
		return status;
	return db_rows_add(store_db(store), &store_ledger_order_rows, row, err);
}

/* --- keeping ------------------------------------------------------------ */

static enum sg_status
begin_run(struct store *store, int64_t run, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, "INSERT INTO order_run (run) VALUES (?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, run);
	return db_run(statement, err);
}

static enum sg_status
begin_moving(struct store *store, int64_t newest, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE order_run SET moving = 1"
			       " WHERE run > 0 AND run < ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, newest);
	return db_run(statement, err);
}

/* --- moving ------------------------------------------------------------- */

/* Up to which record a slice goes, if it has about `n_rows` rows of each run:
 * the oldest stands for all. Past every record when there are not so many. */
static enum sg_status
find_end(struct store *store, const char *sql, int64_t n_rows, int64_t *end_out,
	 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(store, sql, &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, n_rows);
	*end_out = INT64_MAX;
	status = store_number(statement, end_out, err);
	return status == SG_NONE ? SG_OK : status;
}

static enum sg_status
run_to(struct store *store, const char *sql, int64_t end, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(store, sql, &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, end);
	return db_run(statement, err);
}

#define OLDEST "(SELECT min(run) FROM order_run WHERE moving = 1)"
#define MOVING "(SELECT run FROM order_run WHERE moving = 1)"

static enum sg_status
move_slice(struct store *store, int64_t n_rows, int64_t *end_out,
	   struct sg_err *err)
{
	static const char *const statements[] = {
		"INSERT INTO history_by_record"
		" SELECT 0, record_id, happened_at, id FROM history_by_record"
		" WHERE run IN " MOVING " AND record_id < ?"
		" ORDER BY record_id, happened_at, id",
		"DELETE FROM history_by_record"
		" WHERE run IN " MOVING " AND record_id < ?",
		"INSERT INTO ledger_by_record"
		" SELECT 0, record_id, id FROM ledger_by_record"
		" WHERE run IN " MOVING " AND record_id < ?"
		" ORDER BY record_id, id",
		"DELETE FROM ledger_by_record"
		" WHERE run IN " MOVING " AND record_id < ?",
	};
	int64_t history_end = 0, ledger_end = 0, end;
	enum sg_status status;
	size_t i;

	/* OFFSET of at least 1, and `<`: each slice ends past where it began.
	 */
	status = find_end(store,
			  "SELECT record_id + 1 FROM history_by_record"
			  " WHERE run = " OLDEST
			  " ORDER BY record_id LIMIT 1 OFFSET ?",
			  n_rows, &history_end, err);
	if (status == SG_OK)
		status = find_end(store,
				  "SELECT record_id + 1 FROM ledger_by_record"
				  " WHERE run = " OLDEST
				  " ORDER BY record_id LIMIT 1 OFFSET ?",
				  n_rows, &ledger_end, err);
	end = history_end < ledger_end ? history_end : ledger_end;
	for (i = 0;
	     status == SG_OK && i < sizeof(statements) / sizeof(statements[0]);
	     i++)
		status = run_to(store, statements[i], end, err);
	*end_out = end;
	return status;
}

static enum sg_status
move(struct store *store, int64_t n_rows, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t end = 0;

	status = move_slice(store, n_rows, &end, err);
	if (status != SG_OK || end != INT64_MAX)
		return status;
	status = store_prepare(store, "DELETE FROM order_run WHERE moving = 1",
			       &statement, err);
	return status == SG_OK ? db_run(statement, err) : status;
}

enum sg_status
store_order_keep(struct store *store, struct sg_err *err)
{
	struct store_order *order = store_get_order(store);
	int64_t changes = db_total_changes(store_db(store));
	int64_t written = changes - order->last;
	struct runs runs = {0};
	enum sg_status status;

	if (!written)
		return SG_OK;
	status = read_runs(store, &runs, err);
	if (status == SG_OK && order->n_rows >= order->run_rows) {
		status = begin_run(store, runs.newest + 1, err);
		order->n_rows = 0;
		order->newest = ++runs.newest;
		runs.n_full++;
	}
	/* What comes is written once, what moves twice: move faster. */
	if (status == SG_OK && runs.n_moving)
		status = move(store,
			      (written + SLICE_LEAST) / (int64_t)runs.n_moving,
			      err);
	else if (status == SG_OK && runs.n_full >= (int64_t)order->runs_most)
		status = begin_moving(store, runs.newest, err);
	order->fresh_from = order->top + 1;
	order->last = db_total_changes(store_db(store));
	return status;
}
