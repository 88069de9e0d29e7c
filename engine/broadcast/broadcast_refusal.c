/* broadcast_refusal.c - the MTA's refusal of a recipient as email.bounced. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "broadcast/broadcast_parts.h"
#include "classify/bounce_reason.h"

enum sg_status
broadcast_set_refusal(struct signal *signal, const char *reply,
		      char status[BROADCAST_STATUS_SIZE], struct sg_err *err)
{
	const char *text = strlen(reply) > 4 ? reply + 4 : "";
	size_t len = strspn(text, "0123456789.");
	enum bounce_reason reason;
	enum bounce_class class;
	enum sg_status set;

	if (len >= 5 && len < BROADCAST_STATUS_SIZE && text[1] == '.')
		snprintf(status, BROADCAST_STATUS_SIZE, "%.*s", (int)len, text);
	reason = bounce_reason_find(status, reply);
	class = bounce_reason_class(reason, status);
	/* A bare "550 no" to RCPT: not there (RFC 5321 §4.2.3). */
	if (reason == BOUNCE_OTHER && !*status && !strncmp(reply, "550", 3))
		class = BOUNCE_CLASS_HARD;
	set = signal_set(signal, "class", bounce_class_name(class), err);
	if (set == SG_OK)
		set = signal_set(signal, "reason", bounce_reason_name(reason),
				 err);
	if (set == SG_OK)
		set = signal_set(signal, "status", status, err);
	if (set == SG_OK)
		set = signal_set(signal, "diagnostic", reply, err);
	return set;
}

enum sg_status
broadcast_one_refused(struct broadcasts *broadcasts,
		      const struct broadcast_one_mail *mail, const char *reply,
		      struct sg_err *err)
{
	char code[BROADCAST_STATUS_SIZE] = "";
	struct signal signal;
	struct buf id = BUF_INIT;
	enum sg_status status;

	signal_init(&signal, "email.bounced", clock_now());
	signal.record_key = mail->record_key;
	signal.key = mail->recipient;
	signal.message_id = mail->message_id;
	signal.source = "outbox";
	/* Refused at a second try, it counts once. */
	buf_printf(&id, "outbox refused %llu",
		   (unsigned long long)mail->message_id);
	signal.external_id = crypto_hash64(buf_text(&id), id.len);
	buf_done(&id);
	status = signal_set(&signal, "campaign", mail->campaign, err);
	if (status == SG_OK)
		status = broadcast_set_refusal(&signal, reply, code, err);
	if (status == SG_OK)
		status = spool_append(broadcasts->spool, &signal, SPOOL_WRITTEN,
				      NULL, err);
	return status;
}
