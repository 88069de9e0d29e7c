/*
 * simulate_part.c - the history of some records, in memory. It is read in the
 * order it lies in the file, which is that of time, and wanted by record:
 * entries go into one of some hundred buckets by their record's id, and a
 * bucket is put in order when its records are folded. So what is written and
 * read at one time stays within the processor's caches.
 */
#include <stdlib.h>
#include <string.h>

#include "apply/fold_parts.h"
#include "apply/simulate_parts.h"
#include "base/hash.h"

enum { CHUNK_ENTRIES = 255 }; /* 8 KB */

struct simulate_chunk {
	struct simulate_chunk *next;
	size_t n;
	struct simulate_entry entries[CHUNK_ENTRIES];
};

void
simulate_part_init(struct simulate_part *part)
{
	memset(part, 0, sizeof(*part));
	part->pool = pool_new();
}

static void
free_chunks(struct simulate_part *part)
{
	struct simulate_chunk *chunk, *next;
	size_t i;

	for (i = 0; i < SIMULATE_BUCKETS; i++)
		for (chunk = part->buckets[i].first; chunk; chunk = next) {
			next = chunk->next;
			free(chunk);
		}
	memset(part->buckets, 0, sizeof(part->buckets));
}

void
simulate_part_done(struct simulate_part *part)
{
	free_chunks(part);
	free(part->sorted);
	free(part->starts);
	free(part->shapes);
	free(part->table);
	pool_free(part->pool);
	memset(part, 0, sizeof(*part));
}

void
simulate_part_begin(struct simulate_part *part, uint32_t first, uint32_t last)
{
	free_chunks(part);
	pool_clear(part->pool);
	part->first = first;
	part->last = last;
	part->n_shapes = 0;
	part->opened = SIMULATE_BUCKETS; /* none */
	for (part->shift = 0; (last - first) >> part->shift >= SIMULATE_BUCKETS;
	     part->shift++)
		;
	if (part->table_size)
		memset(part->table, 0, part->table_size * sizeof(*part->table));
}

struct simulate_entry *
simulate_part_add(struct simulate_part *part, uint32_t record_id)
{
	struct simulate_bucket *bucket =
		&part->buckets[(record_id - part->first) >> part->shift];
	struct simulate_chunk *chunk = bucket->last;
	struct simulate_entry *entry;

	if (!chunk || chunk->n == CHUNK_ENTRIES) {
		chunk = fold_must(malloc(sizeof(*chunk)));
		chunk->next = NULL;
		chunk->n = 0;
		if (bucket->last)
			bucket->last->next = chunk;
		else
			bucket->first = chunk;
		bucket->last = chunk;
	}
	bucket->n++;
	entry = &chunk->entries[chunk->n++];
	entry->record_id = record_id;
	return entry;
}

/* --- in order ------------------------------------------------------------- */

static int
by_time(const void *x, const void *y)
{
	const struct simulate_entry *a = x, *b = y;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/* Few records have any that came late. */
static void
put_late_ones_in_order(struct simulate_entry *entries, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (entries[i].at < entries[i - 1].at) {
			qsort(entries, n, sizeof(*entries), by_time);
			return;
		}
}

static void
make_room(struct simulate_part *part, const struct simulate_bucket *bucket)
{
	size_t width = (size_t)1 << part->shift;

	if (bucket->n > part->sorted_cap) {
		free(part->sorted);
		part->sorted_cap = bucket->n + bucket->n / 4;
		part->sorted = fold_must(
			malloc(part->sorted_cap * sizeof(*part->sorted)));
	}
	free(part->starts);
	part->starts = fold_must(calloc(width + 2, sizeof(*part->starts)));
}

/* They came in order of id, and a sort by record that keeps that leaves most
 * histories in order of time. */
static void
open_bucket(struct simulate_part *part, uint32_t number)
{
	const struct simulate_bucket *bucket = &part->buckets[number];
	uint32_t first = part->first + (number << part->shift), *starts, i;
	const struct simulate_chunk *chunk;

	make_room(part, bucket);
	starts = part->starts;
	for (chunk = bucket->first; chunk; chunk = chunk->next)
		for (i = 0; i < chunk->n; i++)
			starts[chunk->entries[i].record_id - first + 2]++;
	for (i = 2; i < (1u << part->shift) + 2; i++)
		starts[i] += starts[i - 1];
	/* Where a record begins is one up, and moves to where it ends. */
	for (chunk = bucket->first; chunk; chunk = chunk->next)
		for (i = 0; i < chunk->n; i++)
			part->sorted[starts[chunk->entries[i].record_id -
					    first + 1]++] = chunk->entries[i];
	part->opened = number;
}

const struct simulate_entry *
simulate_part_of(struct simulate_part *part, uint32_t record_id, size_t *n_out)
{
	uint32_t at = record_id - part->first, from;
	uint32_t bucket = at >> part->shift;

	if (part->opened != bucket)
		open_bucket(part, bucket);
	at -= bucket << part->shift;
	from = part->starts[at];
	*n_out = part->starts[at + 1] - from;
	put_late_ones_in_order(part->sorted + from, *n_out);
	return part->sorted + from;
}

/* --- shapes --------------------------------------------------------------- */

struct simulate_shape *
simulate_part_add_shape(struct simulate_part *part, uint32_t *index_out)
{
	struct simulate_shape *shape;

	if (part->n_shapes == part->shapes_cap) {
		part->shapes_cap =
			part->shapes_cap ? 2 * part->shapes_cap : 1024;
		part->shapes = fold_must(
			realloc(part->shapes,
				part->shapes_cap * sizeof(*part->shapes)));
	}
	*index_out = (uint32_t)part->n_shapes;
	shape = &part->shapes[part->n_shapes++];
	memset(shape, 0, sizeof(*shape));
	return shape;
}

static void
fill_shape(struct simulate_part *part, struct simulate_shape *shape,
	   const struct simulate_text *text)
{
	const char *kept =
		(const char *)pool_memdup(part->pool, text->bytes, text->len);
	struct signal_prop all[SIGNAL_PROPS_MOST];
	const char *at = kept, *end = kept + text->len;
	size_t n = 0;

	while (at < end && n < SIGNAL_PROPS_MOST) {
		all[n].name = at;
		at += strlen(at) + 1;
		all[n++].value = at;
		at += strlen(at) + 1;
	}
	shape->head = text->head;
	shape->text = kept;
	shape->len = text->len;
	shape->n_props = n;
	shape->props = (const struct signal_prop *)pool_memdup(
		part->pool, all, n * sizeof(*all));
}

static size_t
hash_of(const struct simulate_head *head, const char *text, size_t len)
{
	return hash_crc32c(hash_crc32c(0, head, sizeof(*head)), text, len);
}

static void
grow_table(struct simulate_part *part)
{
	size_t mask, i, place;

	if (2 * (part->n_shapes + 1) <= part->table_size)
		return;
	part->table_size = part->table_size ? 2 * part->table_size : 4096;
	mask = part->table_size - 1;
	free(part->table);
	part->table = fold_must(calloc(part->table_size, sizeof(*part->table)));
	for (i = 0; i < part->n_shapes; i++) {
		const struct simulate_shape *shape = &part->shapes[i];

		if (!shape->text)
			continue; /* read in full: not shared */
		place = hash_of(&shape->head, shape->text, shape->len) & mask;
		while (part->table[place])
			place = (place + 1) & mask;
		part->table[place] = (uint32_t)i + 1;
	}
}

static bool
is_same(const struct simulate_shape *shape, const struct simulate_text *text)
{
	return shape->len == text->len &&
	       memcmp(&shape->head, &text->head, sizeof(text->head)) == 0 &&
	       memcmp(shape->text, text->bytes, text->len) == 0;
}

uint32_t
simulate_part_shape(struct simulate_part *part,
		    const struct simulate_text *text)
{
	uint32_t index;
	size_t place;

	grow_table(part);
	place = hash_of(&text->head, text->bytes, text->len) &
		(part->table_size - 1);
	for (; part->table[place]; place = (place + 1) & (part->table_size - 1))
		if (is_same(&part->shapes[part->table[place] - 1], text))
			return part->table[place] - 1;
	fill_shape(part, simulate_part_add_shape(part, &index), text);
	part->table[place] = index + 1;
	return index;
}
