/* apply_cache.c - see apply_cache.h. */
#include "apply/apply_cache.h"

#include <stdlib.h>

#include "apply/fold_parts.h"

struct apply_cache {
	size_t bytes_most;
	size_t n, n_chains; /* a power of two */
	struct cached **chains;
	struct cached *newest, *oldest;
};

enum { CHAINS_LEAST = 1024 };

struct apply_cache *
apply_cache_new(size_t bytes_most)
{
	struct apply_cache *cache = fold_must(calloc(1, sizeof(*cache)));

	cache->bytes_most = bytes_most;
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
unlink_age(struct apply_cache *cache, struct cached *cached)
{
	if (cached->newer)
		cached->newer->older = cached->older;
	else
		cache->newest = cached->older;
	if (cached->older)
		cached->older->newer = cached->newer;
	else
		cache->oldest = cached->newer;
}

static void
link_newest(struct apply_cache *cache, struct cached *cached)
{
	cached->newer = NULL;
	cached->older = cache->newest;
	if (cache->newest)
		cache->newest->newer = cached;
	else
		cache->oldest = cached;
	cache->newest = cached;
}

struct cached *
apply_cache_get(struct apply_cache *cache, uint32_t id)
{
	struct cached *cached = *chain_of(cache, id);

	while (cached && cached->id != id)
		cached = cached->next_in_chain;
	if (cached && cached != cache->newest) {
		unlink_age(cache, cached);
		link_newest(cache, cached);
	}
	return cached;
}

static void
prefetch_cached(const struct cached *cached, enum apply_cache_step step)
{
	if (step == CACHE_RECORD) {
		__builtin_prefetch(cached);
		return;
	}
	if (step == CACHE_SCORES) {
		fold_prefetch_scores(cached->fold);
		return;
	}
	__builtin_prefetch(cached->newer);
	__builtin_prefetch(cached->older);
	fold_prefetch(cached->fold);
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
grow(struct apply_cache *cache)
{
	struct cached *cached;

	free(cache->chains);
	cache->n_chains *= 2;
	cache->chains =
		fold_must(calloc(cache->n_chains, sizeof(*cache->chains)));
	for (cached = cache->newest; cached; cached = cached->older) {
		struct cached **chain = chain_of(cache, cached->id);

		cached->next_in_chain = *chain;
		*chain = cached;
	}
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
	link_newest(cache, cached);
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
	unlink_age(cache, cached);
	fold_record_free(cached->fold);
	free(cached);
	cache->n--;
}

void
apply_cache_clear(struct apply_cache *cache)
{
	while (cache->oldest)
		apply_cache_drop(cache, cache->oldest->id);
}

/* What all weigh is estimated from those used last: walking all of them after
 * each batch would cost more than the batch. */
void
apply_cache_trim(struct apply_cache *cache)
{
	enum { SAMPLE = 64 };
	struct cached *cached = cache->newest;
	size_t bytes = 0, n = 0;

	for (; cached && n < SAMPLE; cached = cached->older, n++)
		bytes += fold_record_bytes(cached->fold) + sizeof(*cached);
	if (!n)
		return;
	bytes /= n;
	while (cache->n * bytes > cache->bytes_most && cache->n > SAMPLE)
		apply_cache_drop(cache, cache->oldest->id);
}

void
apply_cache_free(struct apply_cache *cache)
{
	if (!cache)
		return;
	apply_cache_clear(cache);
	free(cache->chains);
	free(cache);
}
