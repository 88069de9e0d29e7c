/*
 * mail_carry.h - a whole message in our own hands, not in an MTA's: told to a
 * transaction's hooks, and written with the edits carried out as an MTA would.
 */
#ifndef ENGINE_GATE_MAIL_CARRY_H
#define ENGINE_GATE_MAIL_CARRY_H

#include "gate/mail_parts.h"

struct mail_carry {
	struct header_list headers; /* copies in the transaction's pool */
	const char *body;	    /* borrowed */
	size_t len;
	const struct sg_mail_edit *edits;
	size_t n_edits;
};

/* SG_REFUSED: past the bounds of a header. */
enum sg_status mail_carry_read(struct mail_carry *carry, struct pool *pool,
			       const char *message, size_t len,
			       struct sg_err *err) MUST_CHECK;
/* Header fields without the blank after their colon, as milters get them. */
void mail_carry_tell_headers(const struct mail_carry *carry,
			     struct sg_mail *mail);
/* Appends the message with CRLF throughout; the sender only when an edit says
 * so, then it takes the old one's place. */
void mail_carry_write(const struct mail_carry *carry, struct buf *data,
		      struct buf *sender);

#endif
