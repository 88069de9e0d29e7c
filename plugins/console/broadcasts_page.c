/* broadcasts_page.c - the broadcasts, newest first, and what came of some of
 * them side by side. */
#include "broadcast.h"

#include <math.h>
#include <string.h>

enum { ROWS = 30, COMPARED_MOST = 10, FRESH = 8 };

const struct broadcast_result broadcast_results[] = {
	{"delivered", "Delivered"}, {"opened", "Opened"},
	{"clicked", "Clicked"},	    {"replied", "Replied"},
	{"bounced", "Bounced"},	    {"complained", "Complained"},
	{"unsubscribed", "Left"},   {NULL, NULL},
};

/* People, and what part of those it was sent to. */
void
broadcast_people(struct page *page, const struct sg_json *result)
{
	double people = number_at(page, result, "people");

	show_count(page, people);
	if (people > 0 && has_number(page, result, "rate"))
		html(page, " <span class=\"quiet\">%d %%</span>",
		     (int)lround(number_at(page, result, "rate") * 100));
}

/* --- side by side -------------------------------------------------------- */

static void
write_results(struct page *page, const struct sg_json *items,
	      const char *caption)
{
	size_t n = page->host->json_count(items);

	html(page,
	     "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
	     "aria-label=\"%s\"><table><caption>People, and their part of "
	     "those it was sent to</caption><thead><tr>"
	     "<th scope=\"col\">Broadcast</th><th scope=\"col\">Begun</th>"
	     "<th scope=\"col\" class=\"n\">Sent</th>",
	     caption);
	for (size_t k = 0; broadcast_results[k].name; k++)
		html(page, "<th scope=\"col\" class=\"n\">%s</th>",
		     broadcast_results[k].title);
	html(page, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n; i++) {
		const struct sg_json *item = page->host->json_at(items, i);
		const char *name = text_at(page, item, "name");

		html(page,
		     "<tr><th scope=\"row\"><a "
		     "href=\"/console/broadcasts/%u\">%s</a></th><td>",
		     name, name);
		show_time(page, text_at(page, item, "started_at"));
		html(page, "</td><td class=\"n\">");
		show_count(page, number_at(page, item, "sent"));
		html(page, "</td>");
		for (size_t k = 0; broadcast_results[k].name; k++) {
			html(page, "<td class=\"n\">");
			broadcast_people(
				page,
				json_of(page, item, broadcast_results[k].name));
			html(page, "</td>");
		}
		html(page, "</tr>\n");
	}
	html(page, "</tbody></table></div>\n");
}

enum sg_status
broadcasts_compare(struct page *page)
{
	struct sg_text *path = page->host->text(page->call);
	const char *name = query_each(page, "name", 0);
	struct sg_told told;

	if (!name)
		return page_go(page, "/console/broadcasts", NULL);
	if (!query_each(page, "name", 1))
		return page_go(page,
			       text_of(page, "/console/broadcasts/%u", name),
			       NULL);
	write_to(page->host, path, "/broadcasts/%u/compare?with=", name);
	for (size_t i = 1; i < COMPARED_MOST; i++) {
		name = query_each(page, "name", i);
		if (name)
			write_to(page->host, path, "%s%u", i > 1 ? "%2C" : "",
				 name);
	}
	if (!ask_get(page, page->host->text_value(path), &told))
		return page_told(page, &told);
	page_begin(page, "Broadcasts side by side");
	write_results(page, items_of(page, &told), "Results");
	return page_end(page, 200);
}

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
		   "<th scope=\"col\"></th><th scope=\"col\">Broadcast</th>"
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
