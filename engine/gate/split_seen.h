/*
 * split_seen.h - which copies were taken over lately, by (Message-ID,
 * recipient): an MTA that could not take the mail in the end sends all of it
 * again, and must not double them. On disk a file a day, 16 bytes a copy; in
 * memory a table. Remembered for SPLIT_DAYS. Any thread.
 */
#ifndef ENGINE_GATE_SPLIT_SEEN_H
#define ENGINE_GATE_SPLIT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { SPLIT_DAYS = 5, SPLIT_SEEN_MOST = 8 << 20 };

struct split_seen;

enum sg_status split_seen_open(const char *directory, int64_t now,
			       struct split_seen **seen_out,
			       struct sg_err *err) MUST_CHECK;
void split_seen_close(struct split_seen *seen);

bool split_seen_has(struct split_seen *seen, uint64_t key, int64_t now);
/* In memory alone: the mail itself is still on disk. */
void split_seen_add(struct split_seen *seen, uint64_t key, int64_t at);
void split_seen_remove(struct split_seen *seen, uint64_t key);
/* No room for more: nothing new may be taken over. */
bool split_seen_full(struct split_seen *seen);

/* On disk, synced: the mail may go. Old files go too. */
enum sg_status split_seen_keep(struct split_seen *seen, const uint64_t *keys,
			       size_t n_keys, int64_t now,
			       struct sg_err *err) MUST_CHECK;

#endif
