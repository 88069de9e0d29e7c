/* webhook_value.c - what an expression comes to. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "webhook_expr.h"

enum { NUMBER_MOST = 60 };

/* As JSON and forms say numbers: no hexadecimal, no "inf". */
bool
webhook_number(const char *text, double *number_out)
{
	char *end;

	if (!text || !text[0] || strlen(text) > NUMBER_MOST ||
	    text[strspn(text, "+-.0123456789eE")])
		return false;
	*number_out = strtod(text, &end);
	return !*end && isfinite(*number_out);
}

const char *
webhook_number_text(const struct sg_call *call, double number)
{
	struct sg_text *text = call->host->text(call);

	if (!isfinite(number))
		return NULL;
	call->host->print(text, "%.15g", number == 0 ? 0.0 : number);
	return call->host->text_value(text);
}

static const char *
calculated(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	double a, b;

	if (!webhook_number(webhook_value(scope, expr->args[0]), &a) ||
	    !webhook_number(webhook_value(scope, expr->args[1]), &b))
		return NULL;
	switch (expr->sign) {
	case '+':
		return webhook_number_text(scope->call, a + b);
	case '-':
		return webhook_number_text(scope->call, a - b);
	case '*':
		return webhook_number_text(scope->call, a * b);
	default:
		return b == 0 ? NULL : webhook_number_text(scope->call, a / b);
	}
}

const char *
webhook_value(const struct webhook_scope *scope,
	      const struct webhook_expr *expr)
{
	switch (expr->kind) {
	case EXPR_PATH:
		return webhook_document_text(scope->call, scope->document,
					     scope->item, expr->text);
	case EXPR_TEXT:
		return expr->text;
	case EXPR_SIGN:
		return calculated(scope, expr);
	default:
		return expr->function->value(scope, expr);
	}
}

bool
webhook_is_there(const struct webhook_scope *scope,
		 const struct webhook_expr *expr)
{
	const char *value;

	if (expr->kind == EXPR_PATH)
		return webhook_document_has(scope->call, scope->document,
					    scope->item, expr->text);
	value = webhook_value(scope, expr);
	return value && value[0];
}
