/*
 * webhook_crypto.h - the only door to GnuTLS: what senders sign with beside
 * libsodium's HMAC-SHA256. Any thread.
 */
#ifndef PLUGINS_WEBHOOK_WEBHOOK_CRYPTO_H
#define PLUGINS_WEBHOOK_WEBHOOK_CRYPTO_H

#include "scoregate_plugin.h"

enum webhook_hash { HASH_SHA256, HASH_SHA1, HASH_SHA512 };

/* -1: no such hash. */
int webhook_hash_find(const char *name);

struct webhook_bytes {
	const void *bytes;
	size_t len;
};

/* Is `signature`, in hex or base64, the HMAC of the text? In a time that does
 * not tell where it differs. */
bool webhook_hmac_is(enum webhook_hash hash, struct webhook_bytes secret,
		     struct webhook_bytes text, const char *signature);
/* In base64, the call's memory. */
const char *webhook_hmac_base64(const struct sg_call *call,
				enum webhook_hash hash,
				struct webhook_bytes secret,
				struct webhook_bytes text);
const char *webhook_hash_hex(const struct sg_call *call, enum webhook_hash hash,
			     struct webhook_bytes text);
/* NULL: it is none. */
const char *webhook_base64(const struct sg_call *call, const char *text,
			   size_t *len_out);

/* ECDSA, Ed25519 or RSA over SHA-256, by a public key in PEM or in base64. The
 * signature is in base64. */
bool webhook_public_key_is(const char *key);
bool webhook_signed_by_key(const char *key, struct webhook_bytes text,
			   const char *signature);

bool webhook_certificate_is(const char *pem);

struct webhook_certified {
	const char *pem;	 /* the certificate, and what it leads to */
	const char *authorities; /* PEM; NULL: not asked */
	const char *name;	 /* to whom it is made out */
	int64_t now;
};

/* RSA or ECDSA by the first certificate, which is valid at `now`; its chain
 * leads to one of the authorities. The reason why not, static; NULL: right. */
const char *webhook_signed_by_certificate(const struct webhook_certified *by,
					  enum webhook_hash hash,
					  struct webhook_bytes text,
					  const char *signature);

#endif
