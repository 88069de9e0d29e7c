/* mail_shown.c - see mail_shown.h. */
#include "mail/mail_shown.h"

#include <string.h>

#include "base/text.h"
#include "mail/part_charset.h"
#include "mail/part_map.h"

static const char *
field(struct pool *pool, const struct header_list *headers, const char *name)
{
	const char *value = header_decode(pool, header_get(headers, name));

	return value ? value : "";
}

/* CRLF becomes LF; a NUL, of which text has none, ends it. */
static const char *
without_cr(struct pool *pool, const struct buf *text)
{
	char *copy = pool_memdup(pool, buf_text(text), text->len);
	char *to = copy;
	size_t i;

	for (i = 0; i < text->len; i++)
		if (copy[i] != '\r' || copy[i + 1] != '\n')
			*to++ = copy[i];
	*to = '\0';
	return copy;
}

static const char *
content(struct pool *pool, const struct part *part, const char *body)
{
	struct buf bytes = BUF_INIT, utf8 = BUF_INIT;
	const char *text = "";
	struct sg_err unused;

	if (part_decode(part, body, &bytes, &unused) == SG_OK) {
		if (part_charset_to_utf8(part->charset, buf_text(&bytes),
					 bytes.len, &utf8) != SG_OK) {
			buf_reset(&utf8);
			text_append_clean(&utf8, buf_text(&bytes), bytes.len);
		}
		text = without_cr(pool, &utf8);
	}
	buf_done(&bytes);
	buf_done(&utf8);
	return text;
}

enum sg_status
mail_shown_read(struct pool *pool, const char *mail, size_t len,
		struct mail_shown *shown_out, struct sg_err *err)
{
	struct mail_shown shown = {0};
	struct header_list headers;
	struct part_map map;
	size_t body_at, i;
	enum sg_status status;

	header_list_init(&headers, pool);
	status = header_list_read(&headers, mail, len, &body_at, err);
	if (status == SG_OK)
		status = part_map_build(pool, &headers, mail + body_at,
					len - body_at, &map, err);
	if (status != SG_OK)
		return status;
	shown.from = field(pool, &headers, "From");
	shown.to = field(pool, &headers, "To");
	shown.subject = field(pool, &headers, "Subject");
	for (i = 0; i < map.n_parts; i++) {
		const struct part *part = &map.parts[i];
		const char **to =
			!strcmp(part->type, "text/plain")  ? &shown.text
			: !strcmp(part->type, "text/html") ? &shown.html
							   : NULL;

		if (to && !*to && !part->is_message && !part->inside_message &&
		    !part->is_attachment)
			*to = content(pool, part, mail + body_at);
	}
	*shown_out = shown;
	return SG_OK;
}
