/*
 * reply.c - what comes back because somebody got the mail: automatic replies
 * and read receipts to bounce+TOKEN@domain. The token says of which message
 * and from whose mailbox. What a person answers is not for here: it goes to
 * who sent the message.
 */
#include "scoregate_plugin.h"

static const struct sg_signal_declaration signals[] = {
	{"email.auto_replied", "subject",
	 "A program answered a mail: out of office and the like"},
	{"email.read", "subject", "A mail program said that the mail was read"},
	{0},
};

/* NULL: nothing of ours. */
static const char *
signal_of(enum sg_mail_kind kind)
{
	switch (kind) {
	case SG_MAIL_AUTO_REPLY:
		return "email.auto_replied";
	case SG_MAIL_READ:
		return "email.read";
	default:
		return NULL;
	}
}

static enum sg_status
emit(const struct sg_call *call, const struct sg_incoming *mail,
     const struct sg_token *token, const char *name, struct sg_err *err)
{
	const struct sg_prop props[] = {{"subject", mail->subject}};
	const struct sg_signal signal = {
		.size = sizeof(signal),
		.kind = SG_SIGNAL_HAPPENED,
		.name = name,
		.record_key = token->record_key,
		.message_id = token->message_id,
		.props = props,
		.n_props = 1,
	};

	return call->host->emit(call, &signal, 1, SG_SYNCED, err);
}

static enum sg_status
reply_mail(const struct sg_call *call, const struct sg_incoming *mail,
	   struct sg_err *err)
{
	const unsigned char *at = (const unsigned char *)mail->own;
	const char *name = signal_of(mail->kind);
	const struct sg_own_recipient *own;
	enum sg_status status;

	for (size_t i = 0; name && i < mail->n_own; i++) {
		own = (const void *)(at + i * mail->own->size);
		if (own->token.kind != SG_TOKEN_BOUNCE)
			continue;
		status = emit(call, mail, &own->token, name, err);
		if (status != SG_OK)
			return status;
		call->host->mail_take(call, i);
	}
	return SG_OK;
}

SG_PLUGIN const struct sg_plugin sg_plugin_reply = {
	SG_PLUGIN_HEAD,
	.name = "reply",
	.version = "1.0",
	.summary = "Automatic replies and read receipts, as signals",
	.signals = signals,
	.incoming = reply_mail,
};
