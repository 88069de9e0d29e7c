/*
 * store_link.h - links between records as they are now, and the points that
 * went along them. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_LINK_H
#define ENGINE_STORE_STORE_LINK_H

#include "base/pool.h"
#include "store/store.h"

struct store_link {
	const char *relation;
	uint32_t record_id; /* the record at the other end */
	const char *module, *key;
	int64_t since;
};

struct store_links {
	struct store_link *rows; /* by relation, then since */
	size_t n_rows;
};

/* Nothing happens when the record at the end is deleted. */
enum sg_status store_link_set(struct store *store, uint32_t record_id,
			      const char *relation, uint32_t to_id,
			      int64_t since, struct sg_err *err) MUST_CHECK;
enum sg_status store_link_remove(struct store *store, uint32_t record_id,
				 const char *relation, uint32_t to_id,
				 struct sg_err *err) MUST_CHECK;
/* All that lead from it. */
enum sg_status store_link_remove_all(struct store *store, uint32_t record_id,
				     struct sg_err *err) MUST_CHECK;
/* That lead from the record, and to it; at most `most` of each. */
enum sg_status store_links_of(struct store *store, uint32_t record_id,
			      size_t most, struct pool *pool,
			      struct store_links *out,
			      struct sg_err *err) MUST_CHECK;
enum sg_status store_links_to(struct store *store, uint32_t record_id,
			      size_t most, struct pool *pool,
			      struct store_links *out,
			      struct sg_err *err) MUST_CHECK;

/* --- points along links ------------------------------------------------- */

struct store_roll_up {
	uint32_t record_id; /* whose rule gave them */
	int64_t history_id; /* for what; 0 = time */
	int64_t at;
	const char *rule;
	uint32_t to_id;	     /* who got them, too */
	uint32_t generation; /* of the ledger */
	uint32_t ruleset;    /* the rule's */
	int64_t entry_id;    /* the entry of its history */
	double points;
	bool stands;	  /* not taken back */
	int64_t reversal; /* the entry that took them back because theirs was
			     folded away; 0 = none */
};

struct store_roll_ups {
	struct store_roll_up *rows;
	size_t n_rows;
};

/* Replaces the one of that record, history id, time, rule, end and
 * generation. */
enum sg_status store_roll_up_set(struct store *store,
				 const struct store_roll_up *row,
				 struct sg_err *err) MUST_CHECK;
/* SG_NONE: not there. */
enum sg_status store_roll_up_get(struct store *store,
				 const struct store_roll_up *like,
				 struct store_roll_up *out,
				 struct sg_err *err) MUST_CHECK;
/* The record whose rule gave an entry. SG_NONE: none, it is no such entry. */
enum sg_status store_roll_up_source(struct store *store, int64_t entry_id,
				    uint32_t *record_id_out,
				    struct sg_err *err) MUST_CHECK;
/* In order of store_roll_up_compare(). */
enum sg_status store_roll_ups_of(struct store *store, uint32_t generation,
				 uint32_t record_id, struct pool *pool,
				 struct store_roll_ups *out,
				 struct sg_err *err) MUST_CHECK;
/* By history id, time, rule, end. */
int store_roll_up_compare(const struct store_roll_up *a,
			  const struct store_roll_up *b);
/* The row and its entry, as if they had never been. */
enum sg_status store_roll_up_remove(struct store *store,
				    const struct store_roll_up *row,
				    struct sg_err *err) MUST_CHECK;
/* Of those that the record gave before that moment: their entries are of all
 * generations from now on, for good; the rows go. */
enum sg_status store_roll_up_keep(struct store *store, uint32_t record_id,
				  int64_t before,
				  struct sg_err *err) MUST_CHECK;
/* Up to `most` entries of a generation, with their rows; SG_NONE: there were
 * none. */
enum sg_status store_roll_up_remove_all(struct store *store,
					uint32_t generation, unsigned most,
					struct sg_err *err) MUST_CHECK;

#endif
