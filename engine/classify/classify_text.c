/* classify_text.c - a message as a file holds it. See classify.h. */
#include <string.h>

#include "classify/classify.h"

/* Files of old Macintoshes end their lines with CR alone. */
static const char *
with_line_ends(struct pool *pool, const char *text, size_t len)
{
	char *copy, *cr;

	if (!memchr(text, '\r', len) || memchr(text, '\n', len))
		return text;
	copy = pool_memdup(pool, text, len);
	for (cr = copy; (cr = memchr(cr, '\r', len - (size_t)(cr - copy)));)
		*cr = '\n';
	return copy;
}

enum sg_status
classify_text(struct pool *pool, const char *text, size_t len,
	      struct classify_result *result_out, struct sg_err *err)
{
	struct header_list headers;
	struct classify_mail mail = {.headers = &headers};
	enum sg_status status;
	size_t start;

	text = with_line_ends(pool, text, len);
	header_list_init(&headers, pool);
	status = header_list_read(&headers, text, len, &start, err);
	if (status != SG_OK)
		return status;
	mail.body = text + start;
	mail.body_len = len - start;
	return classify_message(pool, &mail, result_out, err);
}
