/*
 * mail_split.h - a mail to several recipients, each of whom gets a private
 * copy: one stays in the MTA's transaction, the others go through
 * split_queue.h.
 */
#ifndef ENGINE_GATE_MAIL_SPLIT_H
#define ENGINE_GATE_MAIL_SPLIT_H

#include "gate/mail_parts.h"

/*
 * At the end of the message. On return mail->recipients are those that stay in
 * the transaction, at most one if SG_OK (none: all were taken over before);
 * the edits so far remove the others and hold whatever else happens. Else: it
 * could not be split and goes on to all that stay, uninstrumented.
 */
enum sg_status mail_split(struct sg_mail *mail, const char *queue_id,
			  struct sg_err *err) MUST_CHECK;

/* Can it be told from its retries, and may a copy's body be another? */
bool mail_split_may(const struct sg_mail *mail);
/* One of our copies on its way: `reinject` leads here, which it should not. */
bool mail_split_is_copy(const struct sg_mail *mail);

/* The trace field of a copy (RFC 5321 §4.4). */
void mail_split_trace(struct buf *to, const char *id, int64_t now);

#endif
