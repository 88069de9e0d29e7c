/*
 * api_auth.c - who asks. On the Unix socket the kernel says so: root and our
 * own user are managers, whoever else the socket's mode lets in is an
 * operator. Everywhere else it takes a bearer token (RFC 6750), of which only
 * the hash is stored.
 */
#include <pwd.h>
#include <string.h>
#include <strings.h>

#include "base/crypto.h"
#include "base/log.h"
#include "http/api/api_call.h"
#include "store/store_token.h"

enum {
	TOKEN_MOST = 256,
	PASSWD_SIZE = 4096,
	USED_EVERY_MS = 3600 * 1000,
	/* Somebody tries tokens. */
	WRONG_TIMES = 60,
	WRONG_MS = 60000
};

void
api_token_hash(const char *token, unsigned char hash[32])
{
	crypto_hash(hash, 32, token, strlen(token), NULL, 0);
}

static void
take_peer(struct api_call *call)
{
	uid_t uid = call->request->peer_uid;
	struct passwd entry, *found = NULL;
	char space[PASSWD_SIZE];

	call->principal.source = "cli";
	call->principal.role = uid == 0 || uid == call->api->own_uid
				       ? API_MANAGER
				       : API_OPERATOR;
	if (getpwuid_r(uid, &entry, space, sizeof(space), &found) == 0 && found)
		snprintf(call->principal.name, API_ACTOR_SIZE, "%s",
			 found->pw_name);
	else
		snprintf(call->principal.name, API_ACTOR_SIZE, "uid %u",
			 (unsigned)uid);
}

static void
take_token(struct api_call *call, const struct store_token *token)
{
	int role = api_role_find(token->role);

	call->principal.source = "api";
	call->principal.role = role > 0 ? (enum api_role)role : API_READER;
	snprintf(call->principal.name, API_ACTOR_SIZE, "%s", token->name);
}

static const char *
bearer(const struct api_call *call)
{
	const char *header =
		http_request_header(call->request, "Authorization");

	if (!header || strncasecmp(header, "Bearer ", 7) != 0)
		return NULL;
	header += 7;
	return header + strspn(header, " ");
}

/* --- how often ----------------------------------------------------------- */

static enum sg_status
too_often(struct api_call *call, int64_t wait_ms, const char *what,
	  struct sg_err *err)
{
	reply_header(call->reply, "Retry-After",
		     pool_printf(call->pool, "%lld",
				 (long long)(wait_ms + 999) / 1000));
	call->problem = 429;
	return err_set(err, SG_REFUSED, "%s", what);
}

static uint64_t
key_of(const struct api_call *call, const char *what, const char *whose)
{
	const char *text = pool_printf(call->pool, "%s\n%s", what, whose);

	return rate_key(call->api->rate, text, strlen(text));
}

static enum sg_status
refuse(struct api_call *call, const char *why, struct sg_err *err)
{
	call->problem = 401;
	reply_header(call->reply, "WWW-Authenticate", "Bearer");
	return err_set(err, SG_REFUSED, "%s", why);
}

/* 401, or 429 when there were many of them from there. */
static enum sg_status
refuse_token(struct api_call *call, struct sg_err *err)
{
	static const struct rate_limit limit = {WRONG_TIMES, WRONG_MS};
	uint64_t key = key_of(call, "wrong", call->request->request.peer);
	int64_t wait_ms;

	if (!rate_take(call->api->rate, &limit, key, call->now, &wait_ms))
		return too_often(call, wait_ms,
				 "too many tokens that do not work", err);
	return refuse(call, "this token is unknown, expired or revoked", err);
}

static enum sg_status
check_rate(struct api_call *call, struct sg_err *err)
{
	const struct rate_limit *limit = &call->api->options.token_limit;
	uint64_t key = key_of(call, "token", call->principal.name);
	int64_t wait_ms;

	if (rate_take(call->api->rate, limit, key, call->now, &wait_ms))
		return SG_OK;
	return too_often(call, wait_ms, "this token calls too often", err);
}

/* --- a token ------------------------------------------------------------- */

struct use {
	int64_t id, now;
};

static enum sg_status
note_use(void *arg, struct store *store, struct sg_err *err)
{
	const struct use *use = arg;

	return store_token_used(store, use->id, use->now, err);
}

bool
api_can_note(struct api *api)
{
	struct apply_status status;

	apply_get_status(api->options.apply, &status);
	return !status.store_down;
}

/* To the hour: not a transaction a call. If it cannot be noted now, it will
 * be with the next. */
static void
use_token(struct api_call *call, const struct store_token *token)
{
	struct use use = {token->id, call->now};
	struct sg_err err = {0};

	take_token(call, token);
	if (token->last_used_at &&
	    call->now - token->last_used_at < USED_EVERY_MS)
		return;
	if (!api_can_note(call->api))
		return;
	if (apply_call(call->api->options.apply, note_use, &use, &err) != SG_OK)
		log_debug("the use of a token is not noted: %s", err.text);
}

static enum sg_status
authenticate_token(struct api_call *call, const char *text, struct sg_err *err)
{
	unsigned char hash[STORE_TOKEN_HASH_SIZE];
	struct store_token token;
	enum sg_status status = api_store(call, err);

	if (status != SG_OK)
		return status;
	api_token_hash(text, hash);
	/* Looked up by hash: what time the look-up takes says nothing of a
	 * token that somebody is guessing at. */
	status = store_token_find(call->store, hash, call->now, call->pool,
				  &token, err);
	if (status == SG_NONE)
		return refuse_token(call, err);
	if (status != SG_OK)
		return status == SG_REFUSED ? SG_FAILED : status;
	use_token(call, &token);
	return check_rate(call, err);
}

enum sg_status
api_authenticate(struct api_call *call, struct sg_err *err)
{
	const char *text;

	if (call->request->face == HTTP_LOCAL) {
		if (call->request->peer_uid == (uid_t)-1) {
			call->problem = 401;
			return err_set(err, SG_REFUSED,
				       "the socket does not say who you are");
		}
		take_peer(call);
		return SG_OK;
	}
	text = bearer(call);
	if (!text || !*text || strlen(text) > TOKEN_MOST)
		return refuse(call,
			      "send an API token as `Authorization: Bearer "
			      "TOKEN`; `scoregate token create` makes one",
			      err);
	return authenticate_token(call, text, err);
}

enum sg_status
api_find_actor(struct api_call *call, const char *actor, struct sg_err *err)
{
	struct store_tokens tokens;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status = store_tokens_all(call->store, false, call->pool,
					  &tokens, err);
	if (status != SG_OK)
		return status;
	for (size_t i = 0; i < tokens.n_rows; i++) {
		const struct store_token *token = &tokens.rows[i];

		if (strcmp(token->name, actor) == 0 &&
		    (token->expires_at == 0 || token->expires_at > call->now)) {
			take_token(call, token);
			return SG_OK;
		}
	}
	return err_set(err, SG_REFUSED, "no API token is named `%s`", actor);
}
