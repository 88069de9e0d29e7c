/*
 * due_heap.h - what comes due first, of many things that each stand in a slot:
 * a heap by moment, and of one moment by who was put first. Putting, taking
 * out and moving cost log n. One thread.
 */
#ifndef ENGINE_APPLY_DUE_HEAP_H
#define ENGINE_APPLY_DUE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct due_item {
	int64_t at;
	uint64_t no; /* in the order of putting; the caller's */
	uint32_t slot;
};

struct due_heap {
	struct due_item *items;
	size_t n, cap;
	uint32_t *places; /* of a slot; 0 = not in it, else from 1 */
	size_t n_places;
};

/* Puts it, or moves it when the slot is there already. */
void due_heap_put(struct due_heap *heap, const struct due_item *due);
void due_heap_remove(struct due_heap *heap, uint32_t slot);
/* NULL: none. Until the next change. */
const struct due_item *due_heap_first(const struct due_heap *heap);
void due_heap_done(struct due_heap *heap);

#endif
