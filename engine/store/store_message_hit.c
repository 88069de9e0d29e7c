/* store_message_hit.c - the hits of one message and recipient, for judging
 * them together; see store_hit.h. */
#include "store/store_hit.h"
#include "store/store_sql.h"

#define HIT_COLUMNS                                               \
	"h.id, h.happened_at, h.name, h.settle_until, h.verdict," \
	" h.verdict_reason, h.props"
#define IS_HIT " AND h.kind = 1 AND h.name IN ('email.opened', 'email.clicked')"

static void
read_row(struct db_statement *statement, struct pool *pool, void *out)
{
	struct store_message_hit *row = out;

	row->id = db_column_int(statement, 0);
	row->happened_at = db_column_int(statement, 1);
	row->is_click = db_column_text(statement, 2)[6] == 'c';
	row->settles = !db_column_is_null(statement, 3);
	row->verdict = (enum verdict)db_column_int(statement, 4);
	row->reason = store_column(statement, 5, pool);
	row->props = store_column(statement, 6, pool);
}

static const struct store_shape shape = {read_row,
					 sizeof(struct store_message_hit)};

/* Five parameters in either: whose, since, until, message, most. */
static void
bind_of(struct db_statement *statement, const struct store_message_of *of)
{
	if (of->record_id)
		db_bind_int(statement, 1, of->record_id);
	else
		store_bind_key(statement, 1, of->record_key);
	db_bind_int(statement, 2, of->since);
	db_bind_int(statement, 3, of->until);
	store_bind_key(statement, 4, of->message_id);
}

enum sg_status
store_message_hits(struct store *store, const struct store_message_of *of,
		   struct pool *pool, struct store_message_hits *out,
		   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store,
		of->record_id ? "SELECT " HIT_COLUMNS " FROM history_of h"
				" WHERE h.of_record = ? AND h.of_at >= ?"
				" AND h.of_at <= ? AND h.message_id = ?" IS_HIT
				" LIMIT ?"
			      : "SELECT " HIT_COLUMNS " FROM history h"
				" WHERE h.record_id = 0 AND h.record_key = ?"
				" AND h.happened_at >= ? AND h.happened_at <= ?"
				" AND h.message_id = ?" IS_HIT " LIMIT ?",
		&statement, err);

	if (status != SG_OK)
		return status;
	bind_of(statement, of);
	db_bind_int(statement, 5, STORE_MESSAGE_HITS_MOST);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

enum sg_status
store_message_hits_by(struct store *store, const struct store_message_of *of,
		      uint64_t source, struct pool *pool,
		      struct store_message_hits *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store,
		of->record_id
			? "SELECT " HIT_COLUMNS " FROM history_of h"
			  " CROSS JOIN hit t ON t.history_id = h.id"
			  " WHERE h.of_record = ? AND h.message_id = ?" IS_HIT
			  " AND t.source = ? LIMIT ?"
			: "SELECT " HIT_COLUMNS " FROM history h"
			  " CROSS JOIN hit t ON t.history_id = h.id"
			  " WHERE h.record_id = 0 AND h.record_key = ?"
			  " AND h.message_id = ?" IS_HIT
			  " AND t.source = ? LIMIT ?",
		&statement, err);

	if (status != SG_OK)
		return status;
	if (of->record_id)
		db_bind_int(statement, 1, of->record_id);
	else
		store_bind_key(statement, 1, of->record_key);
	store_bind_key(statement, 2, of->message_id);
	store_bind_key(statement, 3, source);
	db_bind_int(statement, 4, STORE_MESSAGE_HITS_MOST);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

enum sg_status
store_message_delivered(struct store *store, const struct store_message_of *of,
			int64_t *at_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store,
		of->record_id ? "SELECT h.of_at FROM history_of h"
				" WHERE h.of_record = ? AND h.of_at >= ?"
				" AND h.of_at <= ? AND h.message_id = ?"
				" AND h.kind = 1 AND h.name = 'email.delivered'"
				" ORDER BY h.of_at LIMIT 1"
			      : "SELECT h.happened_at FROM history h"
				" WHERE h.record_id = 0 AND h.record_key = ?"
				" AND h.happened_at >= ? AND h.happened_at <= ?"
				" AND h.message_id = ? AND h.kind = 1"
				" AND h.name = 'email.delivered'"
				" ORDER BY h.happened_at LIMIT 1",
		&statement, err);

	if (status != SG_OK)
		return status;
	bind_of(statement, of);
	return store_number(statement, at_out, err);
}

enum sg_status
store_judgements_since(struct store *store, uint32_t record_id, int64_t since,
		       struct pool *pool, struct store_history_ids *out,
		       struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store,
			      "SELECT id FROM history_of WHERE of_record = ?"
			      " AND of_at >= ? AND kind = ?"
			      " AND settle_until IS NULL ORDER BY of_at, id",
			      &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_int(statement, 2, since);
	db_bind_int(statement, 3, SIGNAL_JUDGE);
	return store_collect(statement, &store_numbers, pool, &out->ids,
			     &out->n, err);
}

/* --- the link that nobody sees ------------------------------------------ */

enum sg_status
store_honeypot_add(struct store *store, const struct store_message_of *of,
		   uint64_t source, int64_t at, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store,
		"INSERT INTO honeypot (message_id, record_key, source, at)"
		" VALUES (?, ?, ?, ?)"
		" ON CONFLICT (message_id, record_key, source) DO NOTHING",
		&statement, err);

	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, of->message_id);
	store_bind_key(statement, 2, of->record_key);
	store_bind_key(statement, 3, source);
	db_bind_int(statement, 4, at);
	return db_run(statement, err);
}

enum sg_status
store_honeypot_has(struct store *store, const struct store_message_of *of,
		   uint64_t source, struct sg_err *err)
{
	struct db_statement *statement;
	int64_t at;
	enum sg_status status =
		store_prepare(store,
			      "SELECT at FROM honeypot WHERE message_id = ?"
			      " AND record_key = ? AND source = ?",
			      &statement, err);

	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, of->message_id);
	store_bind_key(statement, 2, of->record_key);
	store_bind_key(statement, 3, source);
	return store_number(statement, &at, err);
}

enum sg_status
store_honeypots_expire(struct store *store, int64_t before, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store, "DELETE FROM honeypot WHERE at < ?", &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, before);
	return db_run(statement, err);
}

enum sg_status
store_honeypot_any(struct store *store, struct sg_err *err)
{
	struct db_statement *statement;
	int64_t at;
	enum sg_status status = store_prepare(
		store, "SELECT at FROM honeypot LIMIT 1", &statement, err);

	return status == SG_OK ? store_number(statement, &at, err) : status;
}
