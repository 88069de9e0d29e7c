/*
 * apply_forget.c - a person is forgotten (GDPR, article 17), and stays so: what
 * still comes with a token from before makes nothing. Only who comes anew, by
 * address, is a record again, and begins with nothing.
 */
#include <string.h>

#include "apply/apply_parts.h"
#include "store/store_audit.h"
#include "store/store_files.h"
#include "store/store_forget.h"
#include "store/store_message.h"

static void
load_one(void *arg, uint64_t record_key)
{
	apply_index_add(((struct apply *)arg)->forgotten, record_key, 1);
}

enum sg_status
apply_load_forgotten(struct apply *apply, struct sg_err *err)
{
	return store_forgotten_each(apply->store, load_one, apply, err);
}

/* Who was sent something since then is the record that is there now. */
enum sg_status
apply_is_of_forgotten(struct apply *apply, const struct apply_target *target,
		      const struct signal *signal, bool *is_out,
		      struct sg_err *err)
{
	struct store_message message;
	enum sg_status status;

	*is_out = false;
	if (!target->record_key ||
	    !apply_index_find(apply->forgotten, target->record_key) ||
	    signal->kind != SIGNAL_HAPPENED ||
	    strcmp(signal->name, "email.sent") == 0)
		return SG_OK;
	if (!signal->message_id) {
		*is_out = !target->id && !*target->normal;
		return SG_OK;
	}
	status = store_message_get(apply->store, signal->message_id,
				   target->record_key, apply->work, &message,
				   err);
	*is_out = status == SG_NONE;
	return status == SG_NONE ? SG_OK : status;
}

/* The memory of it goes with the commit. An index entry too many, after a
 * rollback, makes nothing worse than one look at the store. */
static enum sg_status
drop_from_memory(struct apply *apply, const struct apply_target *target,
		 struct sg_err *err)
{
	struct cached *cached;
	enum sg_status status;

	if (!target->id)
		return SG_OK;
	status = apply_load_record(apply, target->id, &cached, err);
	if (status != SG_OK)
		return status;
	apply_touch(apply, cached);
	cached->deleted = true;
	apply_index_remove(apply->index, cached->record_key);
	return SG_OK;
}

/* Without the address: that is the point. */
static enum sg_status
write_audit(struct apply *apply, const struct apply_target *target,
	    const struct signal *signal, struct sg_err *err)
{
	struct store_audit row = {.at = signal->happened_at,
				  .actor = signal->actor,
				  .action = "contact.forget",
				  .object = "",
				  .detail = "",
				  .origin = signal_get(signal, "origin")};

	if (target->id)
		row.object = pool_printf(apply->work, "record %u", target->id);
	return store_audit_append(apply->store, &row, err);
}

enum sg_status
apply_forget(struct apply *apply, const struct apply_target *target,
	     const struct signal *signal, struct sg_err *err)
{
	uint64_t key = target->own_key ? target->own_key : target->record_key;
	struct store_forgotten whom = {.record_id = target->id,
				       .record_key = key,
				       .key = target->normal,
				       .now = apply->now};
	enum sg_status status = drop_from_memory(apply, target, err);

	if (status == SG_OK)
		status = apply_forget_consents(apply, key, err);
	if (status == SG_OK && target->id)
		status = generation_leave(apply, target->id, err);
	if (status == SG_OK)
		status =
			store_forget(apply->store, &whom, load_one, apply, err);
	if (status == SG_OK)
		status = store_files_forget(apply->options.files_directory, key,
					    err);
	load_one(apply, key);
	return status == SG_OK ? write_audit(apply, target, signal, err)
			       : status;
}
