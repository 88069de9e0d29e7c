/*
 * db.h - the thin driver under the store: prepare, bind, step, transaction.
 * Two back ends are meant to stand behind it (db_sqlite.c now, PostgreSQL
 * later); all SQL is written once, in the files per aggregate. Statements are
 * cached by their text's address: pass string literals. One thread a
 * connection.
 */
#ifndef ENGINE_STORE_DB_H
#define ENGINE_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct db_statement;

enum db_mode { DB_READ_WRITE, DB_READ_ONLY };

enum sg_status db_open(const char *path, enum db_mode mode, struct db **db_out,
		       struct sg_err *err) MUST_CHECK;
void db_close(struct db *db);
const char *db_path(const struct db *db);

/* A cached statement, reset and unbound; another copy of it when one is being
 * stepped through. SG_FAILED: bad SQL, store away. */
enum sg_status db_prepare(struct db *db, const char *sql,
			  struct db_statement **statement_out,
			  struct sg_err *err) MUST_CHECK;
/* Parameters count from 1, columns from 0. Text and blobs are borrowed until
 * db_reset() (db_run() ends with one); NULL text binds NULL. */
void db_bind_int(struct db_statement *statement, int i, int64_t value);
void db_bind_real(struct db_statement *statement, int i, double value);
void db_bind_text(struct db_statement *statement, int i, const char *value);
void db_bind_blob(struct db_statement *statement, int i, const void *bytes,
		  size_t len);
void db_bind_null(struct db_statement *statement, int i);
/* SG_OK: a row is there. SG_NONE: done. SG_BUSY: locked, disk full, read-only
 * file: try later. SG_REFUSED: a constraint. SG_FAILED: anything else. */
enum sg_status db_step(struct db_statement *statement,
		       struct sg_err *err) MUST_CHECK;
/* Step a statement that gives no rows and reset it: SG_OK when done. */
enum sg_status db_run(struct db_statement *statement,
		      struct sg_err *err) MUST_CHECK;
void db_reset(struct db_statement *statement);
int64_t db_column_int(struct db_statement *statement, int i);
double db_column_real(struct db_statement *statement, int i);
/* Borrowed until the next step or reset. "" for NULL. */
const char *db_column_text(struct db_statement *statement, int i);
const void *db_column_blob(struct db_statement *statement, int i,
			   size_t *len_out);
bool db_column_is_null(struct db_statement *statement, int i);

/* DB_READ_ONLY: a snapshot; db_rollback() ends it. */
enum sg_status db_begin(struct db *db, struct sg_err *err) MUST_CHECK;
enum sg_status db_commit(struct db *db, struct sg_err *err) MUST_CHECK;
void db_rollback(struct db *db);
bool db_in_transaction(struct db *db);
/* Several statements, for migrations. */
enum sg_status db_script(struct db *db, const char *sql,
			 struct sg_err *err) MUST_CHECK;
int64_t db_changes(struct db *db); /* rows of the last statement */
/* Rows changed since it was opened, by triggers too. */
int64_t db_total_changes(struct db *db);
int64_t db_last_id(struct db *db);
/* From now on what is deleted is overwritten in the file, too; or no longer. */
void db_wipe_deleted(struct db *db, bool wipe);
/* Is there a table of that name? NULL: any at all. */
enum sg_status db_has_table(struct db *db, const char *name, bool *has_out,
			    struct sg_err *err) MUST_CHECK;
/* SG_FAILED with a sentence: the file is damaged. Reads all of it. */
enum sg_status db_check(struct db *db, struct sg_err *err) MUST_CHECK;
/* A consistent copy while others write (SQLite's backup API), synced, made
 * under another name first. SG_REFUSED: the path is there already. */
enum sg_status db_backup(struct db *db, const char *path,
			 struct sg_err *err) MUST_CHECK;

/* Test hook: the n-th following prepare, step, begin or commit fails with
 * SG_FAILED, without having been made; 0 = off. */
void db_fail_after(struct db *db, unsigned n_calls);

#endif
