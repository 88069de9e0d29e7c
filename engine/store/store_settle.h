/*
 * store_settle.h - entries of the history that do not count yet, and verdicts
 * that came later. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_SETTLE_H
#define ENGINE_STORE_STORE_SETTLE_H

#include "signal/signal.h"
#include "store/store.h"

struct store_settling {
	int64_t id;
	uint32_t record_id;
};

struct store_settlings {
	struct store_settling *rows;
	size_t n_rows;
};

/* Those that are settled at `now`, in order of when they were. */
enum sg_status store_settling_due(struct store *store, int64_t now, size_t most,
				  struct pool *pool,
				  struct store_settlings *out,
				  struct sg_err *err) MUST_CHECK;
/* When the first one is; SG_NONE: nothing settles. */
enum sg_status store_settling_next(struct store *store, int64_t *due_at_out,
				   struct sg_err *err) MUST_CHECK;
/* It counts from now on. */
enum sg_status store_settled(struct store *store, int64_t id,
			     struct sg_err *err) MUST_CHECK;
/* It does not count any more, until then. */
enum sg_status store_settle_again(struct store *store, int64_t id,
				  int64_t settle_until,
				  struct sg_err *err) MUST_CHECK;

/* Some of the hits, received before `before`, of whom nothing but a token says
 * who it was, and no record has that key. What was named by an address or key
 * stays, and so does all that people said. */
enum sg_status store_parked_expire(struct store *store, int64_t before,
				   bool *left_out,
				   struct sg_err *err) MUST_CHECK;

/* A later verdict: of one entry, or of those of a message. */
struct store_judgement {
	uint32_t record_id;  /* 0 = of nobody yet: */
	uint64_t record_key; /* of whom it would be */
	int64_t history_id;  /* 0 = by message */
	uint64_t message_id; /* with: */
	const char *name;    /* "" = any signal */
	int64_t since, until;
	enum verdict verdict;
	const char *reason;
};
enum sg_status store_judge(struct store *store,
			   const struct store_judgement *judgement,
			   struct sg_err *err) MUST_CHECK;

#endif
