/* webhook_function.c - the functions of a mapping, one table. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "webhook_date.h"
#include "webhook_expr.h"

typedef const char *value_fn(const struct webhook_scope *scope,
			     const struct webhook_expr *expr);

static const char *
arg(const struct webhook_scope *scope, const struct webhook_expr *expr,
    size_t i)
{
	return i < expr->n_args ? webhook_value(scope, expr->args[i]) : NULL;
}

static const char *
or_empty(const char *text)
{
	return text ? text : "";
}

/* --- text ---------------------------------------------------------------- */

/* first(/a, /b): the first that has a value. */
static const char *
first(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	const char *value;

	for (size_t i = 0; i < expr->n_args; i++) {
		value = arg(scope, expr, i);
		if (value && value[0])
			return value;
	}
	return NULL;
}

static const char *
changed_case(const struct webhook_scope *scope, const struct webhook_expr *expr,
	     int (*change)(int))
{
	const char *value = arg(scope, expr, 0);
	char *copy;

	if (!value)
		return NULL;
	copy = scope->call->host->copy(scope->call, value);
	/* ASCII alone: addresses, words of a protocol. */
	for (char *c = copy; *c; c++)
		if (!((unsigned char)*c & 0x80))
			*c = (char)change((unsigned char)*c);
	return copy;
}

static const char *
lower(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	return changed_case(scope, expr, tolower);
}

static const char *
upper(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	return changed_case(scope, expr, toupper);
}

static const char *
trim(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	const char *value = arg(scope, expr, 0);
	char *copy;
	size_t len;

	if (!value)
		return NULL;
	copy = scope->call->host->copy(scope->call,
				       value + strspn(value, " \t\r\n"));
	for (len = strlen(copy); len && strchr(" \t\r\n", copy[len - 1]);)
		copy[--len] = '\0';
	return copy;
}

/* concat(/first, ' ', /last); what is not there is left out. */
static const char *
concat(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	struct sg_text *text = scope->call->host->text(scope->call);

	for (size_t i = 0; i < expr->n_args; i++)
		scope->call->host->print(text, "%s",
					 or_empty(arg(scope, expr, i)));
	return scope->call->host->text_value(text);
}

/* map(/score, 'good', 'yes', 'bad', 'no', 'else') */
static const char *
map(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	const char *value = arg(scope, expr, 0), *from;
	size_t i;

	for (i = 1; value && i + 1 < expr->n_args; i += 2) {
		from = arg(scope, expr, i);
		if (from && strcmp(from, value) == 0)
			return arg(scope, expr, i + 1);
	}
	return expr->n_args % 2 == 0 ? arg(scope, expr, expr->n_args - 1)
				     : NULL;
}

/* before(/phone, '@'), after(/phone, ':'): all of it where that is not. */
static const char *
cut(const struct webhook_scope *scope, const struct webhook_expr *expr,
    bool want_after)
{
	const char *value = arg(scope, expr, 0);
	const char *mark = arg(scope, expr, 1), *at;
	char *copy;

	at = value && mark && mark[0] ? strstr(value, mark) : NULL;
	if (!at)
		return value;
	if (want_after)
		return at + strlen(mark);
	copy = scope->call->host->copy(scope->call, value);
	copy[at - value] = '\0';
	return copy;
}

static const char *
before(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	return cut(scope, expr, false);
}

static const char *
after(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	return cut(scope, expr, true);
}

/* "Ann Bell <ann@example.com>" */
static const char *
address(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	const char *value = arg(scope, expr, 0);
	const char *open = value ? strrchr(value, '<') : NULL;
	char *copy;

	if (!open || !strchr(open, '>'))
		return trim(scope, expr);
	copy = scope->call->host->copy(scope->call, open + 1);
	*strchr(copy, '>') = '\0';
	return copy;
}

/* find(/answers, './type', 'email', './email'): of the first element whose
 * first path has that value, the second; of JSON (an XPath can do that itself).
 */
static const char *
find(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	const char *key = arg(scope, expr, 1), *wanted = arg(scope, expr, 2);
	const char *path = arg(scope, expr, 3), *value;
	const struct webhook_item *item;
	size_t n = expr->args[0]->kind == EXPR_PATH
			   ? webhook_document_count(
				     scope->call, scope->document, scope->item,
				     expr->args[0]->text)
			   : 0;

	for (size_t i = 0; key && wanted && path && i < n; i++) {
		item = webhook_document_item(scope->call, scope->document,
					     scope->item, expr->args[0]->text,
					     i);
		value = item ? webhook_document_text(scope->call,
						     scope->document, item, key)
			     : NULL;
		if (value && strcmp(value, wanted) == 0)
			return webhook_document_text(
				scope->call, scope->document, item, path);
	}
	return NULL;
}

/* --- numbers ------------------------------------------------------------- */

/* round(/amount, 2) */
static const char *
rounded(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	double number, places = 0, scale;

	if (!webhook_number(arg(scope, expr, 0), &number) ||
	    (expr->n_args > 1 &&
	     !webhook_number(arg(scope, expr, 1), &places)) ||
	    fabs(places) > 9)
		return NULL;
	scale = pow(10, floor(places));
	return webhook_number_text(scope->call, round(number * scale) / scale);
}

static const char *
count(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	size_t n = 0;

	if (expr->args[0]->kind == EXPR_PATH)
		n = webhook_document_count(scope->call, scope->document,
					   scope->item, expr->args[0]->text);
	return webhook_number_text(scope->call, (double)n);
}

/* --- dates --------------------------------------------------------------- */

/* date(/at), date(/at, 's'), date(/day, '%d.%m.%Y', 'Europe/Berlin') */
static const char *
date(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	int64_t at;

	if (webhook_date(scope->call, arg(scope, expr, 0), arg(scope, expr, 1),
			 arg(scope, expr, 2), &at) != SG_OK)
		return NULL;
	return scope->call->host->time_text(scope->call, at);
}

/* days(/from, /to): a difference, in days */
static const char *
days(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	int64_t from, to;

	if (webhook_date(scope->call, arg(scope, expr, 0), NULL, NULL, &from) !=
		    SG_OK ||
	    webhook_date(scope->call, arg(scope, expr, 1), NULL, NULL, &to) !=
		    SG_OK)
		return NULL;
	return webhook_number_text(scope->call, (double)(to - from) / 86400000);
}

/* --- the request --------------------------------------------------------- */

static const char *
header(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	const char *name = arg(scope, expr, 0), *value;

	if (!name || !scope->document->request)
		return NULL;
	value = scope->call->host->request_header(
		scope->call, scope->document->request, name);
	return value ? scope->call->host->copy(scope->call, value) : NULL;
}

static const char *
param(const struct webhook_scope *scope, const struct webhook_expr *expr)
{
	const char *name = arg(scope, expr, 0);

	if (!name || !scope->document->request)
		return NULL;
	return scope->call->host->request_param(scope->call,
						scope->document->request, name);
}

static const struct webhook_function functions[] = {
	{"first", 1, EXPR_ARGS_MOST, first},
	{"lower", 1, 1, lower},
	{"upper", 1, 1, upper},
	{"trim", 1, 1, trim},
	{"concat", 1, EXPR_ARGS_MOST, concat},
	{"map", 3, EXPR_ARGS_MOST, map},
	{"before", 2, 2, before},
	{"after", 2, 2, after},
	{"address", 1, 1, address},
	{"find", 4, 4, find},
	{"round", 1, 2, rounded},
	{"count", 1, 1, count},
	{"date", 1, 3, date},
	{"days", 2, 2, days},
	{"header", 1, 1, header},
	{"param", 1, 1, param},
};

const struct webhook_function *
webhook_function_find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strlen(functions[i].name) == len &&
		    strncmp(functions[i].name, name, len) == 0)
			return &functions[i];
	return NULL;
}
