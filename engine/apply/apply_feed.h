/*
 * apply_feed.h - signals that reach the applier without the spool: many at a
 * time, in one transaction with a row of the caller's that says so. For
 * imports: who sends a chunk again, after a crash of either side, learns from
 * that row that it is in. What was answered is on the disk; what was not is
 * not there at all.
 */
#ifndef ENGINE_APPLY_APPLY_FEED_H
#define ENGINE_APPLY_APPLY_FEED_H

#include "apply/apply.h"

/* What came of it. */
struct apply_fed {
	uint64_t created; /* records that were not there */
	size_t refused;	  /* with SG_REFUSED of a signal: its number */
};

struct apply_feed {
	void *arg;
	/* In the transaction, before all signals. SG_NONE: it is in already,
	 * nothing more is done. May be NULL. */
	enum sg_status (*begin)(void *arg, struct store *store,
				struct sg_err *err);
	/* The i-th; strings live in `pool`, until the next but one call. */
	enum sg_status (*signal)(void *arg, size_t i, struct pool *pool,
				 struct signal *signal_out, struct sg_err *err);
	size_t n_signals;
	/* After all of them. May be NULL. */
	enum sg_status (*end)(void *arg, struct store *store,
			      const struct apply_fed *fed, struct sg_err *err);
};

enum { APPLY_FEED_NOT_A_SIGNAL = -1 };

/*
 * All or nothing, and it is visible when it returns SG_OK. SG_NONE: begin()
 * said so. SG_REFUSED: the store refuses signal fed_out->refused, or
 * (size_t)APPLY_FEED_NOT_A_SIGNAL: begin() or end() refused. SG_BUSY: not now.
 * The functions run on the applier's thread. Any thread but the applier's.
 */
enum sg_status apply_feed(struct apply *apply, const struct apply_feed *feed,
			  struct apply_fed *fed_out,
			  struct sg_err *err) MUST_CHECK;

#endif
