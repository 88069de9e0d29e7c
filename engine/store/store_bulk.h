/* store_bulk.h - what `segment do` asked for, and how far it is. Lifetimes as
 * in store_record.h. */
#ifndef ENGINE_STORE_STORE_BULK_H
#define ENGINE_STORE_STORE_BULK_H

#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

struct store_bulk {
	int64_t id;
	const char *expression;
	const char *actions; /* JSON array of texts */
	const char *actor;
	int64_t created_at;
	uint64_t total; /* when it began */
	uint32_t after; /* done up to this record */
	uint64_t done, refused;
	int64_t finished_at; /* 0 = under way */
	const char *trouble;
};

struct store_bulks {
	struct store_bulk *rows; /* newest first */
	size_t n_rows;
};

enum sg_status store_bulk_add(struct store *store,
			      const struct store_bulk *bulk, int64_t *id_out,
			      struct sg_err *err) MUST_CHECK;
/* after, done, refused, finished_at and trouble of the row with that id. */
enum sg_status store_bulk_progress(struct store *store,
				   const struct store_bulk *bulk,
				   struct sg_err *err) MUST_CHECK;
enum sg_status store_bulk_get(struct store *store, int64_t id,
			      struct pool *pool, struct store_bulk *out,
			      struct sg_err *err) MUST_CHECK;
/* The oldest that is under way. */
enum sg_status store_bulk_next(struct store *store, struct pool *pool,
			       struct store_bulk *out,
			       struct sg_err *err) MUST_CHECK;
enum sg_status store_bulks_recent(struct store *store, int64_t before_id,
				  size_t most, struct pool *pool,
				  struct store_bulks *out,
				  struct sg_err *err) MUST_CHECK;

#endif
