/* template_render.c - a template with a record's values; see template.h. */
#include <string.h>

#include "base/text.h"
#include "broadcast/template_envelope.h"
#include "broadcast/template_plain.h"
#include "broadcast/template_private.h"
#include "broadcast/template_write.h"

static void
write_fields(const struct template *template,
	     const struct template_values *values, struct buf *to)
{
	struct buf value = BUF_INIT;
	size_t i;

	for (i = 0; i < template->n_fields; i++) {
		const struct field *field = &template->fields[i];

		if (template->whole_type &&
		    (text_equal_ascii(field->name, "Content-Type") ||
		     text_equal_ascii(field->name,
				      "Content-Transfer-Encoding")))
			continue;
		if (!field->text) {
			buf_printf(to, "%s:%s%s\n", field->name,
				   *field->value == ' ' || *field->value == '\t'
					   ? ""
					   : " ",
				   field->value);
			continue;
		}
		buf_reset(&value);
		template_text_render(field->text, values, &value);
		template_write_header(to, field->name, buf_text(&value));
	}
	buf_done(&value);
}

/* HTML alone: as multipart/alternative, with its text before it. */
static bool
is_html_alone(const struct template *template)
{
	return template->whole_type &&
	       !strcmp(template->whole_type, "text/html");
}

static const char whole[] = "=_scoregate_alternative";

static void
write_part_type(const char *type, struct buf *to)
{
	buf_printf(to,
		   "Content-Type: %s; charset=utf-8\n"
		   "Content-Transfer-Encoding: quoted-printable\n",
		   type);
}

static void
write_type(const struct template *template, struct buf *to)
{
	buf_append_text(to, "MIME-Version: 1.0\n");
	if (is_html_alone(template))
		buf_printf(to,
			   "Content-Type: multipart/alternative;\n"
			   " boundary=\"%s\"\n",
			   whole);
	else if (template->whole_type)
		write_part_type(template->whole_type, to);
}

/* No line of quoted-printable text begins with "--=_": = stands for itself
 * only as =3D (RFC 2045 §6.7), so the boundary is never met inside. */
static void
write_alternative(const struct buf *html, const char *boundary, struct buf *to)
{
	struct buf text;

	buf_init(&text, TEMPLATE_MAIL_MOST);
	template_plain_from_html(buf_text(html), html->len, &text);
	buf_printf(to, "--%s\n", boundary);
	write_part_type("text/plain", to);
	buf_append_char(to, '\n');
	template_write_quoted_printable(to, buf_text(&text), text.len);
	buf_printf(to, "\n--%s\n", boundary);
	write_part_type("text/html", to);
	buf_append_char(to, '\n');
	template_write_quoted_printable(to, buf_text(html), html->len);
	buf_printf(to, "\n--%s--\n", boundary);
	if (!buf_ok(&text))
		to->failed = true;
	buf_done(&text);
}

enum sg_status
template_render(const struct template *template,
		const struct template_values *values,
		const struct template_envelope *envelope, struct buf *to,
		struct sg_err *err)
{
	struct buf mail, text;
	bool fits;
	size_t i;

	buf_init(&mail, TEMPLATE_MAIL_MOST);
	buf_init(&text, TEMPLATE_MAIL_MOST);
	/* Mostly they come to that, and need not grow on the way. */
	buf_reserve(&text, template->len);
	buf_reserve(&mail, template->len + template->len / 8);
	template_write_envelope(envelope, &template->headers, template->list,
				&mail);
	write_type(template, &mail);
	write_fields(template, values, &mail);
	buf_append_char(&mail, '\n');
	for (i = 0; i < template->n_pieces; i++) {
		const struct piece *piece = &template->pieces[i];

		if (!piece->text) {
			buf_append(&mail, piece->bytes, piece->len);
			continue;
		}
		buf_reset(&text);
		template_text_render(piece->text, values, &text);
		if (is_html_alone(template) || piece->boundary)
			write_alternative(&text,
					  piece->boundary ? piece->boundary
							  : whole,
					  &mail);
		else
			template_write_quoted_printable(&mail, buf_text(&text),
							text.len);
		if (!buf_ok(&text))
			mail.failed = true;
	}
	buf_reserve(to, mail.len);
	template_write_crlf(to, buf_text(&mail), mail.len);
	fits = buf_ok(&mail) && buf_ok(to);
	buf_done(&text);
	buf_done(&mail);
	return fits ? SG_OK
		    : err_set(err, SG_REFUSED, "the mail is over %d MB",
			      TEMPLATE_MAIL_MOST >> 20);
}
