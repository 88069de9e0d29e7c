/* store_variant.c - the two versions of a broadcast's mail: store_broadcast.h.
 */
#include "store/store_broadcast.h"
#include "store/store_sql.h"

enum sg_status
store_broadcast_put_variant(struct store *store, const char *name,
			    const char *template, size_t len,
			    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store,
		"INSERT INTO broadcast_variant (broadcast, variant, template)"
		" VALUES (?, 1, ?)",
		&statement, err);

	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	db_bind_blob(statement, 2, template, len);
	return db_run(statement, err);
}

enum sg_status
store_broadcast_get_variant(struct store *store, const char *name,
			    struct pool *pool, const char **template_out,
			    size_t *len_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store,
			      "SELECT template FROM broadcast_variant"
			      " WHERE broadcast = ? AND variant = 1",
			      &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	status = db_step(statement, err);
	if (status == SG_OK) {
		const void *template = db_column_blob(statement, 0, len_out);

		*template_out = pool_memdup(pool, template, *len_out);
	}
	db_reset(statement);
	return status;
}

enum sg_status
store_recipients_decide(struct store *store, const char *name,
			const struct store_range *range, uint32_t variant,
			int64_t now, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store,
		"UPDATE broadcast_recipient SET variant = ?, state = 'queued',"
		" changed_at = ? WHERE broadcast = ? AND record_id > ?"
		" AND record_id <= ? AND state = 'waiting'",
		&statement, err);

	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, variant);
	db_bind_int(statement, 2, now);
	db_bind_text(statement, 3, name);
	db_bind_int(statement, 4, range->after);
	db_bind_int(statement, 5, range->to);
	return db_run(statement, err);
}

/* People, of whom a human's hit of that name is in the history. */
#define DID(NAME)                                                        \
	"count(DISTINCT CASE WHEN h.name = '" NAME "' AND h.verdict = 0" \
	" THEN h.record_id END)"

enum sg_status
store_broadcast_get_variant_result(struct store *store, const char *name,
				   const struct store_range *range,
				   uint32_t variant,
				   struct store_variant_result *out,
				   struct sg_err *err)
{
	static const char sql[] =
		"SELECT count(DISTINCT r.record_id),"
		" " DID("email.opened") "," DID(
			"email.clicked") " FROM broadcast_recipient r LEFT "
					 "JOIN history_of h"
					 " ON h.of_record = +r.record_id AND "
					 "h.message_id = r.message_id"
					 " AND h.effective = 1 WHERE "
					 "r.broadcast = ? AND r.variant = ?"
					 " AND r.record_id > ? AND r.record_id "
					 "<= ?"
					 " AND r.message_id <> 0 AND r.state = "
					 "'sent'";
	struct db_statement *statement;
	enum sg_status status = store_prepare(store, sql, &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	db_bind_int(statement, 2, variant);
	db_bind_int(statement, 3, range->after);
	db_bind_int(statement, 4, range->to);
	status = db_step(statement, err);
	if (status == SG_OK) {
		out->sent = (uint64_t)db_column_int(statement, 0);
		out->opened = (uint64_t)db_column_int(statement, 1);
		out->clicked = (uint64_t)db_column_int(statement, 2);
	}
	db_reset(statement);
	return status;
}
