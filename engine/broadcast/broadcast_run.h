/*
 * broadcast_run.h - one broadcast while it is being sent: begun and ended in
 * broadcast_run.c, sent in broadcast_send.c, whose turn it is in
 * broadcast_slice.c, one mail and what came of it in broadcast_flight.c, how
 * fast in broadcast_pace.c, made before its turn in
 * broadcast_ahead.c, states on their way to the store in broadcast_states.c.
 * Several are sent at the same time over the same connections, each in its
 * turn (broadcast_runner.c): nothing here waits. The sending thread's alone,
 * once it is open (broadcast_opener.h).
 */
#ifndef ENGINE_BROADCAST_BROADCAST_RUN_H
#define ENGINE_BROADCAST_BROADCAST_RUN_H

#include "broadcast/broadcast_aside.h"
#include "broadcast/broadcast_journal.h"
#include "broadcast/broadcast_pace.h"
#include "broadcast/broadcast_parts.h"

enum {
	RUN_BATCH_MOST = 1000,	  /* states on their way to the store */
	RUN_CALM_FIRST_MS = 1000, /* after trouble with the MTA; then doubled */
	RUN_FLOOD = 20,		  /* so many 4xx in a row are trouble */
	RUN_REASON_SIZE = 200,
	RUN_SLICE = 256,    /* recipients read at once */
	RUN_WAIT_MS = 50,   /* for something to happen */
	RUN_AGAIN_MS = 1000 /* what the store did not take is tried again */
};

struct ahead;

/* What all that are being sent share. */
struct run_shared {
	struct broadcasts *broadcasts;
	struct store *store; /* a reader */
	struct net_smtp *smtp;
	struct ahead *ahead;
};

enum run_step {
	RUN_SENDING,  /* a pass over the queued */
	RUN_SETTLING, /* it is over; what is known is on its way */
	RUN_ENDING,   /* likewise, and then it ends */
	RUN_OVER
};

/* Some of those queued, and how far the round over them is. */
struct slice {
	struct pool *pool; /* NULL: none is read */
	struct store_recipients_found rows;
	size_t at;	       /* whose turn it is */
	size_t n_ahead;	       /* so many of them were asked for ahead */
	size_t n_passed;       /* in this round: no place for them aside */
	uint32_t passed_after; /* the first of them comes after this one */
	size_t n_aside;	       /* who waited aside when all were looked at */
};

/* States that are put; their reasons are in `pool`. */
struct states {
	struct store_recipient rows[RUN_BATCH_MOST];
	size_t n;
	struct pool *pool; /* NULL: no row has one */
};

struct run {
	struct broadcasts *broadcasts;
	struct run_shared *shared;
	struct broadcast_running *running;
	const char *name;    /* running's */
	struct store *store; /* a reader: the opener's, then the shared one */
	enum run_step step;
	bool complete; /* nobody is queued any more */
	enum broadcast_wish wish;
	struct pool *pool; /* of the run */
	struct store_broadcast row;
	struct template *template, *other; /* NULL = there is one version */
	struct condition *condition;
	struct broadcast_journal *journal;
	struct broadcast_pace pace;
	struct record_set *handed;  /* answered, or being sent: not again */
	struct record_set *retried; /* got a 4xx in this pass */
	struct slice slice;
	struct aside *aside; /* NULL: domains have no pace */
	struct aside_found found_aside;
	int64_t soon_at; /* when those aside were asked for ahead */
	bool hurries;  /* it looks for whose turn it is, and goes on at once */
	unsigned pass; /* how often all were tried */
	unsigned n_later; /* 4xx in a row */
	size_t under_way; /* mails at the MTA */
	struct states put, writing;
	struct flight *owed, **owed_end; /* ended, and not yet noted or told */
	size_t n_owed;
	bool in_debt; /* something of it could not be done */
	int64_t owed_at, put_at, calm_until, calm_ms, conclude_at;
	uint64_t n_sent, n_rated;
	int64_t rated_at;
	bool says_why;		     /* it waits, and people are told why */
	bool trouble;		     /* recipients come back after a rest */
	struct record_set *replayed; /* put from the journal */
	/* Whom the store knew as sent when the journal was read; NULL: nobody
	 * was looked up yet. */
	struct record_set *stored_sent;
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
	char trouble[RUN_REASON_SIZE]; /* why it was not handed over */
	char refusal[16];	       /* the status code in it */
	enum journal_mark mark;	       /* 0: nothing to note any more */
	const char *signal;	       /* NULL: nothing to tell any more */
};

/* --- broadcast_flight.c -------------------------------------------------- */

/* Takes the flight: its mail goes to the MTA. False: not now. */
bool flight_begin(struct flight *flight);
/* Whether everything about those that ended is noted, told and put. */
bool flight_pay(struct run *run);
/* The same, but not before it is worth while; `now` is monotonic. */
void flight_pay_by_and_by(struct run *run, int64_t now);
void flight_free(struct flight *flight);
/* What an earlier run left in the journal, for journal_open(). */
void flight_remember(void *arg, const struct journal_line *line);

/* --- broadcast_states.c -------------------------------------------------- */

/* The state of a recipient, on its way to the store. False: no room. */
bool states_put(struct run *run, const struct store_recipient *row);
bool states_have_room(const struct run *run);
/* Of those that are put, what is on its way from now on. */
void states_take(struct run *run);
/* All that is put, into the store, and waits for it; false: not now, it is
 * kept. Not while a writer has them. */
bool states_flush(struct run *run);
void states_done(struct run *run);

/* A thread that writes what runs have put, while they go on. */
struct states_writer;
enum sg_status states_writer_open(struct run_shared *shared,
				  struct states_writer **writer_out,
				  struct sg_err *err) MUST_CHECK;
/* Waits for what it has begun. */
void states_writer_close(struct states_writer *writer);
/* What is there to be written and is old or much enough; called often. */
void states_writer_look(struct states_writer *writer, struct run *const *runs,
			size_t n_runs, int64_t now);

/* --- broadcast_send.c ---------------------------------------------------- */

/* After trouble: nothing is sent for a while, longer each time. */
void run_calm_down(struct run *run, const char *why);
/* Its next mail, if there is one whose turn it is, goes: with at most so many
 * connections, and so many mails made ahead. False: none now. */
bool run_turn(struct run *run, size_t connections, size_t n_ahead);
/* A step further after what happened meanwhile. */
void run_look(struct run *run, int64_t now);
/* When to look again, at the latest; ms. */
int run_wait_ms(const struct run *run);
/* Nothing is under way, owed, or not yet in the store. */
bool run_is_clear(const struct run *run);

/* --- broadcast_slice.c --------------------------------------------------- */

struct slice_found {
	struct store_recipient row;
	uint64_t domain; /* hash */
	bool is_aside;
};
enum slice_end {
	SLICE_FOUND,
	SLICE_STEP,  /* nobody in this step: go on soon */
	SLICE_LATER, /* all that are left wait for their domain's pace */
	SLICE_OVER   /* nobody is left in this pass */
};
enum slice_end slice_find(struct run *run, struct slice_found *found_out);
/* That one went. */
void slice_took(struct run *run, const struct slice_found *found);
/* At most so many mails of those whose turn comes soon are asked for. */
void slice_look_ahead(struct run *run, size_t most);
/* The next round begins with the first of all. */
void slice_forget(struct run *run);

/* --- broadcast_run.c ----------------------------------------------------- */

/* SG_NONE: it is not to be sent, or not now. SG_BUSY: not now. Reads the
 * journal, which takes its time: on the opener's thread, with its store. */
enum sg_status run_open(struct run_shared *shared,
			struct broadcast_running *running, struct store *store,
			struct run **run_out, struct sg_err *err) MUST_CHECK;
/* It is clear and nothing is to be sent: what that means is stored. False: not
 * now. */
bool run_conclude(struct run *run);
/* It cannot go on. False: that is not stored. */
bool run_give_up(struct broadcasts *broadcasts, const char *name,
		 const char *why);
/* Whatever is still owed is in the journal, and for the next run. */
void run_free(struct run *run);

#endif
