/*
 * bounce_report.c - what came back to bounce+TOKEN@domain. The token says whom
 * it is about, the report why. Only the token is believed: anybody who has got
 * one mail could write a report that names somebody else.
 */
#include "bounce.h"

/* A report may list several: the one that weighs most speaks. */
static const struct sg_finding *
weightiest(const struct sg_incoming *mail, enum sg_mail_kind kind)
{
	const struct sg_finding *best = NULL, *one;
	const unsigned char *at = (const unsigned char *)mail->findings;

	for (size_t i = 0; i < mail->n_findings; i++) {
		one = (const void *)(at + i * mail->findings->size);
		if (one->kind == kind && (!best || one->bounce > best->bounce))
			best = one;
	}
	return best;
}

/* The one about the token's own record, where a report lists several. */
static const struct sg_finding *
finding_for(const struct sg_call *call, const struct sg_incoming *mail,
	    const struct sg_token *token, enum sg_mail_kind kind)
{
	const unsigned char *at = (const unsigned char *)mail->findings;
	const struct sg_finding *one;
	uint64_t key;

	for (size_t i = 0; i < mail->n_findings; i++) {
		one = (const void *)(at + i * mail->findings->size);
		if (one->kind == kind &&
		    call->host->record_key(call, "", one->address, &key, NULL,
					   NULL) == SG_OK &&
		    key == token->record_key)
			return one;
	}
	return weightiest(mail, kind);
}

static enum sg_status
emit_bounced(const struct sg_call *call, const struct sg_incoming *mail,
	     const struct sg_token *token, struct sg_err *err)
{
	static const struct sg_finding nothing = {
		.bounce = SG_BOUNCE_SOFT,
		.address = "",
		.status = "",
		.reason = "other",
		.diagnostic = "",
	};
	const struct sg_finding *found =
		finding_for(call, mail, token, SG_MAIL_BOUNCE);
	const struct sg_finding *said = found ? found : &nothing;
	bool is_hard = said->bounce == SG_BOUNCE_HARD;
	const struct sg_prop props[] = {
		{"class", is_hard ? "hard" : "soft"},
		{"reason", said->reason},
		{"status", said->status},
		{"diagnostic", said->diagnostic},
		{"recipient", said->address},
	};
	const struct sg_prop why[] = {
		{"reason", "hard-bounce"},
		{"evidence", said->diagnostic},
	};
	/* A hard bounce suppresses at once; how many soft ones do is counted
	 * where the history is. */
	const struct sg_signal signals[] = {
		{.size = sizeof(signals[0]),
		 .kind = SG_SIGNAL_HAPPENED,
		 .name = "email.bounced",
		 .record_key = token->record_key,
		 .message_id = token->message_id,
		 .props = props,
		 .n_props = sizeof(props) / sizeof(props[0])},
		{.size = sizeof(signals[0]),
		 .kind = SG_SUPPRESS,
		 .record_key = token->record_key,
		 .message_id = token->message_id,
		 .props = why,
		 .n_props = sizeof(why) / sizeof(why[0])},
	};

	return call->host->emit(call, signals, is_hard ? 2 : 1, SG_SYNCED, err);
}

/* A complaint suppresses, and leaves all lists. */
static enum sg_status
emit_complained(const struct sg_call *call, const struct sg_incoming *mail,
		const struct sg_token *token, struct sg_err *err)
{
	const struct sg_prop props[] = {{"type", mail->feedback_type},
					{"user_agent", mail->user_agent}};
	const struct sg_prop why[] = {{"reason", "complaint"},
				      {"evidence", mail->evidence}};
	const struct sg_prop leave[] = {{"list", ""}, {"how", "report"}};
	const struct sg_signal signals[] = {
		{.size = sizeof(signals[0]),
		 .kind = SG_SIGNAL_HAPPENED,
		 .name = "email.complained",
		 .record_key = token->record_key,
		 .message_id = token->message_id,
		 .props = props,
		 .n_props = 2},
		{.size = sizeof(signals[0]),
		 .kind = SG_SUPPRESS,
		 .record_key = token->record_key,
		 .message_id = token->message_id,
		 .props = why,
		 .n_props = 2},
		{.size = sizeof(signals[0]),
		 .kind = SG_LIST_LEAVE,
		 .record_key = token->record_key,
		 .message_id = token->message_id,
		 .props = leave,
		 .n_props = 2},
	};

	return call->host->emit(call, signals, 3, SG_SYNCED, err);
}

/* SG_NONE: nothing of ours, somebody should read it. */
static enum sg_status
keep(const struct sg_call *call, const struct sg_incoming *mail,
     const struct sg_token *token, struct sg_err *err)
{
	switch (mail->kind) {
	case SG_MAIL_BOUNCE:
		return emit_bounced(call, mail, token, err);
	case SG_MAIL_COMPLAINT:
		return emit_complained(call, mail, token, err);
	case SG_MAIL_ORDINARY:
		/* From nobody to the address of a bounce: one in no form
		 * that is known. It says too little to be a hard one. */
		return mail->sender[0] ? SG_NONE
				       : emit_bounced(call, mail, token, err);
	case SG_MAIL_OPT_OUT:
		return SG_NONE; /* the unsubscribe plugin's */
	case SG_MAIL_DELAY:
	case SG_MAIL_DELIVERED:
	case SG_MAIL_READ:
	case SG_MAIL_AUTO_REPLY:
	case SG_MAIL_AUTH_REPORT:
		break;
	}
	return SG_OK; /* taken: nothing came back; the reply plugin has more */
}

/*
 * A provider's feedback goes to the address that was given to it. It quotes
 * the mail, and with it a token that only who got the mail can know. What says
 * that a mail could not be delivered is not believed so: that comes to the
 * bounce address.
 */
static enum sg_status
keep_quoted(const struct sg_call *call, const struct sg_incoming *mail,
	    struct sg_err *err)
{
	if (mail->kind != SG_MAIL_COMPLAINT || !mail->quoted.kind)
		return SG_OK;
	return emit_complained(call, mail, &mail->quoted, err);
}

enum sg_status
bounce_report(const struct sg_call *call, const struct sg_incoming *mail,
	      struct sg_err *err)
{
	const unsigned char *at = (const unsigned char *)mail->own;
	const struct sg_own_recipient *own;
	enum sg_status status;
	bool is_own = false;

	for (size_t i = 0; i < mail->n_own; i++) {
		own = (const void *)(at + i * mail->own->size);
		if (own->token.kind != SG_TOKEN_BOUNCE)
			continue;
		is_own = true;
		status = keep(call, mail, &own->token, err);
		if (status == SG_OK)
			call->host->mail_take(call, i);
		else if (status != SG_NONE)
			return status;
	}
	return is_own ? SG_OK : keep_quoted(call, mail, err);
}
