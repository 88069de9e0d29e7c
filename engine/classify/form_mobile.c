/* form_mobile.c - mail of mobile telephone networks. See form.h. */
#include "classify/form.h"

static const char *const REJECTED[] = {
	"following recipients was rejected by a remote mail server",
	"following recipients were rejected", NULL};

static const char *const SENTENCE[] = {"could not be delivered to", NULL};

static const char *const MMS[] = {"could not be delivered to mobile", NULL};

const struct bounce_form form_mobile[] = {
	{.name = "mobile",
	 .banners = REJECTED,
	 .sender = FORM_PROGRAM,
	 .places = FORM_KEYS | FORM_DIALOGUE | FORM_RETURNED},
	{.name = "mobile",
	 .banners = MMS,
	 .sender = FORM_PROGRAM,
	 .places = FORM_RETURNED},
	{.name = "mobile",
	 .banners = SENTENCE,
	 .sender = FORM_PROGRAM,
	 .places = FORM_SENTENCE},
	{0},
};
