/*
 * webhook_challenge.c - some senders ask first whether the address is ours:
 * Meta by a GET with a word agreed upon, X by a GET whose answer proves the
 * secret, Slack by a POST.
 */
#include "webhook.h"

#include <string.h>

enum { CRC_TOKEN_MOST = 200 };

static bool
facebook(const struct sg_call *call, const struct webhook *hook,
	 const struct sg_request *request, struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	const char *mode = host->request_param(call, request, "hub.mode");
	const char *token =
		host->request_param(call, request, "hub.verify_token");
	const char *challenge =
		host->request_param(call, request, "hub.challenge");
	const char *wanted = webhook_setting_text(call, hook, "verify_token");

	if (!mode || strcmp(mode, "subscribe") != 0 || !token || !challenge)
		return false;
	if (!wanted || !host->equal(token, wanted))
		host->reply_text(reply, 403, "another word was agreed upon\n");
	else
		host->reply_text(reply, 200, challenge);
	return true;
}

/* X's are of such letters. Whatever is asked gets a signature by the secret
 * that events are signed by too: of nothing that could be an event's body. */
static bool
is_crc_token(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789+/_-";
	size_t len = strspn(text, letters);

	return len > 0 && len <= CRC_TOKEN_MOST &&
	       strspn(text + len, "=") == strlen(text + len);
}

static bool
x(const struct sg_call *call, const struct webhook *hook,
  const struct sg_request *request, struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	const char *given = host->request_param(call, request, "crc_token");
	struct sg_text *json = host->text(call);

	if (!given || !hook->secret)
		return false;
	if (!is_crc_token(given)) {
		host->reply_text(reply, 400, "this is no crc_token\n");
		return true;
	}
	host->print(
		json, "{\"response_token\":\"sha256=%s\"}",
		webhook_hmac_base64(
			call, HASH_SHA256,
			(struct webhook_bytes){hook->secret, hook->secret_len},
			(struct webhook_bytes){given, strlen(given)}));
	host->reply_status(reply, 200);
	host->reply_header(reply, "Content-Type", "application/json");
	host->reply_body(reply, host->text_value(json), host->text_len(json));
	return true;
}

static bool
slack(const struct sg_call *call, const struct webhook_document *document,
      struct sg_reply *reply)
{
	const char *type = webhook_document_text(call, document, NULL, "/type");
	const char *challenge =
		webhook_document_text(call, document, NULL, "/challenge");

	if (!type || !challenge || strcmp(type, "url_verification") != 0)
		return false;
	call->host->reply_text(reply, 200, challenge);
	return true;
}

enum sg_status
webhook_challenge_read(const struct sg_call *call, const struct webhook *hook,
		       struct sg_err *err)
{
	static const char *const kinds[] = {"facebook", "x", "slack"};
	const char *kind = webhook_setting_text(call, hook, "challenge");
	bool is_known = !kind;

	for (size_t i = 0; kind && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		is_known |= strcmp(kinds[i], kind) == 0;
	if (!is_known)
		return call->host->setting_refuse(
			webhook_setting(call, hook, "challenge"), "challenge",
			err, "expected facebook, x or slack, not `%s`", kind);
	if (kind && strcmp(kind, "facebook") == 0 &&
	    !webhook_setting_text(call, hook, "verify_token"))
		return call->host->setting_refuse(
			hook->own, NULL, err,
			"webhook \"%s\" needs `verify_token`: the word that "
			"you say in the app's settings",
			hook->name);
	return SG_OK;
}

bool
webhook_challenge(const struct sg_call *call, const struct webhook *hook,
		  const struct sg_request *request,
		  const struct webhook_document *document,
		  struct sg_reply *reply)
{
	const char *kind = webhook_setting_text(call, hook, "challenge");
	bool is_get = strcmp(request->method, "GET") == 0;

	if (!kind)
		return false;
	if (is_get && strcmp(kind, "facebook") == 0)
		return facebook(call, hook, request, reply);
	if (is_get && strcmp(kind, "x") == 0)
		return x(call, hook, request, reply);
	if (document && strcmp(kind, "slack") == 0)
		return slack(call, document, reply);
	return false;
}
