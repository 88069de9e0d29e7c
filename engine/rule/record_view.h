/*
 * record_view.h - what a condition may ask about one record at one moment.
 * Whoever evaluates supplies it: the applier's fold (the record as it was at
 * the event time), the API and a broadcast (as it is now). What comes out is
 * borrowed and stays as it is as long as the view shows the same record at the
 * same moment; a callback may ask the view again. One thread a view.
 *
 * Names of lists, tags, scores and fields are exact, case included.
 */
#ifndef ENGINE_RULE_RECORD_VIEW_H
#define ENGINE_RULE_RECORD_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "score/score_part.h"
#include "signal/signal.h"

struct occurrence { /* one human-verdict signal in the record's history */
	const char *name;
	int64_t happened_at;
	const struct signal *signal; /* its properties; borrowed */
};

/* false stops the walk */
typedef bool occurrence_fn(void *arg, const struct occurrence *occurrence);

/* What `email` shows of a record: its key, if that is an address. */
static inline const char *
record_view_email(const char *key)
{
	return strchr(key, '@') ? key : NULL;
}

struct record_view {
	void *arg;
	/* NULL = the record has no such field (empty counts as none) */
	const char *(*field)(void *arg, const char *name);
	bool (*tag)(void *arg, const char *name);
	bool (*list)(void *arg, const char *name); /* joined now */
	/* false = the record has no such score (percent: also then 0 %, true)
	 */
	bool (*score)(void *arg, const char *name, enum score_part part,
		      double *value_out);
	const char *(*email)(void *arg); /* NULL: not an address */
	const char *(*module)(void *arg);
	int64_t (*created_at)(void *arg);
	/*
	 * Effective, human occurrences of `name` at or before the view's
	 * moment, newest first; those that are in no history, too:
	 * `record.created` once, at created_at; `record.changed` as
	 * `field.changed`, with old and new besides name and value;
	 * `score.changed` per ledger entry with score, points, balance.
	 */
	void (*occurrences)(void *arg, const char *name, occurrence_fn *fn,
			    void *fn_arg);
	/* state: NULL any but skipped and failed, "sent", "opened", "clicked":
	 * among its recipients, or by the signals broadcast.sent,
	 * email.opened, email.clicked (property broadcast or campaign) */
	bool (*broadcast)(void *arg, const char *name, const char *state);
	/* state: NULL any, "active", "finished", "stopped" */
	bool (*sequence)(void *arg, const char *name, const char *state);
};

#endif
