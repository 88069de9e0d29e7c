/* db_sqlite.h - between the files that know SQLite. */
#ifndef ENGINE_STORE_DB_SQLITE_H
#define ENGINE_STORE_DB_SQLITE_H

#include <sqlite3.h>

#include "store/db_private.h"

/* The table `gathered` of what is put by; and which statements look at those
 * tables. A code of SQLite. */
int db_sqlite_gather(sqlite3 *handle, struct db_gathered *gathered,
		     enum db_mode mode);

#endif
