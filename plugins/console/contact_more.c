/* contact_more.c - may mail be sent and looked at, which sequences and
 * automations; another key, and the end of a record. */
#include "contact.h"

#include <string.h>

static void
write_suppression(struct page *page, const struct sg_json *suppression)
{
	bool is_suppressed = *text_at(page, suppression, "since") != '\0';

	if (!is_suppressed) {
		html(page, "<p>Mail may be sent.</p>\n");
	} else {
		html(page, "<p class=\"unwell\">No mail is sent: %s, since ",
		     text_at(page, suppression, "reason"));
		show_time(page, text_at(page, suppression, "since"));
		html(page, ".</p>\n<p class=\"quiet\">%s</p>\n",
		     text_at(page, suppression, "evidence"));
	}
	if (!page_may(page, ROLE_OPERATOR))
		return;
	contact_form(page, is_suppressed ? "unsuppress" : "suppress", "row");
	if (is_suppressed)
		html(page, "<button>Mail again</button></form>\n");
	else
		html(page, "<label>Reason <input name=\"reason\" "
			   "placeholder=\"asked us to\"></label>"
			   "<button>Send no mail</button></form>\n");
}

static void
write_one_consent(struct page *page, const struct sg_json *all,
		  const char *what)
{
	const struct sg_json *consent = json_of(page, all, what);
	const char *state = text_at(page, consent, "state");

	html(page, "<dt>%s</dt><dd><span class=\"state %s\">%s</span> ", what,
	     state, state);
	show_time(page, text_at(page, consent, "since"));
	html(page, " %s</dd>\n", text_at(page, consent, "source"));
}

static void
write_consent_form(struct page *page)
{
	html(page, "<details><summary>Note what the person said</summary>\n");
	contact_form(page, "consent", "row");
	html(page,
	     "<label>About <select name=\"what\"><option>opens</option>"
	     "<option>clicks</option></select></label>\n"
	     "<label>Said <select name=\"state\"><option>granted</option>"
	     "<option>denied</option><option>unknown</option></select>"
	     "</label>\n"
	     "<label>Where <input name=\"source\" placeholder=\"by phone\">"
	     "</label>\n"
	     "<label>In which words <input name=\"wording\"></label>\n"
	     "<button>Note</button></form></details>\n");
}

void
contact_consent(struct page *page, const struct sg_json *contact)
{
	const struct sg_json *consent = json_of(page, contact, "consent");

	html(page, "<section id=\"mail\"><h2>Mail and consent</h2>\n");
	write_suppression(page, json_of(page, contact, "suppression"));
	html(page, "<dl>\n");
	write_one_consent(page, consent, "opens");
	write_one_consent(page, consent, "clicks");
	html(page, "</dl>\n");
	if (page_may(page, ROLE_OPERATOR))
		write_consent_form(page);
	html(page, "</section>\n");
}

static void
write_sequences(struct page *page, const struct sg_json *all)
{
	const struct sg_host *host = page->host;

	if (host->json_count(all) == 0)
		return;
	html(page, "<h3>Sequences</h3><ul>\n");
	for (size_t i = 0; i < host->json_count(all); i++) {
		const struct sg_json *one = host->json_at(all, i);

		html(page, "<li>%s: %s %s ", text_at(page, one, "sequence"),
		     text_at(page, one, "state"), text_at(page, one, "reason"));
		if (*text_at(page, one, "due_at")) {
			html(page, "· next is %s, ",
			     text_at(page, one, "step"));
			show_time(page, text_at(page, one, "due_at"));
		}
		html(page, "</li>\n");
	}
	html(page, "</ul>\n");
}

static void
write_firings(struct page *page, const struct sg_json *all)
{
	const struct sg_host *host = page->host;

	if (host->json_count(all) == 0)
		return;
	html(page, "<h3>Automations that fired</h3><ul>\n");
	for (size_t i = 0; i < host->json_count(all); i++) {
		const struct sg_json *one = host->json_at(all, i);

		html(page, "<li>");
		show_time(page, text_at(page, one, "at"));
		html(page, " %s: %s <span class=\"unwell\">%s</span></li>\n",
		     text_at(page, one, "automation"),
		     text_at(page, one, "cause"),
		     text_at(page, one, "trouble"));
	}
	html(page, "</ul>\n");
}

void
contact_others(struct page *page, const struct sg_json *contact)
{
	html(page, "<section>\n");
	write_sequences(page, json_of(page, contact, "sequences"));
	write_firings(page, json_of(page, contact, "firings"));
	html(page, "</section>\n");
}

static void
write_end_form(struct page *page, const char *what, const char *label,
	       const char *button)
{
	contact_form(page, what, "row");
	html(page,
	     "<label class=\"check\"><input type=\"checkbox\" name=\"sure\" "
	     "value=\"yes\" required> %s</label>"
	     "<button class=\"danger\">%s</button></form>\n",
	     label, button);
}

static void
write_rename_form(struct page *page, const struct sg_json *contact)
{
	contact_form(page, "rename", "row");
	html(page,
	     "<label>Another address, or name <input name=\"to\" required "
	     "value=\"%s\"></label><button>Change it</button></form>\n"
	     "<p class=\"quiet\">Scores and history stay, and links in older "
	     "mail go on counting here.</p>\n",
	     text_at(page, contact, "key"));
}

void
contact_end(struct page *page, const struct sg_json *contact)
{
	if (!page_may(page, ROLE_OPERATOR))
		return;
	html(page, "<section id=\"end\"><details><summary>Change the address, "
		   "download all, delete or forget</summary>\n");
	write_rename_form(page, contact);
	html(page,
	     "<p><a class=\"button\" download href=\"/console%s\">Download "
	     "all that is held about this record (JSON)</a></p>\n",
	     contact_path(page, "/data"));
	write_end_form(page, "delete",
		       "Take it out of all lists and counts; what happened "
		       "is kept",
		       "Delete");
	write_end_form(page, "forget",
		       "Erase everything that is held about this person; "
		       "nothing brings it back",
		       "Forget");
	html(page, "</details></section>\n");
}
