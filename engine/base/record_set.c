/* record_set.c - see record_set.h. */
#include "base/record_set.h"

#include <assert.h>
#include <string.h>

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

/* The portable form (RoaringFormatSpec) of a set of one container: the only way
 * in for many at once. Up to ARRAY_MOST ids it is an array, else a bit set. */
enum { COOKIE = 12346, ARRAY_MOST = 4096 };

struct one_container {
	uint32_t cookie; /* no run containers */
	uint32_t n_containers;
	uint16_t key, most; /* upper half of the ids, their number less one */
	uint32_t offset;
	union {
		uint64_t words[RECORD_SET_WORDS];
		uint16_t ids[ARRAY_MOST];
	} in;
};

static void
list_ids(const uint64_t words[RECORD_SET_WORDS], uint16_t *ids)
{
	uint64_t bits;
	size_t i;

	for (i = 0; i < RECORD_SET_WORDS; i++)
		for (bits = words[i]; bits; bits &= bits - 1)
			*ids++ = (uint16_t)(64 * i +
					    (size_t)__builtin_ctzll(bits));
}

void
record_set_add_bits(struct record_set *set, uint32_t first,
		    const uint64_t words[RECORD_SET_WORDS])
{
	struct one_container form;
	roaring_bitmap_t *chunk;
	size_t n = 0, len, i;

	assert(first % RECORD_SET_CHUNK == 0);
	for (i = 0; i < RECORD_SET_WORDS; i++)
		n += (size_t)__builtin_popcountll(words[i]);
	if (!n)
		return;
	form.cookie = COOKIE;
	form.n_containers = 1;
	form.key = (uint16_t)(first >> 16);
	form.most = (uint16_t)(n - 1);
	form.offset = offsetof(struct one_container, in);
	len = form.offset;
	if (n <= ARRAY_MOST) {
		list_ids(words, form.in.ids);
		len += n * sizeof(form.in.ids[0]);
	} else {
		memcpy(form.in.words, words, sizeof(form.in.words));
		len += sizeof(form.in.words);
	}
	chunk = roaring_bitmap_portable_deserialize_safe((const char *)&form,
							 len);
	assert(chunk);
	roaring_bitmap_or_inplace(bitmap_of(set), chunk);
	roaring_bitmap_free(chunk);
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

size_t
record_set_slice(const struct record_set *set, uint32_t from, uint32_t *ids,
		 size_t most)
{
	roaring_uint32_iterator_t at;

	roaring_init_iterator(&set->bitmap, &at);
	if (!roaring_move_uint32_iterator_equalorlarger(&at, from))
		return 0;
	return roaring_read_uint32_iterator(&at, ids, (uint32_t)most);
}
