/* host_token.c - tokens and secrets. */
#include "base/crypto.h"
#include "base/encode.h"
#include "gate/gate_call.h"
#include "gate/gate_host.h"
#include "token/token.h"

enum { HMAC_SIZE = 32, SIGNATURE_TEXT_MOST = 128 };

enum sg_status
host_token_make(const struct sg_call *call, const struct sg_token *token,
		enum sg_token_form form, struct sg_text *to, struct sg_err *err)
{
	const struct keys *keys = gate_call_of(call)->plugin->gate->keys;
	struct token ours = {
		.kind = (enum token_kind)token->kind,
		.message_id = token->message_id,
		.record_key = token->record_key,
		.payload = token->payload,
		.payload_len = token->payload_len,
	};

	/* Who could make those could speak for a broadcast. */
	if (ours.kind == TOKEN_MESSAGE)
		return err_set(err, SG_REFUSED,
			       "plugins make no tokens of this kind");
	return form == SG_TOKEN_ADDRESS
		       ? token_make_base32(keys, &ours, &to->buf, err)
		       : token_make(keys, &ours, &to->buf, err);
}

/* A link leads where it led for ever (architecture: tokens); what ends is that
 * following it says something about its reader. */
static bool
is_expired(const struct gate_call *call, const struct token *token)
{
	int64_t expire_ms = call->plugin->gate->expire_ms;

	return expire_ms > 0 &&
	       (token->kind == TOKEN_OPEN || token->kind == TOKEN_CLICK) &&
	       call->public.now - message_id_time(token->message_id) >
		       expire_ms;
}

enum sg_status
host_token_read(const struct sg_call *call, enum sg_token_kind kind,
		enum sg_token_form form, const char *text, size_t len,
		struct sg_token *token_out, struct sg_err *err)
{
	struct gate_call *ours = gate_call_of(call);
	const struct keys *keys = ours->plugin->gate->keys;
	struct token token = {0};
	enum sg_status status;

	if (form == SG_TOKEN_ADDRESS)
		status = token_read_base32(keys, (enum token_kind)kind, text,
					   len, &token, err);
	else
		status = token_read(keys, (enum token_kind)kind, text, len,
				    &gate_call_text(ours, TOKEN_TEXT_MOST)->buf,
				    &token, err);
	if (status != SG_OK)
		return status;
	ours->token_expired = is_expired(ours, &token);
	token_out->kind = kind;
	token_out->message_id = token.message_id;
	token_out->record_key = token.record_key;
	token_out->payload = token.payload;
	token_out->payload_len = token.payload_len;
	return SG_OK;
}

bool
host_hmac_sha256_is(const char *secret, const void *bytes, size_t len,
		    const char *signature)
{
	size_t text_len = strlen(signature);
	unsigned char tag[HMAC_SIZE];
	struct buf given = BUF_INIT;
	enum sg_status status = SG_REFUSED;
	bool is;

	if (text_len == 2 * HMAC_SIZE)
		status = decode_hex(&given, signature, text_len, NULL);
	else if (text_len <= SIGNATURE_TEXT_MOST)
		status = decode_base64(&given, signature, text_len, NULL);
	crypto_hmac_sha256(tag, secret, strlen(secret), bytes, len);
	is = status == SG_OK && given.len == HMAC_SIZE &&
	     crypto_equal(tag, given.data, HMAC_SIZE);
	buf_done(&given);
	crypto_wipe(tag, sizeof(tag));
	return is;
}

/* By their hashes, so that lengths tell nothing either. */
bool
host_equal(const char *a, const char *b)
{
	unsigned char hash_a[CRYPTO_HASH_SIZE], hash_b[CRYPTO_HASH_SIZE];

	crypto_hash(hash_a, sizeof(hash_a), a, strlen(a), NULL, 0);
	crypto_hash(hash_b, sizeof(hash_b), b, strlen(b), NULL, 0);
	return crypto_equal(hash_a, hash_b, sizeof(hash_a));
}
