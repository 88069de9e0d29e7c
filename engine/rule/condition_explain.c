/* condition_explain.c - see condition_explain.h. */
#include "rule/condition_explain.h"

#include "base/clock.h"
#include "base/text.h"
#include "rule/condition_value.h"

enum { PARTS_MOST = 1000, VALUE_MOST = 300 };

struct explaining {
	const struct condition *condition;
	struct value_source source;
	int64_t now;
	struct pool *pool;
	struct condition_explanation *out;
};

static void
append_value(struct buf *to, const struct value *value)
{
	char at[CLOCK_TEXT_SIZE];

	switch (value->kind) {
	case VALUE_ERROR:
		buf_append_text(to, "cannot be computed");
		break;
	case VALUE_MISSING:
		buf_append_text(to, "not there");
		break;
	case VALUE_NUMBER:
		text_append_number(to, value->number);
		break;
	case VALUE_TEXT:
	case VALUE_LOOSE:
		buf_printf(to, "'%.*s'", VALUE_MOST, value->text);
		break;
	case VALUE_DATE:
		buf_append_text(to, clock_format(value->at, at));
		break;
	case VALUE_BOOL:
		buf_append_text(to, value->truth ? "true" : "false");
		break;
	}
}

/* Each that is no literal: "field.age is 12". */
static void
add_operand(struct explaining *explaining, const struct operand *operand,
	    struct buf *to)
{
	struct value value;

	if (!operand)
		return;
	switch (operand->kind) {
	case OPERAND_NUMBER:
	case OPERAND_TEXT:
	case OPERAND_DATE:
	case OPERAND_BOOL:
		return;
	case OPERAND_NEGATE:
	case OPERAND_ADD:
	case OPERAND_SUBTRACT:
	case OPERAND_MULTIPLY:
	case OPERAND_DIVIDE:
		add_operand(explaining, operand->left, to);
		add_operand(explaining, operand->right, to);
		return;
	default:
		break;
	}
	value = condition_value(operand, &explaining->source);
	if (to->len)
		buf_append_text(to, ", ");
	condition_write_operand(to, operand);
	buf_append_text(to, " is ");
	append_value(to, &value);
}

static void
add_score(struct explaining *explaining, const struct node *node,
	  struct buf *to)
{
	const struct record_view *view = explaining->source.view;
	double score;

	if (!view->score(view->arg, node->score, SCORE_SCORE, &score)) {
		buf_append_text(to, "no score");
		return;
	}
	buf_append_text(to, "score is ");
	text_append_number(to, score);
}

/* Of a signal: how often it was, with `where` and `within` and without. */
struct occurring {
	struct explaining *explaining;
	const struct node *node;
	unsigned n, meet;
	int64_t last_at;
};

static bool
note_occurrence(void *arg, const struct occurrence *occurrence)
{
	struct occurring *occurring = arg;
	struct explaining *explaining = occurring->explaining;
	const struct node *node = occurring->node;
	bool meets;

	if (occurrence->happened_at > explaining->now)
		return true;
	meets = condition_in_span(node, occurrence->happened_at,
				  explaining->now) &&
		(!node->child ||
		 condition_test_node(explaining->condition, node->child,
				     explaining->source.view,
				     occurrence->signal, explaining->now));
	if (!occurring->n++)
		occurring->last_at = occurrence->happened_at;
	occurring->meet += meets;
	return occurring->n < PARTS_MOST;
}

static void
add_signal(struct explaining *explaining, const struct node *node,
	   struct buf *to)
{
	struct occurring occurring = {explaining, node, 0, 0, 0};
	const struct record_view *view = explaining->source.view;
	char at[CLOCK_TEXT_SIZE];

	view->occurrences(view->arg, node->name, note_occurrence, &occurring);
	if (!occurring.n) {
		buf_append_text(to, "never happened");
		return;
	}
	buf_printf(to, "%u time%s", occurring.meet,
		   occurring.meet == 1 ? "" : "s");
	if (occurring.n != occurring.meet)
		buf_printf(to, " of %u", occurring.n);
	buf_printf(to, ", last %s", clock_format(occurring.last_at, at));
}

static void
add_value(struct explaining *explaining, const struct node *node,
	  struct buf *to)
{
	switch (node->kind) {
	case NODE_HAS_SCORE:
	case NODE_HAS_COMPARED:
	case NODE_HAS_BETWEEN:
	case NODE_BAND:
		add_score(explaining, node, to);
		break;
	case NODE_SIGNAL:
		add_signal(explaining, node, to);
		break;
	case NODE_COMPARE:
	case NODE_IN:
	case NODE_MATCHES:
	case NODE_CONTAINS:
	case NODE_EMPTY:
	case NODE_WITHIN:
		add_operand(explaining, node->left, to);
		add_operand(explaining, node->right, to);
		break;
	default:
		break;
	}
}

static size_t
count_parts(const struct node *node)
{
	const struct node *child;
	size_t n = 1;

	if (node->kind == NODE_SIGNAL)
		return n; /* its `where` is about each occurrence */
	for (child = node->child; child; child = child->next)
		n += count_parts(child);
	return n;
}

static void
explain(struct explaining *explaining, const struct node *node, unsigned depth)
{
	struct condition_explanation *out = explaining->out;
	struct buf text = BUF_INIT, value = BUF_INIT;
	struct condition_part *part;
	const struct node *child;

	if (out->n_parts == PARTS_MOST)
		return;
	part = &out->parts[out->n_parts++];
	condition_write_node(&text, node);
	add_value(explaining, node, &value);
	part->depth = depth;
	part->text = pool_strdup(explaining->pool, buf_text(&text));
	part->value = pool_strdup(explaining->pool, buf_text(&value));
	part->passed = condition_test_node(
		explaining->condition, node, explaining->source.view,
		explaining->source.signal, explaining->now);
	buf_done(&text);
	buf_done(&value);
	if (node->kind == NODE_SIGNAL)
		return;
	for (child = node->child; child; child = child->next)
		explain(explaining, child, depth + 1);
}

void
condition_explain(const struct condition *condition,
		  const struct record_view *view, const struct signal *signal,
		  int64_t now, struct pool *pool,
		  struct condition_explanation *out)
{
	struct explaining explaining = {
		.condition = condition,
		.source = {view, signal, condition->timezone},
		.now = now,
		.pool = pool,
		.out = out};
	size_t n = count_parts(condition->root);

	out->n_parts = 0;
	out->parts = pool_alloc(pool, (n < PARTS_MOST ? n : PARTS_MOST) *
					      sizeof(*out->parts));
	explain(&explaining, condition->root, 0);
}
