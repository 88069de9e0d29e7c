/* broadcast_select.c - who gets a broadcast, who must not, and why not. */
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "broadcast/broadcast_parts.h"
#include "rule/condition_set.h"
#include "signal/module.h"
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
 * Unsubscribed: left the broadcast's own list, or everything (`*`); or was on
 * lists, and has left each of them. That last one said nothing of other mail,
 * but nor has it asked for any: what it left was all that it ever joined.
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

	for (i = 0; status == SG_OK && i < lists.n_rows; i++)
		status = store_list_select(store, lists.rows[i].name, LIST_LEFT,
					   out, err);
	for (i = 0;
	     status == SG_OK && record_set_count(out) && i < lists.n_rows; i++)
		status = store_list_select(store, lists.rows[i].name,
					   LIST_JOINED, joined, err);
	record_set_and_not(out, joined);
	if (status == SG_OK)
		status = store_list_select(store, LIST_EVERYTHING, LIST_LEFT,
					   out, err);
	if (status == SG_OK && *list)
		status = store_list_select(store, list, LIST_LEFT, out, err);
	record_set_free(joined);
	pool_free(pool);
	return status;
}

/*
 * Records of modules that are keyed by an address get mail. Whose address
 * another of them has, too, gets no second mail: the contact stays, else the
 * oldest record.
 */
struct holder {
	uint64_t address; /* hash */
	uint32_t record_id;
	bool is_contact;
};

struct address_walk {
	const struct record_set *wanted;
	struct record_set *no_address;
	const struct broadcast_selection *reasons; /* of the second walk */
	struct holder *holders;
	size_t n_holders, cap;
	bool mixed; /* not only contacts have addresses */
};

static enum sg_status
add_holder(struct address_walk *walk, const struct store_record *record,
	   struct sg_err *err)
{
	struct holder *more;

	if (walk->n_holders == walk->cap) {
		walk->cap = walk->cap ? walk->cap * 2 : 1024;
		more = realloc(walk->holders, walk->cap * sizeof(*more));
		if (!more)
			return err_set(err, SG_FAILED, "out of memory");
		walk->holders = more;
	}
	more = &walk->holders[walk->n_holders++];
	more->address = crypto_hash64(record->key, strlen(record->key));
	more->record_id = record->id;
	more->is_contact = !strcmp(record->module, "contact");
	return SG_OK;
}

/* Who has none; and whether not only contacts have addresses. */
static enum sg_status
look_at_modules(struct address_walk *walk, struct store *store,
		struct sg_err *err)
{
	struct pool *pool = pool_new();
	const char *module = "";
	enum sg_status status;

	while ((status = store_record_next_module(store, module, pool, &module,
						  err)) == SG_OK) {
		bool has_email = module_has_email(module);

		walk->mixed |= has_email && strcmp(module, "contact") != 0;
		status = store_record_in_module(store, module, has_email,
						walk->no_address, err);
		if (status != SG_OK)
			break;
	}
	pool_free(pool);
	return status == SG_NONE ? SG_OK : status;
}

static enum sg_status
look_at_address(void *arg, const struct store_record *record,
		struct sg_err *err)
{
	struct address_walk *walk = arg;

	return record_set_has(walk->wanted, record->id) &&
			       !record_set_has(walk->no_address, record->id)
		       ? add_holder(walk, record, err)
		       : SG_OK;
}

/* Within one module an address is one record: with contacts alone there is
 * nobody to be told apart. */
static enum sg_status
look_at_addresses(struct address_walk *walk, struct store *store,
		  struct sg_err *err)
{
	enum sg_status status = look_at_modules(walk, store, err);

	return status == SG_OK && walk->mixed
		       ? store_record_each(store, look_at_address, walk, err)
		       : status;
}

static int
by_address(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	if (x->is_contact != y->is_contact)
		return x->is_contact ? -1 : 1;
	return (x->record_id > y->record_id) - (x->record_id < y->record_id);
}

static void
find_doubles(struct address_walk *walk, struct record_set *doubles)
{
	size_t i;

	if (!walk->mixed)
		return;
	qsort(walk->holders, walk->n_holders, sizeof(*walk->holders),
	      by_address);
	for (i = 1; i < walk->n_holders; i++)
		if (walk->holders[i].address == walk->holders[i - 1].address)
			record_set_add(doubles, walk->holders[i].record_id);
}

/* Who is not wanted, but has an address and a reason that it gets no mail. */
static enum sg_status
look_at_other(void *arg, const struct store_record *record, struct sg_err *err)
{
	struct address_walk *walk = arg;
	const struct broadcast_selection *reasons = walk->reasons;

	if (record_set_has(walk->wanted, record->id) ||
	    !module_has_email(record->module) ||
	    (!record_set_has(reasons->suppressed, record->id) &&
	     !record_set_has(reasons->unsubscribed, record->id) &&
	     !record_set_has(reasons->paused, record->id)))
		return SG_OK;
	return add_holder(walk, record, err);
}

static enum sg_status
add_others(struct address_walk *walk, struct store *store,
	   const struct broadcast_selection *reasons, struct sg_err *err)
{
	enum sg_status status;

	if (!walk->mixed)
		return SG_OK;
	walk->reasons = reasons;
	status = store_record_each(store, look_at_other, walk, err);
	qsort(walk->holders, walk->n_holders, sizeof(*walk->holders),
	      by_address);
	return status;
}

/* Suppressed or off the lists in one module: so is the address in all. */
static void
spread(struct address_walk *walk, struct record_set *reason)
{
	struct holder *holders = walk->holders;
	size_t i, j, from = 0;

	for (i = 1; walk->mixed && i <= walk->n_holders; i++) {
		bool any = false;

		if (i < walk->n_holders &&
		    holders[i].address == holders[from].address)
			continue;
		for (j = from; j < i; j++)
			any |= record_set_has(reason, holders[j].record_id);
		for (j = from; any && j < i; j++)
			record_set_add(reason, holders[j].record_id);
		from = i;
	}
}

static enum sg_status
select_reasons(struct store *store, const char *list, int64_t now,
	       struct broadcast_selection *selection, struct sg_err *err)
{
	struct address_walk walk = {.wanted = selection->recipients,
				    .no_address = selection->no_address};
	enum sg_status status = look_at_addresses(&walk, store, err);

	if (status == SG_OK)
		status = store_suppression_select(store, now,
						  selection->suppressed, err);
	if (status == SG_OK)
		status = select_unsubscribed(store, list,
					     selection->unsubscribed, err);
	if (status == SG_OK)
		status = broadcast_select_paused(store, now, selection->paused,
						 err);
	if (status == SG_OK) {
		find_doubles(&walk, selection->doubles);
		status = add_others(&walk, store, selection, err);
	}
	if (status == SG_OK) {
		spread(&walk, selection->suppressed);
		spread(&walk, selection->unsubscribed);
		spread(&walk, selection->paused);
	}
	free(walk.holders);
	return status;
}

enum sg_status
broadcast_select(struct broadcasts *broadcasts, struct store *store,
		 const char *condition, const char *list, int64_t now,
		 struct broadcast_selection *selection_out, struct sg_err *err)
{
	struct broadcast_selection selection = {0};
	struct apply_names *names = calloc(1, sizeof(*names));
	struct condition *parsed = NULL;
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
	selection.paused = record_set_new();
	selection.no_address = record_set_new();
	selection.doubles = record_set_new();
	status = select_reasons(store, list, now, &selection, err);
	if (status != SG_OK) {
		broadcast_selection_done(&selection);
		return status;
	}
	take_out(selection.recipients, selection.no_address);
	take_out(selection.recipients, selection.suppressed);
	take_out(selection.recipients, selection.unsubscribed);
	take_out(selection.recipients, selection.paused);
	take_out(selection.recipients, selection.doubles);
	*selection_out = selection;
	return SG_OK;
}

void
broadcast_selection_done(struct broadcast_selection *selection)
{
	record_set_free(selection->recipients);
	record_set_free(selection->suppressed);
	record_set_free(selection->unsubscribed);
	record_set_free(selection->paused);
	record_set_free(selection->no_address);
	record_set_free(selection->doubles);
	memset(selection, 0, sizeof(*selection));
}
