/*
 * milter_session.h - the callbacks. Debian's libmilter runs the callbacks of
 * one connection on any thread of a pool, one at a time: all state hangs on
 * smfi_setpriv(), one `struct session` a connection and in it one
 * `struct sg_mail` a message.
 */
#ifndef MILTER_MILTER_SESSION_H
#define MILTER_MILTER_SESSION_H

#include <stdbool.h>

#include <libmilter/mfapi.h>

#include "milter.h"

/* What all sessions share; set once before the first. */
struct milter_shared {
	struct sg_gate *gate;
	/* Ask the MTA not to wait for our answer to each header: right on a
	 * unix socket, a 40 ms stall a message over TCP. */
	bool no_replies;
	void (*log)(void *arg, bool trouble, const char *line);
	void *arg;
};

/* Borrowed for as long as callbacks may run. */
void milter_session_share(const struct milter_shared *shared);

/* Frees the message of every session. The door is closed, nobody is inside. */
void milter_session_forget_messages(void);

/* The table for smfi_register(). */
extern const struct smfiDesc milter_session_callbacks;

#endif
