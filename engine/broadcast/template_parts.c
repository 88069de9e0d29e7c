/* template_parts.c - see template_parts.h. */
#include "broadcast/template_parts.h"

#include <string.h>

#include "base/encode.h"
#include "base/text.h"

/* With a sign that base64 does not have, so that no part contains it. */
static const char boundary[] = "scoregate_parts";

enum { LINE_BYTES = 57 }; /* 76 signs */

/* In base64: what is wrong in it is then told by its own lines, not by those of
 * a file that its author never saw. */
static void
write_part(struct buf *to, const char *type, const char *content)
{
	size_t len = strlen(content), at;

	buf_printf(to,
		   "Content-Type: %s; charset=utf-8\n"
		   "Content-Transfer-Encoding: base64\n\n",
		   type);
	for (at = 0; at < len; at += LINE_BYTES) {
		encode_base64(to, content + at,
			      len - at < LINE_BYTES ? len - at : LINE_BYTES);
		buf_append_char(to, '\n');
	}
}

static enum sg_status
check(const struct template_parts *parts, struct sg_err *err)
{
	if (!parts->subject || strpbrk(parts->subject, "\r\n"))
		return err_set(err, SG_REFUSED,
			       "a template needs a subject of one line");
	if (!parts->text && !parts->html)
		return err_set(err, SG_REFUSED,
			       "a template needs a text or HTML");
	if (!text_is_utf8(parts->subject, strlen(parts->subject)) ||
	    (parts->text && !text_is_utf8(parts->text, strlen(parts->text))) ||
	    (parts->html && !text_is_utf8(parts->html, strlen(parts->html))))
		return err_set(err, SG_REFUSED, "a template is UTF-8");
	return SG_OK;
}

enum sg_status
template_from_parts(const struct template_parts *parts, struct buf *to,
		    struct sg_err *err)
{
	enum sg_status status = check(parts, err);

	if (status != SG_OK)
		return status;
	buf_printf(to, "Subject: %s\nMIME-Version: 1.0\n", parts->subject);
	if (!parts->html) {
		write_part(to, "text/plain", parts->text);
	} else if (!parts->text) {
		write_part(to, "text/html", parts->html);
	} else {
		buf_printf(to,
			   "Content-Type: multipart/alternative; "
			   "boundary=\"%s\"\n\n--%s\n",
			   boundary, boundary);
		write_part(to, "text/plain", parts->text);
		buf_printf(to, "\n--%s\n", boundary);
		write_part(to, "text/html", parts->html);
		buf_printf(to, "\n--%s--\n", boundary);
	}
	return buf_ok(to) ? SG_OK
			  : err_set(err, SG_REFUSED, "a template is too large");
}
