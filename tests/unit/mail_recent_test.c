/* mail_recent_test.c - message ids remembered for retries. */
#include "gate/mail_recent.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/clock.h"

static void
an_id_is_found_until_five_days_have_passed(void **state)
{
	struct mail_recent *recent = mail_recent_new();

	(void)state;
	assert_int_equal(mail_recent_find(recent, 7, 1000), 0);
	mail_recent_add(recent, 7, 42, 1000);
	assert_int_equal(mail_recent_find(recent, 7, 1000), 42);
	assert_int_equal(mail_recent_find(recent, 7, 999 + 5 * CLOCK_DAY_MS),
			 42);
	assert_int_equal(mail_recent_find(recent, 7, 1000 + 5 * CLOCK_DAY_MS),
			 0);
	mail_recent_free(recent);
}

static void
the_oldest_of_a_row_makes_room(void **state)
{
	struct mail_recent *recent = mail_recent_new();
	uint64_t step = MAIL_RECENT_SLOTS;

	(void)state;
	for (uint64_t i = 0; i < 5; i++)
		mail_recent_add(recent, 3 + i * step, 100 + i,
				1000 + (int64_t)i);
	assert_int_equal(mail_recent_find(recent, 3, 2000), 0);
	for (uint64_t i = 1; i < 5; i++)
		assert_int_equal(mail_recent_find(recent, 3 + i * step, 2000),
				 100 + i);
	mail_recent_free(recent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_found_until_five_days_have_passed),
		cmocka_unit_test(the_oldest_of_a_row_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
