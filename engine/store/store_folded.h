/*
 * store_folded.h - what conditions still know of history that retention has
 * folded away: of signals that rules ask about each, with its properties; of
 * the others how many there were, the first and the last, by campaign. Only
 * effective ones of people. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_FOLDED_H
#define ENGINE_STORE_STORE_FOLDED_H

#include "store/store_history.h"

struct store_folded {
	uint32_t record_id;
	const char *name;
	int64_t first_at, last_at;
	uint64_t n;	   /* all but the last are taken for as old as the
			      first */
	const char *props; /* JSON object of strings */
};

enum sg_status store_folded_add(struct store *store,
				const struct store_folded *folded,
				struct sg_err *err) MUST_CHECK;
enum sg_status store_folded_remove(struct store *store, uint32_t record_id,
				   struct sg_err *err) MUST_CHECK;
/* As entries of a history: record, name, time and properties are set; once for
 * each. record_id 0: of all; else newest first. */
enum sg_status store_folded_each(struct store *store, uint32_t record_id,
				 const struct store_history_span *span,
				 store_history_fn *fn, void *arg,
				 struct sg_err *err) MUST_CHECK;

#endif
