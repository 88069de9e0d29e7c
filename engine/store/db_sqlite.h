/* db_sqlite.h - between the files that know SQLite. */
#ifndef ENGINE_STORE_DB_SQLITE_H
#define ENGINE_STORE_DB_SQLITE_H

#include <sqlite3.h>

#include "store/db_private.h"
#include "store/db_scan.h"

/* Of cached statements, by the text's address. */
enum { DB_SQLITE_BUCKETS = 1 << 8 };

/* A db_scan(); the one under way is that of the statement being stepped. */
struct db_scanning {
	db_row_fn *fn;
	void *arg;
	struct sg_err *err;
	enum sg_status status; /* of the last fn */
};

struct db_statement {
	struct db_statement *next; /* in its bucket */
	struct db *db;
	const char *sql; /* the literal's address is the key */
	bool looks;	 /* at a table of which rows are gathered */
	bool used;	 /* since it was reset */
	sqlite3_stmt *stmt;
};

struct db {
	sqlite3 *handle;
	char *path;
	enum db_mode mode;
	unsigned fail_after; /* test hook; 0 = off */
	bool began;	     /* a transaction */
	size_t n_used;	     /* statements that are not reset */
	struct db_scanning *scanning;
	struct db_gathered gathered;
	struct db_statement *buckets[DB_SQLITE_BUCKETS];
};

/* The table `gathered` of what is put by; and which statements look at those
 * tables. A code of SQLite. */
int db_sqlite_gather(sqlite3 *handle, struct db_gathered *gathered,
		     enum db_mode mode);

int db_sqlite_add_scan(sqlite3 *handle, struct db_scanning **under_way);

#endif
