/* url_resolve.c - see url_resolve.h. */
#include "mail/url_resolve.h"

#include <stdbool.h>
#include <string.h>

/* Back over the last segment that stands in `to` after `root`. */
static void
drop_segment(struct buf *to, size_t root)
{
	while (to->len > root && to->data[to->len - 1] != '/')
		to->len--;
	if (to->len > root)
		to->len--;
	to->data[to->len] = '\0';
}

/* RFC 3986 §5.2.4 for an absolute path; `len` bytes without the query. */
static void
append_without_dots(struct buf *to, const char *path, size_t len)
{
	size_t root = to->len, at = 0, segment_len;
	const char *segment;
	bool is_last;

	while (at < len) {
		segment = path + at + 1; /* path[at] is '/' */
		segment_len = 0;
		while (at + 1 + segment_len < len &&
		       segment[segment_len] != '/')
			segment_len++;
		at += 1 + segment_len;
		is_last = at >= len;
		if (segment_len == 1 && segment[0] == '.') {
			if (is_last)
				buf_append_char(to, '/');
		} else if (segment_len == 2 && memcmp(segment, "..", 2) == 0) {
			if (to->len > root)
				drop_segment(to, root);
			if (is_last)
				buf_append_char(to, '/');
		} else {
			buf_append_char(to, '/');
			buf_append(to, segment, segment_len);
		}
	}
}

void
url_resolve(struct buf *to, const char *base, const char *reference)
{
	const char *authority = strstr(base, "//");
	const char *path, *query, *slash;
	size_t len = strcspn(reference, "?#");
	struct buf merged;

	if (!authority)
		return;
	path = authority + 2 + strcspn(authority + 2, "/?#");
	query = path + strcspn(path, "?#");
	if (reference[0] == '/' && reference[1] == '/') {
		buf_append(to, base, (size_t)(authority - base));
		buf_append_text(to, reference);
		return;
	}
	buf_append(to, base, (size_t)(path - base));
	if (len == 0) {
		if (reference[0] == '?')
			buf_append(to, path, (size_t)(query - path));
		else
			buf_append(to, path, strcspn(path, "#"));
		buf_append_text(to, reference);
		return;
	}
	buf_init(&merged, to->limit);
	if (reference[0] != '/') {
		for (slash = query; slash > path && slash[-1] != '/'; slash--)
			;
		buf_append(&merged, path, (size_t)(slash - path));
		if (merged.len == 0)
			buf_append_char(&merged, '/');
	}
	buf_append(&merged, reference, len);
	append_without_dots(to, buf_text(&merged), merged.len);
	if (!buf_ok(&merged))
		to->failed = true;
	buf_done(&merged);
	buf_append_text(to, reference + len);
}
