/*
 * mail_shown.h - a mail as its reader sees it: from whom, about what, its text
 * and its HTML, decoded. Pure, any thread; results live in the pool.
 */
#ifndef ENGINE_MAIL_MAIL_SHOWN_H
#define ENGINE_MAIL_MAIL_SHOWN_H

#include "base/err.h"
#include "base/pool.h"

/* UTF-8 with LF line ends; what cannot be read in its charset has U+FFFD. */
struct mail_shown {
	const char *from, *to, *subject; /* "" = not said */
	const char *text, *html;	 /* the first of each; NULL = none */
};

/* SG_REFUSED: past the bounds of headers or parts. */
enum sg_status mail_shown_read(struct pool *pool, const char *mail, size_t len,
			       struct mail_shown *shown_out,
			       struct sg_err *err) MUST_CHECK;

#endif
