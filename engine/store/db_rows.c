/* db_rows.c - see db_rows.h. */
#include "store/db_rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/db_private.h"

enum {
	ROWS_HANDED = 2048, /* to the writer, which makes them meanwhile */
	ROWS_MOST = 65536,
	TEXT_BYTES_MOST = 16 << 20,
	ROWS_LEAST = 256
};

static void
set_init(struct db_rows_set *set)
{
	set->texts = pool_new();
}

static void
set_drop(struct db_rows_set *set)
{
	size_t i;

	for (i = 0; i < DB_SHAPES_MOST; i++)
		set->rows[i].n = 0;
	set->n = set->text_bytes = 0;
	pool_clear(set->texts);
}

static void
set_done(struct db_rows_set *set)
{
	size_t i;

	for (i = 0; i < DB_SHAPES_MOST; i++)
		free(set->rows[i].values);
	pool_free(set->texts);
}

void
db_gathered_init(struct db_gathered *gathered, struct db *db)
{
	gathered->db = db;
	set_init(&gathered->sets[0]);
	set_init(&gathered->sets[1]);
	gathered->filling = &gathered->sets[0];
	db_writer_init(&gathered->writer);
}

void
db_gathered_drop(struct db_gathered *gathered)
{
	db_writer_wait(gathered);
	set_drop(gathered->filling);
	gathered->failed = false;
}

void
db_gathered_done(struct db_gathered *gathered)
{
	set_done(&gathered->sets[0]);
	set_done(&gathered->sets[1]);
}

bool
db_gathered_has(const struct db_gathered *gathered, const char *table)
{
	size_t i;

	for (i = 0; i < gathered->n_shapes; i++)
		if (strcmp(gathered->sets[0].rows[i].shape->table, table) == 0)
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
		gathered->sets[0].rows[i].shape =
			gathered->sets[1].rows[i].shape = shapes[i];
	gathered->n_shapes = n_shapes;
}

bool
db_rows_careful(struct db *db)
{
	return db_gathered_of(db)->careful;
}

/* --- writing ------------------------------------------------------------ */

enum sg_status
db_rows_make(struct db_gathered *gathered, struct db_rows_set *set,
	     struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < gathered->n_shapes && status == SG_OK; i++) {
		gathered->writing = &set->rows[i];
		if (set->rows[i].n)
			status = db_run_plain(gathered->db,
					      set->rows[i].shape->insert, err);
	}
	gathered->writing = NULL;
	set_drop(set);
	return status;
}

enum sg_status
db_rows_failed(struct db_gathered *gathered, enum sg_status status,
	       const struct sg_err *why, struct sg_err *err)
{
	/* Which one it was is found when each is made at once. */
	if (status == SG_REFUSED) {
		gathered->careful = true;
		status = SG_BUSY;
	}
	gathered->failed = true;
	gathered->trouble = *why;
	gathered->trouble.status = status;
	if (err)
		*err = gathered->trouble;
	return status;
}

enum sg_status
db_rows_write(struct db *db, struct sg_err *err)
{
	struct db_gathered *gathered = db_gathered_of(db);
	struct sg_err why = {0};
	enum sg_status status;
	bool at_once;

	db_writer_wait(gathered);
	if (gathered->failed) {
		if (err)
			*err = gathered->trouble;
		return gathered->trouble.status;
	}
	if (!gathered->filling->n)
		return SG_OK;
	at_once = gathered->careful || !db_in_transaction(db);
	status = db_rows_make(gathered, gathered->filling, &why);
	if (status == SG_OK)
		return SG_OK;
	if (!at_once)
		return db_rows_failed(gathered, status, &why, err);
	if (err)
		*err = why;
	return status;
}

/* --- putting by --------------------------------------------------------- */

static struct db_rows *
rows_of(struct db_gathered *gathered, const struct db_rows_shape *shape)
{
	struct db_rows *rows = gathered->filling->rows;
	size_t i = 0;

	while (i < gathered->n_shapes && rows[i].shape != shape)
		i++;
	assert(i < gathered->n_shapes);
	return &rows[i];
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
copy_text(struct db_rows_set *set, struct db_value *value)
{
	size_t len = value->text ? strlen(value->text) : 0;

	if (!len) {
		value->text = "";
		return;
	}
	value->text = pool_memdup(set->texts, value->text, len);
	set->text_bytes += len;
}

/* Enough for the writer? While it is busy with others they may become more. */
static enum sg_status
hand_over(struct db_gathered *gathered, struct sg_err *err)
{
	struct db_rows_set *set = gathered->filling;

	if (set->n >= ROWS_MOST || set->text_bytes >= TEXT_BYTES_MOST)
		return db_rows_write(gathered->db, err);
	if (set->n % ROWS_HANDED == 0 && !gathered->failed &&
	    db_is_free(gathered->db) && db_writer_hand(gathered, set))
		gathered->filling = &gathered->sets[set == gathered->sets];
	return SG_OK;
}

enum sg_status
db_rows_add(struct db *db, const struct db_rows_shape *shape,
	    const struct db_value *values, struct sg_err *err)
{
	struct db_gathered *gathered = db_gathered_of(db);
	struct db_rows_set *set = gathered->filling;
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
			copy_text(set, &to[i]);
	set->n++;
	if (gathered->careful || !db_in_transaction(db))
		return db_rows_write(db, err);
	return hand_over(gathered, err);
}
