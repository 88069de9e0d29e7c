/* store_audit.h - who did what. Lifetimes as in store_record.h. */
#ifndef ENGINE_STORE_STORE_AUDIT_H
#define ENGINE_STORE_STORE_AUDIT_H

#include <stdint.h>

#include "base/pool.h"
#include "store/store.h"

struct store_audit {
	int64_t id; /* not read when appending */
	int64_t at;
	const char *actor, *action, *object, *detail;
};

struct store_audits {
	struct store_audit *rows;
	size_t n_rows;
};

enum sg_status store_audit_append(struct store *store,
				  const struct store_audit *row,
				  struct sg_err *err) MUST_CHECK;
/* Newest first; before_id 0 = from the newest. */
enum sg_status store_audit_recent(struct store *store, int64_t before_id,
				  size_t most, struct pool *pool,
				  struct store_audits *out,
				  struct sg_err *err) MUST_CHECK;

#endif
