/*
 * store_ledger.h - the truth about scores: entries that are only ever added.
 * `class`, `side` and `entry` are the numbers of the schema; score/ gives them
 * names. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_LEDGER_H
#define ENGINE_STORE_STORE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

enum {
	LEDGER_ENTRY_POINTS = 1,
	LEDGER_ENTRY_CLOSING = 2,
	LEDGER_ENTRY_ERASE = 3
};

struct store_ledger {
	int64_t id; /* store_new_id() */
	uint32_t record_id;
	uint32_t score_id;
	int64_t at; /* effective time */
	double delta;
	int class;   /* 1 field, 2 touch, 3 manual */
	int side;    /* +1 or -1: the sum it belongs to */
	double rate; /* percent a day, touch only */
	int entry;   /* 1 points, 2 closing, 3 erase mark */
	bool correcting;
	uint32_t rule_id;
	int64_t history_id;
	const char *explanation;
	double balance;	     /* the score after it, at `at` */
	uint32_t generation; /* to append: 0 = that in force. Not read. */
};

struct store_ledger_rows {
	struct store_ledger *rows;
	size_t n_rows;
};

enum sg_status store_ledger_append(struct store *store,
				   const struct store_ledger *entry,
				   struct sg_err *err) MUST_CHECK;
/* One record's entries in order of id; score_id 0 = all scores. */
enum sg_status store_ledger_of(struct store *store, uint32_t record_id,
			       uint32_t score_id, struct pool *pool,
			       struct store_ledger_rows *out,
			       struct sg_err *err) MUST_CHECK;

/* The same of another generation than that in force. */
enum sg_status store_ledger_of_generation(struct store *store,
					  uint32_t generation,
					  uint32_t record_id, struct pool *pool,
					  struct store_ledger_rows *out,
					  struct sg_err *err) MUST_CHECK;

/* Rows are borrowed. Anything but SG_OK from fn ends the walk. */
typedef enum sg_status store_ledger_fn(void *arg,
				       const struct store_ledger *entry,
				       struct sg_err *err);
/* All with id > after, in order of id: the tail after a checkpoint. */
enum sg_status store_ledger_each(struct store *store, int64_t after,
				 store_ledger_fn *fn, void *arg,
				 struct sg_err *err) MUST_CHECK;
/* All, in order of (record_id, id): `verify`. */
enum sg_status store_ledger_each_by_record(struct store *store,
					   store_ledger_fn *fn, void *arg,
					   struct sg_err *err) MUST_CHECK;

/* The newest time between these two at which something happened or gave points,
 * of what was written since `since`. SG_NONE: nothing did. */
enum sg_status store_newest_at(struct store *store, int64_t since,
			       int64_t until, int64_t *at_out,
			       struct sg_err *err) MUST_CHECK;

/* What each rule version gave, all records: for the list of rules. */
struct store_rule_points {
	uint32_t rule_id;
	uint64_t n_entries;
	double points;
};
struct store_rule_sums {
	struct store_rule_points *rows; /* in order of rule_id */
	size_t n_rows;
};
enum sg_status store_ledger_rule_sums(struct store *store, struct pool *pool,
				      struct store_rule_sums *out,
				      struct sg_err *err) MUST_CHECK;
struct store_ledger_totals {
	uint64_t n_entries;
	int64_t last_id; /* 0 = none */
};
enum sg_status store_ledger_get_totals(struct store *store,
				       struct store_ledger_totals *out,
				       struct sg_err *err) MUST_CHECK;

#endif
