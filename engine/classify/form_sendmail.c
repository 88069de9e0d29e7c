/* form_sendmail.c - Sendmail before its reports, and what writes as it does: a
 * section of addresses and a transcript of the session. See form.h. */
#include "classify/form.h"

static const char *const ADDRESSES[] = {
	"following addresses had", "following address had",
	"following recipients had", "addresses had delivery*", NULL};

static const char *const TRANSCRIPT[] = {"transcript of session follows",
					 "transcript of smtp session",
					 "transcript of the session", NULL};

const struct bounce_form form_sendmail[] = {
	{.name = "sendmail",
	 .banners = ADDRESSES,
	 .sender = FORM_PROGRAM,
	 .places = FORM_HEADS | FORM_DIALOGUE},
	{.name = "sendmail",
	 .banners = TRANSCRIPT,
	 .sender = FORM_PROGRAM,
	 .places = FORM_DIALOGUE | FORM_RETURNED},
	{0},
};
