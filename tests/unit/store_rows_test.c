/* store_rows_test.c - rows that are put by and made together are there for
 * whoever asks, in the order of the transaction, and never half. */
#include "store_aid.h"

#include <string.h>

#include "store/db_rows.h"
#include "store/store_history.h"
#include "store/store_ledger.h"
#include "store/store_record.h"

static int64_t
count(const char *sql)
{
	struct db_statement *statement;
	int64_t found;

	OK(db_prepare(store_db(aid_store), sql, &statement, &aid_err));
	OK(db_step(statement, &aid_err));
	found = db_column_int(statement, 0);
	db_reset(statement);
	return found;
}

/* As another connection sees it: what is committed. */
static int64_t
count_outside(const char *sql)
{
	struct store *own = aid_store, *reader;
	int64_t found;

	OK(store_open(db_path(store_db(own)), DB_READ_ONLY, &reader, &aid_err));
	aid_store = reader;
	found = count(sql);
	store_close(reader);
	aid_store = own;
	return found;
}

static const char entries[] = "SELECT count(*) FROM history";
static const char ordered[] =
	"SELECT count(*) FROM history_of WHERE of_record = 1";

static int64_t
add_entry(const char *name)
{
	return store_aid_happen(name, 1, aid_now, VERDICT_HUMAN);
}

static void
what_is_put_by_is_seen_by_the_next_who_asks(void **state)
{
	struct store_history_rows rows;

	(void)state;
	store_aid_add(1, "a@x.org");
	OK(store_begin(aid_store, &aid_err));
	add_entry("email.opened");
	add_entry("email.clicked");
	assert_int_equal(count(entries), 2);
	add_entry("page.visited");
	assert_int_equal(count(ordered), 3); /* a view: two tables of them */
	OK(store_history_of(aid_store, 1, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 3);
	assert_string_equal(rows.rows[1].name, "email.clicked");
	assert_int_equal(count_outside(entries), 0);
	OK(store_commit(aid_store, &aid_err));
	assert_int_equal(count_outside(entries), 3);
}

static void
outside_a_transaction_each_is_there_at_once(void **state)
{
	(void)state;
	store_aid_add(1, "a@x.org");
	add_entry("email.opened");
	assert_int_equal(count_outside(entries), 1);
}

static void
after_a_rollback_they_never_were(void **state)
{
	uint32_t first, again;

	(void)state;
	OK(store_begin(aid_store, &aid_err));
	first = store_aid_add(1, "a@x.org");
	add_entry("email.opened");
	store_rollback(aid_store);
	OK(store_begin(aid_store, &aid_err));
	again = store_aid_add(2, "b@x.org");
	OK(store_commit(aid_store, &aid_err));
	assert_int_equal(first, again); /* the id is free */
	assert_int_equal(count(entries), 0);
	assert_int_equal(count("SELECT count(*) FROM record"), 1);
}

static void
a_record_of_this_transaction_is_found(void **state)
{
	struct store_record record;
	uint32_t one, other;

	(void)state;
	OK(store_begin(aid_store, &aid_err));
	one = store_aid_add(1, "a@x.org");
	other = store_aid_add(2, "b@x.org");
	assert_int_equal(other, one + 1);
	OK(store_record_find(aid_store, 2, aid_pool, &record, &aid_err));
	assert_int_equal(record.id, other);
	assert_int_equal(store_aid_add(3, "c@x.org"), other + 1);
	OK(store_commit(aid_store, &aid_err));
}

static void
more_than_are_kept_in_memory_are_all_there(void **state)
{
	struct store_ledger entry = {.record_id = 1, .score_id = 1};
	struct store_ledger_rows rows;
	int i;

	(void)state;
	OK(store_begin(aid_store, &aid_err));
	for (i = 0; i < 40000; i++) {
		entry.id = store_new_id(aid_store, aid_now);
		entry.delta = i / 4.0;
		entry.explanation = i % 2 ? "odd" : "";
		OK(store_ledger_append(aid_store, &entry, &aid_err));
	}
	OK(store_commit(aid_store, &aid_err));
	OK(store_ledger_of(aid_store, 1, 1, aid_pool, &rows, &aid_err));
	assert_int_equal(rows.n_rows, 40000);
	assert_float_equal(rows.rows[39999].delta, 39999 / 4.0, 0);
	assert_string_equal(rows.rows[39999].explanation, "odd");
	assert_string_equal(rows.rows[39998].explanation, "");
	assert_int_equal(rows.rows[39998].correcting, 0);
}

static void
add_many(int n, int64_t same_from)
{
	struct store_ledger entry = {.record_id = 1, .score_id = 1};
	int i;

	for (i = 0; i < n; i++) {
		entry.id = store_new_id(aid_store, aid_now);
		if (i == 100 && same_from)
			entry.id = same_from;
		if (store_ledger_append(aid_store, &entry, &aid_err) != SG_OK)
			return;
	}
}

static void
whoever_asks_while_others_are_made_sees_all_of_them(void **state)
{
	static const char in_ledger[] = "SELECT count(*) FROM ledger";
	struct db_statement *open;
	int i;

	(void)state;
	OK(store_begin(aid_store, &aid_err));
	for (i = 1; i <= 5; i++) {
		add_many(3000, 0); /* some are under way */
		assert_int_equal(count(in_ledger), 3000 * i);
	}
	/* Of a statement that is stepped through the connection is not given
	 * to anybody. */
	OK(db_prepare(store_db(aid_store), "SELECT id FROM ledger", &open,
		      &aid_err));
	OK(db_step(open, &aid_err));
	add_many(9000, 0);
	OK(db_step(open, &aid_err));
	db_reset(open);
	add_many(3000, 0);
	OK(store_commit(aid_store, &aid_err));
	assert_int_equal(count_outside(in_ledger), 27000);
}

static void
one_that_is_refused_meanwhile_fails_the_transaction(void **state)
{
	int64_t id;

	(void)state;
	OK(store_begin(aid_store, &aid_err));
	id = store_new_id(aid_store, aid_now);
	add_many(1, 0);
	id = store_new_id(aid_store, aid_now) - 1;
	add_many(9000, id); /* the same twice */
	assert_int_equal(store_commit(aid_store, &aid_err), SG_BUSY);
	store_rollback(aid_store);
	assert_int_equal(count("SELECT count(*) FROM ledger"), 0);
	assert_true(db_rows_careful(store_db(aid_store)));
	OK(store_begin(aid_store, &aid_err));
	add_many(9000, 0);
	OK(store_commit(aid_store, &aid_err));
	assert_int_equal(count("SELECT count(*) FROM ledger"), 9000);
}

/* The second of the same key; noticed when they are made. */
static enum sg_status
add_twice(enum sg_status *second_out)
{
	uint32_t id;
	enum sg_status status;

	OK(store_begin(aid_store, &aid_err));
	store_aid_add(1, "a@x.org");
	*second_out = store_record_create(aid_store, 1, "", "b@x.org", aid_now,
					  &id, &aid_err);
	status = *second_out == SG_OK ? store_commit(aid_store, &aid_err)
				      : SG_OK;
	store_rollback(aid_store);
	return status;
}

static void
one_that_is_refused_among_others_is_found_the_second_time(void **state)
{
	enum sg_status second;

	(void)state;
	assert_int_equal(add_twice(&second), SG_BUSY);
	assert_int_equal(second, SG_OK);
	assert_true(db_rows_careful(store_db(aid_store)));
	assert_int_equal(add_twice(&second), SG_OK);
	assert_int_equal(second, SG_REFUSED);
	assert_int_equal(count("SELECT count(*) FROM record"), 0);
	OK(store_begin(aid_store, &aid_err));
	store_aid_add(1, "a@x.org");
	OK(store_commit(aid_store, &aid_err));
	assert_false(db_rows_careful(store_db(aid_store)));
}

static void
a_transaction_that_lost_rows_is_not_committed(void **state)
{
	uint32_t id;

	(void)state;
	OK(store_begin(aid_store, &aid_err));
	store_aid_add(1, "a@x.org");
	OK(store_record_create(aid_store, 1, "", "b@x.org", aid_now, &id,
			       &aid_err));
	assert_int_equal(db_rows_write(store_db(aid_store), &aid_err), SG_BUSY);
	/* Somebody goes on as if nothing had been. */
	assert_int_equal(store_commit(aid_store, &aid_err), SG_BUSY);
	store_rollback(aid_store);
	assert_int_equal(count("SELECT count(*) FROM record"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(what_is_put_by_is_seen_by_the_next_who_asks),
		STORE_TEST(outside_a_transaction_each_is_there_at_once),
		STORE_TEST(after_a_rollback_they_never_were),
		STORE_TEST(a_record_of_this_transaction_is_found),
		STORE_TEST(whoever_asks_while_others_are_made_sees_all_of_them),
		STORE_TEST(one_that_is_refused_meanwhile_fails_the_transaction),
		STORE_TEST(more_than_are_kept_in_memory_are_all_there),
		STORE_TEST(
			one_that_is_refused_among_others_is_found_the_second_time),
		STORE_TEST(a_transaction_that_lost_rows_is_not_committed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
