/*
 * store_external.c - see store_external.h. A partition is a day, so that
 * inserts stay in one small part of the tree and old days go as a whole; a
 * look-up asks each day.
 */
#include "store/store_external.h"

#include "store/store_sql.h"

enum { DAY_MS = 86400000 };

static enum sg_status
seen_on(struct store *store, int64_t day, uint64_t external_id,
	struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t one;

	status = store_prepare(store,
			       "SELECT 1 FROM external_id WHERE day = ?"
			       " AND external_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, day);
	store_bind_key(statement, 2, external_id);
	return store_number(statement, &one, err);
}

enum sg_status
store_external_add(struct store *store, uint64_t external_id,
		   int64_t received_at, struct sg_err *err)
{
	int64_t today = received_at / DAY_MS, day;
	struct db_statement *statement;
	enum sg_status status;

	/* The day after, too: the clock may have been set back. */
	for (day = today + 1; day >= today - STORE_EXTERNAL_DAYS; day--) {
		status = seen_on(store, day, external_id, err);
		if (status == SG_OK)
			return SG_NONE;
		if (status != SG_NONE)
			return status;
	}
	status = store_prepare(store,
			       "INSERT INTO external_id (day, external_id)"
			       " VALUES (?, ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, today);
	store_bind_key(statement, 2, external_id);
	return db_run(statement, err);
}

enum sg_status
store_external_expire(struct store *store, int64_t now, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, "DELETE FROM external_id WHERE day < ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now / DAY_MS - STORE_EXTERNAL_DAYS);
	return db_run(statement, err);
}
