/*
 * store_timer.h - moments at which a record must be looked at again though
 * nothing happens to it (a field rule whose answer changes by time alone).
 */
#ifndef ENGINE_STORE_STORE_TIMER_H
#define ENGINE_STORE_STORE_TIMER_H

#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

struct store_timer {
	uint32_t record_id;
	const char *kind;   /* "field-rules" */
	const char *object; /* "" = none */
	int64_t due_at;
};

struct store_timers {
	struct store_timer *rows;
	size_t n_rows;
};

/* One per record, kind and object: replaces it. */
enum sg_status store_timer_set(struct store *store,
			       const struct store_timer *timer,
			       struct sg_err *err) MUST_CHECK;
/* The same, unless an earlier one is there. */
enum sg_status store_timer_set_earlier(struct store *store,
				       const struct store_timer *timer,
				       struct sg_err *err) MUST_CHECK;
/* None there is SG_OK. */
enum sg_status store_timer_remove(struct store *store, uint32_t record_id,
				  const char *kind, const char *object,
				  struct sg_err *err) MUST_CHECK;
/* due_at <= now, earliest first. */
enum sg_status store_timers_due(struct store *store, int64_t now, size_t most,
				struct pool *pool, struct store_timers *out,
				struct sg_err *err) MUST_CHECK;
/* SG_NONE: no timer at all. */
enum sg_status store_timer_next(struct store *store, int64_t *due_at_out,
				struct sg_err *err) MUST_CHECK;

#endif
