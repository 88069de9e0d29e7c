/*
 * fold.h - a record's scores are a fold of its history (scoring §2). Pure: no
 * store, no clock.
 *
 * The steps are the history entries in order of (happened_at, id), and
 * between them the moments at which something changes by itself: a new ruleset
 * for the field rules, and a field rule whose answer changes by time. A step
 * gives ledger entries, and says which field, tag or list changed. The same
 * history gives the same entries whatever the order it arrived in.
 *
 * One thread at a time for one record; the world is only read.
 */
#ifndef ENGINE_APPLY_FOLD_H
#define ENGINE_APPLY_FOLD_H

#include "apply/fold_world.h"
#include "base/pool.h"
#include "score/score_apply.h"
#include "signal/signal.h"
#include "store/store_list.h"

enum { FOLD_DEPTH_MOST = 8 }; /* of a chain of score.changed */

struct fold_record;

struct fold_entry {
	int64_t id;	  /* of the history */
	uint32_t ruleset; /* in force when it was received */
	const struct signal *signal;
};

/* One ledger entry to be. */
struct fold_points {
	uint32_t score_id;
	uint32_t rule_id;   /* 0 = no rule */
	int64_t history_id; /* 0 = time or a new ruleset */
	struct score_entry entry;
	const char *explanation;
};

enum fold_change_kind {
	FOLD_FIELD,	/* name, value ("" = gone) */
	FOLD_TAG_ADDED, /* name */
	FOLD_TAG_REMOVED,
	FOLD_LIST,	   /* name, state, since, value = how */
	FOLD_SUPPRESSED,   /* name = reason, value = evidence, since, until,
			      source, forced */
	FOLD_UNSUPPRESSED, /* – */
	FOLD_CONSENT,	   /* name = what, value = state, since, source,
			      wording */
	FOLD_LINKED,	   /* name = relation, to, since */
	FOLD_UNLINKED,	   /* name, to */
	FOLD_DELETED
};

struct fold_change {
	enum fold_change_kind kind;
	const char *name, *value;
	enum list_state state;
	int64_t since, until; /* until 0 = for good */
	const char *source, *wording;
	bool forced; /* by a person: replaces any other */
	uint32_t to; /* the record at the other end of a link */
};

/* Points that a linked record gets, too: a rule's `also`. */
struct fold_roll {
	uint32_t to;
	const char *rule;
	uint32_t ruleset;   /* whose rule it is */
	int64_t history_id; /* 0 = time */
	int64_t at;
	double points;
	double of; /* what the rule gives when nothing caps it */
};

/* A person clicked in a message that had not been opened. */
struct fold_implied {
	uint64_t message_id;
	int64_t at;
	uint32_t ruleset;
	const char *campaign; /* NULL = not known */
};

/* What steps give; grows from step to step until fold_out_clear(). */
struct fold_out {
	struct pool *pool; /* owns the strings; cleared by the caller */
	bool quiet;	   /* collect nothing: only the state is wanted */
	bool rolls_too;	   /* when quiet: and what goes along links */
	bool effective;	   /* of the last fold_step() */
	bool chain_too_deep;
	size_t n_points, points_cap;
	struct fold_points *points;
	size_t n_changes, changes_cap;
	struct fold_change *changes;
	size_t n_rolls, rolls_cap;
	struct fold_roll *rolls;
	size_t n_implied, implied_cap;
	struct fold_implied *implied; /* no entry of the history says so yet */
};
void fold_out_init(struct fold_out *out, struct pool *pool, bool quiet);
void fold_out_done(struct fold_out *out);
void fold_out_clear(struct fold_out *out);

struct fold_record *fold_record_new(uint32_t record_id, const char *module,
				    const char *key);
void fold_record_free(struct fold_record *record);
/* Another one, as new, in the memory of this. */
void fold_record_again(struct fold_record *record, uint32_t record_id,
		       const char *module, const char *key);
/* It will be used soon; and then what hangs on it. */
void fold_prefetch(const struct fold_record *record);
void fold_prefetch_scores(const struct fold_record *record);
size_t fold_record_bytes(const struct fold_record *record);

/* Does the entry come after all that was folded? Otherwise: refold. */
bool fold_in_order(const struct fold_record *record, int64_t happened_at);
void fold_step(struct fold_record *record, const struct fold_world *world,
	       const struct fold_entry *entry, struct fold_out *out);
/* What changes by itself up to and at `to`. */
void fold_advance_to(struct fold_record *record, const struct fold_world *world,
		     int64_t to, struct fold_out *out);
/* When it next changes by time alone; INT64_MAX = never. */
int64_t fold_next_change(const struct fold_record *record);
const char *fold_module(const struct fold_record *record);
const char *fold_key(const struct fold_record *record);
bool fold_deleted(const struct fold_record *record);

/* Never changed: false, and an empty state. */
bool fold_score(const struct fold_record *record, uint32_t score_id,
		struct score_state *state_out);
/* Of two suppressions the one whose reason is stronger holds. */
int fold_suppression_strength(const char *reason);
/* Of a SIGNAL_SUPPRESS at `at`; 0 = for good. */
int64_t fold_suppression_until(const struct bounce_policy *policy,
			       const struct signal *signal, int64_t at);

/* Is or was it in a sequence? state: NULL any, "active", "finished",
 * "stopped". */
bool fold_in_sequence(const struct fold_record *record, const char *name,
		      const char *state);
/* Left this list; LIST_EVERYTHING: unsubscribed from all. */
bool fold_has_left(const struct fold_record *record, const char *list);

/* As it is: each in turn as if it had just changed. */
void fold_each_field(const struct fold_record *record,
		     void (*fn)(void *arg, const char *name, const char *value),
		     void *arg);
void fold_each_tag(const struct fold_record *record,
		   void (*fn)(void *arg, const char *tag), void *arg);
void fold_each_list(const struct fold_record *record,
		    void (*fn)(void *arg, const struct fold_change *list),
		    void *arg);
void fold_each_link(const struct fold_record *record,
		    void (*fn)(void *arg, const struct fold_change *link),
		    void *arg);

/* The record a SIGNAL_LINK or SIGNAL_UNLINK names; 0 = none. */
uint32_t fold_link_to(const struct signal *signal);
/* Before the first step: what the key was then. */
void fold_record_set_key(struct fold_record *record, const char *key);

#endif
