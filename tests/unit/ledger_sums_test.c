/* ledger_sums_test.c - in one pass what each entry adds up to by itself. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

#include "apply/ledger_fold.h"
#include "apply/ledger_sums.h"
#include "base/clock.h"

enum { ROWS = 500 };

static void
a_sum_is_that_of_all_entries_before_it(void **state)
{
	static const double rates[] = {0, 1, 50, 99};
	struct store_ledger rows[ROWS] = {0};
	struct ledger_sums sums = {0};
	int64_t at = 1772323200000;
	size_t i;

	(void)state;
	srand(7);
	for (i = 0; i < ROWS; i++) {
		at += rand() % 3 * (CLOCK_DAY_MS / 4);
		rows[i].score_id = 1 + (uint32_t)(rand() % 2);
		rows[i].rate = rates[rand() % 4];
		rows[i].delta = rand() % 41 - 20;
		rows[i].at = at;
		ledger_sums_add(&sums, &rows[i]);
		assert_float_equal(ledger_sums_at(&sums, rows[i].score_id, at),
				   ledger_balance(rows, i), 1e-9);
	}
	assert_float_equal(ledger_sums_at(&sums, 3, at), 0, 0);
	ledger_sums_done(&sums);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sum_is_that_of_all_entries_before_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
