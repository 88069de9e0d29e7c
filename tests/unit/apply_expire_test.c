/* apply_expire_test.c - what is kept for a time only goes when that is over, in
 * slices, and nothing else goes with it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "apply_aid.h"
#include "base/clock.h"
#include "store/store_audit.h"
#include "store/store_sql.h"

#define DAY CLOCK_DAY_MS

enum { ENTRIES = 5000 };

static const int64_t start = 20000 * CLOCK_DAY_MS;

struct entries {
	int64_t at;
	int n;
};

static enum sg_status
add_entries(void *arg, struct store *store, struct sg_err *err)
{
	const struct entries *entries = arg;
	enum sg_status status = SG_OK;

	for (int i = 0; i < entries->n && status == SG_OK; i++) {
		struct store_audit row = {.at = entries->at + i,
					  .actor = "bob",
					  .action = "list.create",
					  .object = "news"};

		status = store_audit_append(store, &row, err);
	}
	return status;
}

static void
audited(struct applier *applier, int64_t at, int n)
{
	struct entries entries = {at, n};

	assert_int_equal(
		apply_call(applier->apply, add_entries, &entries, NULL), SG_OK);
}

static size_t
count(struct applier *applier)
{
	struct store_audit_filter filter = {.most = 2 * ENTRIES};
	struct store_audits audits;
	struct pool *pool = pool_new();

	assert_int_equal(store_audit_recent(applier_reader(applier), &filter,
					    pool, &audits, NULL),
			 SG_OK);
	pool_free(pool);
	return audits.n_rows;
}

static void
wait_for(struct applier *applier, size_t (*count_fn)(struct applier *),
	 size_t want)
{
	int64_t until = clock_monotonic_ms() + 60000;

	while (count_fn(applier) != want) {
		if (clock_monotonic_ms() > until)
			fail_msg("%zu rows, not %zu", count_fn(applier), want);
		applier_move_to(applier, applier->now + 1000);
	}
}

static void
the_audit_goes_when_its_time_is_over(void **unused)
{
	struct applier applier;

	applier_init(&applier);
	applier.keep_audit_ms = 30 * DAY;
	applier.now = start;
	applier_open(&applier);
	audited(&applier, start, ENTRIES);
	applier_move_to(&applier, start + 29 * DAY);
	audited(&applier, start + 29 * DAY, 3);
	assert_int_equal(count(&applier), ENTRIES + 3);
	applier_move_to(&applier, start + 31 * DAY);
	wait_for(&applier, count, 3);
	applier_move_to(&applier, start + 58 * DAY);
	assert_int_equal(count(&applier), 3);
	applier_done(&applier);
}

static void
without_a_time_all_of_it_is_kept(void **unused)
{
	struct applier applier;

	applier_init(&applier);
	applier.now = start;
	applier_open(&applier);
	audited(&applier, start, 3);
	applier_move_to(&applier, start + 10000 * DAY);
	assert_int_equal(count(&applier), 3);
	applier_done(&applier);
}

static size_t
count_ids(struct applier *applier)
{
	struct db_statement *statement;
	int64_t n = -1;

	assert_int_equal(store_prepare(applier_reader(applier),
				       "SELECT count(*) FROM external_id",
				       &statement, NULL),
			 SG_OK);
	assert_int_equal(store_number(statement, &n, NULL), SG_OK);
	return (size_t)n;
}

static void
order(struct applier *applier, int64_t at)
{
	struct signal paid =
		applier_signal("email.clicked", "ann@example.com", at);

	paid.received_at = at;
	paid.external_id = 77;
	applier_move_to(applier, at);
	applier_submit(applier, &paid);
}

/* The same event of another program within 30 days is dropped, and its id
 * forgotten after. */
static void
an_external_id_is_remembered_for_30_days(void **unused)
{
	struct applier applier;

	applier_init(&applier);
	applier.now = start;
	applier_open(&applier);
	applier_rules(&applier,
		      "rule \"Paid\" { on = \"email.clicked\" add = 5 degrade "
		      "= \"none\" }",
		      false);
	order(&applier, start);
	order(&applier, start + 1);
	order(&applier, start + 30 * DAY);
	assert_float_equal(
		applier_score(&applier, "ann@example.com", start + 30 * DAY), 5,
		1e-9);
	assert_int_equal(count_ids(&applier), 1);
	applier_move_to(&applier, start + 32 * DAY);
	wait_for(&applier, count_ids, 0);
	order(&applier, start + 33 * DAY);
	assert_float_equal(
		applier_score(&applier, "ann@example.com", start + 33 * DAY),
		10, 1e-9);
	applier_done(&applier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_audit_goes_when_its_time_is_over),
		cmocka_unit_test(without_a_time_all_of_it_is_kept),
		cmocka_unit_test(an_external_id_is_remembered_for_30_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
