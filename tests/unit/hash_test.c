#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/crypto.h"
#include "base/hash.h"

/* RFC 3720 B.4 and the usual check value */
static void
crc32c_meets_the_published_values(void **state)
{
	unsigned char bytes[32];

	assert_int_equal(hash_crc32c(0, "123456789", 9), 0xe3069283);
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(hash_crc32c(0, bytes, 32), 0x8a9136aa);
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(hash_crc32c(0, bytes, 32), 0x62a8ab43);
	for (unsigned i = 0; i < 32; i++)
		bytes[i] = (unsigned char)i;
	assert_int_equal(hash_crc32c(0, bytes, 32), 0x46dd794e);
}

static void
crc32c_is_the_same_with_and_without_the_instruction(void **state)
{
	unsigned char bytes[100];

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 37 + 11);
	for (size_t from = 0; from < 8; from++)
		for (size_t len = 0; len + from <= sizeof(bytes); len++)
			assert_int_equal(
				hash_crc32c(0, bytes + from, len),
				hash_crc32c_portable(0, bytes + from, len));
}

static void
crc32c_can_be_made_in_parts(void **state)
{
	uint32_t crc = hash_crc32c(0, "1234", 4);

	assert_int_equal(hash_crc32c(crc, "56789", 5), 0xe3069283);
}

static void
fnv_meets_its_published_value(void **state)
{
	assert_true(hash_text("foobar") == 0x85944171f73967e8);
	assert_true(hash_text("") == 0xcbf29ce484222325);
}

/* RFC 4231 case 2 */
static void
hmac_sha256_meets_rfc_4231(void **state)
{
	static const unsigned char want[] = {0x5b, 0xdc, 0xc1, 0x46};
	unsigned char got[32];

	crypto_hmac_sha256(got, "Jefe", 4, "what do ya want for nothing?", 28);
	assert_memory_equal(got, want, 4);
}

/* RFC 7693 appendix A: BLAKE2b-512 of "abc" */
static void
blake2b_meets_rfc_7693(void **state)
{
	static const unsigned char want[] = {0xba, 0x80, 0xa5, 0x3f};
	unsigned char got[64];

	crypto_hash(got, 64, "abc", 3, NULL, 0);
	assert_memory_equal(got, want, 4);
}

static void
a_key_or_another_length_makes_another_hash(void **state)
{
	unsigned char a[10], b[10], c[32], key[32] = {1};

	crypto_hash(a, 10, "abc", 3, NULL, 0);
	crypto_hash(b, 10, "abc", 3, key, 32);
	crypto_hash(c, 32, "abc", 3, NULL, 0);
	assert_memory_not_equal(a, b, 10);
	assert_memory_not_equal(a, c, 10);
	assert_true(crypto_hash64("abc", 3) == crypto_hash64("abc", 3));
	assert_true(crypto_hash64("", 0) != 0);
}

static void
random_bytes_differ_and_wiping_leaves_nothing(void **state)
{
	unsigned char a[16], b[16], zero[16] = {0};

	crypto_random(a, 16);
	crypto_random(b, 16);
	assert_false(crypto_equal(a, b, 16));
	crypto_wipe(a, 16);
	assert_true(crypto_equal(a, zero, 16));
	assert_true(crypto_random_u64() != crypto_random_u64());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc32c_meets_the_published_values),
		cmocka_unit_test(
			crc32c_is_the_same_with_and_without_the_instruction),
		cmocka_unit_test(crc32c_can_be_made_in_parts),
		cmocka_unit_test(fnv_meets_its_published_value),
		cmocka_unit_test(hmac_sha256_meets_rfc_4231),
		cmocka_unit_test(blake2b_meets_rfc_7693),
		cmocka_unit_test(a_key_or_another_length_makes_another_hash),
		cmocka_unit_test(random_bytes_differ_and_wiping_leaves_nothing),
	};
	struct sg_err err;

	if (crypto_start(&err) != SG_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
