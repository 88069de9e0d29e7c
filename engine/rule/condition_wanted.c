/* condition_wanted.c - texts without which a condition cannot hold: what rules
 * are found by; see condition.h. */
#include "rule/condition_node.h"

struct wanting {
	condition_wanted_fn *fn;
	void *arg;
};

static bool
all_texts(const struct operand *items, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (items[i].kind != OPERAND_TEXT)
			return false;
	return true;
}

static void
tell(const struct wanting *wanting, const struct node *node,
     const struct operand *texts, size_t n_texts)
{
	struct condition_wanted wanted = {.property = node->left->name,
					  .n_texts = n_texts,
					  .texts = texts};

	if (node->left->kind == OPERAND_SIGNAL && all_texts(texts, n_texts))
		wanting->fn(wanting->arg, &wanted);
}

/* Only down `and`s: what stands there must hold. */
static void
look_at(const struct wanting *wanting, const struct node *node)
{
	const struct node *child;

	switch (node->kind) {
	case NODE_AND:
	case NODE_SEGMENT:
		for (child = node->child; child; child = child->next)
			look_at(wanting, child);
		break;
	case NODE_COMPARE:
		if (node->compare == COMPARE_EQUAL)
			tell(wanting, node, node->right, 1);
		break;
	case NODE_IN:
		if (!node->negated)
			tell(wanting, node, node->items, node->n_items);
		break;
	default:
		break;
	}
}

void
condition_each_wanted(const struct condition *condition,
		      condition_wanted_fn *fn, void *arg)
{
	struct wanting wanting = {fn, arg};

	look_at(&wanting, condition->root);
}

const char *
condition_wanted_text(const struct condition_wanted *wanted, size_t i)
{
	return wanted->texts[i].name;
}
