/* store_consent.c - see store_consent.h. */
#include "store/store_consent.h"

#include "store/store_sql.h"

enum sg_status
store_consent_put(struct store *store, const struct store_consent *row,
		  struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO consent (record_key, what, state, since, source,"
		" wording) VALUES (?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (record_key, what) DO UPDATE SET"
		" state = excluded.state, since = excluded.since,"
		" source = excluded.source, wording = excluded.wording",
		&statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, row->record_key);
	db_bind_int(statement, 2, row->what);
	db_bind_int(statement, 3, row->state);
	db_bind_int(statement, 4, row->since);
	db_bind_text(statement, 5, row->source ? row->source : "");
	db_bind_text(statement, 6, row->wording ? row->wording : "");
	return db_run(statement, err);
}

static void
read_consent(struct db_statement *statement, struct pool *pool, void *out)
{
	struct store_consent *row = out;

	row->record_key = (uint64_t)db_column_int(statement, 0);
	row->what = (enum consent_what)db_column_int(statement, 1);
	row->state = (enum consent_state)db_column_int(statement, 2);
	row->since = db_column_int(statement, 3);
	row->source = store_column(statement, 4, pool);
	row->wording = store_column(statement, 5, pool);
}

enum sg_status
store_consent_of(struct store *store, uint64_t record_key, struct pool *pool,
		 struct store_consents *out, struct sg_err *err)
{
	static const struct store_shape shape = {read_consent,
						 sizeof(struct store_consent)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT record_key, what, state, since, source, wording"
		" FROM consent WHERE record_key = ? ORDER BY what",
		&statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, record_key);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

enum sg_status
store_consent_any(struct store *store, bool *any_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, "SELECT 1 FROM consent LIMIT 1",
			       &statement, err);
	if (status != SG_OK)
		return status;
	status = db_step(statement, err);
	db_reset(statement);
	*any_out = status == SG_OK;
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
store_consent_each(struct store *store,
		   void (*fn)(void *arg, uint64_t record_key,
			      enum consent_what what, enum consent_state state),
		   void *arg, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT record_key, what, state FROM consent"
			       " WHERE state <> 0",
			       &statement, err);
	if (status != SG_OK)
		return status;
	while ((status = db_step(statement, err)) == SG_OK)
		fn(arg, (uint64_t)db_column_int(statement, 0),
		   (enum consent_what)db_column_int(statement, 1),
		   (enum consent_state)db_column_int(statement, 2));
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
store_consent_forget(struct store *store, uint64_t record_key,
		     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM consent WHERE record_key = ?"
			       " AND state <> 2",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, record_key);
	status = db_run(statement, err);
	if (status == SG_OK)
		status = store_prepare(store,
				       "UPDATE consent SET source = '',"
				       " wording = '' WHERE record_key = ?",
				       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, record_key);
	return db_run(statement, err);
}
