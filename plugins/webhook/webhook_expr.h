/*
 * webhook_expr.h - what stands at the right of a mapping: where a value is,
 * and what is made of it.
 *
 *     /data/total                 a JSON pointer (RFC 6901), an XPath, a
 *                                 parameter of a form
 *     ./sku  ../number            the same of the item that `each` is at, and
 *                                 of what it is in
 *     'text'  12.5                as they stand
 *     /cents / 100                + - * / with blanks around, ( )
 *     lower(/a)  first(/a, /b)    functions, webhook_function.c has the table
 *
 * Parsed once at start, evaluated by any thread.
 */
#ifndef PLUGINS_WEBHOOK_WEBHOOK_EXPR_H
#define PLUGINS_WEBHOOK_WEBHOOK_EXPR_H

#include "webhook_document.h"

enum { EXPR_ARGS_MOST = 32, EXPR_DEPTH_MOST = 12 };

enum expr_kind { EXPR_PATH, EXPR_TEXT, EXPR_SIGN, EXPR_CALL };

struct webhook_expr {
	enum expr_kind kind;
	const char *text; /* the path, the text; of a number as it is said */
	char sign;	  /* + - * / */
	const struct webhook_function *function;
	size_t n_args;
	struct webhook_expr *args[EXPR_ARGS_MOST];
};

/* Where values come from. */
struct webhook_scope {
	const struct sg_call *call;
	const struct webhook_document *document;
	const struct webhook_item *item; /* NULL: the document */
};

struct webhook_function {
	const char *name;
	size_t least, most; /* arguments */
	/* NULL: no value. */
	const char *(*value)(const struct webhook_scope *scope,
			     const struct webhook_expr *expr);
};
/* NULL: no such function. */
const struct webhook_function *webhook_function_find(const char *name,
						     size_t len);

/* The memory is the call's. `rest_out` is where the expression ends; NULL: at
 * the end of the text. SG_REFUSED says what was expected. */
enum sg_status webhook_expr_parse(const struct sg_call *call, const char *text,
				  const char **rest_out,
				  struct webhook_expr **expr_out,
				  struct sg_err *err);
/* Does it look at the item of `each`? */
bool webhook_expr_is_of_item(const struct webhook_expr *expr);
/* Calls fn for each path in it; stops at the first that is not SG_OK. */
typedef enum sg_status webhook_path_fn(void *arg, const char *path,
				       struct sg_err *err);
enum sg_status webhook_expr_paths(const struct webhook_expr *expr,
				  webhook_path_fn *fn, void *arg,
				  struct sg_err *err);

/* NULL: there is no value. */
const char *webhook_value(const struct webhook_scope *scope,
			  const struct webhook_expr *expr);
bool webhook_number(const char *text, double *number_out);
const char *webhook_number_text(const struct sg_call *call, double number);
/* Of a path: is anything there, a whole object too? */
bool webhook_is_there(const struct webhook_scope *scope,
		      const struct webhook_expr *expr);

#endif
