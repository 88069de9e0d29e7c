/* broadcast_ahead.c - see broadcast_ahead.h. */
#include "broadcast/broadcast_ahead.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "rule/condition_set.h"

enum { SNAPSHOT_MS = 200 }; /* mails of one glance at the store */

enum slot_state { FREE, ASKED, MAKING, MADE };

struct slot {
	enum slot_state state;
	struct run *run;
	uint64_t ticket; /* the lowest is made first */
	struct store_recipient row;
	struct ahead_made made;
	int64_t made_at; /* monotonic ms */
};

struct ahead {
	struct run_shared *shared;
	struct store *store;
	int64_t snapshot_at; /* monotonic ms; 0 = there is none */
	pthread_t thread;
	bool started;
	pthread_mutex_t lock;	/* what follows */
	pthread_cond_t asked;	/* or it ends */
	pthread_cond_t is_made; /* whoever forgets waits */
	struct slot slots[AHEAD_MOST];
	uint64_t n_tickets;
	bool awaited; /* the sending thread has nothing else to send */
	bool ending;
};

/* --- asked once more ----------------------------------------------------- */

/* When sending takes long, it is all asked once more: who fell below or left
 * meanwhile is skipped. SG_REFUSED: with why, as short as in the choice. */
static enum sg_status
recheck(const struct ahead *ahead, const struct run *run, uint32_t record_id,
	int64_t now, struct sg_err *err)
{
	struct stored_view *view = NULL;
	struct sg_err why = {.text = ""};
	enum sg_status status;
	bool holds = false;

	if (run->broadcasts->recheck_ms < 0 ||
	    now - run->row.started_at < run->broadcasts->recheck_ms)
		return SG_OK;
	status = broadcast_may_get(ahead->store, record_id,
				   template_list(run->template), now, &why);
	if (status == SG_NONE)
		return err_set(err, SG_REFUSED, "%.*s",
			       (int)strcspn(why.text, ":"), why.text);
	if (status != SG_OK)
		return err_set(err, status, "%s", why.text);
	status = stored_view_open(ahead->store, run->broadcasts->scoreboard,
				  record_id, now, &view, err);
	if (status == SG_OK) {
		holds = condition_test(run->condition, stored_view_get(view),
				       NULL, now);
		status = stored_view_check(view, err);
	}
	stored_view_close(view);
	return status == SG_OK && !holds
		       ? err_set(err, SG_REFUSED,
				 "the condition holds no longer")
		       : status;
}

/* --- making -------------------------------------------------------------- */

static void
make(const struct ahead *ahead, struct run *run,
     const struct store_recipient *row, struct ahead_made *made)
{
	int64_t now = clock_now();
	struct flight *flight;

	*made = (struct ahead_made){.record_id = row->record_id};
	made->status = recheck(ahead, run, row->record_id, now, &made->err);
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

/* Those of one broadcast may be handed over from now on: noted so that it
 * survives the machine. */
static void
prepare(struct run *run, struct slot *const *batch, size_t n)
{
	struct journal_prepared prepared[AHEAD_BATCH];
	size_t i, n_prepared = 0;
	enum sg_status status;
	struct sg_err err;

	for (i = 0; i < n; i++)
		if (batch[i]->run == run && batch[i]->made.flight)
			prepared[n_prepared++] = (struct journal_prepared){
				batch[i]->row.record_id,
				batch[i]->made.flight->mail.message_id};
	status = n_prepared ? journal_prepare(run->journal, prepared,
					      n_prepared, &err)
			    : SG_OK;
	for (i = 0; i < n && status != SG_OK; i++) {
		struct ahead_made *made = &batch[i]->made;

		if (batch[i]->run != run || !made->flight)
			continue;
		flight_free(made->flight);
		made->flight = NULL;
		/* Not now; never is SG_NONE or SG_REFUSED. */
		made->status = err_set(&made->err, SG_BUSY, "%s", err.text);
	}
}

static void
make_batch(struct ahead *ahead, struct slot *const *batch, size_t n)
{
	size_t i, j;

	keep_snapshot(ahead);
	for (i = 0; i < n; i++)
		make(ahead, batch[i]->run, &batch[i]->row, &batch[i]->made);
	for (i = 0; i < n && ahead->shared->broadcasts->sync; i++) {
		for (j = 0; batch[j]->run != batch[i]->run;)
			j++;
		if (j == i) /* the first of its run */
			prepare(batch[i]->run, batch, n);
	}
}

/* --- the thread ---------------------------------------------------------- */

static size_t
count(const struct ahead *ahead, enum slot_state state)
{
	size_t i, n = 0;

	for (i = 0; i < AHEAD_MOST; i++)
		n += ahead->slots[i].state == state;
	return n;
}

/* Something to do: enough for a batch, or there will soon be nothing to send.
 * Each batch costs the disk a sync, which the MTA's own wait for. */
static bool
is_due(const struct ahead *ahead)
{
	size_t n = count(ahead, ASKED);

	return n >= AHEAD_BATCH ||
	       (n > 0 &&
		(ahead->awaited || count(ahead, MADE) < AHEAD_BATCH / 2));
}

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

/* Those whose turn comes first; 0: it ends. Locked before and after. */
static size_t
wait_for_some(struct ahead *ahead, struct slot *batch[AHEAD_BATCH])
{
	struct slot *slot;
	size_t n = 0;

	while (!ahead->ending && !is_due(ahead)) {
		if (ahead->snapshot_at) {
			pthread_mutex_unlock(&ahead->lock);
			end_snapshot(ahead);
			pthread_mutex_lock(&ahead->lock);
			continue;
		}
		pthread_cond_wait(&ahead->asked, &ahead->lock);
	}
	while (!ahead->ending && n < AHEAD_BATCH &&
	       (slot = next_asked(ahead))) {
		slot->state = MAKING;
		batch[n++] = slot;
	}
	return n;
}

static void *
run_ahead(void *arg)
{
	struct ahead *ahead = arg;
	struct slot *batch[AHEAD_BATCH];
	size_t n, i;

	prctl(PR_SET_NAME, "mails-ahead", 0, 0, 0);
	pthread_mutex_lock(&ahead->lock);
	while ((n = wait_for_some(ahead, batch)) > 0) {
		bool awaited;

		pthread_mutex_unlock(&ahead->lock);
		make_batch(ahead, batch, n);
		pthread_mutex_lock(&ahead->lock);
		for (i = 0; i < n; i++) {
			batch[i]->made_at = clock_monotonic_ms();
			batch[i]->state = MADE;
		}
		awaited = ahead->awaited;
		ahead->awaited = false;
		pthread_cond_signal(&ahead->is_made);
		if (awaited)
			net_smtp_wake(ahead->shared->smtp);
	}
	pthread_mutex_unlock(&ahead->lock);
	end_snapshot(ahead);
	return NULL;
}

enum sg_status
ahead_open(struct run_shared *shared, struct ahead **ahead_out,
	   struct sg_err *err)
{
	struct ahead *ahead = calloc(1, sizeof(*ahead));
	enum sg_status status;

	if (!ahead)
		return err_set(err, SG_FAILED, "out of memory");
	ahead->shared = shared;
	status = store_readers_take(shared->broadcasts->readers, &ahead->store,
				    err);
	if (status != SG_OK) {
		free(ahead);
		return status;
	}
	pthread_mutex_init(&ahead->lock, NULL);
	pthread_cond_init(&ahead->asked, NULL);
	pthread_cond_init(&ahead->is_made, NULL);
	ahead->started =
		pthread_create(&ahead->thread, NULL, run_ahead, ahead) == 0;
	if (ahead->started) {
		*ahead_out = ahead;
		return SG_OK;
	}
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
	if (ahead->started) {
		pthread_mutex_lock(&ahead->lock);
		ahead->ending = true;
		pthread_cond_signal(&ahead->asked);
		pthread_mutex_unlock(&ahead->lock);
		pthread_join(ahead->thread, NULL);
	}
	for (i = 0; i < AHEAD_MOST; i++)
		forget(&ahead->slots[i]);
	store_readers_give(ahead->shared->broadcasts->readers, ahead->store);
	pthread_cond_destroy(&ahead->asked);
	pthread_cond_destroy(&ahead->is_made);
	pthread_mutex_destroy(&ahead->lock);
	free(ahead);
}

/* --- the sending thread's --------------------------------------------------
 */

static struct slot *
slot_of(struct ahead *ahead, const struct run *run, uint32_t record_id)
{
	size_t i;

	for (i = 0; i < AHEAD_MOST; i++)
		if (ahead->slots[i].state != FREE &&
		    ahead->slots[i].run == run &&
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
ask(struct ahead *ahead, struct slot *slot, struct run *run,
    const struct store_recipient *row)
{
	slot->state = ASKED;
	slot->run = run;
	slot->row = *row;
	slot->row.reason = ""; /* the slice's, which ends */
	slot->ticket = ahead->n_tickets++;
}

static bool
is_old(const struct slot *slot)
{
	return slot->state == MADE &&
	       clock_monotonic_ms() - slot->made_at > AHEAD_OLD_MS;
}

void
ahead_ask(struct ahead *ahead, struct run *run,
	  const struct store_recipient *row)
{
	struct slot *slot;
	size_t i;

	pthread_mutex_lock(&ahead->lock);
	slot = slot_in(ahead, FREE);
	for (i = 0; !slot && i < AHEAD_MOST; i++)
		if (is_old(&ahead->slots[i]))
			slot = &ahead->slots[i];
	if (slot && !slot_of(ahead, run, row->record_id)) {
		forget(slot);
		ask(ahead, slot, run, row);
	}
	if (is_due(ahead))
		pthread_cond_signal(&ahead->asked);
	pthread_mutex_unlock(&ahead->lock);
}

/* Its turn, and it was not asked for: somebody whose turn it is not gives way,
 * who may be waiting for the pace of his domain. */
static void
ask_now(struct ahead *ahead, struct run *run, const struct store_recipient *row)
{
	struct slot *slot = slot_in(ahead, FREE);

	if (!slot)
		slot = slot_in(ahead, MADE);
	if (!slot)
		slot = slot_in(ahead, ASKED);
	if (!slot)
		return;
	forget(slot);
	ask(ahead, slot, run, row);
}

bool
ahead_take(struct ahead *ahead, struct run *run,
	   const struct store_recipient *row, struct ahead_made *made_out)
{
	struct slot *slot;
	bool made;

	pthread_mutex_lock(&ahead->lock);
	slot = slot_of(ahead, run, row->record_id);
	if (slot && is_old(slot)) {
		forget(slot);
		ask(ahead, slot, run, row);
	}
	if (!slot)
		ask_now(ahead, run, row);
	made = slot && slot->state == MADE;
	if (made) {
		*made_out = slot->made;
		slot->state = FREE;
	} else {
		ahead->awaited = true;
	}
	if (is_due(ahead))
		pthread_cond_signal(&ahead->asked);
	pthread_mutex_unlock(&ahead->lock);
	return made;
}

void
ahead_forget(struct ahead *ahead, const struct run *run)
{
	size_t i;

	pthread_mutex_lock(&ahead->lock);
	for (i = 0; i < AHEAD_MOST; i++) {
		struct slot *slot = &ahead->slots[i];

		while (slot->state == MAKING && slot->run == run)
			pthread_cond_wait(&ahead->is_made, &ahead->lock);
		if (slot->run == run)
			forget(slot);
	}
	pthread_mutex_unlock(&ahead->lock);
}
