/* store_adopted.h - entries of history that found their record and have yet to
 * fire its automations, in order. */
#ifndef ENGINE_STORE_STORE_ADOPTED_H
#define ENGINE_STORE_STORE_ADOPTED_H

#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

struct store_adopted {
	int64_t place, history_id;
	uint32_t record_id;
};

/* All that wait for this record key, but for the first `but`, in order of
 * (happened_at, id). */
enum sg_status store_adopted_add(struct store *store, uint64_t record_key,
				 uint32_t record_id, size_t but,
				 struct sg_err *err) MUST_CHECK;
/* At most `most`. */
enum sg_status store_adopted_first(struct store *store, size_t most,
				   struct store_adopted *rows_out,
				   size_t *n_out,
				   struct sg_err *err) MUST_CHECK;
enum sg_status store_adopted_remove_to(struct store *store, int64_t place,
				       struct sg_err *err) MUST_CHECK;

#endif
