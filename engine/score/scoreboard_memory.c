/* scoreboard_memory.c - columns in huge pages, and how much they take. */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "score/scoreboard_parts.h"

static void *
check(void *memory, size_t bytes)
{
	if (memory == MAP_FAILED) {
		log_error("out of memory for the scoreboard bytes=%zu", bytes);
		abort();
	}
	/* A hint: a 10 M record pass is a quarter faster with it. */
	(void)madvise(memory, bytes, MADV_HUGEPAGE);
	return memory;
}

void *
board_map(size_t bytes)
{
	if (!bytes)
		return NULL;
	return check(mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		     bytes);
}

void *
board_remap(void *old, size_t old_bytes, size_t bytes)
{
	enum { MAY_MOVE = 1 }; /* MREMAP_MAYMOVE of linux/mman.h */

	if (!old)
		return board_map(bytes);
	/* mremap() itself is declared for _GNU_SOURCE only. It moves page
	 * tables, not bytes. */
	return check(
		(void *)syscall(SYS_mremap, old, old_bytes, bytes, MAY_MOVE),
		bytes);
}

void
board_unmap(void *memory, size_t bytes)
{
	if (memory)
		munmap(memory, bytes);
}

size_t
scoreboard_memory(struct scoreboard *board)
{
	size_t bytes, i, column;

	pthread_rwlock_rdlock(&board->lock);
	bytes = board->capacity; /* modules */
	for (i = 0; i < board->n_scores; i++) {
		const struct board_score *score = board->scores[i];

		bytes += board->capacity;
		bytes += board->capacity / BOARD_BLOCK * sizeof(uint32_t);
		for (column = 0; column < BOARD_COLUMNS; column++)
			if (score->columns[column])
				bytes += board->capacity * sizeof(double);
	}
	pthread_rwlock_unlock(&board->lock);
	return bytes;
}
