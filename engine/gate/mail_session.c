/*
 * mail_session.c - one SMTP transaction as the milter tells it, from
 * sg_mail_new() to sg_mail_end(). Nothing in here waits for a network or a
 * store. Whatever goes wrong, the mail goes on as it came.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/mail_split.h"
#include "mail/address.h"

static const struct sg_mail_reply go_on = {.answer = SG_MAIL_CONTINUE};
static const struct sg_mail_reply no_more = {.answer = SG_MAIL_ACCEPT};
static const struct sg_mail_reply skip_body = {.answer = SG_MAIL_SKIP};
static const struct sg_mail_reply taken = {.answer = SG_MAIL_DISCARD};
static const struct sg_mail_reply no_such_address = {
	.answer = SG_MAIL_REJECT,
	.smtp_code = "550",
	.enhanced_code = "5.1.1",
	.text = "This bounce address is not valid",
};
static const struct sg_mail_reply try_again = {
	.answer = SG_MAIL_TEMPFAIL,
	.smtp_code = "451",
	.enhanced_code = "4.3.0",
	.text = "Cannot be kept now, try again later",
};

static const char *
copy(struct sg_mail *mail, const char *text)
{
	return text && text[0] ? pool_strdup(mail->pool, text) : NULL;
}

struct sg_mail *
sg_mail_new(struct sg_gate *gate, const struct sg_mail_connection *connection)
{
	struct sg_mail *mail = calloc(1, sizeof(*mail));

	if (!mail)
		return NULL;
	mail->gate = gate;
	mail->pool = pool_new();
	mail->now = clock_now();
	mail->sender = "";
	mail->daemon_name = copy(mail, connection->daemon_name);
	mail->client_addr = copy(mail, connection->client_addr);
	mail->auth_authen = copy(mail, connection->auth_authen);
	header_list_init(&mail->headers, mail->pool);
	buf_init(&mail->body, (size_t)gate->mail.message_most);
	return mail;
}

void
sg_mail_free(struct sg_mail *mail)
{
	if (!mail)
		return;
	buf_done(&mail->body);
	pool_free(mail->pool);
	free(mail);
}

/* A sender that cannot be read stays as it came: it is never a null one. */
struct sg_mail_reply
sg_mail_sender(struct sg_mail *mail, const char *address)
{
	enum sg_status status =
		address_from_envelope(mail->pool, address, &mail->sender, NULL);

	if (status == SG_NONE)
		mail->sender = "";
	else if (status != SG_OK)
		mail->sender = pool_strdup(mail->pool, address);
	return go_on;
}

static struct mail_recipient *
new_recipient(struct sg_mail *mail)
{
	struct mail_recipient *more;
	size_t cap = mail->recipients_cap ? mail->recipients_cap * 2 : 4;

	if (mail->n_recipients == MAIL_RECIPIENTS_MOST) {
		mail->is_too_large = true;
		return NULL;
	}
	if (mail->n_recipients == mail->recipients_cap) {
		more = pool_alloc(mail->pool, cap * sizeof(*more));
		if (mail->n_recipients)
			memcpy(more, mail->recipients,
			       mail->n_recipients * sizeof(*more));
		mail->recipients = more;
		mail->recipients_cap = cap;
	}
	return &mail->recipients[mail->n_recipients];
}

/*
 * A forged or expired address is refused where the sender still hears it; but
 * never one that the MTA itself writes to, or its bounce would be lost.
 */
struct sg_mail_reply
sg_mail_recipient(struct sg_mail *mail, const char *address)
{
	struct mail_recipient *recipient = new_recipient(mail);

	if (!recipient)
		return go_on;
	memset(recipient, 0, sizeof(*recipient));
	recipient->given = pool_strdup(mail->pool, address);
	if (address_from_envelope(mail->pool, address, &recipient->address,
				  NULL) != SG_OK)
		recipient->address = NULL;
	if (mail_way_recipient(mail, recipient, NULL) != SG_OK &&
	    mail->client_addr)
		return no_such_address;
	mail->n_recipients++;
	mail->n_own += recipient->whose != MAIL_NOT_OURS;
	return go_on;
}

struct sg_mail_reply
sg_mail_header(struct sg_mail *mail, const char *name, const char *value)
{
	const struct mail_conf *conf = &mail->gate->mail;

	if (mail->is_too_large)
		return go_on;
	if (header_add(&mail->headers, name, value, NULL) != SG_OK ||
	    (int64_t)mail->headers.n_fields > conf->headers_most ||
	    (int64_t)mail->headers.bytes > conf->header_bytes_most)
		mail->is_too_large = true;
	return go_on;
}

struct sg_mail_reply
sg_mail_end_of_headers(struct sg_mail *mail)
{
	mail->way = mail_way_decide(mail);
	switch (mail->way) {
	case MAIL_UNDERSTAND:
		atomic_fetch_add(&mail->gate->messages_in, 1);
		return go_on;
	case MAIL_LOOK:
		atomic_fetch_add(&mail->gate->messages_in, 1);
		mail->looks_at_body = mail_about_needs_body(mail);
		return mail->looks_at_body ? go_on : skip_body;
	case MAIL_INSTRUMENT:
		atomic_fetch_add(&mail->gate->messages_out, 1);
		return go_on;
	case MAIL_STRIP:
		atomic_fetch_add(&mail->gate->messages_out, 1);
		return skip_body;
	default:
		return no_more;
	}
}

/* Of a report the beginning is enough: what it is about comes first. */
struct sg_mail_reply
sg_mail_body(struct sg_mail *mail, const void *bytes, size_t len)
{
	if (mail->way == MAIL_LOOK &&
	    (!mail_about_needs_body(mail) || mail->body.len >= MAIL_LOOK_MOST))
		return skip_body;
	if (mail->way != MAIL_UNDERSTAND && mail->way != MAIL_INSTRUMENT &&
	    mail->way != MAIL_LOOK)
		return skip_body;
	if (mail->is_too_large)
		return skip_body;
	buf_append(&mail->body, bytes, len);
	if (buf_ok(&mail->body))
		return go_on;
	mail->is_too_large = true;
	return skip_body;
}

static struct sg_mail_reply
on_trouble(struct sg_mail *mail, const char *queue_id, enum sg_status status,
	   const struct sg_err *err)
{
	bool only_ours = mail->n_own && mail->n_own == mail->n_recipients;
	char quoted[LOG_QUOTE_SIZE];

	mail->n_edits = mail->n_kept_edits;
	atomic_fetch_add(&mail->gate->passed_on_trouble, 1);
	mail_say(mail, "%s: %s reason=%s", queue_id,
		 only_ours ? "a report could not be kept, the MTA keeps it"
			   : "the mail goes on unmodified",
		 log_quote_private(err->text, quoted));
	return only_ours || mail->gate->mail.tempfail_on_trouble ? try_again
								 : go_on;
}

static bool
nobody_is_left(const struct sg_mail *mail)
{
	if (mail->is_taken_over)
		return true;
	for (size_t i = 0; i < mail->n_recipients; i++)
		if (!mail->recipients[i].taken)
			return false;
	return mail->n_recipients && !mail->gate->mail.keep_bounces;
}

static enum sg_status
instrument(struct sg_mail *mail, const char *queue_id, struct sg_err *err)
{
	enum sg_status status;

	if (mail->gate->mail.multi == MAIL_MULTI_SPLIT && !mail->is_copy &&
	    mail->gate->split && mail_split_may(mail)) {
		status = mail_split(mail, queue_id, err);
		if (status == SG_OK && mail->is_taken_over)
			mail_say(mail,
				 "%s: came before, its copies were taken over "
				 "then",
				 queue_id);
		if (status != SG_OK || mail->is_taken_over)
			return status;
		/* One that cannot be read as an address stays as it is. */
		if (!mail->recipients[0].address) {
			mail_out_strip(mail);
			return SG_OK;
		}
	}
	mail->is_shared = mail->n_recipients > 1;
	return mail_out(mail, queue_id, err);
}

static enum sg_status
work(struct sg_mail *mail, const char *queue_id, struct sg_err *err)
{
	switch (mail->way) {
	case MAIL_LOOK:
	case MAIL_UNDERSTAND:
		return mail_in(mail, queue_id, err);
	case MAIL_INSTRUMENT:
		if (!mail->is_too_large)
			return instrument(mail, queue_id, err);
		mail_say(mail, "%s: larger than max_message, goes on untouched",
			 queue_id);
		return SG_OK;
	case MAIL_STRIP:
		mail_out_strip(mail);
		return SG_OK;
	default:
		return SG_OK;
	}
}

struct sg_mail_reply
sg_mail_end(struct sg_mail *mail, const char *queue_id,
	    const struct sg_mail_edit **edits_out, size_t *n_edits_out)
{
	struct sg_err err = {.text = ""};
	struct sg_mail_reply reply = go_on;
	enum sg_status status;

	*edits_out = NULL;
	*n_edits_out = 0;
	if (!queue_id)
		queue_id = "-";
	status = work(mail, queue_id, &err);
	if (status != SG_OK)
		reply = on_trouble(mail, queue_id, status, &err);
	else if (nobody_is_left(mail))
		return taken;
	*edits_out = mail->edits;
	*n_edits_out = mail->n_edits;
	return reply;
}

const char *
sg_mail_log_line(const struct sg_mail *mail)
{
	return mail && mail->line[0] ? mail->line : NULL;
}
