/* broadcast_select.c - who gets a broadcast, who must not, and why not. */
#include <stdlib.h>
#include <string.h>

#include "broadcast/broadcast_parts.h"
#include "rule/condition_set.h"
#include "store/store_list.h"
#include "store/store_record.h"
#include "store/store_suppression.h"

/* The records that are in `from` and in `reason` move to `reason`. */
static void
take_out(struct record_set *from, struct record_set *reason)
{
	record_set_and(reason, from);
	record_set_and_not(from, reason);
}

/*
 * Unsubscribed: left the broadcast's own list; or was on lists, and has left
 * every one (an unsubscribe that named no list does that).
 */
static enum sg_status
select_unsubscribed(struct store *store, const char *list,
		    struct record_set *out, struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct record_set *joined = record_set_new();
	struct store_lists lists = {0};
	enum sg_status status = store_lists_all(store, pool, &lists, err);
	size_t i;

	for (i = 0; status == SG_OK && i < lists.n_rows; i++) {
		status = store_list_select(store, lists.rows[i].name, LIST_LEFT,
					   out, err);
		if (status == SG_OK)
			status = store_list_select(store, lists.rows[i].name,
						   LIST_JOINED, joined, err);
	}
	record_set_and_not(out, joined);
	if (status == SG_OK && *list)
		status = store_list_select(store, list, LIST_LEFT, out, err);
	record_set_free(joined);
	pool_free(pool);
	return status;
}

/* Only contacts and leads are keyed by an address. */
struct address_walk {
	const struct record_set *wanted;
	struct record_set *no_address;
};

static enum sg_status
look_at_address(void *arg, const struct store_record *record,
		struct sg_err *err)
{
	struct address_walk *walk = arg;

	(void)err;
	if (!strchr(record->key, '@') &&
	    record_set_has(walk->wanted, record->id))
		record_set_add(walk->no_address, record->id);
	return SG_OK;
}

enum sg_status
broadcast_select(struct broadcasts *broadcasts, struct store *store,
		 const char *condition, const char *list, int64_t now,
		 struct broadcast_selection *selection_out, struct sg_err *err)
{
	struct broadcast_selection selection = {0};
	struct apply_names *names = calloc(1, sizeof(*names));
	struct condition *parsed = NULL;
	struct address_walk walk;
	enum sg_status status;

	if (!names)
		return err_set(err, SG_FAILED, "out of memory");
	apply_names_init(names, broadcasts->apply, store);
	status = condition_parse(condition, &names->names, &parsed, err);
	if (status == SG_OK)
		status = condition_select(parsed, store, broadcasts->scoreboard,
					  now, &selection.recipients, err);
	condition_free(parsed);
	free(names);
	if (status != SG_OK)
		return status;
	selection.suppressed = record_set_new();
	selection.unsubscribed = record_set_new();
	selection.no_address = record_set_new();
	walk.wanted = selection.recipients;
	walk.no_address = selection.no_address;
	status = store_record_each(store, look_at_address, &walk, err);
	if (status == SG_OK)
		status = store_suppression_select(store, now,
						  selection.suppressed, err);
	if (status == SG_OK)
		status = select_unsubscribed(store, list,
					     selection.unsubscribed, err);
	if (status != SG_OK) {
		broadcast_selection_done(&selection);
		return status;
	}
	take_out(selection.recipients, selection.no_address);
	take_out(selection.recipients, selection.suppressed);
	take_out(selection.recipients, selection.unsubscribed);
	*selection_out = selection;
	return SG_OK;
}

void
broadcast_selection_done(struct broadcast_selection *selection)
{
	record_set_free(selection->recipients);
	record_set_free(selection->suppressed);
	record_set_free(selection->unsubscribed);
	record_set_free(selection->no_address);
	memset(selection, 0, sizeof(*selection));
}
