/*
 * broadcast_counted.h - what came of a broadcast: people and hits by signal,
 * points by score, how each version does. To count it every mail's history is
 * read. Of a small broadcast that is done when it is asked for; of a big one a
 * thread counts, some recipients at a time: when it ends, and later while
 * somebody looks, for a twentieth of a core at most. What it last counted is
 * kept in the store, with when that was: a glance takes no longer for a million
 * recipients than for ten. Any thread.
 */
#ifndef ENGINE_BROADCAST_BROADCAST_COUNTED_H
#define ENGINE_BROADCAST_BROADCAST_COUNTED_H

#include "base/json.h"
#include "broadcast/broadcast.h"

struct broadcast_counted {
	/* {"hits": [{"signal", "people", "hits", "machine_people",
	 * "machine_hits"}], "points": [{"score", "points", "people"}],
	 * "versions": [{"sent", "opened", "clicked"}]}; the caller's. */
	struct json *found;
	bool is_now;
	int64_t at; /* else; 0: it is being counted the first time */
};
enum sg_status broadcast_get_counted(struct broadcasts *broadcasts,
				     struct store *store, const char *name,
				     struct broadcast_counted *out,
				     struct sg_err *err) MUST_CHECK;

/* It ended: who looks at it finds it counted. */
void broadcast_count_soon(struct broadcasts *broadcasts, const char *name);

/* One version alone, some recipients at a time: takes its time. */
enum sg_status broadcast_count_variant(struct broadcasts *broadcasts,
				       struct store *store, const char *name,
				       uint32_t variant,
				       struct store_variant_result *out,
				       struct sg_err *err) MUST_CHECK;

/* The thread, which begins when it is needed. */
struct counter;
enum sg_status counter_new(struct broadcasts *broadcasts,
			   struct counter **counter_out,
			   struct sg_err *err) MUST_CHECK;
void counter_free(struct counter *counter);

#endif
