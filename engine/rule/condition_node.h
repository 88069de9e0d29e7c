/*
 * condition_node.h - a parsed condition inside: a tree of tests over operands.
 * Only the condition_*.c files see it.
 */
#ifndef ENGINE_RULE_CONDITION_NODE_H
#define ENGINE_RULE_CONDITION_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "rule/condition.h"

enum {
	CONDITION_NODES_MOST = 16384, /* with all segments written out */
	CONDITION_MEMOS_MOST = 64,    /* signal tests inside a `where` */
	CONDITION_SEGMENTS_DEEP = 16,
	CONDITION_EXPANDED_MOST = 1 << 20, /* bytes of all segments' texts */
	CONDITION_NAME_MOST = 256,	   /* bytes of any name */
	CONDITION_TIMES_MOST = 1000000
};

enum operand_kind {
	OPERAND_NUMBER,
	OPERAND_TEXT,
	OPERAND_DATE,
	OPERAND_BOOL,
	OPERAND_SCORE,
	OPERAND_FIELD,
	OPERAND_SIGNAL,
	OPERAND_EMAIL,
	OPERAND_MODULE,
	OPERAND_CREATED,
	OPERAND_NEGATE, /* of left */
	OPERAND_ADD,
	OPERAND_SUBTRACT,
	OPERAND_MULTIPLY,
	OPERAND_DIVIDE
};

struct operand {
	enum operand_kind kind;
	enum score_part part;
	const char *name; /* score, field or property; the text; a date as it
			     was written */
	double number;
	int64_t at;
	bool truth;
	struct operand *left, *right;
};

enum compare {
	COMPARE_EQUAL,
	COMPARE_NOT_EQUAL,
	COMPARE_LESS,
	COMPARE_AT_MOST,
	COMPARE_MORE,
	COMPARE_AT_LEAST
};

enum node_kind {
	NODE_AND, /* of child and its siblings */
	NODE_OR,
	NODE_NOT, /* of child */
	NODE_HAS_SCORE,
	NODE_HAS_COMPARED, /* compare, lo */
	NODE_HAS_BETWEEN,  /* lo, hi */
	NODE_COMPARE,	   /* left compare right */
	NODE_IN,	   /* left, items */
	NODE_MATCHES,	   /* left, text */
	NODE_CONTAINS,	   /* left, text */
	NODE_EMPTY,	   /* left */
	NODE_WITHIN,	   /* left, within_ms */
	NODE_LIST,
	NODE_TAG,
	NODE_SEGMENT, /* child: what it stands for */
	NODE_BAND,    /* of `score`: lo <= it < hi */
	NODE_SEQUENCE,
	NODE_BROADCAST,
	NODE_SIGNAL /* name, child: where or NULL, within_ms, times, memo */
};

struct node {
	enum node_kind kind;
	struct node *child, *next;
	const char *name;  /* of the list, tag, … signal */
	const char *score; /* has score, band */
	const char *state; /* broadcast, sequence: a word or NULL */
	const char *text;
	enum compare compare;
	struct operand *left, *right;
	struct operand *items;
	size_t n_items;
	bool negated;	   /* not in, is not empty */
	double lo, hi;	   /* INFINITY: no bound */
	int64_t within_ms; /* -1: at any time */
	unsigned times;
	unsigned memo; /* from 1: a signal test inside a `where` */
};

struct condition {
	struct pool *pool;
	struct node *root;
	const char *timezone; /* NULL = UTC */
	unsigned n_nodes, n_memos;
	size_t n_expanded;
};

/* condition_test() of one part. `signal` may be NULL. */
bool condition_test_node(const struct condition *condition,
			 const struct node *node,
			 const struct record_view *view,
			 const struct signal *signal, int64_t now);

/* "=" … */
const char *condition_compare_sign(enum compare compare);

/* The canonical text of a part. */
void condition_write_node(struct buf *to, const struct node *node);
void condition_write_operand(struct buf *to, const struct operand *operand);

/* Does `within` the span end now: since <= happened_at <= now? */
bool condition_in_span(const struct node *node, int64_t happened_at,
		       int64_t now);

/* Calls fn for each node in the tree, also in segments and `where`. */
struct condition_walk {
	void *arg;
	void (*node)(void *arg, const struct node *node, bool in_where);
	void (*operand)(void *arg, const struct operand *operand,
			bool in_where);
};
void condition_walk(const struct node *node, const struct condition_walk *walk,
		    bool in_where);

#endif
