/*
 * milter_count.h - what the milter did. Atomic: any thread.
 */
#ifndef MILTER_MILTER_COUNT_H
#define MILTER_MILTER_COUNT_H

#include <stdatomic.h>

struct milter_count {
	atomic_ulong connections;
	atomic_ulong messages;
	atomic_ulong changed;
	atomic_ulong rejected;
	atomic_ulong tempfails;
	atomic_ulong taken;
	atomic_ulong trouble;
};

extern struct milter_count milter_count;

static inline void
count(atomic_ulong *which)
{
	atomic_fetch_add_explicit(which, 1, memory_order_relaxed);
}

#endif
