/* db_sqlite.h - between the files that know SQLite. */
#ifndef ENGINE_STORE_DB_SQLITE_H
#define ENGINE_STORE_DB_SQLITE_H

#include <sqlite3.h>

#include "store/db_private.h"

/* Makes the table `gathered` of what is put by. A code of SQLite. */
int db_sqlite_add_gathered(sqlite3 *handle, struct db_gathered *gathered);

#endif
