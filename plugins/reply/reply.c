/*
 * reply.c - the descriptor of `reply`: what comes back because somebody got
 * the mail. Automatic replies and read receipts (reply_automatic.c), a
 * person's answer or a copy that was passed on (reply_answer.c).
 */
#include "reply.h"

static const struct sg_signal_declaration signals[] = {
	{"email.replied", "subject",
	 "The record answered a mail to whoever sent it"},
	/* Word for word that of `forward`, which learns the same by a page. */
	{"email.forwarded", "subject, how",
	 "The record passed a mail on, or a copy of it came from somebody "
	 "else; how is page for the send-to-a-friend page"},
	{"email.auto_replied", "subject",
	 "A program answered a mail: out of office and the like"},
	{"email.read", "subject", "A mail program said that the mail was read"},
	{0},
};

enum sg_status
reply_emit(const struct sg_call *call, const struct sg_incoming *mail,
	   struct sg_signal *signal, struct sg_err *err)
{
	struct sg_text *id = call->host->text(call);

	signal->size = sizeof(*signal);
	signal->kind = SG_SIGNAL_HAPPENED;
	/* It may pass here more than once: to several of us, or tried again. */
	if (mail->rfc_id[0]) {
		call->host->print(id, "%s %s", signal->name, mail->rfc_id);
		signal->external_id = call->host->text_value(id);
	}
	/* What is taken must survive the machine; mail to others goes on and
	 * need not wait for the disk. */
	return call->host->emit(call, signal, 1,
				mail->n_own ? SG_SYNCED : SG_WRITTEN, err);
}

static bool
goes_to_a_bounce_address(const struct sg_incoming *mail)
{
	for (size_t i = 0; i < mail->n_own; i++)
		if (reply_own_at(mail, i)->token.kind == SG_TOKEN_BOUNCE)
			return true;
	return false;
}

static enum sg_status
reply_mail(const struct sg_call *call, const struct sg_incoming *mail,
	   struct sg_err *err)
{
	const char *automatic = reply_automatic_name(mail->kind);
	bool own = goes_to_a_bounce_address(mail);

	if (automatic)
		return own ? reply_automatic_own(call, mail, automatic, err)
			   : reply_automatic_other(call, mail, automatic, err);
	if (mail->kind != SG_MAIL_ORDINARY || mail->answer == SG_ANSWER_NONE ||
	    !mail->from[0])
		return SG_OK;
	return own ? reply_answer_own(call, mail, err)
		   : reply_answer_other(call, mail, err);
}

SG_PLUGIN const struct sg_plugin sg_plugin_reply = {
	SG_PLUGIN_HEAD,
	.name = "reply",
	.version = "1.1",
	.summary = "Replies, forwards, automatic replies and read receipts",
	.signals = signals,
	.incoming = reply_mail,
};
