/* condition_uses.c - what a condition asks about; see condition.h. */
#include "rule/condition_node.h"

static void
walk_operand(const struct operand *operand, const struct condition_walk *walk,
	     bool in_where)
{
	if (!operand || !walk->operand)
		return;
	walk->operand(walk->arg, operand, in_where);
	walk_operand(operand->left, walk, in_where);
	walk_operand(operand->right, walk, in_where);
}

void
condition_walk(const struct node *node, const struct condition_walk *walk,
	       bool in_where)
{
	const struct node *child;

	if (walk->node)
		walk->node(walk->arg, node, in_where);
	walk_operand(node->left, walk, in_where);
	walk_operand(node->right, walk, in_where);
	for (child = node->child; child; child = child->next)
		condition_walk(child, walk,
			       in_where || node->kind == NODE_SIGNAL);
}

static void
node_uses(void *arg, const struct node *node, bool in_where)
{
	struct condition_uses *uses = arg;

	switch (node->kind) {
	case NODE_HAS_SCORE:
	case NODE_HAS_COMPARED:
	case NODE_HAS_BETWEEN:
	case NODE_BAND:
		uses->score = true;
		break;
	case NODE_WITHIN:
		uses->now = true;
		break;
	case NODE_SIGNAL:
		uses->history = true;
		uses->now = uses->now || node->within_ms >= 0;
		break;
	case NODE_BROADCAST:
		uses->history = true;
		break;
	default:
		break;
	}
}

static void
operand_uses(void *arg, const struct operand *operand, bool in_where)
{
	struct condition_uses *uses = arg;

	if (operand->kind == OPERAND_SCORE && operand->part == SCORE_PERCENT)
		uses->percent = true;
	else if (operand->kind == OPERAND_SCORE)
		uses->score = true;
	else if (operand->kind == OPERAND_SIGNAL && !in_where)
		uses->signal_props = true;
}

void
condition_get_uses(const struct condition *condition,
		   struct condition_uses *uses_out)
{
	struct condition_uses uses = {false};
	struct condition_walk walk = {&uses, node_uses, operand_uses};

	condition_walk(condition->root, &walk, false);
	*uses_out = uses;
}

struct signal_names {
	void (*fn)(void *arg, const char *name);
	void *arg;
};

static void
node_signal(void *arg, const struct node *node, bool in_where)
{
	struct signal_names *names = arg;

	if (node->kind == NODE_SIGNAL)
		names->fn(names->arg, node->name);
}

void
condition_each_signal(const struct condition *condition,
		      void (*fn)(void *arg, const char *name), void *arg)
{
	struct signal_names names = {fn, arg};
	struct condition_walk walk = {&names, node_signal, NULL};

	condition_walk(condition->root, &walk, false);
}

static void
operand_property(void *arg, const struct operand *operand, bool in_where)
{
	struct signal_names *names = arg;

	if (operand->kind == OPERAND_SIGNAL)
		names->fn(names->arg, operand->name);
}

static void
node_property(void *arg, const struct node *node, bool in_where)
{
	struct signal_names *names = arg;

	if (node->kind != NODE_BROADCAST)
		return;
	names->fn(names->arg, "broadcast");
	names->fn(names->arg, "campaign");
}

void
condition_each_property(const struct condition *condition,
			void (*fn)(void *arg, const char *name), void *arg)
{
	struct signal_names names = {fn, arg};
	struct condition_walk walk = {&names, node_property, operand_property};

	condition_walk(condition->root, &walk, false);
}

/* --- what may come to be -------------------------------------------------- */

struct things {
	void (*fn)(void *arg, enum condition_thing thing, const char *name);
	void *arg;
};

static void
node_thing(void *arg, const struct node *node, bool in_where)
{
	const struct things *things = arg;

	(void)in_where;
	if (node->kind == NODE_LIST)
		things->fn(things->arg, CONDITION_LIST, node->name);
	else if (node->kind == NODE_BROADCAST)
		things->fn(things->arg, CONDITION_BROADCAST, node->name);
	else if (node->kind == NODE_SEQUENCE)
		things->fn(things->arg, CONDITION_SEQUENCE, node->name);
}

void
condition_each_thing(const struct condition *condition,
		     void (*fn)(void *arg, enum condition_thing thing,
				const char *name),
		     void *arg)
{
	struct things things = {fn, arg};
	struct condition_walk walk = {&things, node_thing, NULL};

	condition_walk(condition->root, &walk, false);
}
