/*
 * store_generation.h - generations of the ledger. `rules run` makes a new one
 * in slices beside the one in force; only rows of the one in force count, and
 * meta 'generation' says which that is, so that one transaction switches all
 * readers at once. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_GENERATION_H
#define ENGINE_STORE_STORE_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/record_set.h"
#include "store/store.h"

/* For a WHERE: ledger.generation = … */
#define STORE_GENERATION_IN_FORCE                  \
	"(SELECT CAST(value AS INTEGER) FROM meta" \
	" WHERE name = 'generation')"

struct store_generation {
	uint32_t id;
	uint32_t ruleset;  /* the rules it is made with */
	const char *state; /* "building", "in-force", "leaving", "gone" */
	bool cancelled;
	const char *author;
	int64_t started_at, finished_at; /* 0 = not yet */
	uint32_t built_to;
	int64_t removed_to;
};

/* A new one, building; its id is higher than any before. */
enum sg_status store_generation_create(struct store *store, uint32_t ruleset,
				       const char *author, int64_t now,
				       uint32_t *id_out,
				       struct sg_err *err) MUST_CHECK;
/* SG_NONE: none in that state (the newest, if several); of generation 1 there
 * is a row only once it is leaving. */
enum sg_status store_generation_find(struct store *store, const char *state,
				     struct pool *pool,
				     struct store_generation *out,
				     struct sg_err *err) MUST_CHECK;
enum sg_status store_generation_built_to(struct store *store, uint32_t id,
					 uint32_t record_id,
					 struct sg_err *err) MUST_CHECK;
/* It is the one in force, the one before is leaving. */
enum sg_status store_generation_switch(struct store *store, uint32_t id,
				       int64_t now,
				       struct sg_err *err) MUST_CHECK;
enum sg_status store_generation_cancel(struct store *store, uint32_t id,
				       int64_t now,
				       struct sg_err *err) MUST_CHECK;
/* After a rollback: what the file says. */
enum sg_status store_generation_reread(struct store *store,
				       struct sg_err *err) MUST_CHECK;
/* Up to `most` rows of the ledger looked at from removed_to on; SG_NONE: there
 * are no more, and it is gone. */
enum sg_status store_generation_remove(struct store *store,
				       const struct store_generation *leaving,
				       unsigned most, int64_t *removed_to_out,
				       struct sg_err *err) MUST_CHECK;
/* A record's rows of one generation. */
enum sg_status store_generation_remove_record(struct store *store, uint32_t id,
					      uint32_t record_id,
					      struct sg_err *err) MUST_CHECK;

enum sg_status store_generation_dirty_add(struct store *store,
					  uint32_t record_id,
					  struct sg_err *err) MUST_CHECK;
enum sg_status store_generation_dirty_remove(struct store *store,
					     uint32_t record_id,
					     struct sg_err *err) MUST_CHECK;
enum sg_status store_generation_dirty_clear(struct store *store,
					    struct sg_err *err) MUST_CHECK;
enum sg_status store_generation_dirty_all(struct store *store,
					  struct record_set *add_to,
					  struct sg_err *err) MUST_CHECK;

#endif
