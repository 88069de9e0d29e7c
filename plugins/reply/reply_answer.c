/*
 * reply_answer.c - a person answers a mail, or passes it on. What the mail
 * itself cannot tell (is it one of ours, whose, and who sent that one?) goes
 * along as `about`, `from` and `to`; the engine answers it, and drops both the
 * questions and what is about nothing of ours.
 */
#include "reply.h"

/* A bounce address is where an answer to who sent the message goes to. */
static const char *
name_for(const struct sg_call *call, const struct sg_incoming *mail,
	 const struct sg_token *token)
{
	uint64_t from;
	bool is_record = call->host->record_key(call, "", mail->from, &from,
						NULL, NULL) == SG_OK &&
			 from == token->record_key;

	if (is_record)
		return "email.replied";
	return mail->answer == SG_ANSWER_FORWARD ? "email.forwarded" : NULL;
}

enum sg_status
reply_answer_own(const struct sg_call *call, const struct sg_incoming *mail,
		 struct sg_err *err)
{
	const struct sg_prop props[] = {{"subject", mail->subject}};
	const struct sg_own_recipient *own;
	struct sg_signal signal = {.props = props, .n_props = 1};

	for (size_t i = 0; i < mail->n_own; i++) {
		own = reply_own_at(mail, i);
		if (own->token.kind != SG_TOKEN_BOUNCE)
			continue;
		signal.name = name_for(call, mail, &own->token);
		signal.record_key = own->token.record_key;
		signal.message_id = own->token.message_id;
		return signal.name ? reply_emit(call, mail, &signal, err)
				   : SG_OK;
	}
	return SG_OK;
}

enum sg_status
reply_answer_other(const struct sg_call *call, const struct sg_incoming *mail,
		   struct sg_err *err)
{
	const struct sg_prop props[] = {
		{"subject", mail->subject},
		{"from", mail->from},
		{"to", mail->to},
		{"about", mail->about},
	};
	struct sg_signal signal = {
		.name = mail->answer == SG_ANSWER_FORWARD ? "email.forwarded"
							  : "email.replied",
		.record_key = mail->quoted.record_key,
		.message_id = mail->quoted.message_id,
		.props = props,
		.n_props = 4,
	};

	if (!mail->about[0] && !mail->quoted.kind)
		return SG_OK;
	return reply_emit(call, mail, &signal, err);
}
