/* condition_set_score.c - tests of scores, by the scoreboard. */
#include <math.h>

#include "rule/condition_set_parts.h"
#include "rule/condition_value.h"
#include "score/scoreboard.h"

/* `part of score compare bound`, whichever way round it was written. */
struct score_test {
	const char *score;
	enum score_part part;
	enum compare compare;
	double bound;
};

static enum compare
turn_round(enum compare compare)
{
	static const enum compare turned[] = {
		[COMPARE_EQUAL] = COMPARE_EQUAL,
		[COMPARE_NOT_EQUAL] = COMPARE_NOT_EQUAL,
		[COMPARE_LESS] = COMPARE_MORE,
		[COMPARE_AT_MOST] = COMPARE_AT_LEAST,
		[COMPARE_MORE] = COMPARE_LESS,
		[COMPARE_AT_LEAST] = COMPARE_AT_MOST};

	return turned[compare];
}

static bool
read_compare(const struct node *node, struct score_test *test_out)
{
	const struct operand *score = node->left, *number = node->right;
	bool turned;

	if (node->kind != NODE_COMPARE)
		return false;
	turned = score->kind == OPERAND_NUMBER;
	if (turned) {
		score = node->right;
		number = node->left;
	}
	if (score->kind != OPERAND_SCORE || number->kind != OPERAND_NUMBER)
		return false;
	test_out->score = score->name;
	test_out->part = score->part;
	test_out->compare = turned ? turn_round(node->compare) : node->compare;
	test_out->bound = number->number;
	return true;
}

bool
select_is_score(const struct node *node)
{
	struct score_test unused;

	switch (node->kind) {
	case NODE_HAS_SCORE:
	case NODE_HAS_COMPARED:
	case NODE_HAS_BETWEEN:
	case NODE_BAND:
		return true;
	default:
		return read_compare(node, &unused);
	}
}

static struct score_range
range_of(enum compare compare, double bound)
{
	struct score_range range = {-INFINITY, INFINITY, false, false};

	switch (compare) {
	case COMPARE_LESS:
		range.hi_open = true;
		range.hi = bound;
		break;
	case COMPARE_AT_MOST:
		range.hi = bound;
		break;
	case COMPARE_MORE:
		range.lo_open = true;
		range.lo = bound;
		break;
	case COMPARE_AT_LEAST:
		range.lo = bound;
		break;
	default: /* what is not equal is taken off by the caller */
		range.lo = range.hi = bound;
	}
	return range;
}

static void
select_range(struct selection *selection, const struct score_test *test,
	     const struct score_range *range, struct record_set *to)
{
	struct score_settings settings;

	if (scoreboard_find_score(selection->scoreboard, test->score,
				  &settings) == SG_OK)
		scoreboard_select(selection->scoreboard, settings.id,
				  test->part, range, selection->now, to);
}

static const struct score_range any = {-INFINITY, INFINITY, false, false};

/* Those that have the score and are not equal, or not in the range. */
static void
select_others(struct selection *selection, const struct score_test *test,
	      const struct score_range *range, struct record_set *to)
{
	struct record_set *equal = record_set_new();
	struct record_set *others = record_set_new();

	select_range(selection, test, &any, others);
	select_range(selection, test, range, equal);
	record_set_and_not(others, equal);
	record_set_or(to, others);
	record_set_free(others);
	record_set_free(equal);
}

/* Those without the score: nothing but `!=` holds for them; but their percent
 * is 0. */
static void
select_scoreless(struct selection *selection, const struct score_test *test,
		 const struct record_set *candidates, struct record_set *to)
{
	bool percent = test->part == SCORE_PERCENT;
	struct score_test has = {test->score, SCORE_SCORE, COMPARE_EQUAL, 0};
	struct record_set *scored, *without;

	if (percent ? !condition_compare_number(0, test->compare, test->bound)
		    : test->compare != COMPARE_NOT_EQUAL)
		return;
	scored = record_set_new();
	without = record_set_copy(candidates);
	select_range(selection, &has, &any, scored);
	record_set_and_not(without, scored);
	record_set_or(to, without);
	record_set_free(without);
	record_set_free(scored);
}

enum sg_status
select_score(struct selection *selection, const struct node *node,
	     const struct record_set *candidates, struct record_set *to)
{
	struct score_test test = {node->score, SCORE_SCORE, node->compare,
				  node->lo};
	struct score_range range = {node->lo, node->hi, false,
				    node->kind == NODE_BAND &&
					    node->hi < INFINITY};
	bool has = !read_compare(node, &test);

	if (!has || node->kind == NODE_HAS_COMPARED)
		range = range_of(test.compare, test.bound);
	if (test.compare == COMPARE_NOT_EQUAL &&
	    (!has || node->kind == NODE_HAS_COMPARED))
		select_others(selection, &test, &range, to);
	else
		select_range(selection, &test, &range, to);
	if (!has)
		select_scoreless(selection, &test, candidates, to);
	return SG_OK;
}
