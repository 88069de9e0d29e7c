/*
 * broadcast_send.c - sending one broadcast: from the queued recipients in the
 * store to the MTA, and what came of each back into the store.
 *
 * Who was handed over in this run is in `handed`, who was in an earlier one is
 * in the journal: neither is ever sent again. States reach the store in
 * batches; a slice of queued recipients is only read anew (from the start)
 * once everything known has reached it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "broadcast/broadcast_run.h"
#include "rule/condition_set.h"

enum {
	SLICE = 256,	      /* recipients read at once */
	BATCH_MS = 500,	      /* states are written at least so often */
	WAIT_MS = 50,	      /* for the MTA to say something */
	CALM_MOST_MS = 60000, /* the longest rest after trouble with the MTA */
	DRAIN_MS = 5000	      /* at stop, for mails under way */
};

/* One mail on its way. */
struct flight {
	struct run *run;
	uint32_t record_id;
	struct broadcast_mail mail;
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

void
run_put(struct run *run, const struct store_recipient *row)
{
	char *reason;

	/* A full batch that cannot be stored: the journal still knows. */
	if (run->n_batch == RUN_BATCH_MOST && !run_flush(run))
		return;
	reason = run->reasons[run->n_batch];
	snprintf(reason, sizeof(run->reasons[0]), "%s", row->reason);
	run->batch[run->n_batch] = *row;
	run->batch[run->n_batch++].reason = reason;
}

static void
note(struct run *run, enum journal_mark mark, const struct flight *flight,
     const char *reason)
{
	struct journal_line line = {mark, flight->record_id,
				    flight->mail.message_id, reason};
	struct sg_err err;

	if (journal_note(run->journal, &line, run->broadcasts->sync, &err) !=
	    SG_OK)
		log_error("broadcast %s: %s", run->name, err.text);
}

/* broadcast.sent, or the bounce that the MTA's refusal is. */
static void
emit(struct run *run, const struct flight *flight, const char *signal_name,
     const struct net_smtp_result *result)
{
	struct signal signal;
	struct sg_err err;
	struct buf id = BUF_INIT;
	bool hard = result->status[0]
			    ? !strncmp(result->status, "5.1.", 4)
			    : result->code == 550 || result->code == 553;

	signal_init(&signal, signal_name, clock_now());
	signal.record_key = flight->mail.record_key;
	signal.key = flight->mail.recipient;
	signal.message_id = flight->mail.message_id;
	signal.source = "broadcast";
	buf_printf(&id, "broadcast %s %s %u", signal_name, run->name,
		   flight->record_id);
	signal.external_id = crypto_hash64(buf_text(&id), id.len);
	buf_done(&id);
	if (signal_set(&signal, "broadcast", run->name, &err) != SG_OK ||
	    signal_set(&signal, "campaign", run->name, &err) != SG_OK)
		return;
	if (result->end == NET_SMTP_REFUSED &&
	    (signal_set(&signal, "class", hard ? "hard" : "soft", &err) !=
		     SG_OK ||
	     signal_set(&signal, "status", result->status, &err) != SG_OK ||
	     signal_set(&signal, "diagnostic", result->text, &err) != SG_OK))
		return;
	if (spool_append(run->broadcasts->spool, &signal, SPOOL_WRITTEN, NULL,
			 &err) != SG_OK)
		log_error("broadcast %s: %s not kept: %s", run->name,
			  signal_name, err.text);
}

static void
handing_over(void *arg)
{
	struct flight *flight = arg;

	note(flight->run, JOURNAL_HANDING_OVER, flight, "");
}

static void
calm_down(struct run *run, const char *why)
{
	if (clock_monotonic_ms() >= run->calm_until)
		log_warn("broadcast %s waits %lld s: %s", run->name,
			 (long long)(run->calm_ms / 1000), why);
	run->calm_until = clock_monotonic_ms() + run->calm_ms;
	run->calm_ms = run->calm_ms * 2 < CALM_MOST_MS ? run->calm_ms * 2
						       : CALM_MOST_MS;
	run->trouble = true;
}

/* Refused for now: back to the queue, or given up after `tries` passes. */
static void
later(struct run *run, struct flight *flight,
      const struct net_smtp_result *result, struct store_recipient *row)
{
	note(run, JOURNAL_RETURNED, flight, result->text);
	if (result->end == NET_SMTP_LATER &&
	    run->pass + 1 >= run->broadcasts->tries) {
		row->state = RECIPIENT_FAILED;
		note(run, JOURNAL_FAILED, flight, result->text);
		return;
	}
	record_set_remove(run->handed, flight->record_id);
	record_set_add(run->retried, flight->record_id);
	row->state = RECIPIENT_QUEUED;
	if (result->end == NET_SMTP_UNREACHABLE)
		calm_down(run, result->text);
}

static void
done(void *arg, const struct net_smtp_result *result)
{
	struct flight *flight = arg;
	struct run *run = flight->run;
	struct store_recipient row = {
		.record_id = flight->record_id,
		.reason = result->end == NET_SMTP_SENT ? "" : result->text,
		.message_id = flight->mail.message_id,
		.changed_at = clock_now(),
	};

	switch (result->end) {
	case NET_SMTP_SENT:
		row.state = RECIPIENT_SENT;
		run->n_sent++;
		run->calm_ms = RUN_CALM_FIRST_MS;
		note(run, JOURNAL_SENT, flight, "");
		emit(run, flight, "broadcast.sent", result);
		break;
	case NET_SMTP_REFUSED:
		row.state = RECIPIENT_FAILED;
		note(run, JOURNAL_FAILED, flight, result->text);
		emit(run, flight, "email.bounced", result);
		break;
	case NET_SMTP_DOUBTFUL:
		row.state = RECIPIENT_DOUBTFUL;
		break;
	default:
		later(run, flight, result, &row);
	}
	run_put(run, &row);
	broadcast_mail_done(&flight->mail);
	free(flight);
}

static void
skip(struct run *run, uint32_t record_id, const char *reason)
{
	struct store_recipient row = {.record_id = record_id,
				      .state = RECIPIENT_SKIPPED,
				      .reason = reason,
				      .changed_at = clock_now()};

	record_set_add(run->handed, record_id);
	run_put(run, &row);
}

/* When sending takes long, the condition is asked once more: who fell below
 * or left meanwhile is skipped. */
static bool
still_wanted(struct run *run, uint32_t record_id, int64_t now)
{
	struct stored_view *view;
	struct sg_err err;
	bool wanted;

	if (run->broadcasts->recheck_ms < 0 ||
	    now - run->started_at < run->broadcasts->recheck_ms)
		return true;
	if (stored_view_open(run->store, run->broadcasts->scoreboard, record_id,
			     now, &view, &err) != SG_OK)
		return false;
	wanted = condition_test(run->condition, stored_view_get(view), NULL,
				now);
	stored_view_close(view);
	return wanted;
}

static void
send_one(struct run *run, uint32_t record_id)
{
	int64_t now = clock_now();
	struct net_smtp_mail mail;
	struct flight *flight;
	struct sg_err err;

	if (!still_wanted(run, record_id, now)) {
		skip(run, record_id, "the condition holds no longer");
		return;
	}
	flight = calloc(1, sizeof(*flight));
	if (!flight)
		return;
	flight->run = run;
	flight->record_id = record_id;
	if (broadcast_mail_make(run->broadcasts, run->store, &run->row,
				run->template, record_id, now, &flight->mail,
				&err) != SG_OK) {
		skip(run, record_id, err.text);
		free(flight);
		return;
	}
	mail = (struct net_smtp_mail){.sender = flight->mail.sender,
				      .recipient = flight->mail.recipient,
				      .data = buf_text(&flight->mail.data),
				      .len = flight->mail.data.len,
				      .handing_over = handing_over,
				      .done = done,
				      .arg = flight};
	record_set_add(run->handed, record_id);
	if (net_smtp_send(run->smtp, &mail, &err) != SG_OK) {
		log_error("broadcast %s: %s", run->name, err.text);
		record_set_remove(run->handed, record_id);
		broadcast_mail_done(&flight->mail);
		free(flight);
	}
}

/* What the operator or the daemon's stop wants of us. */
static bool
interrupted(struct run *run, enum broadcast_wish *wish_out)
{
	struct broadcasts *broadcasts = run->broadcasts;
	int64_t ran = clock_now() - run->started_at;
	bool stop;

	pthread_mutex_lock(&broadcasts->lock);
	*wish_out = broadcasts->wish;
	stop = broadcasts->stopping || broadcasts->wish != WISH_NONE;
	broadcasts->rate =
		ran > 0 ? (double)run->n_sent * 1000 / (double)ran : 0;
	pthread_mutex_unlock(&broadcasts->lock);
	return stop;
}

static bool
may_send(struct run *run)
{
	double pace = run->broadcasts->pace;
	double ran = (double)(clock_now() - run->started_at) / 1000;

	if (clock_monotonic_ms() < run->calm_until ||
	    net_smtp_room(run->smtp) == 0)
		return false;
	/* One second's worth may go at once. */
	return pace <= 0 ||
	       (double)run->n_sent + (double)net_smtp_under_way(run->smtp) <
		       pace * (ran + 1);
}

static void
keep_moving(struct run *run)
{
	net_smtp_run(run->smtp, WAIT_MS);
	if (clock_monotonic_ms() - run->flushed_at > BATCH_MS)
		run_flush(run);
	/* Nothing under way and not allowed to send: do not spin. */
	if (net_smtp_under_way(run->smtp) == 0 && !may_send(run))
		clock_sleep_ms(WAIT_MS);
}

void
run_drain(struct run *run)
{
	int64_t until = clock_monotonic_ms() + DRAIN_MS;

	while (net_smtp_under_way(run->smtp) && clock_monotonic_ms() < until)
		net_smtp_run(run->smtp, WAIT_MS);
}

/* Sends one slice. False: interrupted. */
static bool
send_slice(struct run *run, const struct store_recipients *slice,
	   enum broadcast_wish *wish)
{
	size_t i;

	for (i = 0; i < slice->n_rows; i++) {
		uint32_t id = slice->rows[i].record_id;

		if (record_set_has(run->handed, id) ||
		    record_set_has(run->retried, id))
			continue;
		while (!may_send(run)) {
			if (interrupted(run, wish))
				return false;
			keep_moving(run);
		}
		if (interrupted(run, wish))
			return false;
		send_one(run, id);
		if (run->trouble)
			return true;
	}
	return true;
}

/* One pass over all that are queued. False: interrupted. */
static bool
send_pass(struct run *run, enum broadcast_wish *wish, struct sg_err *err,
	  enum sg_status *status)
{
	struct store_recipients slice;
	uint32_t after = 0;

	for (;;) {
		struct pool *pool = pool_new();
		bool more, go_on;

		*status = store_recipient_slice(run->store, run->name,
						RECIPIENT_QUEUED, after, SLICE,
						pool, &slice, err);
		more = *status == SG_OK && slice.n_rows > 0;
		if (more)
			after = slice.rows[slice.n_rows - 1].record_id;
		go_on = !more || send_slice(run, &slice, wish);
		pool_free(pool);
		if (!go_on)
			return false;
		if (!more || run->trouble)
			return true;
	}
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
	while (!run_flush(run)) {
		if (interrupted(run, wish))
			return false;
		clock_sleep_ms(BATCH_MS);
	}
	return true;
}

bool
run_send_all(struct run *run, enum broadcast_wish *wish, struct sg_err *err,
	     enum sg_status *status)
{
	for (;;) {
		run->trouble = false;
		if (!send_pass(run, wish, err, status) || !settle(run, wish))
			return false;
		if (*status != SG_OK)
			return false;
		if (queue_is_empty(run, err))
			return true;
		/* Some were put off: again, later. */
		if (!run->trouble) {
			run->pass++;
			run->calm_until = clock_monotonic_ms() +
					  (RUN_CALM_FIRST_MS
					   << (run->pass < 6 ? run->pass : 6));
		}
		record_set_free(run->retried);
		run->retried = record_set_new();
	}
}
