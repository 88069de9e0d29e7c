/* generation_after.c - after a switch, or a run that was cancelled: the rows
 * that count no more go, and the checkpoint is written anew; both in slices. */
#include "apply/apply_parts.h"
#include "store/store_generation.h"
#include "store/store_link.h"

enum { ROWS_AT_ONCE = 2000, STATES_AT_ONCE = 2000 };

enum sg_status
generation_remove_slice(struct apply *apply, struct sg_err *err)
{
	struct store_generation leaving;
	int64_t removed_to;
	enum sg_status status = apply_begin(apply, err);

	if (status != SG_OK)
		return status;
	status = store_generation_find(apply->store, "leaving", apply->work,
				       &leaving, err);
	if (status == SG_OK) {
		status = store_roll_up_remove_all(apply->store, leaving.id,
						  ROWS_AT_ONCE, err);
		if (status == SG_NONE)
			status = store_generation_remove(apply->store, &leaving,
							 ROWS_AT_ONCE,
							 &removed_to, err);
		if (status == SG_NONE)
			status = SG_OK; /* that one is gone: maybe another */
	} else if (status == SG_NONE) {
		apply_rollback(apply);
		apply->generation.removing = false;
		return SG_NONE;
	}
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK)
		apply_rollback(apply);
	return status;
}

/* --- the checkpoint ------------------------------------------------------- */

struct some {
	uint32_t ids[STATES_AT_ONCE];
	size_t n;
};

static bool
take_one(void *arg, uint32_t record_id)
{
	struct some *some = arg;

	some->ids[some->n++] = record_id;
	return some->n < STATES_AT_ONCE;
}

/*
 * All states are other ones now. They are written a part at a time; the last
 * part, and what was touched meanwhile, is an ordinary checkpoint, which says
 * that all of it is right. Live traffic may dirty as many as are written here,
 * so that there is a most.
 */
enum sg_status
generation_settle_slice(struct apply *apply, struct sg_err *err)
{
	struct generation *generation = &apply->generation;
	struct some some = {.n = 0};
	enum sg_status status;
	size_t i;

	record_set_each(apply->dirty, take_one, &some);
	if (some.n < STATES_AT_ONCE || !generation->settle_slices) {
		status = apply_checkpoint(apply, err);
		if (status == SG_OK)
			generation->settling = false;
		return status;
	}
	status = apply_begin(apply, err);
	if (status != SG_OK)
		return status;
	for (i = 0; i < some.n && status == SG_OK; i++)
		status = apply_checkpoint_record(apply, some.ids[i], err);
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK) {
		apply_rollback(apply);
		return status;
	}
	generation->settle_slices--;
	for (i = 0; i < some.n; i++)
		record_set_remove(apply->dirty, some.ids[i]);
	return SG_OK;
}
