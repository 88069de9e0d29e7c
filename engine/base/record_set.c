/* record_set.c - see record_set.h. */
#include "base/record_set.h"

#include <roaring/roaring.h>

struct record_set {
	roaring_bitmap_t bitmap;
};

/* A record_set is a roaring_bitmap_t under another name. */
static roaring_bitmap_t *
bitmap_of(struct record_set *set)
{
	return &set->bitmap;
}

struct record_set *
record_set_new(void)
{
	return (struct record_set *)(void *)roaring_bitmap_create();
}

void
record_set_free(struct record_set *set)
{
	if (set)
		roaring_bitmap_free(bitmap_of(set));
}

struct record_set *
record_set_copy(const struct record_set *set)
{
	return (struct record_set *)(void *)roaring_bitmap_copy(&set->bitmap);
}

void
record_set_add(struct record_set *set, uint32_t record_id)
{
	roaring_bitmap_add(bitmap_of(set), record_id);
}

void
record_set_add_many(struct record_set *set, const uint32_t *ids, size_t n)
{
	roaring_bitmap_add_many(bitmap_of(set), n, ids);
}

void
record_set_remove(struct record_set *set, uint32_t record_id)
{
	roaring_bitmap_remove(bitmap_of(set), record_id);
}

bool
record_set_has(const struct record_set *set, uint32_t record_id)
{
	return roaring_bitmap_contains(&set->bitmap, record_id);
}

uint64_t
record_set_count(const struct record_set *set)
{
	return roaring_bitmap_get_cardinality(&set->bitmap);
}

void
record_set_and(struct record_set *set, const struct record_set *other)
{
	roaring_bitmap_and_inplace(bitmap_of(set), &other->bitmap);
}

void
record_set_or(struct record_set *set, const struct record_set *other)
{
	roaring_bitmap_or_inplace(bitmap_of(set), &other->bitmap);
}

void
record_set_and_not(struct record_set *set, const struct record_set *other)
{
	roaring_bitmap_andnot_inplace(bitmap_of(set), &other->bitmap);
}

struct walk {
	bool (*fn)(void *arg, uint32_t record_id);
	void *arg;
};

static bool
walk_one(uint32_t record_id, void *arg)
{
	struct walk *walk = arg;

	return walk->fn(walk->arg, record_id);
}

void
record_set_each(const struct record_set *set,
		bool (*fn)(void *arg, uint32_t record_id), void *arg)
{
	struct walk walk = {fn, arg};

	roaring_iterate(&set->bitmap, walk_one, &walk);
}
