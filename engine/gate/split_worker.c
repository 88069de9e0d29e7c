/* split_worker.c - see split_worker.h. */
#include "gate/split_worker.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/text.h"
#include "gate/gate_parts.h"
#include "gate/split_copy.h"
#include "gate/split_seen.h"
#include "net/net_smtp.h"

enum {
	CONNECTIONS = 4,
	RUN_MS = 100,
	IDLE_MS = 10000,
	OWED_MS = 1000,
	MAIL_TIMEOUT_MS = 120000,
	BACK_OFF_MOST_MS = SPLIT_WAIT_MOST_MS / 6 * 5, /* a fifth more */
	REST_MOST_DOUBLINGS = 5,
	BACK_OFF_MOST_DOUBLINGS = 10
};

/* A copy on its way. */
struct flight {
	struct split_worker *worker;
	struct split_job job;
	struct split_ready ready;
	bool used;
};

struct split_worker {
	struct sg_gate *gate;
	struct split_queue *queue;
	struct net_smtp *smtp;
	struct flight flights[CONNECTIONS];
	struct split_rest rest;
	atomic_bool stopping;
	pthread_t thread;
};

enum sg_status
split_address_parse(const char *text, char host[256], unsigned *port_out,
		    struct sg_err *err)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	long long port;

	if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (!len || len > 255 || !text_to_int(colon + 1, &port) || port < 1 ||
	    port > 65535)
		return err_set(err, SG_REFUSED,
			       "HOST:PORT was expected, as 127.0.0.1:10026");
	memcpy(host, text, len);
	host[len] = '\0';
	*port_out = (unsigned)port;
	return SG_OK;
}

static int64_t
doubled_ms(unsigned tries, unsigned most_doublings, uint64_t chance)
{
	unsigned doublings = tries ? tries - 1 : 0;
	int64_t ms;

	if (doublings > most_doublings)
		doublings = most_doublings;
	ms = (int64_t)1000 << doublings;
	if (ms > BACK_OFF_MOST_MS)
		ms = BACK_OFF_MOST_MS;
	return ms - ms / 5 + (int64_t)(chance % (uint64_t)(2 * ms / 5 + 1));
}

int64_t
split_back_off_ms(unsigned tries, uint64_t chance)
{
	return doubled_ms(tries, BACK_OFF_MOST_DOUBLINGS, chance);
}

bool
split_rest_begin(struct split_rest *rest, int64_t now, uint64_t chance)
{
	if (split_is_to_come(rest->until, now))
		return false;
	rest->until = now + doubled_ms(++rest->n_in_a_row, REST_MOST_DOUBLINGS,
				       chance);
	return true;
}

/* --- one copy ------------------------------------------------------------ */

static void
give_up(struct flight *flight, const char *reason)
{
	const struct split_mail *mail = flight->job.mail;
	char quoted[LOG_QUOTE_SIZE];

	log_error("%s: a private copy is given up; `scoregate split list` has "
		  "it id=%s.%zu reason=%s",
		  mail->queue_id, mail->name, flight->job.i,
		  log_quote_private(reason, quoted));
	split_queue_dead(flight->worker->queue, &flight->job, reason);
}

static void
try_at(struct flight *flight, int64_t at, const char *reason)
{
	const struct split_mail *mail = flight->job.mail;

	if (clock_now() - mail->at > SPLIT_DAYS * CLOCK_DAY_MS)
		give_up(flight, reason);
	else
		split_queue_later(flight->worker->queue, &flight->job, at,
				  reason);
}

static void
try_later(struct flight *flight, const char *reason)
{
	const struct split_mail *mail = flight->job.mail;
	unsigned tries = mail->copies[flight->job.i].tries + 1;

	try_at(flight,
	       clock_now() + split_back_off_ms(tries, crypto_random_u64()),
	       reason);
}

/* The MTA is away: not each copy needs to find that out, and none waits longer
 * for it than the MTA does. */
static void
try_after_rest(struct flight *flight, const char *reason)
{
	struct split_rest *rest = &flight->worker->rest;
	char quoted[LOG_QUOTE_SIZE];

	if (split_rest_begin(rest, clock_now(), crypto_random_u64()) &&
	    rest->n_in_a_row == 1)
		log_warn("private copies wait: `reinject` does not take them "
			 "reason=%s",
			 log_quote_private(reason, quoted));
	try_at(flight, rest->until, reason);
}

static void
be_sent(struct flight *flight)
{
	struct split_worker *worker = flight->worker;

	if (worker->rest.n_in_a_row)
		log_info("`reinject` takes mail again");
	worker->rest = (struct split_rest){0};
	split_queue_sent(worker->queue, &flight->job, clock_now());
}

/* Refused because of where it came from says nothing of the copy: a setting of
 * the MTA is wrong, and somebody will mend it. */
static void
done(void *arg, const struct net_smtp_result *result)
{
	struct flight *flight = arg;
	char reason[300];

	flight->used = false;
	snprintf(reason, sizeof(reason), "%.290s", result->text);
	switch (result->end) {
	case NET_SMTP_SENT:
		be_sent(flight);
		break;
	case NET_SMTP_REFUSED:
		give_up(flight, reason);
		break;
	case NET_SMTP_UNREACHABLE:
	case NET_SMTP_SENDER_REFUSED:
		try_after_rest(flight, reason);
		break;
	case NET_SMTP_LATER:
	case NET_SMTP_HELD:
	case NET_SMTP_DOUBTFUL:
		try_later(flight, reason);
		break;
	}
}

static bool
handing_over(void *arg)
{
	const struct flight *flight = arg;

	return !atomic_load(&flight->worker->stopping);
}

static void
send_copy(struct flight *flight)
{
	struct split_worker *worker = flight->worker;
	const struct split_mail *from = flight->job.mail;
	struct net_smtp_mail mail = {
		.recipient = from->copies[flight->job.i].recipient,
		.handing_over = handing_over,
		.done = done,
		.arg = flight,
	};
	struct sg_err err = {.text = ""};
	enum sg_status status =
		split_copy_make(worker->gate, worker->queue, &flight->job,
				&flight->ready, &err);

	if (status == SG_OK) {
		mail.sender = buf_text(&flight->ready.sender);
		mail.data = flight->ready.data.data;
		mail.len = flight->ready.data.len;
		flight->used = true;
		status = net_smtp_send(worker->smtp, &mail, &err);
	}
	if (status == SG_OK)
		return;
	flight->used = false;
	try_later(flight, err.text);
}

/* --- the thread ---------------------------------------------------------- */

static struct flight *
free_flight(struct split_worker *worker)
{
	for (size_t i = 0; i < CONNECTIONS; i++)
		if (!worker->flights[i].used)
			return &worker->flights[i];
	return NULL;
}

/* As many as there is room for; returns when to look again. */
static int64_t
take_off(struct split_worker *worker)
{
	int64_t next_at = INT64_MAX;
	struct flight *flight;

	if (split_is_to_come(worker->rest.until, clock_now()))
		return worker->rest.until;
	while (net_smtp_room(worker->smtp) && (flight = free_flight(worker)) &&
	       !split_is_to_come(worker->rest.until, clock_now()) &&
	       split_queue_take(worker->queue, clock_now(), &flight->job,
				&next_at))
		send_copy(flight);
	return next_at;
}

static int
pause_ms(int64_t next_at)
{
	int64_t ms = next_at == INT64_MAX ? IDLE_MS : next_at - clock_now();

	return ms < 0 ? 0 : ms > IDLE_MS ? IDLE_MS : (int)ms;
}

static void *
run(void *arg)
{
	struct split_worker *worker = arg;

	while (!atomic_load(&worker->stopping)) {
		int64_t next_at;

		if (!split_queue_pay(worker->queue, clock_now())) {
			split_queue_wait(worker->queue, OWED_MS);
			continue;
		}
		next_at = take_off(worker);
		if (net_smtp_under_way(worker->smtp))
			net_smtp_run(worker->smtp, RUN_MS);
		else
			split_queue_wait(worker->queue, pause_ms(next_at));
	}
	return NULL;
}

static enum sg_status
open_smtp(struct split_worker *worker, struct sg_err *err)
{
	char host[256];
	struct net_smtp_options options = {
		.host = host,
		.tls = NET_TLS_NONE,
		.connections = CONNECTIONS,
		.timeout_ms = MAIL_TIMEOUT_MS,
	};
	enum sg_status status = split_address_parse(worker->gate->mail.reinject,
						    host, &options.port, err);

	return status == SG_OK ? net_smtp_new(&options, &worker->smtp, err)
			       : status;
}

enum sg_status
split_worker_start(struct sg_gate *gate, struct split_queue *queue,
		   struct split_worker **worker_out, struct sg_err *err)
{
	struct split_worker *worker = calloc(1, sizeof(*worker));
	size_t most = (size_t)gate->mail.message_most;
	enum sg_status status;

	if (!worker)
		return err_set(err, SG_FAILED, "out of memory");
	worker->gate = gate;
	worker->queue = queue;
	for (size_t i = 0; i < CONNECTIONS; i++) {
		worker->flights[i].worker = worker;
		buf_init(&worker->flights[i].ready.data, 3 * most + (4 << 20));
	}
	status = open_smtp(worker, err);
	if (status == SG_OK &&
	    pthread_create(&worker->thread, NULL, run, worker) != 0)
		status = err_set(err, SG_FAILED, "cannot start a thread");
	if (status == SG_OK) {
		*worker_out = worker;
		return SG_OK;
	}
	net_smtp_free(worker->smtp);
	free(worker);
	return status;
}

/* What was given away and not answered stays in the queue: it is sent again
 * with its Message-ID. */
void
split_worker_stop(struct split_worker *worker)
{
	if (!worker)
		return;
	atomic_store(&worker->stopping, true);
	split_queue_wake(worker->queue);
	pthread_join(worker->thread, NULL);
	/* The answer to what was given away is worth a moment. */
	for (int i = 0; i < 10 && net_smtp_under_way(worker->smtp); i++)
		net_smtp_run(worker->smtp, RUN_MS);
	net_smtp_free(worker->smtp);
	for (size_t i = 0; i < CONNECTIONS; i++) {
		buf_done(&worker->flights[i].ready.data);
		buf_done(&worker->flights[i].ready.sender);
	}
	free(worker);
}
