/* store_user.c - see store_user.h. */
#include "store/store_user.h"

#include "store/store_sql.h"

#define COLUMNS                                           \
	"u.id, u.name, u.role, u.password, u.created_at," \
	" u.password_at, coalesce(u.seen_at, 0)"

static void
read_user(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_user *user = row;

	user->id = db_column_int(statement, 0);
	user->name = store_column(statement, 1, pool);
	user->role = store_column(statement, 2, pool);
	user->password = store_column(statement, 3, pool);
	user->created_at = db_column_int(statement, 4);
	user->password_at = db_column_int(statement, 5);
	user->seen_at = db_column_int(statement, 6);
	user->n_sessions = 0;
}

static void
read_listed(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_user *user = row;

	read_user(statement, pool, user);
	user->n_sessions = db_column_int(statement, 7);
}

static void
read_session(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_session *session = row;

	read_user(statement, pool, &session->user);
	session->created_at = db_column_int(statement, 7);
	session->seen_at = db_column_int(statement, 8);
}

/* --- users --------------------------------------------------------------- */

enum sg_status
store_user_create(struct store *store, const struct store_user *user,
		  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO console_user (name, role, password,"
			       " created_at, password_at)"
			       " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, user->name);
	db_bind_text(statement, 2, user->role);
	db_bind_text(statement, 3, user->password);
	db_bind_int(statement, 4, user->created_at);
	db_bind_int(statement, 5, user->password_at);
	status = store_run_one(store, statement, err);
	if (status == SG_NONE)
		return err_set(err, SG_REFUSED,
			       "there is a user \"%.100s\" already",
			       user->name);
	return status;
}

enum sg_status
store_user_find(struct store *store, const char *name, struct pool *pool,
		struct store_user *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM console_user u"
			       " WHERE u.name = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	return store_one(statement, read_user, pool, out, err);
}

enum sg_status
store_users_all(struct store *store, struct pool *pool, struct store_users *out,
		struct sg_err *err)
{
	static const struct store_shape shape = {read_listed,
						 sizeof(struct store_user)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS ", (SELECT count(*)"
			       " FROM console_session s WHERE s.user_id = u.id)"
			       " FROM console_user u ORDER BY u.name",
			       &statement, err);
	if (status != SG_OK)
		return status;
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

enum sg_status
store_user_set_role(struct store *store, const char *name, const char *role,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE console_user SET role = ?"
			       " WHERE name = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, role);
	db_bind_text(statement, 2, name);
	return store_run_one(store, statement, err);
}

static enum sg_status
end_sessions_of(struct store *store, const char *name, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM console_session WHERE user_id ="
			       " (SELECT id FROM console_user WHERE name = ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	return db_run(statement, err);
}

enum sg_status
store_user_set_password(struct store *store, const struct store_user *user,
			struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = end_sessions_of(store, user->name, err);

	if (status == SG_OK)
		status = store_prepare(store,
				       "UPDATE console_user SET password = ?,"
				       " password_at = ? WHERE name = ?",
				       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, user->password);
	db_bind_int(statement, 2, user->password_at);
	db_bind_text(statement, 3, user->name);
	return store_run_one(store, statement, err);
}

enum sg_status
store_user_delete(struct store *store, const char *name, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = end_sessions_of(store, name, err);

	if (status == SG_OK)
		status = store_prepare(store,
				       "DELETE FROM console_user"
				       " WHERE name = ?",
				       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	return store_run_one(store, statement, err);
}

/* --- sessions ------------------------------------------------------------ */

static enum sg_status
forget_idle(struct store *store, int64_t since, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM console_session WHERE seen_at < ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, since);
	return db_run(statement, err);
}

enum sg_status
store_session_begin(struct store *store, const struct store_signing *signing,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = forget_idle(store, signing->idle_since, err);

	if (status == SG_OK)
		status = store_prepare(
			store,
			"INSERT INTO console_session (hash, user_id,"
			" created_at, seen_at, origin)"
			" SELECT ?, id, ?, ?, ? FROM console_user"
			" WHERE name = ? AND password_at = ?",
			&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_blob(statement, 1, signing->hash, STORE_SESSION_HASH_SIZE);
	db_bind_int(statement, 2, signing->now);
	db_bind_int(statement, 3, signing->now);
	db_bind_text(statement, 4, signing->origin);
	db_bind_text(statement, 5, signing->name);
	db_bind_int(statement, 6, signing->password_at);
	status = store_run_one(store, statement, err);
	return status == SG_OK ? store_session_seen(store, signing->hash,
						    signing->now, err)
			       : status;
}

enum sg_status
store_session_find(struct store *store,
		   const unsigned char hash[STORE_SESSION_HASH_SIZE],
		   struct pool *pool, struct store_session *out,
		   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS ", s.created_at, s.seen_at"
			       " FROM console_session s JOIN console_user u"
			       " ON u.id = s.user_id WHERE s.hash = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_blob(statement, 1, hash, STORE_SESSION_HASH_SIZE);
	return store_one(statement, read_session, pool, out, err);
}

static enum sg_status
run_with_time(struct store *store, const char *sql, int64_t now,
	      const unsigned char *hash, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(store, sql, &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_blob(statement, 2, hash, STORE_SESSION_HASH_SIZE);
	return db_run(statement, err);
}

enum sg_status
store_session_seen(struct store *store,
		   const unsigned char hash[STORE_SESSION_HASH_SIZE],
		   int64_t now, struct sg_err *err)
{
	enum sg_status status =
		run_with_time(store,
			      "UPDATE console_session SET seen_at = ?"
			      " WHERE hash = ?",
			      now, hash, err);

	if (status != SG_OK)
		return status;
	return run_with_time(store,
			     "UPDATE console_user SET seen_at = ? WHERE id ="
			     " (SELECT user_id FROM console_session"
			     " WHERE hash = ?)",
			     now, hash, err);
}

enum sg_status
store_session_end(struct store *store,
		  const unsigned char hash[STORE_SESSION_HASH_SIZE],
		  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM console_session WHERE hash = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_blob(statement, 1, hash, STORE_SESSION_HASH_SIZE);
	return db_run(statement, err);
}
