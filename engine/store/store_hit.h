/*
 * store_hit.h - who fetched what, kept apart from the history and only for a
 * while; and the hits of a message, as they are judged together. Lifetimes as
 * in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_HIT_H
#define ENGINE_STORE_STORE_HIT_H

#include "signal/signal.h"
#include "store/store.h"
#include "store/store_history.h"

struct store_hit {
	int64_t history_id;
	uint64_t source; /* 0 = not known */
	const char *address, *agent;
	enum verdict verdict; /* of the hit by itself */
	const char *reason;
};
enum sg_status store_hit_add(struct store *store, const struct store_hit *hit,
			     struct sg_err *err) MUST_CHECK;
/* SG_NONE: it is not kept, or not any more. */
enum sg_status store_hit_get(struct store *store, int64_t history_id,
			     struct pool *pool, struct store_hit *out,
			     struct sg_err *err) MUST_CHECK;
/* Some of those whose signal was received before `before`; *left_out: there
 * may be more. */
enum sg_status store_hits_expire(struct store *store, int64_t before,
				 bool *left_out, struct sg_err *err) MUST_CHECK;

/* Opens and clicks of one message and one recipient. */
struct store_message_of {
	uint32_t record_id; /* 0: nobody's yet, by record_key */
	uint64_t record_key, message_id;
	int64_t since, until; /* of event time, both inclusive */
};
struct store_message_hit {
	int64_t id, happened_at;
	bool is_click, settles;
	enum verdict verdict;
	const char *reason;
	const char *props; /* JSON */
};
struct store_message_hits {
	struct store_message_hit *rows;
	size_t n_rows;
};
enum { STORE_MESSAGE_HITS_MOST = 300 };
enum sg_status store_message_hits(struct store *store,
				  const struct store_message_of *of,
				  struct pool *pool,
				  struct store_message_hits *out,
				  struct sg_err *err) MUST_CHECK;
/* Those of one source, of any time. */
enum sg_status store_message_hits_by(struct store *store,
				     const struct store_message_of *of,
				     uint64_t source, struct pool *pool,
				     struct store_message_hits *out,
				     struct sg_err *err) MUST_CHECK;
/* When the recipient's server took it; SG_NONE: nothing says so. */
enum sg_status store_message_delivered(struct store *store,
				       const struct store_message_of *of,
				       int64_t *at_out,
				       struct sg_err *err) MUST_CHECK;

/* What was said of its hits, from this moment on, in order. */
enum sg_status store_judgements_since(struct store *store, uint32_t record_id,
				      int64_t since, struct pool *pool,
				      struct store_history_ids *out,
				      struct sg_err *err) MUST_CHECK;

/* All opens and clicks since <= event time < until, in no order; borrowed. */
struct store_any_hit {
	int64_t happened_at;
	enum verdict verdict;
	const char *reason, *props, *address; /* address "": not kept */
};
typedef void store_any_hit_fn(void *arg, const struct store_any_hit *hit);
enum sg_status store_any_hits(struct store *store, int64_t since, int64_t until,
			      store_any_hit_fn *fn, void *arg,
			      struct sg_err *err) MUST_CHECK;

/* Hits whose source is known, received since then, the oldest first, of all
 * records; borrowed. */
struct store_recent_hit {
	int64_t history_id, happened_at;
	uint64_t source, record_key, message_id;
	enum verdict verdict; /* now */
	const char *reason, *key;
};
typedef void store_recent_hit_fn(void *arg, const struct store_recent_hit *hit);
enum sg_status store_recent_hits(struct store *store, int64_t since,
				 store_recent_hit_fn *fn, void *arg,
				 struct sg_err *err) MUST_CHECK;

/* The link that nobody sees was followed, by this source. */
enum sg_status store_honeypot_add(struct store *store,
				  const struct store_message_of *of,
				  uint64_t source, int64_t at,
				  struct sg_err *err) MUST_CHECK;
/* SG_NONE: not by it. */
enum sg_status store_honeypot_has(struct store *store,
				  const struct store_message_of *of,
				  uint64_t source,
				  struct sg_err *err) MUST_CHECK;
/* Those of before are forgotten: a source has another number by then. */
enum sg_status store_honeypots_expire(struct store *store, int64_t before,
				      struct sg_err *err) MUST_CHECK;
/* SG_NONE: there is none at all. */
enum sg_status store_honeypot_any(struct store *store,
				  struct sg_err *err) MUST_CHECK;

#endif
