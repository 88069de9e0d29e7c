/* store_version.h - which state of a record it is: its newest entries. */
#ifndef ENGINE_STORE_STORE_VERSION_H
#define ENGINE_STORE_STORE_VERSION_H

#include <stdint.h>

#include "store/store.h"

/* Whatever changes a record writes one or the other. */
struct store_record_version {
	int64_t history, ledger; /* ids; 0 = none */
};
enum sg_status store_record_version(struct store *store, uint32_t record_id,
				    struct store_record_version *out,
				    struct sg_err *err) MUST_CHECK;

#endif
