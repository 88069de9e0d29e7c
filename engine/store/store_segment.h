/* store_segment.h - saved conditions. Lifetimes as in store_record.h. */
#ifndef ENGINE_STORE_STORE_SEGMENT_H
#define ENGINE_STORE_STORE_SEGMENT_H

#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

struct store_segment {
	const char *name, *expression, *author;
	int64_t created_at;
};

struct store_segments {
	struct store_segment *rows; /* in order of name */
	size_t n_rows;
};

/* Replaces one of that name. */
enum sg_status store_segment_put(struct store *store,
				 const struct store_segment *segment,
				 struct sg_err *err) MUST_CHECK;
enum sg_status store_segment_get(struct store *store, const char *name,
				 struct pool *pool, struct store_segment *out,
				 struct sg_err *err) MUST_CHECK; /* SG_NONE */
enum sg_status
store_segment_delete(struct store *store, const char *name,
		     struct sg_err *err) MUST_CHECK; /* or NONE */
enum sg_status store_segments_all(struct store *store, struct pool *pool,
				  struct store_segments *out,
				  struct sg_err *err) MUST_CHECK;

#endif
