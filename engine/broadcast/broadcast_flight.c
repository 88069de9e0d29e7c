/*
 * broadcast_flight.c - one mail from the MTA's door to the store: noted in the
 * journal before its last bytes go and when the answer is there, then told to
 * the applier as a signal, then put as a state.
 *
 * Each step waits for the one before, and what cannot be noted or told now
 * (the disk is full) is owed: nothing else is sent until it is paid. So a state
 * in the store says that its signal was kept, and a journal that says sent with
 * a state that does not says that it may not have been.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "broadcast/broadcast_run.h"
#include "mail/address.h"
#include "store/store_record.h"

enum {
	TELL_MOST = 64, /* told at once */
	TELL_MS = 200,	/* … at least so often */
	DEBT_MS = 500,	/* before what failed is tried again */
	REFUSAL_SIZE = sizeof(((struct flight *)0)->refusal)
};

static enum sg_status
note(struct flight *flight, enum journal_mark mark, struct sg_err *err)
{
	struct journal_line line = {mark, flight->row.record_id,
				    flight->row.message_id, flight->reason};

	return journal_note(flight->run->journal, &line, err);
}

/* --- what is told -------------------------------------------------------- */

/* broadcast.sent, or the bounce that the MTA's refusal is. Borrows all. */
static enum sg_status
make_signal(struct flight *flight, struct signal *signal, struct sg_err *err)
{
	struct run *run = flight->run;
	struct buf id = BUF_INIT;
	enum sg_status status;

	signal_init(signal, flight->signal, flight->row.changed_at);
	signal->record_key = flight->mail.record_key;
	signal->key = flight->mail.recipient;
	signal->message_id = flight->row.message_id;
	signal->source = "broadcast";
	/* The same after a crash: told twice, it counts once. */
	buf_printf(&id, "broadcast %s %s %lld %u", flight->signal, run->name,
		   (long long)run->row.created_at, flight->row.record_id);
	signal->external_id = crypto_hash64(buf_text(&id), id.len);
	buf_done(&id);
	status = signal_set(signal, "broadcast", run->name, err);
	if (status == SG_OK)
		status = signal_set(signal, "campaign", run->name, err);
	if (status == SG_OK && flight->row.state == RECIPIENT_FAILED)
		status = broadcast_set_refusal(signal, flight->reason,
					       flight->refusal, err);
	return status;
}

/* What one of them says will never be kept: the others' is, one by one. */
static enum sg_status
tell_each(struct run *run, const struct signal *signals, size_t n,
	  struct sg_err *err)
{
	enum sg_status status = SG_OK;
	size_t i;

	for (i = 0; i < n && status == SG_OK; i++) {
		status = spool_append(run->broadcasts->spool, &signals[i],
				      SPOOL_WRITTEN, NULL, err);
		if (status != SG_REFUSED)
			continue;
		log_error("broadcast %s: %s not told: %s", run->name,
			  signals[i].name, err->text);
		status = SG_OK;
	}
	return status;
}

/* The first that are owed, at most TELL_MOST. */
static enum sg_status
tell(struct run *run, struct sg_err *err)
{
	struct signal signals[TELL_MOST];
	struct flight *flight = run->owed;
	enum sg_status status = SG_OK;
	size_t i, n = 0;

	for (i = 0; flight && i < TELL_MOST; i++, flight = flight->next) {
		if (!flight->signal)
			continue;
		status = make_signal(flight, &signals[n], err);
		if (status == SG_OK)
			n++;
		else
			log_error("broadcast %s: %s not told: %s", run->name,
				  flight->signal, err->text);
	}
	status = n ? spool_append_many(run->broadcasts->spool, signals, n,
				       SPOOL_WRITTEN, NULL, err)
		   : SG_OK;
	if (status == SG_REFUSED)
		status = tell_each(run, signals, n, err);
	if (status != SG_OK)
		return status;
	for (i = 0, flight = run->owed; flight && i < TELL_MOST;
	     i++, flight = flight->next)
		flight->signal = NULL;
	return SG_OK;
}

/* --- what is owed -------------------------------------------------------- */

void
flight_free(struct flight *flight)
{
	if (!flight)
		return;
	broadcast_mail_done(&flight->mail);
	free(flight);
}

/* What came of them, in the journal, in order. */
static enum sg_status
note_owed(struct run *run, struct sg_err *err)
{
	struct flight *flight;
	enum sg_status status;

	for (flight = run->owed; flight; flight = flight->next) {
		if (!flight->mark)
			continue;
		/* Without sync: what is lost here makes it doubtful, no more.
		 */
		status = note(flight, flight->mark, err);
		if (status != SG_OK)
			return status;
		flight->mark = (enum journal_mark)0;
	}
	return SG_OK;
}

/* Those that were told, as states. False: no room. */
static bool
put_told(struct run *run)
{
	struct flight *flight;

	while ((flight = run->owed) && !flight->signal) {
		if (!states_put(run, &flight->row))
			return false;
		run->owed = flight->next;
		run->n_owed--;
		flight_free(flight);
	}
	if (!run->owed)
		run->owed_end = &run->owed;
	return true;
}

bool
flight_pay(struct run *run)
{
	enum sg_status status;
	struct sg_err err;

	status = note_owed(run, &err);
	while (status == SG_OK && run->owed) {
		status = tell(run, &err);
		if (status == SG_OK && !put_told(run))
			status = err_set(&err, SG_BUSY, "the store is away");
	}
	run->in_debt = status != SG_OK;
	if (run->in_debt)
		run_calm_down(run, err.text);
	return !run->in_debt;
}

void
flight_pay_by_and_by(struct run *run, int64_t now)
{
	int64_t past = now - run->owed_at;

	if (!run->owed || (run->in_debt && past < DEBT_MS))
		return;
	if (!run->in_debt && run->n_owed < TELL_MOST && past < TELL_MS &&
	    run->step == RUN_SENDING)
		return;
	run->owed_at = now;
	flight_pay(run);
}

static void
owe(struct flight *flight)
{
	struct run *run = flight->run;
	struct sg_err err;

	if (!run->owed)
		run->owed_at = clock_monotonic_ms();
	*run->owed_end = flight;
	run->owed_end = &flight->next;
	flight->next = NULL;
	run->n_owed++;
	/* That it was answered is noted at once. */
	if (!run->in_debt && note_owed(run, &err) != SG_OK) {
		run->in_debt = true;
		run_calm_down(run, err.text);
	}
}

/* --- on its way ---------------------------------------------------------- */

/* On the connection's thread: the run is not ours. */
static bool
handing_over(void *arg)
{
	struct flight *flight = arg;
	const struct run *run = flight->run;
	struct sg_err err;

	/* Paused or cancelled while it was on its way. */
	if (broadcast_running_is_over(run->broadcasts, run->running))
		return false;
	if (note(flight, JOURNAL_HANDING_OVER, &err) == SG_OK) {
		if (broadcast_here_keep(&flight->mail, clock_now(), &err) ==
		    SG_OK)
			return true;
		flight->mark = JOURNAL_RETURNED;
	}
	snprintf(flight->trouble, sizeof(flight->trouble), "%.*s",
		 RUN_REASON_SIZE - 1, err.text);
	return false;
}

/* Back to the queue. */
static void
come_back(struct flight *flight)
{
	flight->row.state = RECIPIENT_QUEUED;
	record_set_remove(flight->run->handed, flight->row.record_id);
}

/* Refused for now: back to the queue, or given up after `tries` passes. */
static void
later(struct flight *flight, const struct net_smtp_result *result)
{
	struct run *run = flight->run;

	if (run->pass + 1 >= run->broadcasts->tries) {
		flight->row.state = RECIPIENT_FAILED;
		flight->mark = JOURNAL_FAILED;
		return;
	}
	come_back(flight);
	flight->mark = JOURNAL_RETURNED;
	record_set_add(run->retried, flight->row.record_id);
	/* Not one recipient but all of them: that is no try of theirs. */
	if (++run->n_later >= RUN_FLOOD)
		run_calm_down(run, result->text);
}

static void
never(struct flight *flight)
{
	flight->row.state = RECIPIENT_FAILED;
	flight->mark = JOURNAL_FAILED;
	flight->signal = "email.bounced";
	flight->run->n_later = 0;
}

static void
sent(struct flight *flight)
{
	struct run *run = flight->run;

	flight->row.state = RECIPIENT_SENT;
	flight->mark = JOURNAL_SENT;
	flight->signal = "broadcast.sent";
	flight->reason[0] = '\0';
	run->n_sent++;
	run->n_later = 0;
	if (run->says_why)
		broadcast_running_say(run->broadcasts, run->running, "");
	run->says_why = false;
	run->calm_ms = RUN_CALM_FIRST_MS;
}

/* In words that say what is to be mended (RFC 4954 §6). */
static void
wait_for_mta(struct run *run, const struct net_smtp_result *result)
{
	int code = result->code;
	char why[RUN_REASON_SIZE];

	if (result->stage != NET_AT_CONNECT ||
	    (code != 530 && code != 534 && code != 535 && code != 538)) {
		run_calm_down(run, result->text);
		return;
	}
	snprintf(why, sizeof(why), "the MTA refuses the log-in: %s",
		 result->text);
	run_calm_down(run, why);
}

static void
done(void *arg, const struct net_smtp_result *result)
{
	struct flight *flight = arg;
	struct run *run = flight->run;

	run->under_way--;
	buf_done(&flight->mail.data);
	snprintf(flight->reason, sizeof(flight->reason), "%s", result->text);
	flight->row.changed_at = clock_now();
	switch (result->end) {
	case NET_SMTP_SENT:
		sent(flight);
		break;
	case NET_SMTP_REFUSED:
		never(flight);
		break;
	case NET_SMTP_LATER:
		later(flight, result);
		break;
	case NET_SMTP_DOUBTFUL:
		flight->row.state = RECIPIENT_DOUBTFUL;
		break;
	case NET_SMTP_SENDER_REFUSED:
		come_back(flight);
		snprintf(run->fatal, sizeof(run->fatal),
			 "the MTA refuses the sender: %s", result->text);
		run->trouble = true;
		break;
	default:
		come_back(flight);
		/* It may have been noted: 421 after the last bytes. */
		if (result->stage == NET_AT_END)
			flight->mark = JOURNAL_RETURNED;
		if (result->end != NET_SMTP_HELD)
			wait_for_mta(run, result);
		else if (flight->trouble[0])
			run_calm_down(run, flight->trouble);
		else
			run->trouble = true;
	}
	owe(flight);
}

bool
flight_begin(struct flight *flight)
{
	struct net_smtp_mail mail = {.sender = flight->mail.sender,
				     .recipient = flight->mail.recipient,
				     .data = buf_text(&flight->mail.data),
				     .len = flight->mail.data.len,
				     .handing_over = handing_over,
				     .done = done,
				     .arg = flight};
	struct run *run = flight->run;
	struct sg_err err;

	flight->row.reason = flight->reason;
	flight->row.message_id = flight->mail.message_id;
	record_set_add(run->handed, flight->row.record_id);
	run->under_way++;
	if (net_smtp_send(run->shared->smtp, &mail, &err) == SG_OK)
		return true;
	run->under_way--;
	record_set_remove(run->handed, flight->row.record_id);
	flight_free(flight);
	run_calm_down(run, err.text);
	return false;
}

/* --- after a stop -------------------------------------------------------- */

/* What its signal needs: whose it was. SG_NONE: deleted meanwhile. */
static enum sg_status
find_recipient(struct flight *flight, struct sg_err *err)
{
	struct pool *pool = pool_new();
	struct store_record record;
	enum sg_status status = store_record_get(
		flight->run->store, flight->row.record_id, pool, &record, err);

	if (status == SG_OK) {
		flight->mail.recipient = strdup(record.key);
		flight->mail.record_key = record.record_key;
	}
	pool_free(pool);
	return status;
}

/* What the line says is in the store already: so its signal was kept, too. An
 * older "handing over" says nothing against an answer. */
static bool
is_stored(struct run *run, const struct store_recipient *row)
{
	struct pool *pool = pool_new();
	struct store_recipient stored;
	struct sg_err err;
	bool same = !record_set_has(run->replayed, row->record_id) &&
		    store_recipient_get(run->store, run->name, row->record_id,
					pool, &stored, &err) == SG_OK &&
		    (stored.state == row->state ||
		     (row->state == RECIPIENT_DOUBTFUL &&
		      stored.state != RECIPIENT_QUEUED));

	pool_free(pool);
	return same;
}

/* Nearly all that a long journal says: a million of them are not looked up one
 * by one. */
static bool
is_stored_as_sent(struct run *run, const struct journal_line *line)
{
	struct sg_err err;

	if (line->mark != JOURNAL_SENT && line->mark != JOURNAL_HANDING_OVER)
		return false;
	if (!run->stored_sent) {
		run->stored_sent = record_set_new();
		if (store_broadcast_select(run->store, run->name, "sent",
					   run->stored_sent, &err) != SG_OK)
			run->behind = true;
	}
	return record_set_has(run->stored_sent, line->record_id) &&
	       !record_set_has(run->replayed, line->record_id);
}

static void
learn(struct flight *flight, const struct journal_line *line)
{
	flight->row.record_id = line->record_id;
	flight->row.message_id = line->message_id;
	flight->row.changed_at = clock_now();
	flight->row.reason = flight->reason;
	snprintf(flight->reason, sizeof(flight->reason), "%s", line->reason);
	switch (line->mark) {
	case JOURNAL_SENT:
		flight->row.state = RECIPIENT_SENT;
		flight->signal = "broadcast.sent";
		break;
	case JOURNAL_FAILED:
		flight->row.state = RECIPIENT_FAILED;
		if (line->reason[0] == '5')
			flight->signal = "email.bounced";
		break;
	case JOURNAL_RETURNED:
		flight->row.state = RECIPIENT_QUEUED;
		break;
	default:
		flight->row.state = RECIPIENT_DOUBTFUL;
		snprintf(flight->reason, sizeof(flight->reason),
			 "no answer was noted before the stop");
	}
}

void
flight_remember(void *arg, const struct journal_line *line)
{
	struct run *run = arg;
	struct flight *flight;
	struct sg_err err;

	if (line->mark == JOURNAL_RETURNED)
		record_set_remove(run->handed, line->record_id);
	else
		record_set_add(run->handed, line->record_id);
	if (is_stored_as_sent(run, line))
		return;
	flight = run->in_debt || broadcasts_are_stopping(run->broadcasts)
			 ? NULL
			 : calloc(1, sizeof(*flight));
	if (!flight) {
		run->behind = true;
		return;
	}
	flight->run = run;
	learn(flight, line);
	if (is_stored(run, &flight->row)) {
		flight_free(flight);
		return;
	}
	if (flight->signal && find_recipient(flight, &err) != SG_OK)
		flight->signal = NULL;
	record_set_add(run->replayed, line->record_id);
	owe(flight);
	if (run->n_owed >= TELL_MOST)
		flight_pay(run);
}
