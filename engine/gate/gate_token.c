/* gate_token.c - what stands in one of our tokens, for people who ask; see
 * gate_trial.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "gate/gate_trial.h"
#include "token/token.h"

static const char *
kind_name(enum token_kind kind)
{
	static const char *const names[] = {
		[TOKEN_OPEN] = "open",
		[TOKEN_CLICK] = "click",
		[TOKEN_BOUNCE] = "bounce",
		[TOKEN_UNSUBSCRIBE] = "unsubscribe",
		[TOKEN_VISITOR] = "visitor",
		[TOKEN_MESSAGE] = "message",
		[TOKEN_CONFIRM] = "confirm",
		[TOKEN_FORWARD] = "forward",
		[TOKEN_STAMP] = "stamp",
	};

	return (size_t)kind < sizeof(names) / sizeof(names[0]) && names[kind]
		       ? names[kind]
		       : "other";
}

/* What could be the token in "https://host/c/TOKEN?x", "TOKEN.gif",
 * "<bounce+TOKEN@host>", "mailto:leave+TOKEN@host?subject=…". */
static const char *
token_in(const char *text, size_t *len_out)
{
	const char *at = strchr(text, '@'), *start = text, *c;
	const char *end = at ? at : text + strcspn(text, "?#>\"' \t\r\n");

	for (c = text; c < end; c++)
		if (*c == '/' || (at && *c == '+') || *c == '<')
			start = c + 1;
	if (!at && end - start > 4 && strncmp(end - 4, ".gif", 4) == 0)
		end -= 4;
	*len_out = (size_t)(end - start);
	return start;
}

/* The first byte is open to everybody. */
static unsigned
key_id_of(const char *text, size_t len)
{
	struct buf bytes = BUF_INIT;
	unsigned id = 0;

	if (len == TOKEN_BASE32_LEN
		    ? decode_base32(&bytes, text, len, NULL) == SG_OK
		    : decode_base64url(&bytes, text, len, NULL) == SG_OK)
		id = (unsigned char)buf_text(&bytes)[0];
	buf_done(&bytes);
	return id;
}

enum sg_status
gate_token_read(const struct keys *keys, struct pool *pool, const char *text,
		struct gate_trial_token *token_out, struct sg_err *err)
{
	struct buf scratch = BUF_INIT;
	struct token token;
	size_t len;
	const char *start = token_in(text, &len);
	enum sg_status status =
		token_read_any(keys, start, len, &scratch, &token, err);

	if (status == SG_OK)
		*token_out = (struct gate_trial_token){
			.kind = kind_name(token.kind),
			.key_id = key_id_of(start, len),
			.message_id = token.message_id,
			.record_key = token.record_key,
			.sent_at = message_id_time(token.message_id),
			.payload = pool_memdup(pool, token.payload,
					       token.payload_len),
		};
	buf_done(&scratch);
	return status;
}

/* What a token of that kind carries. */
static const char *
payload_name(const char *kind)
{
	static const char *const names[][2] = {{"click", "target"},
					       {"unsubscribe", "list"},
					       {"forward", "campaign"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(kind, names[i][0]) == 0)
			return names[i][1];
	return "payload";
}

void
gate_token_json(const struct gate_trial_token *token, struct json *to)
{
	char number[24];

	json_add_text(to, "kind", token->kind);
	json_add_int(to, "key", token->key_id);
	snprintf(number, sizeof(number), "%016" PRIx64, token->message_id);
	json_add_text(to, "message_id", number);
	json_add_time(to, "sent_at", token->sent_at);
	snprintf(number, sizeof(number), "%016" PRIx64, token->record_key);
	json_add_text(to, "record_key", number);
	if (*token->payload || strcmp(token->kind, "click") == 0)
		json_add_clean(to, payload_name(token->kind), token->payload);
}
