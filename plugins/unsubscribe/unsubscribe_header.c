/*
 * unsubscribe_header.c - List-Unsubscribe and List-Unsubscribe-Post in an
 * outgoing mail (RFC 2369, RFC 8058).
 */
#include "unsubscribe.h"

#include <string.h>

static struct sg_token
token_of(const struct sg_outgoing *mail)
{
	struct sg_token token = {
		.kind = SG_TOKEN_UNSUBSCRIBE,
		.message_id = mail->message_id,
		.record_key = mail->record_key,
		.payload = mail->list,
		.payload_len = strlen(mail->list),
	};

	return token;
}

/* "unsubscribe@example.com" -> "mailto:unsubscribe+TOKEN@example.com". The
 * short token has no room for a list: who writes leaves all of them. */
static enum sg_status
append_mailto(const struct sg_call *call, const struct sg_outgoing *mail,
	      struct sg_text *to, struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *address = host->site(call, SG_SITE_UNSUBSCRIBE_ADDRESS);
	const char *at = strrchr(address, '@');
	struct sg_token token = token_of(mail);
	enum sg_status status;

	if (!at)
		return SG_OK;
	token.payload_len = 0;
	host->print(to, ", <mailto:%.*s+", (int)(at - address), address);
	status = host->token_make(call, &token, SG_TOKEN_ADDRESS, to, err);
	host->print(to, "%s?subject=unsubscribe>", at);
	return status;
}

/* RFC 8058 §3.1 wants https: over http anybody on the way could leave a list
 * for us. */
static bool
offers_one_click(const struct sg_call *call, const char *url)
{
	return strncmp(url, "https://", 8) == 0 ||
	       call->host->setting_bool(call->host->settings(call),
					"one_click_over_http");
}

/* A signature over the header, or over its absence (RFC 6376 §5.4.2), would
 * no longer verify. */
static bool
is_signed_over(const struct sg_call *call)
{
	const char *signature = call->host->mail_header(call, "DKIM-Signature");

	return signature && call->host->glob("*list-unsubscribe*", signature);
}

enum sg_status
unsubscribe_header(const struct sg_call *call, const struct sg_outgoing *mail,
		   struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *url = host->site(call, SG_SITE_PUBLIC_URL);
	struct sg_text *value = host->text(call);
	struct sg_token token = token_of(mail);
	enum sg_status status;

	/* Of several recipients nobody can be told who leaves. */
	if (!url[0] || !mail->record_key || is_signed_over(call))
		return SG_NONE;
	if (host->mail_header(call, "List-Unsubscribe")) {
		if (!host->setting_bool(host->settings(call), "replace"))
			return SG_NONE;
		host->mail_remove_header(call, "List-Unsubscribe");
		host->mail_remove_header(call, "List-Unsubscribe-Post");
	}
	host->print(value, "<%s/u/", url);
	status = host->token_make(call, &token, SG_TOKEN_URL, value, err);
	host->print(value, ">");
	if (status == SG_OK)
		status = append_mailto(call, mail, value, err);
	if (status != SG_OK)
		return status;
	host->mail_add_header(call, "List-Unsubscribe",
			      host->text_value(value));
	if (offers_one_click(call, url))
		host->mail_add_header(call, "List-Unsubscribe-Post",
				      "List-Unsubscribe=One-Click");
	return SG_OK;
}
