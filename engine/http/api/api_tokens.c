/* api_tokens.c - bearer tokens: made here, shown once, kept as hashes. */
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "http/api/api_call.h"
#include "store/store_token.h"

enum { TOKEN_BYTES = 32 };

enum sg_status
api_tokens_all(struct api_call *call, struct sg_err *err)
{
	struct store_tokens tokens;
	struct json *items;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status =
			store_tokens_all(call->store, call->pool, &tokens, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < tokens.n_rows; i++) {
		const struct store_token *token = &tokens.rows[i];
		struct json *item = json_new_object();

		json_add_text(item, "name", token->name);
		json_add_text(item, "role", token->role);
		json_add_time(item, "created_at", token->created_at);
		if (token->expires_at)
			json_add_time(item, "expires_at", token->expires_at);
		else
			json_add_null(item, "expires_at");
		json_push(items, item);
	}
	return SG_OK;
}

struct making {
	struct store_token token;
	unsigned char hash[STORE_TOKEN_HASH_SIZE];
};

static enum sg_status
make(void *arg, struct store *store, struct sg_err *err)
{
	const struct making *making = arg;

	return store_token_create(store, &making->token, making->hash, err);
}

static enum sg_status
read_token(struct api_call *call, struct store_token *token, struct sg_err *err)
{
	const char *expires;
	enum sg_status status =
		api_body_text(call, "name", true, &token->name, err);

	if (status == SG_OK)
		status = api_body_text(call, "role", true, &token->role, err);
	if (status == SG_OK)
		status =
			api_body_text(call, "expires_at", false, &expires, err);
	if (status == SG_OK)
		status = api_check_name("token", token->name, err);
	if (status != SG_OK)
		return status;
	if (api_role_find(token->role) < 0)
		return err_set(err, SG_REFUSED,
			       "`role` is reader, operator or manager, not "
			       "`%s`",
			       token->role);
	if (!expires)
		return SG_OK;
	status = clock_parse(expires, call->api->options.timezone,
			     &token->expires_at, err);
	if (status != SG_OK) {
		err_prefix(err, "`expires_at`");
		return status;
	}
	if (token->expires_at <= call->now)
		return err_set(err, SG_REFUSED, "`expires_at` is past");
	return SG_OK;
}

/* "sg_" says where a leaked one belongs. */
static void
make_token(struct buf *token, unsigned char hash[STORE_TOKEN_HASH_SIZE])
{
	unsigned char bytes[TOKEN_BYTES];

	crypto_random(bytes, sizeof(bytes));
	buf_append_text(token, "sg_");
	encode_base64url(token, bytes, sizeof(bytes));
	crypto_wipe(bytes, sizeof(bytes));
	api_token_hash(buf_text(token), hash);
}

enum sg_status
api_tokens_create(struct api_call *call, struct sg_err *err)
{
	struct making making = {.token = {.created_at = call->now}};
	struct api_definition definition = {make, &making, "token.create", NULL,
					    NULL};
	struct buf token = BUF_INIT;
	enum sg_status status = read_token(call, &making.token, err);

	if (status != SG_OK)
		return status;
	make_token(&token, making.hash);
	definition.object = making.token.name;
	definition.detail = making.token.role;
	status = api_define(call, &definition, err);
	if (status == SG_OK) {
		json_add_text(api_answer(call), "name", making.token.name);
		json_add_text(call->answer, "role", making.token.role);
		json_add_text(call->answer, "token", buf_text(&token));
		call->status = 201;
	}
	if (token.data)
		crypto_wipe(token.data, token.len);
	buf_done(&token);
	return status;
}

struct revoking {
	const char *name;
	int64_t now;
};

static enum sg_status
revoke(void *arg, struct store *store, struct sg_err *err)
{
	const struct revoking *revoking = arg;
	enum sg_status status =
		store_token_revoke(store, revoking->name, revoking->now, err);

	if (status == SG_NONE)
		return err_set(err, SG_NONE, "no token `%s`", revoking->name);
	return status;
}

enum sg_status
api_tokens_revoke(struct api_call *call, struct sg_err *err)
{
	struct revoking revoking = {call->args[0], call->now};
	struct api_definition definition = {revoke, &revoking, "token.revoke",
					    revoking.name, NULL};

	call->status = 204;
	return api_define(call, &definition, err);
}
