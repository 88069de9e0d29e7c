/* store_percent.h - where the top and the median of a score were, and when;
 * what rules with `percent` were judged by. */
#ifndef ENGINE_STORE_STORE_PERCENT_H
#define ENGINE_STORE_STORE_PERCENT_H

#include "store/store.h"

struct store_percent {
	uint32_t score_id;
	const char *module;
	int64_t at;
	double top, median;
};

enum sg_status store_percent_add(struct store *store,
				 const struct store_percent *percent,
				 struct sg_err *err) MUST_CHECK;
/* All of them, in order of time; borrowed for the call. */
typedef void store_percent_fn(void *arg, const struct store_percent *percent);
enum sg_status store_percent_each(struct store *store, store_percent_fn *fn,
				  void *arg, struct sg_err *err) MUST_CHECK;

#endif
