/*
 * gate_trial_message.c - one message through the gate as a milter would bring
 * it, and its edits put into the message as an MTA would.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "gate/gate_trial_parts.h"
#include "mail/header.h"

enum { FIELDS_MOST = 4096 };

/* One field in the text as given; `text` NULL: it was given by an option. */
struct field {
	const char *name, *text;
	size_t len; /* with its line end */
	bool removed;
	const char *value; /* in place of its own */
};

struct message {
	struct gate_trial *trial;
	const struct gate_trial_mail *mail;
	struct field *fields;
	size_t n_fields, body_start;
	const char *line_end; /* as in the text */
};

/* --- the header ---------------------------------------------------------- */

static void
add_field(struct message *message, const char *text, size_t len)
{
	size_t name_len = strcspn(text, ": \t\r\n");

	if (message->n_fields == FIELDS_MOST)
		return;
	message->fields[message->n_fields++] = (struct field){
		.name = pool_memdup(message->trial->pool, text, name_len),
		.text = text,
		.len = len};
}

/* Where each field begins: a line that does not begin with a blank. */
static void
find_fields(struct message *message)
{
	const char *at = message->mail->text, *end = at + message->body_start;
	const char *start = at, *next;

	for (; at < end; at = next) {
		next = memchr(at, '\n', (size_t)(end - at));
		next = next ? next + 1 : end;
		if (*at == '\n' || *at == '\r')
			break;
		if (at > start && *at != ' ' && *at != '\t') {
			add_field(message, start, (size_t)(at - start));
			start = at;
		}
	}
	if (at > start)
		add_field(message, start, (size_t)(at - start));
}

static void
tell_header(struct message *message, struct sg_mail *mail,
	    const struct header_list *headers)
{
	const char *campaign = message->mail->campaign;

	for (size_t i = 0; i < headers->n_fields; i++)
		if (!campaign || strcasecmp(headers->fields[i].name,
					    "X-Scoregate-Campaign") != 0)
			sg_mail_header(mail, headers->fields[i].name,
				       headers->fields[i].value);
	if (campaign)
		sg_mail_header(mail, "X-Scoregate-Campaign", campaign);
}

/* --- the body, with CRLF as over SMTP ------------------------------------ */

static void
append_crlf(struct buf *to, const char *text, size_t len)
{
	const char *end = text + len, *next;

	while (text < end) {
		next = memchr(text, '\n', (size_t)(end - text));
		if (!next) {
			buf_append(to, text, (size_t)(end - text));
			return;
		}
		buf_append(to, text,
			   (size_t)(next - text) -
				   (next > text && next[-1] == '\r'));
		buf_append_text(to, "\r\n");
		text = next + 1;
	}
}

/* Line ends as the given text has them. */
static void
append_as_given(const struct message *message, struct buf *to, const char *text,
		size_t len)
{
	const char *end = text + len, *next;

	while (text < end) {
		next = memchr(text, '\n', (size_t)(end - text));
		if (!next) {
			buf_append(to, text, (size_t)(end - text));
			return;
		}
		buf_append(to, text,
			   (size_t)(next - text) -
				   (next > text && next[-1] == '\r'));
		buf_append_text(to, message->line_end);
		text = next + 1;
	}
}

/* --- the edits ----------------------------------------------------------- */

static struct field *
find_field(struct message *message, const char *name, unsigned index)
{
	for (size_t i = 0; i < message->n_fields; i++)
		if (!message->fields[i].removed &&
		    strcasecmp(message->fields[i].name, name) == 0 &&
		    --index == 0)
			return &message->fields[i];
	return NULL;
}

static void
change_field(struct message *message, const struct sg_mail_edit *edit)
{
	struct field *field = find_field(message, edit->name, edit->index);

	if (!field)
		return;
	field->removed = !edit->value;
	field->value = edit->value;
}

static void
append_field(const struct message *message, struct buf *to, const char *name,
	     const char *value)
{
	buf_printf(to, "%s: ", name);
	append_as_given(message, to, value, strlen(value));
	buf_append_text(to, message->line_end);
}

static void
append_header(struct message *message, struct buf *to,
	      const struct gate_trial_result *result)
{
	const struct field *field;

	for (size_t i = 0; i < result->n_edits; i++)
		if (result->edits[i].kind == SG_EDIT_HEADER_CHANGE)
			change_field(message, &result->edits[i]);
	for (size_t i = 0; i < message->n_fields; i++) {
		field = &message->fields[i];
		if (field->removed)
			continue;
		if (field->value)
			append_field(message, to, field->name, field->value);
		else
			buf_append(to, field->text, field->len);
	}
	for (size_t i = 0; i < result->n_edits; i++)
		if (result->edits[i].kind == SG_EDIT_HEADER_ADD)
			append_field(message, to, result->edits[i].name,
				     result->edits[i].value);
	buf_append_text(to, message->line_end);
}

static void
write_message(struct message *message, struct gate_trial_result *result)
{
	struct buf *to = &message->trial->message;
	const struct gate_trial_mail *mail = message->mail;
	const struct sg_mail_edit *body = NULL;

	buf_reset(to);
	append_header(message, to, result);
	result->new_body_start = to->len;
	for (size_t i = 0; i < result->n_edits; i++) {
		if (result->edits[i].kind == SG_EDIT_BODY)
			body = &result->edits[i];
		if (result->edits[i].kind == SG_EDIT_SENDER)
			result->sender = result->edits[i].value;
	}
	if (body)
		append_as_given(message, to, body->bytes, body->len);
	else
		buf_append(to, mail->text + message->body_start,
			   mail->len - message->body_start);
	result->message = buf_text(to);
	result->message_len = to->len;
}

static enum sg_status
send_through(struct message *message, const struct header_list *headers,
	     struct gate_trial_result *result, struct sg_err *err)
{
	struct sg_mail_connection here = {.daemon_name = NULL};
	struct gate_trial *trial = message->trial;
	struct sg_mail_reply reply;
	struct buf body = BUF_INIT;

	sg_mail_free(trial->mail);
	trial->mail = sg_mail_new(trial->gate, &here);
	if (!trial->mail)
		return err_set(err, SG_FAILED, "out of memory");
	sg_mail_sender(trial->mail, message->mail->from);
	sg_mail_recipient(trial->mail, message->mail->to);
	tell_header(message, trial->mail, headers);
	reply = sg_mail_end_of_headers(trial->mail);
	append_crlf(&body, message->mail->text + message->body_start,
		    message->mail->len - message->body_start);
	if (reply.answer == SG_MAIL_CONTINUE)
		sg_mail_body(trial->mail, buf_text(&body), body.len);
	if (reply.answer != SG_MAIL_ACCEPT)
		(void)sg_mail_end(trial->mail, "message", &result->edits,
				  &result->n_edits);
	buf_done(&body);
	result->line = sg_mail_log_line(trial->mail);
	if (!result->line)
		result->line = "";
	return SG_OK;
}

enum sg_status
gate_trial_run(struct gate_trial *trial, const struct gate_trial_mail *mail,
	       struct gate_trial_result *result_out, struct sg_err *err)
{
	struct message message = {.trial = trial, .mail = mail};
	struct gate_trial_result result = {.line = ""};
	struct header_list headers;
	const char *lf = memchr(mail->text, '\n', mail->len);
	enum sg_status status;

	header_list_init(&headers, trial->pool);
	status = header_list_read(&headers, mail->text, mail->len,
				  &message.body_start, err);
	if (status != SG_OK)
		return status;
	message.line_end =
		lf && lf > mail->text && lf[-1] == '\r' ? "\r\n" : "\n";
	message.fields =
		pool_alloc(trial->pool, FIELDS_MOST * sizeof(*message.fields));
	find_fields(&message);
	status = send_through(&message, &headers, &result, err);
	if (status != SG_OK)
		return status;
	result.body_start = message.body_start;
	write_message(&message, &result);
	*result_out = result;
	return SG_OK;
}

/* --- afterwards ---------------------------------------------------------- */

void
gate_trial_remove(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[512];

	while (dir && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (unlink(path) != 0 && errno == EISDIR)
			gate_trial_remove(path);
	}
	if (dir)
		closedir(dir);
	rmdir(folder);
}
