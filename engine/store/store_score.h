/*
 * store_score.h - the named scores, and the checkpoint of the scoreboard: one
 * opaque blob a record and score, right up to a ledger id; what comes after is
 * in the ledger's tail (store_ledger_each). Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_SCORE_H
#define ENGINE_STORE_STORE_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

struct store_score {
	uint32_t id; /* from 1, dense; 1 is "lead" */
	const char *name;
	double degrade; /* percent a day; 0 = none */
	bool degrade_negative;
	bool has_default, has_floor, has_ceiling;
	double default_points, floor, ceiling;
};

struct store_scores {
	struct store_score *rows; /* in order of id; "lead" is always there */
	size_t n_rows;
};

/* Writes the settings under that name, giving it the next id when it is new;
 * score->id is not read. */
enum sg_status store_score_put(struct store *store,
			       const struct store_score *score,
			       uint32_t *id_out, struct sg_err *err) MUST_CHECK;
enum sg_status store_scores_all(struct store *store, struct pool *pool,
				struct store_scores *out,
				struct sg_err *err) MUST_CHECK;

/* SG_NONE: no checkpoint of the generation in force (then all of its ledger is
 * the tail). */
enum sg_status store_checkpoint_get(struct store *store, int64_t *ledger_id_out,
				    struct sg_err *err) MUST_CHECK;
enum sg_status store_checkpoint_set(struct store *store, int64_t ledger_id,
				    struct sg_err *err) MUST_CHECK;

/* Call in order of record_id. */
enum sg_status store_score_state_put(struct store *store, uint32_t record_id,
				     uint32_t score_id, const void *state,
				     size_t len, struct sg_err *err) MUST_CHECK;
enum sg_status store_score_state_remove(struct store *store, uint32_t record_id,
					struct sg_err *err) MUST_CHECK;

struct store_score_state {
	uint32_t record_id, score_id;
	const void *state; /* borrowed until fn returns */
	size_t len;
};
typedef enum sg_status
store_score_state_fn(void *arg, const struct store_score_state *state,
		     struct sg_err *err);
/* In order of (record_id, score_id). */
enum sg_status store_score_state_each(struct store *store,
				      store_score_state_fn *fn, void *arg,
				      struct sg_err *err) MUST_CHECK;

#endif
