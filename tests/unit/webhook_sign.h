/*
 * webhook_sign.h - a sender of webhooks: signs a body as each scheme wants it.
 * Keys and certificates are made anew for each run.
 */
#ifndef TESTS_UNIT_WEBHOOK_SIGN_H
#define TESTS_UNIT_WEBHOOK_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"

/* What is wrong with how a signature is written. */
enum webhook_spoil {
	SPOIL_NOTHING,
	SPOIL_SHORT,   /* its last character is missing */
	SPOIL_LONG,    /* one more */
	SPOIL_GARBAGE, /* neither hex nor base64 */
	SPOIL_EMPTY,
	N_SPOILS
};

struct webhook_sender {
	struct pool *pool;
	enum webhook_spoil spoil;
	const char *url; /* as it is signed by Twilio */
	const char *secret;
	const char *public_key;	 /* of SendGrid, base64 */
	const char *edwards_key; /* the same, Ed25519 */
	const char *certificate; /* of Amazon, PEM */
	const char *authority;	 /* that it leads to, PEM */
	struct webhook_keys *keys;
};

/* What is sent: the body may hold the signature. */
struct webhook_sent {
	const char *headers; /* "Name: value" lines */
	const char *body;
};

struct webhook_sender *webhook_sender_new(void);
void webhook_sender_free(struct webhook_sender *sender);
/* As at `at`, ms. "" = it is not signed. */
struct webhook_sent webhook_sign(struct webhook_sender *sender,
				 const char *scheme, const char *body,
				 int64_t at);
/* As SendGrid does, with the other key. */
struct webhook_sent webhook_sign_edwards(struct webhook_sender *sender,
					 const char *body, int64_t at);
/* HMAC with "sha1" or "sha512" of the body, in X-Signature. */
struct webhook_sent webhook_sign_hash(struct webhook_sender *sender,
				      const char *hash, const char *body);
/* Of SNS with signature version "1" or "2". */
struct webhook_sent webhook_sign_sns(struct webhook_sender *sender,
				     const char *version, const char *body,
				     int64_t at);

#endif
