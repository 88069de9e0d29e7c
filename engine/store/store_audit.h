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
	const char *origin; /* "uid 1000", an address; NULL or "" = not known */
};

/* NULL or 0: all. */
struct store_audit_filter {
	const char *actor, *object, *origin;
	const char *action; /* this, or what begins with it and a dot */
	int64_t since, until;
	int64_t before_id; /* 0 = from the newest */
	size_t most;
};

struct store_audits {
	struct store_audit *rows;
	size_t n_rows;
};

enum sg_status store_audit_append(struct store *store,
				  const struct store_audit *row,
				  struct sg_err *err) MUST_CHECK;
/* Newest first. */
enum sg_status store_audit_recent(struct store *store,
				  const struct store_audit_filter *filter,
				  struct pool *pool, struct store_audits *out,
				  struct sg_err *err) MUST_CHECK;

/* Some of those from before then, the oldest first; *left_out: there may be
 * more. */
enum sg_status store_audit_expire(struct store *store, int64_t before,
				  bool *left_out,
				  struct sg_err *err) MUST_CHECK;

#endif
