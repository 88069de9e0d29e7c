/* api_tokens.c - bearer tokens: made here, shown once, kept as hashes. */
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "http/api/api_call.h"
#include "store/store_token.h"

enum { TOKEN_BYTES = 32 };

static const char *
state_of(const struct api_call *call, const struct store_token *token)
{
	if (token->revoked_at)
		return "revoked";
	return token->expires_at && token->expires_at <= call->now ? "expired"
								   : "active";
}

static void
add_moment(struct json *to, const char *name, int64_t at)
{
	if (at)
		json_add_time(to, name, at);
	else
		json_add_null(to, name);
}

static struct json *
token_json(const struct api_call *call, const struct store_token *token)
{
	struct json *item = json_new_object();

	json_add_text(item, "name", token->name);
	json_add_text(item, "role", token->role);
	json_add_text(item, "state", state_of(call, token));
	json_add_time(item, "created_at", token->created_at);
	add_moment(item, "expires_at", token->expires_at);
	add_moment(item, "revoked_at", token->revoked_at);
	add_moment(item, "last_used_at", token->last_used_at);
	return item;
}

/* Those that work or did until they expired; with state= those of that. */
enum sg_status
api_tokens_all(struct api_call *call, struct sg_err *err)
{
	const char *state = api_param(call, "state");
	struct store_tokens tokens;
	struct json *items;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_tokens_all(call->store, state != NULL,
					  call->pool, &tokens, err);
	if (status != SG_OK)
		return status;
	items = api_items(call);
	for (size_t i = 0; i < tokens.n_rows; i++)
		if (!state || strcmp(state, "all") == 0 ||
		    strcmp(state, state_of(call, &tokens.rows[i])) == 0)
			json_push(items, token_json(call, &tokens.rows[i]));
	return SG_OK;
}

struct making {
	struct store_token token;
	unsigned char hash[STORE_TOKEN_HASH_SIZE];
	struct buf text;
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

static enum sg_status
show_made(struct api_call *call, void *arg, struct sg_err *err)
{
	const struct making *making = arg;

	json_add_text(api_answer(call), "name", making->token.name);
	json_add_text(call->answer, "role", making->token.role);
	add_moment(call->answer, "expires_at", making->token.expires_at);
	json_add_text(call->answer, "token", buf_text(&making->text));
	call->status = 201;
	call->secret = true;
	return SG_OK;
}

enum sg_status
api_tokens_create(struct api_call *call, struct sg_err *err)
{
	struct making making = {.token = {.created_at = call->now}};
	struct api_definition definition = {make, &making, "token.create", NULL,
					    NULL};
	enum sg_status status = read_token(call, &making.token, err);

	if (status != SG_OK)
		return status;
	make_token(&making.text, making.hash);
	definition.object = making.token.name;
	definition.detail = making.token.role;
	status =
		api_define_answered(call, &definition, show_made, &making, err);
	if (making.text.data)
		crypto_wipe(making.text.data, making.text.len);
	buf_done(&making.text);
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
