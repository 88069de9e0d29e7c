/* buf.c - see buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_init(struct buf *buf, size_t limit)
{
	memset(buf, 0, sizeof(*buf));
	buf->limit = limit;
}

void
buf_done(struct buf *buf)
{
	if (!buf)
		return;
	free(buf->data);
	buf_init(buf, buf->limit);
}

void
buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->data)
		buf->data[0] = '\0';
}

char *
buf_reserve(struct buf *buf, size_t len)
{
	size_t limit = buf->limit ? buf->limit : BUF_DEFAULT_LIMIT;
	size_t cap = buf->cap ? buf->cap : 64;
	char *data;

	if (buf->failed)
		return NULL;
	if (len > limit || buf->len > limit - len) {
		buf->failed = true;
		return NULL;
	}
	if (buf->data && buf->cap - buf->len > len)
		return buf->data + buf->len;
	while (cap <= buf->len + len)
		cap *= 2;
	data = realloc(buf->data, cap);
	if (!data) {
		buf->failed = true;
		return NULL;
	}
	buf->data = data;
	buf->cap = cap;
	data[buf->len] = '\0'; /* also when the caller never commits */
	return buf->data + buf->len;
}

void
buf_commit(struct buf *buf, size_t len)
{
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
buf_append(struct buf *buf, const void *bytes, size_t len)
{
	char *to = buf_reserve(buf, len);

	if (!to)
		return;
	if (len)
		memcpy(to, bytes, len);
	buf_commit(buf, len);
}

void
buf_append_char(struct buf *buf, char c)
{
	buf_append(buf, &c, 1);
}

void
buf_append_text(struct buf *buf, const char *text)
{
	buf_append(buf, text, strlen(text));
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args, again;
	int len;
	char *to;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		buf->failed = true;
	to = len < 0 ? NULL : buf_reserve(buf, (size_t)len);
	if (to) {
		vsnprintf(to, (size_t)len + 1, format, again);
		buf_commit(buf, (size_t)len);
	}
	va_end(again);
}

bool
buf_ok(const struct buf *buf)
{
	return !buf->failed;
}

const char *
buf_text(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

char *
buf_take(struct buf *buf, size_t *len_out)
{
	char *data;

	if (!buf->data && !buf_reserve(buf, 0))
		return NULL;
	buf->data[buf->len] = '\0';
	data = buf->data;
	if (len_out)
		*len_out = buf->len;
	buf_init(buf, buf->limit);
	return data;
}
