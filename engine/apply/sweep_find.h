/*
 * sweep_find.h - one source that hits the mails of many recipients of one
 * domain within seconds: a gateway that looks into all of its people's mail.
 * In memory, of this node, with what the store has of the last window when it
 * starts; what it forgets under pressure it does not find. Never by network
 * alone: a source is network and user agent.
 * The applier's thread.
 */
#ifndef ENGINE_APPLY_SWEEP_FIND_H
#define ENGINE_APPLY_SWEEP_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signal/verdict_conf.h"

enum { SWEEP_HITS_MOST = 128 }; /* of one source, within the window */

struct sweep_hit {
	int64_t at, history_id;
	uint64_t record_key, message_id;
};

struct sweep_found {
	unsigned recipients; /* 0: this is no sweep */
	/* Those before it that were not told yet. */
	size_t n;
	struct sweep_hit earlier[SWEEP_HITS_MOST];
};

struct sweep_find;
struct sweep_find *sweep_find_new(void);
void sweep_find_free(struct sweep_find *find);
void sweep_find_clear(struct sweep_find *find);
/* Whose hits: one source's on one domain's recipients. A source has another
 * number each day: by `before` (0: none) its hits of yesterday are found. */
struct sweep_key {
	uint64_t source, before;
	const char *domain;
};
/* Returns where the history's id of this hit is to be put once it is known,
 * before the next call. */
int64_t *sweep_find_see(struct sweep_find *find,
			const struct verdict_windows *windows,
			const struct sweep_key *key,
			const struct sweep_hit *hit,
			struct sweep_found *found_out);

/* One of before the start; `told`: it is known to be of a sweep. */
void sweep_find_remember(struct sweep_find *find,
			 const struct verdict_windows *windows,
			 const struct sweep_key *key,
			 const struct sweep_hit *hit, bool told);

#endif
