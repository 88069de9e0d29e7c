/*
 * buf.h - a byte buffer that grows up to a stated most.
 *
 * Appending past the limit or out of memory sets `failed` and leaves the
 * buffer as it was from then on; check buf_ok() once, at the end, instead of
 * after each call. `data` is always NUL-terminated once anything was
 * appended (the NUL is not counted in `len`). One thread at a time.
 */
#ifndef ENGINE_BASE_BUF_H
#define ENGINE_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct buf {
	char *data;
	size_t len;
	size_t cap;
	size_t limit; /* most bytes it may hold; 0 = BUF_DEFAULT_LIMIT */
	bool failed;
};

#define BUF_DEFAULT_LIMIT ((size_t)64 << 20)
#define BUF_INIT                     \
	{                            \
		NULL, 0, 0, 0, false \
	}

void buf_init(struct buf *buf, size_t limit);
void buf_done(struct buf *buf);	 /* frees, leaves an empty usable buffer */
void buf_reset(struct buf *buf); /* len = 0, failed = false, keeps memory */
void buf_append(struct buf *buf, const void *bytes, size_t len);
void buf_append_char(struct buf *buf, char c);
void buf_append_text(struct buf *buf, const char *text); /* until NUL */
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
/* Make room for `len` more bytes; returns where to write them or NULL. */
char *buf_reserve(struct buf *buf, size_t len);
void buf_commit(struct buf *buf, size_t len); /* after writing into reserve */
bool buf_ok(const struct buf *buf);
/* The bytes as a C string, "" when empty. Borrowed. */
const char *buf_text(const struct buf *buf);
/* Hand the malloc'd bytes over to the caller; the buffer is empty after. */
char *buf_take(struct buf *buf, size_t *len_out);

#endif
