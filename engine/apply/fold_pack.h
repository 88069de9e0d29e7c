/*
 * fold_pack.h - a record's fold as few bytes, for as long as nobody uses it: a
 * sixth of what it takes otherwise. What is unpacked is, bit by bit, what was
 * packed; the bytes are for this process only, and for as long as the world's
 * rulesets live (what waits points at them).
 */
#ifndef ENGINE_APPLY_FOLD_PACK_H
#define ENGINE_APPLY_FOLD_PACK_H

#include "apply/fold.h"
#include "base/buf.h"

/* Appends. !buf_ok(to): it is too large, or there is no memory. */
void fold_pack(const struct fold_record *record, struct buf *to);
struct fold_record *fold_unpack(const void *bytes);

#endif
