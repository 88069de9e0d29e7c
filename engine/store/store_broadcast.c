/* store_broadcast.c - the broadcasts of store_broadcast.h. */
#include "store/store_broadcast.h"

#include <assert.h>
#include <string.h>

#include "store/store_sql.h"

static const char *const broadcast_states[] = {
	[BROADCAST_DRAFT] = "draft",	     [BROADCAST_SENDING] = "sending",
	[BROADCAST_SENT] = "sent",	     [BROADCAST_PAUSED] = "paused",
	[BROADCAST_CANCELLED] = "cancelled", [BROADCAST_FAILED] = "failed",
	[BROADCAST_SCHEDULED] = "scheduled", [BROADCAST_TESTING] = "testing",
};

enum { N_STATES = sizeof(broadcast_states) / sizeof(*broadcast_states) };

const char *
broadcast_state_name(enum broadcast_state state)
{
	assert((unsigned)state < N_STATES);
	return broadcast_states[state];
}

int
broadcast_state_find(const char *name)
{
	int i;

	for (i = 0; i < N_STATES; i++)
		if (strcmp(broadcast_states[i], name) == 0)
			return i;
	return -1;
}

#define COLUMNS                                                          \
	"name, state, condition, sender, settings, author, created_at, " \
	"coalesce(started_at, 0), coalesce(finished_at, 0), trouble"

static void
read_broadcast(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_broadcast *broadcast = row;
	int state = broadcast_state_find(db_column_text(statement, 1));

	broadcast->name = store_column(statement, 0, pool);
	broadcast->state =
		state < 0 ? BROADCAST_FAILED : (enum broadcast_state)state;
	broadcast->condition = store_column(statement, 2, pool);
	broadcast->sender = store_column(statement, 3, pool);
	broadcast->settings = store_column(statement, 4, pool);
	broadcast->author = store_column(statement, 5, pool);
	broadcast->created_at = db_column_int(statement, 6);
	broadcast->started_at = db_column_int(statement, 7);
	broadcast->finished_at = db_column_int(statement, 8);
	broadcast->trouble = store_column(statement, 9, pool);
	broadcast->template = NULL;
	broadcast->template_len = 0;
}

/* With the template as the last column. */
static void
read_whole(struct db_statement *statement, struct pool *pool, void *row)
{
	struct store_broadcast *broadcast = row;
	const void *template;
	size_t len;

	read_broadcast(statement, pool, row);
	template = db_column_blob(statement, 10, &len);
	broadcast->template = pool_memdup(pool, template, len);
	broadcast->template_len = len;
}

enum sg_status
store_broadcast_create(struct store *store,
		       const struct store_broadcast *broadcast,
		       struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(
		store,
		"INSERT INTO broadcast (name, state, template, condition,"
		" sender, settings, author, created_at)"
		" VALUES (?, 'draft', ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (name) DO NOTHING",
		&statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, broadcast->name);
	db_bind_blob(statement, 2, broadcast->template,
		     broadcast->template_len);
	db_bind_text(statement, 3, broadcast->condition);
	db_bind_text(statement, 4, broadcast->sender);
	db_bind_text(statement, 5,
		     broadcast->settings ? broadcast->settings : "{}");
	db_bind_text(statement, 6, broadcast->author);
	db_bind_int(statement, 7, broadcast->created_at);
	status = store_run_one(store, statement, err);
	if (status == SG_NONE)
		return err_set(err, SG_REFUSED,
			       "there is a broadcast \"%.100s\" already",
			       broadcast->name);
	return status;
}

enum sg_status
store_broadcast_get(struct store *store, const char *name, struct pool *pool,
		    struct store_broadcast *out, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS ", template FROM broadcast"
			       " WHERE name = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	return store_one(statement, read_whole, pool, out, err);
}

enum sg_status
store_broadcasts_all(struct store *store, struct pool *pool,
		     struct store_broadcasts *out, struct sg_err *err)
{
	static const struct store_shape shape = {
		read_broadcast, sizeof(struct store_broadcast)};
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT " COLUMNS " FROM broadcast"
			       " ORDER BY created_at DESC, name",
			       &statement, err);
	if (status != SG_OK)
		return status;
	return store_collect(statement, &shape, pool, &out->rows, &out->n_rows,
			     err);
}

enum sg_status
store_broadcast_set_state(struct store *store, const char *name,
			  enum broadcast_state state, const char *trouble,
			  int64_t now, struct sg_err *err)
{
	bool starts = state == BROADCAST_SENDING;
	bool ends = state == BROADCAST_SENT || state == BROADCAST_CANCELLED ||
		    state == BROADCAST_FAILED;
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE broadcast SET state = ?, trouble = ?,"
			       " started_at = coalesce(started_at, ?),"
			       " finished_at = ? WHERE name = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, broadcast_state_name(state));
	db_bind_text(statement, 2, trouble);
	store_bind_or_null(statement, 3, starts ? now : 0);
	store_bind_or_null(statement, 4, ends ? now : 0);
	db_bind_text(statement, 5, name);
	return store_run_one(store, statement, err);
}

enum sg_status
store_broadcast_set_settings(struct store *store, const char *name,
			     const char *settings, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "UPDATE broadcast SET settings = ?"
			       " WHERE name = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, settings);
	db_bind_text(statement, 2, name);
	return store_run_one(store, statement, err);
}

static enum sg_status
delete_from(struct store *store, const char *sql, const char *name,
	    struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status = store_prepare(store, sql, &statement, err);

	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	return db_run(statement, err);
}

enum sg_status
store_broadcast_delete(struct store *store, const char *name,
		       struct sg_err *err)
{
	static const char *const statements[] = {
		"DELETE FROM broadcast_recipient WHERE broadcast = ?",
		"DELETE FROM broadcast_count WHERE broadcast = ?",
		"DELETE FROM broadcast_counted WHERE broadcast = ?",
		"DELETE FROM broadcast_variant WHERE broadcast = ?",
		"DELETE FROM broadcast WHERE name = ?"};
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0;
	     status == SG_OK && i < sizeof(statements) / sizeof(statements[0]);
	     i++)
		status = delete_from(store, statements[i], name, err);
	if (status == SG_OK && db_changes(store_db(store)) == 0)
		return SG_NONE;
	return status;
}

/* --- what came of it ---------------------------------------------------- */

/* One statement for each answer, so that each uses its own index. */
static const char *
select_sql(const char *what)
{
	if (!what)
		return "SELECT record_id FROM broadcast_recipient"
		       " WHERE broadcast = ?"
		       " AND state NOT IN ('skipped', 'failed')"
		       " ORDER BY record_id";
	if (strcmp(what, "sent") == 0)
		return "SELECT record_id FROM broadcast_recipient"
		       " WHERE broadcast = ? AND state = 'sent'"
		       " ORDER BY record_id";
	return "SELECT DISTINCT r.record_id FROM broadcast_recipient r"
	       " JOIN history_of h ON h.of_record = r.record_id"
	       " AND h.message_id = r.message_id"
	       " WHERE r.broadcast = ?1 AND r.message_id <> 0"
	       " AND coalesce(h.name, '') = ?2"
	       " AND h.effective = 1 AND h.verdict = 0"
	       " UNION SELECT record_id FROM folded_result"
	       " WHERE broadcast = ?1 AND signal = ?2 AND hits > 0"
	       " ORDER BY 1";
}

enum sg_status
store_broadcast_select(struct store *store, const char *name, const char *what,
		       struct record_set *add_to, struct sg_err *err)
{
	struct db_statement *statement;
	const char *signal = NULL;
	enum sg_status status;

	if (what && strcmp(what, "opened") == 0)
		signal = "email.opened";
	else if (what && strcmp(what, "clicked") == 0)
		signal = "email.clicked";
	else if (what && strcmp(what, "sent") != 0)
		return err_set(err, SG_REFUSED,
			       "expected sent, opened or clicked");
	status = store_prepare(store, select_sql(what), &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	if (signal)
		db_bind_text(statement, 2, signal);
	return store_select(statement, add_to, err);
}
