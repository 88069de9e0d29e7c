/* broadcast_ahead.c - see broadcast_ahead.h. */
#include "broadcast/broadcast_ahead.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rule/condition_set.h"
#include "store/store_list.h"
#include "store/store_record.h"
#include "store/store_suppression.h"

enum { SNAPSHOT_MS = 200 }; /* mails of one glance at the store */

enum slot_state { FREE, ASKED, MAKING, MADE };

struct slot {
	enum slot_state state;
	uint64_t ticket; /* the lowest is made first */
	struct store_recipient row;
	struct ahead_made made;
	int64_t made_at; /* monotonic ms */
};

struct ahead {
	struct store_readers *readers;
	struct run *run; /* what does not change while it is sent */
	struct store *store;
	int64_t snapshot_at; /* monotonic ms; 0 = there is none */
	pthread_t thread;
	pthread_mutex_t lock; /* what follows */
	pthread_cond_t changed;
	struct slot slots[AHEAD_MOST];
	uint64_t n_tickets;
	bool ending;
};

/* --- asked once more ----------------------------------------------------- */

/* Suppressed, or off the lists, since it was chosen; reason_out "" = no. */
static enum sg_status
find_objection(const struct ahead *ahead, uint32_t record_id, int64_t now,
	       const char **reason_out, struct sg_err *err)
{
	struct pool *pool = pool_new();
	const char *list = template_list(ahead->run->template);
	struct store_suppression suppression;
	struct store_members members = {0};
	struct store_record record;
	bool paused = false;
	enum sg_status status =
		store_record_get(ahead->store, record_id, pool, &record, err);

	*reason_out = "";
	if (status == SG_OK) {
		status = store_suppression_get(ahead->store, record.record_key,
					       now, pool, &suppression, err);
		if (status == SG_OK)
			*reason_out = "suppressed";
		if (status == SG_NONE)
			status = SG_OK;
	}
	if (status == SG_OK)
		status = store_members_of(ahead->store, record_id, pool,
					  &members, err);
	if (status == SG_OK)
		status = broadcast_is_paused(ahead->store, record_id, now,
					     &paused, err);
	if (paused)
		*reason_out = "paused";
	if (status == SG_OK && broadcast_has_left(&members, list))
		*reason_out = "unsubscribed";
	pool_free(pool);
	return status;
}

/* When sending takes long, it is all asked once more: who fell below or left
 * meanwhile is skipped. */
static enum sg_status
recheck(const struct ahead *ahead, uint32_t record_id, int64_t now,
	const char **reason_out, struct sg_err *err)
{
	const struct run *run = ahead->run;
	struct stored_view *view = NULL;
	enum sg_status status;

	*reason_out = "";
	if (run->broadcasts->recheck_ms < 0 ||
	    now - run->row.started_at < run->broadcasts->recheck_ms)
		return SG_OK;
	status = find_objection(ahead, record_id, now, reason_out, err);
	if (status != SG_OK || **reason_out)
		return status;
	status = stored_view_open(ahead->store, run->broadcasts->scoreboard,
				  record_id, now, &view, err);
	if (status == SG_OK &&
	    !condition_test(run->condition, stored_view_get(view), NULL, now))
		*reason_out = "the condition holds no longer";
	if (status == SG_OK)
		status = stored_view_check(view, err);
	stored_view_close(view);
	return status;
}

/* --- making -------------------------------------------------------------- */

static void
make(const struct ahead *ahead, const struct store_recipient *row,
     struct ahead_made *made)
{
	struct run *run = ahead->run;
	int64_t now = clock_now();
	const char *objection = "";
	struct flight *flight;

	*made = (struct ahead_made){.record_id = row->record_id};
	made->status =
		recheck(ahead, row->record_id, now, &objection, &made->err);
	if (made->status == SG_OK && *objection)
		made->status = err_set(&made->err, SG_REFUSED, "%s", objection);
	if (made->status != SG_OK)
		return;
	flight = calloc(1, sizeof(*flight));
	if (!flight) {
		made->status = err_set(&made->err, SG_FAILED, "out of memory");
		return;
	}
	flight->run = run;
	flight->row.record_id = row->record_id;
	/* The id of an earlier try: a double can be told by it. */
	flight->mail.message_id = row->message_id;
	made->status = broadcast_mail_make(
		run->broadcasts, ahead->store, &run->row,
		row->variant && run->other ? run->other : run->template,
		row->record_id, now, &flight->mail, &made->err);
	if (made->status == SG_OK)
		made->status = broadcast_here(run->broadcasts, &flight->mail,
					      &made->err);
	if (made->status == SG_OK)
		made->flight = flight;
	else
		flight_free(flight);
}

static void
end_snapshot(struct ahead *ahead)
{
	if (ahead->snapshot_at)
		store_snapshot_end(ahead->store);
	ahead->snapshot_at = 0;
}

/* Each look of its own would begin with an empty cache. */
static void
keep_snapshot(struct ahead *ahead)
{
	int64_t now = clock_monotonic_ms();
	struct sg_err err;

	if (ahead->snapshot_at && now - ahead->snapshot_at < SNAPSHOT_MS)
		return;
	end_snapshot(ahead);
	if (store_snapshot(ahead->store, &err) == SG_OK)
		ahead->snapshot_at = now;
}

/* --- the thread ---------------------------------------------------------- */

static struct slot *
next_asked(struct ahead *ahead)
{
	struct slot *next = NULL;
	size_t i;

	for (i = 0; i < AHEAD_MOST; i++) {
		struct slot *slot = &ahead->slots[i];

		if (slot->state == ASKED &&
		    (!next || slot->ticket < next->ticket))
			next = slot;
	}
	return next;
}

/* NULL: it ends. Locked before and after. */
static struct slot *
wait_for_one(struct ahead *ahead)
{
	struct slot *slot;

	while (!ahead->ending && !(slot = next_asked(ahead))) {
		if (ahead->snapshot_at) {
			pthread_mutex_unlock(&ahead->lock);
			end_snapshot(ahead);
			pthread_mutex_lock(&ahead->lock);
			continue;
		}
		pthread_cond_wait(&ahead->changed, &ahead->lock);
	}
	return ahead->ending ? NULL : slot;
}

static void *
run_ahead(void *arg)
{
	struct ahead *ahead = arg;
	struct slot *slot;

	pthread_mutex_lock(&ahead->lock);
	while ((slot = wait_for_one(ahead))) {
		struct ahead_made made;

		slot->state = MAKING;
		pthread_mutex_unlock(&ahead->lock);
		keep_snapshot(ahead);
		make(ahead, &slot->row, &made);
		pthread_mutex_lock(&ahead->lock);
		slot->made = made;
		slot->made_at = clock_monotonic_ms();
		slot->state = MADE;
		net_smtp_wake(ahead->run->smtp);
	}
	pthread_mutex_unlock(&ahead->lock);
	end_snapshot(ahead);
	return NULL;
}

enum sg_status
ahead_open(struct run *run, struct ahead **ahead_out, struct sg_err *err)
{
	struct ahead *ahead = calloc(1, sizeof(*ahead));
	enum sg_status status;

	if (!ahead)
		return err_set(err, SG_FAILED, "out of memory");
	ahead->run = run;
	ahead->readers = run->broadcasts->readers;
	status = store_readers_take(run->broadcasts->readers, &ahead->store,
				    err);
	if (status != SG_OK) {
		free(ahead);
		return status;
	}
	pthread_mutex_init(&ahead->lock, NULL);
	pthread_cond_init(&ahead->changed, NULL);
	if (pthread_create(&ahead->thread, NULL, run_ahead, ahead) == 0) {
		*ahead_out = ahead;
		return SG_OK;
	}
	ahead->run = NULL;
	ahead_close(ahead);
	return err_set(err, SG_FAILED, "no thread");
}

static void
forget(struct slot *slot)
{
	if (slot->state == MADE)
		flight_free(slot->made.flight);
	slot->state = FREE;
}

void
ahead_close(struct ahead *ahead)
{
	size_t i;

	if (!ahead)
		return;
	if (ahead->run) {
		pthread_mutex_lock(&ahead->lock);
		ahead->ending = true;
		pthread_cond_signal(&ahead->changed);
		pthread_mutex_unlock(&ahead->lock);
		pthread_join(ahead->thread, NULL);
	}
	for (i = 0; i < AHEAD_MOST; i++)
		forget(&ahead->slots[i]);
	store_readers_give(ahead->readers, ahead->store);
	pthread_cond_destroy(&ahead->changed);
	pthread_mutex_destroy(&ahead->lock);
	free(ahead);
}

/* --- the sending thread's --------------------------------------------------
 */

static struct slot *
slot_of(struct ahead *ahead, uint32_t record_id)
{
	size_t i;

	for (i = 0; i < AHEAD_MOST; i++)
		if (ahead->slots[i].state != FREE &&
		    ahead->slots[i].row.record_id == record_id)
			return &ahead->slots[i];
	return NULL;
}

static struct slot *
slot_in(struct ahead *ahead, enum slot_state state)
{
	size_t i;

	for (i = 0; i < AHEAD_MOST; i++)
		if (ahead->slots[i].state == state)
			return &ahead->slots[i];
	return NULL;
}

static void
ask(struct ahead *ahead, struct slot *slot, const struct store_recipient *row)
{
	slot->state = ASKED;
	slot->row = *row;
	slot->row.reason = ""; /* the slice's, which ends */
	slot->ticket = ahead->n_tickets++;
	pthread_cond_signal(&ahead->changed);
}

static bool
is_old(const struct slot *slot)
{
	return slot->state == MADE &&
	       clock_monotonic_ms() - slot->made_at > AHEAD_OLD_MS;
}

void
ahead_ask(struct ahead *ahead, const struct store_recipient *row)
{
	struct slot *slot;
	size_t i;

	pthread_mutex_lock(&ahead->lock);
	slot = slot_in(ahead, FREE);
	for (i = 0; !slot && i < AHEAD_MOST; i++)
		if (is_old(&ahead->slots[i]))
			slot = &ahead->slots[i];
	if (slot && !slot_of(ahead, row->record_id)) {
		forget(slot);
		ask(ahead, slot, row);
	}
	pthread_mutex_unlock(&ahead->lock);
}

/* Its turn, and it was not asked for: somebody whose turn it is not gives way,
 * who may be waiting for the pace of his domain. */
static void
ask_now(struct ahead *ahead, const struct store_recipient *row)
{
	struct slot *slot = slot_in(ahead, FREE);

	if (!slot)
		slot = slot_in(ahead, MADE);
	if (!slot)
		slot = slot_in(ahead, ASKED);
	if (!slot)
		return;
	forget(slot);
	ask(ahead, slot, row);
}

bool
ahead_take(struct ahead *ahead, const struct store_recipient *row,
	   struct ahead_made *made_out)
{
	struct slot *slot;
	bool made;

	pthread_mutex_lock(&ahead->lock);
	slot = slot_of(ahead, row->record_id);
	if (slot && is_old(slot)) {
		forget(slot);
		ask(ahead, slot, row);
	}
	if (!slot)
		ask_now(ahead, row);
	made = slot && slot->state == MADE;
	if (made) {
		*made_out = slot->made;
		slot->state = FREE;
	}
	pthread_mutex_unlock(&ahead->lock);
	return made;
}
