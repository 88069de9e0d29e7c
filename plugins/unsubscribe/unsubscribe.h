/*
 * unsubscribe.h - leaving a list: unsubscribe_header.c offers it in each mail
 * (RFC 2369, RFC 8058), unsubscribe_page.c and unsubscribe_mail.c take it,
 * unsubscribe_emit.c says so, unsubscribe.c is the descriptor. The page is for
 * everything else that a reader may want, too: unsubscribe_wishes.c reads what
 * holds now, unsubscribe_show.c shows it, unsubscribe_change.c takes changes.
 */
#ifndef PLUGINS_UNSUBSCRIBE_UNSUBSCRIBE_H
#define PLUGINS_UNSUBSCRIBE_UNSUBSCRIBE_H

#include "scoregate_plugin.h"

/* unsubscribe.html and its messages, compiled in. */
extern const struct sg_asset unsubscribe_assets[];

enum sg_status unsubscribe_header(const struct sg_call *call,
				  const struct sg_outgoing *mail,
				  struct sg_err *err);
sg_answer_fn unsubscribe_page;
enum sg_status unsubscribe_mail(const struct sg_call *call,
				const struct sg_incoming *mail,
				struct sg_err *err);

/* Kept on disk when this returns SG_OK. how: one-click, page, mail, report.
 * reason: what the reader says, "" = nothing. The token's payload is the list;
 * empty: all of them. */
enum sg_status unsubscribe_emit(const struct sg_call *call,
				const struct sg_token *token, const char *how,
				const char *reason, struct sg_err *err);

/* --- preferences -----------------------------------------------------------
 */

enum {
	WISHES_LISTS_MOST = 50,
	/* So long a page that was shown can be sent back. */
	WISHES_FORM_MS = 24 * 3600 * 1000
};

/* What its stamp begins with; the moment follows. */
#define WISHES_FORM "preferences "

struct wish_list {
	const char *name, *title;
	bool joined;
};

/* What holds for a reader; of the call. */
struct wishes {
	bool read;  /* false: the store is away; only leaving is offered */
	bool known; /* there is a record */
	struct wish_list lists[WISHES_LISTS_MOST];
	size_t n_lists;
	const char *paused_until; /* "2026-12-24"; "" = not paused */
	const char *tracking;	  /* granted, denied, or "" */
	const char *asked;	  /* the day that was said */
};

/* The lists are those of the option `lists`, else those that the record is or
 * was on. */
void wishes_read(const struct sg_call *call, const struct sg_token *token,
		 struct wishes *wishes_out);

/* What came of it, for the head of the page. */
struct wishes_said {
	const char *done, *trouble; /* keys of messages; NULL = none */
	bool left;		    /* nothing left to leave */
};
void wishes_show(const struct sg_call *call, const struct sg_request *request,
		 const struct sg_token *token, const struct wishes *wishes,
		 const struct wishes_said *said, int status,
		 struct sg_reply *reply);

/* What a form asks for, emitted, and `wishes` as it is then. SG_REFUSED: the
 * form is too old, or another page's. */
enum sg_status wishes_change(const struct sg_call *call,
			     const struct sg_request *request,
			     const struct sg_token *token,
			     const struct sg_form *form, struct wishes *wishes,
			     struct sg_err *err);

/* One of the reasons on the page, or "". */
const char *wishes_reason(const char *given);

#endif
