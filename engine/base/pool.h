/*
 * pool.h - memory that lives and dies together (a request, a message, a
 * batch). Allocation never returns NULL: out of memory ends the process,
 * systemd restarts it, and the spool keeps what was answered. Requests over
 * POOL_MOST bytes are a bug of ours and assert. One thread at a time.
 * Built with -DPOOL_MALLOC (DEV=1) each allocation is a malloc of its own, so
 * that AddressSanitizer sees its bounds.
 */
#ifndef ENGINE_BASE_POOL_H
#define ENGINE_BASE_POOL_H

#include <stddef.h>

#include "base/err.h"

#define POOL_MOST ((size_t)1 << 30)

struct pool;

struct pool *pool_new(void);
void pool_free(struct pool *pool);  /* all of it; NULL is fine */
void pool_clear(struct pool *pool); /* empties it, keeps one block */
void *pool_alloc(struct pool *pool, size_t len); /* zeroed, aligned to 16 */
char *pool_bytes(struct pool *pool, size_t len); /* not zeroed: to be filled */
char *pool_strdup(struct pool *pool, const char *text);
char *pool_memdup(struct pool *pool, const void *bytes, size_t len); /* +NUL */
char *pool_printf(struct pool *pool, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
