/* mail_edits.c - the edits of one message, in its pool. */
#include <stdarg.h>
#include <stdlib.h>

#include "gate/mail_parts.h"

enum { HEADER_LINE_AIM = 76 };

static struct sg_mail_edit *
new_edit(struct sg_mail *mail, enum sg_mail_edit_kind kind)
{
	struct sg_mail_edit *edits;
	size_t cap = mail->edits_cap ? mail->edits_cap * 2 : 16;

	if (mail->n_edits == mail->edits_cap) {
		edits = pool_alloc(mail->pool, cap * sizeof(*edits));
		if (mail->n_edits)
			memcpy(edits, mail->edits,
			       mail->n_edits * sizeof(*edits));
		mail->edits = edits;
		mail->edits_cap = cap;
	}
	mail->edits[mail->n_edits].kind = kind;
	return &mail->edits[mail->n_edits++];
}

/*
 * A line end goes where a blank stands, so that lines stay short; what is not
 * printable becomes a blank: nobody writes a header into a header.
 */
static char *
folded(struct pool *pool, const char *name, const char *value)
{
	char *text = pool_alloc(pool, 2 * strlen(value) + 1);
	size_t column = strlen(name) + 2, word;
	char *to = text;

	while (*value) {
		if ((unsigned char)*value > ' ' && *value != 127) {
			*to++ = *value++;
			column++;
			continue;
		}
		value++;
		word = strcspn(value, " \t\r\n");
		if (to > text && column + 1 + word > HEADER_LINE_AIM) {
			*to++ = '\n';
			column = 0;
		}
		*to++ = ' ';
		column++;
	}
	*to = '\0';
	return text;
}

void
mail_edit_add_header(struct sg_mail *mail, const char *name, const char *value)
{
	struct sg_mail_edit *edit = new_edit(mail, SG_EDIT_HEADER_ADD);

	edit->name = pool_strdup(mail->pool, name);
	edit->value = folded(mail->pool, name, value);
}

/* From the last to the first: removing one may renumber those after it. */
void
mail_edit_remove_header(struct sg_mail *mail, const char *name)
{
	struct sg_mail_edit *edit;

	for (unsigned i = header_count(&mail->headers, name); i; i--) {
		edit = new_edit(mail, SG_EDIT_HEADER_CHANGE);
		edit->name = pool_strdup(mail->pool, name);
		edit->index = i;
	}
}

void
mail_edit_sender(struct sg_mail *mail, const char *address)
{
	new_edit(mail, SG_EDIT_SENDER)->value =
		pool_strdup(mail->pool, address);
}

void
mail_edit_recipient(struct sg_mail *mail, enum sg_mail_edit_kind kind,
		    const char *address)
{
	new_edit(mail, kind)->value = pool_strdup(mail->pool, address);
}

void
mail_edit_body(struct sg_mail *mail, const void *bytes, size_t len)
{
	struct sg_mail_edit *edit = new_edit(mail, SG_EDIT_BODY);

	edit->bytes = bytes;
	edit->len = len;
}

void
mail_say(struct sg_mail *mail, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(mail->line, sizeof(mail->line), format, args);
	va_end(args);
}
