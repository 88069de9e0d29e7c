/* apply_index.c - see apply_index.h. Open addressing; record keys are hashes
 * already. A removed one stays as a place with id 0 until the next growth. */
#include "apply/apply_index.h"

#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"

struct place {
	uint64_t record_key; /* 0 = free */
	uint32_t id;	     /* 0 = removed */
};

struct apply_index {
	struct place *places;
	size_t cap, used, n;
};

struct apply_index *
apply_index_new(void)
{
	struct apply_index *index = fold_must(calloc(1, sizeof(*index)));

	index->cap = 1024;
	index->places = fold_must(calloc(index->cap, sizeof(struct place)));
	return index;
}

void
apply_index_free(struct apply_index *index)
{
	if (!index)
		return;
	free(index->places);
	free(index);
}

static struct place *
find(const struct apply_index *index, uint64_t record_key)
{
	size_t i = record_key & (index->cap - 1);

	while (index->places[i].record_key &&
	       index->places[i].record_key != record_key)
		i = (i + 1) & (index->cap - 1);
	return &index->places[i];
}

uint32_t
apply_index_find(const struct apply_index *index, uint64_t record_key)
{
	return record_key ? find(index, record_key)->id : 0;
}

void
apply_index_prefetch(const struct apply_index *index, uint64_t record_key)
{
	__builtin_prefetch(&index->places[record_key & (index->cap - 1)]);
}

static void
grow(struct apply_index *index)
{
	struct place *old = index->places;
	size_t n = index->cap, i;

	index->cap *= 2;
	index->places = fold_must(calloc(index->cap, sizeof(struct place)));
	index->used = index->n;
	for (i = 0; i < n; i++)
		if (old[i].id)
			*find(index, old[i].record_key) = old[i];
	free(old);
}

void
apply_index_add(struct apply_index *index, uint64_t record_key,
		uint32_t record_id)
{
	struct place *place;

	if (3 * (index->used + 1) > 2 * index->cap)
		grow(index);
	place = find(index, record_key);
	if (!place->record_key)
		index->used++;
	if (!place->id)
		index->n++;
	*place = (struct place){record_key, record_id};
}

void
apply_index_remove(struct apply_index *index, uint64_t record_key)
{
	struct place *place = find(index, record_key);

	if (place->id)
		index->n--;
	place->id = 0;
}

size_t
apply_index_count(const struct apply_index *index)
{
	return index->n;
}

struct saved_index {
	uint64_t place_size, cap, used, n;
};

enum sg_status
apply_index_save(const struct apply_index *index, FILE *file,
		 struct sg_err *err)
{
	struct saved_index saved = {sizeof(struct place), index->cap,
				    index->used, index->n};

	if (fwrite(&saved, sizeof(saved), 1, file) == 1 &&
	    fwrite(index->places, sizeof(struct place), index->cap, file) ==
		    index->cap)
		return SG_OK;
	return err_errno(err, SG_FAILED, "writing the index of records");
}

enum sg_status
apply_index_restore(struct apply_index *index, FILE *file)
{
	struct saved_index saved;
	struct place *places;

	if (fread(&saved, sizeof(saved), 1, file) != 1 ||
	    saved.place_size != sizeof(struct place) || saved.cap < 1024 ||
	    saved.cap > UINT64_C(1) << 33 || saved.cap & (saved.cap - 1) ||
	    saved.used >= saved.cap)
		return SG_NONE;
	places = fold_must(malloc(saved.cap * sizeof(struct place)));
	if (fread(places, sizeof(struct place), saved.cap, file) != saved.cap) {
		free(places);
		return SG_NONE;
	}
	free(index->places);
	*index = (struct apply_index){places, saved.cap, saved.used, saved.n};
	return SG_OK;
}
