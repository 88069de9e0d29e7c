/* outbox_mail.c - one try of one mail, by SMTP. */
#include <stdlib.h>
#include <string.h>

#include "outbox/outbox_parts.h"

enum { STEP_MS = 200 };

struct waiting {
	bool done;
	const struct outbox_mail *mail;
	struct outbox_try *try;
};

/* A second one has the same Message-ID. */
static bool
hand_over(void *arg)
{
	const struct outbox_mail *mail = ((struct waiting *)arg)->mail;

	return !mail->handing_over || mail->handing_over(mail->arg);
}

static void
ended(void *arg, const struct net_smtp_result *result)
{
	struct waiting *waiting = arg;
	enum outbox_end end = result->end == NET_SMTP_SENT	? OUTBOX_DONE
			      : result->end == NET_SMTP_REFUSED ? OUTBOX_NEVER
								: OUTBOX_LATER;

	waiting->done = true;
	waiting->try->mta =
		result->end == NET_SMTP_UNREACHABLE ? OUTBOX_MTA_AWAY
		: result->end == NET_SMTP_SENT	    ? OUTBOX_MTA_ANSWERS
		: result->end == NET_SMTP_REFUSED   ? OUTBOX_MTA_ANSWERS
						    : OUTBOX_MTA_UNKNOWN;
	if (end == OUTBOX_NEVER && waiting->mail->refused)
		waiting->mail->refused(waiting->mail->arg, result->text);
	outbox_say(waiting->try, end, "%s%s",
		   waiting->try->mta == OUTBOX_MTA_AWAY ? STORE_OUTBOX_AWAY
							: "",
		   end == OUTBOX_DONE ? "" : result->text);
}

static void
send_it(struct outbox_worker *worker, const struct outbox_mail *mail,
	struct outbox_try *try)
{
	struct waiting waiting = {false, mail, try};
	struct net_smtp_mail out = {.sender = mail->sender,
				    .recipient = mail->recipient,
				    .data = mail->data,
				    .len = mail->len,
				    .handing_over = hand_over,
				    .done = ended,
				    .arg = &waiting};
	struct net_smtp_options options = *worker->outbox->options.smtp;
	struct sg_err err = {0};

	options.connections = 1;
	if (!worker->smtp &&
	    net_smtp_new(&options, &worker->smtp, &err) != SG_OK) {
		outbox_say(try, OUTBOX_LATER, "%s", err.text);
		return;
	}
	if (net_smtp_send(worker->smtp, &out, &err) != SG_OK) {
		outbox_say(try, OUTBOX_LATER, "%s", err.text);
		return;
	}
	/* It ends by itself: a mail has a time-out. */
	while (!waiting.done)
		net_smtp_run(worker->smtp, STEP_MS);
}

/* There is no mail. */
static enum outbox_end
end_of(enum sg_status status, const struct outbox_mail *mail)
{
	if (status == SG_BUSY && mail->not_before)
		return OUTBOX_POSTPONED;
	return status == SG_NONE      ? OUTBOX_NOT
	       : status == SG_REFUSED ? OUTBOX_NEVER
				      : OUTBOX_LATER;
}

void
outbox_try_mail(struct outbox_worker *worker, const struct store_outbox *row,
		struct outbox_try *try)
{
	const struct outbox_options *options = &worker->outbox->options;
	struct pool *pool = pool_new();
	struct outbox_mail mail = {0};
	struct sg_err err = {0};
	enum sg_status status;

	if (strcmp(row->action, "notify") == 0)
		status = outbox_write_notice(options->conf, row, pool, &mail,
					     &err);
	else if (options->make_mail)
		status = options->make_mail(options->arg, row, pool, &mail,
					    &err);
	else
		status = err_set(&err, SG_REFUSED, "nothing makes templates");
	if (status == SG_OK && !options->smtp)
		status = err_set(&err, SG_REFUSED, "there is no SMTP server");
	try->at = mail.not_before;
	if (status == SG_OK)
		send_it(worker, &mail, try);
	else
		outbox_say(try, end_of(status, &mail), "%s", err.text);
	if (mail.done)
		mail.done(mail.arg);
	pool_free(pool);
}
