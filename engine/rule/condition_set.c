/*
 * condition_set.c - a condition for all records at once; see condition_set.h.
 *
 * Each node is asked about a set of candidates and gives those that it holds
 * for. `and` narrows the candidates from part to part and leaves for last what
 * must be asked of each record by itself.
 */
#include <string.h>

#include "rule/condition_set_parts.h"
#include "store/store_list.h"
#include "store/store_record.h"
#include "store/store_sequence.h"

static enum sg_status select_node(struct selection *selection,
				  const struct node *node,
				  const struct record_set *candidates,
				  struct record_set **set_out) MUST_CHECK;

/* --- one by one --------------------------------------------------------- */

struct singly {
	struct selection *selection;
	const struct node *node;
	struct stored_view *view;
	struct record_set *to;
	enum sg_status status;
};

static enum sg_status
show_record(struct singly *singly, uint32_t record_id)
{
	struct selection *selection = singly->selection;

	if (singly->view)
		return stored_view_move(singly->view, record_id,
					selection->err);
	return stored_view_open(selection->store, selection->scoreboard,
				record_id, selection->now, &singly->view,
				selection->err);
}

static bool
test_one(void *arg, uint32_t record_id)
{
	struct singly *singly = arg;
	const struct selection *selection = singly->selection;

	singly->status = show_record(singly, record_id);
	if (singly->status == SG_NONE) { /* deleted meanwhile */
		singly->status = SG_OK;
		return true;
	}
	if (singly->status != SG_OK)
		return false;
	if (condition_test_node(selection->condition, singly->node,
				stored_view_get(singly->view), NULL,
				selection->now))
		record_set_add(singly->to, record_id);
	singly->status = stored_view_check(singly->view, selection->err);
	return singly->status == SG_OK;
}

enum sg_status
select_singly(struct selection *selection, const struct node *node,
	      const struct record_set *candidates, struct record_set *to)
{
	struct singly singly = {selection, node, NULL, to, SG_OK};

	record_set_each(candidates, test_one, &singly);
	stored_view_close(singly.view);
	return singly.status;
}

/* --- groups ------------------------------------------------------------- */

/* What is left for last in an `and`; a group is as slow as its slowest. */
static bool
is_slow(const struct node *node)
{
	const struct node *child;

	if (node->kind == NODE_SIGNAL)
		return node->child || strcmp(node->name, "score.changed") == 0;
	if (select_is_single(node))
		return true;
	for (child = node->child; child; child = child->next) {
		if (is_slow(child))
			return true;
	}
	return false;
}

static enum sg_status
narrow(struct selection *selection, const struct node *node, bool slow,
       struct record_set **left)
{
	const struct node *child;
	struct record_set *held;
	enum sg_status status;

	for (child = node->child; child; child = child->next) {
		if (is_slow(child) != slow || !record_set_count(*left))
			continue;
		status = select_node(selection, child, *left, &held);
		if (status != SG_OK)
			return status;
		record_set_free(*left);
		*left = held;
	}
	return SG_OK;
}

static enum sg_status
select_and(struct selection *selection, const struct node *node,
	   const struct record_set *candidates, struct record_set *to)
{
	struct record_set *left = record_set_copy(candidates);
	enum sg_status status = narrow(selection, node, false, &left);

	if (status == SG_OK)
		status = narrow(selection, node, true, &left);
	record_set_or(to, left);
	record_set_free(left);
	return status;
}

static enum sg_status
select_or(struct selection *selection, const struct node *node,
	  const struct record_set *candidates, struct record_set *to)
{
	struct record_set *left = record_set_copy(candidates), *held;
	const struct node *child;
	enum sg_status status = SG_OK;

	for (child = node->child; child; child = child->next) {
		status = select_node(selection, child, left, &held);
		if (status != SG_OK)
			break;
		record_set_or(to, held);
		record_set_and_not(left, held);
		record_set_free(held);
	}
	record_set_free(left);
	return status;
}

static enum sg_status
select_not(struct selection *selection, const struct node *node,
	   const struct record_set *candidates, struct record_set *to)
{
	struct record_set *held;
	enum sg_status status =
		select_node(selection, node->child, candidates, &held);

	if (status != SG_OK)
		return status;
	record_set_or(to, candidates);
	record_set_and_not(to, held);
	record_set_free(held);
	return SG_OK;
}

static enum sg_status
select_segment(struct selection *selection, const struct node *node,
	       const struct record_set *candidates, struct record_set *to)
{
	struct record_set *held;
	enum sg_status status =
		select_node(selection, node->child, candidates, &held);

	if (status != SG_OK)
		return status;
	record_set_or(to, held);
	record_set_free(held);
	return SG_OK;
}

/* --- one node ----------------------------------------------------------- */

static enum sg_status
select_kind(struct selection *selection, const struct node *node,
	    const struct record_set *candidates, struct record_set *to)
{
	switch (node->kind) {
	case NODE_AND:
		return select_and(selection, node, candidates, to);
	case NODE_OR:
		return select_or(selection, node, candidates, to);
	case NODE_NOT:
		return select_not(selection, node, candidates, to);
	case NODE_SEGMENT:
		return select_segment(selection, node, candidates, to);
	case NODE_LIST:
		return store_list_select(selection->store, node->name,
					 LIST_JOINED, to, selection->err);
	case NODE_TAG:
		return store_tag_select(selection->store, node->name, to,
					selection->err);
	case NODE_BROADCAST:
		return condition_select_broadcast(selection->store, node->name,
						  node->state, selection->now,
						  to, selection->err);
	case NODE_SEQUENCE:
		return store_enrolment_select(selection->store, node->name,
					      node->state, to, selection->err);
	case NODE_SIGNAL:
		return select_signal(selection, node, candidates, to);
	default:
		break;
	}
	if (select_is_score(node))
		return select_score(selection, node, candidates, to);
	return select_operand(selection, node, candidates, to);
}

static enum sg_status
select_node(struct selection *selection, const struct node *node,
	    const struct record_set *candidates, struct record_set **set_out)
{
	struct record_set *set = record_set_new();
	enum sg_status status = select_kind(selection, node, candidates, set);

	if (status != SG_OK) {
		record_set_free(set);
		return status;
	}
	record_set_and(set, candidates);
	*set_out = set;
	return SG_OK;
}

enum sg_status
condition_select(const struct condition *condition, struct store *store,
		 struct scoreboard *scoreboard, int64_t now,
		 struct record_set **set_out, struct sg_err *err)
{
	struct selection selection = {condition, store, scoreboard, now, err};
	struct record_set *universe = record_set_new();
	enum sg_status status = store_record_select(store, NULL, universe, err);

	if (status == SG_OK)
		status = select_node(&selection, condition->root, universe,
				     set_out);
	record_set_free(universe);
	return status;
}
