/* template_node.h - the inside of a parsed text, for template_text*.c only. */
#ifndef ENGINE_BROADCAST_TEMPLATE_NODE_H
#define ENGINE_BROADCAST_TEMPLATE_NODE_H

#include "broadcast/template_text.h"

enum node_kind {
	NODE_LITERAL,
	NODE_SCORE,
	NODE_PERCENT,
	NODE_EMAIL,
	NODE_FIELD,
	NODE_UNSUBSCRIBE,
	NODE_FORWARD,
	NODE_CONFIRM,
	NODE_TITLE,
	NODE_IF,
	NODE_ELSE,
	NODE_END
};

/* In HTML: does a value stand in a URL attribute, and is it the whole URL? */
enum url_part { NOT_URL, URL_WHOLE, URL_PART };

struct node {
	enum node_kind kind;
	enum url_part url;
	bool bare;	  /* in a tag of HTML, in no quotes */
	const char *text; /* literal; name of field or score */
	size_t len;
	const char *fallback;	     /* NULL = "" */
	struct condition *condition; /* NODE_IF */
	size_t jump;		     /* IF: past its part; ELSE: to the END */
};

struct template_text {
	struct node *nodes;
	size_t n_nodes, cap;
	enum template_place place;
};

#endif
