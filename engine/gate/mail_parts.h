/*
 * mail_parts.h - what the files mail_*.c share: one SMTP transaction. Nobody
 * outside gate/ includes this.
 *
 * The files in the order of a message's life: mail_session.c (what arrives),
 * mail_way.c (whose recipient, out or in, matched or not), mail_out.c (the
 * plugins' intents into edits), mail_sent.c (its message id and email.sent),
 * mail_in.c (classify, the plugins, who needs no delivery), mail_about.c (which
 * message of ours it names), mail_edits.c.
 */
#ifndef ENGINE_GATE_MAIL_PARTS_H
#define ENGINE_GATE_MAIL_PARTS_H

#include "gate/gate_parts.h"
#include "mail/header.h"
#include "token/token.h"

enum {
	MAIL_RECIPIENTS_MOST = 1000,
	MAIL_EDITS_MOST = 4096,
	MAIL_LINE_SIZE = 512,
	MAIL_LOOK_MOST = 1 << 20 /* bytes of a body that is looked at */
};

enum mail_whose { MAIL_NOT_OURS, MAIL_OUR_BOUNCE, MAIL_OUR_UNSUBSCRIBE };

struct mail_recipient {
	const char *given;   /* as the MTA said it, for the edits */
	const char *address; /* bare; NULL = cannot be read as an address */
	enum mail_whose whose;
	struct token token; /* of ours */
	bool taken;
};

enum mail_way {
	MAIL_UNDECIDED,
	MAIL_PASS,	 /* not ours to touch */
	MAIL_STRIP,	 /* out, but only our own headers are removed */
	MAIL_INSTRUMENT, /* out */
	MAIL_LOOK,	 /* in, to others; perhaps about one of ours */
	MAIL_UNDERSTAND	 /* in, to one of our addresses */
};

struct mail_sent;

struct sg_mail {
	struct sg_gate *gate;
	struct pool *pool;
	const char *daemon_name, *client_addr, *auth_authen; /* NULL = none */
	int64_t now;
	const char *sender; /* bare; "" = the null sender */
	struct mail_recipient *recipients;
	size_t n_recipients, recipients_cap, n_own;
	struct header_list headers;
	struct buf body;
	enum mail_way way;
	bool looks_at_body; /* of MAIL_LOOK */
	bool is_too_large;  /* past a bound: passes untouched */
	bool is_copy;	    /* a private one, made by split_copy.c */
	bool trial;	    /* it is only looked at: not counted */
	bool keeps_later;   /* email.sent, of mail_here.c: in `sent` */
	struct mail_sent *sent;
	bool is_shared;	     /* one body for all: tokens of no record */
	bool is_taken_over;  /* all of it, when it came before */
	size_t n_split;	     /* private copies taken over just now */
	size_t n_kept_edits; /* the first ones, that hold on trouble too */
	uint64_t given_id;   /* of a copy; 0 = none */
	struct sg_mail_edit *edits;
	size_t n_edits, edits_cap;
	char line[MAIL_LINE_SIZE]; /* "" = nothing to log */
};

/* mail_way.c */
/* Ours, or not; SG_REFUSED: ours, but forged or expired. */
enum sg_status mail_way_recipient(const struct sg_mail *mail,
				  struct mail_recipient *recipient,
				  struct sg_err *err) MUST_CHECK;
/* At the end of the headers. */
enum mail_way mail_way_decide(const struct sg_mail *mail);

/* mail_out.c: the edits of an outgoing message. Anything but SG_OK: it goes
 * on unmodified. */
enum sg_status mail_out(struct sg_mail *mail, const char *queue_id,
			struct sg_err *err) MUST_CHECK;
/* Removes our own headers. */
void mail_out_strip(struct sg_mail *mail);

/* mail_sent.c */
struct mail_sent {
	uint64_t message_id, record_key;
	const char *key; /* the recipient's normal form */
	const char *rfc_id, *campaign, *list, *subject, *broadcast;
	const char *tracking; /* what can be seen of it: "opens,clicks" */
	bool is_retry;	      /* it was sent before under this id */
};
/* Who gets it, and its id: a broadcast's own, an earlier try's, or a new one.
 * SG_REFUSED: the recipient has no record key. */
enum sg_status mail_sent_identify(struct sg_mail *mail, struct mail_sent *sent,
				  struct sg_err *err) MUST_CHECK;
/* The record key of the i-th recipient; 0: none. */
uint64_t mail_sent_key(const struct sg_mail *mail, size_t i);
/* Keeps email.sent, unless this is a retry. */
enum sg_status mail_sent_keep(struct sg_mail *mail,
			      const struct mail_sent *sent,
			      struct sg_err *err) MUST_CHECK;

/* mail_in.c. SG_BUSY: could not be kept now. */
enum sg_status mail_in(struct sg_mail *mail, const char *queue_id,
		       struct sg_err *err) MUST_CHECK;

/* mail_about.c */
/* At the end of the headers: may it be about a message of ours? */
bool mail_about_may(const struct sg_mail *mail);
/* Do its headers not say all that is wanted? */
bool mail_about_needs_body(const struct sg_mail *mail);
struct classify_result;
/* Fills what an incoming mail has since ABI 1.1. */
void mail_about_read(struct sg_mail *mail, const struct classify_result *result,
		     struct sg_incoming *incoming);

/* mail_edits.c; values are copied into the message's pool */
void mail_edit_add_header(struct sg_mail *mail, const char *name,
			  const char *value);
void mail_edit_remove_header(struct sg_mail *mail, const char *name);
void mail_edit_sender(struct sg_mail *mail, const char *address);
void mail_edit_recipient(struct sg_mail *mail, enum sg_mail_edit_kind kind,
			 const char *address);
void mail_edit_body(struct sg_mail *mail, const void *bytes, size_t len);

void mail_say(struct sg_mail *mail, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
