/* broadcast_change.c - send, pause, resume, cancel. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "broadcast/broadcast_parts.h"

enum sg_status
broadcast_template(struct broadcasts *broadcasts, struct store *store,
		   const char *text, size_t len, struct template **template_out,
		   struct sg_err *err)
{
	struct apply_names *names = calloc(1, sizeof(*names));
	enum sg_status status;

	if (!names)
		return err_set(err, SG_FAILED, "out of memory");
	apply_names_init(names, broadcasts->apply, store);
	status = template_parse(text, len, &names->names, template_out, err);
	free(names);
	return status;
}

/* --- when, how fast ------------------------------------------------------
 */

struct pace_change {
	const char *name;
	double pace, domain_pace;
};

static enum sg_status
pace_call(void *arg, struct store *store, struct sg_err *err)
{
	const struct pace_change *change = arg;
	struct pool *pool = pool_new();
	struct broadcast_settings settings;
	struct store_broadcast row;
	enum sg_status status =
		store_broadcast_get(store, change->name, pool, &row, err);

	if (status == SG_NONE)
		err_set(err, SG_NONE, "no broadcast %s", change->name);
	if (status == SG_OK) {
		broadcast_settings_read(row.settings, &settings);
		if (change->pace > 0)
			settings.pace = change->pace;
		if (change->domain_pace > 0)
			settings.domain_pace = change->domain_pace;
		status = broadcast_settings_put(store, change->name, &settings,
						err);
	}
	pool_free(pool);
	return status;
}

enum sg_status
broadcast_set_pace(struct broadcasts *broadcasts, const char *name, double pace,
		   double domain_pace, struct sg_err *err)
{
	struct pace_change change = {name, pace, domain_pace};

	return apply_call(broadcasts->apply, pace_call, &change, err);
}

struct schedule {
	const char *name;
	int64_t at;
};

static enum sg_status
schedule_call(void *arg, struct store *store, struct sg_err *err)
{
	const struct schedule *schedule = arg;
	struct pool *pool = pool_new();
	struct broadcast_settings settings;
	struct store_broadcast row;
	enum sg_status status =
		store_broadcast_get(store, schedule->name, pool, &row, err);

	if (status == SG_NONE)
		err_set(err, SG_NONE, "no broadcast %s", schedule->name);
	if (status == SG_OK && row.state != BROADCAST_DRAFT &&
	    row.state != BROADCAST_SCHEDULED)
		status = err_set(err, SG_REFUSED, "broadcast %s is %s already",
				 schedule->name,
				 broadcast_state_name(row.state));
	if (status == SG_OK) {
		broadcast_settings_read(row.settings, &settings);
		settings.at = schedule->at;
		status = broadcast_settings_put(store, schedule->name,
						&settings, err);
	}
	if (status == SG_OK)
		status = store_broadcast_set_state(store, schedule->name,
						   BROADCAST_SCHEDULED, "",
						   clock_now(), err);
	pool_free(pool);
	return status;
}

enum sg_status
broadcast_send_at(struct broadcasts *broadcasts, const char *name, int64_t at,
		  const struct apply_also *also, struct sg_err *err)
{
	struct schedule schedule = {name, at};
	enum sg_status status = apply_call_also(
		broadcasts->apply, schedule_call, &schedule, also, err);

	if (status == SG_OK)
		broadcasts_wake(broadcasts);
	return status;
}

/* --- pause, resume, cancel --------------------------------------------------
 */

struct move {
	const char *name, *verb;
	enum broadcast_state from[5], to; /* from: 0 = none */
};

/* A draft cannot be moved: it is 0. */
static bool
is_one_of(enum broadcast_state state, const enum broadcast_state from[5])
{
	return state != BROADCAST_DRAFT &&
	       (state == from[0] || state == from[1] || state == from[2] ||
		state == from[3] || state == from[4]);
}

static enum sg_status
move_call(void *arg, struct store *store, struct sg_err *err)
{
	const struct move *move = arg;
	struct pool *pool = pool_new();
	struct store_broadcast row;
	enum sg_status status =
		store_broadcast_get(store, move->name, pool, &row, err);

	if (status == SG_NONE)
		err_set(err, SG_NONE, "no broadcast %s", move->name);
	if (status == SG_OK && !is_one_of(row.state, move->from))
		status = err_set(err, SG_REFUSED,
				 "broadcast %s is %s; it cannot be %s",
				 move->name, broadcast_state_name(row.state),
				 move->verb);
	if (status == SG_OK)
		status = store_broadcast_set_state(store, move->name, move->to,
						   "", clock_now(), err);
	pool_free(pool);
	return status;
}

/* The state is stored first: what was answered holds, whatever comes then. The
 * one that is being sent stops by itself. */
static enum sg_status
move(struct broadcasts *broadcasts, struct move *move, enum broadcast_wish wish,
     const struct apply_also *also, struct sg_err *err)
{
	enum sg_status status =
		apply_call_also(broadcasts->apply, move_call, move, also, err);

	if (status != SG_OK)
		return status;
	broadcast_running_wish(broadcasts, move->name, wish);
	return SG_OK;
}

enum sg_status
broadcast_pause(struct broadcasts *broadcasts, const char *name,
		const struct apply_also *also, struct sg_err *err)
{
	struct move pause = {name,
			     "paused",
			     {BROADCAST_SENDING, BROADCAST_SENDING},
			     BROADCAST_PAUSED};

	return move(broadcasts, &pause, WISH_PAUSE, also, err);
}

enum sg_status
broadcast_cancel(struct broadcasts *broadcasts, const char *name,
		 const struct apply_also *also, struct sg_err *err)
{
	struct move cancel = {name,
			      "cancelled",
			      {BROADCAST_SENDING, BROADCAST_PAUSED,
			       BROADCAST_SCHEDULED, BROADCAST_FAILED,
			       BROADCAST_TESTING},
			      BROADCAST_CANCELLED};

	return move(broadcasts, &cancel, WISH_CANCEL, also, err);
}

enum sg_status
broadcast_resume(struct broadcasts *broadcasts, const char *name,
		 const struct apply_also *also, struct sg_err *err)
{
	struct move resume = {name,
			      "resumed",
			      {BROADCAST_PAUSED, BROADCAST_FAILED},
			      BROADCAST_SENDING};
	enum sg_status status = apply_call_also(broadcasts->apply, move_call,
						&resume, also, err);

	if (status == SG_OK)
		broadcasts_wake(broadcasts);
	return status;
}

/* --- delete, and the doubtful once more ------------------------------------
 */

static enum sg_status
delete_call(void *arg, struct store *store, struct sg_err *err)
{
	const char *name = arg;
	struct pool *pool = pool_new();
	struct store_broadcast row;
	enum sg_status status =
		store_broadcast_get(store, name, pool, &row, err);

	if (status == SG_NONE)
		err_set(err, SG_NONE, "no broadcast %s", name);
	if (status == SG_OK && row.started_at)
		status = err_set(err, SG_REFUSED,
				 "broadcast %s is %s: what came of it is kept",
				 name, broadcast_state_name(row.state));
	if (status == SG_OK)
		status = store_broadcast_delete(store, name, err);
	pool_free(pool);
	return status;
}

enum sg_status
broadcast_delete(struct broadcasts *broadcasts, const char *name,
		 struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct broadcast_claim claim;
	enum sg_status status;

	if (broadcast_claim(broadcasts, &claim, name)) {
		status = apply_call(broadcasts->apply, delete_call,
				    pool_strdup(pool, name), err);
		broadcast_claim_end(broadcasts, &claim);
	} else {
		status = err_set(err, SG_REFUSED,
				 "the recipients of broadcast %s are being "
				 "chosen",
				 name);
	}
	pool_free(pool);
	return status;
}
