/*
 * store_idempotency.h - what was answered to a call with an Idempotency-Key,
 * for a day. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_IDEMPOTENCY_H
#define ENGINE_STORE_STORE_IDEMPOTENCY_H

#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

enum { STORE_IDEMPOTENCY_MS = 24 * 3600 * 1000 };

struct store_idempotency {
	uint64_t id;   /* of caller, call and key */
	uint64_t body; /* of what was sent */
	int64_t at;
	int status;
	const char *answer;
};

/* Replaces; and removes some of what is older than a day. */
enum sg_status store_idempotency_put(struct store *store,
				     const struct store_idempotency *row,
				     struct sg_err *err) MUST_CHECK;
/* SG_NONE: not there, or older than a day at `now`. */
enum sg_status store_idempotency_get(struct store *store, uint64_t id,
				     int64_t now, struct pool *pool,
				     struct store_idempotency *out,
				     struct sg_err *err) MUST_CHECK;

#endif
