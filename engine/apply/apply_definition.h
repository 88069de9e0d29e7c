/*
 * apply_definition.h - automations and sequences as the store has them, for
 * apply*.c only; the applier's thread.
 */
#ifndef ENGINE_APPLY_APPLY_DEFINITION_H
#define ENGINE_APPLY_APPLY_DEFINITION_H

#include "apply/apply_parts.h"
#include "store/store_definition.h"

/* Those in force: the file has them in the order of the rows. One that cannot
 * be read is in neither, and the log says so. */
struct definitions {
	struct store_definitions rows; /* in the pool */
	struct ruleset *file;	       /* ruleset_free() it */
};
enum sg_status definitions_read(struct apply *apply, enum store_defined what,
				struct pool *pool, struct definitions *out,
				struct sg_err *err) MUST_CHECK;

/* As of now. */
enum sg_status definition_end(struct apply *apply, enum store_defined what,
			      uint32_t id, const char *by,
			      struct sg_err *err) MUST_CHECK;

#endif
