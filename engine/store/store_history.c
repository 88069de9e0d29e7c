/* store_history.c - see store_history.h. */
#include "store/store_history.h"

#include <string.h>

#include "base/buf.h"
#include "store/store_folded.h"
#include "store/store_generation.h"
#include "store/store_order.h"
#include "store/store_rows.h"
#include "store/store_sql.h"

#define COLUMNS                                                             \
	"id, record_id, record_key, happened_at, received_at, kind, name, " \
	"message_id, source, actor, because, verdict, verdict_reason, "     \
	"effective, ruleset, props, settle_until"

enum { N_COLUMNS = 17 };

/* Not of another generation. */
#define COUNTS \
	"(generation IS NULL OR generation = " STORE_GENERATION_IN_FORCE ")"

static void
read_history(struct db_statement *statement, struct pool *pool, void *out)
{
	struct store_history *row = out;

	row->id = db_column_int(statement, 0);
	row->record_id = (uint32_t)db_column_int(statement, 1);
	row->record_key = (uint64_t)db_column_int(statement, 2);
	row->happened_at = db_column_int(statement, 3);
	row->received_at = db_column_int(statement, 4);
	row->kind = (enum signal_kind)db_column_int(statement, 5);
	row->name = store_column(statement, 6, pool);
	row->message_id = (uint64_t)db_column_int(statement, 7);
	row->source = store_column(statement, 8, pool);
	row->actor = store_column(statement, 9, pool);
	row->because = store_column(statement, 10, pool);
	row->verdict = (enum verdict)db_column_int(statement, 11);
	row->verdict_reason = store_column(statement, 12, pool);
	row->effective = db_column_int(statement, 13) != 0;
	row->ruleset = (uint32_t)db_column_int(statement, 14);
	row->props = store_column(statement, 15, pool);
	row->settle_until = db_column_int(statement, 16);
}

static const struct store_shape history_shape = {read_history,
						 sizeof(struct store_history)};

const struct db_rows_shape store_history_rows = {
	.table = "history",
	.insert = "INSERT OR FAIL INTO history (" COLUMNS ", generation)"
		  " SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11,"
		  " c12, c13, c14, c15, c16, c17 FROM gathered",
	.n_columns = N_COLUMNS + 1};

static enum sg_status
add_row(struct store *store, const struct store_history_place *place,
	const struct signal *signal, const char *props, struct sg_err *err)
{
	const struct db_value row[] = {db_int(place->id),
				       db_int(place->record_id),
				       db_int((int64_t)signal->record_key),
				       db_int(signal->happened_at),
				       db_int(signal->received_at),
				       db_int(signal->kind),
				       db_text(signal->name),
				       db_int((int64_t)signal->message_id),
				       db_text(signal->source),
				       db_text(signal->actor),
				       db_text(signal->because),
				       db_int(signal->verdict),
				       db_text(signal->verdict_reason),
				       db_int(place->effective),
				       db_int(place->ruleset),
				       db_text(props),
				       db_int_or_null(place->settle_until),
				       db_int_or_null(place->generation)};

	return db_rows_add(store_db(store), &store_history_rows, row, err);
}

enum sg_status
store_history_append(struct store *store,
		     const struct store_history_place *place,
		     const struct signal *signal, struct sg_err *err)
{
	struct buf *props = store_scratch(store);
	enum sg_status status;

	signal_props_to_json(signal, props);
	if (!buf_ok(props))
		return err_set(err, SG_FAILED, "out of memory");
	status = add_row(store, place, signal, buf_text(props), err);
	if (status == SG_OK)
		status = store_order_add_history(store, place->record_id,
						 signal->happened_at, place->id,
						 err);
	return status;
}

enum sg_status
store_history_waiting(struct store *store, uint64_t record_key, size_t most,
		      struct pool *pool, struct store_history_ids *out,
		      struct sg_err *err)
{
	struct db_statement *statement;
	struct store_history_ids ids = {0};
	enum sg_status status;

	ids.ids = pool_alloc(pool, most * sizeof(*ids.ids));
	status = store_prepare(store,
			       "SELECT id FROM history"
			       " WHERE record_id = 0 AND record_key = ?"
			       " ORDER BY happened_at, id LIMIT ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, record_key);
	db_bind_int(statement, 2, (int64_t)most);
	while ((status = db_step(statement, err)) == SG_OK)
		ids.ids[ids.n++] = db_column_int(statement, 0);
	db_reset(statement);
	if (status != SG_NONE)
		return status;
	*out = ids;
	return SG_OK;
}

enum sg_status
store_history_adopt(struct store *store, uint64_t record_key,
		    uint32_t record_id, uint64_t *adopted_out,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE history SET record_id = ?"
			       " WHERE record_id = 0 AND record_key = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	store_bind_key(statement, 2, record_key);
	status = db_run(statement, err);
	if (status == SG_OK)
		*adopted_out = (uint64_t)db_changes(store_db(store));
	return status;
}

enum sg_status
store_history_get_effective(struct store *store, int64_t id,
			    bool *effective_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t effective;

	status = store_prepare(store,
			       "SELECT effective FROM history WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	status = store_number(statement, &effective, err);
	if (status == SG_OK)
		*effective_out = effective != 0;
	return status;
}

enum sg_status
store_history_set_effective(struct store *store, int64_t id, bool effective,
			    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE history SET effective = ? WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, effective);
	db_bind_int(statement, 2, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_history_each_unmatched(struct store *store, store_history_key_fn *fn,
			     void *arg, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT DISTINCT record_key FROM history"
			       " WHERE record_id = 0",
			       &statement, err);
	if (status != SG_OK)
		return status;
	while ((status = db_step(statement, err)) == SG_OK)
		fn(arg, (uint64_t)db_column_int(statement, 0));
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}

static void
read_unmatched(struct db_statement *statement, struct pool *pool, void *out)
{
	struct store_unmatched *unmatched = out;

	read_history(statement, pool, &unmatched->row);
	unmatched->module = store_column(statement, N_COLUMNS, pool);
	unmatched->key = store_column(statement, N_COLUMNS + 1, pool);
}

static const struct store_shape unmatched_shape = {
	read_unmatched, sizeof(struct store_unmatched)};

enum sg_status
store_unmatched_recent(struct store *store, int64_t before_id, size_t most,
		       struct pool *pool, struct store_unmatched_rows *out,
		       struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT h.*, coalesce(u.module, ''),"
			       " coalesce(u.key, '') FROM (SELECT " COLUMNS
			       " FROM history WHERE record_id = 0 AND id < ?"
			       " ORDER BY id DESC LIMIT ?) h LEFT JOIN"
			       " unmatched u ON u.record_key = h.record_key"
			       " ORDER BY h.id DESC",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, before_id ? before_id : INT64_MAX);
	db_bind_int(statement, 2, (int64_t)most);
	return store_collect(statement, &unmatched_shape, pool, &out->rows,
			     &out->n_rows, err);
}

enum sg_status
store_unmatched_name(struct store *store, uint64_t record_key,
		     const char *module, const char *key, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO unmatched (record_key, module, "
			       "key) VALUES (?, ?, ?)"
			       " ON CONFLICT (record_key) DO NOTHING",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, record_key);
	db_bind_text(statement, 2, *module ? module : "contact");
	db_bind_text(statement, 3, key);
	return db_run(statement, err);
}

enum sg_status
store_unmatched_forget(struct store *store, uint64_t record_key,
		       struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM unmatched WHERE record_key = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	store_bind_key(statement, 1, record_key);
	return db_run(statement, err);
}

enum sg_status
store_history_set_happened(struct store *store, int64_t id, int64_t happened_at,
			   struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store, "UPDATE history SET happened_at = ? WHERE id = ?",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, happened_at);
	db_bind_int(statement, 2, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_history_set_verdict(struct store *store, int64_t id, enum verdict verdict,
			  const char *reason, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE history SET verdict = ?,"
			       " verdict_reason = ? WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, verdict);
	db_bind_text(statement, 2, reason);
	db_bind_int(statement, 3, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_history_signal(const struct store_history *row, struct pool *pool,
		     struct signal *signal_out, struct sg_err *err)
{
	struct signal signal;
	enum sg_status status;

	signal_init(&signal, row->name, row->received_at);
	signal.kind = row->kind;
	signal.happened_at = row->happened_at;
	signal.record_key = row->record_key;
	signal.message_id = row->message_id;
	signal.source = row->source;
	signal.actor = row->actor;
	signal.because = row->because;
	signal.verdict = row->verdict;
	signal.verdict_reason = row->verdict_reason;
	status = signal_props_from_json(&signal, row->props, pool, err);
	if (status != SG_OK) {
		err_prefix(err, "history entry %lld", (long long)row->id);
		return SG_FAILED;
	}
	*signal_out = signal;
	return SG_OK;
}

enum sg_status
store_history_get(struct store *store, int64_t id, struct pool *pool,
		  struct store_history *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM history WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	return store_one(statement, read_history, pool, out, err);
}

/* What stands for all that was before it; later arrivals of that time count
 * for nothing. */
static void
begin_with_opening(struct store_history_rows *all)
{
	size_t i = all->n_rows;

	while (i-- > 0)
		if (all->rows[i].kind == SIGNAL_OPENING) {
			all->rows += i;
			all->n_rows -= i;
			return;
		}
}

static enum sg_status
collect_all(struct db_statement *statement, struct pool *pool,
	    struct store_history_rows *out, struct sg_err *err)
{
	enum sg_status status = store_collect(statement, &history_shape, pool,
					      &out->rows, &out->n_rows, err);

	if (status == SG_OK)
		begin_with_opening(out);
	return status;
}

enum sg_status
store_history_of(struct store *store, uint32_t record_id, struct pool *pool,
		 struct store_history_rows *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM history_of"
			       " WHERE of_record = ? AND settle_until IS NULL"
			       " ORDER BY of_at, id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	return collect_all(statement, pool, out, err);
}

enum sg_status
store_history_of_generation(struct store *store, uint32_t generation,
			    uint32_t record_id, struct pool *pool,
			    struct store_history_rows *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM history_of_all"
			       " WHERE of_record = ? AND settle_until IS NULL"
			       " AND (generation IS NULL OR generation = ?)"
			       " ORDER BY of_at, id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_int(statement, 2, generation);
	return collect_all(statement, pool, out, err);
}

enum sg_status
store_history_opening(struct store *store, uint32_t record_id, int64_t *id_out,
		      struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT id FROM history_of WHERE of_record = ?"
			       " AND kind = ? ORDER BY of_at DESC LIMIT 1",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_int(statement, 2, SIGNAL_OPENING);
	return store_number(statement, id_out, err);
}

/*
 * One statement for each question, so that each uses its own index (coalesce()
 * keeps it from the wrong one). By name alone the index is in order of event
 * time, and so is the answer.
 */
static const char *
recent_sql(const struct store_history_filter *filter)
{
	if (filter->record_id && filter->name)
		return "SELECT " COLUMNS " FROM history_of WHERE id < ?"
		       " AND of_record = ? AND coalesce(name, '') = ?"
		       " ORDER BY id DESC LIMIT ?";
	if (filter->record_id)
		return "SELECT " COLUMNS " FROM history_of WHERE id < ?"
		       " AND of_record = ? ORDER BY id DESC LIMIT ?";
	if (filter->name && filter->before_id)
		return "SELECT " COLUMNS " FROM history WHERE"
		       " (happened_at, id) < (SELECT b.happened_at, b.id"
		       " FROM history b WHERE b.id = ?) AND name = ?"
		       " AND " COUNTS
		       " ORDER BY happened_at DESC, id DESC LIMIT ?";
	if (filter->name)
		return "SELECT " COLUMNS " FROM history WHERE id < ?"
		       " AND name = ? AND " COUNTS
		       " ORDER BY happened_at DESC, id DESC LIMIT ?";
	return "SELECT " COLUMNS " FROM history WHERE id < ? AND " COUNTS
	       " ORDER BY id DESC LIMIT ?";
}

enum sg_status
store_history_recent(struct store *store,
		     const struct store_history_filter *filter,
		     struct pool *pool, struct store_history_rows *out,
		     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int i = 1;

	status = store_prepare(store, recent_sql(filter), &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, i++,
		    filter->before_id ? filter->before_id : INT64_MAX);
	if (filter->record_id)
		db_bind_int(statement, i++, filter->record_id);
	if (filter->name)
		db_bind_text(statement, i++, filter->name);
	db_bind_int(statement, i, (int64_t)filter->most);
	return store_collect(statement, &history_shape, pool, &out->rows,
			     &out->n_rows, err);
}

static enum sg_status
each_row(struct db_statement *statement, store_history_fn *fn, void *arg,
	 struct sg_err *err)
{
	struct store_history row;
	enum sg_status status;

	while ((status = db_step(statement, err)) == SG_OK) {
		read_history(statement, NULL, &row);
		status = fn(arg, &row, err);
		if (status != SG_OK)
			break;
	}
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}

enum sg_status
store_history_each(struct store *store, const struct store_history_span *span,
		   store_history_fn *fn, void *arg, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM history WHERE name = ?"
			       " AND happened_at >= ? AND happened_at <= ?"
			       " AND effective = 1 AND verdict = 0"
			       " AND record_id > 0 AND " COUNTS
			       " ORDER BY happened_at",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, span->name);
	db_bind_int(statement, 2, span->since);
	db_bind_int(statement, 3, span->until);
	status = each_row(statement, fn, arg, err);
	return status == SG_OK ? store_folded_each(store, 0, span, fn, arg, err)
			       : status;
}

enum sg_status
store_history_each_of(struct store *store, uint32_t record_id,
		      const struct store_history_span *span,
		      store_history_fn *fn, void *arg, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	/* coalesce(): or it may walk everybody's entries of that name. */
	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM history_of"
			       " WHERE of_record = ? AND of_at >= ?"
			       " AND of_at <= ? AND coalesce(name, '') = ?"
			       " AND effective = 1 AND verdict = 0"
			       " ORDER BY of_at DESC, id DESC",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_int(statement, 2, span->since);
	db_bind_int(statement, 3, span->until);
	db_bind_text(statement, 4, span->name);
	status = each_row(statement, fn, arg, err);
	return status == SG_OK
		       ? store_folded_each(store, record_id, span, fn, arg, err)
		       : status;
}

enum sg_status
store_history_count(struct store *store, uint64_t *count_out,
		    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t count = 0;

	status = store_prepare(store, "SELECT count(*) FROM history",
			       &statement, err);
	if (status == SG_OK)
		status = store_number(statement, &count, err);
	if (status == SG_OK)
		*count_out = (uint64_t)count;
	return status;
}
