/*
 * milter.h - Scoregate's milter as the daemon sees it. This folder is the only
 * place that knows libmilter, and it knows nothing of the engine but
 * engine/include: it tells a `struct sg_mail` what arrives and applies the
 * edits that come out.
 *
 * libmilter keeps its state in globals, so there is one milter a process and
 * it runs once: open, run, stop, close.
 *
 * Stopping. libmilter is never asked to stop: smfi_stop() blocks for up to 5 s,
 * and then libmilter destroys its locks while its threads still take them, so
 * that under load it can hang. Instead milter_stop() closes our own door: from
 * then on every callback answers "try again later" without looking at anything,
 * and when the last one that was inside has left, nothing of libmilter's can
 * reach the engine any more. Its threads end with the process.
 *
 * Signals. libmilter makes a thread that sigwait()s for HUP, TERM and INT and
 * would stop on any of them. So the daemon
 *   1. blocks HUP, TERM and INT in main() before its first thread;
 *   2. runs milter_run() in a detached thread of its own;
 *   3. waits for the signals in the *main thread* with sigwait() or
 *      sigtimedwait(): Linux gives a signal for the process to the main thread
 *      first when that one wants it, so libmilter's thread does not see it;
 *   4. calls milter_stop() on the signal. Should libmilter end by itself (it
 *      took a signal that came before 3, or failed), `ended` is called: that is
 *      a stop too.
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
	/* libmilter ended by itself. From its thread, not after milter_stop();
	 * must not wait for anything. May be NULL. */
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

/* Serves. Returns only when libmilter ends by itself; after milter_stop() it
 * does not return, so its thread must not be joined. SG_FAILED: libmilter could
 * not serve. */
enum sg_status milter_run(void) __attribute__((warn_unused_result));

/*
 * Closes the door, from any thread but a callback's. SG_OK: no callback is
 * inside and none will come, the gate may go. SG_BUSY: one is still inside
 * after `limit_ms` (a plugin that hangs): flush what is your own, then _exit().
 * Messages under way hear 451, connections end with the process.
 */
enum sg_status milter_stop(int limit_ms) __attribute__((warn_unused_result));

/* After milter_open(), when milter_run() did not come to run. */
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
