/*
 * store_user.h - people who sign in to the console, and their sessions, by the
 * hash of what the browser keeps. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_USER_H
#define ENGINE_STORE_STORE_USER_H

#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

enum { STORE_SESSION_HASH_SIZE = 32 };

struct store_user {
	int64_t id;
	const char *name;     /* as audit and ledger have it */
	const char *role;     /* reader, operator, manager */
	const char *password; /* its Argon2id hash */
	int64_t created_at;
	int64_t password_at; /* when it was set last */
	int64_t seen_at;     /* to the minute; 0 = never */
	int64_t n_sessions;
};

struct store_users {
	struct store_user *rows; /* in order of name */
	size_t n_rows;
};

struct store_session {
	struct store_user user; /* without n_sessions */
	int64_t created_at, seen_at;
};

/* SG_REFUSED: the name is in use. user->id is not read. */
enum sg_status store_user_create(struct store *store,
				 const struct store_user *user,
				 struct sg_err *err) MUST_CHECK;
enum sg_status store_user_find(struct store *store, const char *name,
			       struct pool *pool, struct store_user *out,
			       struct sg_err *err) MUST_CHECK; /* or NONE */
enum sg_status store_users_all(struct store *store, struct pool *pool,
			       struct store_users *out,
			       struct sg_err *err) MUST_CHECK;
enum sg_status store_user_set_role(struct store *store, const char *name,
				   const char *role,
				   struct sg_err *err) MUST_CHECK; /* or NONE */
/* Ends the sessions. */
enum sg_status store_user_set_password(struct store *store,
				       const struct store_user *user,
				       struct sg_err *err) MUST_CHECK;
/* With the sessions. */
enum sg_status store_user_delete(struct store *store, const char *name,
				 struct sg_err *err) MUST_CHECK; /* or NONE */

/* A session of this user, and those last seen before `idle_since` go. */
struct store_signing {
	const unsigned char *hash; /* STORE_SESSION_HASH_SIZE */
	const char *name, *origin;
	int64_t now;
	int64_t password_at; /* SG_NONE when it is another by now */
	int64_t idle_since;
};
enum sg_status store_session_begin(struct store *store,
				   const struct store_signing *signing,
				   struct sg_err *err) MUST_CHECK;
enum sg_status
store_session_find(struct store *store,
		   const unsigned char hash[STORE_SESSION_HASH_SIZE],
		   struct pool *pool, struct store_session *out,
		   struct sg_err *err) MUST_CHECK; /* or NONE */
enum sg_status
store_session_seen(struct store *store,
		   const unsigned char hash[STORE_SESSION_HASH_SIZE],
		   int64_t now, struct sg_err *err) MUST_CHECK;
enum sg_status
store_session_end(struct store *store,
		  const unsigned char hash[STORE_SESSION_HASH_SIZE],
		  struct sg_err *err) MUST_CHECK;

#endif
