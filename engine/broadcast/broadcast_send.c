/*
 * broadcast_send.c - sending one broadcast: from the queued recipients in the
 * store to the MTA, and what came of each back into the store. Nothing here
 * waits: others are sent at the same time.
 *
 * Who was handed over in this run is in `handed`, who was in an earlier one is
 * in the journal: neither is ever sent again. States reach the store in
 * batches; a slice of queued recipients is only read anew (from the start)
 * once everything known has reached it.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "broadcast/broadcast_ahead.h"
#include "broadcast/broadcast_run.h"
#include "mail/address.h"
#include "store/store_record.h"

enum {
	RATE_MS = 1000,	     /* how often the rate is looked at */
	PASS_MOST = 6,	     /* the wait is doubled so often */
	CALM_MOST_MS = 60000 /* the longest rest after trouble with the MTA */
};

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

	if (!states_put(run, &row))
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

/* And what the operator wants of us. */
static void
measure_rate(struct run *run, int64_t now)
{
	struct broadcasts *broadcasts = run->broadcasts;
	struct broadcast_running *running = run->running;
	int64_t past = now - run->rated_at;
	double rate = (double)(run->n_sent - run->n_rated) * 1000 /
		      (double)(past > 0 ? past : 1);

	pthread_mutex_lock(&broadcasts->lock);
	run->wish = running->wish;
	if (past >= RATE_MS) {
		running->rate =
			running->rate > 0 ? (running->rate + rate) / 2 : rate;
		run->rated_at = now;
		run->n_rated = run->n_sent;
	}
	pthread_mutex_unlock(&broadcasts->lock);
}

static bool
may_send(struct run *run)
{
	int64_t now = clock_monotonic_ms();

	return run->step == RUN_SENDING && now >= run->calm_until &&
	       !run->in_debt && states_have_room(run) &&
	       pace_may(&run->pace, now);
}

int
run_wait_ms(const struct run *run)
{
	double each = run->pace.rate > 0 ? 1000 / run->pace.rate : RUN_WAIT_MS;

	return each < 1 ? 1 : each < RUN_WAIT_MS ? (int)each : RUN_WAIT_MS;
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

	if (store_record_get(run->shared->store, record_id, pool, &record,
			     &err) == SG_OK)
		domain = address_domain(record.key);
	hash = crypto_hash64(domain, strlen(domain)) | 1;
	pool_free(pool);
	return hash;
}

static bool
is_due(struct run *run, size_t i)
{
	struct slice *slice = &run->slice;

	if (run->pace.domain_rate <= 0)
		return true;
	if (!slice->domains[i])
		slice->domains[i] =
			domain_of(run, slice->rows.rows[i].record_id);
	return pace_may_domain(&run->pace, slice->domains[i],
			       clock_monotonic_ms());
}

static bool
is_to_do(const struct run *run, size_t i)
{
	uint32_t record_id = run->slice.rows.rows[i].record_id;

	return !run->slice.done[i] && !record_set_has(run->handed, record_id) &&
	       !record_set_has(run->retried, record_id);
}

/* Those whose turn comes soon are made meanwhile. */
static void
look_ahead(struct run *run, size_t most)
{
	struct slice *slice = &run->slice;
	size_t fits = AHEAD_BYTES / (run->row.template_len + 1);

	if (most > fits)
		most = fits;
	/* Not so far that it would be old by then. */
	if (most < 1 || (run->pace.rate > 0 && run->pace.rate < (double)most))
		most = 1;
	for (; slice->n_ahead < slice->rows.n_rows &&
	       slice->n_ahead < slice->at + most;
	     slice->n_ahead++)
		if (slice->n_ahead >= slice->at &&
		    is_to_do(run, slice->n_ahead))
			ahead_ask(run->shared->ahead, run,
				  &slice->rows.rows[slice->n_ahead]);
}

static void
forget_slice(struct run *run)
{
	pool_free(run->slice.pool);
	memset(&run->slice, 0, sizeof(run->slice));
}

/* The next ones of those queued. False: the pass is over, or the store is
 * away. */
static bool
read_slice(struct run *run)
{
	struct slice *slice = &run->slice;
	struct sg_err err;

	forget_slice(run);
	slice->pool = pool_new();
	if (store_recipient_slice(run->shared->store, run->name,
				  RECIPIENT_QUEUED, run->after, RUN_SLICE,
				  slice->pool, &slice->rows, &err) != SG_OK) {
		run_calm_down(run, err.text);
		return false;
	}
	if (!slice->rows.n_rows)
		return false;
	run->after = slice->rows.rows[slice->rows.n_rows - 1].record_id;
	return true;
}

enum found { FOUND, FOUND_LATER, FOUND_NONE };

/* Whose turn it is, in this slice. */
static enum found
find_in_slice(struct run *run)
{
	struct slice *slice = &run->slice;

	for (; slice->at < slice->rows.n_rows; slice->at++) {
		if (!is_to_do(run, slice->at))
			continue;
		if (is_due(run, slice->at))
			return FOUND;
		slice->n_left++;
	}
	if (!slice->n_left)
		return FOUND_NONE;
	/* Their domains' turn has not come: from the start, another time. */
	slice->at = slice->n_left = 0;
	return FOUND_LATER;
}

static void
end_sending(struct run *run, enum run_step step)
{
	run->step = step;
	forget_slice(run);
	run->after = 0;
}

bool
run_turn(struct run *run, size_t connections, size_t n_ahead)
{
	struct slice *slice = &run->slice;
	struct ahead_made made;
	enum found found;

	if (run->under_way >= connections || !may_send(run))
		return false;
	while ((found = find_in_slice(run)) == FOUND_NONE)
		if (!read_slice(run)) {
			end_sending(run, RUN_SETTLING);
			return false;
		}
	if (found == FOUND_LATER)
		return false;
	look_ahead(run, n_ahead);
	if (!ahead_take(run->shared->ahead, run, &slice->rows.rows[slice->at],
			&made))
		return false;
	slice->done[slice->at] = true;
	send_one(run, &made, slice->domains[slice->at]);
	return true;
}

/* --- what becomes of it -------------------------------------------------- */

bool
run_is_clear(const struct run *run)
{
	return !run->under_way && !run->owed && !run->put.n && !run->writing.n;
}

static bool
queue_is_empty(struct run *run)
{
	uint64_t counts[RECIPIENT_N_STATES];
	struct sg_err err;

	return store_recipients_counts(run->shared->store, run->name, counts,
				       &err) == SG_OK &&
	       counts[RECIPIENT_QUEUED] == 0;
}

/* Every mail has its answer and every state is stored. */
static void
end_pass(struct run *run, int64_t now)
{
	run->step = RUN_SENDING;
	if (queue_is_empty(run)) {
		run->complete = true;
		run->step = RUN_ENDING;
		return;
	}
	/* Some were put off: again, later. */
	if (!run->trouble) {
		unsigned n = run->pass < PASS_MOST ? run->pass : PASS_MOST;

		run->calm_until = now + (run->broadcasts->retry_ms << n);
		run->pass++;
	}
	run->trouble = false;
	run->n_later = 0;
	record_set_free(run->retried);
	run->retried = record_set_new();
}

static void
conclude(struct run *run, int64_t now)
{
	if (now < run->conclude_at)
		return;
	run->conclude_at = now + RUN_AGAIN_MS;
	if (run_conclude(run))
		run->step = RUN_OVER;
}

void
run_look(struct run *run, int64_t now)
{
	measure_rate(run, now);
	flight_pay_by_and_by(run, now);
	if (run->step == RUN_SENDING && run->trouble)
		end_sending(run, RUN_SETTLING);
	if ((run->wish != WISH_NONE || run->fatal[0]) &&
	    run->step != RUN_ENDING)
		end_sending(run, RUN_ENDING);
	if (run->step == RUN_SETTLING && run_is_clear(run))
		end_pass(run, now);
	if (run->step == RUN_ENDING && run_is_clear(run))
		conclude(run, now);
}
