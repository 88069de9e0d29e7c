/* store_position.c - see store_position.h. */
#include "store/store_position.h"

#include <stdio.h>
#include <string.h>

#include "store/store_sql.h"

enum { ID_TEXT_SIZE = 2 * SPOOL_ID_SIZE + 1 };

static void
id_text(const unsigned char id[SPOOL_ID_SIZE], char text[ID_TEXT_SIZE])
{
	size_t i;

	for (i = 0; i < SPOOL_ID_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
}

enum sg_status
store_position_get(struct store *store, const unsigned char id[SPOOL_ID_SIZE],
		   struct spool_position *out, struct sg_err *err)
{
	struct db_statement *statement;
	char text[ID_TEXT_SIZE];
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT segment, position FROM spool_position"
			       " WHERE spool_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	id_text(id, text);
	db_bind_text(statement, 1, text);
	status = db_step(statement, err);
	if (status == SG_OK) {
		memcpy(out->id, id, SPOOL_ID_SIZE);
		out->segment = (uint64_t)db_column_int(statement, 0);
		out->offset = (uint64_t)db_column_int(statement, 1);
	}
	db_reset(statement);
	return status;
}

/* Whoever of two nodes with one id commits second finds it moved. */
enum sg_status
store_position_set(struct store *store, const struct spool_position *before,
		   const struct spool_position *position, struct sg_err *err)
{
	struct db_statement *statement;
	char text[ID_TEXT_SIZE];
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO spool_position (spool_id, segment, position)"
		" VALUES (?1, ?2, ?3) ON CONFLICT (spool_id) DO UPDATE SET"
		" segment = excluded.segment, position = excluded.position"
		" WHERE spool_position.segment = ?4"
		" AND spool_position.position = ?5",
		&statement, err);
	if (status != SG_OK)
		return status;
	id_text(position->id, text);
	db_bind_text(statement, 1, text);
	db_bind_int(statement, 2, (int64_t)position->segment);
	db_bind_int(statement, 3, (int64_t)position->offset);
	db_bind_int(statement, 4, (int64_t)before->segment);
	db_bind_int(statement, 5, (int64_t)before->offset);
	status = db_run(statement, err);
	if (status == SG_OK && db_changes(store_db(store)) != 1)
		status = err_set(err, SG_FAILED,
				 "another node applies a spool of the id %s to "
				 "this store: the spool of one is a copy of "
				 "the other's",
				 text);
	return status;
}
