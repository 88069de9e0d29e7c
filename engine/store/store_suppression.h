/*
 * store_suppression.h - addresses that get no mail, by record key, so that it
 * holds for addresses that are no record (yet). Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_SUPPRESSION_H
#define ENGINE_STORE_STORE_SUPPRESSION_H

#include <stdint.h>

#include "base/pool.h"
#include "base/record_set.h"
#include "store/store.h"

struct store_suppression {
	uint64_t record_key;
	const char *reason; /* hard-bounce, soft-bounces, complaint, manual */
	const char *evidence, *source;
	int64_t created_at;
	int64_t expires_at;  /* 0 = never */
	const char *address; /* store_suppressions_recent(): "" = no record */
};

/* Those in force at `now`, after a place in the list. */
struct store_suppression_page {
	int64_t now;
	size_t most;
	bool has_place;
	int64_t before_at;
	uint64_t after_key;
};

struct store_suppressions {
	struct store_suppression *rows;
	size_t n_rows;
};

/* Replaces the one that is there. */
enum sg_status store_suppression_put(struct store *store,
				     const struct store_suppression *row,
				     struct sg_err *err) MUST_CHECK;
enum sg_status
store_suppression_remove(struct store *store, uint64_t record_key,
			 struct sg_err *err) MUST_CHECK; /* NONE */
/* SG_NONE: not suppressed at `now`. */
enum sg_status store_suppression_get(struct store *store, uint64_t record_key,
				     int64_t now, struct pool *pool,
				     struct store_suppression *out,
				     struct sg_err *err) MUST_CHECK;
/* The records that are suppressed at `now`, aliases included. */
enum sg_status store_suppression_select(struct store *store, int64_t now,
					struct record_set *add_to,
					struct sg_err *err) MUST_CHECK;
/* Newest first. */
enum sg_status
store_suppressions_recent(struct store *store,
			  const struct store_suppression_page *page,
			  struct pool *pool, struct store_suppressions *out,
			  struct sg_err *err) MUST_CHECK;

#endif
