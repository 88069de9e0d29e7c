/* condition_write.c - the canonical text of a condition; see condition.h. */
#include <string.h>

#include "base/text.h"
#include "rule/condition_node.h"

const char *
condition_compare_sign(enum compare compare)
{
	static const char *const signs[] = {"=", "!=", "<", "<=", ">", ">="};

	return signs[compare];
}

static void
write_quoted(struct buf *to, const char *text)
{
	buf_append_char(to, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_append_char(to, '\'');
		buf_append_char(to, *text);
	}
	buf_append_char(to, '\'');
}

/* The largest of d, h, m, s that it is a whole number of. */
static void
write_duration(struct buf *to, int64_t ms)
{
	static const struct {
		int64_t ms;
		char unit;
	} units[] = {{86400000, 'd'}, {3600000, 'h'}, {60000, 'm'}};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (ms && ms % units[i].ms == 0) {
			text_append_number(to, (double)(ms / units[i].ms));
			buf_append_char(to, units[i].unit);
			return;
		}
	}
	text_append_number(to, (double)ms / 1000);
	buf_append_char(to, 's');
}

/* A name that can stand as it is after `field.`. */
static bool
is_plain(const char *name)
{
	const char *c;

	if (strcmp(name, "changed") == 0 || name[strlen(name) - 1] == '.')
		return false;
	for (c = name; *c; c++) {
		bool letter = (*c >= 'a' && *c <= 'z') ||
			      (*c >= 'A' && *c <= 'Z') || *c == '_' ||
			      (unsigned char)*c >= 0x80;

		if (!letter && *c != '.' && !(*c >= '0' && *c <= '9'))
			return false;
	}
	return true;
}

static void
write_member(struct buf *to, const char *prefix, const char *name)
{
	buf_append_text(to, prefix);
	if (is_plain(name))
		buf_append_text(to, name);
	else
		write_quoted(to, name);
}

static void
write_score(struct buf *to, const char *name)
{
	if (strcmp(name, "lead") == 0)
		return;
	buf_append_char(to, ' ');
	write_quoted(to, name);
}

/* How strongly a sign binds; what binds less goes into brackets. */
static int
strength(const struct operand *operand)
{
	switch (operand->kind) {
	case OPERAND_ADD:
	case OPERAND_SUBTRACT:
		return 1;
	case OPERAND_MULTIPLY:
	case OPERAND_DIVIDE:
		return 2;
	default:
		return 3;
	}
}

static void
write_part(struct buf *to, const struct operand *operand, int least)
{
	bool brackets = strength(operand) < least;

	if (brackets)
		buf_append_char(to, '(');
	condition_write_operand(to, operand);
	if (brackets)
		buf_append_char(to, ')');
}

static void
write_calculation(struct buf *to, const struct operand *operand)
{
	static const char *const signs[] = {[OPERAND_ADD] = " + ",
					    [OPERAND_SUBTRACT] = " - ",
					    [OPERAND_MULTIPLY] = " * ",
					    [OPERAND_DIVIDE] = " / "};
	bool number = operand->left->kind == OPERAND_NUMBER &&
		      operand->left->number > 0;
	bool zero = operand->left->kind == OPERAND_NUMBER && !number &&
		    !(operand->left->number < 0);

	if (operand->kind != OPERAND_NEGATE) {
		write_part(to, operand->left, strength(operand));
		buf_append_text(to, signs[operand->kind]);
		write_part(to, operand->right, strength(operand) + 1);
		return;
	}
	/* -(5) is not -5: the one is a calculation, the other a number. --5
	 * needs no brackets, which would be one level more; and -0 is 0. */
	buf_append_text(to, zero ? "--" : "-");
	write_part(to, operand->left, number ? 4 : 3);
}

void
condition_write_operand(struct buf *to, const struct operand *operand)
{
	switch (operand->kind) {
	case OPERAND_NUMBER:
		text_append_number(to, operand->number);
		break;
	case OPERAND_TEXT:
		write_quoted(to, operand->name);
		break;
	case OPERAND_DATE:
		buf_append_text(to, operand->name);
		break;
	case OPERAND_BOOL:
		buf_append_text(to, operand->truth ? "true" : "false");
		break;
	case OPERAND_SCORE:
		buf_append_text(to, score_part_name(operand->part));
		write_score(to, operand->name);
		break;
	case OPERAND_FIELD:
		write_member(to, "field.", operand->name);
		break;
	case OPERAND_SIGNAL:
		write_member(to, "signal.", operand->name);
		break;
	case OPERAND_EMAIL:
		buf_append_text(to, "email");
		break;
	case OPERAND_MODULE:
		buf_append_text(to, "module");
		break;
	case OPERAND_CREATED:
		buf_append_text(to, "created");
		break;
	default:
		write_calculation(to, operand);
	}
}

static void
write_has(struct buf *to, const struct node *node)
{
	buf_append_text(to, "has score");
	write_score(to, node->score);
	if (node->kind == NODE_HAS_COMPARED) {
		buf_printf(to, " %s ", condition_compare_sign(node->compare));
		text_append_number(to, node->lo);
	} else if (node->kind == NODE_HAS_BETWEEN) {
		buf_append_text(to, " between ");
		text_append_number(to, node->lo);
		buf_append_text(to, " and ");
		text_append_number(to, node->hi);
	}
}

static void
write_signal(struct buf *to, const struct node *node)
{
	buf_append_text(to, node->name);
	if (node->child) {
		buf_append_text(to, " where (");
		condition_write_node(to, node->child);
		buf_append_char(to, ')');
	}
	if (node->within_ms >= 0) {
		buf_append_text(to, " within ");
		write_duration(to, node->within_ms);
	}
	if (node->times > 1)
		buf_printf(to, " at least %u times", node->times);
}

static void
write_in(struct buf *to, const struct node *node)
{
	size_t i;

	buf_append_text(to, node->negated ? " not in (" : " in (");
	for (i = 0; i < node->n_items; i++) {
		if (i)
			buf_append_text(to, ", ");
		condition_write_operand(to, &node->items[i]);
	}
	buf_append_char(to, ')');
}

static void
write_operand_test(struct buf *to, const struct node *node)
{
	condition_write_operand(to, node->left);
	switch (node->kind) {
	case NODE_COMPARE:
		buf_printf(to, " %s ", condition_compare_sign(node->compare));
		condition_write_operand(to, node->right);
		break;
	case NODE_IN:
		write_in(to, node);
		break;
	case NODE_MATCHES:
		buf_append_text(to, " matches ");
		write_quoted(to, node->text);
		break;
	case NODE_CONTAINS:
		buf_append_text(to, " contains ");
		write_quoted(to, node->text);
		break;
	case NODE_WITHIN:
		buf_append_text(to, " within ");
		write_duration(to, node->within_ms);
		break;
	default:
		buf_append_text(to,
				node->negated ? " is not empty" : " is empty");
	}
}

static void
write_member_test(struct buf *to, const struct node *node)
{
	static const char *const words[] = {
		[NODE_LIST] = "list ",	       [NODE_TAG] = "tag ",
		[NODE_SEGMENT] = "segment ",   [NODE_BAND] = "band ",
		[NODE_SEQUENCE] = "sequence ", [NODE_BROADCAST] = "broadcast "};

	buf_append_text(to, words[node->kind]);
	write_quoted(to, node->name);
	if (node->state)
		buf_printf(to, " %s", node->state);
}

/* `and` binds more than `or`; a group inside a group, or after `not`, stands
 * in brackets. */
static void
write_child(struct buf *to, const struct node *parent, const struct node *child)
{
	bool brackets = child->kind == NODE_OR || child->kind == NODE_NOT ||
			child->kind == NODE_AND;

	if (parent->kind != NODE_NOT && child->kind == NODE_NOT)
		brackets = false;
	if (parent->kind == NODE_OR && child->kind == NODE_AND)
		brackets = false;
	if (brackets)
		buf_append_char(to, '(');
	condition_write_node(to, child);
	if (brackets)
		buf_append_char(to, ')');
}

static void
write_group(struct buf *to, const struct node *node)
{
	const struct node *child;

	for (child = node->child; child; child = child->next) {
		if (child != node->child)
			buf_append_text(to, node->kind == NODE_AND ? " and "
								   : " or ");
		write_child(to, node, child);
	}
}

void
condition_write_node(struct buf *to, const struct node *node)
{
	switch (node->kind) {
	case NODE_AND:
	case NODE_OR:
		write_group(to, node);
		break;
	case NODE_NOT:
		buf_append_text(to, "not ");
		write_child(to, node, node->child);
		break;
	case NODE_HAS_SCORE:
	case NODE_HAS_COMPARED:
	case NODE_HAS_BETWEEN:
		write_has(to, node);
		break;
	case NODE_LIST:
	case NODE_TAG:
	case NODE_SEGMENT:
	case NODE_BAND:
	case NODE_SEQUENCE:
	case NODE_BROADCAST:
		write_member_test(to, node);
		break;
	case NODE_SIGNAL:
		write_signal(to, node);
		break;
	default:
		write_operand_test(to, node);
	}
}

void
condition_write(const struct condition *condition, struct buf *to)
{
	condition_write_node(to, condition->root);
}
