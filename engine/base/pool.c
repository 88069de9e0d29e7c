/* pool.c - see pool.h. A list of blocks, each handed out from its front. */
#include "base/pool.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 8192, ALIGNMENT = 16 };

struct block {
	struct block *next;
	size_t used;
	size_t size;
	_Alignas(ALIGNMENT) unsigned char bytes[];
};

struct pool {
	struct block *blocks; /* the newest first */
};

static void *
malloc_or_die(size_t len)
{
	void *memory = malloc(len);

	if (!memory) {
		fputs("scoregate: out of memory\n", stderr);
		abort();
	}
	return memory;
}

static struct block *
block_new(size_t size)
{
	struct block *block = malloc_or_die(sizeof(*block) + size);

	block->next = NULL;
	block->used = 0;
	block->size = size;
	return block;
}

struct pool *
pool_new(void)
{
	struct pool *pool = malloc_or_die(sizeof(*pool));

	pool->blocks = NULL;
	return pool;
}

static void
free_blocks(struct block *block)
{
	struct block *next;

	for (; block; block = next) {
		next = block->next;
		free(block);
	}
}

void
pool_free(struct pool *pool)
{
	if (!pool)
		return;
	free_blocks(pool->blocks);
	free(pool);
}

void
pool_clear(struct pool *pool)
{
	struct block *keep = pool->blocks;

	if (!keep)
		return;
	free_blocks(keep->next);
	keep->next = NULL;
#ifdef POOL_MALLOC
	free(keep);
	pool->blocks = NULL;
#else
	keep->used = 0;
#endif
}

static void *
take(struct pool *pool, size_t len)
{
	size_t room = (len + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	struct block *block = pool->blocks;
	size_t size = BLOCK_SIZE;
	void *memory;

	assert(len <= POOL_MOST);
#ifdef POOL_MALLOC
	room = len;
	size = len;
	block = NULL;
#endif
	if (!block || block->size - block->used < room) {
		block = block_new(room > size ? room : size);
		block->next = pool->blocks;
		pool->blocks = block;
	}
	memory = block->bytes + block->used;
	block->used += room;
	return memory;
}

void *
pool_alloc(struct pool *pool, size_t len)
{
	return memset(take(pool, len), 0, len);
}

char *
pool_bytes(struct pool *pool, size_t len)
{
	return take(pool, len);
}

char *
pool_memdup(struct pool *pool, const void *bytes, size_t len)
{
	char *copy = take(pool, len + 1);

	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}

char *
pool_strdup(struct pool *pool, const char *text)
{
	return pool_memdup(pool, text, strlen(text));
}

char *
pool_printf(struct pool *pool, const char *format, ...)
{
	va_list args, again;
	char *text;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(len >= 0);
	text = take(pool, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return text;
}
