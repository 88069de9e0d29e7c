/*
 * apply_match.c - records named by the value of a unique field, and what makes
 * such a value appear: entries that had waited for it are the record's.
 */
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "signal/field_type.h"
#include "signal/record_key.h"
#include "signal/record_ref.h"
#include "store/store_adopted.h"

enum { FIRE_AT_ONCE = 200 };

enum sg_status
apply_match(struct apply *apply, const struct signal *signal,
	    struct apply_target *target, struct sg_err *err)
{
	char field[RECORD_REF_NAME_SIZE];
	struct store_record record;
	enum sg_status status;
	const char *value;

	if (target->record_key || /* of a token, which goes before */
	    !record_ref_read(signal->key, field, &value))
		return SG_OK;
	status = store_field_find(apply->store, target->module, field, value,
				  &target->id, err);
	if (status == SG_OK)
		status = store_record_get(apply->store, target->id, apply->work,
					  &record, err);
	if (status == SG_OK)
		target->record_key = record.record_key;
	else if (status == SG_NONE)
		target->record_key =
			record_key_hash(apply->options.record_secret,
					target->module, signal->key);
	return status == SG_NONE ? SG_OK : status;
}

/* Those that fire at once, after those of another key; the rest later. */
static enum sg_status
note_waiting(struct apply *apply, struct apply_target *target,
	     uint64_t record_key, struct sg_err *err)
{
	struct store_history_ids ids;
	enum sg_status status;
	int64_t *all;

	status = store_history_waiting(apply->store, record_key, FIRE_AT_ONCE,
				       apply->work, &ids, err);
	if (status != SG_OK)
		return status;
	all = pool_alloc(apply->work,
			 (target->n_adopted_ids + ids.n + 1) * sizeof(*all));
	if (target->n_adopted_ids)
		memcpy(all, target->adopted_ids,
		       target->n_adopted_ids * sizeof(*all));
	if (ids.n)
		memcpy(all + target->n_adopted_ids, ids.ids,
		       ids.n * sizeof(*all));
	target->adopted_ids = all;
	target->n_adopted_ids += ids.n;
	if (ids.n < FIRE_AT_ONCE)
		return SG_OK;
	apply->firing_adopted = true;
	return store_adopted_add(apply->store, record_key, target->id, ids.n,
				 err);
}

enum sg_status
apply_adopt(struct apply *apply, struct apply_target *target,
	    uint64_t record_key, struct sg_err *err)
{
	uint64_t adopted = 0;
	enum sg_status status;

	if (!apply_index_find(apply->waiting, record_key))
		return SG_OK;
	status = note_waiting(apply, target, record_key, err);
	if (status == SG_OK)
		status = store_history_adopt(apply->store, record_key,
					     target->id, &adopted, err);
	if (status == SG_OK)
		status = store_unmatched_forget(apply->store, record_key, err);
	target->adopted += adopted;
	return status;
}

/* What was waited for, as people named it. */
enum sg_status
apply_name_unmatched(struct apply *apply, const struct signal *signal,
		     struct sg_err *err)
{
	struct buf shown = BUF_INIT;
	enum sg_status status;

	/* Of who is suppressed, or denies, only a hash is kept. */
	if (!*signal->key || signal->kind != SIGNAL_HAPPENED)
		return SG_OK;
	record_ref_show(signal->key, &shown);
	status = store_unmatched_name(apply->store, signal->record_key,
				      signal->module, buf_text(&shown), err);
	buf_done(&shown);
	return status;
}

/* What another system called it once leads to it still: a dispute names the
 * payment of an older order. By a webhook only: people correct what is wrong.
 */
static enum sg_status
keep_called(struct apply *apply, const struct apply_target *target,
	    const struct signal *signal, uint64_t reference, struct sg_err *err)
{
	const char *name = signal_get(signal, "name");

	if (strcmp(signal->source, "webhook") != 0 ||
	    strncmp(name, FIELD_EXTERNAL_ID, strlen(FIELD_EXTERNAL_ID)) != 0)
		return SG_OK;
	apply->no_aliases = false;
	return store_record_add_alias(apply->store, reference, target->id, err);
}

/* A value that another record of the module has is refused: entrances say so
 * before, this is for two that came at once. */
enum sg_status
apply_check_unique(struct apply *apply, struct apply_target *target,
		   struct signal *signal, struct sg_err *err)
{
	const char *name = signal_get(signal, "name");
	const char *value = signal_get(signal, "value");
	struct buf reference = BUF_INIT;
	uint32_t holder = 0;
	uint64_t key;
	enum sg_status status;

	if (signal->kind != SIGNAL_FIELD_SET || !target->id || !name ||
	    !value || !*value || !field_is_unique(name))
		return SG_OK;
	status = store_field_find(apply->store, target->module, name, value,
				  &holder, err);
	if (status != SG_OK && status != SG_NONE)
		return status;
	if (holder && holder != target->id)
		return signal_set(
			signal, "refused",
			pool_printf(apply->work, "record %u has it", holder),
			err);
	status = record_ref_write(name, value, &reference, NULL);
	if (status == SG_OK) {
		key = record_key_hash(apply->options.record_secret,
				      target->module, buf_text(&reference));
		status = apply_adopt(apply, target, key, err);
		if (status == SG_OK)
			status = keep_called(apply, target, signal, key, err);
	}
	buf_done(&reference);
	return status == SG_REFUSED ? SG_OK : status;
}
