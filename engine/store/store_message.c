/* store_message.c - see store_message.h. */
#include "store/store_message.h"

#include "store/store_sql.h"

#define COLUMNS                                                               \
	"message_id, record_key, rfc_id, campaign, subject, sender, sent_at," \
	" reply_to"

static void
read_message(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_message *message = row;

	message->message_id = (uint64_t)db_column_int(statement, 0);
	message->record_key = (uint64_t)db_column_int(statement, 1);
	message->rfc_id = (uint64_t)db_column_int(statement, 2);
	message->campaign = store_column(statement, 3, pool);
	message->subject = store_column(statement, 4, pool);
	message->sender = store_column(statement, 5, pool);
	message->sent_at = db_column_int(statement, 6);
	message->reply_to = store_column(statement, 7, pool);
}

enum sg_status
store_message_add(struct store *store, const struct store_message *message,
		  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO message (" COLUMNS ")"
			       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
			       " ON CONFLICT DO NOTHING",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, message->message_id);
	store_bind_key(statement, 2, message->record_key);
	store_bind_key(statement, 3, message->rfc_id);
	db_bind_text(statement, 4, message->campaign ? message->campaign : "");
	db_bind_text(statement, 5, message->subject ? message->subject : "");
	db_bind_text(statement, 6, message->sender ? message->sender : "");
	db_bind_int(statement, 7, message->sent_at);
	db_bind_text(statement, 8, message->reply_to ? message->reply_to : "");
	return db_run(statement, err);
}

enum sg_status
store_message_get(struct store *store, uint64_t message_id, uint64_t record_key,
		  struct pool *pool, struct store_message *out,
		  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM message"
			       " WHERE message_id = ? AND record_key = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, message_id);
	store_bind_key(statement, 2, record_key);
	return store_one(statement, read_message, pool, out, err);
}

enum sg_status
store_message_find(struct store *store, uint64_t rfc_id, uint64_t record_key,
		   struct pool *pool, struct store_message *out,
		   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM message"
			       " WHERE rfc_id = ? AND record_key = ?"
			       " ORDER BY sent_at DESC LIMIT 1",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, rfc_id);
	store_bind_key(statement, 2, record_key);
	return store_one(statement, read_message, pool, out, err);
}

enum sg_status
store_message_find_any(struct store *store, uint64_t rfc_id, struct pool *pool,
		       struct store_message *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM message"
			       " WHERE rfc_id = ?1 AND record_key ="
			       " (SELECT MIN(record_key) FROM message"
			       "  WHERE rfc_id = ?1"
			       "  HAVING MIN(record_key) = MAX(record_key))"
			       " ORDER BY sent_at DESC LIMIT 1",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, rfc_id);
	return store_one(statement, read_message, pool, out, err);
}

/* Ids begin with the time (token.h): the key's order is that of age. */
enum sg_status
store_message_each_sender(struct store *store, int64_t since, size_t most,
			  void (*fn)(void *arg, uint64_t message_id,
				     const char *sender),
			  void *arg, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT message_id, sender FROM message"
			       " WHERE message_id >= ?"
			       " ORDER BY message_id DESC LIMIT ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, (uint64_t)since << 16);
	db_bind_int(statement, 2, (int64_t)most);
	while ((status = db_step(statement, err)) == SG_OK)
		fn(arg, (uint64_t)db_column_int(statement, 0),
		   db_column_text(statement, 1));
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}

/* The first id of that moment. */
static int64_t
first_id(int64_t at)
{
	const int64_t most = INT64_MAX >> 16;

	return (at < 0 ? 0 : at > most ? most : at) << 16;
}

enum sg_status
store_message_count(struct store *store, int64_t from, int64_t until,
		    int64_t *n_out, int64_t *last_at_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT count(*), max(message_id) FROM message"
			       " WHERE message_id >= ? AND message_id < ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, first_id(from));
	db_bind_int(statement, 2, first_id(until));
	status = db_step(statement, err);
	if (status == SG_OK) {
		*n_out = db_column_int(statement, 0);
		*last_at_out = db_column_int(statement, 1) >> 16;
	}
	db_reset(statement);
	return status == SG_NONE ? SG_FAILED : status;
}
