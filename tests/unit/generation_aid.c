/* generation_aid.c - see generation_aid.h. */
#include "generation_aid.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <unistd.h>

#include "apply/generation.h"
#include "base/clock.h"
#include "store/db.h"

enum { WAIT_MS = 30000 };

void
generation_open(struct applier *applier, const char *rules, int64_t base)
{
	applier_init(applier);
	applier->now = base - CLOCK_DAY_MS;
	applier_open(applier);
	applier_rules(applier, rules, false);
	applier_move_to(applier, base + 100 * CLOCK_DAY_MS);
}

void
generation_reopen(struct applier *applier)
{
	applier_close(applier);
	applier_open(applier);
}

void
generation_submit(struct applier *applier, const struct signal *signals,
		  size_t n)
{
	struct sg_err err = {0};
	bool kept;

	if (n && apply_submit(applier->apply, signals, n, WAIT_MS, &kept,
			      &err) != SG_OK)
		fail_msg("%s", err.text);
}

void
generation_start(struct applier *applier)
{
	struct sg_err err = {0};

	if (generation_begin(applier->apply, "test", &err) != SG_OK)
		fail_msg("%s", err.text);
}

void
generation_wait(struct applier *applier)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;
	struct generation_status status;

	do {
		assert_true(clock_monotonic_ms() < until);
		usleep(1000);
		generation_get_status(applier->apply, &status);
	} while (status.running || status.removing);
}

int64_t
generation_count(struct applier *applier, const char *sql)
{
	struct db_statement *statement;
	int64_t n;

	assert_int_equal(db_prepare(store_db(applier_reader(applier)), sql,
				    &statement, NULL),
			 SG_OK);
	assert_int_equal(db_step(statement, NULL), SG_OK);
	n = db_column_int(statement, 0);
	db_reset(statement);
	return n;
}
