/*
 * store_consent.h - the consent of today, derived from the history. By record
 * key: a denial holds for addresses that are no record (yet). Lifetimes as in
 * store_record.h.
 */
#ifndef ENGINE_STORE_STORE_CONSENT_H
#define ENGINE_STORE_STORE_CONSENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "signal/consent.h"
#include "store/store.h"

struct store_consent {
	uint64_t record_key;
	enum consent_what what;
	enum consent_state state;
	int64_t since;
	const char *source, *wording;
};

struct store_consents {
	struct store_consent *rows;
	size_t n_rows;
};

/* Replaces the one that is there. */
enum sg_status store_consent_put(struct store *store,
				 const struct store_consent *row,
				 struct sg_err *err) MUST_CHECK;
/* Of one record, at most CONSENT_N, in the order of enum consent_what. */
enum sg_status store_consent_of(struct store *store, uint64_t record_key,
				struct pool *pool, struct store_consents *out,
				struct sg_err *err) MUST_CHECK;
/* Was anybody ever asked? */
enum sg_status store_consent_any(struct store *store, bool *any_out,
				 struct sg_err *err) MUST_CHECK;
/* Each that is granted or denied. */
enum sg_status store_consent_each(struct store *store,
				  void (*fn)(void *arg, uint64_t record_key,
					     enum consent_what what,
					     enum consent_state state),
				  void *arg, struct sg_err *err) MUST_CHECK;
/* A person is forgotten: what was denied stays denied, without its words; the
 * rest goes. */
enum sg_status store_consent_forget(struct store *store, uint64_t record_key,
				    struct sg_err *err) MUST_CHECK;

#endif
