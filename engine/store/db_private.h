/* db_private.h - what the driver's files share; for db_*.c only. */
#ifndef ENGINE_STORE_DB_PRIVATE_H
#define ENGINE_STORE_DB_PRIVATE_H

#include "base/pool.h"
#include "store/db_rows.h"

enum { DB_SHAPES_MOST = 8 };

/* Those of one shape. */
struct db_rows {
	const struct db_rows_shape *shape;
	size_t n, cap;
	struct db_value *values; /* n rows of shape->n_columns */
};

struct db_gathered {
	size_t n_shapes;
	struct db_rows rows[DB_SHAPES_MOST];
	size_t n, text_bytes;
	struct pool *texts;
	const struct db_rows *writing; /* what `gathered` gives now */
	bool careful; /* each at once: one was refused among others */
	bool failed;  /* some are lost: only a rollback helps */
};

void db_gathered_init(struct db_gathered *gathered);
void db_gathered_done(struct db_gathered *gathered);
void db_gathered_drop(struct db_gathered *gathered); /* of a rollback */
/* May statements ask for what is put by for this table? */
bool db_gathered_has(const struct db_gathered *gathered, const char *table);

/* The connection's. */
struct db_gathered *db_gathered_of(struct db *db);

/* A consistent copy while others write, under a name that is not there. */
enum sg_status db_copy(struct db *db, const char *path,
		       struct sg_err *err) MUST_CHECK;

#endif
