/* store_event.c - see store_event.h. One statement, and so one moment: an id
 * that is seen has none before it that is still to come. */
#include "store/store_event.h"

#include "store/store_generation.h"
#include "store/store_sql.h"

/* From when on the ledger in force was written to as such. */
#define IN_FORCE_SINCE                                          \
	"(SELECT coalesce(max(finished_at), 0) FROM generation" \
	" WHERE id = " STORE_GENERATION_IN_FORCE ")"

#define SIGNALS                                                     \
	"SELECT * FROM (SELECT id, 0 AS kind, record_id, name,"     \
	" happened_at AS at, source, props AS text, '' AS trouble," \
	" verdict, effective, 0.0 AS delta, 0.0 AS balance,"        \
	" id AS history_id FROM history WHERE id > ?1 ORDER BY id"  \
	" LIMIT ?2)"
#define POINTS                                                           \
	"SELECT * FROM (SELECT l.id, 1, l.record_id, s.name, l.at,"      \
	" coalesce(r.name, ''), l.explanation, '', 0, 1, l.delta,"       \
	" l.balance, l.history_id FROM ledger l"                         \
	" JOIN score s ON s.id = l.score_id"                             \
	" LEFT JOIN rule r ON r.id = l.rule_id"                          \
	" WHERE l.id > ?1 AND l.generation = " STORE_GENERATION_IN_FORCE \
	" AND l.id >> 20 >= " IN_FORCE_SINCE " ORDER BY l.id LIMIT ?2)"
#define FIRED                                                       \
	"SELECT * FROM (SELECT f.id, 2, f.record_id, a.name,"       \
	" f.id >> 20, f.chain, f.cause, f.trouble, 0, 1, 0.0, 0.0," \
	" f.history_id FROM firing f"                               \
	" JOIN automation a ON a.id = f.automation_id"              \
	" WHERE f.id > ?1 ORDER BY f.id LIMIT ?2)"

static void
read_event(struct db_statement *statement, struct pool *pool, void *out)
{
	struct store_event *row = out;

	row->id = db_column_int(statement, 0);
	row->kind = (enum store_event_kind)db_column_int(statement, 1);
	row->record_id = (uint32_t)db_column_int(statement, 2);
	row->name = store_column(statement, 3, pool);
	row->at = db_column_int(statement, 4);
	row->source = store_column(statement, 5, pool);
	row->text = store_column(statement, 6, pool);
	row->trouble = store_column(statement, 7, pool);
	row->verdict = (int)db_column_int(statement, 8);
	row->effective = db_column_int(statement, 9) != 0;
	row->delta = db_column_real(statement, 10);
	row->balance = db_column_real(statement, 11);
	row->history_id = db_column_int(statement, 12);
	row->module = store_column(statement, 13, pool);
	row->key = store_column(statement, 14, pool);
}

enum sg_status
store_events_after(struct store *store, int64_t after, size_t most,
		   struct pool *pool, struct store_events *out,
		   struct sg_err *err)
{
	static const struct store_shape shape = {read_event,
						 sizeof(struct store_event)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT e.*, coalesce(c.module, ''), coalesce(c.key, '')"
		" FROM (" SIGNALS " UNION ALL " POINTS " UNION ALL " FIRED
		" ORDER BY 1 LIMIT ?2) e"
		" LEFT JOIN record c ON c.id = e.record_id"
		" AND c.deleted_at IS NULL ORDER BY e.id",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, after);
	db_bind_int(statement, 2, (int64_t)most);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

static void
read_head(struct db_statement *statement, struct pool *pool, void *out)
{
	struct store_event_head *head = out;

	head->id = db_column_int(statement, 0);
	head->generation = db_column_int(statement, 1);
}

enum sg_status
store_event_get_head(struct store *store, struct store_event_head *out,
		     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT max((SELECT coalesce(max(id), 0) FROM history),"
		" (SELECT coalesce(max(id), 0) FROM ledger),"
		" (SELECT coalesce(max(id), 0) FROM firing)),"
		" " STORE_GENERATION_IN_FORCE,
		&statement, err);
	if (status != SG_OK)
		return status;
	return store_one(statement, read_head, NULL, out, err);
}
