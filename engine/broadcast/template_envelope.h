/*
 * template_envelope.h - the headers that we write ourselves: who, when, which
 * (RFC 5322), of which list (RFC 2919), and what a mailbox provider counts
 * complaints by (Feedback-ID). Pure, any thread.
 */
#ifndef ENGINE_BROADCAST_TEMPLATE_ENVELOPE_H
#define ENGINE_BROADCAST_TEMPLATE_ENVELOPE_H

#include "broadcast/template.h"
#include "mail/header.h"

/* `theirs`: the template's; a List-Id or Feedback-ID among them stays. `list`:
 * "" = none, then the List-Id says that it is for all. */
void template_write_envelope(const struct template_envelope *envelope,
			     const struct header_list *theirs, const char *list,
			     struct buf *to);
/* An address, or Name <address>, with its domain in A-labels (RFC 5890), so
 * that a server without SMTPUTF8 takes it; appended. What is no domain stays.
 */
void template_ascii_domain(const char *address, struct buf *to);

#endif
