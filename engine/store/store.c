/* store.c - see store.h: opening, migrations, ids, meta, readers. */
#include "store/store.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/migration.h"
#include "store/store_order.h"
#include "store/store_rows.h"
#include "store/store_sql.h"

enum { ID_COUNTER_BITS = 20, META_NUMBER_SIZE = 24 };

/* Far beyond any clock: ids stay positive whatever time is handed in. */
#define ID_TIME_MOST (INT64_C(1) << 42)

struct store {
	struct db *db;
	enum db_mode mode;
	int64_t last_id;
	int64_t last_record; /* in this transaction; 0 = to be asked */
	struct store_order order;
	struct buf scratch;
	uint32_t generation;
	unsigned upgraded_from;
};

/* --- schema ------------------------------------------------------------- */

/* 0: an empty file. */
static enum sg_status
read_schema(struct store *store, unsigned *schema_out, struct sg_err *err)
{
	char text[META_NUMBER_SIZE];
	enum sg_status status;
	bool has_meta, has_any;

	status = db_has_table(store->db, "meta", &has_meta, err);
	if (status != SG_OK)
		return status;
	status = db_has_table(store->db, NULL, &has_any, err);
	if (status != SG_OK)
		return status;
	if (!has_any) {
		*schema_out = 0;
		return SG_OK;
	}
	status = SG_NONE;
	if (has_meta)
		status = store_meta_get(store, "schema", text, sizeof(text),
					err);
	if (status == SG_NONE)
		return err_set(err, SG_REFUSED,
			       "%s is a database of another program, not a "
			       "store of Scoregate",
			       db_path(store->db));
	if (status == SG_OK)
		*schema_out = (unsigned)strtoul(text, NULL, 10);
	return status;
}

static enum sg_status
refuse_newer(struct store *store, unsigned schema, struct sg_err *err)
{
	if (schema <= store_n_migrations)
		return SG_OK;
	return err_set(err, SG_REFUSED,
		       "store %s has schema %u and this Scoregate knows up to "
		       "%u: run the newer version, or restore a backup made "
		       "before the upgrade",
		       db_path(store->db), schema, store_n_migrations);
}

/* One migration; what is not committed whole is not there. */
static enum sg_status
migrate_one(struct store *store, unsigned schema, struct sg_err *err)
{
	char number[META_NUMBER_SIZE];
	enum sg_status status;

	snprintf(number, sizeof(number), "%u", schema + 1);
	status = db_script(store->db, store_migrations[schema], err);
	if (status == SG_OK)
		status = store_meta_set(store, "schema", number, err);
	if (status != SG_OK)
		err_prefix(err, "migration to schema %s", number);
	return status;
}

static enum sg_status
migrate(struct store *store, struct sg_err *err)
{
	unsigned schema = 0;
	enum sg_status status;

	status = store_begin(store, err);
	if (status != SG_OK)
		return status;
	status = read_schema(store, &schema, err);
	if (status == SG_OK)
		status = refuse_newer(store, schema, err);
	if (status == SG_OK && schema < store_n_migrations)
		store->upgraded_from = schema;
	for (; status == SG_OK && schema < store_n_migrations; schema++)
		status = migrate_one(store, schema, err);
	if (status == SG_OK)
		status = store_commit(store, err);
	if (status != SG_OK)
		store_rollback(store);
	return status;
}

static enum sg_status
check_schema(struct store *store, struct sg_err *err)
{
	unsigned schema = 0;
	enum sg_status status = read_schema(store, &schema, err);

	if (status == SG_OK)
		status = refuse_newer(store, schema, err);
	if (status == SG_OK && schema < store_n_migrations)
		return err_set(err, SG_REFUSED,
			       "store %s has schema %u and %u is needed: start "
			       "scoregated, which brings it up to date",
			       db_path(store->db), schema, store_n_migrations);
	return status;
}

/* --- open and close ----------------------------------------------------- */

static enum sg_status
read_last_id(struct store *store, struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "SELECT coalesce(max(id), 0) FROM (SELECT "
			       "max(id) AS id FROM history UNION ALL SELECT "
			       "max(id) FROM ledger UNION ALL SELECT max(id) "
			       "FROM firing UNION ALL SELECT max(id) FROM "
			       "outbox) AS ids",
			       &statement, err);
	if (status == SG_OK)
		status = store_number(statement, &store->last_id, err);
	return status;
}

enum sg_status
store_read_generation(struct store *store, struct sg_err *err)
{
	char text[META_NUMBER_SIZE] = "1";
	enum sg_status status =
		store_meta_get(store, "generation", text, sizeof(text), err);

	if (status == SG_OK)
		store->generation = (uint32_t)strtoul(text, NULL, 10);
	return status == SG_NONE ? SG_OK : status;
}

unsigned
store_upgraded_from(const struct store *store)
{
	return store->upgraded_from;
}

uint32_t
store_generation(const struct store *store)
{
	return store->generation;
}

/* In this order they are written. */
static const struct db_rows_shape *const gathered[] = {
	&store_record_rows, &store_history_rows, &store_history_order_rows,
	&store_ledger_rows, &store_ledger_order_rows};

enum sg_status
store_open(const char *path, enum db_mode mode, struct store **store_out,
	   struct sg_err *err)
{
	struct store *store = calloc(1, sizeof(*store));
	enum sg_status status;

	if (!store)
		return err_set(err, SG_FAILED, "out of memory");
	store->mode = mode;
	store_order_init(&store->order);
	store->generation = 1;
	status = db_open(path, mode, &store->db, err);
	if (status == SG_OK)
		db_gather(store->db, gathered,
			  sizeof(gathered) / sizeof(gathered[0]));
	if (status == SG_OK && mode == DB_READ_WRITE) {
		status = migrate(store, err);
		if (status == SG_OK)
			status = read_last_id(store, err);
		if (status == SG_OK)
			status = store_read_generation(store, err);
	} else if (status == SG_OK) {
		status = check_schema(store, err);
	}
	if (status != SG_OK) {
		store_close(store);
		return status;
	}
	*store_out = store;
	return SG_OK;
}

void
store_close(struct store *store)
{
	if (!store)
		return;
	db_close(store->db);
	buf_done(&store->scratch);
	free(store);
}

struct db *
store_db(struct store *store)
{
	return store->db;
}

enum sg_status
store_begin(struct store *store, struct sg_err *err)
{
	store->last_record = 0;
	return db_begin(store->db, err);
}

enum sg_status
store_commit(struct store *store, struct sg_err *err)
{
	enum sg_status status = db_rows_write(store->db, err);

	if (status == SG_OK)
		status = store_order_keep(store, err);
	return status == SG_OK ? db_commit(store->db, err) : status;
}

struct store_order *
store_get_order(struct store *store)
{
	return &store->order;
}

void
store_rollback(struct store *store)
{
	db_rollback(store->db);
	store->last_record = 0;
	store_order_reread(store);
}

struct buf *
store_scratch(struct store *store)
{
	buf_reset(&store->scratch);
	return &store->scratch;
}

int64_t *
store_last_record(struct store *store)
{
	return &store->last_record;
}

enum sg_status
store_snapshot(struct store *store, struct sg_err *err)
{
	assert(store->mode == DB_READ_ONLY);
	return db_begin(store->db, err);
}

void
store_snapshot_end(struct store *store)
{
	db_rollback(store->db);
}

int64_t
store_new_id(struct store *store, int64_t at)
{
	int64_t id;

	assert(store->mode == DB_READ_WRITE);
	if (at < 0)
		at = 0;
	if (at > ID_TIME_MOST)
		at = ID_TIME_MOST;
	id = at << ID_COUNTER_BITS;
	store->last_id = id > store->last_id ? id : store->last_id + 1;
	return store->last_id;
}

int64_t
store_id_time(int64_t id)
{
	return id >> ID_COUNTER_BITS;
}

int64_t
store_id_from(int64_t at)
{
	return at << ID_COUNTER_BITS;
}

enum sg_status
store_check(struct store *store, struct sg_err *err)
{
	return db_check(store->db, err);
}

/* --- meta --------------------------------------------------------------- */

enum sg_status
store_meta_get(struct store *store, const char *name, char *value, size_t size,
	       struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store, "SELECT value FROM meta WHERE name = ?",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	status = db_step(statement, err);
	if (status == SG_OK && strlen(db_column_text(statement, 0)) >= size)
		status = err_set(err, SG_FAILED, "meta %s is too long", name);
	else if (status == SG_OK)
		snprintf(value, size, "%s", db_column_text(statement, 0));
	db_reset(statement);
	return status;
}

enum sg_status
store_meta_set(struct store *store, const char *name, const char *value,
	       struct sg_err *err)
{
	struct db_statement *statement;
	enum sg_status status;

	status = store_prepare(store,
			       "INSERT INTO meta (name, value) VALUES (?, ?) "
			       "ON CONFLICT (name) DO UPDATE SET value = "
			       "excluded.value",
			       &statement, err);
	if (status != SG_OK)
		return status;
	db_bind_text(statement, 1, name);
	db_bind_text(statement, 2, value);
	return db_run(statement, err);
}
