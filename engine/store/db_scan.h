/*
 * db_scan.h - many rows at the speed of reading them: they are handed over from
 * within the statement. To step to each row, and to ask for each of its values,
 * costs half as much again as to find them. A driver whose server has no such
 * function selects what stands between the parentheses.
 */
#ifndef ENGINE_STORE_DB_SCAN_H
#define ENGINE_STORE_DB_SCAN_H

#include "store/db.h"

struct db_row; /* until the function returns */
int64_t db_row_int(const struct db_row *row, int i);
const char *db_row_text(const struct db_row *row, int i); /* "" for NULL */

/* Anything but SG_OK ends it, and is what db_scan() returns. */
typedef enum sg_status db_row_fn(void *arg, const struct db_row *row,
				 struct sg_err *err);
/* Of a statement of the form "SELECT each_row(a, b, …) FROM …": fn for each,
 * in the order they lie in the table; then reset. */
enum sg_status db_scan(struct db_statement *statement, db_row_fn *fn, void *arg,
		       struct sg_err *err) MUST_CHECK;

#endif
