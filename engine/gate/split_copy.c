/* split_copy.c - see split_copy.h. */
#include "gate/split_copy.h"

#include <string.h>

#include "base/text.h"
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
tell(struct sg_mail *mail, const struct header_list *headers, const char *body,
     size_t len, const struct sg_mail_edit **edits_out, size_t *n_edits_out)
{
	struct sg_mail_reply reply = {.answer = SG_MAIL_CONTINUE};

	for (size_t i = 0; i < headers->n_fields; i++)
		(void)sg_mail_header(
			mail, headers->fields[i].name,
			headers->fields[i].value +
				strspn(headers->fields[i].value, " \t"));
	reply = sg_mail_end_of_headers(mail);
	if (reply.answer != SG_MAIL_CONTINUE && reply.answer != SG_MAIL_SKIP)
		return reply;
	if (reply.answer == SG_MAIL_CONTINUE)
		(void)sg_mail_body(mail, body, len);
	/* The MTA gives the copy a queue id of its own. */
	return sg_mail_end(mail, NULL, edits_out, n_edits_out);
}

/* --- the edits ----------------------------------------------------------- */

/* No bare LF: it would let a body speak SMTP. */
static void
append_crlf(struct buf *to, const char *bytes, size_t len)
{
	const char *end = bytes + len, *at;

	for (at = bytes; at < end; at++) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));

		if (!lf) {
			buf_append(to, at, (size_t)(end - at));
			break;
		}
		buf_append(to, at, (size_t)(lf - at));
		if (lf == bytes || lf[-1] != '\r')
			buf_append_char(to, '\r');
		buf_append_char(to, '\n');
		at = lf;
	}
}

static void
append_field(struct buf *to, const char *name, const char *value)
{
	buf_append_text(to, name);
	buf_append_text(to, ": ");
	append_crlf(to, value, strlen(value));
	buf_append_text(to, "\r\n");
}

/* As the MTA would: the index-th of the name is changed. NULL: as it is. */
static const struct sg_mail_edit *
change_of(const struct sg_mail_edit *edits, size_t n_edits, const char *name,
	  unsigned index)
{
	for (size_t i = 0; i < n_edits; i++)
		if (edits[i].kind == SG_EDIT_HEADER_CHANGE &&
		    edits[i].index == index &&
		    text_equal_ascii(edits[i].name, name))
			return &edits[i];
	return NULL;
}

static unsigned
index_of(const struct header_list *headers, size_t i)
{
	unsigned index = 0;

	for (size_t j = 0; j <= i; j++)
		index += text_equal_ascii(headers->fields[j].name,
					  headers->fields[i].name);
	return index;
}

static void
write_headers(struct buf *to, const struct header_list *headers,
	      const struct sg_mail_edit *edits, size_t n_edits)
{
	for (size_t i = 0; i < headers->n_fields; i++) {
		const struct header_field *field = &headers->fields[i];
		const struct sg_mail_edit *change = change_of(
			edits, n_edits, field->name, index_of(headers, i));
		const char *value = change ? change->value : field->value;

		if (value)
			append_field(to, field->name,
				     value + strspn(value, " \t"));
	}
	for (size_t i = 0; i < n_edits; i++)
		if (edits[i].kind == SG_EDIT_HEADER_ADD)
			append_field(to, edits[i].name, edits[i].value);
	buf_append_text(to, "\r\n");
}

static void
write_body(struct buf *to, const char *body, size_t len)
{
	append_crlf(to, body, len);
	if (len && body[len - 1] != '\n')
		buf_append_text(to, "\r\n");
}

static void
write_message(struct split_ready *ready, const struct header_list *headers,
	      const char *body, size_t len, const struct sg_mail_edit *edits,
	      size_t n_edits)
{
	write_headers(&ready->data, headers, edits, n_edits);
	for (size_t i = 0; i < n_edits; i++) {
		if (edits[i].kind == SG_EDIT_SENDER) {
			buf_reset(&ready->sender);
			buf_append_text(&ready->sender, edits[i].value);
		} else if (edits[i].kind == SG_EDIT_BODY) {
			body = edits[i].bytes;
			len = edits[i].len;
		}
	}
	write_body(&ready->data, body, len);
}

static enum sg_status
make(struct sg_gate *gate, const struct split_job *job,
     const struct buf *message, struct split_ready *ready, struct sg_err *err)
{
	struct sg_mail *mail = begin(gate, job);
	const struct sg_mail_edit *edits = NULL;
	struct sg_mail_reply reply;
	struct header_list headers;
	size_t n_edits = 0, at;
	enum sg_status status;
	char id[48];

	if (!mail)
		return err_set(err, SG_BUSY, "out of memory");
	header_list_init(&headers, mail->pool);
	status = header_list_read(&headers, buf_text(message), message->len,
				  &at, err);
	if (status == SG_OK) {
		reply = tell(mail, &headers, message->data + at,
			     message->len - at, &edits, &n_edits);
		if (reply.answer == SG_MAIL_TEMPFAIL)
			status = err_set(err, SG_BUSY, "%s", reply.text);
	}
	if (status == SG_OK) {
		snprintf(id, sizeof(id), "%s.%zu", job->mail->name, job->i);
		mail_split_trace(&ready->data, id, mail->now);
		write_message(ready, &headers, message->data + at,
			      message->len - at, edits, n_edits);
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
