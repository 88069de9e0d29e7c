/* form_qmail.c - qmail and its kin (netqmail, vpopmail, psmtp): a greeting of
 * qmail-send, then a paragraph a recipient. See form.h. */
#include "classify/form.h"

static const char *const GREETING[] = {
	"qmail send program",
	"i m afraid i wasn t able to deliver your message",
	"wasn t able to deliver your message to the following address*",
	"to the following address es could not be delivered", NULL};

const struct bounce_form form_qmail[] = {
	{.name = "qmail",
	 .banners = GREETING,
	 .sender = FORM_PROGRAM,
	 .places = FORM_PARAGRAPHS},
	{0},
};
