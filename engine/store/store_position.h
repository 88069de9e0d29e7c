/* store_position.h - how far each spool is applied; set it in the transaction
 * of the effects. */
#ifndef ENGINE_STORE_STORE_POSITION_H
#define ENGINE_STORE_STORE_POSITION_H

#include "spool/spool.h"
#include "store/store.h"

/* SG_NONE: nothing of that spool was ever applied: give spool_seek() an id of
 * all zeros. */
enum sg_status store_position_get(struct store *store,
				  const unsigned char id[SPOOL_ID_SIZE],
				  struct spool_position *out,
				  struct sg_err *err) MUST_CHECK;
/* From `before`, as it was got or set (segment and offset 0: never was).
 * SG_FAILED as well when it stands elsewhere: another node has applied a spool
 * of this id meanwhile, so it is to be rolled back. */
enum sg_status store_position_set(struct store *store,
				  const struct spool_position *before,
				  const struct spool_position *position,
				  struct sg_err *err) MUST_CHECK;

#endif
