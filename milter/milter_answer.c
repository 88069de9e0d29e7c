#include "milter_answer.h"

#include <string.h>

#include "milter_count.h"

/*
 * The verdict table. SKIP means something to the MTA for the body only; at the
 * end everything is said, so ACCEPT and SKIP are CONTINUE for the next filter.
 */
static const sfsistat table[MILTER_N_STAGES][SG_MAIL_DISCARD + 1] = {
	[MILTER_AT_SENDER] = {SMFIS_CONTINUE, SMFIS_ACCEPT, SMFIS_CONTINUE,
			      SMFIS_REJECT, SMFIS_TEMPFAIL, SMFIS_DISCARD},
	[MILTER_AT_RECIPIENT] = {SMFIS_CONTINUE, SMFIS_ACCEPT, SMFIS_CONTINUE,
				 SMFIS_REJECT, SMFIS_TEMPFAIL, SMFIS_DISCARD},
	[MILTER_AT_HEADER] = {SMFIS_CONTINUE, SMFIS_ACCEPT, SMFIS_CONTINUE,
			      SMFIS_REJECT, SMFIS_TEMPFAIL, SMFIS_DISCARD},
	[MILTER_AT_END_OF_HEADERS] = {SMFIS_CONTINUE, SMFIS_ACCEPT,
				      SMFIS_CONTINUE, SMFIS_REJECT,
				      SMFIS_TEMPFAIL, SMFIS_DISCARD},
	[MILTER_AT_BODY] = {SMFIS_CONTINUE, SMFIS_ACCEPT, SMFIS_SKIP,
			    SMFIS_REJECT, SMFIS_TEMPFAIL, SMFIS_DISCARD},
	[MILTER_AT_END] = {SMFIS_CONTINUE, SMFIS_CONTINUE, SMFIS_CONTINUE,
			   SMFIS_REJECT, SMFIS_TEMPFAIL, SMFIS_DISCARD},
};

/* libmilter refuses a reply whose digits are not of the answer's kind. */
static void
set_reply(SMFICTX *ctx, char kind, const struct sg_mail_reply *reply)
{
	char code[8] = "";
	char enhanced[16] = "";
	char text[256] = "";

	if (!reply->smtp_code || reply->smtp_code[0] != kind)
		return;
	strncpy(code, reply->smtp_code, sizeof(code) - 1);
	if (reply->enhanced_code)
		strncpy(enhanced, reply->enhanced_code, sizeof(enhanced) - 1);
	if (reply->text)
		strncpy(text, reply->text, sizeof(text) - 1);
	if (smfi_setreply(ctx, code, *enhanced ? enhanced : NULL,
			  *text ? text : NULL) != MI_SUCCESS)
		count(&milter_count.trouble);
}

sfsistat
milter_answer(SMFICTX *ctx, enum milter_stage stage,
	      const struct sg_mail_reply *reply, bool local)
{
	sfsistat answer = table[stage][reply->answer];

	/* A rejected recipient would make Postfix's own bounce a failed one. */
	if (local && answer == SMFIS_REJECT)
		return SMFIS_CONTINUE;
	if (answer == SMFIS_REJECT) {
		set_reply(ctx, '5', reply);
		count(&milter_count.rejected);
	} else if (answer == SMFIS_TEMPFAIL) {
		set_reply(ctx, '4', reply);
		count(&milter_count.tempfails);
	} else if (answer == SMFIS_DISCARD) {
		count(&milter_count.taken);
	}
	return answer;
}

bool
milter_answer_ends(enum milter_stage stage, sfsistat answer)
{
	if (stage == MILTER_AT_END)
		return true;
	if (stage == MILTER_AT_RECIPIENT &&
	    (answer == SMFIS_REJECT || answer == SMFIS_TEMPFAIL))
		return false;
	return answer != SMFIS_CONTINUE && answer != SMFIS_SKIP &&
	       answer != SMFIS_NOREPLY;
}
