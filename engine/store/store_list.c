/* store_list.c - see store_list.h. */
#include "store/store_list.h"

#include <assert.h>
#include <string.h>

#include "store/store_sql.h"

const char *
list_state_name(enum list_state state)
{
	static const char *const names[LIST_N_STATES] = {"", "joined",
							 "unconfirmed", "left"};

	assert((int)state > 0 && (int)state < LIST_N_STATES);
	return names[state];
}

static void
read_list(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_list *list = row;

	list->name = store_column(statement, 0, pool);
	list->title = store_column(statement, 1, pool);
	list->created_at = db_column_int(statement, 2);
}

static const struct store_shape list_shape = {read_list,
					      sizeof(struct store_list)};

enum sg_status
store_list_create(struct store *store, const char *name, const char *title,
		  int64_t now, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO list (name, title, created_at) VALUES (?, ?, ?)"
		" ON CONFLICT (name) DO UPDATE SET title = excluded.title,"
		" created_at = excluded.created_at, deleted_at = NULL"
		" WHERE list.deleted_at IS NOT NULL",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	db_bind_text(statement, 2, title);
	db_bind_int(statement, 3, now);
	status = store_run_one(store, statement, err);
	if (status == SG_NONE)
		return err_set(err, SG_REFUSED,
			       "there is a list \"%.100s\" already", name);
	return status;
}

enum sg_status
store_list_delete(struct store *store, const char *name, int64_t now,
		  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE list SET deleted_at = ?"
			       " WHERE name = ? AND deleted_at IS NULL",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_text(statement, 2, name);
	status = store_run_one(store, statement, err);
	if (status != SG_OK)
		return status;
	status = store_prepare(store, "DELETE FROM list_member WHERE list = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	return db_run(statement, err);
}

enum sg_status
store_list_set_title(struct store *store, const char *name, const char *title,
		     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE list SET title = ?"
			       " WHERE name = ? AND deleted_at IS NULL",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, title);
	db_bind_text(statement, 2, name);
	return store_run_one(store, statement, err);
}

enum sg_status
store_list_get(struct store *store, const char *name, struct pool *pool,
	       struct store_list *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT name, title, created_at FROM list"
			       " WHERE name = ? AND deleted_at IS NULL",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	return store_one(statement, read_list, pool, out, err);
}

enum sg_status
store_lists_all(struct store *store, struct pool *pool, struct store_lists *out,
		struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT name, title, created_at FROM list"
			       " WHERE deleted_at IS NULL ORDER BY name",
			       &statement, err);
	if (status != SG_OK)
		return status;
	return store_collect(statement, &list_shape, pool, &out->rows,
			     &out->n_rows, err);
}

/* --- members ------------------------------------------------------------ */

#define MEMBER_COLUMNS "list, record_id, state, since, how"

static void
read_member(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_member *member = row;

	member->list = store_column(statement, 0, pool);
	member->record_id = (uint32_t)db_column_int(statement, 1);
	member->state = (enum list_state)db_column_int(statement, 2);
	member->since = db_column_int(statement, 3);
	member->how = store_column(statement, 4, pool);
}

static const struct store_shape member_shape = {read_member,
						sizeof(struct store_member)};

enum sg_status
store_member_set(struct store *store, const struct store_member *member,
		 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO list_member (" MEMBER_COLUMNS ")"
		" VALUES (?, ?, ?, ?, ?) ON CONFLICT (list, record_id)"
		" DO UPDATE SET state = excluded.state,"
		" since = excluded.since, how = excluded.how",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, member->list);
	db_bind_int(statement, 2, member->record_id);
	db_bind_int(statement, 3, member->state);
	db_bind_int(statement, 4, member->since);
	db_bind_text(statement, 5, member->how ? member->how : "");
	return db_run(statement, err);
}

enum sg_status
store_member_remove(struct store *store, const char *list, uint32_t record_id,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"DELETE FROM list_member WHERE list = ? AND record_id = ?",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, list);
	db_bind_int(statement, 2, record_id);
	return db_run(statement, err);
}

enum sg_status
store_member_get(struct store *store, const char *list, uint32_t record_id,
		 struct pool *pool, struct store_member *out,
		 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " MEMBER_COLUMNS " FROM list_member"
			       " WHERE list = ? AND record_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, list);
	db_bind_int(statement, 2, record_id);
	return store_one(statement, read_member, pool, out, err);
}

enum sg_status
store_members_of(struct store *store, uint32_t record_id, struct pool *pool,
		 struct store_members *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " MEMBER_COLUMNS " FROM list_member"
			       " WHERE record_id = ? ORDER BY list",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	return store_collect(statement, &member_shape, pool, &out->rows,
			     &out->n_rows, err);
}

enum sg_status
store_member_slice(struct store *store, const char *list, uint32_t after,
		   size_t most, struct pool *pool, struct store_members *out,
		   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " MEMBER_COLUMNS " FROM list_member"
			       " WHERE list = ? AND record_id > ?"
			       " ORDER BY record_id LIMIT ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, list);
	db_bind_int(statement, 2, after);
	db_bind_int(statement, 3, (int64_t)most);
	return store_collect(statement, &member_shape, pool, &out->rows,
			     &out->n_rows, err);
}

enum sg_status
store_list_select(struct store *store, const char *list, enum list_state state,
		  struct record_set *add_to, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT record_id FROM list_member"
			       " WHERE list = ? AND state = ?"
			       " ORDER BY record_id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, list);
	db_bind_int(statement, 2, state);
	return store_select(statement, add_to, err);
}

enum sg_status
store_list_counts(struct store *store, const char *list,
		  uint64_t counts_out[LIST_N_STATES], struct sg_err *err)
{
	uint64_t counts[LIST_N_STATES] = {0};
	struct db_statement *statement;
	enum sg_status status;
	int64_t state;

	status = store_prepare(store,
			       "SELECT state, count(*) FROM list_member"
			       " WHERE list = ? GROUP BY state",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, list);
	while ((status = db_step(statement, err)) == SG_OK) {
		state = db_column_int(statement, 0);
		if (state > 0 && state < LIST_N_STATES)
			counts[state] = (uint64_t)db_column_int(statement, 1);
	}
	db_reset(statement);
	if (status != SG_NONE)
		return status;
	memcpy(counts_out, counts, sizeof(counts));
	return SG_OK;
}
