/* upgrade_aid.c - see upgrade_aid.h. */
#include "upgrade_aid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/buf.h"
#include "store/db.h"

void
upgrade_load(unsigned schema, const char *path)
{
	struct buf text = BUF_INIT;
	char dump[64], bytes[4096];
	struct sg_err err = {0};
	struct db *db;
	FILE *file;
	size_t n;

	snprintf(dump, sizeof(dump), "tests/unit/upgrade/schema-%u.sql",
		 schema);
	file = fopen(dump, "r");
	assert_non_null(file);
	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		buf_append(&text, bytes, n);
	fclose(file);
	if (db_open(path, DB_READ_WRITE, &db, &err) != SG_OK ||
	    db_script(db, buf_text(&text), &err) != SG_OK)
		fail_msg("%s", err.text);
	db_close(db);
	buf_done(&text);
}
