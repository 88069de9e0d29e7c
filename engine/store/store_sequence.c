/* store_sequence.c - see store_sequence.h. */
#include "store/store_sequence.h"

#include "store/store_sql.h"

/* --- who is in them ------------------------------------------------------ */

#define ENROLMENT                                                            \
	"SELECT e.sequence, e.record_id, e.state, e.since, e.reason, "       \
	"e.step, coalesce(e.due_at, 0), r.key, coalesce((SELECT m.step FROM" \
	" sequence_mail m WHERE m.state = 3 AND m.record_id = e.record_id"   \
	" AND m.sequence = e.sequence ORDER BY m.outbox_id DESC LIMIT 1),"   \
	" '')"                                                               \
	" FROM enrolment e JOIN record"                                      \
	" r ON r.id = e.record_id "

static void
read_enrolment(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_enrolment *enrolment = row;

	enrolment->sequence = store_column(statement, 0, pool);
	enrolment->record_id = (uint32_t)db_column_int(statement, 1);
	enrolment->state = store_column(statement, 2, pool);
	enrolment->since = db_column_int(statement, 3);
	enrolment->reason = store_column(statement, 4, pool);
	enrolment->step = store_column(statement, 5, pool);
	enrolment->due_at = db_column_int(statement, 6);
	enrolment->key = store_column(statement, 7, pool);
	enrolment->failed = store_column(statement, 8, pool);
}

static const struct store_shape enrolment_shape = {
	read_enrolment, sizeof(struct store_enrolment)};

enum sg_status
store_enrolment_put(struct store *store, const struct store_enrolment *row,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO enrolment (sequence, record_id, state, since,"
		" reason, step, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (sequence, record_id) DO UPDATE SET"
		" state = excluded.state, since = excluded.since,"
		" reason = excluded.reason, step = excluded.step,"
		" due_at = excluded.due_at",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, row->sequence);
	db_bind_int(statement, 2, row->record_id);
	db_bind_text(statement, 3, row->state);
	db_bind_int(statement, 4, row->since);
	db_bind_text(statement, 5, row->reason);
	db_bind_text(statement, 6, row->step);
	store_bind_or_null(statement, 7, row->due_at);
	return db_run(statement, err);
}

enum sg_status
store_enrolment_get(struct store *store, const char *sequence,
		    uint32_t record_id, struct pool *pool,
		    struct store_enrolment *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store, ENROLMENT "WHERE e.sequence = ? AND e.record_id = ?",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, sequence);
	db_bind_int(statement, 2, record_id);
	return store_one(statement, read_enrolment, pool, out, err);
}

enum sg_status
store_enrolments_due(struct store *store, int64_t now, size_t most,
		     struct pool *pool, struct store_enrolments *out,
		     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       ENROLMENT "WHERE e.due_at <= ?"
					 " ORDER BY e.due_at LIMIT ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_int(statement, 2, (int64_t)most);
	return store_collect(statement, &enrolment_shape, pool, &out->rows,
			     &out->n_rows, err);
}

enum sg_status
store_enrolment_next(struct store *store, int64_t *due_at_out,
		     struct sg_err *err)
{
	struct db_statement *statement;
	int64_t due_at = 0;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT coalesce(min(due_at), 0) FROM enrolment"
			       " WHERE due_at IS NOT NULL",
			       &statement, err);
	if (status == SG_OK)
		status = store_number(statement, &due_at, err);
	if (status == SG_OK && due_at == 0)
		return SG_NONE;
	if (status == SG_OK)
		*due_at_out = due_at;
	return status;
}

enum sg_status
store_enrolments_of(struct store *store, uint32_t record_id, struct pool *pool,
		    struct store_enrolments *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store, ENROLMENT "WHERE e.record_id = ? ORDER BY e.sequence",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	return store_collect(statement, &enrolment_shape, pool, &out->rows,
			     &out->n_rows, err);
}

enum sg_status
store_enrolments_page(struct store *store,
		      const struct store_enrolment_page *page,
		      struct pool *pool, struct store_enrolments *out,
		      struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       ENROLMENT
			       "WHERE e.sequence = ?1 AND e.record_id > ?2"
			       " AND (?3 = '' OR e.state = ?3)"
			       " ORDER BY e.record_id LIMIT ?4",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, page->sequence);
	db_bind_int(statement, 2, page->after);
	db_bind_text(statement, 3, page->state ? page->state : "");
	db_bind_int(statement, 4, (int64_t)page->most);
	return store_collect(statement, &enrolment_shape, pool, &out->rows,
			     &out->n_rows, err);
}

enum sg_status
store_enrolment_select(struct store *store, const char *sequence,
		       const char *state, struct record_set *add_to,
		       struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT record_id FROM enrolment"
			       " WHERE sequence = ?1"
			       " AND (?2 = '' OR state = ?2)"
			       " ORDER BY record_id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, sequence);
	db_bind_text(statement, 2, state ? state : "");
	return store_select(statement, add_to, err);
}

enum sg_status
store_enrolments_wake(struct store *store, uint32_t record_id,
		      const char *reason, int64_t now, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE enrolment SET due_at = ?, reason = ''"
			       " WHERE record_id = ? AND state = 'active'"
			       " AND reason = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_int(statement, 2, record_id);
	db_bind_text(statement, 3, reason);
	return db_run(statement, err);
}

enum sg_status
store_enrolments_put_off(struct store *store, const char *sequence, int64_t now,
			 int64_t until, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE enrolment SET due_at = ?1"
			       " WHERE due_at IS NOT NULL AND due_at <= ?2"
			       " AND sequence = ?3",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, until);
	db_bind_int(statement, 2, now);
	db_bind_text(statement, 3, sequence);
	return db_run(statement, err);
}

enum sg_status
store_enrolment_move(struct store *store,
		     const struct store_enrolment_change *change,
		     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE enrolment SET step = ?1,"
			       " due_at = CASE ?1 WHEN '' THEN 1"
			       " ELSE since + ?4 END,"
			       " reason = 'step ' || ?3 || ' was removed'"
			       " WHERE sequence = ?2"
			       " AND step = ?3 AND state = 'active'",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, change->instead);
	db_bind_text(statement, 2, change->sequence);
	db_bind_text(statement, 3, change->step);
	db_bind_int(statement, 4, change->after_ms);
	return db_run(statement, err);
}

enum sg_status
store_enrolment_reschedule(struct store *store,
			   const struct store_enrolment_change *change,
			   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE enrolment SET due_at = since + ?1"
			       " WHERE sequence = ?2 AND step = ?3"
			       " AND state = 'active' AND reason = ''",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, change->after_ms);
	db_bind_text(statement, 2, change->sequence);
	db_bind_text(statement, 3, change->step);
	return db_run(statement, err);
}

/* --- what came of it ------------------------------------------------------ */

enum sg_status
store_sequence_mail_add(struct store *store,
			const struct store_sequence_mail *mail,
			struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO sequence_mail (outbox_id, sequence,"
			       " step, record_id, message_id)"
			       " VALUES (?, ?, ?, ?, ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, mail->outbox_id);
	db_bind_text(statement, 2, mail->sequence);
	db_bind_text(statement, 3, mail->step);
	db_bind_int(statement, 4, mail->record_id);
	store_bind_key(statement, 5, mail->message_id);
	return db_run(statement, err);
}

enum sg_status
store_sequence_sent_at(struct store *store, const char *sequence,
		       const char *step, uint32_t record_id, int64_t *at_out,
		       struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT outbox_id FROM sequence_mail"
			       " WHERE record_id = ? AND sequence = ?"
			       " AND step = ? ORDER BY outbox_id DESC LIMIT 1",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_text(statement, 2, sequence);
	db_bind_text(statement, 3, step);
	status = store_number(statement, at_out, err);
	*at_out >>= 20; /* its time stands before its counter */
	return status;
}

enum sg_status
store_sequence_mail_drop(struct store *store, const char *sequence,
			 uint32_t record_id, int64_t now, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE outbox SET state = 4, done_at = ?1,"
			       " trouble = 'the sequence was stopped'"
			       " WHERE state = 1 AND due_at > ?1"
			       " AND id IN (SELECT outbox_id FROM sequence_mail"
			       " WHERE record_id = ?2 AND sequence = ?3"
			       " AND state = 1)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_int(statement, 2, record_id);
	db_bind_text(statement, 3, sequence);
	return db_run(statement, err);
}

enum sg_status
store_sequence_note(struct store *store, const char *sequence, const char *step,
		    const char *what, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO sequence_result (sequence, step, what, n)"
		" VALUES (?, ?, ?, 1) ON CONFLICT (sequence, step, what)"
		" DO UPDATE SET n = n + 1",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, sequence);
	db_bind_text(statement, 2, step);
	db_bind_text(statement, 3, what);
	return db_run(statement, err);
}

static void
read_count(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_sequence_count *count = row;

	count->step = store_column(statement, 0, pool);
	count->what = store_column(statement, 1, pool);
	count->n = (uint64_t)db_column_int(statement, 2);
}

static const struct store_shape count_shape = {
	read_count, sizeof(struct store_sequence_count)};

enum sg_status
store_sequence_counts(struct store *store, const char *sequence,
		      struct pool *pool, struct store_sequence_counts *out,
		      struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT step, what, sum(n) FROM ("
		"SELECT step, what, n FROM sequence_result WHERE sequence = ?1"
		" UNION ALL SELECT '', state, count(*) FROM enrolment"
		" WHERE sequence = ?1 GROUP BY state"
		" UNION ALL SELECT step, CASE state WHEN 1 THEN 'queued'"
		" WHEN 3 THEN 'failed' ELSE 'dropped' END, 1"
		" FROM sequence_mail WHERE sequence = ?1 AND state <> 2)"
		" AS counted GROUP BY step, what",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, sequence);
	return store_collect(statement, &count_shape, pool, &out->rows,
			     &out->n_rows, err);
}
