/* mail_carry.c - see mail_carry.h. */
#include "gate/mail_carry.h"

#include <string.h>

#include "base/text.h"

enum sg_status
mail_carry_read(struct mail_carry *carry, struct pool *pool,
		const char *message, size_t len, struct sg_err *err)
{
	enum sg_status status;
	size_t at;

	memset(carry, 0, sizeof(*carry));
	header_list_init(&carry->headers, pool);
	status = header_list_read(&carry->headers, message, len, &at, err);
	if (status != SG_OK)
		return status;
	carry->body = message + at;
	carry->len = len - at;
	return SG_OK;
}

void
mail_carry_tell_headers(const struct mail_carry *carry, struct sg_mail *mail)
{
	const struct header_list *headers = &carry->headers;

	for (size_t i = 0; i < headers->n_fields; i++)
		(void)sg_mail_header(
			mail, headers->fields[i].name,
			headers->fields[i].value +
				strspn(headers->fields[i].value, " \t"));
}

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

void
mail_carry_write(const struct mail_carry *carry, struct buf *data,
		 struct buf *sender)
{
	const char *body = carry->body;
	size_t len = carry->len;

	write_headers(data, &carry->headers, carry->edits, carry->n_edits);
	for (size_t i = 0; i < carry->n_edits; i++) {
		const struct sg_mail_edit *edit = &carry->edits[i];

		if (edit->kind == SG_EDIT_SENDER) {
			buf_reset(sender);
			buf_append_text(sender, edit->value);
		} else if (edit->kind == SG_EDIT_BODY) {
			body = edit->bytes;
			len = edit->len;
		}
	}
	write_body(data, body, len);
}
