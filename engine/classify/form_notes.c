/* form_notes.c - Lotus Notes and Domino. See form.h. */
#include "classify/form.h"

static const char *const REASONS[] = {"failure reasons", NULL};

static const char *const DOMINO[] = {"was not delivered to", NULL};

const struct bounce_form form_notes[] = {
	{.name = "notes",
	 .banners = REASONS,
	 .sender = FORM_PROGRAM,
	 .places = FORM_HEADS},
	{.name = "domino",
	 .banners = DOMINO,
	 .sender = FORM_PROGRAM,
	 .places = FORM_HEADS | FORM_SENTENCE},
	{0},
};
