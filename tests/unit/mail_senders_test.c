/* mail_senders_test.c - who sent which message, bounded. */
#include "gate/mail_senders.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

static void
a_sender_is_found_by_its_message(void **state)
{
	struct mail_senders *senders = mail_senders_new();
	struct pool *pool = pool_new();

	(void)state;
	mail_senders_add(senders, 7, "a@example.com");
	mail_senders_add(senders, 8, "b@example.com");
	mail_senders_add(senders, 9, "");
	assert_string_equal(mail_senders_find(senders, 7, pool),
			    "a@example.com");
	assert_string_equal(mail_senders_find(senders, 8, pool),
			    "b@example.com");
	assert_null(mail_senders_find(senders, 9, pool));
	assert_null(mail_senders_find(senders, 10, pool));
	pool_free(pool);
	mail_senders_free(senders);
}

/* Twice as many as fit, as ids are made: the newest stay, nearly all. */
static void
the_newest_messages_stay(void **state)
{
	struct mail_senders *senders = mail_senders_new();
	struct pool *pool = pool_new();
	uint64_t n = 2 * MAIL_SENDERS_SLOTS, first = UINT64_C(1) << 56;
	unsigned found = 0;

	(void)state;
	for (uint64_t i = 0; i < n; i++)
		mail_senders_add(senders, first + i * 65536 + i % 7,
				 "a@example.com");
	for (uint64_t i = n - MAIL_SENDERS_SLOTS / 4; i < n; i++)
		found += mail_senders_find(senders, first + i * 65536 + i % 7,
					   pool) != NULL;
	assert_true(found > MAIL_SENDERS_SLOTS / 4 * 99 / 100);
	/* An older one that comes late pushes no newer one out. */
	mail_senders_add(senders, 5, "a@example.com");
	assert_null(mail_senders_find(senders, 5, pool));
	pool_free(pool);
	mail_senders_free(senders);
}

static void
past_the_most_senders_the_rest_stay_unknown(void **state)
{
	struct mail_senders *senders = mail_senders_new();
	struct pool *pool = pool_new();
	char text[32];

	(void)state;
	for (uint64_t i = 1; i <= MAIL_SENDERS_MOST + 1; i++) {
		snprintf(text, sizeof(text), "%u@example.com", (unsigned)i);
		mail_senders_add(senders, i, text);
	}
	assert_string_equal(mail_senders_find(senders, MAIL_SENDERS_MOST, pool),
			    "1024@example.com");
	assert_null(mail_senders_find(senders, MAIL_SENDERS_MOST + 1, pool));
	pool_free(pool);
	mail_senders_free(senders);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sender_is_found_by_its_message),
		cmocka_unit_test(the_newest_messages_stay),
		cmocka_unit_test(past_the_most_senders_the_rest_stay_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
