/* mail_here.c - see mail_here.h. */
#include "gate/mail_here.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "gate/mail_carry.h"

static const char proof[] = "X-Scoregate-Instrumented";

bool
mail_here_made(const struct sg_mail *mail)
{
	const char *text = header_get(&mail->headers, proof);
	struct buf scratch = BUF_INIT;
	struct token token;
	bool made = false;

	if (!text || mail->n_recipients != 1)
		return false;
	text += strspn(text, " \t\r\n");
	if (token_read(mail->gate->keys, TOKEN_MESSAGE, text,
		       strcspn(text, " \t\r\n"), &scratch, &token,
		       NULL) == SG_OK)
		made = token.record_key == mail_sent_key(mail, 0);
	buf_done(&scratch);
	return made;
}

/* The mail's own token, in the name of its campaign. */
static void
prove(struct sg_mail *mail)
{
	const struct mail_sent *sent = mail->sent;
	struct token token = {.kind = TOKEN_MESSAGE,
			      .message_id = sent->message_id,
			      .record_key = sent->record_key,
			      .payload = sent->broadcast,
			      .payload_len = strlen(sent->broadcast)};
	struct buf text = BUF_INIT;
	struct sg_err err;

	if (token_make(mail->gate->keys, &token, &text, &err) == SG_OK)
		mail_edit_add_header(mail, proof, buf_text(&text));
	buf_done(&text);
}

/* As with the milter: whatever goes wrong, the mail goes on, unless the
 * operator wants it to wait. */
static enum sg_status
go_on(struct sg_mail *mail, struct sg_err *err)
{
	char quoted[LOG_QUOTE_SIZE];

	if (mail->trial)
		return err_set(err, SG_REFUSED, "it goes out as it is: %s",
			       err->text);
	atomic_fetch_add(&mail->gate->passed_on_trouble, 1);
	if (mail->gate->mail.tempfail_on_trouble)
		return err_set(err, SG_BUSY, "it is not instrumented: %s",
			       err->text);
	log_warn("a mail of our own goes out uninstrumented reason=%s",
		 log_quote_private(err->text, quoted));
	mail->sent = NULL;
	mail->n_edits = 0;
	mail_out_strip(mail);
	return SG_OK;
}

static enum sg_status
instrument(struct sg_mail *mail, const struct mail_here *from,
	   struct mail_carry *carry, struct sg_err *err)
{
	enum sg_status status;

	mail->keeps_later = true;
	mail->trial = from->trial;
	(void)sg_mail_sender(mail, from->sender);
	(void)sg_mail_recipient(mail, from->recipient);
	status = mail_carry_read(carry, mail->pool, from->data, from->len, err);
	if (status != SG_OK)
		return status;
	mail_carry_tell_headers(carry, mail);
	mail->way = MAIL_INSTRUMENT;
	if (!from->trial)
		atomic_fetch_add(&mail->gate->messages_out, 1);
	(void)sg_mail_body(mail, carry->body, carry->len);
	if (mail->is_too_large)
		status = err_set(err, SG_REFUSED, "larger than max_message");
	else if (!mail->n_recipients || !mail->recipients[0].address)
		status = err_set(err, SG_REFUSED, "no address");
	else
		status = mail_out(mail, "-", err);
	if (status != SG_OK)
		status = go_on(mail, err);
	else
		prove(mail);
	carry->edits = mail->edits;
	carry->n_edits = mail->n_edits;
	return status;
}

enum sg_status
mail_here_make(struct sg_gate *gate, const struct mail_here *from,
	       struct mail_made **made_out, struct sg_err *err)
{
	static const struct sg_mail_connection ourselves;
	struct mail_made *made = calloc(1, sizeof(*made));
	struct mail_carry carry;
	enum sg_status status;

	if (!made)
		return err_set(err, SG_BUSY, "out of memory");
	buf_init(&made->data, from->len + (4 << 20));
	made->mail = sg_mail_new(gate, &ourselves);
	status = made->mail ? instrument(made->mail, from, &carry, err)
			    : err_set(err, SG_BUSY, "out of memory");
	if (status == SG_OK) {
		buf_append_text(&made->sender, from->sender);
		mail_carry_write(&carry, &made->data, &made->sender);
		buf_done(&made->mail->body);
	}
	if (status == SG_OK && (!buf_ok(&made->data) || !buf_ok(&made->sender)))
		status = err_set(err, SG_BUSY, "out of memory");
	if (status == SG_OK)
		*made_out = made;
	else
		mail_made_free(made);
	return status;
}

enum sg_status
mail_here_keep(struct mail_made *made, int64_t now, struct sg_err *err)
{
	struct sg_mail *mail = made->mail;

	/* It went on as it came: no token is out. */
	if (!mail->sent)
		return SG_OK;
	mail->now = now;
	return mail_sent_keep(mail, mail->sent, err);
}

void
mail_made_free(struct mail_made *made)
{
	if (!made)
		return;
	buf_done(&made->data);
	buf_done(&made->sender);
	sg_mail_free(made->mail);
	free(made);
}
