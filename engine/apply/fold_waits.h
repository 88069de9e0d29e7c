/*
 * fold_waits.h - the open waits of a record's rules with `unless`, for
 * fold*.c only: found by the moment they are due, by the mail they are about,
 * and by their rule, so that a signal looks at those alone that it means.
 */
#ifndef ENGINE_APPLY_FOLD_WAITS_H
#define ENGINE_APPLY_FOLD_WAITS_H

#include "apply/due_heap.h"
#include "apply/fold_world.h"

/* A rule with `unless` that has had its signal. */
struct fold_wait {
	const struct fold_ruleset *ruleset; /* of the signal */
	const struct fold_rule *rule;	    /* NULL: the slot is free */
	int64_t history_id, due_at;
	uint64_t message_id;
	unsigned missing; /* so often it must still happen */
	unsigned depth;
	bool proxy, person;   /* has a proxy, a person seen the mail? */
	unsigned char *bytes; /* the signal: signal_encode(); owned */
	size_t len;
	/* fold_waits.c's: slots + 1, 0 = none */
	uint64_t no;		/* in the order they began */
	uint32_t same;		/* the next of mails of that hash, or free */
	uint32_t after, before; /* of the rule's */
};

/* The open waits of one rule. */
struct fold_awaiting {
	const struct fold_rule *rule;
	size_t n;
	uint32_t first[2]; /* [0] about no mail, [1] about one */
};

struct fold_waits {
	size_t n; /* open */
	struct fold_wait *items;
	size_t n_slots, cap;
	uint32_t free;
	uint64_t next_no;
	struct due_heap due;
	uint32_t *by_message; /* a power of two */
	size_t n_by_message;
	struct fold_awaiting *rules;
	size_t n_rules, rules_cap;
};

/* Takes wait->bytes. */
void fold_waits_add(struct fold_waits *waits, const struct fold_wait *wait);
/* The slot is free then; what wait->bytes were is the caller's again. */
unsigned char *fold_waits_take(struct fold_waits *waits, uint32_t slot);

/* All slots about a mail: for (s = first; s; s = items[s - 1].same) with
 * items[s - 1].message_id == message_id; others are among them. */
uint32_t fold_waits_of_message(const struct fold_waits *waits,
			       uint64_t message_id);

/* In the order they began; malloc'd, NULL when there are none. */
const struct fold_wait **fold_waits_list(const struct fold_waits *waits);

size_t fold_waits_bytes(const struct fold_waits *waits);
void fold_waits_free(struct fold_waits *waits);

#endif
