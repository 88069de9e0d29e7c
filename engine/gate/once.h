/*
 * once.h - the same thing twice within a short time is one thing: a form sent
 * by two connections at once, a button pressed twice. In memory, bounded: the
 * oldest is forgotten first. Any thread.
 */
#ifndef ENGINE_GATE_ONCE_H
#define ENGINE_GATE_ONCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { ONCE_ENTRIES_MOST = 8192, ONCE_WAIT_MS = 20000 };

struct once;

struct once *once_new(void); /* out of memory: NULL */
void once_free(struct once *once);

/*
 * `key` is a hash of the thing. SG_OK: do it, then once_end(). SG_NONE: it was
 * done within `ms` before `now`. Waits for who is at it; SG_BUSY after
 * ONCE_WAIT_MS.
 */
enum sg_status once_begin(struct once *once, uint64_t key, int64_t now,
			  int64_t ms, struct sg_err *err) MUST_CHECK;
/* Not `done`: whoever waits may try. */
void once_end(struct once *once, uint64_t key, bool done);

#endif
