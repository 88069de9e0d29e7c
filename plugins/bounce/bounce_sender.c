/*
 * bounce_sender.c - the envelope sender becomes bounce+TOKEN@domain (VERP): a
 * bounce then says by its address whom it is about, whatever its text says.
 */
#include "bounce.h"

enum sg_status
bounce_sender(const struct sg_call *call, const struct sg_outgoing *mail,
	      struct sg_err *err)
{
	const struct sg_host *host = call->host;
	const char *domain = host->site(call, SG_SITE_BOUNCE_DOMAIN);
	struct sg_text *address = host->text(call);
	struct sg_token token = {
		.kind = SG_TOKEN_BOUNCE,
		.message_id = mail->message_id,
		.record_key = mail->record_key,
	};
	enum sg_status status;

	/* Of several recipients only the sender can tell who bounced. */
	if (!domain[0] || !mail->record_key)
		return SG_NONE;
	host->print(address, "bounce+");
	status = host->token_make(call, &token, SG_TOKEN_ADDRESS, address, err);
	if (status != SG_OK)
		return status;
	host->print(address, "@%s", domain);
	host->mail_set_sender(call, host->text_value(address));
	return SG_OK;
}
