/* form_page.c - GET /f/NAME: the form as a page of our own. */
#include "form.h"

#include <string.h>

static void
append_input(const struct sg_call *call, struct sg_text *page, const char *name,
	     const char *type)
{
	const struct sg_host *host = call->host;

	host->print(page, "<p><label>");
	host->append_html(page, name);
	host->print(page, "<br><input name=\"");
	host->append_html(page, name);
	host->print(page,
		    "\" type=\"%s\" style=\"font:inherit;width:100%%\">"
		    "</label></p>",
		    type);
}

/* Out of sight for people, and out of the way of their tab key. */
static void
append_honeypot(const struct sg_call *call, struct sg_text *page,
		const char *name)
{
	const struct sg_host *host = call->host;

	host->print(page, "<div style=\"position:absolute;left:-99em\" "
			  "aria-hidden=\"true\"><input name=\"");
	host->append_html(page, name);
	host->print(page, "\" tabindex=\"-1\" autocomplete=\"off\"></div>");
}

void
form_page(const struct sg_call *call, const struct form *form,
	  struct sg_reply *reply)
{
	const struct sg_host *host = call->host;
	struct sg_text *page = host->text(call);

	host->print(page,
		    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
		    "<meta name=\"viewport\" content=\"width=device-width\">"
		    "<title>");
	host->append_html(page, form->title);
	host->print(page,
		    "</title><body style=\"font:16px sans-serif;"
		    "margin:3em auto;max-width:30em;padding:0 1em\"><h1>");
	host->append_html(page, form->title);
	host->print(page, "</h1><form method=\"post\">");
	append_input(call, page, form->email, "email");
	for (size_t i = 0; i < form->n_fields; i++)
		if (strcmp(form->fields[i].name, form->email) != 0)
			append_input(call, page, form->fields[i].name, "text");
	if (form->honeypot)
		append_honeypot(call, page, form->honeypot);
	host->print(page, "<p><button style=\"font:inherit;padding:.5em 1em\">"
			  "Send</button></p></form></body></html>\n");
	host->reply_page(reply, 200, host->text_value(page));
}
