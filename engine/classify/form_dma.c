/* form_dma.c - DragonFly mail agent. See form.h. */
#include "classify/form.h"

static const char *const SENTENCE[] = {
	"there was an error delivering your mail to", NULL};

const struct bounce_form form_dma[] = {
	{.name = "dma",
	 .banners = SENTENCE,
	 .sender = FORM_PROGRAM,
	 .places = FORM_SENTENCE},
	{0},
};
