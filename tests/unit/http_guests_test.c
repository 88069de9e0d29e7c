/* http_guests_test.c - how many connections each address has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "http/http_guests.h"

enum { ADDRESSES = 700, STEPS = 60000 };

static struct inet_address
address_of(uint32_t number)
{
	struct inet_address address;

	inet_from_v4(&number, &address);
	return address;
}

static void
each_address_is_counted_by_itself(void **unused)
{
	struct http_guests *guests = http_guests_new();
	struct inet_address ann = address_of(1), bob = address_of(2);

	assert_int_equal(http_guests_enter(guests, &ann), 1);
	assert_int_equal(http_guests_enter(guests, &ann), 2);
	assert_int_equal(http_guests_enter(guests, &bob), 1);
	http_guests_leave(guests, &ann);
	assert_int_equal(http_guests_enter(guests, &ann), 2);
	http_guests_leave(guests, &bob);
	http_guests_leave(guests, &bob); /* never mind */
	assert_int_equal(http_guests_count(guests), 1);
	http_guests_free(guests);
}

static void
an_ipv6_subscriber_is_one(void **unused)
{
	struct http_guests *guests = http_guests_new();
	struct inet_address one, two;

	assert_true(inet_parse("2001:db8::1", 11, &one));
	assert_true(inet_parse("2001:db8::ffff:2", 16, &two));
	assert_int_equal(http_guests_enter(guests, &one), 1);
	assert_int_equal(http_guests_enter(guests, &two), 2);
	http_guests_free(guests);
}

/* Against an array that says the same. */
static void
coming_and_going_in_any_order_is_counted_right(void **unused)
{
	struct http_guests *guests = http_guests_new();
	static unsigned want[ADDRESSES];
	uint64_t seed = 88172645463325252ull;
	size_t n = 0;

	memset(want, 0, sizeof(want));
	for (int i = 0; i < STEPS; i++) {
		uint32_t who;
		struct inet_address address;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		who = (uint32_t)(seed >> 20) % ADDRESSES;
		address = address_of(who);
		/* More come in the first half, more go in the second. */
		if ((seed & 7) < (i < STEPS / 2 ? 5u : 3u)) {
			n += want[who] == 0;
			assert_int_equal(http_guests_enter(guests, &address),
					 ++want[who]);
		} else if (want[who]) {
			http_guests_leave(guests, &address);
			n -= --want[who] == 0;
		}
		assert_int_equal(http_guests_count(guests), n);
	}
	http_guests_free(guests);
}

static int
start(void **unused)
{
	struct sg_err err;

	return crypto_start(&err) == SG_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_is_counted_by_itself),
		cmocka_unit_test(an_ipv6_subscriber_is_one),
		cmocka_unit_test(
			coming_and_going_in_any_order_is_counted_right),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
