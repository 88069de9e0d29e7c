/* record_key_test.c - normal forms and hashes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "base/crypto.h"
#include "signal/record_key.h"

static const unsigned char secret[RECORD_SECRET_SIZE] = "a secret for tests";

static void
assert_normal(const char *module, const char *key, const char *want)
{
	struct buf normal = BUF_INIT;

	assert_int_equal(record_key_normalise(module, key, &normal, NULL),
			 SG_OK);
	assert_string_equal(buf_text(&normal), want);
	buf_done(&normal);
}

static void
assert_refused(const char *module, const char *key)
{
	struct buf normal = BUF_INIT;

	buf_append_text(&normal, "before");
	assert_int_equal(record_key_normalise(module, key, &normal, NULL),
			 SG_REFUSED);
	assert_string_equal(buf_text(&normal), "before");
	buf_done(&normal);
}

static void
an_address_is_trimmed_and_folded_and_its_domain_in_a_labels(void **state)
{
	assert_normal("contact", " Bob@Example.COM\n", "bob@example.com");
	assert_normal("lead", "ÄNNE@bücher.example",
		      "änne@xn--bcher-kva.example");
	assert_normal("", "\"a b\"@example.com", "\"a b\"@example.com");
	assert_normal("", "a+b@[192.0.2.1]", "a+b@[192.0.2.1]");
	assert_normal("account", " ACME 7 ", "ACME 7");
}

static void
what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {
		"",	     " ",	    "bob",	  "@example.com",
		"bob@",	     "a b@x.org",   "<a@x.org>",  "a@b@x.org",
		"a@x..org",  "a\x01@x.org", "\xff@x.org", "a@x\x7f.org",
		"a,b@x.org",
	};
	char long_local[80];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_refused("contact", bad[i]);
	memset(long_local, 'a', 65);
	memcpy(long_local + 65, "@x.org", 7);
	assert_refused("contact", long_local);
	assert_refused("account", "  ");
}

static void
a_key_that_is_too_long_is_refused(void **state)
{
	char key[RECORD_KEY_TEXT_MOST + 3];

	memset(key, 'k', sizeof(key));
	key[RECORD_KEY_TEXT_MOST] = '\0';
	assert_normal("account", key, key);
	key[RECORD_KEY_TEXT_MOST] = 'k';
	key[RECORD_KEY_TEXT_MOST + 1] = '\0';
	assert_refused("account", key);
}

static void
the_hash_depends_on_secret_module_and_key(void **state)
{
	unsigned char other[RECORD_SECRET_SIZE] = "another secret";
	uint64_t key = record_key_hash(secret, "contact", "a@x.org");

	assert_true(key == record_key_hash(secret, "", "a@x.org"));
	assert_true(key != record_key_hash(secret, "lead", "a@x.org"));
	assert_true(key != record_key_hash(secret, "contact", "b@x.org"));
	assert_true(key != record_key_hash(other, "contact", "a@x.org"));
	/* Keys stand in links for years: this one must never change. */
	assert_true(key == UINT64_C(0xab4741aeef94ef7c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_address_is_trimmed_and_folded_and_its_domain_in_a_labels),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(a_key_that_is_too_long_is_refused),
		cmocka_unit_test(the_hash_depends_on_secret_module_and_key),
	};

	if (crypto_start(NULL) != SG_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
