/* verdicts_page.c - how many hits were a person's, how many a machine's, and
 * why; by reason, campaign, network or day. */
#include "console.h"

#include <string.h>

static const char *const groups[] = {"reason", "campaign", "network", "day"};
static const char *const spans[][2] = {{"1d", "a day"},
				       {"7d", "7 days"},
				       {"30d", "30 days"},
				       {"365d", "a year"}};

static void
write_choice(struct page *page, const char *by, const char *since)
{
	html(page, "<form class=\"row\"><label>By <select name=\"by\">");
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		show_option(page, groups[i], groups[i], by);
	html(page, "</select></label><label>In the last <select "
		   "name=\"since\">");
	for (size_t i = 0; i < sizeof(spans) / sizeof(*spans); i++)
		show_option(page, spans[i][0], spans[i][1], since);
	html(page, "</select></label><button class=\"main\">Show</button>"
		   "</form>\n");
}

static void
write_row(struct page *page, const struct sg_json *item, const char *class)
{
	static const char *const counts[] = {"hits", "human", "proxy",
					     "machine"};
	const char *name = text_at(page, item, "name");

	html(page, "<tr class=\"%s\"><th scope=\"row\">%s</th>", class,
	     *name ? name : "(none)");
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		html(page, "<td class=\"n\">");
		show_count(page, number_at(page, item, counts[i]));
		html(page, "</td>");
	}
	html(page, "<td>");
	show_meter(page, number_at(page, item, "human"),
		   number_at(page, item, "hits"), "share of people");
	html(page, "</td></tr>\n");
}

enum sg_status
verdicts_page(struct page *page)
{
	const char *by = query_text(page, "by");
	const char *since = query_text(page, "since");
	const struct sg_json *items;
	struct sg_told told;

	if (!*by)
		by = "reason";
	if (!*since)
		since = "7d";
	if (!ask_get(page, text_of(page, "/verdicts?by=%u&since=%u", by, since),
		     &told))
		return page_told(page, &told);
	items = items_of(page, &told);
	page_begin(page, "Human or machine");
	html(page, "<p>Opens and clicks, by who did it: a person, a proxy that "
		   "fetches images for many readers, or a machine such as a "
		   "scanner. Only what people did gives points, unless a rule "
		   "says otherwise.</p>\n");
	write_choice(page, by, since);
	html(page,
	     "<div class=\"scroll\"><table id=\"verdicts\"><thead><tr>"
	     "<th scope=\"col\">%s</th><th scope=\"col\" class=\"n\">hits</th>"
	     "<th scope=\"col\" class=\"n\">human</th>"
	     "<th scope=\"col\" class=\"n\">proxy</th>"
	     "<th scope=\"col\" class=\"n\">machine</th>"
	     "<th scope=\"col\">people</th></tr></thead><tbody>\n",
	     by);
	for (size_t i = 0; i < page->host->json_count(items); i++)
		write_row(page, page->host->json_at(items, i), "");
	html(page, "</tbody><tfoot>\n");
	write_row(page, json_of(page, told.json, "total"), "total");
	html(page, "</tfoot></table></div>\n");
	if (page->host->json_count(items) == 0)
		page_empty(page, "No mail was opened and no link clicked in "
				 "that time.");
	return page_end(page, 200);
}
