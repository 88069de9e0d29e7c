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
#include "http/api/api_call.h"
#include "store/store_token.h"

enum { TOKEN_MOST = 256, PASSWD_SIZE = 4096 };

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

enum sg_status
api_authenticate(struct api_call *call, struct sg_err *err)
{
	unsigned char hash[STORE_TOKEN_HASH_SIZE];
	struct store_token token;
	const char *text;
	enum sg_status status;

	if (call->request->face == HTTP_LOCAL) {
		if (call->request->peer_uid == (uid_t)-1)
			return err_set(err, SG_REFUSED,
				       "the socket does not say who you are");
		take_peer(call);
		return SG_OK;
	}
	text = bearer(call);
	if (!text || !*text || strlen(text) > TOKEN_MOST)
		return err_set(err, SG_REFUSED,
			       "send an API token as `Authorization: Bearer "
			       "TOKEN`; `scoregate token create` makes one");
	status = api_store(call, err);
	if (status != SG_OK)
		return status;
	api_token_hash(text, hash);
	/* Looked up by hash: what time the look-up takes says nothing of a
	 * token that somebody is guessing at. */
	status = store_token_find(call->store, hash, call->now, call->pool,
				  &token, err);
	if (status == SG_NONE)
		return err_set(err, SG_REFUSED,
			       "this token is unknown, expired or revoked");
	if (status == SG_OK)
		take_token(call, &token);
	return status == SG_REFUSED ? SG_FAILED : status;
}

enum sg_status
api_find_actor(struct api_call *call, const char *actor, struct sg_err *err)
{
	struct store_tokens tokens;
	enum sg_status status = api_store(call, err);

	if (status == SG_OK)
		status =
			store_tokens_all(call->store, call->pool, &tokens, err);
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
