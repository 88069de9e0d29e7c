/* db_rows.c - see db_rows.h. */
#include "store/db_rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/db_private.h"

enum { ROWS_MOST = 16384, TEXT_BYTES_MOST = 16 << 20, ROWS_LEAST = 256 };

void
db_gathered_init(struct db_gathered *gathered)
{
	memset(gathered, 0, sizeof(*gathered));
	gathered->texts = pool_new();
}

void
db_gathered_drop(struct db_gathered *gathered)
{
	size_t i;

	for (i = 0; i < gathered->n_shapes; i++)
		gathered->rows[i].n = 0;
	gathered->n = gathered->text_bytes = 0;
	gathered->failed = false;
	pool_clear(gathered->texts);
}

void
db_gathered_done(struct db_gathered *gathered)
{
	size_t i;

	for (i = 0; i < gathered->n_shapes; i++)
		free(gathered->rows[i].values);
	pool_free(gathered->texts);
}

bool
db_gathered_has(const struct db_gathered *gathered, const char *table)
{
	size_t i;

	for (i = 0; i < gathered->n_shapes; i++)
		if (strcmp(gathered->rows[i].shape->table, table) == 0)
			return true;
	return false;
}

void
db_gather(struct db *db, const struct db_rows_shape *const *shapes,
	  size_t n_shapes)
{
	struct db_gathered *gathered = db_gathered_of(db);
	size_t i;

	assert(n_shapes <= DB_SHAPES_MOST);
	for (i = 0; i < n_shapes; i++)
		gathered->rows[i].shape = shapes[i];
	gathered->n_shapes = n_shapes;
}

bool
db_rows_careful(struct db *db)
{
	return db_gathered_of(db)->careful;
}

/* --- writing ------------------------------------------------------------ */

static enum sg_status
write_rows(struct db *db, struct db_rows *rows, struct sg_err *err)
{
	struct db_gathered *gathered = db_gathered_of(db);
	struct db_statement *statement;
	enum sg_status status = SG_OK;

	if (!rows->n)
		return SG_OK;
	gathered->writing = rows;
	status = db_prepare(db, rows->shape->insert, &statement, err);
	if (status == SG_OK)
		status = db_run(statement, err);
	gathered->writing = NULL;
	return status;
}

enum sg_status
db_rows_write(struct db *db, struct sg_err *err)
{
	struct db_gathered *gathered = db_gathered_of(db);
	bool at_once = gathered->careful || !db_in_transaction(db);
	enum sg_status status = SG_OK;
	size_t i;

	/* Of the statements that write them, or nothing is there. */
	if (gathered->writing || (!gathered->n && !gathered->failed))
		return SG_OK;
	if (gathered->failed)
		return err_set(err, SG_FAILED,
			       "store %s: rows could not be written",
			       db_path(db));
	for (i = 0; i < gathered->n_shapes && status == SG_OK; i++)
		status = write_rows(db, &gathered->rows[i], err);
	db_gathered_drop(gathered);
	if (at_once || status == SG_OK)
		return status;
	gathered->failed = true;
	if (status != SG_REFUSED)
		return status;
	gathered->careful = true;
	err->status = SG_BUSY;
	return SG_BUSY;
}

/* --- putting by --------------------------------------------------------- */

static struct db_rows *
rows_of(struct db_gathered *gathered, const struct db_rows_shape *shape)
{
	size_t i = 0;

	while (i < gathered->n_shapes && gathered->rows[i].shape != shape)
		i++;
	assert(i < gathered->n_shapes);
	return &gathered->rows[i];
}

static enum sg_status
make_room(struct db_rows *rows, struct sg_err *err)
{
	size_t cap = rows->cap ? 2 * rows->cap : ROWS_LEAST;
	struct db_value *values;

	if (rows->n < rows->cap)
		return SG_OK;
	values = realloc(rows->values,
			 cap * rows->shape->n_columns * sizeof(*values));
	if (!values)
		return err_set(err, SG_FAILED, "out of memory");
	rows->values = values;
	rows->cap = cap;
	return SG_OK;
}

static void
copy_text(struct db_gathered *gathered, struct db_value *value)
{
	size_t len = value->text ? strlen(value->text) : 0;

	if (!len) {
		value->text = "";
		return;
	}
	value->text = pool_memdup(gathered->texts, value->text, len);
	gathered->text_bytes += len;
}

enum sg_status
db_rows_add(struct db *db, const struct db_rows_shape *shape,
	    const struct db_value *values, struct sg_err *err)
{
	struct db_gathered *gathered = db_gathered_of(db);
	struct db_rows *rows = rows_of(gathered, shape);
	enum sg_status status = make_room(rows, err);
	struct db_value *to;
	size_t i;

	if (status != SG_OK)
		return status;
	to = rows->values + rows->n++ * shape->n_columns;
	memcpy(to, values, shape->n_columns * sizeof(*to));
	for (i = 0; i < shape->n_columns; i++)
		if (to[i].kind == DB_TEXT)
			copy_text(gathered, &to[i]);
	gathered->n++;
	if (!gathered->careful && rows->n < ROWS_MOST &&
	    gathered->text_bytes < TEXT_BYTES_MOST && db_in_transaction(db))
		return SG_OK;
	return db_rows_write(db, err);
}
