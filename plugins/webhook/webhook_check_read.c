/* webhook_check_read.c - by what a sender is known, read at start. */
#include "webhook.h"

#include <string.h>

static enum sg_status
refuse(const struct sg_call *call, const struct webhook *hook, const char *name,
       struct sg_err *err)
{
	const char *why = call->host->copy(call, call->host->reason(err));

	return call->host->setting_refuse(webhook_setting(call, hook, name),
					  name, err, "%s", why);
}

static enum sg_status
find_scheme(const struct sg_call *call, struct webhook *hook,
	    struct sg_err *err)
{
	const char *name = webhook_setting_text(call, hook, "signature");

	if (!name && !hook->secret)
		return SG_OK;
	if (!name)
		name = "hmac";
	hook->scheme = webhook_scheme_find(name);
	if (hook->scheme)
		return SG_OK;
	call->host->fail(err, SG_REFUSED,
			 "`%.40s` is no scheme of signatures that is known",
			 name);
	return refuse(call, hook, "signature", err);
}

/* Standard Webhooks give it as whsec_BASE64; with Stripe that is the text. */
static enum sg_status
read_secret(const struct sg_call *call, struct webhook *hook,
	    struct sg_err *err)
{
	const char *secret = webhook_setting_text(call, hook, "secret");
	bool is_encoded = hook->scheme &&
			  strcmp(hook->scheme->name, "standard") == 0 &&
			  secret && strncmp(secret, "whsec_", 6) == 0;

	if (!secret)
		return SG_OK;
	hook->secret = (const unsigned char *)secret;
	hook->secret_len = strlen(secret);
	if (is_encoded)
		hook->secret = (const unsigned char *)webhook_base64(
			call, secret + 6, &hook->secret_len);
	if (hook->secret && hook->secret_len)
		return SG_OK;
	call->host->fail(err, SG_REFUSED, "is empty, or no base64");
	return refuse(call, hook, "secret", err);
}

static const char *
set_or(const struct sg_call *call, const struct webhook *hook, const char *name,
       const char *otherwise)
{
	const char *set = webhook_setting_text(call, hook, name);

	return set ? set : otherwise;
}

/* Where no time is signed there is no telling when it was. */
static enum sg_status
read_window(const struct sg_call *call, struct webhook *hook,
	    struct sg_err *err)
{
	const struct webhook_scheme *scheme = hook->scheme;
	const struct sg_settings *of =
		webhook_setting(call, hook, "replay_window");
	/* in a header, or as Mailgun and Amazon do in the body */
	bool has_time = strstr(hook->signed_text, "{timestamp}") ||
			(scheme->reads_document && scheme->window_ms);

	hook->window_ms = has_time ? scheme->window_ms : 0;
	if (!call->host->setting_is_set(of, "replay_window"))
		return SG_OK;
	hook->window_ms = call->host->setting_int(of, "replay_window");
	if (has_time || !hook->window_ms)
		return SG_OK;
	return call->host->setting_refuse(
		of, "replay_window", err,
		"no time is signed (signature = \"%s\", without "
		"`timestamp_header`); an event's `id` counts once in 30 days",
		scheme->name);
}

static enum sg_status
read_scheme(const struct sg_call *call, struct webhook *hook,
	    struct sg_err *err)
{
	const struct webhook_scheme *scheme = hook->scheme;
	const char *name = webhook_setting_text(call, hook, "signature_hash");
	int hash = name ? webhook_hash_find(name) : (int)scheme->hash;

	if (hash < 0) {
		call->host->fail(err, SG_REFUSED,
				 "is not sha256, sha1 or sha512");
		return refuse(call, hook, "signature_hash", err);
	}
	hook->hash = (enum webhook_hash)hash;
	hook->header = set_or(call, hook, "signature_header", scheme->header);
	hook->prefix = set_or(call, hook, "signature_prefix",
			      scheme->prefix ? scheme->prefix : "");
	hook->timestamp_header = set_or(call, hook, "timestamp_header",
					scheme->timestamp_header);
	hook->signed_text =
		set_or(call, hook, "signature_text",
		       scheme->signed_text	? scheme->signed_text
		       : hook->timestamp_header ? "{timestamp}.{body}"
						: "{body}");
	hook->url = webhook_setting_text(call, hook, "url");
	if (!scheme->has_key && !hook->secret)
		return call->host->setting_refuse(
			hook->own, NULL, err,
			"webhook \"%s\" needs `secret`: what the sender signs "
			"with (signature = \"%s\")",
			hook->name, scheme->name);
	return read_window(call, hook, err);
}

static enum sg_status
read_key(const struct sg_call *call, struct webhook *hook, struct sg_err *err)
{
	if (strcmp(hook->scheme->name, "sns") == 0)
		return webhook_sns_read(call, hook, err);
	if (!hook->scheme->has_key)
		return SG_OK;
	hook->public_key = webhook_setting_text(call, hook, "public_key");
	if (hook->public_key && webhook_public_key_is(hook->public_key))
		return SG_OK;
	return call->host->setting_refuse(
		hook->own, hook->public_key ? "public_key" : NULL, err,
		"webhook \"%s\" needs `public_key`, as the sender shows it",
		hook->name);
}

/* Basic or bearer: the whole header that is wanted. */
static enum sg_status
read_authorization(const struct sg_call *call, struct webhook *hook,
		   struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *user = webhook_setting_text(call, hook, "user");
	const char *password = webhook_setting_text(call, hook, "password");
	const char *bearer = webhook_setting_text(call, hook, "bearer");
	struct sg_text *pair = host->text(call);
	struct sg_text *header = host->text(call);

	if (!user != !password || (user && bearer))
		return host->setting_refuse(hook->own, NULL, err,
					    "webhook \"%s\": `user` and "
					    "`password` belong together, and "
					    "without `bearer`",
					    hook->name);
	if (user) {
		host->print(pair, "%s:%s", user, password);
		host->print(header, "Basic ");
		host->append_base64(header, host->text_value(pair),
				    host->text_len(pair));
	} else if (bearer) {
		host->print(header, "Bearer %s", bearer);
	} else {
		return SG_OK;
	}
	hook->authorization = host->text_value(header);
	return SG_OK;
}

static enum sg_status
read_token(const struct sg_call *call, struct webhook *hook, struct sg_err *err)
{
	hook->token = webhook_setting_text(call, hook, "token");
	hook->token_header = webhook_setting_text(call, hook, "token_header");
	hook->token_param = webhook_setting_text(call, hook, "token_param");
	if (!hook->token ||
	    (hook->token[0] && !hook->token_header != !hook->token_param))
		return SG_OK;
	return call->host->setting_refuse(
		hook->own, "token", err,
		"needs a text, and either `token_header` or `token_param`");
}

enum sg_status
webhook_check_read(const struct sg_call *call, struct webhook *hook,
		   struct sg_err *err)
{
	enum sg_status status = read_secret(call, hook, err);

	if (status == SG_OK)
		status = find_scheme(call, hook, err);
	if (status == SG_OK)
		status = read_secret(call, hook, err); /* by the scheme */
	if (status == SG_OK && hook->scheme)
		status = read_scheme(call, hook, err);
	if (status == SG_OK && hook->scheme)
		status = read_key(call, hook, err);
	if (status == SG_OK)
		status = read_authorization(call, hook, err);
	if (status == SG_OK)
		status = read_token(call, hook, err);
	if (status != SG_OK || hook->scheme || hook->authorization ||
	    hook->token ||
	    call->host->setting_bool(webhook_setting(call, hook, "unsigned"),
				     "unsigned"))
		return status;
	/* Somebody must be able to say no. */
	return call->host->setting_refuse(
		hook->own, NULL, err,
		"webhook \"%s\" needs `secret`, `user` and `password`, "
		"`bearer` or `token`; `unsigned = yes` takes anything",
		hook->name);
}
