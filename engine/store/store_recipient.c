/* store_recipient.c - the recipients of store_broadcast.h. */
#include "store/store_broadcast.h"

#include <assert.h>
#include <string.h>

#include "store/store_sql.h"

static const char *const states[RECIPIENT_N_STATES] = {
	[RECIPIENT_QUEUED] = "queued",
	[RECIPIENT_HANDING_OVER] = "handing-over",
	[RECIPIENT_SENT] = "sent",
	[RECIPIENT_FAILED] = "failed",
	[RECIPIENT_SKIPPED] = "skipped",
	[RECIPIENT_DOUBTFUL] = "doubtful",
	[RECIPIENT_WAITING] = "waiting",
};

const char *
recipient_state_name(enum recipient_state state)
{
	assert((unsigned)state < RECIPIENT_N_STATES);
	return states[state];
}

int
recipient_state_find(const char *name)
{
	int i;

	for (i = 0; i < RECIPIENT_N_STATES; i++)
		if (strcmp(states[i], name) == 0)
			return i;
	return -1;
}

#define PUT	"record_id, state, reason, message_id, changed_at"
#define COLUMNS PUT ", variant"

static void
read_recipient(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_recipient *recipient = row;
	int state = recipient_state_find(db_column_text(statement, 1));

	recipient->record_id = (uint32_t)db_column_int(statement, 0);
	/* Written by another hand: never send again on a guess. */
	recipient->state =
		state < 0 ? RECIPIENT_DOUBTFUL : (enum recipient_state)state;
	recipient->reason = store_column(statement, 2, pool);
	recipient->message_id = (uint64_t)db_column_int(statement, 3);
	recipient->changed_at = db_column_int(statement, 4);
	recipient->variant = (uint32_t)db_column_int(statement, 5);
	recipient->key = NULL;
}

static void
bind_recipient(struct db_statement *statement, const char *name,
	       const struct store_recipient *recipient)
{
	db_bind_text(statement, 1, name);
	db_bind_int(statement, 2, recipient->record_id);
	db_bind_text(statement, 3, recipient_state_name(recipient->state));
	db_bind_text(statement, 4, recipient->reason ? recipient->reason : "");
	store_bind_key(statement, 5, recipient->message_id);
	db_bind_int(statement, 6, recipient->changed_at);
}

enum sg_status
store_recipients_add(struct store *store, const char *name,
		     const struct store_recipient *rows, size_t n_rows,
		     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; status == SG_OK && i < n_rows; i++) {
		status = store_prepare(
			store,
			"INSERT INTO broadcast_recipient (broadcast, " COLUMNS
			") VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			&statement, err);
		if (status != SG_OK)
			return status;
		bind_recipient(statement, name, &rows[i]);
		db_bind_int(statement, 7, rows[i].variant);
		status = db_run(statement, err);
	}
	return status;
}

static enum sg_status
put_one(struct store *store, const char *name,
	const struct store_recipient *recipient, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO broadcast_recipient (broadcast, " PUT ")"
		" VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (broadcast, record_id)"
		" DO UPDATE SET state = excluded.state,"
		" reason = excluded.reason, message_id = excluded.message_id,"
		" changed_at = excluded.changed_at",
		&statement, err);
	if (status != SG_OK)
		return status;
	bind_recipient(statement, name, recipient);
	return db_run(statement, err);
}

enum sg_status
store_recipients_put(struct store *store, const char *name,
		     const struct store_recipient *rows, size_t n_rows,
		     struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; status == SG_OK && i < n_rows; i++)
		status = put_one(store, name, &rows[i], err);
	return status;
}

enum sg_status
store_recipient_get(struct store *store, const char *name, uint32_t record_id,
		    struct pool *pool, struct store_recipient *out,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM broadcast_recipient"
			       " WHERE broadcast = ? AND record_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	db_bind_int(statement, 2, record_id);
	return store_one(statement, read_recipient, pool, out, err);
}

enum sg_status
store_recipient_slice(struct store *store, const char *name, int state,
		      uint32_t after, size_t most, struct pool *pool,
		      struct store_recipients *out, struct sg_err *err)
{
	static const struct store_shape shape = {
		read_recipient, sizeof(struct store_recipient)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM broadcast_recipient"
			       " WHERE broadcast = ? AND record_id > ?"
			       " AND state = coalesce(?, state)"
			       " ORDER BY record_id LIMIT ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	db_bind_int(statement, 2, after);
	if (state < 0)
		db_bind_null(statement, 3);
	else
		db_bind_text(statement, 3,
			     recipient_state_name((enum recipient_state)state));
	db_bind_int(statement, 4, (int64_t)most);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

/* The next of those that are queued, of at most so many that are looked at:
 * after most of a million were sent there are few among many. */
enum sg_status
store_recipients_next(struct store *store,
		      const struct store_recipients_asked *asked,
		      struct pool *pool, struct store_recipients_found *out,
		      struct sg_err *err)
{
	struct store_recipients_found found = {.after = asked->after};
	struct db_statement *statement;
	struct store_recipient *row;
	enum sg_status status;
	size_t n = 0;

	status = store_prepare(
		store,
		"SELECT " COLUMNS ", CASE WHEN ?4 AND state = 'queued' THEN"
		" (SELECT key FROM record WHERE id = record_id) END"
		" FROM broadcast_recipient"
		" WHERE broadcast = ?1 AND record_id > ?2"
		" ORDER BY record_id LIMIT ?3",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, asked->name);
	db_bind_int(statement, 2, asked->after);
	db_bind_int(statement, 3, (int64_t)asked->look_at_most);
	db_bind_int(statement, 4, asked->with_key);
	found.rows = pool_alloc(pool, asked->most * sizeof(found.rows[0]));
	while (found.n_rows < asked->most &&
	       (status = db_step(statement, err)) == SG_OK) {
		row = &found.rows[found.n_rows];
		read_recipient(statement, pool, row);
		row->key = asked->with_key ? store_column(statement, 6, pool)
					   : NULL;
		found.after = row->record_id;
		found.n_rows += row->state == RECIPIENT_QUEUED;
		n++;
	}
	db_reset(statement);
	if (status != SG_OK && status != SG_NONE)
		return status;
	found.over = status == SG_NONE && n < asked->look_at_most;
	*out = found;
	return SG_OK;
}

/* The first ones; how many there were. */
enum sg_status
store_recipients_clear(struct store *store, const char *name, size_t most,
		       uint64_t *n_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store,
		"DELETE FROM broadcast_recipient WHERE broadcast = ?1"
		" AND record_id IN (SELECT record_id FROM broadcast_recipient"
		" WHERE broadcast = ?1 ORDER BY record_id LIMIT ?2)",
		&statement, err);

	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	db_bind_int(statement, 2, (int64_t)most);
	status = db_run(statement, err);
	if (status == SG_OK)
		*n_out = (uint64_t)db_changes(store_db(store));
	return status;
}

static enum sg_status
change_all(struct store *store, const char *sql, const char *name, int64_t now,
	   uint64_t *n_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(store, sql, &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_text(statement, 2, name);
	status = db_run(statement, err);
	if (status == SG_OK)
		*n_out = (uint64_t)db_changes(store_db(store));
	return status;
}

enum sg_status
store_recipients_doubt(struct store *store, const char *name, int64_t now,
		       uint64_t *n_out, struct sg_err *err)
{
	return change_all(store,
			  "UPDATE broadcast_recipient"
			  " SET state = 'doubtful', changed_at = ?"
			  " WHERE broadcast = ? AND state = 'handing-over'",
			  name, now, n_out, err);
}

enum sg_status
store_recipients_requeue(struct store *store, const char *name, int64_t now,
			 uint64_t *n_out, struct sg_err *err)
{
	return change_all(store,
			  "UPDATE broadcast_recipient"
			  " SET state = 'queued', reason = '', changed_at = ?"
			  " WHERE broadcast = ? AND state = 'doubtful'",
			  name, now, n_out, err);
}

enum sg_status
store_recipients_counts(struct store *store, const char *name,
			uint64_t counts_out[RECIPIENT_N_STATES],
			struct sg_err *err)
{
	uint64_t counts[RECIPIENT_N_STATES] = {0};
	struct db_statement *statement;
	enum sg_status status;
	int state;

	status = store_prepare(store,
			       "SELECT state, n FROM broadcast_count"
			       " WHERE broadcast = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	while ((status = db_step(statement, err)) == SG_OK) {
		state = recipient_state_find(db_column_text(statement, 0));
		if (state >= 0)
			counts[state] += (uint64_t)db_column_int(statement, 1);
	}
	db_reset(statement);
	if (status != SG_NONE)
		return status;
	memcpy(counts_out, counts, sizeof(counts));
	return SG_OK;
}
