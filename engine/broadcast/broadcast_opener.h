/*
 * broadcast_opener.h - what takes its time before mails go: recipients are
 * chosen, or the better version of a mail, or a journal is read. Each on a
 * thread of its own, so that those being sent go on; a few at a time. Owned by
 * the sending thread, which is woken when one is done.
 */
#ifndef ENGINE_BROADCAST_BROADCAST_OPENER_H
#define ENGINE_BROADCAST_BROADCAST_OPENER_H

#include "broadcast/broadcast_run.h"

enum { OPENINGS_MOST = 4 };

enum opening_what {
	OPENING_BEGIN,	/* a scheduled one's moment has come */
	OPENING_DECIDE, /* its version is to be chosen */
	OPENING_RUN	/* it is to be sent */
};

struct opening {
	enum opening_what what;
	char name[80];
	struct broadcast_running *running; /* of OPENING_RUN; the asker's */
	/* What came of it. */
	struct run *run; /* of OPENING_RUN; the asker's; without a store */
	enum sg_status status;
	struct sg_err err;
};

struct opener;

enum sg_status opener_new(struct run_shared *shared, struct opener **opener_out,
			  struct sg_err *err) MUST_CHECK;
/* Nothing is under way, and everything was taken. */
void opener_free(struct opener *opener);
/* Of `opening` what is not out. False: enough are under way, or it is. */
bool opener_ask(struct opener *opener, const struct opening *opening);
/* One that is done; false: none. */
bool opener_take(struct opener *opener, struct opening *opening_out);
/* Waits for all that are under way: the broadcasts are stopping. */
void opener_finish(struct opener *opener);

#endif
