/*
 * page_template.h - a template as nodes, and a page's values. Shared by the
 * files of page/; nobody else includes this.
 */
#ifndef ENGINE_PAGE_PAGE_TEMPLATE_H
#define ENGINE_PAGE_PAGE_TEMPLATE_H

#include "page/page.h"
#include "page/page_catalogue.h"
#include "page/page_place.h"

enum page_node_kind {
	PAGE_TEXT = 1,
	PAGE_VALUE,
	PAGE_SAY,
	PAGE_IF,
	PAGE_EACH,
	PAGE_TITLE
};

/* Escapes beside those of page_place.h. */
enum { PAGE_RAW = 0 };

struct page_node {
	enum page_node_kind kind;
	unsigned escape;  /* enum place_escape, or PAGE_RAW */
	const char *text; /* the bytes; or a name; NUL behind it */
	size_t len;
	struct page_node *inside, *otherwise, *next;
	unsigned line, column;
};

struct page_template {
	const char *name; /* "unsubscribe" */
	const char *from; /* of its file, for messages */
	struct page_node *nodes;
	/* All names that stand in it, notes of the form {{! also: … }} too. */
	const char **names;
	size_t n_names;
	struct page_template *next;
};

/*
 * `is_layout` alone may have {{content}} and {{style}}, and needs both. A
 * name that `known` (NULL = any) has not, and a message that `says` has not,
 * are refused. From the pool.
 */
struct page_parse {
	struct pool *pool;
	const char *from, *name;
	bool is_layout;
	const struct page_template *known;
	const struct catalogue *says;
};
enum sg_status page_template_parse(const struct page_parse *options,
				   const char *text, size_t len,
				   struct page_template **template_out,
				   struct sg_err *err) MUST_CHECK;
bool page_template_has(const struct page_template *template, const char *name);

#endif
