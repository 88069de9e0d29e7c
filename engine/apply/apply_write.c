/* apply_write.c - from what the fold gave to rows. */
#include <stdlib.h>
#include <string.h>

#include "apply/apply_automation.h"
#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "base/log.h"
#include "store/store_timer.h"

void
apply_touch(struct apply *apply, struct cached *cached)
{
	struct cached **place;

	if (cached->touched)
		return;
	cached->touched = true;
	apply->touched = fold_grow(apply->touched, &apply->n_touched,
				   &apply->touched_cap, sizeof(*place));
	apply->touched[apply->n_touched - 1] = cached;
}

void
apply_ledger_row(const struct score_rates *rates,
		 const struct fold_points *points, uint32_t record_id,
		 struct store_ledger *row_out)
{
	const struct score_entry *entry = &points->entry;

	*row_out = (struct store_ledger){
		.record_id = record_id,
		.score_id = points->score_id,
		.at = entry->at,
		.delta = entry->delta,
		.class = (int)entry->class,
		.side = entry->side ? -1 : 1,
		.rate = entry->class == LEDGER_TOUCH ? rates->rates[entry->rate]
						     : 0,
		.entry = (int)entry->entry,
		.rule_id = points->rule_id,
		.history_id = points->history_id,
		.explanation = points->explanation,
		.balance = entry->balance,
	};
}

enum sg_status
apply_write_points(struct apply *apply, struct cached *cached,
		   const struct fold_points *points, bool correcting,
		   struct sg_err *err)
{
	struct store_ledger row;

	apply_ledger_row(&apply->world.rates, points, cached->id, &row);
	row.id = store_new_id(apply->store, apply->now);
	row.correcting = correcting;
	apply->written_ledger_id = row.id;
	cached->scored = true;
	apply_touch(apply, cached);
	automations_entry(apply, cached, &row);
	return store_ledger_append(apply->store, &row, err);
}

static enum sg_status
write_list(struct apply *apply, const struct cached *cached,
	   const struct fold_change *change, struct sg_err *err)
{
	struct store_member member = {.list = change->name,
				      .record_id = cached->id,
				      .state = change->state,
				      .since = change->since,
				      .how = change->value};

	return store_member_set(apply->store, &member, err);
}

static enum sg_status
write_deletion(struct apply *apply, struct cached *cached, struct sg_err *err)
{
	enum sg_status status = apply_keep_roll_ups(apply, cached->id, err);

	cached->deleted = true;
	apply_index_remove(apply->index, cached->record_key);
	return status == SG_OK ? store_record_delete(apply->store, cached->id,
						     apply->now, err)
			       : status;
}

static enum sg_status
write_change(struct apply *apply, struct cached *cached,
	     const struct fold_change *change, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	switch (change->kind) {
	case FOLD_FIELD:
		return store_field_set(apply->store, cached->id, change->name,
				       change->value, err);
	case FOLD_TAG_ADDED:
		return store_tag_add(apply->store, cached->id, change->name,
				     err);
	case FOLD_TAG_REMOVED:
		return store_tag_remove(apply->store, cached->id, change->name,
					err);
	case FOLD_LIST:
		return write_list(apply, cached, change, err);
	case FOLD_SUPPRESSED:
	case FOLD_UNSUPPRESSED:
		return apply_write_suppression(apply, cached, change, err);
	case FOLD_CONSENT:
		return apply_write_consent(apply, cached, change, err);
	case FOLD_LINKED:
	case FOLD_UNLINKED:
		return apply_write_link(apply, cached, change, err);
	case FOLD_DELETED:
		status = write_deletion(apply, cached, err);
		break;
	}
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
apply_write_timer(struct apply *apply, struct cached *cached,
		  struct sg_err *err)
{
	int64_t next = fold_next_change(cached->fold);
	struct store_timer timer = {.record_id = cached->id,
				    .kind = "field-rules",
				    .object = "",
				    .due_at = next};
	int64_t had = cached->timer_at;

	if (next == had || cached->deleted)
		return SG_OK;
	cached->timer_at = next;
	apply_touch(apply, cached);
	if (next < apply->next_timer)
		apply->next_timer = next;
	if (next != INT64_MAX)
		return store_timer_set(apply->store, &timer, err);
	/* Most records never have one: ask only where one can be. */
	if (!had)
		return SG_OK;
	return store_timer_remove(apply->store, cached->id, timer.kind,
				  timer.object, err);
}

enum sg_status
apply_write(struct apply *apply, struct cached *cached, struct sg_err *err)
{
	const struct fold_out *out = &apply->out;
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < out->n_points && status == SG_OK; i++)
		status = apply_write_points(apply, cached, &out->points[i],
					    false, err);
	for (i = 0; i < out->n_changes && status == SG_OK; i++)
		status = write_change(apply, cached, &out->changes[i], err);
	if (out->chain_too_deep)
		log_error("a chain of score.changed was stopped at depth %d "
			  "record=%u",
			  FOLD_DEPTH_MOST, cached->id);
	if (status == SG_OK)
		status = apply_write_timer(apply, cached, err);
	if (status == SG_OK)
		status = apply_roll_up(apply, cached, out, false, err);
	return status;
}
