/* due_heap.c - see due_heap.h. */
#include "apply/due_heap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"

static bool
is_before(const struct due_item *a, const struct due_item *b)
{
	return a->at != b->at ? a->at < b->at : a->no < b->no;
}

static void
place(struct due_heap *heap, size_t i, const struct due_item *due)
{
	heap->items[i] = *due;
	heap->places[due->slot] = (uint32_t)i + 1;
}

static void
rise(struct due_heap *heap, size_t i, struct due_item due)
{
	while (i > 0 && is_before(&due, &heap->items[(i - 1) / 2])) {
		place(heap, i, &heap->items[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(heap, i, &due);
}

static void
sink(struct due_heap *heap, size_t i, struct due_item due)
{
	size_t child;

	while ((child = 2 * i + 1) < heap->n) {
		if (child + 1 < heap->n &&
		    is_before(&heap->items[child + 1], &heap->items[child]))
			child++;
		if (!is_before(&heap->items[child], &due))
			break;
		place(heap, i, &heap->items[child]);
		i = child;
	}
	place(heap, i, &due);
}

/* The one at i is another now. */
static void
settle(struct due_heap *heap, size_t i, struct due_item due)
{
	if (i > 0 && is_before(&due, &heap->items[(i - 1) / 2]))
		rise(heap, i, due);
	else
		sink(heap, i, due);
}

static void
make_places(struct due_heap *heap, uint32_t slot)
{
	size_t n = heap->n_places ? heap->n_places : 4;

	while (n <= slot)
		n *= 2;
	if (n == heap->n_places)
		return;
	heap->places =
		fold_must(realloc(heap->places, n * sizeof(*heap->places)));
	memset(heap->places + heap->n_places, 0,
	       (n - heap->n_places) * sizeof(*heap->places));
	heap->n_places = n;
}

void
due_heap_put(struct due_heap *heap, const struct due_item *due)
{
	make_places(heap, due->slot);
	if (heap->places[due->slot]) {
		settle(heap, heap->places[due->slot] - 1, *due);
		return;
	}
	heap->items = fold_grow(heap->items, &heap->n, &heap->cap,
				sizeof(*heap->items));
	rise(heap, heap->n - 1, *due);
}

void
due_heap_remove(struct due_heap *heap, uint32_t slot)
{
	struct due_item last;
	size_t i;

	assert(slot < heap->n_places && heap->places[slot]);
	i = heap->places[slot] - 1;
	last = heap->items[--heap->n];
	heap->places[slot] = 0;
	if (last.slot != slot)
		settle(heap, i, last);
}

const struct due_item *
due_heap_first(const struct due_heap *heap)
{
	return heap->n ? &heap->items[0] : NULL;
}

void
due_heap_done(struct due_heap *heap)
{
	free(heap->items);
	free(heap->places);
	memset(heap, 0, sizeof(*heap));
}
