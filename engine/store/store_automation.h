/*
 * store_automation.h - automations with their versions, whom they are armed
 * for, and what fired. Lifetimes as in store_record.h.
 */
#ifndef ENGINE_STORE_STORE_AUTOMATION_H
#define ENGINE_STORE_STORE_AUTOMATION_H

#include <stdint.h>

#include "base/pool.h"
#include "base/record_set.h"
#include "store/store.h"

struct store_automation {
	uint32_t id; /* of this version */
	const char *name;
	uint32_t version; /* from 1, by name */
	uint32_t place;	  /* its order in the file */
	const char *source;
	const char *author;
	int64_t created_at;
	int64_t ended_at; /* 0 = in force */
	const char *ended_by;
	uint32_t armed_id; /* 0 when adding: its own */
};

struct store_automations {
	struct store_automation *rows;
	size_t n_rows;
};

/* id and version are given. */
enum sg_status store_automation_add(struct store *store,
				    const struct store_automation *automation,
				    uint32_t *id_out,
				    struct sg_err *err) MUST_CHECK;
enum sg_status store_automation_end(struct store *store, uint32_t id,
				    int64_t at, const char *by,
				    struct sg_err *err) MUST_CHECK;
enum sg_status store_automation_set_place(struct store *store, uint32_t id,
					  uint32_t place,
					  struct sg_err *err) MUST_CHECK;
/* Those in force, in file order. */
enum sg_status store_automations_in_force(struct store *store,
					  struct pool *pool,
					  struct store_automations *out,
					  struct sg_err *err) MUST_CHECK;
/* All versions of one, newest first; name NULL: of all. */
enum sg_status store_automation_versions(struct store *store, const char *name,
					 struct pool *pool,
					 struct store_automations *out,
					 struct sg_err *err) MUST_CHECK;

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
