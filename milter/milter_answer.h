/*
 * milter_answer.h - what the MTA hears: the one way from an engine's answer to
 * SMFIS_*.
 */
#ifndef MILTER_MILTER_ANSWER_H
#define MILTER_MILTER_ANSWER_H

#include <stdbool.h>

#include <libmilter/mfapi.h>

#include "scoregate.h"

/* Where in the dialogue the answer is given. */
enum milter_stage {
	MILTER_AT_SENDER,
	MILTER_AT_RECIPIENT,
	MILTER_AT_HEADER,
	MILTER_AT_END_OF_HEADERS,
	MILTER_AT_BODY,
	MILTER_AT_END,
	MILTER_N_STAGES
};

/*
 * Sets the SMTP reply where there is one, counts, and returns the SMFIS_* to
 * return. `local`: the mail comes from the MTA itself (a bounce it makes, or
 * local submission): there a recipient is never rejected.
 */
sfsistat milter_answer(SMFICTX *ctx, enum milter_stage stage,
		       const struct sg_mail_reply *reply, bool local);

/* Does the MTA send nothing more of this message after that? A recipient's
 * refusal leaves the message going. */
bool milter_answer_ends(enum milter_stage stage, sfsistat answer);

#endif
