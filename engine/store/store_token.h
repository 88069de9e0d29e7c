/*
 * store_token.h - API tokens, by the hash of what is shown once. Lifetimes as
 * in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_TOKEN_H
#define ENGINE_STORE_STORE_TOKEN_H

#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

enum { STORE_TOKEN_HASH_SIZE = 32 };

struct store_token {
	int64_t id;
	const char *name; /* audit name */
	const char *role; /* reader, operator, manager */
	int64_t created_at;
	int64_t expires_at;   /* 0 = never */
	int64_t revoked_at;   /* 0 = not */
	int64_t last_used_at; /* to the hour; 0 = never */
};

struct store_tokens {
	struct store_token *rows; /* in order of name */
	size_t n_rows;
};

/* SG_REFUSED: a token of that name is in use. token->id is not read. */
enum sg_status
store_token_create(struct store *store, const struct store_token *token,
		   const unsigned char hash[STORE_TOKEN_HASH_SIZE],
		   struct sg_err *err) MUST_CHECK;
/* SG_NONE: unknown, revoked or expired at `now`. */
enum sg_status store_token_find(struct store *store,
				const unsigned char hash[STORE_TOKEN_HASH_SIZE],
				int64_t now, struct pool *pool,
				struct store_token *out,
				struct sg_err *err) MUST_CHECK;
/* Those not revoked; with `revoked`, those that are, too. */
enum sg_status store_tokens_all(struct store *store, bool revoked,
				struct pool *pool, struct store_tokens *out,
				struct sg_err *err) MUST_CHECK;
enum sg_status store_token_used(struct store *store, int64_t id, int64_t now,
				struct sg_err *err) MUST_CHECK;
enum sg_status store_token_revoke(struct store *store, const char *name,
				  int64_t now,
				  struct sg_err *err) MUST_CHECK; /* or NONE */

#endif
