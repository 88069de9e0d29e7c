/* store_sequence_result.c - what readers did about the mails of a sequence, by
 * step; see store_sequence.h. */
#include "store/store_sequence.h"

#include "store/store_broadcast.h"
#include "store/store_generation.h"
#include "store/store_sql.h"

/* What was folded or forgotten has a step's name as mail_of gives it; `/` and
 * then `0` is the next sign. */
#define PREFIX "length(?1) || '/' || ?1 || '/'"
#define FOLDED                                                  \
	"broadcast >= " PREFIX " AND broadcast < length(?1) ||" \
	" '/' || ?1 || '0'"
#define STEP "substr(broadcast, length(" PREFIX ") + 1)"

static void
read_result(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_sequence_result *result = row;

	result->step = store_column(statement, 0, pool);
	result->signal = store_column(statement, 1, pool);
	result->people = (uint64_t)db_column_int(statement, 2);
	result->hits = (uint64_t)db_column_int(statement, 3);
	result->machine_people = (uint64_t)db_column_int(statement, 4);
	result->machine_hits = (uint64_t)db_column_int(statement, 5);
}

/* As of a broadcast (store_broadcast_result.c): a person is counted once. */
#define PERSON_HITS                                                         \
	"SELECT step, name, record_id, sum(hits) AS hits,"                  \
	" sum(machine_hits) AS machine_hits FROM ("                         \
	"SELECT m.step AS step, h.name AS name, m.record_id AS record_id,"  \
	" h.verdict = 0 AS hits, h.verdict <> 0 AS machine_hits"            \
	" FROM sequence_mail m JOIN history_of h"                           \
	" ON h.of_record = m.record_id AND h.message_id = m.message_id"     \
	" WHERE m.sequence = ?1 AND m.message_id <> 0 AND h.effective = 1"  \
	" UNION ALL SELECT " STEP ", signal, record_id, hits, machine_hits" \
	" FROM folded_result WHERE " FOLDED                                 \
	") AS hit GROUP BY step, name, record_id"

enum sg_status
store_sequence_get_results(struct store *store, const char *sequence,
			   struct pool *pool,
			   struct store_sequence_results *out,
			   struct sg_err *err)
{
	static const struct store_shape shape = {
		read_result, sizeof(struct store_sequence_result)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT step, name, sum(people), sum(hits),"
		" sum(machine_people), sum(machine_hits) FROM ("
		"SELECT step, name, hits > 0 AS people, hits,"
		" machine_hits > 0 AS machine_people, machine_hits"
		" FROM (" PERSON_HITS ") AS person"
		" UNION ALL SELECT " STEP ", signal, people, hits,"
		" machine_people, machine_hits FROM forgotten_result"
		" WHERE " FOLDED
		") AS counted GROUP BY step, name ORDER BY step, name",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, sequence);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

static void
read_hit(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_broadcast_hit *hit = row;

	store_read_hit_of_mail(statement, pool, hit);
	hit->step = store_column(statement, 7, pool);
}

/* Not by the index on names: that walks all hits there ever were. */
#define HITS                                                            \
	"SELECT " STORE_HIT_OF_MAIL ", m.record_id, m.step"             \
	" FROM sequence_mail m JOIN history_of h"                       \
	" ON h.of_record = m.record_id AND h.message_id = m.message_id" \
	" JOIN record c ON c.id = m.record_id"                          \
	" WHERE m.sequence = ?1 AND m.message_id <> 0"                  \
	" AND coalesce(h.name, '') = ?2 AND h.effective = 1"

enum sg_status
store_sequence_get_hits(struct store *store,
			const struct store_broadcast_hits_asked *asked,
			struct pool *pool, struct store_broadcast_hits *out,
			struct sg_err *err)
{
	static const struct store_shape shape = {
		read_hit, sizeof(struct store_broadcast_hit)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       asked->step ? HITS " AND m.step = ?5"
						  " AND h.id > ?3"
						  " ORDER BY h.id LIMIT ?4"
					   : HITS " AND h.id > ?3"
						  " ORDER BY h.id LIMIT ?4",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, asked->name);
	db_bind_text(statement, 2, asked->signal);
	db_bind_int(statement, 3, asked->after);
	db_bind_int(statement, 4, (int64_t)asked->most);
	if (asked->step)
		db_bind_text(statement, 5, asked->step);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

static void
read_points(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_sequence_points *points = row;

	points->step = store_column(statement, 0, pool);
	points->score = store_column(statement, 1, pool);
	points->points = db_column_real(statement, 2);
	points->people = (uint64_t)db_column_int(statement, 3);
}

#define PERSON_POINTS                                                   \
	"SELECT m.step AS step, s.name AS name, l.delta AS points,"     \
	" m.record_id AS record_id"                                     \
	" FROM sequence_mail m JOIN history_of h"                       \
	" ON h.of_record = m.record_id AND h.message_id = m.message_id" \
	" JOIN ledger_of l ON l.of_record = h.of_record"                \
	" AND l.history_id = h.id AND l.entry = 1"                      \
	" AND l.generation = " STORE_GENERATION_IN_FORCE                \
	" JOIN score s ON s.id = l.score_id"                            \
	" WHERE m.sequence = ?1 AND m.message_id <> 0"                  \
	" UNION ALL SELECT " STEP ", score, points, record_id"          \
	" FROM folded_points WHERE " FOLDED

enum sg_status
store_sequence_get_points(struct store *store, const char *sequence,
			  struct pool *pool,
			  struct store_sequence_points_rows *out,
			  struct sg_err *err)
{
	static const struct store_shape shape = {
		read_points, sizeof(struct store_sequence_points)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT step, name, sum(points), sum(people) FROM ("
		"SELECT step, name, sum(points) AS points,"
		" count(DISTINCT record_id) AS people"
		" FROM (" PERSON_POINTS ") AS given GROUP BY step, name"
		" UNION ALL SELECT " STEP ", score, points, people"
		" FROM forgotten_points WHERE " FOLDED
		") AS counted GROUP BY step, name ORDER BY step, name",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, sequence);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}
