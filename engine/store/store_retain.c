/* store_retain.c - see store_retain.h. */
#include "store/store_retain.h"

#include "signal/signal.h"
#include "store/store_generation.h"
#include "store/store_sql.h"

enum sg_status
store_retain_count(struct store *store, uint32_t record_id, int64_t before,
		   uint64_t *n_out, struct sg_err *err)
{
	struct db_statement *statement;
	int64_t n = 0;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT count(*) FROM history_of"
			       " WHERE of_record = ? AND of_at < ?"
			       " AND kind <> ? AND settle_until IS NULL",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_int(statement, 2, before);
	db_bind_int(statement, 3, SIGNAL_OPENING);
	status = store_number(statement, &n, err);
	*n_out = (uint64_t)n;
	return status;
}

/* Each with record and moment. */
static const char *const removals[] = {
	"INSERT INTO folded_result (broadcast, signal, record_id, hits,"
	" machine_hits) SELECT r.broadcast, h.name, ?1,"
	" sum(CASE WHEN h.verdict = 0 THEN 1 ELSE 0 END),"
	" sum(CASE WHEN h.verdict <> 0 THEN 1 ELSE 0 END)"
	" FROM mail_of r CROSS JOIN history_of h"
	" ON h.of_record = r.record_id AND h.message_id = r.message_id"
	" WHERE r.record_id = ?1"
	" AND h.of_at < ?2 AND h.effective = 1"
	" GROUP BY r.broadcast, h.name"
	" ON CONFLICT (broadcast, signal, record_id) DO UPDATE SET"
	" hits = hits + excluded.hits,"
	" machine_hits = machine_hits + excluded.machine_hits",

	"INSERT INTO folded_points (broadcast, score, record_id, points)"
	" SELECT r.broadcast, s.name, ?1, sum(l.delta)"
	" FROM mail_of r CROSS JOIN history_of h"
	" ON h.of_record = r.record_id AND h.message_id = r.message_id"
	" CROSS JOIN ledger_of l ON l.of_record = h.of_record"
	" AND l.history_id = h.id AND l.entry = 1 AND l.at < ?2"
	" AND l.generation = " STORE_GENERATION_IN_FORCE
	" JOIN score s ON s.id = l.score_id"
	" WHERE r.record_id = ?1 AND h.of_at < ?2"
	" GROUP BY r.broadcast, s.name"
	" ON CONFLICT (broadcast, score, record_id) DO UPDATE SET"
	" points = points + excluded.points",

	"DELETE FROM ledger WHERE id IN (SELECT id FROM ledger_of"
	" WHERE of_record = ?1 AND at < ?2 AND generation ="
	" " STORE_GENERATION_IN_FORCE ")",
	"DELETE FROM history WHERE id IN (SELECT id FROM history_of"
	" WHERE of_record = ?1 AND of_at < ?2 AND settle_until IS NULL)",
	/* What went along its links is of all generations from now on. */
	"UPDATE history SET generation = NULL WHERE id IN (SELECT entry_id"
	" FROM roll_up WHERE record_id = ?1 AND at < ?2 AND generation ="
	" " STORE_GENERATION_IN_FORCE ")",
	"DELETE FROM roll_up WHERE record_id = ?1 AND at < ?2",
};

enum sg_status
store_retain_remove(struct store *store, uint32_t record_id, int64_t before,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < sizeof(removals) / sizeof(removals[0]); i++) {
		status = store_prepare(store, removals[i], &statement, err);
		if (status != SG_OK)
			break;
		db_bind_int(statement, 1, record_id);
		db_bind_int(statement, 2, before);
		status = db_run(statement, err);
		if (status != SG_OK)
			break;
	}
	return status;
}

enum sg_status
store_retain_balance(struct store *store, int64_t ledger_id, double balance,
		     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE ledger SET balance = ? WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_real(statement, 1, balance);
	db_bind_int(statement, 2, ledger_id);
	return db_run(statement, err);
}
