/* db_private.h - what the driver's files share; for db_*.c only. */
#ifndef ENGINE_STORE_DB_PRIVATE_H
#define ENGINE_STORE_DB_PRIVATE_H

#include <pthread.h>

#include "base/pool.h"
#include "store/db_rows.h"

enum { DB_SHAPES_MOST = 8 };

/* Those of one shape. */
struct db_rows {
	const struct db_rows_shape *shape;
	size_t n, cap;
	struct db_value *values; /* n rows of shape->n_columns */
};

/* Those of all shapes, that are made together. */
struct db_rows_set {
	struct db_rows rows[DB_SHAPES_MOST];
	size_t n, text_bytes;
	struct pool *texts;
};

/*
 * Makes one set while the connection's owner fills the other. The connection
 * is one thread's at a time: it is the writer's from handing a set over to
 * db_writer_wait(), which the owner calls before each use of it.
 */
struct db_writer {
	bool handed; /* the owner's: it may be the writer's */
	pthread_t thread;
	bool started, stop;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct db_rows_set *set; /* to be made; NULL: it waits */
	enum sg_status status;	 /* of those made since it was asked */
	struct sg_err err;
};

struct db_gathered {
	struct db *db;
	size_t n_shapes;
	struct db_rows_set sets[2], *filling;
	const struct db_rows *writing; /* what `gathered` gives now */
	bool looks;   /* the statement that is being prepared, at them */
	bool careful; /* each at once: one was refused among others */
	bool failed;  /* some are lost: only a rollback helps */
	struct sg_err trouble;
	struct db_writer writer;
};

void db_gathered_init(struct db_gathered *gathered, struct db *db);
void db_gathered_done(struct db_gathered *gathered);
void db_gathered_drop(struct db_gathered *gathered); /* of a rollback */
/* May statements ask for what is put by for this table? */
bool db_gathered_has(const struct db_gathered *gathered, const char *table);
/* By whose the connection is. */
enum sg_status db_rows_make(struct db_gathered *gathered,
			    struct db_rows_set *set,
			    struct sg_err *err) MUST_CHECK;
/* They could not be made; returns what the owner is told. */
enum sg_status db_rows_failed(struct db_gathered *gathered,
			      enum sg_status status, const struct sg_err *why,
			      struct sg_err *err);

/* db_writer.c. hand: false: it does something else, or there is no thread. */
void db_writer_init(struct db_writer *writer);
bool db_writer_hand(struct db_gathered *gathered, struct db_rows_set *set);
void db_writer_wait(struct db_gathered *gathered);
void db_writer_done(struct db_writer *writer);

/* The connection's. */
struct db_gathered *db_gathered_of(struct db *db);
/* A transaction is open, and the owner holds no statement. */
bool db_is_free(struct db *db);
/* Run one that gives no rows, whatever is put by. */
enum sg_status db_run_plain(struct db *db, const char *sql,
			    struct sg_err *err) MUST_CHECK;

/* A consistent copy while others write, under a name that is not there. */
enum sg_status db_copy(struct db *db, const char *path,
		       struct sg_err *err) MUST_CHECK;

#endif
