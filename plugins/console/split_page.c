/* split_page.c - private copies of mail to several recipients that the MTA has
 * not got: those that wait, and those that it refused. */
#include "console.h"

#include <string.h>

enum { ROWS = 100 };

static void
write_button(struct page *page, const char *id, const char *what,
	     const char *label, const char *recipient)
{
	form_begin(page, "/console/system/split", "inline");
	html(page,
	     "<input type=\"hidden\" name=\"id\" value=\"%s\">"
	     "<button name=\"do\" value=\"%s\" aria-label=\"%s: %s\">%s"
	     "</button></form> ",
	     id, what, label, recipient, label);
}

static void
write_copy(struct page *page, const struct sg_json *copy)
{
	const char *state = text_at(page, copy, "state");
	bool is_dead = strcmp(state, "dead") == 0;
	const char *to = text_at(page, copy, "recipient");
	const char *id = text_at(page, copy, "id");

	html(page,
	     "<tr><th scope=\"row\"><a href=\"/console/contacts/%u\">%s</a>"
	     "</th><td>%s</td><td class=\"%s\">%s</td><td>",
	     to, to, text_at(page, copy, "sender"), is_dead ? "unwell" : "",
	     is_dead ? "refused" : state);
	show_time(page, text_at(page, copy, "since"));
	html(page, "</td><td class=\"n\">");
	show_count(page, number_at(page, copy, "tries"));
	html(page, "</td><td>");
	show_time(page, text_at(page, copy, "next_at"));
	html(page, "</td><td>%s</td><td>", text_at(page, copy, "reason"));
	if (is_dead && page_may(page, ROLE_OPERATOR)) {
		write_button(page, id, "redo", "Try again", to);
		write_button(page, id, "drop", "Forget it", to);
	}
	html(page, "</td></tr>\n");
}

static void
write_copies(struct page *page, const struct sg_told *told)
{
	const struct sg_json *items = items_of(page, told);

	html(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"Copies\"><table id=\"copies\"><thead><tr>"
		   "<th scope=\"col\">To</th><th scope=\"col\">From</th>"
		   "<th scope=\"col\">State</th><th scope=\"col\">Since</th>"
		   "<th scope=\"col\" class=\"n\">Tries</th>"
		   "<th scope=\"col\">Next try</th>"
		   "<th scope=\"col\">What the MTA said</th><td></td></tr>"
		   "</thead><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_copy(page, page->host->json_at(items, i));
	html(page, "</tbody></table></div>\n");
	page_next(page, text_at(page, told->json, "next"));
}

/* How many there are, and whether mail is split at all. */
static bool
write_figures(struct page *page, double *dead_out)
{
	struct sg_told status;
	const struct sg_json *mail;

	if (!ask_get(page, "/status", &status))
		return false;
	mail = json_of(page, status.json, "mail");
	*dead_out = number_at(page, mail, "split_dead");
	if (!has_number(page, mail, "split_waiting"))
		return false;
	html(page, "<dl class=\"figures\"><dt>wait for the MTA</dt><dd>");
	show_count(page, number_at(page, mail, "split_waiting"));
	html(page, "</dd><dt>refused by it</dt><dd class=\"%s\">",
	     *dead_out > 0 ? "unwell" : "");
	show_count(page, *dead_out);
	html(page, "</dd><dt>handed over since the start</dt><dd>");
	show_count(page, number_at(page, mail, "split_sent"));
	html(page, "</dd></dl>\n");
	return true;
}

static void
write_redo_all(struct page *page)
{
	form_begin(page, "/console/system/split", "row");
	html(page, "<button class=\"main\" name=\"do\" value=\"redo\">Try all "
		   "that were refused again</button></form>\n");
}

enum sg_status
split_page(struct page *page)
{
	bool only_dead = strcmp(query_text(page, "state"), "dead") == 0;
	const char *cursor = query_text(page, "cursor");
	struct sg_told told;
	double dead = 0;
	bool is_split;

	if (!ask_get(page,
		     text_of(page, "/split?limit=%d%s%s%u", ROWS,
			     only_dead ? "&state=dead" : "",
			     *cursor ? "&cursor=" : "", cursor),
		     &told))
		return page_told(page, &told);
	page_begin(page, "Split copies");
	html(page, "<p>A mail to several recipients goes out as a private copy "
		   "for each, with links of their own. Here are the copies "
		   "that the MTA has not taken yet.</p>\n");
	is_split = write_figures(page, &dead);
	if (page->host->json_count(items_of(page, &told)) > 0) {
		write_copies(page, &told);
		if (dead > 0 && page_may(page, ROLE_OPERATOR))
			write_redo_all(page);
	} else if (is_split) {
		page_empty(page, "None: the MTA has every copy. Nothing is to "
				 "be done.");
	} else {
		page_empty(page, "Mail is not split here. To have it split, "
				 "write multi_recipient = split and reinject = "
				 "\"HOST:PORT\" into mail { } of "
				 "scoregate.conf.");
	}
	return page_end(page, 200);
}

enum sg_status
split_change(struct page *page)
{
	const char *id = form_text(page, "id");
	bool drops = strcmp(form_text(page, "do"), "drop") == 0;
	struct sg_told told;
	bool is_done;

	if (drops)
		is_done = ask(page, "DELETE", text_of(page, "/split/%u", id),
			      NULL, &told);
	else
		is_done = ask(page, "POST", "/split/redo",
			      *id ? text_of(page, "{\"id\":%j}", id) : NULL,
			      &told);
	if (!is_done)
		return page_told(page, &told);
	return page_go(page, "/console/system/split",
		       drops ? "removed" : "queued");
}
