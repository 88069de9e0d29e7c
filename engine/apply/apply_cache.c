/* apply_cache.c - see apply_cache.h. */
#include "apply/apply_cache.h"

#include <stdlib.h>
#include <string.h>

#include "apply/fold_pack.h"
#include "apply/fold_parts.h"

struct ages {
	struct cached *newest, *oldest;
	size_t n;
};

struct apply_cache {
	size_t bytes_most, unpacked_most;
	size_t n, n_chains; /* a power of two */
	struct cached **chains;
	struct ages used, packed;
	size_t packed_bytes;
	struct buf bytes; /* of the one that is being packed */
};

enum {
	CHAINS_LEAST = 1024,
	OVERHEAD = 32 /* of the memory of a struct and its bytes */
};

struct apply_cache *
apply_cache_new(size_t bytes_most, size_t unpacked_most)
{
	struct apply_cache *cache = fold_must(calloc(1, sizeof(*cache)));

	cache->bytes_most = bytes_most;
	cache->unpacked_most = unpacked_most ? unpacked_most : bytes_most;
	cache->n_chains = CHAINS_LEAST;
	cache->chains =
		fold_must(calloc(cache->n_chains, sizeof(*cache->chains)));
	return cache;
}

static struct cached **
chain_of(const struct apply_cache *cache, uint32_t id)
{
	/* ids are dense: no hash needed */
	return &cache->chains[id & (cache->n_chains - 1)];
}

static void
unlink_age(struct ages *ages, struct cached *cached)
{
	if (cached->newer)
		cached->newer->older = cached->older;
	else
		ages->newest = cached->older;
	if (cached->older)
		cached->older->newer = cached->newer;
	else
		ages->oldest = cached->newer;
	ages->n--;
}

static void
link_newest(struct ages *ages, struct cached *cached)
{
	cached->newer = NULL;
	cached->older = ages->newest;
	if (ages->newest)
		ages->newest->newer = cached;
	else
		ages->oldest = cached;
	ages->newest = cached;
	ages->n++;
}

/* --- packing ------------------------------------------------------------ */

static void
pack(struct apply_cache *cache, struct cached *cached)
{
	buf_reset(&cache->bytes);
	fold_pack(cached->fold, &cache->bytes);
	if (!buf_ok(&cache->bytes)) { /* over 64 MB: rather from its history */
		apply_cache_drop(cache, cached->id);
		return;
	}
	unlink_age(&cache->used, cached);
	cached->packed = fold_must(malloc(cache->bytes.len));
	memcpy(cached->packed, cache->bytes.data, cache->bytes.len);
	cached->bytes = sizeof(*cached) + cache->bytes.len + OVERHEAD;
	fold_record_free(cached->fold);
	cached->fold = NULL;
	cache->packed_bytes += cached->bytes;
	link_newest(&cache->packed, cached);
}

static void
leave_packed(struct apply_cache *cache, struct cached *cached)
{
	unlink_age(&cache->packed, cached);
	cache->packed_bytes -= cached->bytes;
	free(cached->packed);
	cached->packed = NULL;
}

static void
unpack(struct apply_cache *cache, struct cached *cached)
{
	cached->fold = fold_unpack(cached->packed);
	leave_packed(cache, cached);
	link_newest(&cache->used, cached);
}

/* --- by id -------------------------------------------------------------- */

struct cached *
apply_cache_get(struct apply_cache *cache, uint32_t id)
{
	struct cached *cached = *chain_of(cache, id);

	while (cached && cached->id != id)
		cached = cached->next_in_chain;
	if (cached && !cached->fold) {
		unpack(cache, cached);
	} else if (cached && cached != cache->used.newest) {
		unlink_age(&cache->used, cached);
		link_newest(&cache->used, cached);
	}
	return cached;
}

static void
prefetch_bytes(const unsigned char *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < 512; i += 64)
		__builtin_prefetch(bytes + i);
}

static void
prefetch_cached(const struct cached *cached, enum apply_cache_step step)
{
	if (step == CACHE_RECORD) {
		__builtin_prefetch(cached);
		__builtin_prefetch(&cached->packed);
		return;
	}
	if (step == CACHE_SCORES && cached->fold) {
		fold_prefetch_scores(cached->fold);
	} else if (step == CACHE_FOLD) {
		__builtin_prefetch(cached->newer);
		__builtin_prefetch(cached->older);
		if (cached->fold)
			fold_prefetch(cached->fold);
		else
			prefetch_bytes(cached->packed, cached->bytes);
	}
}

void
apply_cache_prefetch(const struct apply_cache *cache, uint32_t id,
		     enum apply_cache_step step)
{
	struct cached **chain = chain_of(cache, id);

	if (step == CACHE_CHAIN)
		__builtin_prefetch(chain);
	else if (*chain) /* others of the chain are not looked for */
		prefetch_cached(*chain, step);
}

static void
chain_up(struct apply_cache *cache, const struct ages *ages)
{
	struct cached *cached, **chain;

	for (cached = ages->newest; cached; cached = cached->older) {
		chain = chain_of(cache, cached->id);
		cached->next_in_chain = *chain;
		*chain = cached;
	}
}

static void
grow(struct apply_cache *cache)
{
	free(cache->chains);
	cache->n_chains *= 2;
	cache->chains =
		fold_must(calloc(cache->n_chains, sizeof(*cache->chains)));
	chain_up(cache, &cache->used);
	chain_up(cache, &cache->packed);
}

struct cached *
apply_cache_put(struct apply_cache *cache, uint32_t id, uint64_t record_key,
		struct fold_record *fold)
{
	struct cached *cached = fold_must(calloc(1, sizeof(*cached)));
	struct cached **chain;

	if (cache->n >= cache->n_chains)
		grow(cache);
	chain = chain_of(cache, id);
	cached->id = id;
	cached->record_key = record_key;
	cached->fold = fold;
	cached->next_in_chain = *chain;
	*chain = cached;
	link_newest(&cache->used, cached);
	cache->n++;
	return cached;
}

void
apply_cache_drop(struct apply_cache *cache, uint32_t id)
{
	struct cached **link = chain_of(cache, id);
	struct cached *cached;

	while (*link && (*link)->id != id)
		link = &(*link)->next_in_chain;
	cached = *link;
	if (!cached)
		return;
	*link = cached->next_in_chain;
	if (cached->fold)
		unlink_age(&cache->used, cached);
	else
		leave_packed(cache, cached);
	fold_record_free(cached->fold);
	free(cached);
	cache->n--;
}

void
apply_cache_clear(struct apply_cache *cache)
{
	while (cache->packed.oldest)
		apply_cache_drop(cache, cache->packed.oldest->id);
	while (cache->used.oldest)
		apply_cache_drop(cache, cache->used.oldest->id);
}

/* What those in use weigh is estimated from the last: walking all of them after
 * each batch would cost more than the batch. */
static size_t
weigh_one(const struct apply_cache *cache)
{
	enum { SAMPLE = 64 };
	const struct cached *cached = cache->used.newest;
	size_t bytes = 0, n = 0;

	for (; cached && n < SAMPLE; cached = cached->older, n++)
		bytes += fold_record_bytes(cached->fold) + sizeof(*cached);
	return n ? bytes / n : 0;
}

/* Nobody has looked at the oldest for long: they are on their way from memory
 * while those before them are packed. */
static void
pack_oldest(struct apply_cache *cache)
{
	struct cached *cached = cache->used.oldest, *ahead = cached;
	unsigned i;

	for (i = 0; i < 4 && ahead; i++)
		ahead = ahead->newer;
	if (ahead) {
		fold_prefetch_scores(ahead->fold);
		for (; i < 8 && ahead->newer; i++)
			ahead = ahead->newer;
		fold_prefetch(ahead->fold);
	}
	pack(cache, cached);
}

/* Only as many are packed as there is no room for as they are; but when all
 * would be, a quarter of the room is for those that were used last. */
void
apply_cache_trim(struct apply_cache *cache)
{
	size_t one = weigh_one(cache), least = cache->bytes_most / 4;

	if (least > cache->unpacked_most)
		least = cache->unpacked_most;
	while (cache->used.n * one > least &&
	       (cache->used.n * one > cache->unpacked_most ||
		cache->used.n * one + cache->packed_bytes > cache->bytes_most))
		pack_oldest(cache);
	while (cache->packed.n &&
	       cache->used.n * one + cache->packed_bytes > cache->bytes_most)
		apply_cache_drop(cache, cache->packed.oldest->id);
}

void
apply_cache_free(struct apply_cache *cache)
{
	if (!cache)
		return;
	apply_cache_clear(cache);
	buf_done(&cache->bytes);
	free(cache->chains);
	free(cache);
}
