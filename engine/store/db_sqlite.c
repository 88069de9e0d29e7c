/*
 * db_sqlite.c - the driver on SQLite; with db_sqlite_rows.c the only one that
 * knows sqlite3.h. The writer runs in WAL mode with synchronous=FULL: a
 * committed batch survives the machine. What costs is not SQL but 4 KB writes
 * of random leaves, so the WAL may grow to 50,000 pages before it is folded
 * back, and the page cache is a real one: 2.5-3 times.
 */
#include "base/thread.h"
#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store/db_sqlite.h"

enum {
	BUSY_MS = 5000,
	ERROR_TEXT_MOST = 256,
	GIVES_WAY_EVERY = 1000, /* SQLite's operations, about 0.1 ms */
};

static enum sg_status
status_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_INTERRUPT:
	case SQLITE_READONLY:
	case SQLITE_FULL:
		return SG_BUSY;
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
	case SQLITE_NOTADB:
		return SG_REFUSED;
	default:
		return SG_FAILED;
	}
}

/* What a person can do about it; NULL: SQLite's own words say it best. */
static const char *
advice(int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return "is locked by another program; try again";
	case SQLITE_READONLY:
		return "cannot be written: the file, its directory or its "
		       "file system is read-only";
	case SQLITE_FULL:
		return "cannot grow: the disk is full; make room";
	case SQLITE_NOTADB:
		return "is not a SQLite database";
	case SQLITE_CORRUPT:
		return "is damaged: restore a backup";
	default:
		return NULL;
	}
}

static enum sg_status
fail(const struct db *db, int code, struct sg_err *err)
{
	const char *text = advice(code);

	if (text)
		return err_set(err, status_of(code), "store %s %s", db->path,
			       text);
	return err_set(err, status_of(code), "store %s: %.*s (SQLite %d)",
		       db->path, ERROR_TEXT_MOST, sqlite3_errmsg(db->handle),
		       sqlite3_extended_errcode(db->handle));
}

static bool
must_fail(struct db *db)
{
	return db->fail_after && --db->fail_after == 0;
}

static enum sg_status
injected(const struct db *db, struct sg_err *err)
{
	return err_set(err, SG_FAILED, "store %s: failure made by a test",
		       db->path);
}

/*
 * A new store is not for others to read. O_EXCL: closing a descriptor of an
 * existing file would drop the locks of this process's other connections.
 */
static void
make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd >= 0)
		close(fd);
}

static int
give_way(void *nothing)
{
	(void)nothing;
	thread_gives_way();
	return 0; /* go on */
}

static enum sg_status
set_up(struct db *db, struct sg_err *err)
{
	static const char writing[] = "PRAGMA journal_mode = WAL;"
				      "PRAGMA synchronous = FULL;"
				      "PRAGMA wal_autocheckpoint = 50000;"
				      "PRAGMA journal_size_limit = 268435456;"
				      "PRAGMA cache_size = -262144;"
				      "PRAGMA temp_store = MEMORY;";
	static const char reading[] = "PRAGMA query_only = ON;"
				      "PRAGMA cache_size = -16384;"
				      "PRAGMA temp_store = MEMORY;"
				      "SELECT count(*) FROM sqlite_master;";
	int code;

	sqlite3_busy_timeout(db->handle, BUSY_MS);
	if (db->mode == DB_READ_WRITE)
		sqlite3_progress_handler(db->handle, GIVES_WAY_EVERY, give_way,
					 NULL);
	/* Or whatever could use a partial index ("WHERE record_id = 0") is
	 * planned anew each time another value is bound to it. */
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
	if (db->mode == DB_READ_WRITE &&
	    sqlite3_db_readonly(db->handle, "main") == 1)
		return fail(db, SQLITE_READONLY, err);
	code = sqlite3_exec(db->handle,
			    db->mode == DB_READ_WRITE ? writing : reading, NULL,
			    NULL, NULL);
	if (code != SQLITE_OK)
		return fail(db, code, err);
	return SG_OK;
}

struct db_gathered *
db_gathered_of(struct db *db)
{
	return &db->gathered;
}

bool
db_in_transaction(struct db *db)
{
	return db->began || !sqlite3_get_autocommit(db->handle);
}

bool
db_is_free(struct db *db)
{
	return db->began && !db->n_used;
}

static pthread_once_t configured = PTHREAD_ONCE_INIT;

/* Counting its memory is one lock an allocation, for numbers nobody asks. */
static void
configure(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

enum sg_status
db_open(const char *path, enum db_mode mode, struct db **db_out,
	struct sg_err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	enum sg_status status;
	struct db *db;
	int code;

	pthread_once(&configured, configure);
	if (mode == DB_READ_WRITE) {
		make_private(path);
		flags |= SQLITE_OPEN_CREATE;
	}
	db = calloc(1, sizeof(*db));
	if (!db || !(db->path = strdup(path))) {
		free(db);
		return err_set(err, SG_FAILED, "out of memory");
	}
	db->mode = mode;
	db_gathered_init(&db->gathered, db);
	code = sqlite3_open_v2(path, &db->handle, flags, NULL);
	if (code == SQLITE_CANTOPEN) {
		errno = db->handle ? sqlite3_system_errno(db->handle) : ENOMEM;
		status =
			err_errno(err, SG_FAILED, "cannot open store %s", path);
	} else if (code != SQLITE_OK) {
		status = fail(db, code, err);
	} else {
		status = set_up(db, err);
	}
	if (status == SG_OK) {
		code = db_sqlite_gather(db->handle, &db->gathered, mode);
		if (code == SQLITE_OK)
			code = db_sqlite_add_scan(db->handle, &db->scanning);
		status = code == SQLITE_OK ? SG_OK : fail(db, code, err);
	}
	if (status != SG_OK) {
		db_close(db);
		return status;
	}
	*db_out = db;
	return SG_OK;
}

void
db_close(struct db *db)
{
	struct db_statement *statement, *next;
	size_t i;

	if (!db)
		return;
	db_writer_done(&db->gathered.writer);
	for (i = 0; i < DB_SQLITE_BUCKETS; i++) {
		for (statement = db->buckets[i]; statement; statement = next) {
			next = statement->next;
			sqlite3_finalize(statement->stmt);
			free(statement);
		}
	}
	sqlite3_close(db->handle);
	db_gathered_done(&db->gathered);
	free(db->path);
	free(db);
}

const char *
db_path(const struct db *db)
{
	return db->path;
}

/* --- statements --------------------------------------------------------- */

static struct db_statement **
bucket_of(struct db *db, const char *sql)
{
	uint64_t address = (uint64_t)(uintptr_t)sql;

	return &db->buckets[(address * UINT64_C(0x9e3779b97f4a7c15)) >> 56];
}

/* A cached copy that nobody is stepping through, or NULL. */
static struct db_statement *
find_idle(struct db *db, const char *sql)
{
	struct db_statement *statement = *bucket_of(db, sql);

	for (; statement; statement = statement->next)
		if (statement->sql == sql &&
		    !sqlite3_stmt_busy(statement->stmt))
			break;
	return statement;
}

static enum sg_status
prepare_anew(struct db *db, const char *sql,
	     struct db_statement **statement_out, struct sg_err *err)
{
	struct db_statement *statement;
	sqlite3_stmt *stmt;
	int code;

	db->gathered.looks = false;
	code = sqlite3_prepare_v3(db->handle, sql, -1,
				  SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
	if (code != SQLITE_OK)
		return fail(db, code, err);
	statement = calloc(1, sizeof(*statement));
	if (!statement) {
		sqlite3_finalize(stmt);
		return err_set(err, SG_FAILED, "out of memory");
	}
	*statement = (struct db_statement){*bucket_of(db, sql), db,    sql,
					   db->gathered.looks,	false, stmt};
	*bucket_of(db, sql) = statement;
	*statement_out = statement;
	return SG_OK;
}

enum sg_status
db_prepare(struct db *db, const char *sql, struct db_statement **statement_out,
	   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = SG_OK;

	db_writer_wait(&db->gathered);
	if (must_fail(db))
		return injected(db, err);
	statement = find_idle(db, sql);
	if (!statement)
		status = prepare_anew(db, sql, &statement, err);
	if (status == SG_OK && statement->looks)
		status = db_rows_write(db, err);
	if (status != SG_OK)
		return status;
	if (statement->used)
		db_reset(statement);
	statement->used = true;
	db->n_used++;
	*statement_out = statement;
	return SG_OK;
}

enum sg_status
db_run_plain(struct db *db, const char *sql, struct sg_err *err)
{
	struct db_statement *statement = find_idle(db, sql);
	enum sg_status status = SG_OK;

	/* A full disk may have ended it: nothing may be kept on its own. */
	if (db->began && sqlite3_get_autocommit(db->handle))
		return err_set(err, SG_FAILED,
			       "store %s: the transaction is over", db->path);
	if (must_fail(db))
		return injected(db, err);
	if (!statement)
		status = prepare_anew(db, sql, &statement, err);
	if (status != SG_OK)
		return status;
	status = db_step(statement, err);
	sqlite3_reset(statement->stmt);
	return status == SG_NONE ? SG_OK : status;
}

/* A wrong index is a bug of ours; nothing is copied, so memory suffices. */
static void
bound(int code)
{
	assert(code == SQLITE_OK);
}

void
db_bind_int(struct db_statement *statement, int i, int64_t value)
{
	bound(sqlite3_bind_int64(statement->stmt, i, value));
}

void
db_bind_real(struct db_statement *statement, int i, double value)
{
	bound(sqlite3_bind_double(statement->stmt, i, value));
}

void
db_bind_text(struct db_statement *statement, int i, const char *value)
{
	bound(sqlite3_bind_text(statement->stmt, i, value, -1, SQLITE_STATIC));
}

void
db_bind_blob(struct db_statement *statement, int i, const void *bytes,
	     size_t len)
{
	/* A NULL pointer would bind NULL instead of an empty blob. */
	bound(sqlite3_bind_blob64(statement->stmt, i, bytes ? bytes : "", len,
				  SQLITE_STATIC));
}

void
db_bind_null(struct db_statement *statement, int i)
{
	bound(sqlite3_bind_null(statement->stmt, i));
}

enum sg_status
db_step(struct db_statement *statement, struct sg_err *err)
{
	struct db *db = statement->db;
	enum sg_status status;
	int code;

	if (must_fail(db))
		return injected(db, err);
	code = sqlite3_step(statement->stmt);
	if (code == SQLITE_ROW)
		return SG_OK;
	if (code == SQLITE_DONE)
		return SG_NONE;
	status = fail(db, code, err);
	sqlite3_reset(statement->stmt);
	return status;
}

enum sg_status
db_run(struct db_statement *statement, struct sg_err *err)
{
	enum sg_status status = db_step(statement, err);

	assert(status != SG_OK); /* it gave a row */
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}

void
db_reset(struct db_statement *statement)
{
	sqlite3_reset(statement->stmt);
	sqlite3_clear_bindings(statement->stmt);
	if (statement->used)
		statement->db->n_used--;
	statement->used = false;
}

int64_t
db_column_int(struct db_statement *statement, int i)
{
	return sqlite3_column_int64(statement->stmt, i);
}

double
db_column_real(struct db_statement *statement, int i)
{
	return sqlite3_column_double(statement->stmt, i);
}

const char *
db_column_text(struct db_statement *statement, int i)
{
	const unsigned char *text = sqlite3_column_text(statement->stmt, i);

	return text ? (const char *)text : "";
}

const void *
db_column_blob(struct db_statement *statement, int i, size_t *len_out)
{
	const void *bytes = sqlite3_column_blob(statement->stmt, i);

	*len_out = (size_t)sqlite3_column_bytes(statement->stmt, i);
	return bytes ? bytes : "";
}

bool
db_column_is_null(struct db_statement *statement, int i)
{
	return sqlite3_column_type(statement->stmt, i) == SQLITE_NULL;
}

/* --- transactions ------------------------------------------------------- */

static enum sg_status
execute(struct db *db, const char *sql, struct sg_err *err)
{
	int code;

	db_writer_wait(&db->gathered);
	if (must_fail(db))
		return injected(db, err);
	code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
	return code == SQLITE_OK ? SG_OK : fail(db, code, err);
}

enum sg_status
db_begin(struct db *db, struct sg_err *err)
{
	/* IMMEDIATE: wait for the lock here, not in the middle of the work. */
	enum sg_status status = execute(
		db, db->mode == DB_READ_WRITE ? "BEGIN IMMEDIATE" : "BEGIN",
		err);

	db->began |= status == SG_OK && db->mode == DB_READ_WRITE;
	return status;
}

enum sg_status
db_commit(struct db *db, struct sg_err *err)
{
	enum sg_status status = db_rows_write(db, err);

	if (status == SG_OK)
		status = execute(db, "COMMIT", err);
	if (status == SG_OK)
		db->gathered.careful = db->began = false;
	return status;
}

void
db_rollback(struct db *db)
{
	struct db_statement *statement;
	size_t i;

	db_gathered_drop(&db->gathered);
	for (i = 0; i < DB_SQLITE_BUCKETS; i++)
		for (statement = db->buckets[i]; statement;
		     statement = statement->next)
			db_reset(statement);
	/* A full disk may have rolled it back already. */
	if (!sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	db->began = false;
}

enum sg_status
db_script(struct db *db, const char *sql, struct sg_err *err)
{
	enum sg_status status = db_rows_write(db, err);

	return status == SG_OK ? execute(db, sql, err) : status;
}

int64_t
db_changes(struct db *db)
{
	db_writer_wait(&db->gathered);
	return sqlite3_changes64(db->handle);
}

int64_t
db_total_changes(struct db *db)
{
	db_writer_wait(&db->gathered);
	return sqlite3_total_changes64(db->handle);
}

int64_t
db_last_id(struct db *db)
{
	db_writer_wait(&db->gathered);
	return sqlite3_last_insert_rowid(db->handle);
}

/* --- the file as a whole ------------------------------------------------- */

void
db_wipe_deleted(struct db *db, bool wipe)
{
	db_writer_wait(&db->gathered);
	sqlite3_exec(db->handle,
		     wipe ? "PRAGMA secure_delete = ON"
			  : "PRAGMA secure_delete = OFF",
		     NULL, NULL, NULL);
}

/* One step copies one snapshot, however much is written meanwhile. */
enum sg_status
db_copy(struct db *db, const char *path, struct sg_err *err)
{
	sqlite3_backup *backup = NULL;
	sqlite3 *copy = NULL;
	enum sg_status status;
	int code;

	db_writer_wait(&db->gathered);
	make_private(path);
	code = sqlite3_open_v2(
		path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (code == SQLITE_OK)
		backup = sqlite3_backup_init(copy, "main", db->handle, "main");
	if (backup) {
		sqlite3_backup_step(backup, -1);
		code = sqlite3_backup_finish(backup);
	} else if (copy) {
		code = sqlite3_errcode(copy);
	}
	/* Closing folds its WAL in: the copy is one file. */
	if (code == SQLITE_OK)
		code = sqlite3_close(copy);
	else
		sqlite3_close(copy);
	status = status_of(code);
	if (code == SQLITE_OK)
		return SG_OK;
	return err_set(err, status, "cannot write the backup %s: %s", path,
		       sqlite3_errstr(code));
}

void
db_fail_after(struct db *db, unsigned n_calls)
{
	db_writer_wait(&db->gathered);
	db->fail_after = n_calls;
}
