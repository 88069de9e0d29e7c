/*
 * apply_cache.h - the folds of the records that were last used; any other is
 * made anew from its history. The applier's thread only.
 */
#ifndef ENGINE_APPLY_APPLY_CACHE_H
#define ENGINE_APPLY_APPLY_CACHE_H

#include "apply/fold.h"

struct apply_cache;

struct cached {
	uint32_t id;
	uint64_t record_key;
	struct fold_record *fold;
	int64_t timer_at;     /* as it is in the store; 0 = not known */
	uint64_t starts_held; /* apply_sequence.h: before the change */
	/* of the transaction under way */
	bool touched, created, deleted, scored, refolded;
	bool late; /* apply_late.c: the fold lacks entries that wait */
	uint64_t renamed_from; /* the record key before; 0 = the same */
	/* the cache's own */
	struct cached *newer, *older, *next_in_chain;
};

struct apply_cache *apply_cache_new(size_t bytes_most);
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
/* Down to its most bytes, least used first; between transactions. */
void apply_cache_trim(struct apply_cache *cache);

#endif
