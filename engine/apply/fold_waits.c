/* fold_waits.c - see fold_waits.h. */
#include "apply/fold_waits.h"

#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"

static size_t
bucket_of(const struct fold_waits *waits, uint64_t message_id)
{
	return (message_id * UINT64_C(0x9e3779b97f4a7c15)) >> 32 &
	       (waits->n_by_message - 1);
}

uint32_t
fold_waits_of_message(const struct fold_waits *waits, uint64_t message_id)
{
	return waits->n_by_message
		       ? waits->by_message[bucket_of(waits, message_id)]
		       : 0;
}

static void
link_message(struct fold_waits *waits, uint32_t slot)
{
	struct fold_wait *wait = &waits->items[slot];
	uint32_t *head = &waits->by_message[bucket_of(waits, wait->message_id)];

	wait->same = *head;
	*head = slot + 1;
}

/* So many heads as there may be waits. */
static void
grow_messages(struct fold_waits *waits)
{
	uint32_t slot;

	if (waits->n_by_message >= waits->cap)
		return;
	waits->n_by_message = waits->n_by_message ? waits->n_by_message : 4;
	while (waits->n_by_message < waits->cap)
		waits->n_by_message *= 2;
	free(waits->by_message);
	waits->by_message = fold_must(
		calloc(waits->n_by_message, sizeof(*waits->by_message)));
	for (slot = 0; slot < waits->n_slots; slot++)
		if (waits->items[slot].rule && waits->items[slot].message_id)
			link_message(waits, slot);
}

static void
unlink_message(struct fold_waits *waits, uint32_t slot)
{
	const struct fold_wait *wait = &waits->items[slot];
	uint32_t *at = &waits->by_message[bucket_of(waits, wait->message_id)];

	while (*at != slot + 1)
		at = &waits->items[*at - 1].same;
	*at = wait->same;
}

/* --- of a rule -------------------------------------------------------------
 */

/* Of the rule, or one that is free. */
static struct fold_awaiting *
find_rule(struct fold_waits *waits, const struct fold_rule *rule)
{
	struct fold_awaiting *empty = NULL;
	size_t i;

	for (i = 0; i < waits->n_rules; i++) {
		if (waits->rules[i].rule == rule)
			return &waits->rules[i];
		if (!waits->rules[i].n)
			empty = &waits->rules[i];
	}
	if (!empty) {
		waits->rules =
			fold_grow(waits->rules, &waits->n_rules,
				  &waits->rules_cap, sizeof(*waits->rules));
		empty = &waits->rules[waits->n_rules - 1];
	}
	*empty = (struct fold_awaiting){.rule = rule};
	return empty;
}

static void
link_rule(struct fold_waits *waits, uint32_t slot)
{
	struct fold_wait *wait = &waits->items[slot];
	struct fold_awaiting *of = find_rule(waits, wait->rule);
	uint32_t *head = &of->first[wait->message_id != 0];

	wait->before = 0;
	wait->after = *head;
	if (*head)
		waits->items[*head - 1].before = slot + 1;
	*head = slot + 1;
	of->n++;
}

static void
unlink_rule(struct fold_waits *waits, uint32_t slot)
{
	const struct fold_wait *wait = &waits->items[slot];
	struct fold_awaiting *of = find_rule(waits, wait->rule);

	if (wait->before)
		waits->items[wait->before - 1].after = wait->after;
	else
		of->first[wait->message_id != 0] = wait->after;
	if (wait->after)
		waits->items[wait->after - 1].before = wait->before;
	of->n--;
}

/* --- all -------------------------------------------------------------------
 */

static uint32_t
free_slot(struct fold_waits *waits)
{
	uint32_t slot = waits->free;

	if (slot) {
		waits->free = waits->items[slot - 1].same;
		return slot - 1;
	}
	waits->items = fold_grow(waits->items, &waits->n_slots, &waits->cap,
				 sizeof(*waits->items));
	return (uint32_t)waits->n_slots - 1;
}

void
fold_waits_add(struct fold_waits *waits, const struct fold_wait *wait)
{
	uint32_t slot = free_slot(waits);
	struct due_item due = {wait->due_at, waits->next_no++, slot};

	grow_messages(waits);
	waits->items[slot] = *wait;
	waits->items[slot].no = due.no;
	waits->items[slot].same = 0;
	if (wait->message_id)
		link_message(waits, slot);
	link_rule(waits, slot);
	due_heap_put(&waits->due, &due);
	waits->n++;
}

unsigned char *
fold_waits_take(struct fold_waits *waits, uint32_t slot)
{
	struct fold_wait *wait = &waits->items[slot];
	unsigned char *bytes = wait->bytes;

	due_heap_remove(&waits->due, slot);
	if (wait->message_id)
		unlink_message(waits, slot);
	unlink_rule(waits, slot);
	*wait = (struct fold_wait){.same = waits->free};
	waits->free = slot + 1;
	waits->n--;
	return bytes;
}

static int
by_no(const void *x, const void *y)
{
	const struct fold_wait *a = *(const struct fold_wait *const *)x;
	const struct fold_wait *b = *(const struct fold_wait *const *)y;

	return (a->no > b->no) - (a->no < b->no);
}

const struct fold_wait **
fold_waits_list(const struct fold_waits *waits)
{
	const struct fold_wait **list;
	size_t n = 0, i;

	if (!waits || !waits->n)
		return NULL;
	list = fold_must(malloc(waits->n * sizeof(*list)));
	for (i = 0; i < waits->n_slots; i++)
		if (waits->items[i].rule)
			list[n++] = &waits->items[i];
	qsort(list, n, sizeof(*list), by_no);
	return list;
}

size_t
fold_waits_bytes(const struct fold_waits *waits)
{
	if (!waits)
		return 0;
	return sizeof(*waits) + waits->cap * sizeof(*waits->items) +
	       waits->due.cap * sizeof(struct due_item) +
	       (waits->due.n_places + waits->n_by_message) * sizeof(uint32_t) +
	       waits->rules_cap * sizeof(*waits->rules);
}

void
fold_waits_free(struct fold_waits *waits)
{
	size_t i;

	if (!waits)
		return;
	for (i = 0; i < waits->n_slots; i++)
		free(waits->items[i].bytes);
	free(waits->items);
	free(waits->by_message);
	free(waits->rules);
	due_heap_done(&waits->due);
	free(waits);
}
