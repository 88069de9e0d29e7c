/*
 * store_external.h - ids that senders give their events (webhooks,
 * Idempotency-Key), kept in partitions of a day for 30 days.
 */
#ifndef ENGINE_STORE_STORE_EXTERNAL_H
#define ENGINE_STORE_STORE_EXTERNAL_H

#include <stdint.h>

#include "store/store.h"

enum { STORE_EXTERNAL_DAYS = 30 };

/* SG_OK: new, and kept now. SG_NONE: seen within 30 days before received_at:
 * drop the signal. */
enum sg_status store_external_add(struct store *store, uint64_t external_id,
				  int64_t received_at,
				  struct sg_err *err) MUST_CHECK;
/* Drop the partitions older than 30 days. */
enum sg_status store_external_expire(struct store *store, int64_t now,
				     struct sg_err *err) MUST_CHECK;

#endif
