/*
 * scoregate.h - what the milter sees of the engine. One `struct sg_mail` is
 * one SMTP transaction: the milter tells it what arrives and applies the edits
 * that come out; every decision is the engine's (gate/mail_*.c). No network or
 * store call is made in here: look-ups are in memory, signals go to the spool.
 *
 * Calls of one sg_mail come one at a time but from any thread.
 */
#ifndef SCOREGATE_H
#define SCOREGATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoregate_status.h"

#define SG_PUBLIC __attribute__((visibility("default")))

struct sg_gate;
struct sg_mail;

/* What is known of the SMTP connection; NULL = unknown. Borrowed. */
struct sg_mail_connection {
	const char *daemon_name; /* {daemon_name} */
	const char *client_addr; /* numeric; NULL for local submission */
	const char *client_name;
	const char *auth_authen; /* {auth_authen} at MAIL */
};

/* What the MTA hears. */
enum sg_mail_answer {
	SG_MAIL_CONTINUE,
	SG_MAIL_ACCEPT,	  /* nothing more of this message is of interest */
	SG_MAIL_SKIP,	  /* no more of the body is needed */
	SG_MAIL_REJECT,	  /* 550: a forged or expired bounce address, at RCPT */
	SG_MAIL_TEMPFAIL, /* try again later */
	SG_MAIL_DISCARD	  /* taken: every recipient was ours */
};

struct sg_mail_reply {
	enum sg_mail_answer answer;
	const char *smtp_code; /* "550", "451"; NULL unless REJECT/TEMPFAIL */
	const char *enhanced_code; /* "5.1.1" */
	const char *text;	   /* static */
};

SG_PUBLIC struct sg_mail *
sg_mail_new(struct sg_gate *gate, const struct sg_mail_connection *connection);
SG_PUBLIC void sg_mail_free(struct sg_mail *mail); /* NULL is fine */

/* `address` with or without angle brackets; "" or "<>" is the null sender. */
SG_PUBLIC struct sg_mail_reply sg_mail_sender(struct sg_mail *mail,
					      const char *address);
SG_PUBLIC struct sg_mail_reply sg_mail_recipient(struct sg_mail *mail,
						 const char *address);
/* As libmilter gives it: value with leading space kept when
 * SMFIP_HDR_LEADSPC was negotiated, folding as bare LF. */
SG_PUBLIC struct sg_mail_reply
sg_mail_header(struct sg_mail *mail, const char *name, const char *value);
SG_PUBLIC struct sg_mail_reply sg_mail_end_of_headers(struct sg_mail *mail);
SG_PUBLIC struct sg_mail_reply sg_mail_body(struct sg_mail *mail,
					    const void *bytes, size_t len);

enum sg_mail_edit_kind {
	SG_EDIT_HEADER_ADD,    /* append name: value */
	SG_EDIT_HEADER_CHANGE, /* the index-th (from 1) of that name; value NULL
				  removes it */
	SG_EDIT_SENDER,	       /* value: the new envelope sender */
	SG_EDIT_RECIPIENT_ADD,
	SG_EDIT_RECIPIENT_REMOVE,
	SG_EDIT_BODY /* bytes: the whole new body; always last */
};

struct sg_mail_edit {
	enum sg_mail_edit_kind kind;
	const char *name;
	unsigned index;
	const char *value;
	const void *bytes;
	size_t len;
};

/*
 * queue_id: macro {i}, may be NULL. The edits belong to `mail` until it is
 * freed; headers first, body last. Signals are in the spool when this returns.
 */
SG_PUBLIC struct sg_mail_reply
sg_mail_end(struct sg_mail *mail, const char *queue_id,
	    const struct sg_mail_edit **edits_out, size_t *n_edits_out);

/* One line for the log when something was done or went wrong, else NULL. */
SG_PUBLIC const char *sg_mail_log_line(const struct sg_mail *mail);

#endif
