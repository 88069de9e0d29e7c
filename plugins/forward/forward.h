/*
 * forward.h - the send-to-a-friend page that {{forward_url}} of a template
 * leads to. forward_settings.c reads what there is to pass on, forward_page.c
 * shows it and says that it was, forward.c is the descriptor.
 *
 * We send nothing and ask for no address: the reader's own mail program writes
 * to the friend. So nobody can make us mail a stranger, and nothing of the
 * friend ever comes here.
 */
#ifndef PLUGINS_FORWARD_FORWARD_H
#define PLUGINS_FORWARD_FORWARD_H

#include "scoregate_plugin.h"

/* forward.html and its messages, compiled in. */
extern const struct sg_asset forward_assets[];

enum { FORWARD_OFFERS_MOST = 200 };
/* In bytes. Percent-encoded in one mailto:, which some mail programs cut. */
enum {
	FORWARD_SUBJECT_MOST = 150,
	FORWARD_TEXT_MOST = 600,
	FORWARD_LINK_MOST = 500
};

/* What the friend gets to read. */
struct forward_offer {
	const char *campaign;	    /* "" = of every other */
	const char *subject, *text; /* NULL: as the page's language has it */
	const char *link;
};

/* The state; offers[0] is that of every other campaign. */
struct forward {
	struct forward_offer offers[1 + FORWARD_OFFERS_MOST];
	size_t n_offers;
};

enum sg_status forward_start(const struct sg_call *call, void **state_out,
			     struct sg_err *err);

/* GET changes nothing, POST says `email.forwarded`, once a mail. */
sg_answer_fn forward_page;

#endif
