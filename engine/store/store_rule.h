/*
 * store_rule.h - rulesets (the rules as a whole, one row a change) and the
 * versions of rules in them. A version lives in the rulesets from_ruleset <=
 * id < to_ruleset. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_RULE_H
#define ENGINE_STORE_STORE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

struct store_ruleset {
	uint32_t id; /* from 1 */
	int64_t applied_at;
	const char *author, *note;
	bool swept;	   /* field rules recomputed for all records */
	uint32_t swept_to; /* if not: up to this record id */
	/* "module score" a line: what rules gave there goes with it */
	const char *hides;
};

struct store_rulesets {
	struct store_ruleset *rows; /* in order of id */
	size_t n_rows;
};

/* Not swept, swept_to 0. */
enum sg_status store_ruleset_create(struct store *store, const char *author,
				    const char *note, int64_t now,
				    uint32_t *id_out,
				    struct sg_err *err) MUST_CHECK;
/* id 0 = the newest. SG_NONE: no such (or none at all: an empty store). */
enum sg_status store_ruleset_get(struct store *store, uint32_t id,
				 struct pool *pool, struct store_ruleset *out,
				 struct sg_err *err) MUST_CHECK;
enum sg_status store_rulesets_all(struct store *store, struct pool *pool,
				  struct store_rulesets *out,
				  struct sg_err *err) MUST_CHECK;
enum sg_status store_ruleset_swept_to(struct store *store, uint32_t id,
				      uint32_t record_id,
				      struct sg_err *err) MUST_CHECK;
enum sg_status store_ruleset_swept(struct store *store, uint32_t id,
				   struct sg_err *err) MUST_CHECK;
enum sg_status store_ruleset_set_hides(struct store *store, uint32_t id,
				       const char *hides,
				       struct sg_err *err) MUST_CHECK;

struct store_rule {
	uint32_t id; /* of this version */
	const char *name;
	uint32_t version;      /* from 1, by name */
	uint32_t place;	       /* its order in the file */
	uint32_t from_ruleset; /* first ruleset that has it */
	uint32_t to_ruleset;   /* first that has it no more; 0 = in force */
	bool take_back;	       /* how it ended: points taken back? */
	const char *author;
	int64_t created_at;
	const char *source; /* its text in rules.conf form */
};

struct store_rules {
	struct store_rule *rows;
	size_t n_rows;
};

/* Adds the next version of that name; `rule`'s id, version, to_ruleset and
 * take_back are not read. */
enum sg_status store_rule_add(struct store *store,
			      const struct store_rule *rule, uint32_t *id_out,
			      uint32_t *version_out,
			      struct sg_err *err) MUST_CHECK;
enum sg_status store_rule_end(struct store *store, uint32_t id,
			      uint32_t to_ruleset, bool take_back,
			      struct sg_err *err) MUST_CHECK;
enum sg_status store_rule_set_place(struct store *store, uint32_t id,
				    uint32_t place,
				    struct sg_err *err) MUST_CHECK;
/* Those of one ruleset (0 = in force now), in file order. */
enum sg_status store_rules_in(struct store *store, uint32_t ruleset,
			      struct pool *pool, struct store_rules *out,
			      struct sg_err *err) MUST_CHECK;
/* Every version there ever was, in order of id. */
enum sg_status store_rules_all(struct store *store, struct pool *pool,
			       struct store_rules *out,
			       struct sg_err *err) MUST_CHECK;
enum sg_status store_rule_get(struct store *store, uint32_t id,
			      struct pool *pool, struct store_rule *out,
			      struct sg_err *err) MUST_CHECK; /* or SG_NONE */

#endif
