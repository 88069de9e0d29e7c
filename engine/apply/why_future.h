/*
 * why_future.h - what a score will be if nothing happens, and when it next
 * crosses a threshold: the record's fold goes on by what is known (points that
 * expire, absences that come true, conditions that turn by time), and between
 * two such moments the crossing is solved (score_crossing.h). Any thread, on a
 * reading connection.
 */
#ifndef ENGINE_APPLY_WHY_FUTURE_H
#define ENGINE_APPLY_WHY_FUTURE_H

#include "apply/apply.h"
#include "base/pool.h"

enum { WHY_THRESHOLDS_MOST = 64 };

struct why_asked {
	uint32_t record_id, score_id;
	int64_t now;
	size_t n_thresholds;
	double thresholds[WHY_THRESHOLDS_MOST];
};

struct why_crossing {
	double threshold;
	int64_t at;
	bool rises; /* to it; otherwise it falls below */
};

struct why_future {
	double in_7_days, in_30_days;
	size_t n_crossings; /* the next of each threshold that has one */
	struct why_crossing crossings[WHY_THRESHOLDS_MOST]; /* by time */
};

/* Asks about one more; past the most, and one asked for already: not. */
void why_ask(struct why_asked *asked, double threshold);
/* About all that something hangs on: bands and automations. */
void why_ask_known(struct apply *apply, struct why_asked *asked,
		   const char *score);
enum sg_status why_look_ahead(struct apply *apply, struct store *store,
			      const struct why_asked *asked,
			      struct why_future *future_out,
			      struct sg_err *err) MUST_CHECK;

#endif
