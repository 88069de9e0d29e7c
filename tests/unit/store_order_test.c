/* store_order_test.c - what by record is read in runs is what is there. */
#include "store_aid.h"

#include "store/store_history.h"
#include "store/store_ledger.h"
#include "store/store_order.h"

enum { N_RECORDS = 30, N_ROUNDS = 400 };

static uint64_t seed = 20260101;

static uint32_t
chance(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed % below);
}

static int64_t
number(const char *sql, int64_t parameter)
{
	struct db_statement *statement;
	int64_t found;

	OK(db_prepare(store_db(aid_store), sql, &statement, &aid_err));
	if (parameter >= 0)
		db_bind_int(statement, 1, parameter);
	OK(db_step(statement, &aid_err));
	found = db_column_int(statement, 0);
	db_reset(statement);
	return found;
}

static void
run(const char *sql, int64_t parameter)
{
	struct db_statement *statement;

	OK(db_prepare(store_db(aid_store), sql, &statement, &aid_err));
	db_bind_int(statement, 1, parameter);
	OK(db_run(statement, &aid_err));
}

static void
add_ledger(uint32_t record_id)
{
	struct store_ledger entry = {.id = store_new_id(aid_store, aid_now),
				     .record_id = record_id,
				     .score_id = 1,
				     .at = aid_now,
				     .class = 2,
				     .side = 1,
				     .entry = LEDGER_ENTRY_POINTS};

	OK(store_ledger_append(aid_store, &entry, &aid_err));
}

/* One of the things that happen to history and ledger. */
static void
change(void)
{
	uint32_t record_id = 1 + chance(N_RECORDS);
	int64_t any = number("SELECT coalesce(max(id), 0) FROM history", -1) -
		      chance(40);
	uint64_t adopted;

	switch (chance(12)) {
	case 0: /* of nobody yet */
		store_aid_happen("a.b", 0, aid_now, VERDICT_HUMAN);
		break;
	case 1:
		OK(store_history_adopt(aid_store, 1000, record_id, &adopted,
				       &aid_err));
		break;
	case 2:
		run("UPDATE history SET happened_at = happened_at - 7"
		    " WHERE id = ?",
		    any);
		break;
	case 3:
		run("DELETE FROM history WHERE id = ?", any);
		break;
	case 4:
		run("DELETE FROM ledger WHERE id = ?", any);
		break;
	case 5:
	case 6:
	case 7:
		add_ledger(record_id);
		break;
	default:
		store_aid_happen("a.b", record_id, aid_now - chance(50),
				 VERDICT_HUMAN);
	}
}

static enum sg_status
in_order(void *arg, const struct store_ledger *entry, struct sg_err *err)
{
	struct store_ledger *last = arg;

	assert_true(
		last->record_id < entry->record_id ||
		(last->record_id == entry->record_id && last->id < entry->id));
	*last = *entry;
	return SG_OK;
}

/* By record as if there were no order but the tables themselves. */
static void
check(void)
{
	struct db_statement *statement;
	struct store_ledger last = {0};
	uint32_t record_id;

	for (record_id = 1; record_id <= N_RECORDS; record_id++) {
		struct store_history_rows rows;
		size_t i = 0;

		OK(store_history_of(aid_store, record_id, aid_pool, &rows,
				    &aid_err));
		OK(db_prepare(store_db(aid_store),
			      "SELECT id FROM history WHERE record_id = ?"
			      " ORDER BY happened_at, id",
			      &statement, &aid_err));
		db_bind_int(statement, 1, record_id);
		for (; db_step(statement, &aid_err) == SG_OK; i++) {
			assert_true(i < rows.n_rows);
			assert_true(rows.rows[i].id ==
				    db_column_int(statement, 0));
		}
		db_reset(statement);
		assert_int_equal(i, rows.n_rows);
	}
	OK(store_ledger_each_by_record(aid_store, in_order, &last, &aid_err));
	assert_true(number("SELECT count(*) FROM ledger", -1) ==
		    number("SELECT count(*) FROM ledger_by_record", -1));
	assert_true(number("SELECT count(*) FROM history WHERE record_id <> 0",
			   -1) ==
		    number("SELECT count(*) FROM history_by_record", -1));
	assert_true(number("SELECT count(*) FROM ledger_by_record p WHERE NOT"
			   " EXISTS (SELECT 1 FROM ledger l WHERE l.id = p.id"
			   " AND l.record_id = p.record_id)",
			   -1) == 0);
	pool_clear(aid_pool);
}

static void
by_record_is_what_is_there_while_runs_come_and_go(void **state)
{
	struct store_order *order = store_get_order(aid_store);
	int64_t runs_most = 0;
	unsigned round, i;

	order->run_rows = 15;
	order->runs_most = 3;
	for (round = 0; round < N_ROUNDS; round++) {
		OK(store_begin(aid_store, &aid_err));
		for (i = chance(20); i > 0; i--)
			change();
		if (chance(10) == 0) {
			store_rollback(aid_store);
		} else {
			int64_t runs;

			OK(store_commit(aid_store, &aid_err));
			runs = number("SELECT count(*) FROM order_run", -1);
			runs_most = runs > runs_most ? runs : runs_most;
		}
		if (round % 8 == 0)
			check();
	}
	check();
	/* They were moved, and as fast as they came. */
	assert_true(number("SELECT max(run) FROM order_run", -1) > 20);
	assert_true(number("SELECT count(*) FROM history_by_record"
			   " WHERE run = 0",
			   -1) > 100);
	assert_true(runs_most <= 10);
}

/* An import of a million makes no runs that have nothing in them. */
static void
what_goes_into_run_0_fills_no_run(void **state)
{
	struct store_order *order = store_get_order(aid_store);
	char key[32];
	uint32_t id;
	unsigned i;

	order->run_rows = 3;
	for (i = 1; i <= 10; i++) {
		OK(store_begin(aid_store, &aid_err));
		snprintf(key, sizeof(key), "new%u@example.com", i);
		id = store_aid_add(100 + i, key);
		store_aid_happen("a.b", id, aid_now, VERDICT_HUMAN);
		OK(store_commit(aid_store, &aid_err));
	}
	assert_true(number("SELECT max(run) FROM order_run", -1) == 1);
	for (i = 0; i < 10; i++) {
		OK(store_begin(aid_store, &aid_err));
		store_aid_happen("a.b", id, aid_now, VERDICT_HUMAN);
		OK(store_commit(aid_store, &aid_err));
	}
	assert_true(number("SELECT max(run) FROM order_run", -1) > 2);
}

static void
a_new_records_entries_go_straight_into_run_0(void **state)
{
	uint32_t old, new;

	old = store_aid_add(1, "a@example.com");
	OK(store_begin(aid_store, &aid_err));
	store_aid_happen("a.b", old, aid_now, VERDICT_HUMAN);
	OK(store_commit(aid_store, &aid_err));
	OK(store_begin(aid_store, &aid_err));
	new = store_aid_add(2, "b@example.com");
	store_aid_happen("a.b", new, aid_now, VERDICT_HUMAN);
	OK(store_commit(aid_store, &aid_err));
	store_aid_happen("a.c", new, aid_now, VERDICT_HUMAN);
	assert_int_equal(number("SELECT run FROM history_by_record"
				" WHERE record_id = ?",
				old),
			 1);
	assert_int_equal(number("SELECT sum(run) FROM history_by_record"
				" WHERE record_id = ?",
				new),
			 1);
	assert_int_equal(number("SELECT count(*) FROM history_by_record"
				" WHERE run = 0",
				-1),
			 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(by_record_is_what_is_there_while_runs_come_and_go),
		STORE_TEST(what_goes_into_run_0_fills_no_run),
		STORE_TEST(a_new_records_entries_go_straight_into_run_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
