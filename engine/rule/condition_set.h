/*
 * condition_set.h - the other evaluation: set algebra over all records. Every
 * leaf yields a set of record ids (CRoaring); `not` is against the universe.
 * Same answer as condition_test() on each record: a property test says so.
 */
#ifndef ENGINE_RULE_CONDITION_SET_H
#define ENGINE_RULE_CONDITION_SET_H

#include "base/record_set.h"
#include "rule/condition.h"

struct store;
struct scoreboard;

/*
 * All records (not deleted) for which the condition holds at `now`. `store` is
 * a reading connection used by this thread only. SG_FAILED: the store.
 */
enum sg_status condition_select(const struct condition *condition,
				struct store *store,
				struct scoreboard *scoreboard, int64_t now,
				struct record_set **set_out,
				struct sg_err *err) MUST_CHECK;

/*
 * A record_view of a stored record as it is at `now`, for condition_test()
 * outside the applier. SG_NONE: no such record.
 */
struct stored_view;
enum sg_status stored_view_open(struct store *store,
				struct scoreboard *scoreboard,
				uint32_t record_id, int64_t now,
				struct stored_view **view_out,
				struct sg_err *err) MUST_CHECK;
const struct record_view *stored_view_get(struct stored_view *view);
/* Show another record, forgetting this one. SG_NONE: no such record. */
enum sg_status stored_view_move(struct stored_view *view, uint32_t record_id,
				struct sg_err *err) MUST_CHECK;
/* A view cannot say that the store failed: what it then shows is missing. Ask
 * after the last test of a record. */
enum sg_status stored_view_check(struct stored_view *view,
				 struct sg_err *err) MUST_CHECK;
void stored_view_close(struct stored_view *view);

#endif
