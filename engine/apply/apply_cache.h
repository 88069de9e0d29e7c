/*
 * apply_cache.h - the folds of the records that were last used: the newest as
 * they are, older ones packed (fold_pack.h), several in the room of one; any
 * other is made anew from its history. The applier's thread only.
 */
#ifndef ENGINE_APPLY_APPLY_CACHE_H
#define ENGINE_APPLY_APPLY_CACHE_H

#include "apply/fold.h"

struct apply_cache;

struct cached {
	uint32_t id;
	/* of the transaction under way */
	bool touched, created, deleted, scored, refolded;
	bool late; /* apply_late.c: the fold lacks entries that wait */
	uint64_t record_key;
	struct fold_record *fold; /* NULL while it is packed: never outside */
	int64_t timer_at;	  /* as it is in the store; 0 = not known */
	/* the cache's own */
	struct cached *newer, *older, *next_in_chain;
	unsigned char *packed;
	size_t bytes; /* packed, about what it takes */

	uint64_t starts_held;  /* apply_sequence.h: before the change */
	uint64_t renamed_from; /* of the transaction under way: the record key
				  before; 0 = the same */
};

/* Of bytes_most those that are not packed take at most so much; 0 = as much as
 * there is room for. */
struct apply_cache *apply_cache_new(size_t bytes_most, size_t unpacked_most);
void apply_cache_free(struct apply_cache *cache);
/* NULL = not there */
struct cached *apply_cache_get(struct apply_cache *cache, uint32_t id);
/* It will be asked for soon: what leads to it, itself, its fold. Nothing waits
 * for the memory; the steps are some signals apart. */
enum apply_cache_step { CACHE_CHAIN, CACHE_RECORD, CACHE_FOLD, CACHE_SCORES };
void apply_cache_prefetch(const struct apply_cache *cache, uint32_t id,
			  enum apply_cache_step step);
/* Takes the fold. */
struct cached *apply_cache_put(struct apply_cache *cache, uint32_t id,
			       uint64_t record_key, struct fold_record *fold);
void apply_cache_drop(struct apply_cache *cache, uint32_t id);
void apply_cache_clear(struct apply_cache *cache);
/* Down to its most bytes, least used first: packed, and then dropped; between
 * transactions. */
void apply_cache_trim(struct apply_cache *cache);

#endif
