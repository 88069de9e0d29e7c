/* form_exchange.c - Exchange, its Internet Mail Service and Office 365. See
 * form.h. */
#include "classify/form.h"

static const char *const FAILED[] = {
	"did not reach the following recipient*",
	"delivery has failed to these recipients",
	"following recipient s could not be reached",
	"following recipient s cannot be reached",
	"couldn t be delivered to the following recipient*",
	"could not be delivered to the following recipient*",
	NULL};

static const char *const SENTENCE[] = {"your message to", NULL};

static const char *const SUBJECTS[] = {
	"undeliverable",    "unzustellbar",
	"non remis",	    "no se puede entregar",
	"non recapitabile", "onbestelbaar",
	"não entregue",	    NULL};

const struct bounce_form form_exchange[] = {
	{.name = "exchange",
	 .banners = FAILED,
	 .sender = FORM_PROGRAM,
	 .places = FORM_FIELDS | FORM_HEADS | FORM_SENTENCE},
	{.name = "exchange",
	 .banners = SENTENCE,
	 .subjects = SUBJECTS,
	 .sender = FORM_PROGRAM,
	 .places = FORM_SENTENCE},
	{0},
};
