/*
 * generation_parts.h - the inside of a generation under way, and what the
 * applier calls; for apply*.c and generation*.c only. The applier's thread,
 * except for `status`, which is under apply->lock.
 */
#ifndef ENGINE_APPLY_GENERATION_PARTS_H
#define ENGINE_APPLY_GENERATION_PARTS_H

#include "apply/generation.h"
#include "base/record_set.h"

struct fold_out;
struct fold_world;
struct store_record;

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
	/* Whose points along links changed after they were built, and of each
	 * record how many links that came along. */
	struct record_set *relinked;
	uint8_t *depths;
	size_t n_depths;

	bool removing; /* a generation is leaving */
	bool settling; /* states are written anew after a switch */
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

/* generation_link.c: what the record's rules give along its links there */
enum sg_status generation_roll_up(struct apply *apply,
				  const struct store_record *source,
				  const struct fold_out *out,
				  struct sg_err *err) MUST_CHECK;
/* It is deleted, or forgotten: it gives nothing any more. */
enum sg_status generation_leave(struct apply *apply, uint32_t record_id,
				struct sg_err *err) MUST_CHECK;

/* generation_after.c: SG_NONE: nothing left to do */
enum sg_status generation_remove_slice(struct apply *apply,
				       struct sg_err *err) MUST_CHECK;
enum sg_status generation_settle_slice(struct apply *apply,
				       struct sg_err *err) MUST_CHECK;

#endif
