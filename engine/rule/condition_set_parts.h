/*
 * condition_set_parts.h - what the parts of condition_select() share. Each
 * select_… gives those of `candidates` for which the node holds. Inner header
 * of the condition language.
 */
#ifndef ENGINE_RULE_CONDITION_SET_PARTS_H
#define ENGINE_RULE_CONDITION_SET_PARTS_H

#include "rule/condition_node.h"
#include "rule/condition_set.h"

struct selection {
	const struct condition *condition;
	struct store *store;
	struct scoreboard *scoreboard;
	int64_t now;
	struct sg_err *err;
};

/* --- condition_set.c ---------------------------------------------------- */

/* One record after the other: for tests that no index answers. */
enum sg_status select_singly(struct selection *selection,
			     const struct node *node,
			     const struct record_set *candidates,
			     struct record_set *to) MUST_CHECK;

/* --- condition_set_score.c ---------------------------------------------- */

/* `has score …`, bands, and a part of a score compared with a number. */
bool select_is_score(const struct node *node);
enum sg_status select_score(struct selection *selection,
			    const struct node *node,
			    const struct record_set *candidates,
			    struct record_set *to) MUST_CHECK;

/* --- condition_set_operand.c -------------------------------------------- */

/* Tests of operands. */
enum sg_status select_operand(struct selection *selection,
			      const struct node *node,
			      const struct record_set *candidates,
			      struct record_set *to) MUST_CHECK;
/* Must it be asked of each record by itself? */
bool select_is_single(const struct node *node);
/* A view that shows nothing; `where` about properties only needs no more. */
const struct record_view *select_no_record(void);
/* Does the tree ask about nothing but the signal and constants? */
bool select_needs_no_record(const struct node *node);

/* --- condition_set_signal.c --------------------------------------------- */

enum sg_status select_signal(struct selection *selection,
			     const struct node *node,
			     const struct record_set *candidates,
			     struct record_set *to) MUST_CHECK;
/* Who is in a broadcast; see record_view.h. */
enum sg_status condition_select_broadcast(struct store *store, const char *name,
					  const char *state, int64_t now,
					  struct record_set *add_to,
					  struct sg_err *err) MUST_CHECK;

#endif
