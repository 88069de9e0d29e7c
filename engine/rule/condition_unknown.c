/* condition_unknown.c - has score, and who has none: condition.h. */
#include "rule/condition_node.h"

static bool
is_has(const struct node *node)
{
	return node->kind == NODE_HAS_SCORE ||
	       node->kind == NODE_HAS_COMPARED ||
	       node->kind == NODE_HAS_BETWEEN;
}

static bool
asks_for_score(const struct node *node)
{
	const struct node *child;

	if (is_has(node))
		return true;
	for (child = node->child; child; child = child->next)
		if (asks_for_score(child))
			return true;
	return false;
}

static struct node *
copy_of(struct condition *condition, const struct node *node)
{
	struct node *copy = pool_alloc(condition->pool, sizeof(*copy));

	*copy = *node;
	copy->next = NULL;
	return copy;
}

/* `has score >= 50` -> `has score >= 50 or not has score` */
static void
widen(struct condition *condition, struct node *node)
{
	struct node *has = copy_of(condition, node);
	struct node *none = copy_of(condition, node);
	struct node *neither = copy_of(condition, node);

	none->kind = NODE_HAS_SCORE;
	neither->kind = NODE_NOT;
	neither->child = none;
	has->next = neither;
	node->kind = NODE_OR;
	node->child = has;
}

/* Behind an odd number of `not` who has no score is in already. */
static enum sg_status
widen_all(struct condition *condition, struct node *node, bool denied,
	  struct sg_err *err)
{
	enum sg_status status = SG_OK;
	struct node *child;

	if (is_has(node) && !denied)
		widen(condition, node);
	else if (node->kind == NODE_SEGMENT && asks_for_score(node))
		return err_set(err, SG_REFUSED,
			       "segment '%s' asks for a score itself: write "
			       "its condition out to include those without one",
			       node->name);
	else if (node->kind == NODE_AND || node->kind == NODE_OR ||
		 node->kind == NODE_NOT)
		for (child = node->child; child && status == SG_OK;
		     child = child->next)
			status = widen_all(condition, child,
					   denied != (node->kind == NODE_NOT),
					   err);
	return status;
}

enum sg_status
condition_include_unknown(struct condition *condition, struct sg_err *err)
{
	return widen_all(condition, condition->root, false, err);
}
