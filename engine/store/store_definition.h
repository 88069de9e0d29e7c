/*
 * store_definition.h - what is defined in a file, automations and sequences,
 * with all versions there ever were. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_DEFINITION_H
#define ENGINE_STORE_STORE_DEFINITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

enum store_defined { STORE_AUTOMATION, STORE_SEQUENCE };

struct store_definition {
	uint32_t id; /* of this version */
	const char *name;
	uint32_t version; /* from 1, by name */
	uint32_t place;	  /* its order in the file */
	const char *source;
	const char *author;
	int64_t created_at;
	int64_t ended_at; /* 0 = in force */
	const char *ended_by;
	uint32_t armed_id; /* of an automation; 0 when adding: its own */
};

struct store_definitions {
	struct store_definition *rows;
	size_t n_rows;
};

/* id and version are given. */
enum sg_status store_definition_add(struct store *store,
				    enum store_defined what,
				    const struct store_definition *definition,
				    uint32_t *id_out,
				    struct sg_err *err) MUST_CHECK;
/* Its id, ended_at and ended_by. SG_NONE: none is in force. */
enum sg_status store_definition_end(struct store *store,
				    enum store_defined what,
				    const struct store_definition *ended,
				    struct sg_err *err) MUST_CHECK;
enum sg_status store_definition_set_place(struct store *store,
					  enum store_defined what, uint32_t id,
					  uint32_t place,
					  struct sg_err *err) MUST_CHECK;
/* Those in force, in file order. */
enum sg_status store_definitions_in_force(struct store *store,
					  enum store_defined what,
					  struct pool *pool,
					  struct store_definitions *out,
					  struct sg_err *err) MUST_CHECK;
/* All versions of one, newest first. */
struct store_definition_name {
	enum store_defined what;
	const char *name;
};
enum sg_status store_definition_versions(struct store *store,
					 const struct store_definition_name *of,
					 struct pool *pool,
					 struct store_definitions *out,
					 struct sg_err *err) MUST_CHECK;

#endif
