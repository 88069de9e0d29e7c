/* form_google.c - Gmail and Google Workspace. See form.h. */
#include "classify/form.h"

static const char *const FAILED[] = {"delivery to the following recipient*",
				     "delivery to these recipients", NULL};

static const char *const SENTENCE[] = {
	"wasn t delivered to", "there was a problem delivering your message to",
	"there was a temporary problem delivering your message to", NULL};

const struct bounce_form form_google[] = {
	{.name = "google",
	 .banners = FAILED,
	 .sender = FORM_PROGRAM,
	 .places = FORM_HEADS | FORM_FAILED},
	{.name = "google",
	 .banners = SENTENCE,
	 .sender = FORM_PROGRAM,
	 .places = FORM_SENTENCE},
	{0},
};
