/* store_ledger.c - see store_ledger.h. */
#include "store/store_ledger.h"

#include "store/store_generation.h"
#include "store/store_order.h"
#include "store/store_rows.h"
#include "store/store_sql.h"

#define COLUMNS                                                   \
	"id, record_id, score_id, at, delta, class, side, rate, " \
	"entry, correcting, rule_id, history_id, explanation, balance"

/* Only the generation in force counts: see store_generation.h. */
#define IN_FORCE "generation = " STORE_GENERATION_IN_FORCE

static void
read_entry(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_ledger *entry = row;

	entry->id = db_column_int(statement, 0);
	entry->record_id = (uint32_t)db_column_int(statement, 1);
	entry->score_id = (uint32_t)db_column_int(statement, 2);
	entry->at = db_column_int(statement, 3);
	entry->delta = db_column_real(statement, 4);
	entry->class = (int)db_column_int(statement, 5);
	entry->side = (int)db_column_int(statement, 6);
	entry->rate = db_column_real(statement, 7);
	entry->entry = (int)db_column_int(statement, 8);
	entry->correcting = db_column_int(statement, 9) != 0;
	entry->rule_id = (uint32_t)db_column_int(statement, 10);
	entry->history_id = db_column_int(statement, 11);
	entry->explanation = store_column(statement, 12, pool);
	entry->balance = db_column_real(statement, 13);
}

static const struct store_shape entry_shape = {read_entry,
					       sizeof(struct store_ledger)};

const struct db_rows_shape store_ledger_rows = {
	.table = "ledger",
	.insert = "INSERT OR FAIL INTO ledger (" COLUMNS ", generation)"
		  " SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11,"
		  " c12, c13, c14 FROM gathered",
	.n_columns = 15};

enum sg_status
store_ledger_append(struct store *store, const struct store_ledger *entry,
		    struct sg_err *err)
{
	const struct db_value row[] = {
		db_int(entry->id),
		db_int(entry->record_id),
		db_int(entry->score_id),
		db_int(entry->at),
		db_real(entry->delta),
		db_int(entry->class),
		db_int(entry->side),
		db_real(entry->rate),
		db_int(entry->entry),
		db_int(entry->correcting),
		db_int(entry->rule_id),
		db_int(entry->history_id),
		db_text(entry->explanation),
		db_real(entry->balance),
		db_int(entry->generation ? entry->generation
					 : store_generation(store))};
	enum sg_status status =
		db_rows_add(store_db(store), &store_ledger_rows, row, err);

	if (status == SG_OK)
		status = store_order_add_ledger(store, entry->record_id,
						entry->id, err);
	return status;
}

enum sg_status
store_ledger_of(struct store *store, uint32_t record_id, uint32_t score_id,
		struct pool *pool, struct store_ledger_rows *out,
		struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM ledger_of"
			       " WHERE of_record = ?1"
			       " AND (?2 = 0 OR score_id = ?2)"
			       " AND " IN_FORCE " ORDER BY id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_int(statement, 2, score_id);
	return store_collect(statement, &entry_shape, pool, &out->rows,
			     &out->n_rows, err);
}

enum sg_status
store_ledger_of_generation(struct store *store, uint32_t generation,
			   uint32_t record_id, struct pool *pool,
			   struct store_ledger_rows *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM ledger_of"
			       " WHERE of_record = ? AND generation = ?"
			       " ORDER BY id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_int(statement, 2, generation);
	return store_collect(statement, &entry_shape, pool, &out->rows,
			     &out->n_rows, err);
}

static enum sg_status
each_entry(struct db_statement *statement, store_ledger_fn *fn, void *arg,
	   struct sg_err *err)
{
	struct store_ledger entry;
	enum sg_status status;

	while ((status = db_step(statement, err)) == SG_OK) {
		read_entry(statement, NULL, &entry);
		status = fn(arg, &entry, err);
		if (status != SG_OK)
			break;
	}
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
store_ledger_each(struct store *store, int64_t after, store_ledger_fn *fn,
		  void *arg, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM ledger WHERE id > ?"
			       " AND " IN_FORCE " ORDER BY id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, after);
	return each_entry(statement, fn, arg, err);
}

/* COLUMNS, by way of the order by record. */
#define PLACES                                                           \
	"SELECT p.id, p.record_id, l.score_id, l.at, l.delta, l.class, " \
	"l.side, l.rate, l.entry, l.correcting, l.rule_id, "             \
	"l.history_id, l.explanation, l.balance FROM ledger_by_record p" \
	" CROSS JOIN ledger l ON l.id = p.id WHERE "

enum sg_status
store_ledger_each_by_record(struct store *store, store_ledger_fn *fn, void *arg,
			    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	/* Run 0 is in that order, and only the rest is sorted. */
	status = store_prepare(store,
			       PLACES
			       "p.run = 0 AND l." IN_FORCE " UNION ALL " PLACES
			       "p.run > 0 AND l." IN_FORCE " ORDER BY 2, 1",
			       &statement, err);
	if (status != SG_OK)
		return status;
	return each_entry(statement, fn, arg, err);
}

static void
read_rule_points(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_rule_points *points = row;

	points->rule_id = (uint32_t)db_column_int(statement, 0);
	points->n_entries = (uint64_t)db_column_int(statement, 1);
	points->points = db_column_real(statement, 2);
}

enum sg_status
store_ledger_rule_sums(struct store *store, struct pool *pool,
		       struct store_rule_sums *out, struct sg_err *err)
{
	static const struct store_shape shape = {
		read_rule_points, sizeof(struct store_rule_points)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT rule_id, count(*), sum(delta)"
			       " FROM ledger WHERE rule_id > 0 AND entry = 1"
			       " AND " IN_FORCE
			       " GROUP BY rule_id ORDER BY rule_id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

enum sg_status
store_ledger_get_totals(struct store *store, struct store_ledger_totals *out,
			struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT count(*), coalesce(max(id), 0) FROM ledger"
		" WHERE " IN_FORCE,
		&statement, err);
	if (status != SG_OK)
		return status;
	status = db_step(statement, err);
	if (status == SG_OK) {
		out->n_entries = (uint64_t)db_column_int(statement, 0);
		out->last_id = db_column_int(statement, 1);
	}
	db_reset(statement);
	return status;
}

enum sg_status
store_newest_at(struct store *store, int64_t since, int64_t until,
		int64_t *at_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT at FROM"
			       " (SELECT id, happened_at AS at FROM history"
			       " UNION ALL SELECT id, at FROM ledger)"
			       " WHERE id >= ? AND at BETWEEN ? AND ?"
			       " ORDER BY at DESC LIMIT 1",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, store_id_from(since));
	db_bind_int(statement, 2, since);
	db_bind_int(statement, 3, until);
	return store_number(statement, at_out, err);
}
