/* reply_automatic.c - a program answers: out of office, a read receipt. */
#include "reply.h"

const char *
reply_automatic_name(enum sg_mail_kind kind)
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
emit_for(const struct sg_call *call, const struct sg_incoming *mail,
	 const struct sg_token *token, const char *name, struct sg_err *err)
{
	const struct sg_prop props[] = {{"subject", mail->subject}};
	struct sg_signal signal = {
		.name = name,
		.record_key = token->record_key,
		.message_id = token->message_id,
		.props = props,
		.n_props = 1,
	};

	return reply_emit(call, mail, &signal, err);
}

enum sg_status
reply_automatic_own(const struct sg_call *call, const struct sg_incoming *mail,
		    const char *name, struct sg_err *err)
{
	const struct sg_own_recipient *own;
	enum sg_status status;

	for (size_t i = 0; i < mail->n_own; i++) {
		own = reply_own_at(mail, i);
		if (own->token.kind != SG_TOKEN_BOUNCE)
			continue;
		status = emit_for(call, mail, &own->token, name, err);
		if (status != SG_OK)
			return status;
		call->host->mail_take(call, i);
	}
	return SG_OK;
}

/* Receipts go to who asked for them, not to the envelope's sender. Who had
 * the mail: whom the receipt names, else who sent it. */
enum sg_status
reply_automatic_other(const struct sg_call *call,
		      const struct sg_incoming *mail, const char *name,
		      struct sg_err *err)
{
	const struct sg_prop props[] = {{"subject", mail->subject},
					{"about", mail->about}};
	struct sg_signal signal = {
		.name = name, .key = mail->from, .props = props, .n_props = 2};

	if (mail->quoted.kind)
		return emit_for(call, mail, &mail->quoted, name, err);
	if (mail->n_findings && mail->findings->address[0])
		signal.key = mail->findings->address;
	if (!mail->about[0] || !signal.key[0] ||
	    call->host->record_key(call, "", signal.key, &signal.record_key,
				   NULL, NULL) != SG_OK)
		return SG_OK;
	return reply_emit(call, mail, &signal, err);
}
