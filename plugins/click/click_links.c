/*
 * click_links.c - each link of an outgoing mail becomes PUBLIC/c/TOKEN, with
 * its target in the token: a redirect needs no look-up and cannot be pointed
 * anywhere else.
 */
#include "click.h"

#include <string.h>

/* What map_link() needs of the message; lives as long as the call. */
struct links {
	uint64_t message_id, record_key;
	const char *url; /* PUBLIC, no slash at its end */
	size_t url_len;
	const char *unsubscribe; /* List-Unsubscribe as the sender wrote it */
};

enum { TARGET_MOST = 1500 };

static bool
is_own(const struct links *links, const char *target)
{
	size_t len = links->url_len;

	return strncmp(target, links->url, len) == 0 &&
	       (target[len] == '/' || target[len] == '\0');
}

static bool
is_skipped(const struct sg_call *call, const char *target)
{
	const struct sg_host *host = call->host;
	const struct sg_settings *settings = host->settings(call);
	size_t n = host->setting_list_count(settings, "skip");

	for (size_t i = 0; i < n; i++)
		if (host->glob(host->setting_list_at(settings, "skip", i),
			       target))
			return true;
	return false;
}

/* Leaving a list is nobody's click, and must work without us. */
static bool
stays(const struct sg_call *call, const struct links *links, const char *target,
      size_t len)
{
	return len > TARGET_MOST || is_own(links, target) ||
	       (links->unsubscribe && strstr(links->unsubscribe, target)) ||
	       is_skipped(call, target);
}

static bool
map_link(const struct sg_call *call, void *arg, const char *target, size_t len,
	 struct sg_text *target_out)
{
	const struct links *links = arg;
	struct sg_token token = {
		.kind = SG_TOKEN_CLICK,
		.message_id = links->message_id,
		.record_key = links->record_key,
		.payload = target,
		.payload_len = len,
	};

	if (stays(call, links, target, len))
		return false;
	call->host->append(target_out, links->url, links->url_len);
	call->host->append(target_out, "/c/", strlen("/c/"));
	return call->host->token_make(call, &token, SG_TOKEN_URL, target_out,
				      NULL) == SG_OK;
}

/* A token without a target: it leads nowhere. */
static enum sg_status
add_honeypot(const struct sg_call *call, const struct links *links,
	     struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct sg_text *html = host->text(call);
	struct sg_token token = {
		.kind = SG_TOKEN_CLICK,
		.message_id = links->message_id,
		.record_key = links->record_key,
		.payload = "",
	};
	enum sg_status status;

	host->print(html, "<a href=\"%s/c/", links->url);
	status = host->token_make(call, &token, SG_TOKEN_URL, html, err);
	if (status != SG_OK)
		return status;
	host->print(html, "\" style=\"display:none\" aria-hidden=\"true\" "
			  "tabindex=\"-1\" rel=\"nofollow\"></a>");
	host->mail_append_html(call, host->text_value(html));
	return SG_OK;
}

enum sg_status
click_links(const struct sg_call *call, const struct sg_outgoing *mail,
	    struct sg_err *err)
{
	const struct sg_host *host = call->host;
	struct links *links;

	if (!mail->body_editable || !(mail->track & SG_TRACK_CLICKS) ||
	    !host->site(call, SG_SITE_PUBLIC_URL)[0])
		return SG_NONE;
	links = host->alloc(call, sizeof(*links));
	links->message_id = mail->message_id;
	links->record_key = mail->record_key;
	links->url = host->site(call, SG_SITE_PUBLIC_URL);
	links->url_len = strlen(links->url);
	links->unsubscribe = host->mail_header(call, "List-Unsubscribe");
	host->mail_map_links(call, map_link, links);
	if (host->setting_bool(host->settings(call), "plain_text"))
		host->mail_map_text(call);
	return mail->track & SG_TRACK_HONEYPOT ? add_honeypot(call, links, err)
					       : SG_OK;
}
