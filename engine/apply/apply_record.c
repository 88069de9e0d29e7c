/* apply_record.c - whose signal it is: found, made, or kept for later. */
#include <string.h>

#include "apply/apply_parts.h"
#include "base/log.h"
#include "signal/record_key.h"

/* Things that make a record of somebody not seen before. A list one leaves, a
 * suppression, a deletion need none. */
static bool
may_create(const struct apply *apply, const struct signal *signal)
{
	switch (signal->kind) {
	case SIGNAL_RECORD_CREATE:
		return true;
	case SIGNAL_HAPPENED:
	case SIGNAL_FIELD_SET:
	case SIGNAL_TAG_ADD:
	case SIGNAL_LIST_JOIN:
	case SIGNAL_LIST_CONFIRM:
	case SIGNAL_SCORE_ADD:
	case SIGNAL_SCORE_SET:
	case SIGNAL_LINK:
		return apply->options.create_contacts;
	default:
		return false;
	}
}

/* The record key in a token goes before the address that stands beside it. */
static enum sg_status
identify(struct apply *apply, const struct signal *signal,
	 struct apply_target *target, struct sg_err *err)
{
	struct buf normal = BUF_INIT;
	enum sg_status status;
	uint64_t key;

	/* Of who is there the token says enough; changes may want the key. */
	if (!*signal->key ||
	    (signal->kind == SIGNAL_HAPPENED &&
	     apply_index_find(apply->index, target->record_key)))
		return SG_OK;
	status =
		record_key_normalise(target->module, signal->key, &normal, err);
	if (status == SG_OK) {
		key = record_key_hash(apply->options.record_secret,
				      target->module, buf_text(&normal));
		if (!target->record_key)
			target->record_key = key;
		if (target->record_key == key)
			target->normal =
				pool_strdup(apply->work, buf_text(&normal));
	} else if (status == SG_REFUSED) {
		status = SG_OK; /* kept unmatched */
	}
	buf_done(&normal);
	return status;
}

static enum sg_status
create(struct apply *apply, const struct signal *signal,
       struct apply_target *target, struct sg_err *err)
{
	struct fold_record *fold;
	struct cached *cached;
	enum sg_status status;

	status = store_record_create(apply->store, target->record_key,
				     target->module, target->normal,
				     signal->happened_at, &target->id, err);
	if (status != SG_OK)
		return status;
	status = apply_adopt(apply, target, target->record_key, err);
	if (status != SG_OK)
		return status;
	target->created = true;
	fold = fold_record_new(target->id, target->module, target->normal);
	cached = apply_cache_put(apply->cache, target->id, target->record_key,
				 fold);
	cached->timer_at = INT64_MAX;
	cached->created = true;
	apply_touch(apply, cached);
	apply_index_add(apply->index, target->record_key, target->id);
	return SG_OK;
}

enum sg_status
apply_find_record(struct apply *apply, const struct signal *signal,
		  struct apply_target *target_out, struct sg_err *err)
{
	struct apply_target target = {.record_key = signal->record_key,
				      .module = *signal->module ? signal->module
								: "contact",
				      .normal = ""};
	struct store_record record;
	enum sg_status status = identify(apply, signal, &target, err);

	if (status == SG_OK)
		status = apply_match(apply, signal, &target, err);
	if (status != SG_OK)
		return status;
	if (!target.id)
		target.id = apply_index_find(apply->index, target.record_key);
	if (!target.id && target.record_key) {
		/* An address that changed has an alias there. */
		status = apply->no_aliases
				 ? SG_NONE
				 : store_record_find(apply->store,
						     target.record_key,
						     apply->work, &record, err);
		if (status == SG_OK) {
			target.id = record.id;
			target.own_key = record.record_key;
		} else if (status == SG_NONE && *target.normal &&
			   may_create(apply, signal)) {
			status = create(apply, signal, &target, err);
		}
		if (status != SG_OK && status != SG_NONE)
			return status;
	}
	*target_out = target;
	return SG_OK;
}

enum sg_status
apply_fold_history(struct apply *apply, const struct fold_world *world,
		   uint32_t id, struct fold_record *fold, struct fold_out *out,
		   struct sg_err *err)
{
	struct store_history_rows rows;
	struct pool *pool = pool_new();
	enum sg_status status;
	size_t i;

	status = world->generation
			 ? store_history_of_generation(apply->store,
						       world->generation, id,
						       pool, &rows, err)
			 : store_history_of(apply->store, id, pool, &rows, err);
	if (status == SG_OK)
		apply_set_first_key(fold, &rows, pool);
	for (i = 0; i < rows.n_rows && status == SG_OK; i++) {
		const struct store_history *row = &rows.rows[i];
		struct fold_entry entry = {.id = row->id,
					   .ruleset = row->ruleset};
		struct signal signal;

		status = store_history_signal(row, pool, &signal, err);
		if (status != SG_OK)
			break;
		entry.signal = &signal;
		fold_step(fold, world, &entry, out);
		if (world->generation && row->kind == SIGNAL_ROLL_UP &&
		    out->effective != row->effective)
			status = store_history_set_effective(
				apply->store, row->id, out->effective, err);
	}
	pool_free(pool);
	return status;
}

enum sg_status
apply_load_record(struct apply *apply, uint32_t id, struct cached **cached_out,
		  struct sg_err *err)
{
	enum sg_status status = apply_load_late(apply, id, cached_out, err);

	return status == SG_OK ? apply_late_end(apply, *cached_out, err)
			       : status;
}

enum sg_status
apply_load_late(struct apply *apply, uint32_t id, struct cached **cached_out,
		struct sg_err *err)
{
	struct cached *cached = apply_cache_get(apply->cache, id);
	struct store_record record;
	struct fold_record *fold;
	struct fold_out quiet;
	enum sg_status status;

	if (cached) {
		*cached_out = cached;
		return SG_OK;
	}
	status = store_record_get(apply->store, id, apply->work, &record, err);
	if (status == SG_NONE)
		return err_set(err, SG_FAILED, "record %u is not there", id);
	if (status != SG_OK)
		return status;
	fold = fold_record_new(id, record.module, record.key);
	fold_out_init(&quiet, apply->work, true);
	status =
		apply_fold_history(apply, &apply->world, id, fold, &quiet, err);
	fold_out_done(&quiet);
	if (status != SG_OK) {
		fold_record_free(fold);
		return status;
	}
	cached = apply_cache_put(apply->cache, id, record.record_key, fold);
	/* Time and rulesets since its last entry: some of it may have been
	 * written by a sweep or a timer, before it fell out of the cache. */
	fold_out_clear(&apply->out);
	apply_touch(apply, cached); /* not to be kept if this fails */
	fold_advance_to(fold, &apply->world, apply->now, &apply->out);
	status = apply_write_missing(apply, cached, err);
	*cached_out = cached;
	return status;
}
