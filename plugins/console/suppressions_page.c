/* suppressions_page.c - the addresses that get no mail, and why. */
#include "console.h"

#include <string.h>

enum { ROWS = 50 };

static void
write_one(struct page *page, const struct sg_json *one)
{
	const char *email = text_at(page, one, "email");

	html(page, "<tr><th scope=\"row\">");
	if (*email)
		html(page, "<a href=\"/console/contacts/%u#mail\">%s</a>",
		     email, email);
	else
		html(page, "<span class=\"quiet\">no contact (any more)"
			   "</span>");
	html(page, "</th><td>%s</td><td>%s</td><td>%s</td><td>",
	     text_at(page, one, "reason"), text_at(page, one, "evidence"),
	     text_at(page, one, "source"));
	show_time(page, text_at(page, one, "since"));
	html(page, "</td><td>");
	show_time(page, text_at(page, one, "until"));
	html(page, "</td><td>");
	if (*email && page_may(page, ROLE_OPERATOR)) {
		form_begin(page, "/console/suppressions", "inline");
		html(page,
		     "<input type=\"hidden\" name=\"email\" value=\"%s\">"
		     "<button name=\"do\" value=\"remove\" "
		     "aria-label=\"Mail to %s again\">Mail again</button>"
		     "</form>",
		     email, email);
	}
	html(page, "</td></tr>\n");
}

static void
write_new(struct page *page)
{
	html(page, "<h2>One more</h2>\n");
	form_begin(page, "/console/suppressions", "row");
	html(page,
	     "<label>Address <input type=\"email\" name=\"email\" required "
	     "value=\"%s\"></label>\n<label>Reason <input name=\"reason\" "
	     "placeholder=\"asked us to\" value=\"%s\"></label>\n"
	     "<button class=\"main\" name=\"do\" value=\"add\">Send it no mail"
	     "</button></form>\n",
	     form_text(page, "email"), form_text(page, "reason"));
}

static enum sg_status
show(struct page *page, const struct sg_told *trouble)
{
	const char *cursor = query_text(page, "cursor");
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page,
		     text_of(page, "/suppressions?limit=%d%s%u", ROWS,
			     *cursor ? "&cursor=" : "", cursor),
		     &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	page_begin(page, "No mail to");
	if (trouble)
		page_trouble(page, trouble);
	html(page, "<p>Hard bounces, complaints and too many soft bounces put "
		   "an address here; so do people. It works for addresses that "
		   "are no contact, too.</p>\n");
	if (page->host->json_count(items) == 0)
		page_empty(page, "Nobody: all addresses may get mail.");
	else {
		html(page,
		     "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		     "aria-label=\"No mail to\"><table id=\"suppressions\">"
		     "<thead><tr><th scope=\"col\">Address</th>"
		     "<th scope=\"col\">Reason</th>"
		     "<th scope=\"col\">Evidence</th>"
		     "<th scope=\"col\">By</th><th scope=\"col\">Since</th>"
		     "<th scope=\"col\">Until</th><td></td></tr></thead>"
		     "<tbody>\n");
		for (size_t i = 0; i < page->host->json_count(items); i++)
			write_one(page, page->host->json_at(items, i));
		html(page, "</tbody></table></div>\n");
	}
	page_next(page, text_at(page, told.json, "next"));
	if (page_may(page, ROLE_OPERATOR))
		write_new(page);
	return page_end(page, trouble ? trouble->status : 200);
}

enum sg_status
suppressions_page(struct page *page)
{
	return show(page, NULL);
}

enum sg_status
suppressions_change(struct page *page)
{
	bool removes = strcmp(form_text(page, "do"), "remove") == 0;
	struct sg_told told;

	if (!ask(page, removes ? "DELETE" : "PUT",
		 text_of(page, "/contacts/%u/suppression",
			 form_text(page, "email")),
		 removes ? NULL
			 : text_of(page, "{\"reason\":%j}",
				   form_text(page, "reason")),
		 &told))
		return told.status == 400 ? show(page, &told)
					  : page_told(page, &told);
	return page_go(page, "/console/suppressions",
		       removes ? "removed" : "saved");
}
