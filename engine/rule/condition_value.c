/* condition_value.c - see condition_value.h. */
#include "rule/condition_value.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static struct value
value_number(double number)
{
	struct value value = {.kind = isfinite(number) ? VALUE_NUMBER
						       : VALUE_ERROR,
			      .number = number};

	return value;
}

static struct value
value_text(enum value_kind kind, const char *text)
{
	struct value value = {.kind = VALUE_MISSING, .text = text};

	if (text && *text)
		value.kind = kind;
	return value;
}

static struct value
value_date(int64_t at)
{
	struct value value = {.kind = VALUE_DATE, .at = at};

	return value;
}

/* Turns a loose value into a number where it is one; else an error. */
static void
want_number(struct value *value)
{
	double number;

	if (value->kind == VALUE_NUMBER || value->kind == VALUE_MISSING)
		return;
	if (value->kind == VALUE_LOOSE && text_to_number(value->text, &number))
		*value = value_number(number);
	else
		value->kind = VALUE_ERROR;
}

static struct value
calculate(const struct operand *operand, const struct value_source *source)
{
	struct value left = condition_value(operand->left, source), right;

	if (operand->kind == OPERAND_NEGATE)
		right = value_number(0);
	else
		right = condition_value(operand->right, source);
	want_number(&left);
	want_number(&right);
	if (left.kind == VALUE_ERROR || right.kind == VALUE_ERROR)
		return value_number(NAN);
	if (left.kind == VALUE_MISSING || right.kind == VALUE_MISSING)
		return left.kind == VALUE_MISSING ? left : right;
	switch (operand->kind) {
	case OPERAND_NEGATE:
		return value_number(-left.number);
	case OPERAND_ADD:
		return value_number(left.number + right.number);
	case OPERAND_SUBTRACT:
		return value_number(left.number - right.number);
	case OPERAND_MULTIPLY:
		return value_number(left.number * right.number);
	default: /* by 0: not finite, so an error */
		return value_number(left.number / right.number);
	}
}

static struct value
score_value(const struct operand *operand, const struct record_view *view)
{
	struct value missing = {.kind = VALUE_MISSING};
	double number;

	if (!view->score(view->arg, operand->name, operand->part, &number))
		return missing;
	return value_number(number);
}

struct value
condition_value(const struct operand *operand,
		const struct value_source *source)
{
	const struct record_view *view = source->view;
	struct value value = {.kind = VALUE_MISSING};

	switch (operand->kind) {
	case OPERAND_NUMBER:
		return value_number(operand->number);
	case OPERAND_TEXT: /* '' is a text, too */
		value.kind = VALUE_TEXT;
		value.text = operand->name;
		return value;
	case OPERAND_DATE:
		return value_date(operand->at);
	case OPERAND_BOOL:
		value.kind = VALUE_BOOL;
		value.truth = operand->truth;
		return value;
	case OPERAND_SCORE:
		return score_value(operand, view);
	case OPERAND_FIELD:
		return value_text(VALUE_LOOSE,
				  view->field(view->arg, operand->name));
	case OPERAND_SIGNAL:
		return source->signal ? value_text(VALUE_LOOSE,
						   signal_get(source->signal,
							      operand->name))
				      : value;
	case OPERAND_EMAIL:
		return value_text(VALUE_TEXT, view->email(view->arg));
	case OPERAND_MODULE:
		return value_text(VALUE_TEXT, view->module(view->arg));
	case OPERAND_CREATED:
		return value_date(view->created_at(view->arg));
	default:
		return calculate(operand, source);
	}
}

bool
condition_value_date(const struct value *value, const char *timezone,
		     int64_t *at_out)
{
	struct sg_err unused;

	if (value->kind == VALUE_DATE) {
		*at_out = value->at;
		return true;
	}
	return value->kind == VALUE_LOOSE && value->text[0] >= '0' &&
	       value->text[0] <= '9' &&
	       clock_parse(value->text, timezone, at_out, &unused) == SG_OK;
}

static bool
loose_bool(const char *text, bool *truth_out)
{
	static const char *const words[] = {"false", "true", "no", "yes",
					    "off",   "on",   "0",  "1"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (text_equal_ascii(text, words[i])) {
			*truth_out = i % 2;
			return true;
		}
	}
	return false;
}

static int
order_of(double left, double right)
{
	return left < right ? -1 : left > right;
}

static int
order_of_moments(int64_t left, int64_t right)
{
	return left < right ? -1 : left > right;
}

static bool
order_texts(const struct value *left, const struct value *right,
	    const char *timezone, int *order_out)
{
	bool loose = left->kind == VALUE_LOOSE && right->kind == VALUE_LOOSE;
	int64_t left_at, right_at;
	double a, b;

	if (loose && text_to_number(left->text, &a) &&
	    text_to_number(right->text, &b))
		*order_out = order_of(a, b);
	else if (loose && condition_value_date(left, timezone, &left_at) &&
		 condition_value_date(right, timezone, &right_at))
		*order_out = order_of_moments(left_at, right_at);
	else
		*order_out = text_compare_fold(left->text, right->text);
	return true;
}

static bool
is_text(const struct value *value)
{
	return value->kind == VALUE_TEXT || value->kind == VALUE_LOOSE;
}

/* A loose value becomes what the other one is; false: it cannot. */
static bool
meet(struct value *loose, const struct value *other, const char *timezone)
{
	if (loose->kind != VALUE_LOOSE)
		return loose->kind == other->kind;
	switch (other->kind) {
	case VALUE_NUMBER:
		loose->kind = VALUE_NUMBER;
		return text_to_number(loose->text, &loose->number);
	case VALUE_DATE:
		if (!condition_value_date(loose, timezone, &loose->at))
			return false;
		loose->kind = VALUE_DATE;
		return true;
	case VALUE_BOOL:
		loose->kind = VALUE_BOOL;
		return loose_bool(loose->text, &loose->truth);
	default:
		return false;
	}
}

/* false: a mismatch. Neither is missing or an error. */
static bool
order_values(struct value left, struct value right, const char *timezone,
	     int *order_out)
{
	if (is_text(&left) && is_text(&right))
		return order_texts(&left, &right, timezone, order_out);
	if (right.kind == VALUE_LOOSE ? !meet(&right, &left, timezone)
				      : !meet(&left, &right, timezone))
		return false;
	if (left.kind == VALUE_NUMBER)
		*order_out = order_of(left.number, right.number);
	else if (left.kind == VALUE_DATE)
		*order_out = order_of_moments(left.at, right.at);
	else
		*order_out = left.truth - right.truth;
	return true;
}

static bool
order_holds(int order, enum compare compare)
{
	switch (compare) {
	case COMPARE_EQUAL:
		return order == 0;
	case COMPARE_NOT_EQUAL:
		return order != 0;
	case COMPARE_LESS:
		return order < 0;
	case COMPARE_AT_MOST:
		return order <= 0;
	case COMPARE_MORE:
		return order > 0;
	default:
		return order >= 0;
	}
}

bool
condition_compare(const struct value *left, enum compare compare,
		  const struct value *right, const char *timezone)
{
	bool equality =
		compare == COMPARE_EQUAL || compare == COMPARE_NOT_EQUAL;
	int order;

	if (left->kind == VALUE_ERROR || right->kind == VALUE_ERROR)
		return false;
	if (left->kind == VALUE_MISSING || right->kind == VALUE_MISSING)
		return compare == COMPARE_NOT_EQUAL;
	if ((left->kind == VALUE_BOOL || right->kind == VALUE_BOOL) &&
	    !equality)
		return false;
	return order_values(*left, *right, timezone, &order) &&
	       order_holds(order, compare);
}

bool
condition_compare_number(double number, enum compare compare, double bound)
{
	return order_holds(order_of(number, bound), compare);
}
