/* broadcasts_page.c - the broadcasts, newest first. */
#include "broadcast.h"

#include <string.h>

enum { ROWS = 30, FRESH = 8 };

/* --- all of them --------------------------------------------------------- */

/* Of one of the list: its counts are asked for, for the newest few. */
static void
write_counts(struct page *page, const char *name)
{
	struct sg_told told;

	if (!ask_get(page, text_of(page, "/broadcasts/%u", name), &told)) {
		html(page, "<td></td><td></td>");
		return;
	}
	html(page, "<td class=\"n\">");
	show_count(page, number_at(page, told.json, "/recipients/sent"));
	html(page, "</td><td>");
	show_meter(page,
		   number_at(page, told.json, "/recipients/total") -
			   number_at(page, told.json, "/recipients/queued"),
		   number_at(page, told.json, "/recipients/total"),
		   "how far it is");
	html(page, "</td>");
}

static void
write_line(struct page *page, const struct sg_json *item, bool fresh)
{
	const char *name = text_at(page, item, "name");
	const char *began = text_at(page, item, "started_at");

	html(page,
	     "<tr><td><input type=\"checkbox\" name=\"name\" value=\"%s\" "
	     "aria-label=\"Compare %s\"></td><th scope=\"row\"><a "
	     "href=\"/console/broadcasts/%u\">%s</a></th>"
	     "<td class=\"state %s\">%s</td><td><code>%s</code></td><td>",
	     name, name, name, name, text_at(page, item, "state"),
	     text_at(page, item, "state"), text_at(page, item, "where"));
	show_time(page, *began ? began : text_at(page, item, "created_at"));
	html(page, "</td>");
	if (fresh && strcmp(text_at(page, item, "state"), "draft") != 0)
		write_counts(page, name);
	else
		html(page, "<td></td><td></td>");
	html(page, "</tr>\n");
}

enum sg_status
broadcasts_page(struct page *page)
{
	const char *cursor = query_text(page, "cursor");
	const struct sg_json *items;
	struct sg_told told;
	size_t n;

	if (!ask_get(page,
		     text_of(page, "/broadcasts?limit=%d%s%u", ROWS,
			     *cursor ? "&cursor=" : "", cursor),
		     &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	n = page->host->json_count(items);
	page_begin(page, "Broadcasts");
	if (page_may(page, ROLE_OPERATOR))
		html(page, "<p><a class=\"button\" "
			   "href=\"/console/broadcasts/new\">New broadcast</a>"
			   "</p>\n");
	html(page, "<form action=\"/console/broadcasts/compare\">\n"
		   "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
		   "aria-label=\"Broadcasts\"><table><thead><tr>"
		   "<th scope=\"col\"><span class=\"unseen\">Compare</span>"
		   "</th><th scope=\"col\">Broadcast</th>"
		   "<th scope=\"col\">State</th>"
		   "<th scope=\"col\">To those for whom this holds</th>"
		   "<th scope=\"col\">Begun or made</th>"
		   "<th scope=\"col\" class=\"n\">Sent</th>"
		   "<th scope=\"col\">How far</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n; i++)
		write_line(page, page->host->json_at(items, i), i < FRESH);
	html(page, "</tbody></table></div>\n");
	if (n == 0)
		page_empty(page, "Nothing was sent yet. A broadcast is a mail "
				 "to those for whom a condition holds at the "
				 "moment of sending.");
	else
		html(page, "<button>Show the chosen side by side</button>\n");
	html(page, "</form>\n");
	page_next(page, text_at(page, told.json, "next"));
	return page_end(page, 200);
}
