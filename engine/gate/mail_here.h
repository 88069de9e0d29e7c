/*
 * mail_here.h - a mail of our own instrumented before it is sent, by the same
 * hooks and the same splicing as in the milter: `instrument = here` in
 * `smtp { … }`, for relays without our milter. Any thread.
 *
 * It then carries X-Scoregate-Instrumented, signed for its recipient, so that a
 * milter of ours on the way knows it: it takes the header off, and does nothing
 * else.
 */
#ifndef ENGINE_GATE_MAIL_HERE_H
#define ENGINE_GATE_MAIL_HERE_H

#include "gate/gate.h"

struct mail_here {
	const char *sender, *recipient; /* bare */
	const char *data;		/* with CRLF line ends */
	size_t len;
	bool trial; /* to be looked at: it is not counted */
};

/* What is to be sent, and what is to be told of it. */
struct mail_made {
	struct buf data, sender;
	struct sg_mail *mail;
};

/* What cannot be instrumented is made as it came, without our own headers.
 * SG_BUSY: not now (on_trouble = tempfail). */
enum sg_status mail_here_make(struct sg_gate *gate,
			      const struct mail_here *from,
			      struct mail_made **made_out,
			      struct sg_err *err) MUST_CHECK;
/* email.sent: when it is about to be handed over, so that there is none of a
 * mail whose recipient was refused. Any other answer than SG_OK: not now. */
enum sg_status mail_here_keep(struct mail_made *made, int64_t now,
			      struct sg_err *err) MUST_CHECK;
void mail_made_free(struct mail_made *made);

/* For mail_way.c: it was instrumented here, for this recipient. */
bool mail_here_made(const struct sg_mail *mail);

#endif
