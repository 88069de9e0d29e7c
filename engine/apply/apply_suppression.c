/*
 * apply_suppression.c - suppressions as rows. They are kept by record key, so
 * that one outlives its record: what a later record of that address brings may
 * only replace it when it is as strong.
 */
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "store/store_suppression.h"

/* A weaker one does not replace one in force that is older than `since`. */
static enum sg_status
put(struct apply *apply, const struct store_suppression *row, int64_t since,
    struct sg_err *err)
{
	struct store_suppression before;
	enum sg_status status;

	status = store_suppression_get(apply->store, row->record_key,
				       row->created_at, apply->work, &before,
				       err);
	if (status == SG_OK && before.created_at < since &&
	    fold_suppression_strength(before.reason) >
		    fold_suppression_strength(row->reason))
		return SG_OK;
	if (status != SG_OK && status != SG_NONE)
		return status;
	return store_suppression_put(apply->store, row, err);
}

static enum sg_status
remove_if_there(struct apply *apply, uint64_t record_key, struct sg_err *err)
{
	enum sg_status status =
		store_suppression_remove(apply->store, record_key, err);

	return status == SG_NONE ? SG_OK : status;
}

static enum sg_status
write_one(struct apply *apply, const struct cached *cached, uint64_t record_key,
	  const struct fold_change *change, struct sg_err *err)
{
	struct store_suppression row = {.record_key = record_key,
					.reason = change->name,
					.evidence = change->value,
					.source = change->source,
					.created_at = change->since,
					.expires_at = change->until};

	if (change->kind == FOLD_UNSUPPRESSED)
		return remove_if_there(apply, record_key, err);
	if (change->forced)
		return store_suppression_put(apply->store, &row, err);
	return put(apply, &row, cached->fold->created_at, err);
}

struct keys {
	uint64_t keys[16]; /* so many times an address may have changed */
	size_t n;
};

static void
take_key(void *arg, uint64_t record_key)
{
	struct keys *keys = arg;

	if (keys->n < sizeof(keys->keys) / sizeof(*keys->keys))
		keys->keys[keys->n++] = record_key;
}

/* It holds for the addresses the record had before, too. */
enum sg_status
apply_write_suppression(struct apply *apply, const struct cached *cached,
			const struct fold_change *change, struct sg_err *err)
{
	struct keys keys = {{cached->record_key}, 1};
	enum sg_status status = store_record_keys(apply->store, cached->id,
						  take_key, &keys, err);
	size_t i;

	for (i = 0; i < keys.n && status == SG_OK; i++)
		status = write_one(apply, cached, keys.keys[i], change, err);
	return status;
}

/* Folded anew, nothing suppresses: what soft bounces of this record once came
 * to is gone. */
static enum sg_status
forget_soft(struct apply *apply, const struct cached *cached,
	    struct sg_err *err)
{
	struct store_suppression row;
	enum sg_status status;

	status = store_suppression_get(apply->store, cached->record_key,
				       INT64_MIN, apply->work, &row, err);
	if (status != SG_OK)
		return status == SG_NONE ? SG_OK : status;
	if (strcmp(row.reason, BOUNCE_SOFT_REASON) != 0 ||
	    row.created_at < cached->fold->created_at)
		return SG_OK;
	return remove_if_there(apply, cached->record_key, err);
}

enum sg_status
apply_rewrite_suppression(struct apply *apply, const struct cached *cached,
			  const struct fold_out *out, struct sg_err *err)
{
	size_t i = out->n_changes;

	while (i-- > 0)
		if (out->changes[i].kind == FOLD_SUPPRESSED ||
		    out->changes[i].kind == FOLD_UNSUPPRESSED)
			return apply_write_suppression(apply, cached,
						       &out->changes[i], err);
	/* What was before its history begins is not known anew. */
	return cached->fold->opened ? SG_OK : forget_soft(apply, cached, err);
}

enum sg_status
apply_suppress_unmatched(struct apply *apply, const struct signal *signal,
			 struct sg_err *err)
{
	const char *reason = signal_get(signal, "reason");
	struct store_suppression row = {
		.record_key = signal->record_key,
		.reason = reason ? reason : "",
		.evidence = signal_get(signal, "evidence"),
		.source = signal->source,
		.created_at = signal->happened_at,
		.expires_at = fold_suppression_until(
			&apply->world.bounces, signal, signal->happened_at)};

	if (signal->kind == SIGNAL_UNSUPPRESS)
		return remove_if_there(apply, row.record_key, err);
	if (signal->kind != SIGNAL_SUPPRESS)
		return SG_OK;
	if (*signal->actor)
		return store_suppression_put(apply->store, &row, err);
	return put(apply, &row, INT64_MAX, err);
}
