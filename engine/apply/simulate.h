/*
 * simulate.h - `rules simulate`: what scores would be if other rules had been
 * there always (scoring §3), in memory, beside live traffic: it reads a
 * snapshot of the store on the caller's thread and writes nothing.
 *
 * The history is read in the order it lies in the file, a part of the records
 * at a time, put in order of record in memory and folded; properties that no
 * condition asks about are not looked at. Memory: SIMULATE_ENTRIES entries of
 * 32 bytes, or so many as the applier's cache has room for; the distinct sets
 * of properties in them; and 16 bytes a record.
 * With rules that give points along links, who gets some is folded again with
 * them, and these points are kept, 56 bytes each.
 */
#ifndef ENGINE_APPLY_SIMULATE_H
#define ENGINE_APPLY_SIMULATE_H

#include "apply/apply.h"

enum {
	SIMULATE_ENTRIES = 12000000, /* of one part, about */
	SIMULATE_BINS = 10,
	SIMULATE_THRESHOLDS_MOST = 64,
	SIMULATE_MOVERS_MOST = 100,
	SIMULATE_REASONS = 3
};

struct simulate_threshold {
	const char *name; /* of an automation; "" = asked for, or of a band */
	const char *band; /* that begins there; NULL = none */
	double at;
	uint64_t above_before, above_after; /* score >= at */
	uint64_t up, down;		    /* crossed it */
};

struct simulate_reason { /* a rule: worth now, in the two worlds */
	const char *rule;
	double before, after;
};

struct simulate_mover {
	uint32_t record_id;
	const char *key;
	bool had, has; /* a score */
	double before, after;
	size_t n_reasons; /* those that differ most, at most SIMULATE_REASONS */
	struct simulate_reason *reasons;
};

struct simulate_options {
	struct ruleset *rules; /* their ids are set: by place, from 1 */
	uint32_t score_id;
	const char *module; /* NULL = all */
	size_t n_movers;
	size_t n_thresholds;
	struct simulate_threshold *thresholds; /* name and at are set */
	size_t entries_most;		       /* 0 = SIMULATE_ENTRIES */
	/* Asked now and then; true: give up with SG_BUSY. May be NULL. */
	bool (*given_up)(void *arg);
	void *given_up_arg;
};

struct simulate_side {
	uint64_t scored; /* records that have a score */
	double total, mean, median, lowest, top;
	uint64_t bins[SIMULATE_BINS];
};

struct simulate_report {
	int64_t now;
	uint64_t records, signals, changed; /* of the module */
	double lo, hi;			    /* of the bins */
	struct simulate_side before, after;
	size_t n_movers;
	struct simulate_mover *movers; /* the most first */
};

/* `store` is a reader of the caller's; strings in `pool`. */
enum sg_status simulate(struct apply *apply, struct store *store,
			const struct simulate_options *options,
			struct pool *pool, struct simulate_report *out,
			struct sg_err *err) MUST_CHECK;

#endif
