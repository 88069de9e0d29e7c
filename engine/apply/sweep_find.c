/* sweep_find.c - see sweep_find.h. */
#include "apply/sweep_find.h"

#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"
#include "base/hash.h"

enum { SLOTS = 4096, PROBES = 8 };

struct seen {
	struct sweep_hit hit;
	bool told;
};

/* The hits of one source on the recipients of one domain, oldest first. */
struct slot {
	uint64_t key;
	int64_t last_at;
	size_t n, cap;
	struct seen *hits;
};

struct sweep_find {
	struct slot slots[SLOTS];
};

struct sweep_find *
sweep_find_new(void)
{
	return fold_must(calloc(1, sizeof(struct sweep_find)));
}

void
sweep_find_clear(struct sweep_find *find)
{
	for (size_t i = 0; i < SLOTS; i++) {
		free(find->slots[i].hits);
		memset(&find->slots[i], 0, sizeof(find->slots[i]));
	}
}

void
sweep_find_free(struct sweep_find *find)
{
	if (find)
		sweep_find_clear(find);
	free(find);
}

static uint64_t
key_of(uint64_t source, const char *domain)
{
	return (source ^ hash_text(domain)) | 1;
}

static struct slot *
find_slot(struct sweep_find *find, uint64_t key)
{
	for (size_t i = 0; i < PROBES; i++)
		if (find->slots[(key + i) % SLOTS].key == key)
			return &find->slots[(key + i) % SLOTS];
	return NULL;
}

/* A free one, or that of who was seen longest ago. */
static struct slot *
take_slot(struct sweep_find *find, uint64_t key)
{
	struct slot *oldest = &find->slots[key % SLOTS];

	for (size_t i = 1; i < PROBES && oldest->key; i++) {
		struct slot *slot = &find->slots[(key + i) % SLOTS];

		if (!slot->key || slot->last_at < oldest->last_at)
			oldest = slot;
	}
	oldest->key = key;
	oldest->n = 0;
	oldest->last_at = 0;
	return oldest;
}

static void
forget_before(struct slot *slot, int64_t at)
{
	size_t n = 0;

	for (size_t i = 0; i < slot->n; i++)
		if (slot->hits[i].hit.at >= at)
			slot->hits[n++] = slot->hits[i];
	slot->n = n;
	if (n == SWEEP_HITS_MOST)
		memmove(slot->hits, slot->hits + 1,
			--slot->n * sizeof(*slot->hits));
}

static struct seen *
add(struct slot *slot, const struct sweep_hit *hit)
{
	if (slot->n == slot->cap) {
		slot->cap = slot->cap ? slot->cap * 2 : 4;
		slot->hits = fold_must(
			realloc(slot->hits, slot->cap * sizeof(*slot->hits)));
	}
	slot->hits[slot->n] = (struct seen){.hit = *hit};
	if (hit->at > slot->last_at)
		slot->last_at = hit->at;
	return &slot->hits[slot->n++];
}

static struct slot *
slot_of(struct sweep_find *find, const struct sweep_key *of)
{
	uint64_t key = key_of(of->source, of->domain);
	uint64_t key_before = key_of(of->before, of->domain);
	struct slot *slot, *old, moved = {0};

	old = of->before && key_before != key ? find_slot(find, key_before)
					      : NULL;
	if (old) {
		/* It was midnight: the same source, by its new number. */
		moved = *old;
		memset(old, 0, sizeof(*old));
	}
	slot = find_slot(find, key);
	if (!slot)
		slot = take_slot(find, key);
	for (size_t i = 0; i < moved.n && slot->n < SWEEP_HITS_MOST; i++)
		*add(slot, &moved.hits[i].hit) = moved.hits[i];
	free(moved.hits);
	return slot;
}

static unsigned
count_recipients(const struct slot *slot)
{
	unsigned n = 0;

	for (size_t i = 0; i < slot->n; i++) {
		size_t k = 0;

		while (slot->hits[k].hit.record_key !=
		       slot->hits[i].hit.record_key)
			k++;
		n += k == i;
	}
	return n;
}

int64_t *
sweep_find_see(struct sweep_find *find, const struct verdict_windows *windows,
	       const struct sweep_key *key, const struct sweep_hit *hit,
	       struct sweep_found *found_out)
{
	struct slot *slot = slot_of(find, key);
	struct seen *own;

	found_out->recipients = 0;
	found_out->n = 0;
	forget_before(slot, hit->at - windows->sweep_ms);
	own = add(slot, hit);
	if (!windows->sweep_recipients ||
	    count_recipients(slot) < windows->sweep_recipients)
		return &own->hit.history_id;
	found_out->recipients = count_recipients(slot);
	own->told = true;
	for (size_t i = 0; i < slot->n; i++)
		if (!slot->hits[i].told) {
			slot->hits[i].told = true;
			found_out->earlier[found_out->n++] = slot->hits[i].hit;
		}
	return &own->hit.history_id;
}

void
sweep_find_remember(struct sweep_find *find,
		    const struct verdict_windows *windows,
		    const struct sweep_key *key, const struct sweep_hit *hit,
		    bool told)
{
	struct slot *slot = slot_of(find, key);

	forget_before(slot, hit->at - windows->sweep_ms);
	add(slot, hit)->told = told;
}
