/*
 * token.h - the signed segment in every public URL and bounce address:
 *
 *   base64url( key id 1 | kind 1 | message id 8 | record key 8 | payload | tag
 * 10 )
 *
 * big-endian; the tag is keyed BLAKE2b over all before it, cut to 10 bytes and
 * compared in constant time. VERP carries the 28 fixed bytes (no payload) in
 * lower-case base32 (RFC 4648 without padding), 45 characters, read without
 * regard to case. A token of one kind is refused everywhere else. Pure apart
 * from the key ring, any thread.
 */
#ifndef ENGINE_TOKEN_TOKEN_H
#define ENGINE_TOKEN_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "token/keys.h"

enum token_kind {
	TOKEN_OPEN = 1,
	TOKEN_CLICK = 2,
	TOKEN_BOUNCE = 3,
	TOKEN_UNSUBSCRIBE = 4,
	TOKEN_VISITOR = 5,
	TOKEN_MESSAGE = 6, /* the signed X-Scoregate-Message of a broadcast */
	TOKEN_CONFIRM = 7, /* double opt-in */
	TOKEN_FORWARD = 8, /* the send-to-a-friend page */
	TOKEN_STAMP = 9	   /* when a form's page was made */
};

enum {
	TOKEN_FIXED_SIZE = 28,
	TOKEN_PAYLOAD_MOST = 1500,
	TOKEN_TEXT_MOST = 2048,
	TOKEN_BASE32_LEN = 45
};

struct token {
	enum token_kind kind;
	uint64_t message_id;
	uint64_t record_key;
	const char *payload; /* not NUL-terminated; borrowed */
	size_t payload_len;
};

/* SG_REFUSED: payload over TOKEN_PAYLOAD_MOST. */
enum sg_status token_make(const struct keys *keys, const struct token *token,
			  struct buf *out, struct sg_err *err) MUST_CHECK;
enum sg_status token_make_base32(const struct keys *keys,
				 const struct token *token, struct buf *out,
				 struct sg_err *err) MUST_CHECK;

/* SG_REFUSED: malformed, unknown key, wrong kind, tag does not match. The
 * payload points into `scratch`, which the caller keeps. */
enum sg_status token_read(const struct keys *keys, enum token_kind kind,
			  const char *text, size_t len, struct buf *scratch,
			  struct token *token_out,
			  struct sg_err *err) MUST_CHECK;
enum sg_status token_read_base32(const struct keys *keys, enum token_kind kind,
				 const char *text, size_t len,
				 struct token *token_out,
				 struct sg_err *err) MUST_CHECK;

/* For people and for texts that quote one: of whatever kind it is, in either
 * form. */
enum sg_status token_read_any(const struct keys *keys, const char *text,
			      size_t len, struct buf *scratch,
			      struct token *token_out,
			      struct sg_err *err) MUST_CHECK;

/* 48 bits of milliseconds, 16 of node and counter; never 0. Any thread. */
uint64_t message_id_new(int64_t now);
int64_t message_id_time(uint64_t message_id); /* ms UTC */

#endif
