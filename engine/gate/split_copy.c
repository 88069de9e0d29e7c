/* split_copy.c - see split_copy.h. */
#include "gate/split_copy.h"

#include <string.h>

#include "gate/mail_carry.h"
#include "gate/mail_split.h"

/* --- through the hooks --------------------------------------------------- */

static struct sg_mail *
begin(struct sg_gate *gate, const struct split_job *job)
{
	const struct split_mail *from = job->mail;
	struct sg_mail_connection connection = {
		.auth_authen = from->user[0] ? from->user : NULL};
	struct sg_mail *mail = sg_mail_new(gate, &connection);

	if (!mail)
		return NULL;
	mail->is_copy = true;
	mail->given_id = from->copies[job->i].message_id;
	(void)sg_mail_sender(mail, from->sender);
	(void)sg_mail_recipient(mail, from->copies[job->i].recipient);
	return mail;
}

static struct sg_mail_reply
tell(struct sg_mail *mail, struct mail_carry *carry)
{
	struct sg_mail_reply reply;

	mail_carry_tell_headers(carry, mail);
	reply = sg_mail_end_of_headers(mail);
	if (reply.answer != SG_MAIL_CONTINUE && reply.answer != SG_MAIL_SKIP)
		return reply;
	if (reply.answer == SG_MAIL_CONTINUE)
		(void)sg_mail_body(mail, carry->body, carry->len);
	/* The MTA gives the copy a queue id of its own. */
	return sg_mail_end(mail, NULL, &carry->edits, &carry->n_edits);
}

static enum sg_status
make(struct sg_gate *gate, const struct split_job *job,
     const struct buf *message, struct split_ready *ready, struct sg_err *err)
{
	struct sg_mail *mail = begin(gate, job);
	struct sg_mail_reply reply;
	struct mail_carry carry;
	enum sg_status status;
	char id[48];

	if (!mail)
		return err_set(err, SG_BUSY, "out of memory");
	status = mail_carry_read(&carry, mail->pool, buf_text(message),
				 message->len, err);
	if (status == SG_OK) {
		reply = tell(mail, &carry);
		if (reply.answer == SG_MAIL_TEMPFAIL)
			status = err_set(err, SG_BUSY, "%s", reply.text);
	}
	if (status == SG_OK) {
		snprintf(id, sizeof(id), "%s.%zu", job->mail->name, job->i);
		mail_split_trace(&ready->data, id, mail->now);
		mail_carry_write(&carry, &ready->data, &ready->sender);
	}
	sg_mail_free(mail);
	return status;
}

enum sg_status
split_copy_make(struct sg_gate *gate, struct split_queue *queue,
		const struct split_job *job, struct split_ready *ready_out,
		struct sg_err *err)
{
	struct buf message;
	enum sg_status status;

	/* The split let no larger one in; a body may grow by its links. */
	buf_init(&message, (size_t)gate->mail.message_most + (4 << 20));
	buf_reset(&ready_out->data);
	buf_reset(&ready_out->sender);
	buf_append_text(&ready_out->sender, job->mail->sender);
	status = split_queue_message(queue, job, &message, err);
	if (status == SG_OK)
		status = make(gate, job, &message, ready_out, err);
	if (status == SG_OK &&
	    (!buf_ok(&ready_out->data) || !buf_ok(&ready_out->sender)))
		status = err_set(err, SG_BUSY, "out of memory");
	buf_done(&message);
	return status;
}
