/* condition_signal.c - a condition that is one signal; see condition.h. */
#include <string.h>

#include "rule/condition_node.h"

static void
note_history(void *arg, const struct node *node, bool in_where)
{
	bool *history = arg;

	if (node->kind == NODE_SIGNAL || node->kind == NODE_BROADCAST)
		*history = true;
}

bool
condition_as_signal(const struct condition *condition,
		    struct condition_signal *signal_out)
{
	const struct node *node = condition->root;
	struct condition_signal signal = {.where_asks_history = false};
	struct condition_walk walk = {&signal.where_asks_history, note_history,
				      NULL};

	if (node->kind != NODE_SIGNAL)
		return false;
	signal.name = node->name;
	signal.within_ms = node->within_ms;
	signal.times = node->times;
	if (node->child)
		condition_walk(node->child, &walk, true);
	*signal_out = signal;
	return true;
}

bool
condition_signal_meets(const struct condition *condition,
		       const struct record_view *view,
		       const struct signal *signal, int64_t now)
{
	const struct node *node = condition->root;

	return node->kind == NODE_SIGNAL &&
	       strcmp(node->name, signal->name) == 0 &&
	       (!node->child ||
		condition_test_node(condition, node->child, view, signal, now));
}
