/*
 * store_history.h - every signal and change, as it came, with its final
 * verdict. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_HISTORY_H
#define ENGINE_STORE_STORE_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/record_set.h"
#include "signal/signal.h"
#include "store/store.h"

struct store_history {
	int64_t id;	    /* store_new_id() */
	uint32_t record_id; /* 0 = unmatched */
	uint64_t record_key;
	int64_t happened_at, received_at;
	enum signal_kind kind;
	const char *name;
	uint64_t message_id;
	const char *source, *actor, *because;
	enum verdict verdict;
	const char *verdict_reason;
	bool effective;	      /* a change that changed something; signals: true,
				 once they are settled */
	int64_t settle_until; /* does not count yet; 0 = it does */
	uint32_t ruleset;     /* the rules in force when it was received */
	const char *props;    /* JSON object of strings */
};

struct store_history_rows {
	struct store_history *rows;
	size_t n_rows;
};

/* What is not in the signal: id, record, ruleset, effective. */
struct store_history_place {
	int64_t id;
	uint32_t record_id;
	uint32_t ruleset;
	bool effective;
	int64_t settle_until; /* 0 = it counts */
	uint32_t generation;  /* of the ledger it belongs to; 0 = to all */
};
enum sg_status store_history_append(struct store *store,
				    const struct store_history_place *place,
				    const struct signal *signal,
				    struct sg_err *err) MUST_CHECK;

/* The entries that wait for this record key, in order of (happened_at, id),
 * the first `most` of them. */
struct store_history_ids {
	size_t n;
	int64_t *ids;
};
enum sg_status store_history_waiting(struct store *store, uint64_t record_key,
				     size_t most, struct pool *pool,
				     struct store_history_ids *out,
				     struct sg_err *err) MUST_CHECK;

/* Give the unmatched entries of a record key to a record that now exists. */
enum sg_status store_history_adopt(struct store *store, uint64_t record_key,
				   uint32_t record_id, uint64_t *adopted_out,
				   struct sg_err *err) MUST_CHECK;
enum sg_status store_history_set_effective(struct store *store, int64_t id,
					   bool effective,
					   struct sg_err *err) MUST_CHECK;
/* A later judgement of it. */
enum sg_status store_history_set_verdict(struct store *store, int64_t id,
					 enum verdict verdict,
					 const char *reason,
					 struct sg_err *err) MUST_CHECK;

/* SG_NONE: no such entry. */
enum sg_status store_history_get_effective(struct store *store, int64_t id,
					   bool *effective_out,
					   struct sg_err *err) MUST_CHECK;

/* The record keys that unmatched entries wait for. */
typedef void store_history_key_fn(void *arg, uint64_t record_key);
enum sg_status store_history_each_unmatched(struct store *store,
					    store_history_key_fn *fn, void *arg,
					    struct sg_err *err) MUST_CHECK;
/* For the engine's own record.created: first sight moved to an earlier time. */
enum sg_status store_history_set_happened(struct store *store, int64_t id,
					  int64_t happened_at,
					  struct sg_err *err) MUST_CHECK;

/* Entries that belong to no record (yet), newest first; before_id 0 = from the
 * newest. module and key say whom they name, "" = only a token did. */
struct store_unmatched {
	struct store_history row;
	const char *module, *key;
};
struct store_unmatched_rows {
	struct store_unmatched *rows;
	size_t n_rows;
};
enum sg_status store_unmatched_recent(struct store *store, int64_t before_id,
				      size_t most, struct pool *pool,
				      struct store_unmatched_rows *out,
				      struct sg_err *err) MUST_CHECK;
/* How the record behind a key that is waited for was named. */
enum sg_status store_unmatched_name(struct store *store, uint64_t record_key,
				    const char *module, const char *key,
				    struct sg_err *err) MUST_CHECK;
enum sg_status store_unmatched_forget(struct store *store, uint64_t record_key,
				      struct sg_err *err) MUST_CHECK;

/* Borrows the row's strings, which must outlive it; properties in `pool`.
 * SG_FAILED: the stored properties are not what we write. */
enum sg_status store_history_signal(const struct store_history *row,
				    struct pool *pool,
				    struct signal *signal_out,
				    struct sg_err *err) MUST_CHECK;

enum sg_status store_history_get(struct store *store, int64_t id,
				 struct pool *pool, struct store_history *out,
				 struct sg_err *err) MUST_CHECK; /* or NONE */
/* All of one record that is settled, in order of (happened_at, id). */
enum sg_status store_history_of(struct store *store, uint32_t record_id,
				struct pool *pool,
				struct store_history_rows *out,
				struct sg_err *err) MUST_CHECK;
/* The same with the points along links that a generation under way has. */
enum sg_status store_history_of_generation(struct store *store,
					   uint32_t generation,
					   uint32_t record_id,
					   struct pool *pool,
					   struct store_history_rows *out,
					   struct sg_err *err) MUST_CHECK;
/* The entry that stands for what retention has folded. SG_NONE: none is. */
enum sg_status store_history_opening(struct store *store, uint32_t record_id,
				     int64_t *id_out,
				     struct sg_err *err) MUST_CHECK;
/* For people: newest received first; by name alone: newest event first.
 * record_id 0 = all, name NULL = all, before_id 0 = from the newest, else what
 * comes after that entry of the answer before. */
struct store_history_filter {
	uint32_t record_id;
	const char *name;
	int64_t before_id;
	size_t most;
};
enum sg_status store_history_recent(struct store *store,
				    const struct store_history_filter *filter,
				    struct pool *pool,
				    struct store_history_rows *out,
				    struct sg_err *err) MUST_CHECK;

/*
 * Effective entries called `name` with a human verdict and since <=
 * happened_at <= until, of matched records, in order of happened_at. Rows are
 * borrowed.
 */
typedef enum sg_status store_history_fn(void *arg,
					const struct store_history *row,
					struct sg_err *err);
struct store_history_span {
	const char *name;
	int64_t since, until;
};
enum sg_status store_history_each(struct store *store,
				  const struct store_history_span *span,
				  store_history_fn *fn, void *arg,
				  struct sg_err *err) MUST_CHECK;
/* The same entries of one record, newest first. */
enum sg_status store_history_each_of(struct store *store, uint32_t record_id,
				     const struct store_history_span *span,
				     store_history_fn *fn, void *arg,
				     struct sg_err *err) MUST_CHECK;
enum sg_status store_history_count(struct store *store, uint64_t *count_out,
				   struct sg_err *err) MUST_CHECK;

#endif
