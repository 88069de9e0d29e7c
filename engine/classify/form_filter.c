/* form_filter.c - filters and gateways that answer for a mail system behind
 * them. See form.h. */
#include "classify/form.h"

static const char *const AFFECTED[] = {"following recipients were affected",
				       "following recipient was affected",
				       "send to the following address*",
				       "sent to the following address*",
				       "intended for the following recipient*",
				       NULL};

static const char *const SENTENCE[] = {
	"unable to deliver message to",
	"you are not a member of this mailing list",
	"not a member of this list",
	"error s the following recipients",
	"recipients returned permanent errors",
	"recipients returned temporary errors",
	NULL};

const struct bounce_form form_filter[] = {
	{.name = "filter",
	 .banners = AFFECTED,
	 .sender = FORM_PROGRAM,
	 .places = FORM_HEADS},
	{.name = "filter",
	 .banners = SENTENCE,
	 .sender = FORM_PROGRAM,
	 .places = FORM_SENTENCE},
	{0},
};
