/* condition_test.c - a condition for one record; see condition.h. */
#include <string.h>

#include "base/text.h"
#include "rule/condition_value.h"
#include "signal/field_type.h"

/* A signal test inside a `where` does not depend on the signal that is being
 * looked at (its own `where` is about its own), so it is asked only once. */
enum memo { MEMO_NOT_ASKED, MEMO_FALSE, MEMO_TRUE };

struct evaluation {
	struct value_source source;
	int64_t now;
	unsigned char memos[CONDITION_MEMOS_MOST];
};

static bool test_node(struct evaluation *evaluation, const struct node *node);

bool
condition_in_span(const struct node *node, int64_t happened_at, int64_t now)
{
	return happened_at <= now &&
	       (node->within_ms < 0 || now - happened_at <= node->within_ms);
}

struct occurrence_count {
	struct evaluation *evaluation;
	const struct node *node;
	unsigned n;
};

static bool
count_occurrence(void *arg, const struct occurrence *occurrence)
{
	struct occurrence_count *count = arg;
	struct evaluation *evaluation = count->evaluation;
	const struct node *node = count->node;
	const struct signal *outer = evaluation->source.signal;
	bool counts = true;

	if (!condition_in_span(node, occurrence->happened_at, evaluation->now))
		return occurrence->happened_at > evaluation->now;
	if (node->child) {
		evaluation->source.signal = occurrence->signal;
		counts = test_node(evaluation, node->child);
		evaluation->source.signal = outer;
	}
	count->n += counts;
	return count->n < node->times;
}

static bool
test_signal(struct evaluation *evaluation, const struct node *node)
{
	struct occurrence_count count = {evaluation, node, 0};
	const struct record_view *view = evaluation->source.view;
	unsigned char *memo = NULL;

	if (node->memo)
		memo = &evaluation->memos[node->memo - 1];
	if (memo && *memo != MEMO_NOT_ASKED)
		return *memo == MEMO_TRUE;
	view->occurrences(view->arg, node->name, count_occurrence, &count);
	if (memo)
		*memo = count.n >= node->times ? MEMO_TRUE : MEMO_FALSE;
	return count.n >= node->times;
}

static bool
test_has(struct evaluation *evaluation, const struct node *node)
{
	const struct record_view *view = evaluation->source.view;
	double score;

	if (!view->score(view->arg, node->score, SCORE_SCORE, &score))
		return false;
	switch (node->kind) {
	case NODE_HAS_COMPARED:
		return condition_compare_number(score, node->compare, node->lo);
	case NODE_HAS_BETWEEN:
		return score >= node->lo && score <= node->hi;
	case NODE_BAND:
		return score >= node->lo && score < node->hi;
	default:
		return true;
	}
}

static bool
test_in(const struct evaluation *evaluation, const struct node *node)
{
	const struct value_source *source = &evaluation->source;
	struct value value = condition_value(node->left, source), item;
	size_t i;

	if (value.kind == VALUE_ERROR)
		return false;
	for (i = 0; i < node->n_items; i++) {
		item = condition_value(&node->items[i], source);
		if (condition_compare(&value, COMPARE_EQUAL, &item,
				      source->timezone))
			return !node->negated;
	}
	return node->negated;
}

static bool
test_text(const struct evaluation *evaluation, const struct node *node)
{
	struct value value = condition_value(node->left, &evaluation->source);

	if (value.kind != VALUE_TEXT && value.kind != VALUE_LOOSE)
		return false;
	if (node->kind == NODE_MATCHES)
		return text_glob_fold(node->text, value.text);
	/* Of many values one, not a part of one. */
	if (node->left->kind == OPERAND_FIELD &&
	    field_is_many(node->left->name))
		return field_many_has(value.text, node->text);
	return text_contains_fold(value.text, node->text);
}

static bool
test_empty(const struct evaluation *evaluation, const struct node *node)
{
	struct value value = condition_value(node->left, &evaluation->source);
	bool empty = value.kind == VALUE_MISSING ||
		     (value.kind == VALUE_TEXT && !*value.text);

	return value.kind != VALUE_ERROR && empty != node->negated;
}

static bool
test_within(const struct evaluation *evaluation, const struct node *node)
{
	struct value value = condition_value(node->left, &evaluation->source);
	int64_t at;

	if (!condition_value_date(&value, evaluation->source.timezone, &at))
		return false;
	return at - evaluation->now <= node->within_ms &&
	       evaluation->now - at <= node->within_ms;
}

/* signal.NAME = 'text', field.NAME = 'text': what most rules ask. */
static bool
test_plain_text(const struct evaluation *evaluation, const struct node *node)
{
	const struct record_view *view = evaluation->source.view;
	const struct signal *signal = evaluation->source.signal;
	const char *name = node->left->name, *value = NULL;

	if (node->left->kind == OPERAND_FIELD)
		value = view->field(view->arg, name);
	else if (signal)
		value = signal_get(signal, name);
	return value && *value && text_equal_fold(value, node->right->name);
}

static bool
test_compare(const struct evaluation *evaluation, const struct node *node)
{
	const struct value_source *source = &evaluation->source;
	struct value left, right;

	if (node->compare == COMPARE_EQUAL &&
	    (node->left->kind == OPERAND_SIGNAL ||
	     node->left->kind == OPERAND_FIELD) &&
	    node->right->kind == OPERAND_TEXT)
		return test_plain_text(evaluation, node);
	left = condition_value(node->left, source);
	right = condition_value(node->right, source);
	return condition_compare(&left, node->compare, &right,
				 source->timezone);
}

static bool
test_member(const struct evaluation *evaluation, const struct node *node)
{
	const struct record_view *view = evaluation->source.view;

	switch (node->kind) {
	case NODE_LIST:
		return view->list(view->arg, node->name);
	case NODE_TAG:
		return view->tag(view->arg, node->name);
	case NODE_BROADCAST:
		return view->broadcast(view->arg, node->name, node->state);
	default: /* NODE_SEQUENCE */
		return view->sequence(view->arg, node->name, node->state);
	}
}

/* and: the first that is false decides; or: the first that is true. */
static bool
test_group(struct evaluation *evaluation, const struct node *node)
{
	bool decides = node->kind == NODE_OR;
	const struct node *child;

	for (child = node->child; child; child = child->next) {
		if (test_node(evaluation, child) == decides)
			return decides;
	}
	return !decides;
}

static bool
test_node(struct evaluation *evaluation, const struct node *node)
{
	switch (node->kind) {
	case NODE_AND:
	case NODE_OR:
		return test_group(evaluation, node);
	case NODE_NOT:
		return !test_node(evaluation, node->child);
	case NODE_SEGMENT:
		return test_node(evaluation, node->child);
	case NODE_HAS_SCORE:
	case NODE_HAS_COMPARED:
	case NODE_HAS_BETWEEN:
	case NODE_BAND:
		return test_has(evaluation, node);
	case NODE_COMPARE:
		return test_compare(evaluation, node);
	case NODE_IN:
		return test_in(evaluation, node);
	case NODE_MATCHES:
	case NODE_CONTAINS:
		return test_text(evaluation, node);
	case NODE_EMPTY:
		return test_empty(evaluation, node);
	case NODE_WITHIN:
		return test_within(evaluation, node);
	case NODE_SIGNAL:
		return test_signal(evaluation, node);
	default:
		return test_member(evaluation, node);
	}
}

bool
condition_test_node(const struct condition *condition, const struct node *node,
		    const struct record_view *view, const struct signal *signal,
		    int64_t now)
{
	struct evaluation evaluation = {
		.source = {view, signal, condition->timezone}, .now = now};

	return test_node(&evaluation, node);
}

bool
condition_test(const struct condition *condition,
	       const struct record_view *view, const struct signal *signal,
	       int64_t now)
{
	return condition_test_node(condition, condition->root, view, signal,
				   now);
}
