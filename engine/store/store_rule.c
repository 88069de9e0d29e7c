/* store_rule.c - see store_rule.h. */
#include "store/store_rule.h"

#include "store/store_sql.h"

/* --- rulesets ----------------------------------------------------------- */

#define RULESET_COLUMNS "id, applied_at, author, note, swept_to, hides"

static void
read_ruleset(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_ruleset *ruleset = row;

	ruleset->id = (uint32_t)db_column_int(statement, 0);
	ruleset->applied_at = db_column_int(statement, 1);
	ruleset->author = store_column(statement, 2, pool);
	ruleset->note = store_column(statement, 3, pool);
	ruleset->swept = db_column_is_null(statement, 4);
	ruleset->swept_to = (uint32_t)db_column_int(statement, 4);
	ruleset->hides = store_column(statement, 5, pool);
}

static const struct store_shape ruleset_shape = {read_ruleset,
						 sizeof(struct store_ruleset)};

enum sg_status
store_ruleset_create(struct store *store, const char *author, const char *note,
		     int64_t now, uint32_t *id_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO ruleset (applied_at, author, note, "
			       "swept_to) VALUES (?, ?, ?, 0)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, now);
	db_bind_text(statement, 2, author);
	db_bind_text(statement, 3, note);
	status = db_run(statement, err);
	if (status == SG_OK)
		*id_out = (uint32_t)db_last_id(store_db(store));
	return status;
}

enum sg_status
store_ruleset_get(struct store *store, uint32_t id, struct pool *pool,
		  struct store_ruleset *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " RULESET_COLUMNS " FROM ruleset"
			       " WHERE ?1 = 0 OR id = ?1"
			       " ORDER BY id DESC LIMIT 1",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	return store_one(statement, read_ruleset, pool, out, err);
}

enum sg_status
store_rulesets_all(struct store *store, struct pool *pool,
		   struct store_rulesets *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " RULESET_COLUMNS " FROM ruleset"
			       " ORDER BY id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	return store_collect(statement, &ruleset_shape, pool, &out->rows,
			     &out->n_rows, err);
}

enum sg_status
store_ruleset_swept_to(struct store *store, uint32_t id, uint32_t record_id,
		       struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE ruleset SET swept_to = ? WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, record_id);
	db_bind_int(statement, 2, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_ruleset_swept(struct store *store, uint32_t id, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store, "UPDATE ruleset SET swept_to = NULL WHERE id = ?",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_ruleset_set_hides(struct store *store, uint32_t id, const char *hides,
			struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE ruleset SET hides = ? WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, hides);
	db_bind_int(statement, 2, id);
	return store_run_one(store, statement, err);
}

/* --- rules -------------------------------------------------------------- */

#define RULE_COLUMNS                               \
	"id, name, version, place, from_ruleset, " \
	"coalesce(to_ruleset, 0), take_back, author, created_at, source"

static void
read_rule(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_rule *rule = row;

	rule->id = (uint32_t)db_column_int(statement, 0);
	rule->name = store_column(statement, 1, pool);
	rule->version = (uint32_t)db_column_int(statement, 2);
	rule->place = (uint32_t)db_column_int(statement, 3);
	rule->from_ruleset = (uint32_t)db_column_int(statement, 4);
	rule->to_ruleset = (uint32_t)db_column_int(statement, 5);
	rule->take_back = db_column_int(statement, 6) != 0;
	rule->author = store_column(statement, 7, pool);
	rule->created_at = db_column_int(statement, 8);
	rule->source = store_column(statement, 9, pool);
}

static const struct store_shape rule_shape = {read_rule,
					      sizeof(struct store_rule)};

static enum sg_status
next_version(struct store *store, const char *name, int64_t *version_out,
	     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT coalesce(max(version), 0) + 1 FROM rule"
			       " WHERE name = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	return store_number(statement, version_out, err);
}

enum sg_status
store_rule_add(struct store *store, const struct store_rule *rule,
	       uint32_t *id_out, uint32_t *version_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;
	int64_t version = 0;

	status = next_version(store, rule->name, &version, err);
	if (status != SG_OK)
		return status;
	status = store_prepare(store,
			       "INSERT INTO rule (name, version, place, "
			       "from_ruleset, author, created_at, source)"
			       " VALUES (?, ?, ?, ?, ?, ?, ?)",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, rule->name);
	db_bind_int(statement, 2, version);
	db_bind_int(statement, 3, rule->place);
	db_bind_int(statement, 4, rule->from_ruleset);
	db_bind_text(statement, 5, rule->author);
	db_bind_int(statement, 6, rule->created_at);
	db_bind_text(statement, 7, rule->source);
	status = db_run(statement, err);
	if (status != SG_OK)
		return status;
	*id_out = (uint32_t)db_last_id(store_db(store));
	*version_out = (uint32_t)version;
	return SG_OK;
}

enum sg_status
store_rule_end(struct store *store, uint32_t id, uint32_t to_ruleset,
	       bool take_back, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE rule SET to_ruleset = ?, take_back = ?"
			       " WHERE id = ? AND to_ruleset IS NULL",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, to_ruleset);
	db_bind_int(statement, 2, take_back);
	db_bind_int(statement, 3, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_rule_set_place(struct store *store, uint32_t id, uint32_t place,
		     struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, "UPDATE rule SET place = ? WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, place);
	db_bind_int(statement, 2, id);
	return store_run_one(store, statement, err);
}

enum sg_status
store_rules_in(struct store *store, uint32_t ruleset, struct pool *pool,
	       struct store_rules *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	if (ruleset) {
		status = store_prepare(store,
				       "SELECT " RULE_COLUMNS " FROM rule"
				       " WHERE from_ruleset <= ?1"
				       " AND (to_ruleset IS NULL OR"
				       " to_ruleset > ?1)"
				       " ORDER BY place, id",
				       &statement, err);
		if (status == SG_OK)
			db_bind_int(statement, 1, ruleset);
	} else {
		status = store_prepare(store,
				       "SELECT " RULE_COLUMNS " FROM rule"
				       " WHERE to_ruleset IS NULL"
				       " ORDER BY place, id",
				       &statement, err);
	}
	if (status != SG_OK)
		return status;
	return store_collect(statement, &rule_shape, pool, &out->rows,
			     &out->n_rows, err);
}

enum sg_status
store_rules_all(struct store *store, struct pool *pool, struct store_rules *out,
		struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " RULE_COLUMNS " FROM rule ORDER BY id",
			       &statement, err);
	if (status != SG_OK)
		return status;
	return store_collect(statement, &rule_shape, pool, &out->rows,
			     &out->n_rows, err);
}

enum sg_status
store_rule_get(struct store *store, uint32_t id, struct pool *pool,
	       struct store_rule *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " RULE_COLUMNS " FROM rule WHERE id = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, id);
	return store_one(statement, read_rule, pool, out, err);
}
