/*
 * condition_next.c - when time alone can change the answer; see condition.h.
 *
 * Each test relative to now gives the moments at which it can change; the
 * first of all of them is the answer: sometimes too early (another test decides
 * anyway), never too late. How scores fade is not looked at.
 */
#include "rule/condition_value.h"

struct next_change {
	struct value_source source;
	int64_t now;
	int64_t next; /* found so far */
	const struct condition *condition;
	bool seen[CONDITION_MEMOS_MOST]; /* signal tests inside a `where` */
};

static void next_of_node(struct next_change *change, const struct node *node);

static void
offer(struct next_change *change, int64_t at)
{
	if (at > change->now && at < change->next)
		change->next = at;
}

/* True from at - d to at + d, both included. */
static void
next_of_within(struct next_change *change, const struct node *node)
{
	struct value value = condition_value(node->left, &change->source);
	int64_t at;

	if (!condition_value_date(&value, change->source.timezone, &at))
		return;
	offer(change, at - node->within_ms);
	offer(change, at + node->within_ms + 1);
}

struct next_occurrence {
	struct next_change *change;
	const struct node *node;
	unsigned n;
};

/* The answer can change when one of those that count leaves the span, and
 * when `where` changes its mind about one. */
static bool
next_of_occurrence(void *arg, const struct occurrence *occurrence)
{
	struct next_occurrence *walk = arg;
	struct next_change *change = walk->change;
	const struct node *node = walk->node;
	const struct signal *outer = change->source.signal;
	bool counts = true;

	if (!condition_in_span(node, occurrence->happened_at, change->now))
		return occurrence->happened_at > change->now;
	if (node->child) {
		change->source.signal = occurrence->signal;
		counts = condition_test_node(change->condition, node->child,
					     change->source.view,
					     occurrence->signal, change->now);
		next_of_node(change, node->child);
		change->source.signal = outer;
	}
	walk->n += counts;
	if (counts && walk->n == node->times && node->within_ms >= 0)
		offer(change, occurrence->happened_at + node->within_ms + 1);
	return node->child || walk->n < node->times;
}

static void
next_of_signal(struct next_change *change, const struct node *node)
{
	struct next_occurrence walk = {change, node, 0};
	const struct record_view *view = change->source.view;

	if (node->memo && change->seen[node->memo - 1])
		return;
	if (node->memo)
		change->seen[node->memo - 1] = true;
	view->occurrences(view->arg, node->name, next_of_occurrence, &walk);
}

static void
next_of_node(struct next_change *change, const struct node *node)
{
	const struct node *child;

	if (node->kind == NODE_WITHIN)
		next_of_within(change, node);
	if (node->kind == NODE_SIGNAL) {
		next_of_signal(change, node);
		return;
	}
	for (child = node->child; child; child = child->next)
		next_of_node(change, child);
}

int64_t
condition_next_change(const struct condition *condition,
		      const struct record_view *view, int64_t now)
{
	struct next_change change = {
		.source = {view, NULL, condition->timezone},
		.now = now,
		.next = INT64_MAX,
		.condition = condition};

	next_of_node(&change, condition->root);
	return change.next;
}
