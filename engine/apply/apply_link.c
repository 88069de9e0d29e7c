/*
 * apply_link.c - links between records: who is at the other end when a signal
 * names it, and the rows that say how it is now.
 */
#include <string.h>

#include "apply/apply_parts.h"
#include "apply/fold_parts.h"
#include "signal/module.h"
#include "store/store_link.h"

static const char *
property(const struct signal *signal, const char *name)
{
	const char *value = signal_get(signal, name);

	return value ? value : "";
}

/* The other end as a record of its own, that has just been seen. */
static enum sg_status
create_end(struct apply *apply, const struct signal *link,
	   struct apply_target *end_out, struct sg_err *err)
{
	struct signal creation;
	enum sg_status status;

	signal_init(&creation, "record.created", link->received_at);
	creation.kind = SIGNAL_RECORD_CREATE;
	creation.happened_at = link->happened_at;
	creation.module = property(link, "module");
	creation.key = property(link, "key");
	creation.source = "engine";
	creation.because = link->name;
	status = apply_signal(apply, &creation, err);
	return status == SG_OK
		       ? apply_find_record(apply, &creation, end_out, err)
		       : status;
}

/* Who has been there only since later is seen with the link now: what comes
 * first must not depend on what arrives first. */
static enum sg_status
see_end(struct apply *apply, const struct signal *link,
	struct apply_target *end, struct sg_err *err)
{
	struct store_record record;
	enum sg_status status = store_record_get(apply->store, end->id,
						 apply->work, &record, err);

	if (status != SG_OK || record.deleted_at ||
	    record.created_at <= link->happened_at)
		return status;
	return create_end(apply, link, end, err);
}

static enum sg_status
find_end(struct apply *apply, const struct signal *link,
	 struct apply_target *end_out, struct sg_err *err)
{
	struct signal named;
	enum sg_status status;

	signal_init(&named, link->name, link->received_at);
	named.kind = SIGNAL_UNLINK; /* creates nobody */
	named.module = property(link, "module");
	named.key = property(link, "key");
	status = apply_find_record(apply, &named, end_out, err);
	if (status != SG_OK || link->kind != SIGNAL_LINK || !*end_out->normal ||
	    !apply->options.create_contacts)
		return status;
	if (end_out->id)
		return see_end(apply, link, end_out, err);
	return create_end(apply, link, end_out, err);
}

enum sg_status
apply_name_link(struct apply *apply, struct signal *link, struct sg_err *err)
{
	const struct module_info *module =
		module_find(property(link, "module"));
	struct apply_target end;
	enum sg_status status;

	if ((link->kind != SIGNAL_LINK && link->kind != SIGNAL_UNLINK) ||
	    !*property(link, "key"))
		return SG_OK;
	status = find_end(apply, link, &end, err);
	if (status == SG_OK && end.id)
		status =
			signal_set(link, "to",
				   pool_printf(apply->work, "%u", end.id), err);
	if (status == SG_OK && end.record_key)
		status = signal_set(
			link, "end",
			pool_printf(apply->work, "%llx",
				    (unsigned long long)end.record_key),
			err);
	/* No address in somebody else's history: who is forgotten is. */
	if (status == SG_OK && end.id && module &&
	    module->key == MODULE_KEY_EMAIL)
		status = signal_set(link, "key", "", err);
	/* As it is configured now: what happened stays as it was. */
	if (status == SG_OK && module && module->one)
		status = signal_set(link, "one", "yes", err);
	return status == SG_REFUSED ? SG_OK : status;
}

enum sg_status
apply_write_link(struct apply *apply, const struct cached *cached,
		 const struct fold_change *change, struct sg_err *err)
{
	if (change->kind == FOLD_UNLINKED)
		return store_link_remove(apply->store, cached->id, change->name,
					 change->to, err);
	return store_link_set(apply->store, cached->id, change->name,
			      change->to, change->since, err);
}

struct rewrite {
	struct apply *apply;
	const struct cached *cached;
	enum sg_status status;
	struct sg_err *err;
};

static void
put_link(void *arg, const struct fold_change *link)
{
	struct rewrite *rewrite = arg;

	if (rewrite->status == SG_OK)
		rewrite->status = apply_write_link(
			rewrite->apply, rewrite->cached, link, rewrite->err);
}

enum sg_status
apply_rewrite_links(struct apply *apply, const struct cached *cached,
		    struct sg_err *err)
{
	struct rewrite rewrite = {apply, cached, SG_OK, err};

	rewrite.status = store_link_remove_all(apply->store, cached->id, err);
	fold_each_link(cached->fold, put_link, &rewrite);
	return rewrite.status;
}
