/*
 * classify.h - understand one inbound message: exactly one kind, and for
 * reports who they are about. Needs mail_start(). Pure, any thread; results
 * live in the pool.
 *
 * In this order: a report (RFC 3464 delivery status, RFC 5965 feedback, RFC
 * 8098 disposition); a bounce or delay notice in one of the forms of mail
 * systems that send no report (form.h); an answer made by a program (RFC
 * 3834); a forward; a reply; else normal. Unsubscribing by mail is told by the
 * address alone, so it is not for here, opt-out reports are.
 */
#ifndef ENGINE_CLASSIFY_CLASSIFY_H
#define ENGINE_CLASSIFY_CLASSIFY_H

#include "classify/bounce_reason.h"
#include "mail/header.h"

/* Past it recipients of one report are not listed. */
enum { CLASSIFY_RECIPIENTS_MOST = 200, CLASSIFY_TEXT_MOST = 1000 };

enum classify_kind {
	CLASSIFY_NORMAL,
	CLASSIFY_BOUNCE,
	CLASSIFY_DELAY,
	CLASSIFY_DELIVERED,
	CLASSIFY_COMPLAINT,
	CLASSIFY_AUTHREPORT,
	CLASSIFY_UNSUBSCRIBE,
	CLASSIFY_AUTOREPLY,
	CLASSIFY_MDN,
	CLASSIFY_REPLY,
	CLASSIFY_FORWARD
};

struct classify_recipient {
	const char *address;	 /* normal spelling of address.h; never NULL */
	const char *final;	 /* where it failed in the end, when a forward
				    made it another address; else \"\" */
	enum classify_kind kind; /* of this recipient: a report may mix them */
	enum bounce_class class; /* of bounces; else BOUNCE_CLASS_NONE */
	enum bounce_reason reason;
	const char *status;	/* RFC 3463 "5.1.1", "" when unknown */
	const char *diagnostic; /* the remote server's words, "" */
};

struct classify_result {
	enum classify_kind kind; /* the weightiest of its recipients' */
	double confidence;	 /* 0 … 1 */
	const char *evidence;	 /* the line that decided, "" */
	const struct classify_recipient *recipients;
	size_t n_recipients;
	const char *message_id; /* Message-ID of the original, with <>, or "" */
	const char *queue_id;	/* X-Postfix-Queue-ID, or "" */
	const char *sender;	/* X-Postfix-Sender (our VERP address), or "" */
	const char *feedback_type; /* of complaints, or "" */
	const char *user_agent;	   /* of the reporter, or "" */
};

/* Borrowed. */
struct classify_mail {
	const struct header_list *headers;
	const char *body;
	size_t body_len;
	const char *sender; /* of the envelope, "" the null sender; NULL: not
			       known, then Return-Path says it */
};

/* SG_REFUSED: over the bounds of the part map; then nothing is known. */
enum sg_status classify_message(struct pool *pool,
				const struct classify_mail *mail,
				struct classify_result *result_out,
				struct sg_err *err) MUST_CHECK;

/* A message with its header as a file holds it, whatever its line ends. */
enum sg_status classify_text(struct pool *pool, const char *text, size_t len,
			     struct classify_result *result_out,
			     struct sg_err *err) MUST_CHECK;

/* "bounce", "delay", …. Static. */
const char *classify_kind_name(enum classify_kind kind);

#endif
