/* form_exim.c - Exim and what is made of it (Mail.ru, GMX, 1&1, MXLogic, Zoho):
 * recipients by their indent, X-Failed-Recipients when they are pipes or files.
 * See form.h. */
#include "classify/form.h"

static const char *const FAILED[] = {
	"following address es failed",
	"following addresses failed",
	"following address failed",
	"address es failed",
	"has not yet been delivered is",
	"have not yet been delivered are",
	"not yet been delivered are",
	"could not be delivered to all of its recipients",
	"could not be delivered to one or more of its recipients",
	NULL};

/* Also what holds mail until its sender has proved to be a person says so. */
static const char *const AUTOMATIC[] = {
	"created automatically by mail delivery software", NULL};

static const char *const MALFORMED[] = {
	"contained one or more recipient addresses that were incorrectly "
	"constructed",
	NULL};

static bool
tells_fate(const struct form_notice *notice)
{
	return form_tells_failure(notice) || form_tells_delay(notice);
}

const struct bounce_form form_exim[] = {
	{.name = "exim",
	 .banners = FAILED,
	 .sender = FORM_PROGRAM,
	 .places = FORM_HEADS | FORM_FAILED},
	{.name = "exim",
	 .banners = AUTOMATIC,
	 .also = tells_fate,
	 .sender = FORM_PROGRAM,
	 .places = FORM_HEADS | FORM_FAILED},
	{.name = "exim",
	 .banners = MALFORMED,
	 .sender = FORM_PROGRAM,
	 .places = FORM_SENTENCE},
	{0},
};
