/*
 * record_set.h - a set of record ids; the only door to CRoaring. One thread at
 * a time.
 */
#ifndef ENGINE_BASE_RECORD_SET_H
#define ENGINE_BASE_RECORD_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record_set;

struct record_set *record_set_new(void);
void record_set_free(struct record_set *set);
void record_set_add(struct record_set *set, uint32_t record_id);
bool record_set_has(const struct record_set *set, uint32_t record_id);
uint64_t record_set_count(const struct record_set *set);
/* In ascending order; false from fn stops. */
void record_set_each(const struct record_set *set,
		     bool (*fn)(void *arg, uint32_t record_id), void *arg);
/* The ids from `from` on, ascending, at most `most`; how many there were. */
size_t record_set_slice(const struct record_set *set, uint32_t from,
			uint32_t *ids, size_t most);
void record_set_remove(struct record_set *set, uint32_t record_id);
struct record_set *record_set_copy(const struct record_set *set);
/* into `set` */
void record_set_and(struct record_set *set, const struct record_set *other);
void record_set_or(struct record_set *set, const struct record_set *other);
void record_set_and_not(struct record_set *set, const struct record_set *other);
/* `n` ascending ids at once: much faster than one by one. */
void record_set_add_many(struct record_set *set, const uint32_t *ids, size_t n);
/* A whole chunk: bit i of word j is the record first + 64 j + i; `first` is a
 * multiple of RECORD_SET_CHUNK. */
enum { RECORD_SET_CHUNK = 65536, RECORD_SET_WORDS = RECORD_SET_CHUNK / 64 };
void record_set_add_bits(struct record_set *set, uint32_t first,
			 const uint64_t words[RECORD_SET_WORDS]);

#endif
