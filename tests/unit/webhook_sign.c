/* webhook_sign.c - see webhook_sign.h. */
#include "webhook_sign.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/json.h"
#include "gate/form.h"

enum { YEAR_S = 365 * 86400 };

struct webhook_keys {
	gnutls_privkey_t event, edwards; /* SendGrid's: ECDSA, Ed25519 */
	gnutls_x509_privkey_t authority, topic;
	gnutls_x509_crt_t authority_crt, topic_crt;
};

static void
must(int result)
{
	if (result < 0)
		abort();
}

/* --- keys ---------------------------------------------------------------- */

static const char *
pem_of(struct pool *pool, gnutls_x509_crt_t certificate)
{
	gnutls_datum_t pem;
	char *copy;

	must(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem));
	copy = pool_memdup(pool, pem.data, pem.size);
	gnutls_free(pem.data);
	return copy;
}

static gnutls_x509_crt_t
new_certificate(gnutls_x509_privkey_t key, const char *name, bool is_authority)
{
	gnutls_x509_crt_t certificate;
	time_t now = (time_t)(clock_now() / 1000);
	unsigned char serial = is_authority ? 1 : 2;

	must(gnutls_x509_crt_init(&certificate));
	must(gnutls_x509_crt_set_version(certificate, 3));
	must(gnutls_x509_crt_set_serial(certificate, &serial, 1));
	must(gnutls_x509_crt_set_activation_time(certificate, now - 86400));
	must(gnutls_x509_crt_set_expiration_time(certificate, now + YEAR_S));
	must(gnutls_x509_crt_set_dn_by_oid(certificate,
					   GNUTLS_OID_X520_COMMON_NAME, 0, name,
					   (unsigned)strlen(name)));
	must(gnutls_x509_crt_set_basic_constraints(certificate, is_authority,
						   -1));
	if (!is_authority)
		must(gnutls_x509_crt_set_subject_alt_name(
			certificate, GNUTLS_SAN_DNSNAME, name,
			(unsigned)strlen(name), GNUTLS_FSAN_SET));
	must(gnutls_x509_crt_set_key(certificate, key));
	return certificate;
}

static gnutls_x509_privkey_t
new_key(void)
{
	gnutls_x509_privkey_t key;

	must(gnutls_x509_privkey_init(&key));
	must(gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, 2048, 0));
	return key;
}

static void
make_certificates(struct webhook_sender *sender)
{
	struct webhook_keys *keys = sender->keys;

	keys->authority = new_key();
	keys->topic = new_key();
	keys->authority_crt =
		new_certificate(keys->authority, "Some authority", true);
	keys->topic_crt =
		new_certificate(keys->topic, "sns.amazonaws.com", false);
	must(gnutls_x509_crt_sign2(keys->authority_crt, keys->authority_crt,
				   keys->authority, GNUTLS_DIG_SHA256, 0));
	must(gnutls_x509_crt_sign2(keys->topic_crt, keys->authority_crt,
				   keys->authority, GNUTLS_DIG_SHA256, 0));
	sender->certificate = pem_of(sender->pool, keys->topic_crt);
	sender->authority = pem_of(sender->pool, keys->authority_crt);
}

static const char *
base64_of(struct pool *pool, const void *bytes, size_t len)
{
	struct buf text = BUF_INIT;
	const char *copy;

	encode_base64(&text, bytes, len);
	copy = pool_strdup(pool, buf_text(&text));
	buf_done(&text);
	return copy;
}

/* Its public half, in base64. */
static const char *
make_event_key(struct pool *pool, gnutls_privkey_t *key,
	       gnutls_pk_algorithm_t kind, unsigned bits)
{
	gnutls_pubkey_t public;
	gnutls_datum_t der;
	const char *text;

	must(gnutls_privkey_init(key));
	must(gnutls_privkey_generate(*key, kind, bits, 0));
	must(gnutls_pubkey_init(&public));
	must(gnutls_pubkey_import_privkey(public, *key, 0, 0));
	must(gnutls_pubkey_export2(public, GNUTLS_X509_FMT_DER, &der));
	text = base64_of(pool, der.data, der.size);
	gnutls_free(der.data);
	gnutls_pubkey_deinit(public);
	return text;
}

struct webhook_sender *
webhook_sender_new(void)
{
	struct pool *pool = pool_new();
	struct webhook_sender *sender = pool_alloc(pool, sizeof(*sender));

	sender->pool = pool;
	sender->secret = "s3cret";
	sender->url = "https://t.example.com/h/twilio";
	sender->keys = pool_alloc(pool, sizeof(*sender->keys));
	make_certificates(sender);
	sender->public_key = make_event_key(
		pool, &sender->keys->event, GNUTLS_PK_ECDSA,
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1));
	sender->edwards_key = make_event_key(
		pool, &sender->keys->edwards, GNUTLS_PK_EDDSA_ED25519,
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519));
	return sender;
}

void
webhook_sender_free(struct webhook_sender *sender)
{
	gnutls_privkey_deinit(sender->keys->event);
	gnutls_privkey_deinit(sender->keys->edwards);
	gnutls_x509_crt_deinit(sender->keys->authority_crt);
	gnutls_x509_crt_deinit(sender->keys->topic_crt);
	gnutls_x509_privkey_deinit(sender->keys->authority);
	gnutls_x509_privkey_deinit(sender->keys->topic);
	pool_free(sender->pool);
}

static const char *
spoiled(struct webhook_sender *sender, const char *signature)
{
	size_t len = strlen(signature);

	switch (sender->spoil) {
	case SPOIL_SHORT:
		return pool_printf(sender->pool, "%.*s", (int)len - 1,
				   signature);
	case SPOIL_LONG:
		return pool_printf(sender->pool, "%sA", signature);
	case SPOIL_GARBAGE:
		return "%%%";
	case SPOIL_EMPTY:
		return "";
	default:
		return signature;
	}
}

/* --- HMAC ---------------------------------------------------------------- */

static const char *
hmac(struct webhook_sender *sender, gnutls_mac_algorithm_t mac,
     const char *text, bool hex)
{
	unsigned char bytes[64];
	struct buf out = BUF_INIT;
	const char *copy;

	must(gnutls_hmac_fast(mac, sender->secret, strlen(sender->secret), text,
			      strlen(text), bytes));
	if (!hex)
		return spoiled(sender, base64_of(sender->pool, bytes,
						 gnutls_hmac_get_len(mac)));
	encode_hex(&out, bytes, gnutls_hmac_get_len(mac));
	copy = pool_strdup(sender->pool, buf_text(&out));
	buf_done(&out);
	return spoiled(sender, copy);
}

static const char *
replace(struct pool *pool, const char *text, const char *mark,
	const char *value)
{
	struct buf out = BUF_INIT;
	const char *at, *copy;

	while ((at = strstr(text, mark))) {
		buf_append(&out, text, (size_t)(at - text));
		buf_append_text(&out, value);
		text = at + strlen(mark);
	}
	buf_append_text(&out, text);
	copy = pool_strdup(pool, buf_text(&out));
	buf_done(&out);
	return copy;
}

/* HMAC-SHA256 of the body in one header: a row each. */
static const struct {
	const char *scheme, *header, *prefix;
	bool hex;
} plain[] = {
	{"calcom", "X-Cal-Signature-256", "", true},
	{"discourse", "X-Discourse-Event-Signature", "sha256=", true},
	{"facebook", "X-Hub-Signature-256", "sha256=", true},
	{"github", "X-Hub-Signature-256", "sha256=", true},
	{"hmac", "X-Signature", "", true},
	{"shopify", "X-Shopify-Hmac-Sha256", "", false},
	{"thinkific", "X-Thinkific-Hmac-Sha256", "", true},
	{"typeform", "Typeform-Signature", "sha256=", false},
	{"woocommerce", "X-WC-Webhook-Signature", "", false},
	{"x", "X-Twitter-Webhooks-Signature", "sha256=", false},
};

/* With a time: what is signed, and where both go. */
static const struct {
	const char *scheme, *text, *headers;
	bool hex, iso;
} timed[] = {
	{"stripe", "%T.%B", "Stripe-Signature: t=%T,v1=%S,v0=00\n", true,
	 false},
	{"calendly", "%T.%B", "Calendly-Webhook-Signature: t=%T,v1=%S\n", true,
	 false},
	{"slack", "v0:%T:%B",
	 "X-Slack-Signature: v0=%S\nX-Slack-Request-Timestamp: %T\n", true,
	 false},
	{"standard", "msg_1.%T.%B",
	 "webhook-id: msg_1\nwebhook-timestamp: %T\n"
	 "webhook-signature: v1,AAAA v1,%S\n",
	 false, false},
	{"zendesk", "%T%B",
	 "X-Zendesk-Webhook-Signature: %S\n"
	 "X-Zendesk-Webhook-Signature-Timestamp: %T\n",
	 false, true},
};

static const char *
seconds(struct pool *pool, int64_t at)
{
	return pool_printf(pool, "%lld", (long long)(at / 1000));
}

static struct webhook_sent
sign_timed(struct webhook_sender *sender, size_t row, const char *body,
	   int64_t at)
{
	struct pool *pool = sender->pool;
	char iso[CLOCK_TEXT_SIZE];
	const char *time =
		timed[row].iso ? clock_format(at, iso) : seconds(pool, at);
	const char *text = replace(
		pool, replace(pool, timed[row].text, "%T", time), "%B", body);
	const char *signature =
		hmac(sender, GNUTLS_MAC_SHA256, text, timed[row].hex);

	return (struct webhook_sent){
		replace(pool, replace(pool, timed[row].headers, "%T", time),
			"%S", signature),
		body};
}

/* --- the others ---------------------------------------------------------- */

static struct webhook_sent
mailgun(struct webhook_sender *sender, const char *body, int64_t at)
{
	const char *time = seconds(sender->pool, at);
	struct json *json;
	const char *text, *signature;

	body = replace(sender->pool, body, "@TIMESTAMP@", time);
	must(json_parse(body, strlen(body), &json, NULL) == SG_OK ? 0 : -1);
	text = pool_printf(sender->pool, "%s%s", time,
			   json_get_text(json_get(json, "signature"), "token"));
	json_free(json);
	signature = hmac(sender, GNUTLS_MAC_SHA256, text, true);
	return (struct webhook_sent){
		"", replace(sender->pool, body, "@SIGNATURE@", signature)};
}

static int
by_name(const void *a, const void *b)
{
	const struct sg_prop *one = a, *other = b;

	return strcmp(one->name, other->name);
}

static struct webhook_sent
twilio(struct webhook_sender *sender, const char *body)
{
	struct sg_form form = {.n_fields = 0};
	const char *text = sender->url;

	must(form_read_pairs(sender->pool, body, strlen(body), &form, NULL) ==
			     SG_OK
		     ? 0
		     : -1);
	qsort(form.fields, form.n_fields, sizeof(*form.fields), by_name);
	for (size_t i = 0; i < form.n_fields; i++)
		text = pool_printf(sender->pool, "%s%s%s", text,
				   form.fields[i].name, form.fields[i].value);
	return (struct webhook_sent){
		pool_printf(sender->pool, "X-Twilio-Signature: %s\n",
			    hmac(sender, GNUTLS_MAC_SHA1, text, false)),
		body};
}

static const char *
sign_with(struct webhook_sender *sender, gnutls_privkey_t key,
	  gnutls_digest_algorithm_t digest, const char *text)
{
	gnutls_datum_t data = {(unsigned char *)(uintptr_t)text,
			       (unsigned)strlen(text)};
	gnutls_datum_t signature;
	const char *copy;

	must(gnutls_privkey_sign_data(key, digest, 0, &data, &signature));
	copy = base64_of(sender->pool, signature.data, signature.size);
	gnutls_free(signature.data);
	return spoiled(sender, copy);
}

static struct webhook_sent
sendgrid(struct webhook_sender *sender, gnutls_privkey_t key, const char *body,
	 int64_t at)
{
	const char *time = seconds(sender->pool, at);
	const char *signature =
		sign_with(sender, key,
			  key == sender->keys->event ? GNUTLS_DIG_SHA256
						     : GNUTLS_DIG_SHA512,
			  pool_printf(sender->pool, "%s%s", time, body));

	return (struct webhook_sent){
		pool_printf(sender->pool,
			    "X-Twilio-Email-Event-Webhook-Signature: %s\n"
			    "X-Twilio-Email-Event-Webhook-Timestamp: %s\n",
			    signature, time),
		body};
}

struct webhook_sent
webhook_sign_edwards(struct webhook_sender *sender, const char *body,
		     int64_t at)
{
	return sendgrid(sender, sender->keys->edwards, body, at);
}

struct webhook_sent
webhook_sign_hash(struct webhook_sender *sender, const char *hash,
		  const char *body)
{
	gnutls_mac_algorithm_t mac =
		strcmp(hash, "sha1") == 0 ? GNUTLS_MAC_SHA1 : GNUTLS_MAC_SHA512;

	return (struct webhook_sent){
		pool_printf(sender->pool, "X-Signature: %s\n",
			    hmac(sender, mac, body, mac == GNUTLS_MAC_SHA1)),
		body};
}

struct webhook_sent
webhook_sign_sns(struct webhook_sender *sender, const char *version,
		 const char *body, int64_t at)
{
	static const char *const names[] = {
		"Message",   "MessageId", "Subject",  "SubscribeURL",
		"Timestamp", "Token",	  "TopicArn", "Type"};
	const char *text = "", *value, *signature;
	char iso[CLOCK_TEXT_SIZE];
	gnutls_privkey_t key;
	struct json *json;

	body = replace(sender->pool, body, "@TIMESTAMP@",
		       clock_format(at, iso));
	body = replace(sender->pool, body, "@VERSION@", version);
	must(json_parse(body, strlen(body), &json, NULL) == SG_OK ? 0 : -1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = json_get_text(json, names[i]);
		if (value)
			text = pool_printf(sender->pool, "%s%s\n%s\n", text,
					   names[i], value);
	}
	must(gnutls_privkey_init(&key));
	must(gnutls_privkey_import_x509(key, sender->keys->topic, 0));
	signature = sign_with(
		sender, key,
		version[0] == '1' ? GNUTLS_DIG_SHA1 : GNUTLS_DIG_SHA256, text);
	gnutls_privkey_deinit(key);
	json_free(json);
	return (struct webhook_sent){
		"", replace(sender->pool, body, "@SIGNATURE@", signature)};
}

struct webhook_sent
webhook_sign(struct webhook_sender *sender, const char *scheme,
	     const char *body, int64_t at)
{
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (strcmp(plain[i].scheme, scheme) == 0)
			return (struct webhook_sent){
				pool_printf(sender->pool, "%s: %s%s\n",
					    plain[i].header, plain[i].prefix,
					    hmac(sender, GNUTLS_MAC_SHA256,
						 body, plain[i].hex)),
				body};
	for (size_t i = 0; i < sizeof(timed) / sizeof(timed[0]); i++)
		if (strcmp(timed[i].scheme, scheme) == 0)
			return sign_timed(sender, i, body, at);
	if (strcmp(scheme, "mailgun") == 0)
		return mailgun(sender, body, at);
	if (strcmp(scheme, "twilio") == 0)
		return twilio(sender, body);
	if (strcmp(scheme, "sendgrid") == 0)
		return sendgrid(sender, sender->keys->event, body, at);
	if (strcmp(scheme, "sns") == 0)
		return webhook_sign_sns(sender, "2", body, at);
	if (strcmp(scheme, "basic") == 0) /* u:p */
		return (struct webhook_sent){"Authorization: Basic dTpw\n",
					     body};
	assert(strcmp(scheme, "token") == 0 || !*scheme);
	return (struct webhook_sent){"", body};
}
