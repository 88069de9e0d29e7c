/*
 * maillog_line.h - one line of Postfix's log, as syslog, rsyslog (RFC 3339) or
 * postlogd wrote it, of Postfix 2.3 and later. Pure.
 */
#ifndef PLUGINS_MAILLOG_MAILLOG_LINE_H
#define PLUGINS_MAILLOG_MAILLOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAILLOG_QUEUE_ID_MOST = 31, MAILLOG_LINE_MOST = 16384 };

enum maillog_kind {
	MAILLOG_OTHER,	    /* nothing we follow */
	MAILLOG_MESSAGE_ID, /* cleanup: rfc_id */
	MAILLOG_QUEUED,	    /* qmgr: from */
	MAILLOG_SENT,
	MAILLOG_DEFERRED,
	MAILLOG_BOUNCED,
	MAILLOG_REMOVED /* qmgr: it left the queue */
};

/* What is not in the line is "". */
struct maillog_line {
	enum maillog_kind kind;
	int64_t at;	   /* ms UTC; 0: the line has no time we can read */
	bool is_exact;	   /* false: `at` is the beginning of its second */
	const char *agent; /* "smtp", "local", "qmgr" */
	const char *queue_id;
	const char *rfc_id; /* with <> */
	const char *from, *to, *orig_to;
	const char *relay; /* "mx.far.test[192.0.2.1]:25" */
	const char *delay; /* seconds, as written */
	const char *dsn;   /* "2.0.0" */
	char *text;	   /* what stands in brackets after the status */
};

/*
 * Writes into `line`, which the result points into; ends with NUL, without a
 * line end. `now` tells the year of a time that has none; local time is the
 * process's. false: MAILLOG_OTHER.
 */
bool maillog_line_read(char *line, int64_t now, struct maillog_line *out);

/* What the remote server itself said, in a text of the smtp client: writes
 * into it. */
const char *maillog_line_said(char *text);

/* Was it handed on to a queue of ours, and not to the one it is for? Another
 * queue id, "" = no. Writes into its text. */
const char *maillog_line_handed_on(const struct maillog_line *line);

#endif
