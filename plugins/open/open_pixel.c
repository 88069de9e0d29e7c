/* open_pixel.c - the image at the end of an outgoing mail. */
#include "open.h"

enum sg_status
open_pixel(const struct sg_call *call, const struct sg_outgoing *mail,
	   struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *url = host->site(call, SG_SITE_PUBLIC_URL);
	struct sg_text *html = host->text(call);
	struct sg_token token = {
		.kind = SG_TOKEN_OPEN,
		.message_id = mail->message_id,
		.record_key = mail->record_key,
	};
	enum sg_status status;

	if (!url[0] || !mail->body_editable || !(mail->track & SG_TRACK_OPENS))
		return SG_NONE;
	host->print(html, "<img src=\"%s/o/", url);
	status = host->token_make(call, &token, SG_TOKEN_URL, html, err);
	if (status != SG_OK)
		return status;
	host->print(html, ".gif\" width=\"1\" height=\"1\" alt=\"\">");
	host->mail_append_html(call, host->text_value(html));
	return SG_OK;
}
