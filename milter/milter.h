/*
 * milter.h - Scoregate's milter as the daemon sees it. This folder is the only
 * place that knows libmilter, and it knows nothing of the engine but
 * engine/include: it tells a `struct sg_mail` what arrives and applies the
 * edits that come out.
 *
 * libmilter keeps its state in globals, so there is one milter a process and
 * it runs once: open, run, stop, close.
 *
 * Signals. libmilter makes a thread that sigwait()s for HUP, TERM and INT and
 * stops on any of them, up to 5 s late. So the daemon
 *   1. blocks HUP, TERM and INT in main() before its first thread;
 *   2. runs milter_run() in a thread of its own;
 *   3. waits for the signals in the *main thread* with sigwait() or
 *      sigtimedwait(): Linux gives a signal for the process to the main thread
 *      first when that one wants it, so libmilter's thread does not see it;
 *   4. calls milter_stop() on the signal. Should milter_run() return by itself
 *      (libmilter took the signal after all, or failed), that is a stop too:
 *      `ended` in the options is called for it.
 */
#ifndef MILTER_MILTER_H
#define MILTER_MILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "scoregate.h"

struct milter_options {
	/* "unix:/path", "inet:port@host" or "inet6:port@host"; a bare path is
	 * a unix socket. Borrowed until milter_close(). */
	const char *socket;
	/* Of the socket file: its mode (0 = 0660) and its group, by name (NULL
	 * = as it comes; the daemon must be a member or root). */
	mode_t mode;
	const char *group;
	/* No command from the MTA for this long: the connection is dropped.
	 * 0 = 7210, libmilter's own. */
	int timeout_s;
	struct sg_gate *gate;
	/* One line for the log; any thread. `trouble`: an operator should look
	 * at it. NULL = nothing is logged. */
	void (*log)(void *arg, bool trouble, const char *line);
	/* milter_run() is about to return. From its thread. May be NULL. */
	void (*ended)(void *arg);
	void *arg;
};

/*
 * Registers with libmilter and makes the socket, so that a mistake in the
 * configuration is known before anything runs. A socket file that is left over
 * is removed if nobody listens on it. Call it before privileges are dropped or
 * after: the socket is made as whoever calls.
 * SG_OK, SG_REFUSED (the options are wrong), SG_BUSY (somebody listens there),
 * SG_FAILED. `why` (may be NULL) then holds a sentence.
 */
enum sg_status milter_open(const struct milter_options *options, char *why,
			   size_t why_size) __attribute__((warn_unused_result));

/* Is the address right, and the group there? Nothing is made or connected to.
 * SG_OK or SG_REFUSED with a sentence. */
enum sg_status milter_check(const struct milter_options *options, char *why,
			    size_t why_size)
	__attribute__((warn_unused_result));

/* Serves until stopped. SG_OK or SG_FAILED (libmilter said so). */
enum sg_status milter_run(void) __attribute__((warn_unused_result));

/*
 * Stops milter_run(), from any thread but a callback's. SG_OK: it has returned
 * (or never ran). SG_BUSY: it has not within `limit_ms`: libmilter can deadlock
 * in its own pool under load, so the daemon flushes what is its own and then
 * ends the process by _exit(). Callbacks may still run when milter_run() has
 * returned: milter_in_flight() says how many, the gate must outlive them.
 */
enum sg_status milter_stop(int limit_ms) __attribute__((warn_unused_result));

/* Callbacks running at this moment; waits at most `limit_ms` for none. */
size_t milter_in_flight(int limit_ms);

/* Removes the socket file. */
void milter_close(void);

/* For /metrics: since the start. */
struct milter_counts {
	unsigned long connections;
	unsigned long messages;	 /* reached end of message */
	unsigned long changed;	 /* of those, with edits applied */
	unsigned long rejected;	 /* answered 5xx */
	unsigned long tempfails; /* answered 4xx */
	unsigned long taken;	 /* discarded: they were ours */
	unsigned long trouble;	 /* an edit libmilter refused, no memory */
};
void milter_counts(struct milter_counts *out);

#endif
