/*
 * apply_adopted.c - entries that had waited for a record fire automations when
 * they become its own, as what comes late does: the first of them at once, the
 * rest in slices between batches. Which are left to fire is in the store.
 */
#include "apply/apply_automation.h"
#include "apply/apply_parts.h"
#include "store/store_adopted.h"

enum { AT_ONCE = 200 };

/* SG_NONE: it is gone meanwhile. */
static enum sg_status
fire(struct apply *apply, uint32_t record_id, int64_t history_id,
     struct sg_err *err)
{
	struct automation_event event = {.history_id = history_id};
	struct store_record record;
	struct store_history row;
	struct cached *cached;
	struct signal signal;
	enum sg_status status = store_record_get(apply->store, record_id,
						 apply->work, &record, err);

	if (status == SG_OK && record.deleted_at)
		return SG_NONE;
	if (status == SG_OK)
		status = apply_load_record(apply, record_id, &cached, err);
	if (status == SG_OK)
		status = store_history_get(apply->store, history_id,
					   apply->work, &row, err);
	if (status == SG_OK)
		status = store_history_signal(&row, apply->work, &signal, err);
	if (status != SG_OK)
		return status;
	event.signal = &signal;
	event.effective = row.effective;
	return automations_after(apply, cached, &event, err);
}

enum sg_status
apply_fire_adopted(struct apply *apply, const struct apply_target *target,
		   struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	if (!target->id)
		return SG_OK;
	for (i = 0; i < target->n_adopted_ids && status == SG_OK; i++) {
		status = fire(apply, target->id, target->adopted_ids[i], err);
		if (status == SG_NONE)
			status = SG_OK;
	}
	return status;
}

enum sg_status
apply_load_adopted(struct apply *apply, struct sg_err *err)
{
	struct store_adopted row;
	size_t n = 0;
	enum sg_status status =
		store_adopted_first(apply->store, 1, &row, &n, err);

	apply->firing_adopted = status == SG_OK && n;
	return status;
}

static enum sg_status
fire_some(struct apply *apply, size_t *n_out, struct sg_err *err)
{
	struct store_adopted rows[AT_ONCE];
	enum sg_status status =
		store_adopted_first(apply->store, AT_ONCE, rows, n_out, err);
	size_t i;

	for (i = 0; i < *n_out && status == SG_OK; i++) {
		status =
			fire(apply, rows[i].record_id, rows[i].history_id, err);
		if (status == SG_OK || status == SG_NONE)
			status = automations_run(apply, err);
	}
	if (status == SG_OK && *n_out)
		status = store_adopted_remove_to(apply->store,
						 rows[*n_out - 1].place, err);
	return status;
}

enum sg_status
apply_run_adopted(struct apply *apply, struct sg_err *err)
{
	enum sg_status status;
	size_t n = 0;

	if (!apply->firing_adopted)
		return SG_NONE;
	status = apply_begin(apply, err);
	if (status != SG_OK)
		return status;
	status = fire_some(apply, &n, err);
	if (status == SG_OK)
		status = apply_commit(apply, err);
	if (status != SG_OK) {
		apply_rollback(apply);
		return status == SG_REFUSED || status == SG_NONE ? SG_FAILED
								 : status;
	}
	apply->firing_adopted = n == AT_ONCE;
	return SG_OK;
}
