/*
 * rate.h - how often may one of many do this? A token bucket a key, in a table
 * of a fixed size: memory is bounded whoever comes.
 *
 * A key is hashed with a secret of the table's own, so nobody can choose keys
 * that get in each other's way. When a place is wanted and all near it are
 * taken, the bucket that is nearest to being full again is forgotten: whoever
 * is being held back longest is held back still.
 *
 * Any thread, at once: the table has its own locks, held for a moment.
 */
#ifndef ENGINE_BASE_RATE_H
#define ENGINE_BASE_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* `times` in `per_ms`, so many at once. times = 0: no limit. */
struct rate_limit {
	uint32_t times;
	int64_t per_ms;
};

struct rate;

/* Room for about n_keys keys that are below full at the same time, 16 bytes
 * each. NULL: out of memory. */
struct rate *rate_new(size_t n_keys);
void rate_free(struct rate *rate);

/* The key of these bytes in this table. Two limits in one table: put the
 * limit's name before what it is for. */
uint64_t rate_key(const struct rate *rate, const void *bytes, size_t len);

/*
 * May it be done now? true: and one is taken. false: nothing is taken; in
 * *wait_ms_out (may be NULL) how long until it may. `now` is any clock in
 * milliseconds, the same one for a table; one that jumps back costs nobody
 * more than a whole `per_ms`.
 */
bool rate_take(struct rate *rate, const struct rate_limit *limit, uint64_t key,
	       int64_t now, int64_t *wait_ms_out);

/* "120/1m", "20/s", "5/h"; "off": no limit. SG_REFUSED with what was
 * expected. */
enum sg_status rate_parse(const char *text, struct rate_limit *limit_out,
			  struct sg_err *err) MUST_CHECK;

#endif
