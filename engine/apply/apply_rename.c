/*
 * apply_rename.c - a record's key changes. The key before leads to it still
 * (tokens in mail that went out), and what holds for an address holds for both.
 */
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "signal/record_key.h"
#include "store/store_suppression.h"

/* Is it free, or this record's own from before? */
static enum sg_status
find_holder(struct apply *apply, uint64_t record_key, uint32_t *id_out,
	    struct sg_err *err)
{
	struct store_record record;
	enum sg_status status;

	*id_out = apply_index_find(apply->index, record_key);
	if (*id_out)
		return SG_OK;
	status = store_record_find(apply->store, record_key, apply->work,
				   &record, err);
	if (status == SG_OK)
		*id_out = record.id;
	return status == SG_NONE ? SG_OK : status;
}

static enum sg_status
carry_suppression(struct apply *apply, uint64_t from, uint64_t to,
		  struct sg_err *err)
{
	struct store_suppression row, there;
	enum sg_status status;

	status = store_suppression_get(apply->store, from, apply->now,
				       apply->work, &row, err);
	if (status != SG_OK)
		return status == SG_NONE ? SG_OK : status;
	status = store_suppression_get(apply->store, to, apply->now,
				       apply->work, &there, err);
	if (status != SG_NONE)
		return status; /* its own stays */
	row.record_key = to;
	return store_suppression_put(apply->store, &row, err);
}

static enum sg_status
rename_record(struct apply *apply, struct apply_target *target, const char *key,
	      uint64_t record_key, struct sg_err *err)
{
	struct cached *cached;
	enum sg_status status =
		apply_load_record(apply, target->id, &cached, err);

	apply->no_aliases = false;
	if (status == SG_OK)
		status = carry_suppression(apply, cached->record_key,
					   record_key, err);
	if (status == SG_OK)
		status = apply_carry_consents(apply, cached->record_key,
					      record_key, err);
	if (status == SG_OK)
		status = store_record_rename(apply->store, target->id,
					     record_key, key, err);
	if (status != SG_OK)
		return status;
	apply_touch(apply, cached);
	apply_index_remove(apply->index, cached->record_key);
	apply_index_add(apply->index, record_key, target->id);
	if (!cached->renamed_from)
		cached->renamed_from = cached->record_key;
	cached->record_key = record_key;
	target->record_key = record_key;
	return apply_adopt(apply, target, record_key, err);
}

enum sg_status
apply_rename(struct apply *apply, struct apply_target *target,
	     struct signal *signal, struct sg_err *err)
{
	const char *new = signal_get(signal, "new");
	struct buf normal = BUF_INIT;
	uint64_t record_key;
	uint32_t holder = 0;
	enum sg_status status;

	if (signal->kind != SIGNAL_RENAME || !target->id)
		return SG_OK;
	status = record_key_normalise(target->module, new ? new : "", &normal,
				      err);
	if (status == SG_OK) {
		record_key = record_key_hash(apply->options.record_secret,
					     target->module, buf_text(&normal));
		status = find_holder(apply, record_key, &holder, err);
	}
	if (status == SG_OK && holder && holder != target->id)
		status = err_set(err, SG_REFUSED, "taken");
	if (status == SG_OK && record_key != target->record_key)
		status = rename_record(apply, target, buf_text(&normal),
				       record_key, err);
	buf_done(&normal);
	/* Entrances say so before; here it is kept, and does nothing. */
	if (status == SG_REFUSED)
		status = signal_set(signal, "refused", "yes", err);
	return status;
}

void
apply_set_first_key(struct fold_record *fold,
		    const struct store_history_rows *rows, struct pool *pool)
{
	size_t i;

	for (i = 0; i < rows->n_rows; i++) {
		struct signal signal;
		const char *old;

		if (rows->rows[i].kind != SIGNAL_RENAME ||
		    store_history_signal(&rows->rows[i], pool, &signal, NULL) !=
			    SG_OK ||
		    signal_get(&signal, "refused"))
			continue;
		old = signal_get(&signal, "old");
		if (old)
			fold_record_set_key(fold, old);
		return;
	}
}
