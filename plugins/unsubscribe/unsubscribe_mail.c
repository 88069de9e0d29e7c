/*
 * unsubscribe_mail.c - a mail to unsubscribe+TOKEN@domain, whatever it says,
 * and the feedback report of a provider whose reader chose to leave.
 */
#include "unsubscribe.h"

static const char *
how_of(const struct sg_incoming *mail, const struct sg_own_recipient *own)
{
	if (own->token.kind == SG_TOKEN_UNSUBSCRIBE)
		/* A bounce of our own answer is nobody's wish. */
		return mail->kind == SG_MAIL_BOUNCE ||
				       mail->kind == SG_MAIL_DELAY
			       ? NULL
			       : "mail";
	return mail->kind == SG_MAIL_OPT_OUT ? "report" : NULL;
}

/* A provider's feedback goes to the address that was given to it, and quotes
 * the mail. A link's payload is no list. */
static enum sg_status
leave_quoted(const struct sg_call *call, const struct sg_incoming *mail,
	     struct sg_err *err)
{
	struct sg_token token = mail->quoted;

	if (mail->kind != SG_MAIL_OPT_OUT || mail->n_own || !token.kind)
		return SG_OK;
	if (token.kind != SG_TOKEN_UNSUBSCRIBE)
		token.payload_len = 0;
	return unsubscribe_emit(call, &token, "report", "", err);
}

enum sg_status
unsubscribe_mail(const struct sg_call *call, const struct sg_incoming *mail,
		 struct sg_err *err)
{
	const unsigned char *at = (const unsigned char *)mail->own;
	const struct sg_own_recipient *own;
	enum sg_status status;
	const char *how;

	for (size_t i = 0; i < mail->n_own; i++) {
		own = (const void *)(at + i * mail->own->size);
		how = how_of(mail, own);
		if (!how)
			continue;
		status = unsubscribe_emit(call, &own->token, how, "", err);
		if (status != SG_OK)
			return status;
		call->host->mail_take(call, i);
	}
	return leave_quoted(call, mail, err);
}
