/* apply_index.h - from record key to record id, all in memory: 24 bytes a
 * record. The applier's thread only. */
#ifndef ENGINE_APPLY_APPLY_INDEX_H
#define ENGINE_APPLY_APPLY_INDEX_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct apply_index;

struct apply_index *apply_index_new(void);
void apply_index_free(struct apply_index *index);
/* 0 = not there */
uint32_t apply_index_find(const struct apply_index *index, uint64_t record_key);
/* It will be asked for soon. */
void apply_index_prefetch(const struct apply_index *index, uint64_t record_key);
void apply_index_add(struct apply_index *index, uint64_t record_key,
		     uint32_t record_id);
void apply_index_remove(struct apply_index *index, uint64_t record_key);
/* As it lies in memory; SG_NONE: not for this build, nothing is changed. */
enum sg_status apply_index_save(const struct apply_index *index, FILE *file,
				struct sg_err *err) MUST_CHECK;
enum sg_status apply_index_restore(struct apply_index *index,
				   FILE *file) MUST_CHECK;
size_t apply_index_count(const struct apply_index *index);

#endif
