/* condition_set_signal.c - signals and broadcasts for all records. */
#include <stdlib.h>
#include <string.h>

#include "rule/condition_set_parts.h"
#include "store/store_broadcast.h"
#include "store/store_history.h"
#include "store/store_record.h"

/* Whose entries count: once in the list for each. */
struct hits {
	struct selection *selection;
	const struct node *where; /* NULL: all count */
	struct pool *pool;	  /* emptied after each row */
	uint32_t *ids;
	size_t n_ids, room;
};

static enum sg_status
add_hit(struct hits *hits, uint32_t record_id, struct sg_err *err)
{
	size_t room = hits->room ? hits->room * 2 : 1024;
	uint32_t *more;

	if (hits->n_ids == hits->room) {
		more = realloc(hits->ids, room * sizeof(*more));
		if (!more)
			return err_set(err, SG_FAILED, "out of memory");
		hits->ids = more;
		hits->room = room;
	}
	hits->ids[hits->n_ids++] = record_id;
	return SG_OK;
}

static enum sg_status
count_row(void *arg, const struct store_history *row, struct sg_err *err)
{
	struct hits *hits = arg;
	const struct selection *selection = hits->selection;
	struct signal signal;
	enum sg_status status;
	bool counts;

	if (!hits->where)
		return add_hit(hits, row->record_id, err);
	status = store_history_signal(row, hits->pool, &signal, err);
	if (status != SG_OK)
		return status;
	counts = condition_test_node(selection->condition, hits->where,
				     select_no_record(), &signal,
				     selection->now);
	pool_clear(hits->pool);
	return counts ? add_hit(hits, row->record_id, err) : SG_OK;
}

static int
by_id(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

static void
add_counted(struct hits *hits, unsigned times, struct record_set *to)
{
	size_t i, first = 0;

	if (hits->n_ids)
		qsort(hits->ids, hits->n_ids, sizeof(*hits->ids), by_id);
	for (i = 0; i < hits->n_ids; i++) {
		if (hits->ids[i] != hits->ids[first])
			first = i;
		if (i - first + 1 == times)
			record_set_add(to, hits->ids[i]);
	}
}

/* The records with `times` entries that count. */
static enum sg_status
select_counted(struct selection *selection, const struct node *node,
	       const char *name, struct record_set *to)
{
	struct hits hits = {selection, node->child, pool_new(), NULL, 0, 0};
	struct store_history_span span = {name, INT64_MIN, selection->now};
	enum sg_status status;

	if (node->within_ms >= 0)
		span.since = selection->now - node->within_ms;
	status = store_history_each(selection->store, &span, count_row, &hits,
				    selection->err);
	if (status == SG_OK)
		add_counted(&hits, node->times, to);
	free(hits.ids);
	pool_free(hits.pool);
	return status;
}

struct created {
	const struct selection *selection;
	const struct node *node;
	struct record_set *to;
};

static enum sg_status
created_row(void *arg, const struct store_record *record, struct sg_err *err)
{
	struct created *created = arg;

	if (condition_in_span(created->node, record->created_at,
			      created->selection->now))
		record_set_add(created->to, record->id);
	return SG_OK;
}

/* Those with any such entry first; then one after another, for `where` may
 * ask about the record, or about what it was before. */
static enum sg_status
select_where(struct selection *selection, const struct node *node,
	     const char *name, const struct record_set *candidates,
	     struct record_set *to)
{
	struct node any = *node;
	struct record_set *some = record_set_new();
	enum sg_status status;

	any.child = NULL;
	status = select_counted(selection, &any, name, some);
	record_set_and(some, candidates);
	if (status == SG_OK)
		status = select_singly(selection, node, some, to);
	record_set_free(some);
	return status;
}

enum sg_status
select_signal(struct selection *selection, const struct node *node,
	      const struct record_set *candidates, struct record_set *to)
{
	struct created created = {selection, node, to};
	const char *name = node->name;
	bool changed = strcmp(name, "record.changed") == 0 ||
		       strcmp(name, "field.changed") == 0;

	if (strcmp(name, "score.changed") == 0)
		return select_singly(selection, node, candidates, to);
	if (strcmp(name, "record.created") == 0) {
		if (node->child || node->times > 1)
			return select_singly(selection, node, candidates, to);
		return store_record_each(selection->store, created_row,
					 &created, selection->err);
	}
	if (changed)
		name = "field.changed";
	if (node->child && (changed || !select_needs_no_record(node->child)))
		return select_where(selection, node, name, candidates, to);
	return select_counted(selection, node, name, to);
}

/* --- broadcasts --------------------------------------------------------- */

struct named_rows {
	const char *name; /* of the broadcast */
	struct pool *pool;
	struct record_set *to;
};

static enum sg_status
named_row(void *arg, const struct store_history *row, struct sg_err *err)
{
	struct named_rows *named = arg;
	struct signal signal;
	const char *value;
	enum sg_status status =
		store_history_signal(row, named->pool, &signal, err);

	if (status != SG_OK)
		return status;
	value = signal_get(&signal, "broadcast");
	if (!value)
		value = signal_get(&signal, "campaign");
	if (value && strcmp(value, named->name) == 0)
		record_set_add(named->to, row->record_id);
	pool_clear(named->pool);
	return SG_OK;
}

/* What happened before there was the broadcast is not about it: SG_OK with
 * the moment from which on to look. */
static enum sg_status
find_since(struct store *store, const char *name, int64_t *since_out,
	   struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct store_broadcast broadcast;
	enum sg_status status =
		store_broadcast_get(store, name, pool, &broadcast, err);

	if (status == SG_OK)
		*since_out = broadcast.created_at;
	pool_free(pool);
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
condition_select_broadcast(struct store *store, const char *name,
			   const char *state, int64_t now,
			   struct record_set *add_to, struct sg_err *err)
{
	bool opened = state && strcmp(state, "opened") == 0;
	bool clicked = state && strcmp(state, "clicked") == 0;
	struct named_rows named = {name, NULL, add_to};
	struct store_history_span span = {opened    ? "email.opened"
					  : clicked ? "email.clicked"
						    : "broadcast.sent",
					  INT64_MIN, now};
	enum sg_status status =
		store_broadcast_select(store, name, state, add_to, err);

	if (status == SG_OK)
		status = find_since(store, name, &span.since, err);
	if (status != SG_OK)
		return status;
	named.pool = pool_new();
	status = store_history_each(store, &span, named_row, &named, err);
	pool_free(named.pool);
	return status;
}
