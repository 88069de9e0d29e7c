/*
 * net_smtp.h - many mails to one SMTP server over a few connections that are
 * reused, a thread each: libcurl connects, with TLS and AUTH, the mails' own
 * dialogue is net_lane.h's. One thread owns a pool. Mails must be handed over
 * with CRLF line ends throughout: a bare LF would let a body speak SMTP to a
 * server that takes it for a line's end. No CHUNKING: Postfix stalls.
 */
#ifndef ENGINE_NET_NET_SMTP_H
#define ENGINE_NET_NET_SMTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct net_smtp;

enum net_smtp_tls {
	NET_TLS_NONE,	 /* never */
	NET_TLS_TRY,	 /* STARTTLS when it is offered */
	NET_TLS_NEED,	 /* STARTTLS or nothing */
	NET_TLS_IMPLICIT /* smtps */
};

struct net_smtp_options {
	const char *host; /* name or address */
	unsigned port;
	const char *ehlo; /* our name; NULL = the host's own */
	enum net_smtp_tls tls;
	bool verify;		     /* the server's certificate */
	const char *user, *password; /* NULL = no AUTH */
	unsigned connections;	     /* 1… */
	long timeout_ms;	     /* for one mail; 0 = 300000 */
};

/* How far a mail came: what was last said to the server. */
enum net_smtp_stage {
	NET_AT_CONNECT, /* greeting, EHLO, STARTTLS, AUTH */
	NET_AT_MAIL,
	NET_AT_RCPT,
	NET_AT_DATA, /* DATA, and the mail but its last bytes */
	NET_AT_END   /* the last bytes were given away */
};

enum net_smtp_end {
	NET_SMTP_SENT,
	NET_SMTP_REFUSED,	 /* 5xx about this recipient or mail */
	NET_SMTP_LATER,		 /* 4xx about it, or cut off in the midst */
	NET_SMTP_SENDER_REFUSED, /* 5xx at MAIL: so will all others be */
	NET_SMTP_UNREACHABLE, /* no connection, 421, 4xx at MAIL, TLS, AUTH */
	NET_SMTP_HELD,	      /* handing_over() said no */
	NET_SMTP_DOUBTFUL     /* all was handed over and no answer came */
};

struct net_smtp_result {
	enum net_smtp_end end;
	enum net_smtp_stage stage;
	int code;	    /* of the reply, 0 = none */
	const char *status; /* "5.1.1", "" = none; borrowed for the call */
	const char *text;   /* the reply or the trouble, for people */
};

/* Borrowed until `done` was called. */
struct net_smtp_mail {
	const char *sender, *recipient; /* addresses without <> */
	const char *data;		/* CRLF line ends */
	size_t len;
	/* Called before the last bytes go out, on the connection's own thread:
	 * from then on it is not known whether the server has the mail until it
	 * answers. False: do not; the connection is cut, and the server forgets
	 * the mail. */
	bool (*handing_over)(void *arg);
	void (*done)(void *arg, const struct net_smtp_result *result);
	void *arg;
};

enum sg_status net_smtp_new(const struct net_smtp_options *options,
			    struct net_smtp **smtp_out,
			    struct sg_err *err) MUST_CHECK;
/* What is under way ends: DOUBTFUL if it was given away, else not. */
void net_smtp_free(struct net_smtp *smtp);

/* SG_BUSY: every connection has a mail, and as many wait for one: call
 * net_smtp_run() first. A kept connection that the server has closed meanwhile
 * costs nothing: the mail goes over a new one. */
enum sg_status net_smtp_send(struct net_smtp *smtp,
			     const struct net_smtp_mail *mail,
			     struct sg_err *err) MUST_CHECK;
size_t net_smtp_under_way(const struct net_smtp *smtp);
size_t net_smtp_room(const struct net_smtp *smtp);
/* Calls `done` for what ended, here; waits at most wait_ms for something. */
void net_smtp_run(struct net_smtp *smtp, int wait_ms);
/* From any thread: net_smtp_run() waits no longer. */
void net_smtp_wake(struct net_smtp *smtp);

#endif
