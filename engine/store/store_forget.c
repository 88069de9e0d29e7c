/* store_forget.c - see store_forget.h. */
#include "store/store_forget.h"

#include <string.h>

#include "store/store_generation.h"
#include "store/store_record.h"
#include "store/store_sql.h"
#include "store/store_consent.h"

/* Each with one parameter, the record's id, in this order. First what it was
 * to broadcasts, while that can be counted. */
static const char *const of_record[] = {
	"INSERT INTO folded_result (broadcast, signal, record_id, hits,"
	" machine_hits) SELECT r.broadcast, h.name, r.record_id,"
	" sum(CASE WHEN h.verdict = 0 THEN 1 ELSE 0 END),"
	" sum(CASE WHEN h.verdict <> 0 THEN 1 ELSE 0 END)"
	" FROM mail_of r JOIN history_of h"
	" ON h.of_record = r.record_id AND h.message_id = r.message_id"
	" WHERE r.record_id = ? AND h.effective = 1"
	" GROUP BY r.broadcast, h.name"
	" ON CONFLICT (broadcast, signal, record_id) DO UPDATE SET"
	" hits = hits + excluded.hits,"
	" machine_hits = machine_hits + excluded.machine_hits",
	"INSERT INTO forgotten_result (broadcast, signal, people, hits,"
	" machine_people, machine_hits)"
	" SELECT broadcast, signal, hits > 0, hits, machine_hits > 0,"
	" machine_hits FROM folded_result WHERE record_id = ?"
	" ON CONFLICT (broadcast, signal) DO UPDATE SET"
	" people = people + excluded.people, hits = hits + excluded.hits,"
	" machine_people = machine_people + excluded.machine_people,"
	" machine_hits = machine_hits + excluded.machine_hits",

	"INSERT INTO folded_points (broadcast, score, record_id, points)"
	" SELECT r.broadcast, s.name, r.record_id, sum(l.delta)"
	" FROM mail_of r JOIN history_of h"
	" ON h.of_record = r.record_id AND h.message_id = r.message_id"
	" JOIN ledger_of l ON l.of_record = h.of_record"
	" AND l.history_id = h.id AND l.entry = 1"
	" AND l.generation = " STORE_GENERATION_IN_FORCE
	" JOIN score s ON s.id = l.score_id"
	" WHERE r.record_id = ?"
	" GROUP BY r.broadcast, s.name"
	" ON CONFLICT (broadcast, score, record_id) DO UPDATE SET"
	" points = points + excluded.points",
	"INSERT INTO forgotten_points (broadcast, score, points, people)"
	" SELECT broadcast, score, points, 1 FROM folded_points"
	" WHERE record_id = ?"
	" ON CONFLICT (broadcast, score) DO UPDATE SET"
	" points = points + excluded.points,"
	" people = people + excluded.people",

	"DELETE FROM message WHERE (message_id, record_key) IN"
	" (SELECT message_id, record_key FROM history_of"
	" WHERE of_record = ?)",
	"DELETE FROM message WHERE (message_id, record_key) IN"
	" (SELECT r.message_id, c.record_key FROM mail_of r"
	" JOIN record c ON c.id = r.record_id WHERE r.record_id = ?)",
	"UPDATE broadcast_recipient SET message_id = 0, reason = ''"
	" WHERE record_id = ?",
	"UPDATE outbox SET payload = '{}', target = '', trouble = '',"
	" state = CASE state WHEN 1 THEN 4 ELSE state END"
	" WHERE record_id = ?",
	"UPDATE firing SET cause = '', trouble = '' WHERE record_id = ?",
	"DELETE FROM armed WHERE record_id = ?",
	"DELETE FROM enrolment WHERE record_id = ?",
	"INSERT INTO sequence_result (sequence, step, what, n)"
	" SELECT sequence, step, CASE state WHEN 3 THEN 'failed' ELSE 'dropped'"
	" END AS ended, count(*) FROM sequence_mail"
	" WHERE record_id = ? AND state >= 3 GROUP BY sequence, step, ended"
	" ON CONFLICT (sequence, step, what) DO UPDATE SET n = n + excluded.n",
	"DELETE FROM sequence_mail WHERE record_id = ?",
	"DELETE FROM link WHERE record_id = ?",
	"DELETE FROM link WHERE to_id = ?",
	"UPDATE history SET generation = NULL WHERE id IN"
	" (SELECT entry_id FROM roll_up WHERE record_id = ?"
	" AND generation = " STORE_GENERATION_IN_FORCE ")",
	"DELETE FROM history WHERE generation IS NOT NULL AND id IN"
	" (SELECT entry_id FROM roll_up WHERE record_id = ?)",
	"DELETE FROM roll_up WHERE record_id = ?",
	"DELETE FROM adopted WHERE record_id = ?",
	"DELETE FROM folded_result WHERE record_id = ?",
	"DELETE FROM folded_points WHERE record_id = ?",
	"DELETE FROM folded_signal WHERE record_id = ?",
	"DELETE FROM roll_up WHERE entry_id IN"
	" (SELECT id FROM history_of_all WHERE of_record = ?"
	" AND generation IS NOT NULL)",
	"DELETE FROM generation_dirty WHERE record_id = ?",
	"DELETE FROM ledger WHERE id IN"
	" (SELECT id FROM ledger_of WHERE of_record = ?)",
	"DELETE FROM history WHERE id IN"
	" (SELECT id FROM history_of_all WHERE of_record = ?)",
};

/* Each with the record key: what came before the record, or without one. */
static const char *const of_key[] = {
	"DELETE FROM message WHERE (message_id, record_key) IN"
	" (SELECT message_id, record_key FROM history WHERE record_id = 0"
	" AND record_key = ?)",
	"DELETE FROM history WHERE record_id = 0 AND record_key = ?",
	"DELETE FROM unmatched WHERE record_key = ?",
	"DELETE FROM honeypot WHERE record_key = ?",
	"UPDATE suppression SET evidence = '' WHERE record_key = ?",
};

/* Each with the key as text. */
static const char *const of_text[] = {
	"DELETE FROM import_error WHERE instr(text, ?) > 0",
	"UPDATE audit SET object = '' WHERE object = ?",
	"UPDATE audit SET detail = '' WHERE instr(detail, ?) > 0",
	"DELETE FROM idempotency WHERE instr(answer, ?) > 0",
};

static enum sg_status
run_all(struct store *store, const char *const *statements, size_t n,
	const struct store_forgotten *whom, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = SG_OK;

	for (size_t i = 0; i < n && status == SG_OK; i++) {
		status = store_prepare(store, statements[i], &statement, err);
		if (status != SG_OK)
			break;
		if (statements == of_record)
			db_bind_int(statement, 1, whom->record_id);
		else if (statements == of_key)
			store_bind_key(statement, 1, whom->record_key);
		else
			db_bind_text(statement, 1, whom->key);
		status = db_run(statement, err);
	}
	return status;
}

static enum sg_status
note_forgotten(struct store *store, const struct store_forgotten *whom,
	       struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO forgotten (record_key,"
			       " forgotten_at) VALUES (?, ?)"
			       " ON CONFLICT (record_key) DO UPDATE SET"
			       " forgotten_at = excluded.forgotten_at",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, whom->record_key);
	db_bind_int(statement, 2, whom->now);
	return db_run(statement, err);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum sg_status
forget_key(struct store *store, const struct store_forgotten *whom,
	   struct sg_err *err)
{
	enum sg_status status =
		run_all(store, of_key, COUNT(of_key), whom, err);

	if (status == SG_OK)
		status = store_consent_forget(store, whom->record_key, err);
	return status == SG_OK ? note_forgotten(store, whom, err) : status;
}

/* The keys that once led to it. */
static enum sg_status
forget_aliases(struct store *store, const struct store_forgotten *whom,
	       store_forget_key_fn *alias, void *arg, struct sg_err *err)
{
	struct db_statement *statement;
	struct store_forgotten other = *whom;
	enum sg_status status, found;

	status = store_prepare(store,
			       "SELECT record_key FROM record_alias"
			       " WHERE record_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, whom->record_id);
	while ((found = db_step(statement, err)) == SG_OK && status == SG_OK) {
		other.record_key = (uint64_t)db_column_int(statement, 0);
		status = forget_key(store, &other, err);
		alias(arg, other.record_key);
	}
	db_reset(statement);
	return found == SG_NONE || status != SG_OK ? status : found;
}

/* Points that went along its links stay where they went, without its name. */
static enum sg_status
forget_elsewhere(struct store *store, const struct store_forgotten *whom,
		 struct sg_err *err)
{
	static const char *const statements[] = {
		"UPDATE history SET because = replace(because, ?1, ''),"
		" props = replace(props, ?1, '') WHERE id IN"
		" (SELECT entry_id FROM roll_up WHERE record_id = ?2)",
		"UPDATE ledger SET explanation ="
		" replace(explanation, ?1, '') WHERE id IN"
		" (SELECT l.id FROM roll_up r CROSS JOIN ledger_of l"
		" ON l.of_record = r.to_id AND l.history_id = r.entry_id"
		" WHERE r.record_id = ?2)",
	};
	struct db_statement *statement;
	enum sg_status status = SG_OK;

	for (size_t i = 0; i < COUNT(statements) && status == SG_OK; i++) {
		status = store_prepare(store, statements[i], &statement, err);
		if (status != SG_OK)
			break;
		db_bind_text(statement, 1, whom->key);
		db_bind_int(statement, 2, whom->record_id);
		status = db_run(statement, err);
	}
	return status;
}

static enum sg_status
forget_record(struct store *store, const struct store_forgotten *whom,
	      store_forget_key_fn *alias, void *arg, struct sg_err *err)
{
	enum sg_status status =
		*whom->key ? forget_elsewhere(store, whom, err) : SG_OK;

	if (status == SG_OK)
		status = run_all(store, of_record, COUNT(of_record), whom, err);
	if (status == SG_OK)
		status = forget_aliases(store, whom, alias, arg, err);
	if (status == SG_OK)
		status = store_record_delete(store, whom->record_id, whom->now,
					     err);
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
store_forget(struct store *store, const struct store_forgotten *whom,
	     store_forget_key_fn *alias, void *arg, struct sg_err *err)
{
	enum sg_status status = SG_OK;

	/* The bytes, too, and not only their place in the file. */
	db_wipe_deleted(store_db(store), true);
	if (whom->record_id)
		status = forget_record(store, whom, alias, arg, err);
	if (status == SG_OK)
		status = forget_key(store, whom, err);
	if (status == SG_OK && *whom->key)
		status = run_all(store, of_text, COUNT(of_text), whom, err);
	db_wipe_deleted(store_db(store), false);
	return status;
}

enum sg_status
store_forgotten_each(struct store *store, store_forget_key_fn *fn, void *arg,
		     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, "SELECT record_key FROM forgotten",
			       &statement, err);
	if (status != SG_OK)
		return status;
	while ((status = db_step(statement, err)) == SG_OK)
		fn(arg, (uint64_t)db_column_int(statement, 0));
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}
