/*
 * store_automation.h - whom automations are armed for, and what fired. Which
 * there are: store_definition.h. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_AUTOMATION_H
#define ENGINE_STORE_STORE_AUTOMATION_H

#include <stdint.h>

#include "base/pool.h"
#include "base/record_set.h"
#include "store/store_definition.h"

/* --- armed states ------------------------------------------------------- */

/* Numbers are stored. 0 = as a record that was never seen: no row. */
enum store_armed_state { ARMED_DEFAULT = 0, ARMED_BEYOND = 1, ARMED_FIRED = 2 };

enum sg_status store_armed_set(struct store *store, uint32_t armed_id,
			       uint32_t record_id, enum store_armed_state state,
			       struct sg_err *err) MUST_CHECK;
enum sg_status store_armed_select(struct store *store, uint32_t armed_id,
				  enum store_armed_state state,
				  struct record_set *add_to,
				  struct sg_err *err) MUST_CHECK;
enum sg_status store_armed_clear(struct store *store, uint32_t armed_id,
				 struct sg_err *err) MUST_CHECK;

/* --- firings ------------------------------------------------------------ */

struct store_firing {
	int64_t id;
	uint32_t automation_id, record_id;
	int64_t history_id; /* 0 = time */
	const char *cause, *chain, *trouble;
	const char *name; /* of the automation; not read when appending */
	uint32_t version; /* likewise */
	const char *key;  /* of the record; likewise */
};

struct store_firings {
	struct store_firing *rows; /* newest first */
	size_t n_rows;
};

struct store_firing_sum {
	uint64_t fired, troubled;
	int64_t last_at; /* 0 = never */
};

enum sg_status store_firing_append(struct store *store,
				   const struct store_firing *firing,
				   struct sg_err *err) MUST_CHECK;
enum sg_status store_firing_set_trouble(struct store *store, int64_t id,
					const char *trouble,
					struct sg_err *err) MUST_CHECK;
/* Of one automation (NULL: any) and record (0: any), before an id (0: all). */
struct store_firing_page {
	const char *automation;
	uint32_t record_id;
	int64_t before;
	size_t most;
};
enum sg_status store_firings_recent(struct store *store,
				    const struct store_firing_page *page,
				    struct pool *pool,
				    struct store_firings *out,
				    struct sg_err *err) MUST_CHECK;
enum sg_status store_firing_sum(struct store *store, const char *automation,
				struct store_firing_sum *out,
				struct sg_err *err) MUST_CHECK;

#endif
