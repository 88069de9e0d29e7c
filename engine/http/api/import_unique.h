/*
 * import_unique.h - values of unique fields that the lines of one text give,
 * before the store has them: the second line that gives one is told so. A line
 * claims while it is read; what it claimed holds when it was taken as a whole.
 */
#ifndef ENGINE_HTTP_API_IMPORT_UNIQUE_H
#define ENGINE_HTTP_API_IMPORT_UNIQUE_H

#include "base/pool.h"
#include "signal/signal.h"

struct import_unique;

/* NULL: no memory. */
struct import_unique *import_unique_new(void);
void import_unique_free(struct import_unique *unique);

/* SG_REFUSED: an earlier line gave another record this value. Fields that are
 * not unique, and empty values, are nobody's. */
enum sg_status import_unique_claim(struct import_unique *unique,
				   const struct signal *whose, const char *name,
				   const char *value,
				   struct sg_err *err) MUST_CHECK;
/* The line that claimed is taken … */
enum sg_status import_unique_keep(struct import_unique *unique,
				  struct sg_err *err) MUST_CHECK;
/* … or is not. */
void import_unique_drop(struct import_unique *unique);

#endif
