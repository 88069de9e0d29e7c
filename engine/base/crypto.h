/*
 * crypto.h - the only door to libsodium. crypto_start() once, before any
 * thread.
 */
#ifndef ENGINE_BASE_CRYPTO_H
#define ENGINE_BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
	CRYPTO_HASH_SIZE = 32,
	CRYPTO_SHA256_SIZE = 32,
	CRYPTO_PASSWORD_HASH_SIZE = 128,
	CRYPTO_TABLE_KEY_SIZE = 16
};

enum sg_status crypto_start(struct sg_err *err) MUST_CHECK;
void crypto_random(void *out, size_t len);
uint64_t crypto_random_u64(void);
/* Keyed BLAKE2b of `len` bytes into out_len (10…64) bytes. key may be NULL. */
void crypto_hash(void *out, size_t out_len, const void *bytes, size_t len,
		 const void *key, size_t key_len);
/* First 8 bytes of the unkeyed hash: ids of external events. Never 0. */
uint64_t crypto_hash64(const void *bytes, size_t len);
/* SipHash-2-4: places in a table that strangers put things into. */
uint64_t crypto_table_hash(const void *bytes, size_t len,
			   const unsigned char key[CRYPTO_TABLE_KEY_SIZE]);
void crypto_hmac_sha256(unsigned char out[32], const void *key, size_t key_len,
			const void *bytes, size_t len);
void crypto_sha256(unsigned char out[CRYPTO_SHA256_SIZE], const void *bytes,
		   size_t len);
/* Argon2id with a salt of its own, as text with its parameters; a tenth of a
 * second and 64 MB. SG_BUSY: no memory for it now. */
enum sg_status crypto_password_hash(char out[CRYPTO_PASSWORD_HASH_SIZE],
				    const char *password,
				    struct sg_err *err) MUST_CHECK;
/* `hash` NULL: takes as long, and is false. */
bool crypto_password_is(const char *hash, const char *password);
bool crypto_equal(const void *a, const void *b, size_t len); /* constant time */
void crypto_wipe(void *bytes, size_t len);

#endif
