/*
 * milter_edits.h - carries the engine's edits out. Only in end of message.
 */
#ifndef MILTER_MILTER_EDITS_H
#define MILTER_MILTER_EDITS_H

#include <stdbool.h>
#include <stddef.h>

#include <libmilter/mfapi.h>

#include "scoregate.h"

/*
 * Headers, sender and recipients in the order given, then the body, once.
 * false: libmilter refused one (the connection is gone, or no memory); the
 * rest is left, `*failed_out` is the kind. What was sent cannot be taken back.
 */
bool milter_edits_apply(SMFICTX *ctx, const struct sg_mail_edit *edits,
			size_t n_edits, enum sg_mail_edit_kind *failed_out);

#endif
