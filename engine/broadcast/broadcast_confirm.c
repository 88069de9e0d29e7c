/*
 * broadcast_confirm.c - the mail that asks whether an address is the sender's
 * own, when the configuration has no template for it. Nothing that was typed
 * into the form stands in it: else anybody could have us mail their words to
 * anybody. And it is not tracked: they have not agreed to anything yet.
 */
#include <string.h>

#include "base/text.h"
#include "broadcast/broadcast.h"

static const struct {
	const char *language, *text;
} templates[] = {
	{"en", "Subject: Please confirm: {{title}}\n"
	       "X-Scoregate-Track: none\n"
	       "Auto-Submitted: auto-generated\n"
	       "Content-Type: text/plain; charset=utf-8\n"
	       "\n"
	       "Hello,\n"
	       "\n"
	       "somebody, we hope you, filled in our form \"{{title}}\"\n"
	       "with this address. Please open this page and press the button\n"
	       "there, so that we know that it was you:\n"
	       "\n"
	       "{{confirm_url}}\n"
	       "\n"
	       "If it was not you, do nothing: no more mail will come because\n"
	       "of it.\n"},
	{"de", "Subject: Bitte best\xc3\xa4tigen: {{title}}\n"
	       "X-Scoregate-Track: none\n"
	       "Auto-Submitted: auto-generated\n"
	       "Content-Type: text/plain; charset=utf-8\n"
	       "\n"
	       "Guten Tag,\n"
	       "\n"
	       "jemand, hoffentlich Sie, hat unser Formular \"{{title}}\" mit\n"
	       "dieser Adresse ausgef\xc3\xbcllt. Bitte \xc3\xb6"
	       "ffnen Sie diese "
	       "Seite und\n"
	       "dr\xc3\xbc"
	       "cken Sie dort den Knopf, damit wir wissen, dass Sie es "
	       "waren:\n"
	       "\n"
	       "{{confirm_url}}\n"
	       "\n"
	       "Wenn Sie es nicht waren, tun Sie nichts: Es kommt deswegen\n"
	       "keine weitere Mail.\n"},
};

const char *
broadcast_confirm_template(const char *language)
{
	size_t n = sizeof(templates) / sizeof(templates[0]);

	for (size_t i = 1; i < n; i++)
		if (strncmp(language, templates[i].language, 2) == 0)
			return templates[i].text;
	return templates[0].text;
}
