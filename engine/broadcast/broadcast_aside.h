/*
 * broadcast_aside.h - recipients whose domain's turn has not come step aside,
 * so that those of other domains go on: so many in all, so many of one domain.
 * For whom there is no place is found again in another round over the queue.
 * Of a domain the first stays the first. One thread.
 */
#ifndef ENGINE_BROADCAST_BROADCAST_ASIDE_H
#define ENGINE_BROADCAST_BROADCAST_ASIDE_H

#include "broadcast/broadcast_pace.h"
#include "store/store_broadcast.h"

enum { ASIDE_MOST = 16384, ASIDE_EACH = 1024 };

struct aside;

struct aside *aside_new(void); /* NULL: out of memory */
void aside_free(struct aside *aside);
void aside_clear(struct aside *aside);
size_t aside_count(const struct aside *aside);
bool aside_has(const struct aside *aside, uint32_t record_id);

/* False: no place. */
bool aside_put(struct aside *aside, const struct store_recipient *row,
	       uint64_t domain);
/* The first of a domain whose turn it is; false: of none. It stays. */
struct aside_found {
	struct store_recipient row;
	uint64_t domain;
};
bool aside_find(struct aside *aside, const struct broadcast_pace *pace,
		int64_t now_ms, struct aside_found *found_out);
/* That one goes. */
void aside_take(struct aside *aside, const struct aside_found *found);

/* The firsts of domains whose turn comes by then, at most so many. */
typedef void aside_fn(void *arg, const struct store_recipient *row);
void aside_each(const struct aside *aside, const struct broadcast_pace *pace,
		int64_t by_ms, size_t most, aside_fn *fn, void *arg);

#endif
