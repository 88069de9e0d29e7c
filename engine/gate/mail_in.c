/*
 * mail_in.c - understand one incoming message that has a recipient of ours, or
 * may be about a message of ours: classify it, let the plugins keep what it
 * says, and decide who still needs a delivery.
 */
#include "gate/mail_in.h"

#include "base/log.h"
#include "classify/classify.h"
#include "gate/gate_call.h"

static enum sg_mail_kind
kind_of(enum classify_kind kind)
{
	switch (kind) {
	case CLASSIFY_BOUNCE:
		return SG_MAIL_BOUNCE;
	case CLASSIFY_DELAY:
		return SG_MAIL_DELAY;
	case CLASSIFY_DELIVERED:
		return SG_MAIL_DELIVERED;
	case CLASSIFY_COMPLAINT:
		return SG_MAIL_COMPLAINT;
	case CLASSIFY_AUTHREPORT:
		return SG_MAIL_AUTH_REPORT;
	case CLASSIFY_UNSUBSCRIBE:
		return SG_MAIL_OPT_OUT;
	case CLASSIFY_MDN:
		return SG_MAIL_READ;
	case CLASSIFY_AUTOREPLY:
		return SG_MAIL_AUTO_REPLY;
	default:
		return SG_MAIL_ORDINARY;
	}
}

static struct sg_finding *
findings_of(struct pool *pool, const struct classify_result *result)
{
	size_t n = result->n_recipients;
	struct sg_finding *findings =
		pool_alloc(pool, (n + 1) * sizeof(*findings));

	for (size_t i = 0; i < n; i++) {
		const struct classify_recipient *from = &result->recipients[i];

		findings[i] = (struct sg_finding){
			.size = sizeof(*findings),
			.kind = kind_of(from->kind),
			.address = from->address,
			.bounce = (enum sg_bounce_class)from->class,
			.status = from->status,
			.reason = bounce_reason_name(from->reason),
			.diagnostic = from->diagnostic,
		};
	}
	return findings;
}

static struct sg_own_recipient *
own_of(struct sg_mail *mail, struct mail_in *in)
{
	struct sg_own_recipient *own =
		pool_alloc(mail->pool, (mail->n_own + 1) * sizeof(*own));

	in->own = pool_alloc(mail->pool, (mail->n_own + 1) * sizeof(*in->own));
	for (size_t i = 0; i < mail->n_recipients; i++) {
		struct mail_recipient *recipient = &mail->recipients[i];

		if (recipient->whose == MAIL_NOT_OURS)
			continue;
		in->own[in->n_own] = recipient;
		own[in->n_own++] = (struct sg_own_recipient){
			.size = sizeof(*own),
			.address = recipient->address,
			.token = {.kind = (enum sg_token_kind)
						  recipient->token.kind,
				  .message_id = recipient->token.message_id,
				  .record_key = recipient->token.record_key},
		};
	}
	return own;
}

static enum sg_status
ask_plugin(struct sg_mail *mail, struct gate_plugin *plugin, struct mail_in *in,
	   const struct sg_incoming *incoming, struct sg_err *err)
{
	struct gate_call call;
	enum sg_status status;

	if (!plugin->descriptor.incoming)
		return SG_OK;
	if (!gate_call_may(plugin, mail->now))
		return err_set(err, SG_BUSY, "plugin %s is suspended",
			       plugin->descriptor.name);
	gate_call_begin(&call, plugin, mail->now);
	call.incoming = in;
	status = plugin->descriptor.incoming(&call.public, incoming, err);
	gate_call_count(&call, status, "incoming mail", err);
	gate_call_end(&call);
	if (status != SG_FAILED && status != SG_BUSY)
		return SG_OK;
	err_prefix(err, "plugin %s", plugin->descriptor.name);
	return status;
}

/* Once each, whatever of ours the mail was sent to. */
static void
add_recipient(struct sg_mail *mail, const char *address)
{
	for (size_t i = 0; i < mail->n_edits; i++)
		if (mail->edits[i].kind == SG_EDIT_RECIPIENT_ADD &&
		    strcmp(mail->edits[i].value, address) == 0)
			return;
	mail_edit_recipient(mail, SG_EDIT_RECIPIENT_ADD, address);
}

/*
 * Ordinary mail to a bounce address is a person's answer: to who sent the
 * message, else to verp_fallback, else as it came. Never into nothing.
 */
static void
send_on(struct sg_mail *mail, const struct mail_recipient *recipient)
{
	const char *to = mail_senders_find(
		mail->gate->senders, recipient->token.message_id, mail->pool);

	if (!to)
		to = mail->gate->mail.verp_fallback;
	if (!to || !to[0])
		return;
	mail_edit_recipient(mail, SG_EDIT_RECIPIENT_REMOVE, recipient->given);
	add_recipient(mail, to);
}

static void
write_edits(struct sg_mail *mail)
{
	const struct mail_recipient *recipient;

	for (size_t i = 0; i < mail->n_recipients; i++) {
		recipient = &mail->recipients[i];
		if (recipient->whose == MAIL_NOT_OURS)
			continue;
		if (!recipient->taken) {
			send_on(mail, recipient);
			continue;
		}
		atomic_fetch_add(&mail->gate->bounces_taken, 1);
		if (!mail->gate->mail.keep_bounces)
			mail_edit_recipient(mail, SG_EDIT_RECIPIENT_REMOVE,
					    recipient->given);
	}
}

static void
say_done(struct sg_mail *mail, const char *queue_id,
	 const struct classify_result *result)
{
	unsigned n_taken = 0;
	const char *status =
		result->n_recipients ? result->recipients[0].status : "";

	for (size_t i = 0; i < mail->n_recipients; i++)
		n_taken += mail->recipients[i].taken;
	mail_say(mail, "%s: understood kind=%s status=%s taken=%u of=%zu",
		 queue_id, classify_kind_name(result->kind),
		 status[0] ? status : "-", n_taken, mail->n_recipients);
}

/* Over the bounds of the part map nothing is known but whose it is. */
static void
classify(struct sg_mail *mail, struct classify_result *result)
{
	struct classify_result nothing = {.evidence = "",
					  .feedback_type = "",
					  .user_agent = "",
					  .message_id = ""};

	struct classify_mail from = {.headers = &mail->headers,
				     .body = buf_text(&mail->body),
				     .body_len = mail->body.len,
				     .sender = mail->sender};

	if (classify_message(mail->pool, &from, result, NULL) != SG_OK)
		*result = nothing;
}

enum sg_status
mail_in(struct sg_mail *mail, const char *queue_id, struct sg_err *err)
{
	const char *subject = header_decode(
		mail->pool, header_get(&mail->headers, "Subject"));
	struct sg_gate *gate = mail->gate;
	struct classify_result result;
	struct mail_in in = {.own = NULL};
	enum sg_status status = SG_OK;
	struct sg_incoming incoming;

	classify(mail, &result);
	incoming = (struct sg_incoming){
		.size = sizeof(incoming),
		.sender = mail->sender,
		.subject = subject ? subject : "",
		.kind = kind_of(result.kind),
		.feedback_type = result.feedback_type,
		.user_agent = result.user_agent,
		.evidence = result.evidence,
		.findings = findings_of(mail->pool, &result),
		.n_findings = result.n_recipients,
	};
	incoming.own = own_of(mail, &in);
	incoming.n_own = in.n_own;
	mail_about_read(mail, &result, &incoming);
	for (size_t i = 0; status == SG_OK && i < gate->n_plugins; i++)
		status =
			ask_plugin(mail, gate->plugins[i], &in, &incoming, err);
	if (status != SG_OK)
		return status;
	write_edits(mail);
	if (mail->n_own)
		say_done(mail, queue_id, &result);
	return SG_OK;
}
