/* store_score.c - see store_score.h. */
#include "store/store_score.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/store_sql.h"

enum { NUMBER_SIZE = 24 };

static const char checkpoint_name[] = "checkpoint_ledger_id";

static void
read_limit(struct db_statement *statement, int i, bool *has_out, double *out)
{
	*has_out = !db_column_is_null(statement, i);
	*out = db_column_real(statement, i);
}

static void
read_score(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_score *score = row;

	score->id = (uint32_t)db_column_int(statement, 0);
	score->name = store_column(statement, 1, pool);
	score->degrade = db_column_real(statement, 2);
	score->degrade_negative = db_column_int(statement, 3) != 0;
	read_limit(statement, 4, &score->has_default, &score->default_points);
	read_limit(statement, 5, &score->has_floor, &score->floor);
	read_limit(statement, 6, &score->has_ceiling, &score->ceiling);
}

static void
bind_limit(struct db_statement *statement, int i, bool has, double value)
{
	if (has)
		db_bind_real(statement, i, value);
	else
		db_bind_null(statement, i);
}

static enum sg_status
score_id(struct store *store, const char *name, uint32_t *id_out,
	 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t id = 0;

	status = store_prepare(store, "SELECT id FROM score WHERE name = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	status = store_number(statement, &id, err);
	if (status == SG_OK)
		*id_out = (uint32_t)id;
	return status;
}

enum sg_status
store_score_put(struct store *store, const struct store_score *score,
		uint32_t *id_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO score (name, degrade, degrade_negative,"
		" default_points, floor, ceiling) VALUES (?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (name) DO UPDATE SET degrade = excluded.degrade,"
		" degrade_negative = excluded.degrade_negative,"
		" default_points = excluded.default_points,"
		" floor = excluded.floor, ceiling = excluded.ceiling",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, score->name);
	db_bind_real(statement, 2, score->degrade);
	db_bind_int(statement, 3, score->degrade_negative);
	bind_limit(statement, 4, score->has_default, score->default_points);
	bind_limit(statement, 5, score->has_floor, score->floor);
	bind_limit(statement, 6, score->has_ceiling, score->ceiling);
	status = db_run(statement, err);
	if (status != SG_OK)
		return status;
	return score_id(store, score->name, id_out, err);
}

enum sg_status
store_scores_all(struct store *store, struct pool *pool,
		 struct store_scores *out, struct sg_err *err)
{
	static const struct store_shape shape = {read_score,
						 sizeof(struct store_score)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT id, name, degrade, degrade_negative, "
			       "default_points, floor, ceiling FROM score"
			       " ORDER BY id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

/* --- checkpoint --------------------------------------------------------- */

enum sg_status
store_checkpoint_get(struct store *store, int64_t *ledger_id_out,
		     struct sg_err *err)
{
	char text[2 * NUMBER_SIZE], *end;
	enum sg_status status;
	unsigned long generation;
	int64_t id;

	status =
		store_meta_get(store, checkpoint_name, text, sizeof(text), err);
	if (status != SG_OK)
		return status;
	id = strtoll(text, &end, 10);
	generation = *end ? strtoul(end, NULL, 10) : 1;
	if (generation != store_generation(store))
		return SG_NONE; /* of a ledger that counts no more */
	*ledger_id_out = id;
	return SG_OK;
}

enum sg_status
store_checkpoint_set(struct store *store, int64_t ledger_id, struct sg_err *err)
{
	char text[2 * NUMBER_SIZE];

	snprintf(text, sizeof(text), "%lld %u", (long long)ledger_id,
		 store_generation(store));
	return store_meta_set(store, checkpoint_name, text, err);
}

enum sg_status
store_score_state_put(struct store *store, uint32_t record_id, uint32_t score,
		      const void *state, size_t len, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO score_state (record_id, score_id, state)"
		" VALUES (?, ?, ?) ON CONFLICT (record_id, score_id)"
		" DO UPDATE SET state = excluded.state",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_int(statement, 2, score);
	db_bind_blob(statement, 3, state, len);
	return db_run(statement, err);
}

enum sg_status
store_score_state_remove(struct store *store, uint32_t record_id,
			 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "DELETE FROM score_state WHERE record_id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	return db_run(statement, err);
}

enum sg_status
store_score_state_each(struct store *store, store_score_state_fn *fn, void *arg,
		       struct sg_err *err)
{
	struct db_statement *statement;
	struct store_score_state state;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT record_id, score_id, state"
			       " FROM score_state ORDER BY record_id, score_id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	while ((status = db_step(statement, err)) == SG_OK) {
		state.record_id = (uint32_t)db_column_int(statement, 0);
		state.score_id = (uint32_t)db_column_int(statement, 1);
		state.state = db_column_blob(statement, 2, &state.len);
		status = fn(arg, &state, err);
		if (status != SG_OK)
			break;
	}
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}
