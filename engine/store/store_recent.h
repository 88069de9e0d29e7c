/*
 * store_recent.h - what happened lately, and whom it moved, for a page that
 * people look at. Of what was written since, the newest STORE_RECENT_MOST
 * entries are looked at: an answer in a moment, however much there is.
 */
#ifndef ENGINE_STORE_STORE_RECENT_H
#define ENGINE_STORE_STORE_RECENT_H

#include "base/pool.h"
#include "store/store.h"

enum { STORE_RECENT_MOST = 200000 };

struct store_recent_kind {
	const char *name;
	int64_t n;
};
struct store_recent_mover {
	const char *module, *key, *score;
	double points; /* in sum, of entries that count since then */
};
struct store_recent {
	struct store_recent_kind *kinds; /* most first */
	size_t n_kinds;
	struct store_recent_mover *movers; /* largest first, either way */
	size_t n_movers;
};

enum sg_status store_recent_read(struct store *store, int64_t since,
				 size_t n_movers, struct pool *pool,
				 struct store_recent *out,
				 struct sg_err *err) MUST_CHECK;

#endif
