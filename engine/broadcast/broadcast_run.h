/*
 * broadcast_run.h - one broadcast while it is being sent: begun and ended in
 * broadcast_run.c, sent in broadcast_send.c, one mail and what came of it in
 * broadcast_flight.c, how fast in broadcast_pace.c, made before its turn in
 * broadcast_ahead.c. The sending thread's alone.
 */
#ifndef ENGINE_BROADCAST_BROADCAST_RUN_H
#define ENGINE_BROADCAST_BROADCAST_RUN_H

#include "broadcast/broadcast_journal.h"
#include "broadcast/broadcast_pace.h"
#include "broadcast/broadcast_parts.h"

enum {
	RUN_BATCH_MOST = 1000,	  /* states written at once */
	RUN_CALM_FIRST_MS = 1000, /* after trouble with the MTA; then doubled */
	RUN_FLOOD = 20,		  /* so many 4xx in a row are trouble */
	RUN_REASON_SIZE = 200
};

struct ahead;

struct run {
	struct broadcasts *broadcasts;
	const char *name;
	struct pool *pool; /* of the run */
	struct store *store;
	struct store_broadcast row;
	struct template *template, *other; /* NULL = there is one version */
	struct condition *condition;
	struct net_smtp *smtp;
	struct ahead *ahead;
	struct broadcast_journal *journal;
	struct broadcast_pace pace;
	struct record_set *handed;  /* answered, or being sent: not again */
	struct record_set *retried; /* got a 4xx in this pass */
	unsigned pass;		    /* how often all were tried */
	unsigned n_later;	    /* 4xx in a row */
	struct store_recipient batch[RUN_BATCH_MOST];
	char reasons[RUN_BATCH_MOST][RUN_REASON_SIZE];
	size_t n_batch;
	struct flight *owed; /* ended, and not yet noted or told */
	int64_t owed_at, flushed_at, calm_until, calm_ms;
	uint64_t n_sent, n_rated;
	int64_t rated_at;
	bool trouble;		     /* recipients come back after a rest */
	struct record_set *replayed; /* put from the journal */
	bool behind;		     /* the journal could not be read out */
	char fatal[RUN_REASON_SIZE]; /* why it cannot go on; "" = it can */
};

/* One mail on its way, and after its end until that is noted, told and put. */
struct flight {
	struct flight *next; /* in run->owed */
	struct run *run;
	struct broadcast_mail mail;
	struct store_recipient row; /* its reason is `reason` */
	char reason[RUN_REASON_SIZE];
	enum journal_mark mark; /* 0: nothing to note any more */
	const char *signal;	/* NULL: nothing to tell any more */
};

/* Takes the flight: its mail goes to the MTA. False: not now. */
bool flight_begin(struct flight *flight);
/* One fdatasync for all who are about to be handed over, for
 * net_smtp_set_settle(). */
bool flight_settle(void *run);
/* Whether everything about those that ended is noted, told and put. */
bool flight_pay(struct run *run);
void flight_free(struct flight *flight);
/* What an earlier run left in the journal, for journal_open(). */
void flight_remember(void *arg, const struct journal_line *line);

/* After trouble: nothing is sent for a while, longer each time. */
void run_calm_down(struct run *run, const char *why);
/* The state of a recipient, on its way to the store. False: no room, and the
 * store is away. */
bool run_put(struct run *run, const struct store_recipient *row);
/* What was put, into the store; false: not now, it is kept. */
bool run_flush(struct run *run);
/* Passes until nobody is queued. False: interrupted (wish_out says by whom) or
 * failed (status_out). */
bool run_send_all(struct run *run, enum broadcast_wish *wish_out,
		  struct sg_err *err, enum sg_status *status_out);
/* Waits for the mails under way; when the daemon stops, some seconds. */
void run_drain(struct run *run);

#endif
