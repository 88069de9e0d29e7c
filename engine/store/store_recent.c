/* store_recent.c - see store_recent.h. */
#include "store/store_recent.h"

#include "store/store_generation.h"
#include "store/store_sql.h"

enum { ID_SHIFT = 20 }; /* of ids: written ms << 20 | counter */

static void
read_kind(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_recent_kind *kind = row;

	kind->name = store_column(statement, 0, pool);
	kind->n = db_column_int(statement, 1);
}

static void
read_mover(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_recent_mover *mover = row;

	mover->module = store_column(statement, 0, pool);
	mover->key = store_column(statement, 1, pool);
	mover->score = store_column(statement, 2, pool);
	mover->points = db_column_real(statement, 3);
}

static enum sg_status
read_kinds(struct store *store, int64_t since, struct pool *pool,
	   struct store_recent *out, struct sg_err *err)
{
	static const struct store_shape shape = {
		read_kind, sizeof(struct store_recent_kind)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT name, count(*) FROM (SELECT name,"
			       " happened_at FROM history WHERE id >= ?"
			       " AND generation IS NULL ORDER BY id DESC"
			       " LIMIT ?) r WHERE r.happened_at >= ?"
			       " GROUP BY name ORDER BY 2 DESC, 1 LIMIT 30",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, since << ID_SHIFT);
	db_bind_int(statement, 2, STORE_RECENT_MOST);
	db_bind_int(statement, 3, since);
	return store_collect(statement, &shape, pool, &out->kinds,
			     &out->n_kinds, err);
}

/* Entries that count from earlier on do not tell of today: `rules run` writes
 * all of them anew. */
static enum sg_status
read_movers(struct store *store, int64_t since, size_t n, struct pool *pool,
	    struct store_recent *out, struct sg_err *err)
{
	static const struct store_shape shape = {
		read_mover, sizeof(struct store_recent_mover)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"SELECT c.module, c.key, s.name, m.points FROM (SELECT"
		" record_id, score_id, sum(delta) AS points FROM (SELECT"
		" record_id, score_id, delta, at FROM ledger WHERE id >= ?"
		" AND generation = " STORE_GENERATION_IN_FORCE
		" ORDER BY id DESC LIMIT ?) l WHERE l.at >= ?"
		" GROUP BY record_id, score_id"
		" ORDER BY abs(sum(delta)) DESC, record_id LIMIT ?) m"
		" JOIN record c ON c.id = m.record_id"
		" JOIN score s ON s.id = m.score_id"
		" WHERE c.deleted_at IS NULL"
		" ORDER BY abs(m.points) DESC, m.record_id",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 1, since << ID_SHIFT);
	db_bind_int(statement, 2, STORE_RECENT_MOST);
	db_bind_int(statement, 3, since);
	db_bind_int(statement, 4, (int64_t)n);
	return store_collect(statement, &shape, pool, &out->movers,
			     &out->n_movers, err);
}

enum sg_status
store_recent_read(struct store *store, int64_t since, size_t n_movers,
		  struct pool *pool, struct store_recent *out,
		  struct sg_err *err)
{
	enum sg_status status = read_kinds(store, since, pool, out, err);

	return status == SG_OK
		       ? read_movers(store, since, n_movers, pool, out, err)
		       : status;
}
