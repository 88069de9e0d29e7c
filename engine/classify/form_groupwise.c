/* form_groupwise.c - Novell GroupWise and NetMail. See form.h. */
#include "classify/form.h"

static const char *const FAILED[] = {"following undeliverable recipient*",
				     "undeliverable to the following",
				     "undeliverable recipient s", NULL};

const struct bounce_form form_groupwise[] = {
	{.name = "groupwise",
	 .banners = FAILED,
	 .sender = FORM_PROGRAM,
	 .places = FORM_HEADS | FORM_SENTENCE},
	{0},
};
