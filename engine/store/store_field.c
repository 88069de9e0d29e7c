/* store_field.c - the fields and tags of store_record.h. */
#include "store/store_record.h"

#include "store/store_sql.h"

/* SELECT DISTINCT, in order, by one look-up a value instead of a walk over all
 * rows: there are few values. */
#define DISTINCT(column, table)                                             \
	"WITH RECURSIVE one (value) AS (SELECT min(" column ") FROM " table \
	" UNION ALL SELECT (SELECT min(" column ") FROM " table             \
	" WHERE " column                                                    \
	" > one.value) FROM one WHERE one.value IS NOT NULL) SELECT "       \
	"value FROM one WHERE value IS NOT NULL"

/* --- fields ------------------------------------------------------------- */

enum sg_status
store_field_set(struct store *store, uint32_t record_id, const char *name,
		const char *value, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	if (*value)
		status = store_prepare(store,
				       "INSERT INTO field (record_id, name, "
				       "value) VALUES (?, ?, ?) ON CONFLICT "
				       "(record_id, name) DO UPDATE SET value "
				       "= excluded.value",
				       &statement, err);
	else
		status = store_prepare(store,
				       "DELETE FROM field WHERE record_id = ?"
				       " AND name = ?",
				       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_text(statement, 2, name);
	if (*value)
		db_bind_text(statement, 3, value);
	return db_run(statement, err);
}

enum sg_status
store_field_get(struct store *store, uint32_t record_id, const char *name,
		struct pool *pool, const char **value_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT value FROM field WHERE record_id = ?"
			       " AND name = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_text(statement, 2, name);
	status = db_step(statement, err);
	if (status == SG_OK)
		*value_out = store_column(statement, 0, pool);
	db_reset(statement);
	return status;
}

static void
read_field(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_field *field = row;

	field->name = store_column(statement, 0, pool);
	field->value = store_column(statement, 1, pool);
}

static const struct store_shape field_shape = {read_field,
					       sizeof(struct store_field)};

enum sg_status
store_field_find(struct store *store, const char *module, const char *name,
		 const char *value, uint32_t *record_id_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t id;

	status = store_prepare(store,
			       "SELECT f.record_id FROM field f JOIN record r"
			       " ON r.id = f.record_id WHERE f.name = ?"
			       " AND f.value = ? AND r.module = ?"
			       " AND r.deleted_at IS NULL"
			       " ORDER BY f.record_id LIMIT 1",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	db_bind_text(statement, 2, value);
	db_bind_text(statement, 3, *module ? module : "contact");
	status = store_number(statement, &id, err);
	if (status == SG_OK)
		*record_id_out = (uint32_t)id;
	return status;
}

enum sg_status
store_fields_of(struct store *store, uint32_t record_id, struct pool *pool,
		struct store_fields *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT name, value FROM field"
			       " WHERE record_id = ? ORDER BY name",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	return store_collect(statement, &field_shape, pool, &out->rows,
			     &out->n_rows, err);
}

enum sg_status
store_field_each(struct store *store, const char *name, store_field_fn *fn,
		 void *arg, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT record_id, value FROM field"
			       " WHERE name = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	while ((status = db_step(statement, err)) == SG_OK) {
		status = fn(arg, (uint32_t)db_column_int(statement, 0),
			    db_column_text(statement, 1), err);
		if (status != SG_OK)
			break;
	}
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}

static void
read_name(struct db_statement *statement, struct pool *pool, void *row)
{
	const char **name = row;

	*name = store_column(statement, 0, pool);
}

static const struct store_shape name_shape = {read_name, sizeof(const char *)};

enum sg_status
store_field_names(struct store *store, struct pool *pool,
		  struct store_names *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, DISTINCT("name", "field"), &statement,
			       err);
	if (status != SG_OK)
		return status;
	return store_collect(statement, &name_shape, pool, &out->names,
			     &out->n_names, err);
}

/* --- tags --------------------------------------------------------------- */

enum sg_status
store_tag_add(struct store *store, uint32_t record_id, const char *tag,
	      struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO record_tag (record_id, tag)"
			       " VALUES (?, ?) ON CONFLICT DO NOTHING",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_text(statement, 2, tag);
	return db_run(statement, err);
}

enum sg_status
store_tag_remove(struct store *store, uint32_t record_id, const char *tag,
		 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM record_tag WHERE record_id = ?"
			       " AND tag = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_text(statement, 2, tag);
	return db_run(statement, err);
}

enum sg_status
store_tags_of(struct store *store, uint32_t record_id, struct pool *pool,
	      struct store_names *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT tag FROM record_tag WHERE record_id = ?"
			       " ORDER BY tag",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	return store_collect(statement, &name_shape, pool, &out->names,
			     &out->n_names, err);
}

enum sg_status
store_tag_has(struct store *store, uint32_t record_id, const char *tag,
	      bool *has_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t one;

	status = store_prepare(store,
			       "SELECT 1 FROM record_tag WHERE record_id = ?"
			       " AND tag = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_text(statement, 2, tag);
	status = store_number(statement, &one, err);
	if (status != SG_OK && status != SG_NONE)
		return status;
	*has_out = status == SG_OK;
	return SG_OK;
}

enum sg_status
store_tag_select(struct store *store, const char *tag,
		 struct record_set *add_to, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT record_id FROM record_tag WHERE tag = ?"
			       " ORDER BY record_id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, tag);
	return store_select(statement, add_to, err);
}

enum sg_status
store_tag_names(struct store *store, struct pool *pool, struct store_names *out,
		struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, DISTINCT("tag", "record_tag"), &statement,
			       err);
	if (status != SG_OK)
		return status;
	return store_collect(statement, &name_shape, pool, &out->names,
			     &out->n_names, err);
}
