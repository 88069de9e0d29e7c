/* store_token.c - see store_token.h. */
#include "store/store_token.h"

#include "store/store_sql.h"

#define COLUMNS                                                \
	"id, name, role, created_at, coalesce(expires_at, 0)," \
	" coalesce(revoked_at, 0), coalesce(last_used_at, 0)"

static void
read_token(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_token *token = row;

	token->id = db_column_int(statement, 0);
	token->name = store_column(statement, 1, pool);
	token->role = store_column(statement, 2, pool);
	token->created_at = db_column_int(statement, 3);
	token->expires_at = db_column_int(statement, 4);
	token->revoked_at = db_column_int(statement, 5);
	token->last_used_at = db_column_int(statement, 6);
}

enum sg_status
store_token_create(struct store *store, const struct store_token *token,
		   const unsigned char hash[STORE_TOKEN_HASH_SIZE],
		   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO api_token (name, role, hash, "
			       "created_at, expires_at) VALUES (?, ?, ?, ?, ?)"
			       " ON CONFLICT DO NOTHING",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, token->name);
	db_bind_text(statement, 2, token->role);
	db_bind_blob(statement, 3, hash, STORE_TOKEN_HASH_SIZE);
	db_bind_int(statement, 4, token->created_at);
	store_bind_or_null(statement, 5, token->expires_at);
	status = store_run_one(store, statement, err);
	if (status == SG_NONE)
		return err_set(err, SG_REFUSED,
			       "there is a token \"%.100s\" already",
			       token->name);
	return status;
}

enum sg_status
store_token_find(struct store *store,
		 const unsigned char hash[STORE_TOKEN_HASH_SIZE], int64_t now,
		 struct pool *pool, struct store_token *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM api_token"
			       " WHERE hash = ? AND revoked_at IS NULL"
			       " AND (expires_at IS NULL OR expires_at > ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_blob(statement, 1, hash, STORE_TOKEN_HASH_SIZE);
	db_bind_int(statement, 2, now);
	return store_one(statement, read_token, pool, out, err);
}

enum sg_status
store_tokens_all(struct store *store, bool revoked, struct pool *pool,
		 struct store_tokens *out, struct sg_err *err)
{
	static const struct store_shape shape = {read_token,
						 sizeof(struct store_token)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM api_token"
			       " WHERE revoked_at IS NULL OR ?"
			       " ORDER BY name, id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, revoked);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

enum sg_status
store_token_revoke(struct store *store, const char *name, int64_t now,
		   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE api_token SET revoked_at = ?"
			       " WHERE name = ? AND revoked_at IS NULL",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_text(statement, 2, name);
	return store_run_one(store, statement, err);
}

enum sg_status
store_token_used(struct store *store, int64_t id, int64_t now,
		 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE api_token SET last_used_at = ?"
			       " WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_int(statement, 2, id);
	return db_run(statement, err);
}
