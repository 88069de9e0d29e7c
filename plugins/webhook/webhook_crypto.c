/* webhook_crypto.c - see webhook_crypto.h. */
#include "webhook_crypto.h"

#include <ctype.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

enum { CHAIN_MOST = 8, SIGNATURE_MOST = 2048 };

static const struct {
	const char *name;
	gnutls_mac_algorithm_t mac;
	gnutls_digest_algorithm_t digest;
} hashes[] = {
	[HASH_SHA256] = {"sha256", GNUTLS_MAC_SHA256, GNUTLS_DIG_SHA256},
	[HASH_SHA1] = {"sha1", GNUTLS_MAC_SHA1, GNUTLS_DIG_SHA1},
	[HASH_SHA512] = {"sha512", GNUTLS_MAC_SHA512, GNUTLS_DIG_SHA512},
};

int
webhook_hash_find(const char *name)
{
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (strcmp(hashes[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* --- encodings ----------------------------------------------------------- */

/* The caller frees data with gnutls_free(). */
static bool
from_base64(const char *text, gnutls_datum_t *out)
{
	gnutls_datum_t in = {(unsigned char *)(uintptr_t)text,
			     (unsigned)strlen(text)};

	return in.size && gnutls_base64_decode2(&in, out) == 0;
}

static bool
from_hex(const char *text, gnutls_datum_t *out)
{
	gnutls_datum_t in = {(unsigned char *)(uintptr_t)text,
			     (unsigned)strlen(text)};

	return in.size && gnutls_hex_decode2(&in, out) == 0;
}

const char *
webhook_base64(const struct sg_call *call, const char *text, size_t *len_out)
{
	gnutls_datum_t bytes;
	char *copy;

	if (!from_base64(text, &bytes))
		return NULL;
	copy = call->host->alloc(call, bytes.size + 1);
	memcpy(copy, bytes.data, bytes.size);
	*len_out = bytes.size;
	gnutls_free(bytes.data);
	return copy;
}

/* --- HMAC ---------------------------------------------------------------- */

static size_t
hmac(enum webhook_hash hash, struct webhook_bytes secret,
     struct webhook_bytes text, unsigned char out[64])
{
	gnutls_mac_algorithm_t mac = hashes[hash].mac;

	if (gnutls_hmac_fast(mac, secret.bytes, secret.len,
			     text.bytes ? text.bytes : "", text.len, out) != 0)
		return 0;
	return gnutls_hmac_get_len(mac);
}

static bool
is_same(const gnutls_datum_t *given, const unsigned char *wanted, size_t len)
{
	return given->size == len &&
	       gnutls_memcmp(given->data, wanted, len) == 0;
}

bool
webhook_hmac_is(enum webhook_hash hash, struct webhook_bytes secret,
		struct webhook_bytes text, const char *signature)
{
	unsigned char wanted[64];
	size_t len = hmac(hash, secret, text, wanted);
	gnutls_datum_t given;
	bool is = false;

	if (!len || strlen(signature) > SIGNATURE_MOST)
		return false;
	if (strlen(signature) == 2 * len && from_hex(signature, &given)) {
		is = is_same(&given, wanted, len);
		gnutls_free(given.data);
	} else if (from_base64(signature, &given)) {
		is = is_same(&given, wanted, len);
		gnutls_free(given.data);
	}
	return is;
}

const char *
webhook_hmac_base64(const struct sg_call *call, enum webhook_hash hash,
		    struct webhook_bytes secret, struct webhook_bytes text)
{
	unsigned char bytes[64];
	size_t len = hmac(hash, secret, text, bytes);
	struct sg_text *out = call->host->text(call);

	call->host->append_base64(out, bytes, len);
	return call->host->text_value(out);
}

const char *
webhook_hash_hex(const struct sg_call *call, enum webhook_hash hash,
		 struct webhook_bytes text)
{
	unsigned char bytes[64];
	struct sg_text *out = call->host->text(call);
	size_t len = gnutls_hash_get_len(hashes[hash].digest);

	if (gnutls_hash_fast(hashes[hash].digest, text.bytes ? text.bytes : "",
			     text.len, bytes) != 0)
		return "";
	for (size_t i = 0; i < len; i++)
		call->host->print(out, "%02x", bytes[i]);
	return call->host->text_value(out);
}

/* --- public keys --------------------------------------------------------- */

static gnutls_sign_algorithm_t
algorithm_of(gnutls_pubkey_t key, gnutls_digest_algorithm_t digest)
{
	int kind = gnutls_pubkey_get_pk_algorithm(key, NULL);

	return gnutls_pk_to_sign(
		(gnutls_pk_algorithm_t)kind,
		kind == GNUTLS_PK_EDDSA_ED25519 ? GNUTLS_DIG_SHA512 : digest);
}

static bool
verify(gnutls_pubkey_t key, gnutls_digest_algorithm_t digest,
       struct webhook_bytes text, const char *signature)
{
	gnutls_datum_t bytes = {(unsigned char *)(uintptr_t)text.bytes,
				(unsigned)text.len};
	gnutls_sign_algorithm_t algorithm = algorithm_of(key, digest);
	gnutls_datum_t given;
	int result;

	if (algorithm == GNUTLS_SIGN_UNKNOWN ||
	    strlen(signature) > SIGNATURE_MOST ||
	    !from_base64(signature, &given))
		return false;
	/* Amazon's signature version 1 is over SHA-1. */
	result = gnutls_pubkey_verify_data2(
		key, algorithm,
		digest == GNUTLS_DIG_SHA1 ? GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1
					  : 0,
		&bytes, &given);
	gnutls_free(given.data);
	return result >= 0;
}

static bool
import_key(const char *text, gnutls_pubkey_t key)
{
	gnutls_datum_t pem = {(unsigned char *)(uintptr_t)text,
			      (unsigned)strlen(text)};
	gnutls_datum_t der;
	bool done;

	if (strncmp(text, "-----", 5) == 0)
		return gnutls_pubkey_import(key, &pem, GNUTLS_X509_FMT_PEM) ==
		       0;
	if (!from_base64(text, &der))
		return false;
	done = gnutls_pubkey_import(key, &der, GNUTLS_X509_FMT_DER) == 0;
	gnutls_free(der.data);
	return done;
}

bool
webhook_public_key_is(const char *text)
{
	gnutls_pubkey_t key;
	bool is;

	if (gnutls_pubkey_init(&key) != 0)
		return false;
	is = import_key(text, key);
	gnutls_pubkey_deinit(key);
	return is;
}

bool
webhook_signed_by_key(const char *text_of_key, struct webhook_bytes text,
		      const char *signature)
{
	gnutls_pubkey_t key;
	bool is;

	if (gnutls_pubkey_init(&key) != 0)
		return false;
	is = import_key(text_of_key, key) &&
	     verify(key, GNUTLS_DIG_SHA256, text, signature);
	gnutls_pubkey_deinit(key);
	return is;
}

/* --- certificates -------------------------------------------------------- */

static bool
import_chain(const char *pem, gnutls_x509_crt_t *chain, unsigned *n)
{
	gnutls_datum_t text = {(unsigned char *)(uintptr_t)pem,
			       (unsigned)strlen(pem)};

	*n = CHAIN_MOST;
	return gnutls_x509_crt_list_import(chain, n, &text, GNUTLS_X509_FMT_PEM,
					   0) > 0;
}

bool
webhook_certificate_is(const char *pem)
{
	gnutls_datum_t text = {(unsigned char *)(uintptr_t)pem,
			       (unsigned)strlen(pem)};
	gnutls_x509_crt_t *all;
	unsigned n = 0;

	if (gnutls_x509_crt_list_import2(&all, &n, &text, GNUTLS_X509_FMT_PEM,
					 0) < 0)
		return false;
	for (unsigned i = 0; i < n; i++)
		gnutls_x509_crt_deinit(all[i]);
	gnutls_free(all);
	return n > 0;
}

static bool
leads_to(gnutls_x509_crt_t *chain, unsigned n, const char *authorities)
{
	gnutls_datum_t pem = {(unsigned char *)(uintptr_t)authorities,
			      (unsigned)strlen(authorities)};
	gnutls_x509_trust_list_t trusted;
	unsigned status = ~0U;
	bool is;

	if (gnutls_x509_trust_list_init(&trusted, 0) != 0)
		return false;
	is = gnutls_x509_trust_list_add_trust_mem(
		     trusted, &pem, NULL, GNUTLS_X509_FMT_PEM, 0, 0) > 0 &&
	     gnutls_x509_trust_list_verify_crt(trusted, chain, n, 0, &status,
					       NULL) == 0 &&
	     status == 0;
	gnutls_x509_trust_list_deinit(trusted, 1);
	return is;
}

static bool
is_signed(gnutls_x509_crt_t certificate, enum webhook_hash hash,
	  struct webhook_bytes text, const char *signature)
{
	gnutls_pubkey_t key;
	bool is;

	if (gnutls_pubkey_init(&key) != 0)
		return false;
	is = gnutls_pubkey_import_x509(key, certificate, 0) == 0 &&
	     verify(key, hashes[hash].digest, text, signature);
	gnutls_pubkey_deinit(key);
	return is;
}

static const char *
judge_certificate(gnutls_x509_crt_t certificate, const char *name, int64_t now)
{
	time_t at = (time_t)(now / 1000);

	if (!gnutls_x509_crt_check_hostname(certificate, name))
		return "its certificate is made out to another name";
	if (at < gnutls_x509_crt_get_activation_time(certificate) ||
	    at > gnutls_x509_crt_get_expiration_time(certificate))
		return "its certificate has expired, or is not valid yet";
	return NULL;
}

const char *
webhook_signed_by_certificate(const struct webhook_certified *by,
			      enum webhook_hash hash, struct webhook_bytes text,
			      const char *signature)
{
	gnutls_x509_crt_t chain[CHAIN_MOST];
	const char *wrong;
	unsigned n;

	if (!import_chain(by->pem, chain, &n))
		return "its certificate cannot be read";
	wrong = judge_certificate(chain[0], by->name, by->now);
	if (!wrong && by->authorities && !leads_to(chain, n, by->authorities))
		wrong = "its certificate leads to none of the authorities";
	if (!wrong && !is_signed(chain[0], hash, text, signature))
		wrong = "the signature is not that of the certificate";
	for (unsigned i = 0; i < n; i++)
		gnutls_x509_crt_deinit(chain[i]);
	return wrong;
}
