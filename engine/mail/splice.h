/*
 * splice.h - the edits of one message's body: links mapped and HTML appended,
 * by splicing new bytes into the encoded text. Nothing is re-serialised: every
 * byte outside the splices that are reported is as it came. Pure but for the
 * callback, any thread.
 *
 * Only text/html leaf parts, and text/plain where that is wished, are touched
 * that are no attachment, not inside a
 * message/rfc822, not signed or encrypted, in a charset that contains ASCII as
 * ASCII, and in 7bit, 8bit, quoted-printable or base64. Ask protect.h first
 * whether the body may be touched at all.
 */
#ifndef ENGINE_MAIL_SPLICE_H
#define ENGINE_MAIL_SPLICE_H

#include "mail/part_map.h"

/* A line of 7bit and 8bit parts (RFC 5321 §4.5.3.1.6), of encoded ones. */
enum { SPLICE_LINE_MOST = 998, SPLICE_ENCODED_LINE_MOST = 76 };
/* A longer target is left as it is, whatever the callback would say. */
enum { SPLICE_TARGET_MOST = 4096 };

/*
 * Asked for each http(s) target of an <a> or <area>, in order. `target` is
 * absolute, character references decoded, resolved against <base href>, ASCII
 * (host as A-labels, the rest percent-encoded). Returns the new URL (ASCII, in
 * `pool` or static) or NULL to leave the link: own links, unsubscribe links,
 * too long ones. Not asked for links that are off, have a template marker or
 * another scheme.
 */
typedef const char *(*splice_link_fn)(void *arg, struct pool *pool,
				      const char *target);

struct splice_wish {
	splice_link_fn map_link; /* NULL: no links */
	splice_link_fn map_text; /* of the URLs in text/plain; NULL: none */
	void *arg;
	/* Printable ASCII in one line; NULL, "" or anything else: nothing. */
	const char *append_html;
	/* Where an html part has this text already, nothing is appended: it
	 * was before. NULL: always. */
	const char *append_mark;
};

/* One replaced range; a link may take more than one (a line break). */
struct splice {
	size_t start, end;	   /* in the old body */
	size_t new_start, new_end; /* in the new body */
};

struct splice_result {
	bool changed;	  /* false: the body stays, `body` is NULL */
	const char *body; /* in the pool */
	size_t body_len;
	const struct splice *splices; /* ascending, not overlapping */
	size_t n_splices;
	unsigned n_html_parts;	 /* html parts that were looked into */
	unsigned n_links;	 /* http(s) links the callback was asked for */
	unsigned n_mapped;	 /* links that were replaced */
	unsigned n_left_by_line; /* kept: its line would be over 998 */
	bool appended;		 /* append_html stands in one part, the last
				    html part that can hold it */
};

/*
 * SG_OK also when nothing changed. SG_REFUSED: the new body would be larger
 * than `body_most` (0: twice the old one and 1 MB).
 */
enum sg_status splice_body(struct pool *pool, const struct part_map *map,
			   const char *body, size_t body_len, size_t body_most,
			   const struct splice_wish *wish,
			   struct splice_result *result_out,
			   struct sg_err *err) MUST_CHECK;

#endif
