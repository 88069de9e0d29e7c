/* form_yahoo.c - Yahoo and the providers on its software. See form.h. */
#include "classify/form.h"

static const char *const FAILED[] = {
	"unable to deliver your message to the following address*",
	"unable to deliver message to the following address*", NULL};

const struct bounce_form form_yahoo[] = {
	{.name = "yahoo",
	 .banners = FAILED,
	 .sender = FORM_PROGRAM,
	 .places = FORM_PARAGRAPHS},
	{0},
};
