/* store_broadcast_result.c - what came of a broadcast: people, hits, points. */
#include "store/store_broadcast.h"

#include "store/store_generation.h"
#include "store/store_sql.h"

static void
read_result(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_broadcast_result *result = row;

	result->signal = store_column(statement, 0, pool);
	result->people = (uint64_t)db_column_int(statement, 1);
	result->hits = (uint64_t)db_column_int(statement, 2);
	result->machine_people = (uint64_t)db_column_int(statement, 3);
	result->machine_hits = (uint64_t)db_column_int(statement, 4);
}

static void
bind_range(struct db_statement *statement, const char *name,
	   const struct store_range *range)
{
	db_bind_text(statement, 1, name);
	db_bind_int(statement, 2, range->after);
	db_bind_int(statement, 3, range->to);
}

/* A person is counted once, also with hits on both sides of what is folded. The
 * plus: each recipient's entries are looked for, not those of the range. */
#define PEOPLE_HITS                                                        \
	"SELECT name, count(CASE WHEN hits > 0 THEN 1 END) AS people,"     \
	" sum(hits) AS hits, count(CASE WHEN machine_hits > 0 THEN 1 END)" \
	" AS machine_people, sum(machine_hits) AS machine_hits FROM ("     \
	"SELECT name, record_id, sum(hits) AS hits,"                       \
	" sum(machine_hits) AS machine_hits FROM ("                        \
	"SELECT h.name AS name, h.record_id AS record_id,"                 \
	" h.verdict = 0 AS hits, h.verdict <> 0 AS machine_hits"           \
	" FROM broadcast_recipient r"                                      \
	" JOIN history_of h ON h.of_record = +r.record_id"                 \
	" AND h.message_id = r.message_id"                                 \
	" WHERE r.broadcast = ?1 AND r.message_id <> 0"                    \
	" AND r.record_id > ?2 AND r.record_id <= ?3"                      \
	" AND h.effective = 1 UNION ALL"                                   \
	" SELECT signal, record_id, hits, machine_hits"                    \
	" FROM folded_result WHERE broadcast = ?1"                         \
	" AND record_id > ?2 AND record_id <= ?3) AS hit"                  \
	" GROUP BY name, record_id) AS person GROUP BY name"

enum sg_status
store_broadcast_get_results(struct store *store, const char *name,
			    const struct store_range *range, struct pool *pool,
			    struct store_broadcast_results *out,
			    struct sg_err *err)
{
	static const struct store_shape shape = {
		read_result, sizeof(struct store_broadcast_result)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT name, sum(people), sum(hits), sum(machine_people),"
		" sum(machine_hits) FROM (" PEOPLE_HITS
		" UNION ALL SELECT signal, people, hits, machine_people,"
		" machine_hits FROM forgotten_result WHERE broadcast = ?1"
		" AND ?2 = 0)"
		" AS counted GROUP BY name ORDER BY name",
		&statement, err);
	if (status != SG_OK)
		return status;
	bind_range(statement, name, range);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

static void
read_points(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_broadcast_points *points = row;

	points->score = store_column(statement, 0, pool);
	points->points = db_column_real(statement, 1);
	points->people = (uint64_t)db_column_int(statement, 2);
}

enum sg_status
store_broadcast_get_points(struct store *store, const char *name,
			   const struct store_range *range, struct pool *pool,
			   struct store_broadcast_points_rows *out,
			   struct sg_err *err)
{
	static const struct store_shape shape = {
		read_points, sizeof(struct store_broadcast_points)};
	struct db_statement *statement;
	enum sg_status status;

	/* entry 1: points given, and what a refold took back of them. */
	status =
		store_prepare(store,
			      "SELECT name, sum(points), sum(people) FROM ("
			      "SELECT name, sum(points) AS points,"
			      " count(DISTINCT record_id) AS people FROM ("
			      "SELECT s.name AS name, l.delta AS points,"
			      " l.record_id AS record_id"
			      " FROM broadcast_recipient r"
			      " JOIN history_of h ON h.of_record = +r.record_id"
			      " AND h.message_id = r.message_id"
			      " JOIN ledger_of l ON l.of_record = h.of_record"
			      " AND l.history_id = h.id AND l.entry = 1"
			      " AND l.generation = " STORE_GENERATION_IN_FORCE
			      " JOIN score s ON s.id = l.score_id"
			      " WHERE r.broadcast = ?1 AND r.message_id <> 0"
			      " AND r.record_id > ?2 AND r.record_id <= ?3"
			      " UNION ALL SELECT score, points, record_id"
			      " FROM folded_points WHERE broadcast = ?1"
			      " AND record_id > ?2 AND record_id <= ?3)"
			      " AS given GROUP BY name"
			      " UNION ALL SELECT score, points, people"
			      " FROM forgotten_points WHERE broadcast = ?1"
			      " AND ?2 = 0)"
			      " AS counted GROUP BY name ORDER BY name",
			      &statement, err);
	if (status != SG_OK)
		return status;
	bind_range(statement, name, range);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

enum sg_status
store_broadcast_put_counted(struct store *store, const char *name,
			    const struct store_broadcast_counted *counted,
			    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store,
		"INSERT INTO broadcast_counted (broadcast, counted_at, took_ms,"
		" counted) VALUES (?, ?, ?, ?) ON CONFLICT (broadcast) DO"
		" UPDATE SET counted_at = excluded.counted_at,"
		" took_ms = excluded.took_ms, counted = excluded.counted",
		&statement, err);

	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	db_bind_int(statement, 2, counted->counted_at);
	db_bind_int(statement, 3, counted->took_ms);
	db_bind_text(statement, 4, counted->counted);
	return db_run(statement, err);
}

static void
read_counted(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_broadcast_counted *counted = row;

	counted->counted_at = db_column_int(statement, 0);
	counted->took_ms = db_column_int(statement, 1);
	counted->counted = store_column(statement, 2, pool);
}

enum sg_status
store_broadcast_get_counted(struct store *store, const char *name,
			    struct pool *pool,
			    struct store_broadcast_counted *out,
			    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store,
			      "SELECT counted_at, took_ms, counted"
			      " FROM broadcast_counted WHERE broadcast = ?",
			      &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	return store_one(statement, read_counted, pool, out, err);
}
