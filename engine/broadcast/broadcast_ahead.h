/*
 * broadcast_ahead.h - mails made before their turn, on a thread of its own that
 * reads the store and renders while the sending thread talks to the MTA, and
 * that notes in the journals who may be handed over, many with one fdatasync().
 * What was made too long ago is made anew, so that the score in it, and who is
 * left out, are those of the turn. For all broadcasts that are being sent;
 * owned by the sending thread.
 */
#ifndef ENGINE_BROADCAST_BROADCAST_AHEAD_H
#define ENGINE_BROADCAST_BROADCAST_AHEAD_H

#include "broadcast/broadcast_run.h"

enum {
	AHEAD_MOST = 96,	/* mails made and not taken */
	AHEAD_BATCH = 32,	/* made and noted at once */
	AHEAD_BYTES = 16 << 20, /* of one broadcast, about */
	AHEAD_OLD_MS = 1000	/* older ones are made anew */
};

struct ahead_made {
	uint32_t record_id;
	struct flight *flight; /* the taker's; NULL unless status is SG_OK */
	enum sg_status status; /* SG_NONE, SG_REFUSED: it will never be */
	struct sg_err err;     /* why */
};

enum sg_status ahead_open(struct run_shared *shared, struct ahead **ahead_out,
			  struct sg_err *err) MUST_CHECK;
void ahead_close(struct ahead *ahead);

/* Soon it is this one's turn. */
void ahead_ask(struct ahead *ahead, struct run *run,
	       const struct store_recipient *row);
/* It is its turn. False: not made yet, net_smtp_run() returns when it is. */
bool ahead_take(struct ahead *ahead, struct run *run,
		const struct store_recipient *row, struct ahead_made *made_out);
/* The run ends: what was made for it is thrown away. Waits for what is being
 * made. */
void ahead_forget(struct ahead *ahead, const struct run *run);

#endif
