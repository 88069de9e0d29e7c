/* form_postfix.c - Postfix, where its report was lost on the way, and
 * OpenSMTPD. See form.h. */
#include "classify/form.h"

static const char *const GREETING[] = {"this is the postfix program at host",
				       "this is the mail system at host",
				       "postfix program", NULL};

static const char *const OPENSMTPD[] = {"following list of recipients",
					"for the following recipients", NULL};

const struct bounce_form form_postfix[] = {
	{.name = "postfix",
	 .banners = GREETING,
	 .sender = FORM_PROGRAM,
	 .places = FORM_FIELDS | FORM_PARAGRAPHS},
	{.name = "opensmtpd",
	 .banners = OPENSMTPD,
	 .sender = FORM_PROGRAM,
	 .places = FORM_FIELDS | FORM_HEADS},
	{0},
};
