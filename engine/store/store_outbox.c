/* store_outbox.c - see store_outbox.h. */
#include "store/store_outbox.h"

#include <string.h>

#include "base/crypto.h"
#include "store/store_sql.h"

#define COLUMNS                                                          \
	"id, firing_id, record_id, action, target, payload, key, state," \
	" due_at, tries, created_at, coalesce(done_at, 0), trouble"

static void
read_row(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_outbox *outbox = row;

	outbox->id = db_column_int(statement, 0);
	outbox->firing_id = db_column_int(statement, 1);
	outbox->record_id = (uint32_t)db_column_int(statement, 2);
	outbox->action = store_column(statement, 3, pool);
	outbox->target = store_column(statement, 4, pool);
	outbox->payload = store_column(statement, 5, pool);
	outbox->key = store_column(statement, 6, pool);
	outbox->state = (enum store_outbox_state)db_column_int(statement, 7);
	outbox->due_at = db_column_int(statement, 8);
	outbox->tries = (unsigned)db_column_int(statement, 9);
	outbox->created_at = db_column_int(statement, 10);
	outbox->done_at = db_column_int(statement, 11);
	outbox->trouble = store_column(statement, 12, pool);
}

static const struct store_shape shape = {read_row, sizeof(struct store_outbox)};

uint64_t
store_outbox_message_id(int64_t created_at, const char *key)
{
	return (uint64_t)created_at << 16 |
	       (crypto_hash64(key, strlen(key)) & 0xffff);
}

enum sg_status
store_outbox_append(struct store *store, const struct store_outbox *row,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO outbox (id, firing_id, record_id,"
			       " action, target, payload, key, state, due_at,"
			       " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?,"
			       " ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, row->id);
	db_bind_int(statement, 2, row->firing_id);
	db_bind_int(statement, 3, row->record_id);
	db_bind_text(statement, 4, row->action);
	db_bind_text(statement, 5, row->target);
	db_bind_text(statement, 6, row->payload);
	db_bind_text(statement, 7, row->key);
	db_bind_int(statement, 8, row->due_at);
	db_bind_int(statement, 9, row->created_at);
	return db_run(statement, err);
}

enum sg_status
store_outbox_due(struct store *store, int64_t now, size_t most,
		 struct pool *pool, struct store_outbox_rows *out,
		 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT id, firing_id, record_id, action,"
			       " target, '', key, state, due_at, tries,"
			       " created_at, 0, trouble FROM outbox"
			       " WHERE state = 1 AND due_at <= ?"
			       " ORDER BY due_at, id LIMIT ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_int(statement, 2, (int64_t)most);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

enum sg_status
store_outbox_get(struct store *store, int64_t id, struct pool *pool,
		 struct store_outbox *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM outbox WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	return store_one(statement, read_row, pool, out, err);
}

enum sg_status
store_outbox_tried(struct store *store, const struct store_outbox *row,
		   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE outbox SET state = ?, due_at = ?,"
			       " tries = ?, done_at = ?, trouble = ?"
			       " WHERE id = ? AND state = 1",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, row->state);
	db_bind_int(statement, 2, row->due_at);
	db_bind_int(statement, 3, row->tries);
	store_bind_or_null(statement, 4, row->done_at);
	db_bind_text(statement, 5, row->trouble);
	db_bind_int(statement, 6, row->id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_outbox_end_pause(struct store *store, uint32_t record_id, int64_t now,
		       struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE outbox SET due_at = ?1"
			       " WHERE record_id = ?2 AND state = 1"
			       " AND due_at > ?1"
			       " AND substr(trouble, 1, length(?3)) = ?3",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_int(statement, 2, record_id);
	db_bind_text(statement, 3, STORE_OUTBOX_PAUSED);
	return db_run(statement, err);
}

static enum sg_status
next_of_the_away(struct store *store, const struct store_outbox_spread *spread,
		 struct pool *pool, int64_t **ids_out, size_t *n_out,
		 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT id FROM outbox WHERE state = 1"
			       " AND id > ?1"
			       " AND substr(trouble, 1, length(?2)) = ?2"
			       " ORDER BY id LIMIT ?3",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, spread->after);
	db_bind_text(statement, 2, STORE_OUTBOX_AWAY);
	db_bind_int(statement, 3, (int64_t)spread->most);
	return store_collect(statement, &store_numbers, pool, (void *)ids_out,
			     n_out, err);
}

static enum sg_status
set_due(struct store *store, int64_t id, int64_t due_at, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store,
			      "UPDATE outbox SET due_at = ? WHERE id = ?"
			      " AND state = 1",
			      &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, due_at);
	db_bind_int(statement, 2, id);
	return db_run(statement, err);
}

enum sg_status
store_outbox_spread(struct store *store, struct store_outbox_spread *spread,
		    struct sg_err *err)
{
	struct pool *pool = pool_new();
	int64_t *ids = NULL;
	size_t n = 0, i;
	enum sg_status status =
		next_of_the_away(store, spread, pool, &ids, &n, err);

	for (i = 0; i < n && status == SG_OK; i++)
		status = set_due(store, ids[i],
				 spread->from +
					 (int64_t)((double)(spread->n + i) *
						   spread->each_ms),
				 err);
	if (status == SG_OK && n) {
		spread->n += n;
		spread->after = ids[n - 1];
	}
	if (status == SG_OK)
		spread->over = n < spread->most;
	pool_free(pool);
	return status;
}

static enum sg_status
turn(struct store *store, struct db_statement *statement, int64_t id,
     int64_t now, struct sg_err *err)
{
	db_bind_int(statement, 1, now);
	db_bind_int(statement, 2, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_outbox_redo(struct store *store, int64_t id, int64_t now,
		  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE outbox SET state = 1, due_at = ?,"
			       " tries = 0, done_at = NULL WHERE id = ?"
			       " AND state IN (3, 4)",
			       &statement, err);
	return status == SG_OK ? turn(store, statement, id, now, err) : status;
}

enum sg_status
store_outbox_drop(struct store *store, int64_t id, int64_t now,
		  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE outbox SET state = 4, done_at = ?"
			       " WHERE id = ? AND state IN (1, 3)",
			       &statement, err);
	return status == SG_OK ? turn(store, statement, id, now, err) : status;
}

enum sg_status
store_outbox_recent(struct store *store, enum store_outbox_state state,
		    int64_t before, size_t most, struct pool *pool,
		    struct store_outbox_rows *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	if (state)
		status = store_prepare(store,
				       "SELECT " COLUMNS " FROM outbox"
				       " WHERE state = ?1 AND id < ?2"
				       " ORDER BY id DESC LIMIT ?3",
				       &statement, err);
	else
		status = store_prepare(store,
				       "SELECT " COLUMNS " FROM outbox"
				       " WHERE ?1 = 0 AND id < ?2"
				       " ORDER BY id DESC LIMIT ?3",
				       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, state);
	db_bind_int(statement, 2, before ? before : INT64_MAX);
	db_bind_int(statement, 3, (int64_t)most);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

static void
read_counts(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_outbox_counts *counts = row;

	counts->waiting = (uint64_t)db_column_int(statement, 0);
	counts->retrying = (uint64_t)db_column_int(statement, 1);
	counts->dead = (uint64_t)db_column_int(statement, 2);
	counts->oldest_at = db_column_int(statement, 3);
}

enum sg_status
store_outbox_counts(struct store *store, struct store_outbox_counts *out,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT count(*), coalesce(sum(tries > 0), 0),"
		" (SELECT count(*) FROM outbox WHERE state = 3),"
		" coalesce(min(created_at), 0) FROM outbox WHERE state = 1",
		&statement, err);
	if (status != SG_OK)
		return status;
	return store_one(statement, read_counts, NULL, out, err);
}

enum sg_status
store_outbox_expire(struct store *store, int64_t before, size_t most,
		    uint64_t *n_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	/* What came of a sequence's mail outlasts its delivery. */
	status = store_prepare(store,
			       "DELETE FROM outbox WHERE id IN (SELECT id FROM"
			       " outbox WHERE state IN (2, 4) AND id < ?"
			       " ORDER BY id LIMIT ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, before << 20);
	db_bind_int(statement, 2, (int64_t)most);
	status = db_run(statement, err);
	if (status == SG_OK)
		*n_out = (uint64_t)db_changes(store_db(store));
	return status;
}
