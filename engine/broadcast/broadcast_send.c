/*
 * broadcast_send.c - sending one broadcast: from the queued recipients in the
 * store to the MTA, and what came of each back into the store.
 *
 * Who was handed over in this run is in `handed`, who was in an earlier one is
 * in the journal: neither is ever sent again. States reach the store in
 * batches; a slice of queued recipients is only read anew (from the start)
 * once everything known has reached it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "broadcast/broadcast_ahead.h"
#include "broadcast/broadcast_run.h"
#include "mail/address.h"
#include "rule/condition_set.h"
#include "store/store_list.h"
#include "store/store_record.h"
#include "store/store_suppression.h"

enum {
	SLICE = 256,	      /* recipients read at once */
	BATCH_MS = 500,	      /* states are written at least so often */
	WAIT_MS = 50,	      /* for the MTA to say something */
	RATE_MS = 1000,	      /* how often the rate is looked at */
	PASS_MOST = 6,	      /* the wait is doubled so often */
	CALM_MOST_MS = 60000, /* the longest rest after trouble with the MTA */
	DRAIN_MS = 5000	      /* at stop, for mails under way */
};

/* A slice and who of it is still to do. */
struct slice {
	struct store_recipients rows;
	bool done[SLICE];
	size_t n_ahead;		 /* so many of them were asked for ahead */
	uint64_t domains[SLICE]; /* hashes; 0 = not looked at yet */
};

static enum sg_status
flush_call(void *arg, struct store *store, struct sg_err *err)
{
	struct run *run = arg;

	return store_recipients_put(store, run->name, run->batch, run->n_batch,
				    err);
}

bool
run_flush(struct run *run)
{
	struct sg_err err;

	run->flushed_at = clock_monotonic_ms();
	if (run->n_batch == 0)
		return true;
	if (apply_call(run->broadcasts->apply, flush_call, run, &err) !=
	    SG_OK) {
		log_warn("broadcast %s: states not stored yet: %s", run->name,
			 err.text);
		return false;
	}
	run->n_batch = 0;
	return true;
}

bool
run_put(struct run *run, const struct store_recipient *row)
{
	char *reason;

	if (run->n_batch == RUN_BATCH_MOST && !run_flush(run))
		return false;
	reason = run->reasons[run->n_batch];
	snprintf(reason, sizeof(run->reasons[0]), "%s", row->reason);
	run->batch[run->n_batch] = *row;
	run->batch[run->n_batch++].reason = reason;
	return true;
}

void
run_calm_down(struct run *run, const char *why)
{
	int64_t now = clock_monotonic_ms();
	char quoted[LOG_QUOTE_SIZE];

	run->trouble = true;
	/* All mails under way fail at once: that is one trouble, not four. */
	if (now < run->calm_until)
		return;
	log_warn("broadcast %s waits %lld s: %s", run->name,
		 (long long)(run->calm_ms / 1000),
		 log_quote_private(why, quoted));
	run->calm_until = now + run->calm_ms;
	run->calm_ms = run->calm_ms * 2 < CALM_MOST_MS ? run->calm_ms * 2
						       : CALM_MOST_MS;
}

static bool
skip(struct run *run, uint32_t record_id, const char *reason)
{
	struct store_recipient row = {.record_id = record_id,
				      .state = RECIPIENT_SKIPPED,
				      .reason = reason,
				      .changed_at = clock_now()};

	if (!run_put(run, &row))
		return false;
	record_set_add(run->handed, record_id);
	return true;
}

/* --- one recipient ------------------------------------------------------- */

/* SG_NONE, SG_REFUSED: it will never be; else: not now. */
static void
not_made(struct run *run, uint32_t record_id, enum sg_status status,
	 const struct sg_err *err)
{
	if ((status != SG_NONE && status != SG_REFUSED) ||
	    !skip(run, record_id, err->text))
		run_calm_down(run, err->text);
}

static void
send_one(struct run *run, struct ahead_made *made, uint64_t domain)
{
	struct flight *flight = made->flight;

	if (made->status != SG_OK) {
		not_made(run, made->record_id, made->status, &made->err);
		return;
	}
	if (flight_begin(flight))
		pace_took(&run->pace, domain, clock_monotonic_ms());
}

/* --- how fast ------------------------------------------------------------ */

static void
measure_rate(struct run *run)
{
	struct broadcasts *broadcasts = run->broadcasts;
	int64_t now = clock_monotonic_ms(), past = now - run->rated_at;
	double rate = (double)(run->n_sent - run->n_rated) * 1000 /
		      (double)(past > 0 ? past : 1);

	if (past < RATE_MS)
		return;
	run->rated_at = now;
	run->n_rated = run->n_sent;
	pthread_mutex_lock(&broadcasts->lock);
	broadcasts->rate =
		broadcasts->rate > 0 ? (broadcasts->rate + rate) / 2 : rate;
	pthread_mutex_unlock(&broadcasts->lock);
}

/* What the operator or the daemon's stop wants of us. */
static bool
interrupted(struct run *run, enum broadcast_wish *wish_out)
{
	struct broadcasts *broadcasts = run->broadcasts;
	bool stop;

	measure_rate(run);
	pthread_mutex_lock(&broadcasts->lock);
	*wish_out = broadcasts->wish;
	stop = broadcasts->stopping || broadcasts->wish != WISH_NONE;
	pthread_mutex_unlock(&broadcasts->lock);
	return stop || run->fatal[0];
}

static bool
may_send(struct run *run)
{
	int64_t now = clock_monotonic_ms();

	/* Each mail under way must find room for its state. */
	return now >= run->calm_until && !run->owed &&
	       net_smtp_room(run->smtp) > 0 &&
	       run->n_batch + net_smtp_under_way(run->smtp) < RUN_BATCH_MOST &&
	       pace_may(&run->pace, now);
}

static void
keep_moving(struct run *run)
{
	int64_t now;

	net_smtp_run(run->smtp, WAIT_MS);
	now = clock_monotonic_ms();
	if (run->owed && now - run->owed_at > BATCH_MS) {
		run->owed_at = now;
		flight_pay(run);
	}
	if (now - run->flushed_at > BATCH_MS ||
	    (run->n_batch > RUN_BATCH_MOST / 2 && !run->owed))
		run_flush(run);
	/* Nothing under way and not allowed to send: do not spin. */
	if (net_smtp_under_way(run->smtp) == 0 && !may_send(run))
		clock_sleep_ms(WAIT_MS);
}

static bool
is_stopping(struct broadcasts *broadcasts)
{
	bool stopping;

	pthread_mutex_lock(&broadcasts->lock);
	stopping = broadcasts->stopping;
	pthread_mutex_unlock(&broadcasts->lock);
	return stopping;
}

void
run_drain(struct run *run)
{
	int64_t until = clock_monotonic_ms() + DRAIN_MS;

	/* A pause has time: cut off now, they would be doubtful. */
	while (net_smtp_under_way(run->smtp) &&
	       (clock_monotonic_ms() < until || !is_stopping(run->broadcasts)))
		net_smtp_run(run->smtp, WAIT_MS);
}

/* --- slices and passes --------------------------------------------------- */

static uint64_t
domain_of(struct run *run, uint32_t record_id)
{
	struct pool *pool = pool_new();
	struct store_record record;
	struct sg_err err;
	const char *domain = "";
	uint64_t hash;

	if (store_record_get(run->store, record_id, pool, &record, &err) ==
	    SG_OK)
		domain = address_domain(record.key);
	hash = crypto_hash64(domain, strlen(domain)) | 1;
	pool_free(pool);
	return hash;
}

static bool
is_due(struct run *run, struct slice *slice, size_t i)
{
	if (run->pace.domain_rate <= 0)
		return true;
	if (!slice->domains[i])
		slice->domains[i] =
			domain_of(run, slice->rows.rows[i].record_id);
	return pace_may_domain(&run->pace, slice->domains[i],
			       clock_monotonic_ms());
}

static bool
is_to_do(const struct run *run, const struct slice *slice, size_t i)
{
	uint32_t record_id = slice->rows.rows[i].record_id;

	return !slice->done[i] && !record_set_has(run->handed, record_id) &&
	       !record_set_has(run->retried, record_id);
}

/* Those whose turn comes soon are made meanwhile. */
static void
look_ahead(struct run *run, struct slice *slice, size_t i)
{
	size_t most = AHEAD_MOST;

	/* Not so far that it would be old by then. */
	if (run->pace.rate > 0 && run->pace.rate < AHEAD_MOST)
		most = 1;
	for (; slice->n_ahead < slice->rows.n_rows && slice->n_ahead < i + most;
	     slice->n_ahead++)
		if (slice->n_ahead >= i && is_to_do(run, slice, slice->n_ahead))
			ahead_ask(run->ahead,
				  &slice->rows.rows[slice->n_ahead]);
}

/* Once through the slice; n_left_out: whose domain's turn has not come.
 * False: interrupted. */
static bool
sweep(struct run *run, struct slice *slice, size_t *n_left_out,
      enum broadcast_wish *wish)
{
	size_t i;

	*n_left_out = 0;
	for (i = 0; i < slice->rows.n_rows && !run->trouble; i++) {
		struct ahead_made made;

		if (!is_to_do(run, slice, i))
			continue;
		if (!is_due(run, slice, i)) {
			++*n_left_out;
			continue;
		}
		look_ahead(run, slice, i);
		while (!may_send(run) ||
		       !ahead_take(run->ahead, &slice->rows.rows[i], &made)) {
			if (interrupted(run, wish))
				return false;
			keep_moving(run);
		}
		slice->done[i] = true;
		send_one(run, &made, slice->domains[i]);
		if (interrupted(run, wish))
			return false;
	}
	return true;
}

static bool
send_slice(struct run *run, struct slice *slice, enum broadcast_wish *wish)
{
	size_t n_left;

	for (;;) {
		if (!sweep(run, slice, &n_left, wish))
			return false;
		if (n_left == 0 || run->trouble)
			return true;
		if (interrupted(run, wish))
			return false;
		keep_moving(run);
	}
}

/* One pass over all that are queued. False: interrupted or failed. */
static bool
send_pass(struct run *run, enum broadcast_wish *wish, struct sg_err *err,
	  enum sg_status *status)
{
	struct slice slice;
	uint32_t after = 0;
	bool more, go_on;

	do {
		struct pool *pool = pool_new();

		memset(&slice, 0, sizeof(slice));
		*status = store_recipient_slice(run->store, run->name,
						RECIPIENT_QUEUED, after, SLICE,
						pool, &slice.rows, err);
		more = *status == SG_OK && slice.rows.n_rows > 0;
		if (more)
			after = slice.rows.rows[slice.rows.n_rows - 1]
					.record_id;
		go_on = *status == SG_OK &&
			(!more || send_slice(run, &slice, wish));
		pool_free(pool);
	} while (go_on && more && !run->trouble);
	return go_on;
}

static bool
queue_is_empty(struct run *run, struct sg_err *err)
{
	uint64_t counts[RECIPIENT_N_STATES];

	return store_recipients_counts(run->store, run->name, counts, err) ==
		       SG_OK &&
	       counts[RECIPIENT_QUEUED] == 0;
}

/* Wait until every mail has its answer and every state is stored. */
static bool
settle(struct run *run, enum broadcast_wish *wish)
{
	while (net_smtp_under_way(run->smtp)) {
		if (interrupted(run, wish))
			return false;
		net_smtp_run(run->smtp, WAIT_MS);
	}
	while (!flight_pay(run) || !run_flush(run)) {
		if (interrupted(run, wish))
			return false;
		clock_sleep_ms(WAIT_MS * 4);
	}
	return !run->fatal[0];
}

bool
run_send_all(struct run *run, enum broadcast_wish *wish, struct sg_err *err,
	     enum sg_status *status)
{
	for (;;) {
		run->trouble = false;
		if (!send_pass(run, wish, err, status) || !settle(run, wish))
			break;
		if (queue_is_empty(run, err))
			return true;
		/* Some were put off: again, later. */
		if (!run->trouble) {
			unsigned n =
				run->pass < PASS_MOST ? run->pass : PASS_MOST;

			run->calm_until = clock_monotonic_ms() +
					  (run->broadcasts->retry_ms << n);
			run->pass++;
		}
		run->n_later = 0;
		record_set_free(run->retried);
		run->retried = record_set_new();
	}
	if (run->fatal[0])
		*status = err_set(err, SG_REFUSED, "%s", run->fatal);
	return false;
}
