/*
 * import_dry.h - what dry runs of imports have claimed of unique fields, from
 * chunk to chunk: nothing of it is in the store. In memory, of the last few;
 * a restart forgets it. Any thread.
 */
#ifndef ENGINE_HTTP_API_IMPORT_DRY_H
#define ENGINE_HTTP_API_IMPORT_DRY_H

#include <stdint.h>

#include "http/api/import_unique.h"

struct import_dry;

struct import_dry *import_dry_new(void); /* NULL: no memory */
void import_dry_free(struct import_dry *dry);
/* The import's claims, the caller's from now on. NULL: none are known. */
struct import_unique *import_dry_take(struct import_dry *dry, int64_t id);
/* Takes them. */
void import_dry_keep(struct import_dry *dry, int64_t id,
		     struct import_unique *unique);

#endif
