/* crypto.c - see crypto.h. */
#include "base/crypto.h"

#include <assert.h>
#include <string.h>
/* Part by part: sodium.h would bring a crypto_hash() of its own. */
#include <sodium/core.h>
#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/crypto_generichash.h>
#include <sodium/crypto_generichash_blake2b.h>
#include <sodium/crypto_pwhash.h>
#include <sodium/crypto_shorthash.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

enum sg_status
crypto_start(struct sg_err *err)
{
	if (sodium_init() < 0)
		return err_set(err, SG_FAILED,
			       "libsodium cannot start: no "
			       "source of random numbers");
	return SG_OK;
}

void
crypto_random(void *out, size_t len)
{
	randombytes_buf(out, len);
}

uint64_t
crypto_random_u64(void)
{
	uint64_t number;

	randombytes_buf(&number, sizeof(number));
	return number;
}

void
crypto_hash(void *out, size_t out_len, const void *bytes, size_t len,
	    const void *key, size_t key_len)
{
	int failed;

	assert(out_len >= 10 && out_len <= crypto_generichash_BYTES_MAX);
	assert(key_len <= crypto_generichash_KEYBYTES_MAX);
	failed = crypto_generichash_blake2b(out, out_len, bytes, len, key,
					    key ? key_len : 0);
	assert(!failed);
	(void)failed;
}

uint64_t
crypto_hash64(const void *bytes, size_t len)
{
	unsigned char hash[CRYPTO_HASH_SIZE];
	uint64_t number = 0;

	crypto_hash(hash, sizeof(hash), bytes, len, NULL, 0);
	for (int i = 0; i < 8; i++)
		number = number << 8 | hash[i];
	return number ? number : 1;
}

uint64_t
crypto_table_hash(const void *bytes, size_t len,
		  const unsigned char key[CRYPTO_TABLE_KEY_SIZE])
{
	unsigned char hash[crypto_shorthash_BYTES];
	uint64_t number;

	crypto_shorthash(hash, bytes, len, key);
	memcpy(&number, hash, sizeof(number));
	return number;
}

void
crypto_sha256(unsigned char out[CRYPTO_SHA256_SIZE], const void *bytes,
	      size_t len)
{
	crypto_hash_sha256(out, bytes, len);
}

void
crypto_hmac_sha256(unsigned char out[32], const void *key, size_t key_len,
		   const void *bytes, size_t len)
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, key_len);
	crypto_auth_hmacsha256_update(&state, bytes, len);
	crypto_auth_hmacsha256_final(&state, out);
}

enum sg_status
crypto_password_hash(char out[CRYPTO_PASSWORD_HASH_SIZE], const char *password,
		     struct sg_err *err)
{
	_Static_assert(CRYPTO_PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES,
		       "room for what libsodium writes");
	if (crypto_pwhash_str(out, password, strlen(password),
			      crypto_pwhash_OPSLIMIT_INTERACTIVE,
			      crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return err_set(err, SG_BUSY,
			       "no memory to keep a password with, try again");
	return SG_OK;
}

bool
crypto_password_is(const char *hash, const char *password)
{
	/* Of a password that nobody knows, with the same parameters. */
	static const char nobody[] =
		"$argon2id$v=19$m=65536,t=2,p=1$sZbkpabQ1YUvq2tS6U41EQ$"
		"nJkY2YC9eb+QOgsXxETnNpe2b3v6QqNjHD6Bfa2Ak0o";
	bool is = crypto_pwhash_str_verify(hash ? hash : nobody, password,
					   strlen(password)) == 0;

	return hash && is;
}

bool
crypto_equal(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

void
crypto_wipe(void *bytes, size_t len)
{
	sodium_memzero(bytes, len);
}
