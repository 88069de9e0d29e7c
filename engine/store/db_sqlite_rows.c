/* db_sqlite_rows.c - rows put by (db_rows.h) as a table of SQLite: what one
 * INSERT … SELECT makes all of them from. */
#include <string.h>

#include <sqlite3.h>

#include "store/db_sqlite.h"

struct gathered_table {
	sqlite3_vtab base;
	const struct db_gathered *from;
};

struct gathered_cursor {
	sqlite3_vtab_cursor base;
	const struct db_rows *rows;
	size_t at;
};

static int
gathered_connect(sqlite3 *handle, void *arg, int argc, const char *const *argv,
		 sqlite3_vtab **table_out, char **error)
{
	struct gathered_table *table = sqlite3_malloc(sizeof(*table));
	int code;

	if (!table)
		return SQLITE_NOMEM;
	memset(table, 0, sizeof(*table));
	table->from = arg;
	code = sqlite3_declare_vtab(
		handle,
		"CREATE TABLE x (c0, c1, c2, c3, c4, c5, c6, c7, c8, "
		"c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19)");
	if (code != SQLITE_OK) {
		sqlite3_free(table);
		return code;
	}
	*table_out = &table->base;
	return SQLITE_OK;
}

static int
gathered_disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

static int
gathered_plan(sqlite3_vtab *table, sqlite3_index_info *info)
{
	return SQLITE_OK; /* all of them, from the first to the last */
}

static int
gathered_open(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor_out)
{
	struct gathered_cursor *cursor = sqlite3_malloc(sizeof(*cursor));

	if (!cursor)
		return SQLITE_NOMEM;
	memset(cursor, 0, sizeof(*cursor));
	*cursor_out = &cursor->base;
	return SQLITE_OK;
}

static int
gathered_close(sqlite3_vtab_cursor *cursor)
{
	sqlite3_free(cursor);
	return SQLITE_OK;
}

static int
gathered_filter(sqlite3_vtab_cursor *base, int plan, const char *text, int argc,
		sqlite3_value **argv)
{
	struct gathered_cursor *cursor = (struct gathered_cursor *)base;

	cursor->rows = ((struct gathered_table *)base->pVtab)->from->writing;
	cursor->at = 0;
	return SQLITE_OK;
}

static int
gathered_next(sqlite3_vtab_cursor *base)
{
	((struct gathered_cursor *)base)->at++;
	return SQLITE_OK;
}

static int
gathered_eof(sqlite3_vtab_cursor *base)
{
	const struct gathered_cursor *cursor = (struct gathered_cursor *)base;

	return !cursor->rows || cursor->at >= cursor->rows->n;
}

static int
gathered_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int i)
{
	const struct gathered_cursor *cursor = (struct gathered_cursor *)base;
	const struct db_rows *rows = cursor->rows;
	const struct db_value *value =
		&rows->values[cursor->at * rows->shape->n_columns + (size_t)i];

	switch (value->kind) {
	case DB_INT:
		sqlite3_result_int64(context, value->integer);
		break;
	case DB_REAL:
		sqlite3_result_double(context, value->real);
		break;
	case DB_TEXT:
		sqlite3_result_text(context, value->text, -1, SQLITE_STATIC);
		break;
	case DB_NULL:
		break; /* as it is */
	}
	return SQLITE_OK;
}

static int
gathered_id(sqlite3_vtab_cursor *base, sqlite3_int64 *id_out)
{
	*id_out = (sqlite3_int64)((struct gathered_cursor *)base)->at;
	return SQLITE_OK;
}

static const sqlite3_module gathered_module = {
	.xConnect = gathered_connect,
	.xDisconnect = gathered_disconnect,
	.xBestIndex = gathered_plan,
	.xOpen = gathered_open,
	.xClose = gathered_close,
	.xFilter = gathered_filter,
	.xNext = gathered_next,
	.xEof = gathered_eof,
	.xColumn = gathered_column,
	.xRowid = gathered_id,
};

/* Of each table that a statement has to do with, when it is prepared. */
static int
note_table(void *arg, int action, const char *table, const char *column,
	   const char *schema, const char *by)
{
	struct db_gathered *gathered = arg;

	if ((action == SQLITE_READ || action == SQLITE_INSERT ||
	     action == SQLITE_UPDATE || action == SQLITE_DELETE) &&
	    table && db_gathered_has(gathered, table))
		gathered->looks = true;
	(void)column;
	(void)schema;
	(void)by;
	return SQLITE_OK;
}

int
db_sqlite_gather(sqlite3 *handle, struct db_gathered *gathered,
		 enum db_mode mode)
{
	int code = sqlite3_create_module(handle, "gathered", &gathered_module,
					 gathered);

	/* A reader's are refused, and at once. */
	gathered->careful = mode == DB_READ_ONLY;
	if (code == SQLITE_OK && mode == DB_READ_WRITE)
		code = sqlite3_set_authorizer(handle, note_table, gathered);
	return code;
}
