/* webhook_expr.c - parsing of what stands in a mapping; see webhook_expr.h. */
#include "webhook_expr.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct parser {
	const struct sg_call *call;
	const char *text, *at;
	unsigned depth;
	struct sg_err *err;
};

static enum sg_status parse_sum(struct parser *parser,
				struct webhook_expr **out);

static enum sg_status
refuse(const struct parser *parser, const char *expected)
{
	return parser->call->host->fail(
		parser->err, SG_REFUSED, "`%.200s`: %s was expected at `%.40s`",
		parser->text, expected, *parser->at ? parser->at : "the end");
}

static void
skip_blanks(struct parser *parser)
{
	while (*parser->at == ' ' || *parser->at == '\t')
		parser->at++;
}

static struct webhook_expr *
new_expr(struct parser *parser, enum expr_kind kind, const char *text,
	 size_t len)
{
	const struct sg_host *host = parser->call->host;
	struct webhook_expr *expr = host->alloc(parser->call, sizeof(*expr));
	char *copy = host->alloc(parser->call, len + 1);

	memcpy(copy, text, len);
	expr->kind = kind;
	expr->text = copy;
	return expr;
}

/* --- operands ------------------------------------------------------------ */

/* 'it''s' */
static enum sg_status
parse_quoted(struct parser *parser, struct webhook_expr **out)
{
	struct sg_text *text = parser->call->host->text(parser->call);
	const char *start = parser->at++;

	for (; *parser->at; parser->at++) {
		if (parser->at[0] == '\'' && parser->at[1] != '\'')
			break;
		if (parser->at[0] == '\'')
			parser->at++;
		parser->call->host->append(text, parser->at, 1);
	}
	if (*parser->at != '\'') {
		parser->at = start;
		return refuse(parser, "the ' that closes this text");
	}
	parser->at++;
	*out = new_expr(parser, EXPR_TEXT, parser->call->host->text_value(text),
			parser->call->host->text_len(text));
	return SG_OK;
}

/* Up to a blank, a comma, a comparison or a ), outside of brackets. */
static enum sg_status
parse_path(struct parser *parser, struct webhook_expr **out)
{
	const char *start = parser->at;
	char closing[32], c;
	size_t depth = 0;

	for (; (c = *parser->at); parser->at++) {
		if (depth && c == closing[depth - 1]) {
			depth--;
		} else if (depth && strchr("'\"", closing[depth - 1])) {
			continue;
		} else if (!depth && strchr(" \t,)=!<>", c)) {
			break;
		} else if (strchr("[('\"", c) && (depth || !strchr("'\"", c))) {
			if (depth == sizeof(closing))
				return refuse(parser, "fewer brackets");
			closing[depth++] = c == '[' ? ']' : c == '(' ? ')' : c;
		}
	}
	if (depth)
		return refuse(parser, "a closing bracket, or path('…') around");
	*out = new_expr(parser, EXPR_PATH, start, (size_t)(parser->at - start));
	return SG_OK;
}

static enum sg_status
parse_literal_number(struct parser *parser, struct webhook_expr **out)
{
	const char *start = parser->at;

	parser->at += *parser->at == '-';
	parser->at += strspn(parser->at, "0123456789.");
	*out = new_expr(parser, EXPR_TEXT, start, (size_t)(parser->at - start));
	return SG_OK;
}

static enum sg_status
parse_args(struct parser *parser, struct webhook_expr *expr)
{
	enum sg_status status = SG_OK;

	skip_blanks(parser);
	if (*parser->at == ')') {
		parser->at++;
		return SG_OK;
	}
	while (status == SG_OK) {
		if (expr->n_args == EXPR_ARGS_MOST)
			return refuse(parser, "fewer arguments");
		status = parse_sum(parser, &expr->args[expr->n_args]);
		if (status != SG_OK)
			return status;
		expr->n_args++;
		skip_blanks(parser);
		if (*parser->at == ')')
			break;
		if (*parser->at != ',')
			return refuse(parser, "a comma or )");
		parser->at++;
	}
	parser->at++;
	return status;
}

/* name(…); path('…') is a path that has anything in it. */
static enum sg_status
parse_call(struct parser *parser, struct webhook_expr **out)
{
	const char *name = parser->at;
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
	struct webhook_expr *expr = new_expr(parser, EXPR_CALL, name, len);
	bool is_path = strcmp(expr->text, "path") == 0;
	enum sg_status status;

	expr->function = webhook_function_find(name, len);
	if (!len || name[len] != '(' || (!expr->function && !is_path))
		return refuse(parser,
			      "a path (/data/id), 'text', a number or a "
			      "function");
	parser->at = name + len + 1;
	status = parse_args(parser, expr);
	if (status != SG_OK)
		return status;
	if (is_path && expr->n_args == 1 && expr->args[0]->kind == EXPR_TEXT) {
		expr->args[0]->kind = EXPR_PATH;
		*out = expr->args[0];
		return SG_OK;
	}
	if (is_path || expr->n_args < expr->function->least ||
	    expr->n_args > expr->function->most) {
		parser->at = name;
		return refuse(parser, "another number of arguments");
	}
	*out = expr;
	return SG_OK;
}

static enum sg_status
parse_operand(struct parser *parser, struct webhook_expr **out)
{
	enum sg_status status;

	skip_blanks(parser);
	switch (*parser->at) {
	case '\'':
		return parse_quoted(parser, out);
	case '/':
	case '.':
	case '@':
		return parse_path(parser, out);
	case '(':
		parser->at++;
		status = parse_sum(parser, out);
		skip_blanks(parser);
		if (status == SG_OK && *parser->at != ')')
			return refuse(parser, ")");
		parser->at += status == SG_OK;
		return status;
	default:
		if (isdigit((unsigned char)parser->at[*parser->at == '-']))
			return parse_literal_number(parser, out);
		return parse_call(parser, out);
	}
}

/* --- sums ---------------------------------------------------------------- */

/* A sign has a blank behind it: "/a /b" is no division. */
static bool
take_sign(struct parser *parser, const char *signs, char *sign_out)
{
	skip_blanks(parser);
	if (!*parser->at || !strchr(signs, *parser->at) ||
	    (parser->at[1] != ' ' && parser->at[1] != '\t'))
		return false;
	*sign_out = *parser->at++;
	return true;
}

typedef enum sg_status parse_fn(struct parser *parser,
				struct webhook_expr **out);

static enum sg_status
parse_signs(struct parser *parser, const char *signs, parse_fn *parse,
	    struct webhook_expr **out)
{
	struct webhook_expr *expr;
	enum sg_status status = parse(parser, out);
	char sign;

	while (status == SG_OK && take_sign(parser, signs, &sign)) {
		expr = new_expr(parser, EXPR_SIGN, "", 0);
		expr->sign = sign;
		expr->n_args = 2;
		expr->args[0] = *out;
		status = parse(parser, &expr->args[1]);
		*out = expr;
	}
	return status;
}

static enum sg_status
parse_product(struct parser *parser, struct webhook_expr **out)
{
	return parse_signs(parser, "*/", parse_operand, out);
}

static enum sg_status
parse_sum(struct parser *parser, struct webhook_expr **out)
{
	enum sg_status status;

	if (parser->depth == EXPR_DEPTH_MOST)
		return refuse(parser, "less nesting");
	parser->depth++;
	status = parse_signs(parser, "+-", parse_product, out);
	parser->depth--;
	return status;
}

enum sg_status
webhook_expr_parse(const struct sg_call *call, const char *text,
		   const char **rest_out, struct webhook_expr **expr_out,
		   struct sg_err *err)
{
	struct parser parser = {
		.call = call, .text = text, .at = text, .err = err};
	enum sg_status status = parse_sum(&parser, expr_out);

	if (status != SG_OK)
		return status;
	skip_blanks(&parser);
	if (rest_out)
		*rest_out = parser.at;
	else if (*parser.at)
		return refuse(&parser, "the end, or a sign with blanks around");
	return SG_OK;
}

bool
webhook_expr_is_of_item(const struct webhook_expr *expr)
{
	if (expr->kind == EXPR_PATH)
		return expr->text[0] != '/';
	for (size_t i = 0; i < expr->n_args; i++)
		if (webhook_expr_is_of_item(expr->args[i]))
			return true;
	return false;
}

enum sg_status
webhook_expr_paths(const struct webhook_expr *expr, webhook_path_fn *fn,
		   void *arg, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	if (expr->kind == EXPR_PATH)
		return fn(arg, expr->text, err);
	for (size_t i = 0; status == SG_OK && i < expr->n_args; i++)
		status = webhook_expr_paths(expr->args[i], fn, arg, err);
	return status;
}
