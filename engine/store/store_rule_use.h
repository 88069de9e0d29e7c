/* store_rule_use.h - what a rule did, by all its versions, and those versions.
 * Lifetimes as in store_record.h. */
#ifndef ENGINE_STORE_STORE_RULE_USE_H
#define ENGINE_STORE_STORE_RULE_USE_H

#include "store/store_rule.h"

/* One entry of the ledger in force that a rule of that name wrote. */
struct store_rule_entry {
	int64_t at;
	double delta, rate;
	int entry;   /* enum ledger_entry */
	bool closed; /* by a set or an erase since */
};
typedef enum sg_status store_rule_entry_fn(void *arg,
					   const struct store_rule_entry *entry,
					   struct sg_err *err);
/* The whole ledger is looked at: for people. */
enum sg_status store_rule_entries(struct store *store, const char *name,
				  store_rule_entry_fn *fn, void *arg,
				  struct sg_err *err) MUST_CHECK;

/* What each rule did, by name. One look at the whole ledger for all of them. */
struct store_rule_sum {
	const char *name;
	int64_t fired;	 /* less what was taken back */
	double given;	 /* likewise */
	int64_t last_at; /* 0 = never */
};
struct store_rule_sums {
	struct store_rule_sum *rows;
	size_t n_rows;
};
enum sg_status store_rule_sums(struct store *store, struct pool *pool,
			       struct store_rule_sums *out,
			       struct sg_err *err) MUST_CHECK;

/* Versions of one rule, or of all (name NULL), newest first, with the note of
 * the ruleset that brought them. */
struct store_rule_version {
	struct store_rule rule;
	const char *note;
	int64_t ended_at; /* 0 = in force */
	const char *ended_by;
};
struct store_rule_versions {
	struct store_rule_version *rows;
	size_t n_rows;
};
enum sg_status store_rule_versions(struct store *store, const char *name,
				   struct pool *pool,
				   struct store_rule_versions *out,
				   struct sg_err *err) MUST_CHECK;

#endif
