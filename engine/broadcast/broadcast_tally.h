/*
 * broadcast_tally.h - what came of a broadcast, added up from some recipients
 * and others: each person is in one part alone. One thread.
 */
#ifndef ENGINE_BROADCAST_BROADCAST_TALLY_H
#define ENGINE_BROADCAST_BROADCAST_TALLY_H

#include "base/json.h"
#include "store/store_broadcast.h"

struct tally;

/* has_versions: two of its mail, counted each. */
struct tally *tally_new(bool has_versions);
void tally_free(struct tally *tally);
/* What came of it with those of the range. */
enum sg_status tally_add(struct tally *tally, struct store *store,
			 const char *name, const struct store_range *range,
			 struct sg_err *err) MUST_CHECK;
/* As broadcast_counted.h says; the caller's. */
struct json *tally_write(const struct tally *tally);

#endif
