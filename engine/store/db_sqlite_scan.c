/* db_sqlite_scan.c - each_row(), an aggregate that keeps nothing; see
 * db_scan.h. */
#include "store/db_sqlite.h"

struct db_row {
	sqlite3_value **values;
};

int64_t
db_row_int(const struct db_row *row, int i)
{
	return sqlite3_value_int64(row->values[i]);
}

const char *
db_row_text(const struct db_row *row, int i)
{
	const unsigned char *text = sqlite3_value_text(row->values[i]);

	return text ? (const char *)text : "";
}

static void
hand_over(sqlite3_context *context, int n, sqlite3_value **values)
{
	struct db_scanning *scan =
		*(struct db_scanning **)sqlite3_user_data(context);
	struct db_row row = {values};

	(void)n;
	scan->status = scan->fn(scan->arg, &row, scan->err);
	if (scan->status != SG_OK)
		sqlite3_result_error(context, "ended", -1);
}

static void
give_nothing(sqlite3_context *context)
{
	(void)context;
}

int
db_sqlite_add_scan(sqlite3 *handle, struct db_scanning **under_way)
{
	return sqlite3_create_function_v2(
		handle, "each_row", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY,
		under_way, NULL, hand_over, give_nothing, NULL);
}

enum sg_status
db_scan(struct db_statement *statement, db_row_fn *fn, void *arg,
	struct sg_err *err)
{
	struct db *db = statement->db;
	struct db_scanning *outer = db->scanning;
	struct sg_err why = {0};
	struct db_scanning scan = {fn, arg, &why, SG_OK};
	enum sg_status status;

	db->scanning = &scan;
	status = db_step(statement, err); /* the row of the aggregate */
	db->scanning = outer;
	db_reset(statement);
	if (scan.status == SG_OK)
		return status;
	if (err)
		*err = why;
	return scan.status;
}
