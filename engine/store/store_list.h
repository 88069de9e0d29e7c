/*
 * store_list.h - lists and who is on them. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_LIST_H
#define ENGINE_STORE_STORE_LIST_H

#include <stdint.h>

#include "base/pool.h"
#include "base/record_set.h"
#include "store/store.h"

/* The numbers are stored. */
enum list_state { LIST_JOINED = 1, LIST_UNCONFIRMED = 2, LIST_LEFT = 3 };
enum { LIST_N_STATES = 4 }; /* [0] is not used */

const char *list_state_name(enum list_state state); /* "joined" … */

/*
 * Unsubscribed from everything stands as a list of its own, which nobody can
 * create: left there, no broadcast reaches the record, whatever lists it is
 * on or not. Joining any list by its own wish ends it.
 */
#define LIST_EVERYTHING "*"

struct store_list {
	const char *name, *title;
	int64_t created_at;
};

struct store_lists {
	struct store_list *rows; /* in order of name */
	size_t n_rows;
};

/* SG_REFUSED: there is one of that name. A deleted name can be used again. */
enum sg_status store_list_create(struct store *store, const char *name,
				 const char *title, int64_t now,
				 struct sg_err *err) MUST_CHECK;
/* SG_NONE: no such list. Its members' rows go with it. */
enum sg_status store_list_delete(struct store *store, const char *name,
				 int64_t now, struct sg_err *err) MUST_CHECK;
enum sg_status store_list_set_title(struct store *store, const char *name,
				    const char *title,
				    struct sg_err *err) MUST_CHECK; /* NONE */
enum sg_status store_list_get(struct store *store, const char *name,
			      struct pool *pool, struct store_list *out,
			      struct sg_err *err) MUST_CHECK; /* or SG_NONE */
enum sg_status store_lists_all(struct store *store, struct pool *pool,
			       struct store_lists *out,
			       struct sg_err *err) MUST_CHECK;

struct store_member {
	const char *list;
	uint32_t record_id;
	enum list_state state;
	int64_t since;
	const char *how;
};

struct store_members {
	struct store_member *rows;
	size_t n_rows;
};

/* The list need not have been created. */
enum sg_status store_member_set(struct store *store,
				const struct store_member *member,
				struct sg_err *err) MUST_CHECK;
/* As if it never had been on it (a refold found so). */
enum sg_status store_member_remove(struct store *store, const char *list,
				   uint32_t record_id,
				   struct sg_err *err) MUST_CHECK;
enum sg_status store_member_get(struct store *store, const char *list,
				uint32_t record_id, struct pool *pool,
				struct store_member *out,
				struct sg_err *err) MUST_CHECK; /* or SG_NONE */
/* All lists of a record, whatever the state, in order of list. */
enum sg_status store_members_of(struct store *store, uint32_t record_id,
				struct pool *pool, struct store_members *out,
				struct sg_err *err) MUST_CHECK;
/* A list's members with record id > after, in that order. */
enum sg_status store_member_slice(struct store *store, const char *list,
				  uint32_t after, size_t most,
				  struct pool *pool, struct store_members *out,
				  struct sg_err *err) MUST_CHECK;
enum sg_status store_list_select(struct store *store, const char *list,
				 enum list_state state,
				 struct record_set *add_to,
				 struct sg_err *err) MUST_CHECK;
/* counts_out[state] */
enum sg_status store_list_counts(struct store *store, const char *list,
				 uint64_t counts_out[LIST_N_STATES],
				 struct sg_err *err) MUST_CHECK;

#endif
