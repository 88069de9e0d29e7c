/* token.c - see token.h. */
#include "token/token.h"

#include <stdatomic.h>
#include <string.h>

#include "base/crypto.h"
#include "base/encode.h"

enum { KEY_ID_AT = 0, KIND_AT = 1, MESSAGE_AT = 2, RECORD_AT = 10 };
enum { HEAD_SIZE = 18, TAG_SIZE = 10 };
enum { BYTES_MOST = TOKEN_FIXED_SIZE + TOKEN_PAYLOAD_MOST };

static void
put_u64(unsigned char *to, uint64_t number)
{
	for (int i = 7; i >= 0; i--, number >>= 8)
		to[i] = (unsigned char)number;
}

static uint64_t
get_u64(const unsigned char *from)
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | from[i];
	return number;
}

/* Hashed whole and cut: BLAKE2b of another length is another function. */
static void
make_tag(const unsigned char *key, const unsigned char *bytes, size_t len,
	 unsigned char tag[TAG_SIZE])
{
	unsigned char hash[CRYPTO_HASH_SIZE];

	crypto_hash(hash, sizeof(hash), bytes, len, key, TAG_KEY_SIZE);
	memcpy(tag, hash, TAG_SIZE);
}

static size_t
make_bytes(const struct keys *keys, const struct token *token,
	   unsigned char bytes[BYTES_MOST])
{
	const unsigned char *key = keys_current(keys, &bytes[KEY_ID_AT]);
	size_t len = HEAD_SIZE + token->payload_len;

	bytes[KIND_AT] = (unsigned char)token->kind;
	put_u64(bytes + MESSAGE_AT, token->message_id);
	put_u64(bytes + RECORD_AT, token->record_key);
	if (token->payload_len)
		memcpy(bytes + HEAD_SIZE, token->payload, token->payload_len);
	make_tag(key, bytes, len, bytes + len);
	return len + TAG_SIZE;
}

enum sg_status
token_make(const struct keys *keys, const struct token *token, struct buf *out,
	   struct sg_err *err)
{
	unsigned char bytes[BYTES_MOST];

	if (token->payload_len > TOKEN_PAYLOAD_MOST)
		return err_set(err, SG_REFUSED,
			       "a token carries at most %d bytes, not %zu",
			       TOKEN_PAYLOAD_MOST, token->payload_len);
	encode_base64url(out, bytes, make_bytes(keys, token, bytes));
	return SG_OK;
}

enum sg_status
token_make_base32(const struct keys *keys, const struct token *token,
		  struct buf *out, struct sg_err *err)
{
	unsigned char bytes[BYTES_MOST];

	if (token->payload_len)
		return err_set(err, SG_REFUSED,
			       "a token in an address carries no payload");
	encode_base32(out, bytes, make_bytes(keys, token, bytes));
	return SG_OK;
}

/* One text for every cause: the outside need not learn which it was. */
static enum sg_status
refuse(struct sg_err *err)
{
	return err_set(err, SG_REFUSED, "not a token of ours");
}

static enum sg_status
read_bytes(const struct keys *keys, enum token_kind kind, const char *data,
	   size_t len, struct token *token_out, struct sg_err *err)
{
	const unsigned char *bytes = (const unsigned char *)data, *key;
	unsigned char tag[TAG_SIZE];

	if (len < TOKEN_FIXED_SIZE || len > BYTES_MOST)
		return refuse(err);
	key = keys_find(keys, bytes[KEY_ID_AT]);
	if (!key || bytes[KIND_AT] != kind)
		return refuse(err);
	make_tag(key, bytes, len - TAG_SIZE, tag);
	if (!crypto_equal(tag, bytes + len - TAG_SIZE, TAG_SIZE))
		return refuse(err);
	token_out->kind = kind;
	token_out->message_id = get_u64(bytes + MESSAGE_AT);
	token_out->record_key = get_u64(bytes + RECORD_AT);
	token_out->payload = data + HEAD_SIZE;
	token_out->payload_len = len - TOKEN_FIXED_SIZE;
	return SG_OK;
}

enum sg_status
token_read(const struct keys *keys, enum token_kind kind, const char *text,
	   size_t len, struct buf *scratch, struct token *token_out,
	   struct sg_err *err)
{
	if (len > TOKEN_TEXT_MOST)
		return refuse(err);
	buf_reset(scratch);
	if (decode_base64url(scratch, text, len, err) != SG_OK)
		return refuse(err);
	return read_bytes(keys, kind, buf_text(scratch), scratch->len,
			  token_out, err);
}

enum sg_status
token_read_base32(const struct keys *keys, enum token_kind kind,
		  const char *text, size_t len, struct token *token_out,
		  struct sg_err *err)
{
	struct buf bytes = BUF_INIT;
	struct token token;
	enum sg_status status;

	if (len != TOKEN_BASE32_LEN)
		return refuse(err);
	status = decode_base32(&bytes, text, len, err);
	if (status == SG_OK)
		status = read_bytes(keys, kind, buf_text(&bytes), bytes.len,
				    &token, err);
	buf_done(&bytes);
	if (status != SG_OK)
		return refuse(err);
	token.payload = "";
	token.payload_len = 0;
	*token_out = token;
	return SG_OK;
}

/*
 * The low 16 bits are a counter that begins at a random number in each
 * process, so that two nodes, or one before and after a restart, rarely meet
 * in the same millisecond; within a process they do not meet below 65,536
 * messages a millisecond.
 */
uint64_t
message_id_new(int64_t now)
{
	static _Atomic uint64_t counter;
	uint64_t begin = 0, id;

	if (!atomic_load(&counter))
		atomic_compare_exchange_strong(&counter, &begin,
					       (crypto_random_u64() >> 1) | 1);
	id = (uint64_t)now << 16 | (atomic_fetch_add(&counter, 1) & 0xffff);
	return id ? id : 1;
}

int64_t
message_id_time(uint64_t message_id)
{
	return (int64_t)(message_id >> 16);
}
