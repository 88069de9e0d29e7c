/*
 * generation_parts.h - the inside of a generation under way, and what the
 * applier calls; for apply*.c and generation*.c only. The applier's thread,
 * except for `status`, which is under apply->lock.
 */
#ifndef ENGINE_APPLY_GENERATION_PARTS_H
#define ENGINE_APPLY_GENERATION_PARTS_H

#include "apply/generation.h"
#include "base/record_set.h"

struct fold_world;

struct generation {
	uint32_t id; /* being built; 0 = none */
	size_t base; /* index of its ruleset */
	uint32_t built_to;
	uint64_t n_built;
	struct record_set *dirty; /* built, and changed since */
	struct scoreboard *board; /* its scores */
	int64_t last_ledger_id;

	/* the slice under way */
	bool in_slice, switching;
	uint32_t slice_to;
	uint64_t slice_built;
	struct record_set *rebuilt;

	/* After a switch: whose rules give points to linked records. */
	struct record_set *rolling; /* NULL = none */
	bool removing;		    /* a generation is leaving */
	bool settling;		    /* states are written anew after a switch */
	unsigned settle_slices;
	struct generation_status status;
};

/* At start: what was under way. */
enum sg_status generation_load(struct apply *apply,
			       struct sg_err *err) MUST_CHECK;
void generation_drop(struct apply *apply); /* its memory */
/* In the transaction under way, before its commit. */
enum sg_status generation_note_touched(struct apply *apply,
				       struct sg_err *err) MUST_CHECK;
void generation_committed(struct apply *apply);
void generation_rolled_back(struct apply *apply);
/* A transaction of its own. SG_NONE: nothing to do. */
enum sg_status generation_run_slice(struct apply *apply,
				    struct sg_err *err) MUST_CHECK;
bool generation_busy(const struct apply *apply);
bool generation_settles(const struct apply *apply);

/* generation_build.c: one record of it, in the transaction under way */
enum sg_status generation_build(struct apply *apply, uint32_t record_id,
				bool again, struct sg_err *err) MUST_CHECK;
/* The shadow board as it was, after a restart. */
enum sg_status generation_fill_board(struct apply *apply,
				     struct sg_err *err) MUST_CHECK;
struct scoreboard *generation_new_board(struct apply *apply,
					struct sg_err *err);

/* generation_after.c: SG_NONE: nothing left to do */
enum sg_status generation_roll_slice(struct apply *apply,
				     struct sg_err *err) MUST_CHECK;
enum sg_status generation_remove_slice(struct apply *apply,
				       struct sg_err *err) MUST_CHECK;
enum sg_status generation_settle_slice(struct apply *apply,
				       struct sg_err *err) MUST_CHECK;

#endif
