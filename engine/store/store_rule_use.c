/* store_rule_use.c - see store_rule_use.h. */
#include "store/store_rule_use.h"

#include "store/store_generation.h"
#include "store/store_sql.h"

enum sg_status
store_rule_entries(struct store *store, const char *name,
		   store_rule_entry_fn *fn, void *arg, struct sg_err *err)
{
	struct store_rule_entry entry;
	struct db_statement *statement;
	enum sg_status status;

	/* A set closes touch points (class 2), an erase all. */
	status = store_prepare(
		store,
		"SELECT l.at, l.delta, l.rate, l.entry, EXISTS (SELECT 1"
		" FROM ledger_of c WHERE c.of_record = l.record_id"
		" AND c.id > l.id AND c.generation = l.generation"
		" AND c.score_id = l.score_id AND c.rule_id = 0"
		" AND c.at >= l.at AND (c.entry = 3 OR (c.entry = 2"
		" AND l.class = 2 AND c.class = 2)))"
		" FROM ledger l WHERE l.rule_id IN"
		" (SELECT id FROM rule WHERE name = ?) AND l.generation"
		" = " STORE_GENERATION_IN_FORCE,
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	while ((status = db_step(statement, err)) == SG_OK) {
		entry.at = db_column_int(statement, 0);
		entry.delta = db_column_real(statement, 1);
		entry.rate = db_column_real(statement, 2);
		entry.entry = (int)db_column_int(statement, 3);
		entry.closed = db_column_int(statement, 4) != 0;
		status = fn(arg, &entry, err);
		if (status != SG_OK)
			break;
	}
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}

static void
read_sum(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_rule_sum *sum = row;

	sum->name = store_column(statement, 0, pool);
	sum->fired = db_column_int(statement, 1);
	sum->given = db_column_real(statement, 2);
	sum->last_at = db_column_int(statement, 3);
}

/* Entries 1, 4 and 5: points, taken back, another amount (score_apply.h). */
enum sg_status
store_rule_sums(struct store *store, struct pool *pool,
		struct store_rule_sums *out, struct sg_err *err)
{
	static const struct store_shape shape = {read_sum,
						 sizeof(struct store_rule_sum)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT r.name, sum(s.fired), sum(s.given), max(s.last_at)"
		" FROM (SELECT rule_id, sum(CASE entry WHEN 1 THEN 1"
		" WHEN 4 THEN -1 ELSE 0 END) AS fired, sum(delta) AS given,"
		" max(CASE entry WHEN 1 THEN at ELSE 0 END) AS last_at"
		" FROM ledger WHERE rule_id <> 0 AND entry IN (1, 4, 5)"
		" AND generation = " STORE_GENERATION_IN_FORCE
		" GROUP BY rule_id) s JOIN rule r ON r.id = s.rule_id"
		" GROUP BY r.name ORDER BY r.name",
		&statement, err);
	if (status != SG_OK)
		return status;
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

static void
read_version(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_rule_version *version = row;
	struct store_rule *rule = &version->rule;

	rule->id = (uint32_t)db_column_int(statement, 0);
	rule->name = store_column(statement, 1, pool);
	rule->version = (uint32_t)db_column_int(statement, 2);
	rule->place = 0;
	rule->from_ruleset = (uint32_t)db_column_int(statement, 3);
	rule->to_ruleset = (uint32_t)db_column_int(statement, 4);
	rule->take_back = db_column_int(statement, 5) != 0;
	rule->author = store_column(statement, 6, pool);
	rule->created_at = db_column_int(statement, 7);
	rule->source = store_column(statement, 8, pool);
	version->note = store_column(statement, 9, pool);
	version->ended_at = db_column_int(statement, 10);
	version->ended_by = store_column(statement, 11, pool);
}

enum sg_status
store_rule_versions(struct store *store, const char *name, struct pool *pool,
		    struct store_rule_versions *out, struct sg_err *err)
{
	static const struct store_shape shape = {
		read_version, sizeof(struct store_rule_version)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT r.id, r.name, r.version, r.from_ruleset,"
		" coalesce(r.to_ruleset, 0), r.take_back, r.author,"
		" r.created_at, r.source, coalesce(f.note, ''),"
		" coalesce(t.applied_at, 0), coalesce(t.author, '')"
		" FROM rule r LEFT JOIN ruleset f ON f.id = r.from_ruleset"
		" LEFT JOIN ruleset t ON t.id = r.to_ruleset"
		" WHERE ?1 IS NULL OR r.name = ?1 ORDER BY r.id DESC",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}
