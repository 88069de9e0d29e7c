/*
 * broadcast_run.h - one broadcast while it is being sent: begun and ended in
 * broadcast_run.c, sent in broadcast_send.c. The sending thread's alone.
 */
#ifndef ENGINE_BROADCAST_BROADCAST_RUN_H
#define ENGINE_BROADCAST_BROADCAST_RUN_H

#include "broadcast/broadcast_journal.h"
#include "broadcast/broadcast_parts.h"

enum {
	RUN_BATCH_MOST = 200,	 /* states written at once */
	RUN_CALM_FIRST_MS = 1000 /* after trouble with the MTA; then doubled */
};

struct run {
	struct broadcasts *broadcasts;
	const char *name;
	struct pool *pool; /* of the run */
	struct store *store;
	struct store_broadcast row;
	struct template *template;
	struct condition *condition;
	struct net_smtp *smtp;
	struct broadcast_journal *journal;
	struct record_set *handed;  /* answered, or being sent: not again */
	struct record_set *retried; /* got a 4xx in this pass */
	unsigned pass;		    /* how often all were tried */
	struct store_recipient batch[RUN_BATCH_MOST];
	char reasons[RUN_BATCH_MOST][200];
	size_t n_batch;
	int64_t flushed_at, started_at, calm_until, calm_ms;
	uint64_t n_sent;
	bool trouble; /* the MTA is away: recipients come back */
};

/* The state of a recipient, on its way to the store. */
void run_put(struct run *run, const struct store_recipient *row);
/* What was put, into the store; false: not now, it is kept. */
bool run_flush(struct run *run);
/* Passes until nobody is queued. False: interrupted (wish_out says by whom) or
 * failed (status_out). */
bool run_send_all(struct run *run, enum broadcast_wish *wish_out,
		  struct sg_err *err, enum sg_status *status_out);
/* Waits some seconds for the mails under way. */
void run_drain(struct run *run);

#endif
