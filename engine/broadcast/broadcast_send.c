/*
 * broadcast_send.c - sending one broadcast: from the queued recipients in the
 * store to the MTA, and what came of each back into the store. Nothing here
 * waits: others are sent at the same time.
 *
 * Who was handed over in this run is in `handed`, who was in an earlier one is
 * in the journal: neither is ever sent again. States reach the store in
 * batches; the queue is only read from the start (broadcast_slice.c) once
 * everything known has reached it.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "broadcast/broadcast_ahead.h"
#include "broadcast/broadcast_run.h"

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
	broadcast_running_say(run->broadcasts, run->running, why);
	run->says_why = true;
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

	if (run->hurries)
		return 0;
	return each < 1 ? 1 : each < RUN_WAIT_MS ? (int)each : RUN_WAIT_MS;
}

/* --- its turn ------------------------------------------------------------ */

static void
end_sending(struct run *run, enum run_step step)
{
	run->step = step;
	slice_forget(run);
}

bool
run_turn(struct run *run, size_t connections, size_t n_ahead)
{
	struct slice_found found;
	struct ahead_made made;
	enum slice_end end;

	run->hurries = false;
	if (run->under_way >= connections || !may_send(run))
		return false;
	end = slice_find(run, &found);
	run->hurries = end == SLICE_STEP;
	if (end == SLICE_OVER)
		end_sending(run, RUN_SETTLING);
	if (end != SLICE_FOUND)
		return false;
	slice_look_ahead(run, n_ahead);
	if (!ahead_take(run->shared->ahead, run, &found.row, &made))
		return false;
	slice_took(run, &found);
	send_one(run, &made, found.domain);
	return true;
}

/* --- what becomes of it -------------------------------------------------- */

bool
run_is_clear(const struct run *run)
{
	return !run->under_way && !run->owed && !run->put.n && !run->writing.n;
}

/* Some were put off: again, later, and later each time. */
static void
rest_before_retry(struct run *run, int64_t now)
{
	unsigned n = run->pass < PASS_MOST ? run->pass : PASS_MOST;
	int64_t ms = run->broadcasts->retry_ms << n;
	char why[BROADCAST_WAITS_SIZE];

	run->calm_until = now + ms;
	run->pass++;
	snprintf(why, sizeof(why),
		 "who was put off with 4xx is tried again within %lld s",
		 (long long)((ms + 999) / 1000));
	broadcast_running_say(run->broadcasts, run->running, why);
	run->says_why = true;
}

static bool
queue_is_empty(struct run *run)
{
	uint64_t counts[RECIPIENT_N_STATES];
	struct sg_err err;

	return store_recipients_counts(run->store, run->name, counts, &err) ==
		       SG_OK &&
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
	if (!run->trouble)
		rest_before_retry(run, now);
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
