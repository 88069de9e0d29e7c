/*
 * store_hit.h - who fetched what, kept apart from the history and only for a
 * while; and the hits of a message, as they are judged together. Lifetimes as
 * in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_HIT_H
#define ENGINE_STORE_STORE_HIT_H

#include "signal/signal.h"
#include "store/store.h"

struct store_hit {
	int64_t history_id;
	uint64_t source; /* 0 = not known */
	const char *address, *agent;
	enum verdict verdict; /* of the hit by itself */
	const char *reason;
};
enum sg_status store_hit_add(struct store *store, const struct store_hit *hit,
			     struct sg_err *err) MUST_CHECK;
/* SG_NONE: it is not kept, or not any more. */
enum sg_status store_hit_get(struct store *store, int64_t history_id,
			     struct pool *pool, struct store_hit *out,
			     struct sg_err *err) MUST_CHECK;
/* Some of those whose signal was received before `before`; *left_out: there
 * may be more. */
enum sg_status store_hits_expire(struct store *store, int64_t before,
				 bool *left_out, struct sg_err *err) MUST_CHECK;

#endif
