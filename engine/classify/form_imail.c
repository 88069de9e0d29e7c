/* form_imail.c - Ipswitch IMail: a line that names the fault and the user. See
 * form.h. */
#include "classify/form.h"

const struct bounce_form form_imail[] = {
	{.name = "imail",
	 .mailer = "SMTP32",
	 .sender = FORM_PROGRAM,
	 .places = FORM_SENTENCE},
	{0},
};
