/*
 * store_broadcast_hit.c - who did what with the mails of a broadcast; see
 * store_broadcast.h. There are two ways to them, and the shorter is taken: from
 * all hits of that name since the broadcast began, which are few beside its
 * recipients, or from each recipient, where others have many hits.
 */
#include "store/store_broadcast.h"

#include "base/clock.h"
#include "store/store_sql.h"

enum { RECIPIENT_IS = 4 }; /* as far as so many hits */

void
store_read_hit_of_mail(struct db_statement *statement, struct pool *pool,
		       void *row)
{
	struct store_broadcast_hit *hit = row;

	hit->id = db_column_int(statement, 0);
	hit->email = store_column(statement, 1, pool);
	hit->happened_at = db_column_int(statement, 2);
	hit->verdict = (int)db_column_int(statement, 3);
	hit->verdict_reason = store_column(statement, 4, pool);
	hit->props = store_column(statement, 5, pool);
	hit->record_id = (uint32_t)db_column_int(statement, 6);
}

/* ?1 the broadcast, ?2 the signal, ?3 since when. */
#define HIT "SELECT " STORE_HIT_OF_MAIL ", r.record_id"
#define BY_RECIPIENT                                          \
	HIT " FROM broadcast_recipient r"                     \
	    " JOIN history_of h ON h.of_record = r.record_id" \
	    " AND h.of_at >= ?3"                              \
	    " AND h.message_id = r.message_id"                \
	    " JOIN record c ON c.id = r.record_id"            \
	    " WHERE r.broadcast = ?1 AND r.message_id <> 0"   \
	    " AND coalesce(h.name, '') = ?2 AND h.effective = 1"
/* Their ids are found in an index alone, and of the next ones only so many are
 * looked at as are wanted: with a LIMIT the inner SELECT stays one by itself,
 * CROSS JOIN takes its rows as they come. */
#define BY_HIT(more)                                                         \
	HIT " FROM (SELECT id FROM history WHERE name = ?2"                  \
	    " AND happened_at >= ?3" more " LIMIT -1) AS hit"                \
	    " CROSS JOIN history h ON h.id = hit.id"                         \
	    " CROSS JOIN broadcast_recipient r ON r.broadcast = ?1"          \
	    " AND r.record_id = h.record_id AND r.message_id = h.message_id" \
	    " CROSS JOIN record c ON c.id = r.record_id"                     \
	    " WHERE r.message_id <> 0 AND h.effective = 1"

struct way {
	const char *name, *signal;
	int64_t since;
	bool by_hit;
};

static enum sg_status
prepare(struct store *store, const char *sql, const struct way *way,
	struct db_statement **statement_out, struct sg_err *err)
{
	enum sg_status status = store_prepare(store, sql, statement_out, err);

	if (status != SG_OK)
		return status;
	db_bind_text(*statement_out, 1, way->name);
	db_bind_text(*statement_out, 2, way->signal);
	db_bind_int(*statement_out, 3, way->since);
	return SG_OK;
}

/* --- which way ------------------------------------------------------------ */

static enum sg_status
count_recipients(struct store *store, const char *name, int64_t *n_out,
		 struct sg_err *err)
{
	uint64_t counts[RECIPIENT_N_STATES];
	enum sg_status status =
		store_recipients_counts(store, name, counts, err);
	size_t i;

	if (status != SG_OK)
		return status;
	for (*n_out = 0, i = 0; i < RECIPIENT_N_STATES; i++)
		*n_out += (int64_t)counts[i];
	return SG_OK;
}

static enum sg_status
begun_at(struct store *store, const char *name, int64_t *at_out,
	 struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(
		store,
		"SELECT coalesce(min(coalesce(started_at, created_at)), 0)"
		" FROM broadcast WHERE name = ?",
		&statement, err);

	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	return store_number(statement, at_out, err);
}

/* At most so many are counted. */
static enum sg_status
count_hits(struct store *store, const struct way *way, int64_t most,
	   int64_t *n_out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status =
		store_prepare(store,
			      "SELECT count(*) FROM (SELECT id FROM history"
			      " WHERE name = ? AND happened_at >= ?"
			      " LIMIT ?) AS hit",
			      &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, way->signal);
	db_bind_int(statement, 2, way->since);
	db_bind_int(statement, 3, most);
	return store_number(statement, n_out, err);
}

static enum sg_status
find_way(struct store *store, struct way *way, struct sg_err *err)
{
	int64_t recipients = 0, hits = 0;
	enum sg_status status = begun_at(store, way->name, &way->since, err);

	/* What another server tells of has its clock's time: a day's grace. */
	way->since -= CLOCK_DAY_MS;
	if (status == SG_OK)
		status = count_recipients(store, way->name, &recipients, err);
	recipients *= RECIPIENT_IS;
	if (status == SG_OK)
		status = count_hits(store, way, recipients + 1, &hits, err);
	way->by_hit = hits <= recipients;
	return status;
}

/* --- the hits ------------------------------------------------------------- */

enum sg_status
store_broadcast_get_hits(struct store *store,
			 const struct store_broadcast_hits_asked *asked,
			 struct pool *pool, struct store_broadcast_hits *out,
			 struct sg_err *err)
{
	static const struct store_shape shape = {
		store_read_hit_of_mail, sizeof(struct store_broadcast_hit)};
	struct way way = {.name = asked->name, .signal = asked->signal};
	struct db_statement *statement;
	enum sg_status status = find_way(store, &way, err);

	if (status == SG_OK)
		status = prepare(
			store,
			way.by_hit
				? BY_HIT(" AND id > ?4 ORDER BY id") " LIMIT ?5"
				: BY_RECIPIENT " AND h.id > ?4"
					       " ORDER BY h.id LIMIT ?5",
			&way, &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_int(statement, 4, asked->after);
	db_bind_int(statement, 5, (int64_t)asked->most);
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

enum sg_status
store_broadcast_each_hit(struct store *store,
			 const struct store_broadcast_each *each,
			 struct sg_err *err)
{
	struct way way = {.name = each->name, .signal = each->signal};
	struct store_broadcast_hit hit;
	struct db_statement *statement;
	enum sg_status status = find_way(store, &way, err);

	if (status == SG_OK)
		status = prepare(store, way.by_hit ? BY_HIT("") : BY_RECIPIENT,
				 &way, &statement, err);
	if (status != SG_OK)
		return status;
	while ((status = db_step(statement, err)) == SG_OK) {
		store_read_hit_of_mail(statement, NULL, &hit);
		each->fn(each->arg, &hit);
	}
	db_reset(statement);
	return status == SG_NONE ? SG_OK : status;
}
