/* store_definition.c - see store_definition.h. */
#include "store/store_definition.h"

#include "store/store_sql.h"

/* One table each, which differ by armed_id. */
#define EITHER(sql_before, sql_after)                                   \
	{                                                               \
		[STORE_AUTOMATION] = sql_before "automation" sql_after, \
		[STORE_SEQUENCE] = sql_before "sequence" sql_after      \
	}
#define COLUMNS                                                 \
	"id, name, version, place, source, author, created_at," \
	" coalesce(ended_at, 0), ended_by"
#define SELECT(condition_and_order)                                           \
	{                                                                     \
		[STORE_AUTOMATION] = "SELECT " COLUMNS ", armed_id"           \
				     " FROM automation " condition_and_order, \
		[STORE_SEQUENCE] = "SELECT " COLUMNS ", 0"                    \
				   " FROM sequence " condition_and_order      \
	}

static void
read_definition(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_definition *definition = row;

	definition->id = (uint32_t)db_column_int(statement, 0);
	definition->name = store_column(statement, 1, pool);
	definition->version = (uint32_t)db_column_int(statement, 2);
	definition->place = (uint32_t)db_column_int(statement, 3);
	definition->source = store_column(statement, 4, pool);
	definition->author = store_column(statement, 5, pool);
	definition->created_at = db_column_int(statement, 6);
	definition->ended_at = db_column_int(statement, 7);
	definition->ended_by = store_column(statement, 8, pool);
	definition->armed_id = (uint32_t)db_column_int(statement, 9);
}

static const struct store_shape shape = {read_definition,
					 sizeof(struct store_definition)};

static enum sg_status
arm_by_itself(struct store *store, uint32_t id, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store, "UPDATE automation SET armed_id = id WHERE id = ?",
		&statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	return store_run_one(store, statement, err);
}

#define ADD(table, more_columns, more_values)                          \
	"INSERT INTO " table " (name, version, place, source, author," \
	" created_at" more_columns ") VALUES (?1,"                     \
	" (SELECT coalesce(max(version), 0) + 1 FROM " table           \
	" WHERE name = ?1), ?2, ?3, ?4, ?5" more_values ")"

enum sg_status
store_definition_add(struct store *store, enum store_defined what,
		     const struct store_definition *definition,
		     uint32_t *id_out, struct sg_err *err)
{
	static const char *const sql[] = {
		[STORE_AUTOMATION] = ADD("automation", ", armed_id", ", ?6"),
		[STORE_SEQUENCE] = ADD("sequence", "", "")};
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store, sql[what], &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, definition->name);
	db_bind_int(statement, 2, definition->place);
	db_bind_text(statement, 3, definition->source);
	db_bind_text(statement, 4, definition->author);
	db_bind_int(statement, 5, definition->created_at);
	if (what == STORE_AUTOMATION)
		db_bind_int(statement, 6, definition->armed_id);
	status = db_run(statement, err);
	if (status != SG_OK)
		return status;
	*id_out = (uint32_t)db_last_id(store_db(store));
	return what == STORE_AUTOMATION && !definition->armed_id
		       ? arm_by_itself(store, *id_out, err)
		       : SG_OK;
}

enum sg_status
store_definition_end(struct store *store, enum store_defined what,
		     const struct store_definition *ended, struct sg_err *err)
{
	static const char *const sql[] =
		EITHER("UPDATE ", " SET ended_at = ?, ended_by = ?"
				  " WHERE id = ? AND ended_at IS NULL");
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store, sql[what], &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, ended->ended_at);
	db_bind_text(statement, 2, ended->ended_by);
	db_bind_int(statement, 3, ended->id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_definition_set_place(struct store *store, enum store_defined what,
			   uint32_t id, uint32_t place, struct sg_err *err)
{
	static const char *const sql[] =
		EITHER("UPDATE ", " SET place = ? WHERE id = ?");
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store, sql[what], &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, place);
	db_bind_int(statement, 2, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_definitions_in_force(struct store *store, enum store_defined what,
			   struct pool *pool, struct store_definitions *out,
			   struct sg_err *err)
{
	static const char *const sql[] =
		SELECT("WHERE ended_at IS NULL ORDER BY place, id");
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store, sql[what], &statement, err);

	if (status != SG_OK)
		return status;
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

enum sg_status
store_definition_versions(struct store *store,
			  const struct store_definition_name *of,
			  struct pool *pool, struct store_definitions *out,
			  struct sg_err *err)
{
	static const char *const sql[] =
		SELECT("WHERE name = ? ORDER BY id DESC");
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store, sql[of->what], &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, of->name);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}
