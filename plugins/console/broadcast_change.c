/* broadcast_change.c - what is done to a broadcast: send, pause, resume,
 * cancel, delete, a test mail. Which buttons there are follows its state. */
#include "broadcast.h"

#include <string.h>

/* By state: the orders that the API takes then. */
static const struct {
	const char *state, *order, *label, *class;
} orders[] = {
	{"scheduled", "cancel", "Cancel", "danger"},
	{"sending", "pause", "Pause", ""},
	{"sending", "cancel", "Cancel the rest", "danger"},
	{"testing", "pause", "Pause", ""},
	{"testing", "cancel", "Cancel the rest", "danger"},
	{"paused", "resume", "Go on", "main"},
	{"paused", "cancel", "Cancel the rest", "danger"},
	{"failed", "resume", "Try again", "main"},
};

static void
write_send(struct page *page)
{
	html(page, "<details><summary>Send</summary>\n");
	form_begin(page, broadcast_path(page, ""), "stack narrow");
	html(page,
	     "<label>When; without it, now <input name=\"at\" "
	     "type=\"datetime-local\"></label>\n"
	     "<label>In the time zone <input name=\"timezone\" "
	     "placeholder=\"Europe/Berlin\" value=\"%s\"></label>\n"
	     "<label>Mails a second, at most <input name=\"pace\" "
	     "inputmode=\"decimal\"></label>\n"
	     "<button class=\"main\" name=\"do\" value=\"send\">Send to those "
	     "for whom it holds then</button></form></details>\n",
	     page->host->site(page->call, SG_SITE_TIMEZONE));
}

static void
write_drop(struct page *page)
{
	html(page, "<details><summary>Delete</summary>\n");
	form_begin(page, broadcast_path(page, ""), "stack");
	html(page, "<p>Nobody got it yet; its mail is gone then.</p>\n"
		   "<button name=\"do\" value=\"delete\" class=\"danger\">"
		   "Delete</button></form></details>\n");
}

void
broadcast_controls(struct page *page, const struct sg_json *broadcast)
{
	const char *state = text_at(page, broadcast, "state");
	bool is_draft = strcmp(state, "draft") == 0;

	html(page,
	     "<p class=\"actions\"><a class=\"button\" href=\"%s\">The "
	     "broadcast</a> <a class=\"button\" href=\"%s\">Preview</a></p>\n",
	     broadcast_path(page, ""), broadcast_path(page, "/preview"));
	if (!page_may(page, ROLE_OPERATOR))
		return;
	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		if (strcmp(orders[i].state, state) != 0)
			continue;
		form_begin(page, broadcast_path(page, ""), "inline");
		html(page,
		     "<button name=\"do\" value=\"%s\" class=\"%s\">%s"
		     "</button></form>\n",
		     orders[i].order, orders[i].class, orders[i].label);
	}
	if (is_draft) {
		write_send(page);
		write_drop(page);
	}
}

/* --- the orders ---------------------------------------------------------- */

static enum sg_status
order(struct page *page, const char *what)
{
	struct sg_text *json = page->host->text(page->call);
	const char *at = form_text(page, "at");
	const char *zone = form_text(page, "timezone");
	const char *pace = form_text(page, "pace");
	struct sg_told told;

	if (strspn(pace, "0123456789.") != strlen(pace))
		return page_problem(page, 400, "Mails a second",
				    "Expected a number, like 20 or 0.5.");
	write_to(page->host, json, "{");
	if (*at)
		write_to(page->host, json, "\"at\":%j", at);
	if (*at && *zone)
		write_to(page->host, json, ",\"timezone\":%j", zone);
	if (*pace)
		write_to(page->host, json, "%s\"pace\":%s", *at ? "," : "",
			 pace);
	write_to(page->host, json, "}");
	if (!ask(page, "POST",
		 text_of(page, "/broadcasts/%u/%s", page->args[0], what),
		 page->host->text_value(json), &told))
		return page_told(page, &told);
	return page_go(page, broadcast_path(page, ""),
		       strcmp(what, "send") == 0     ? *at ? "planned" : "sent"
		       : strcmp(what, "cancel") == 0 ? "cancelled"
						     : "saved");
}

static enum sg_status
test(struct page *page)
{
	const char *as = form_text(page, "as");
	struct sg_told told;

	if (!ask(page, "POST",
		 text_of(page, "/broadcasts/%u/test", page->args[0]),
		 *as ? text_of(page, "{\"to\":%j,\"as\":%j}",
			       form_text(page, "to"), as)
		     : text_of(page, "{\"to\":%j}", form_text(page, "to")),
		 &told))
		return page_told(page, &told);
	return page_go(page, broadcast_path(page, "/preview"), "tested");
}

static enum sg_status
drop(struct page *page)
{
	struct sg_told told;

	if (!ask(page, "DELETE", text_of(page, "/broadcasts/%u", page->args[0]),
		 NULL, &told))
		return page_told(page, &told);
	return page_go(page, "/console/broadcasts", "removed");
}

enum sg_status
broadcast_change(struct page *page)
{
	static const char *const known[] = {"send", "pause", "resume",
					    "cancel"};
	const char *what = form_text(page, "do");

	if (strcmp(what, "test") == 0)
		return test(page);
	if (strcmp(what, "delete") == 0)
		return drop(page);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i], what) == 0)
			return order(page, what);
	return page_problem(page, 400, "What should be done?",
			    "This form is not one of this page.");
}
