/* start_page.c - today: what is wrong, what came in, who it moved most, who is
 * at the top. */
#include "console.h"

#include <stdlib.h>
#include <string.h>

enum { TOP = 10, RECENT = 10 };

/* --- what is wrong -----------------------------------------------------------
 */

static void
write_wrong(struct page *page)
{
	struct sg_told status;
	double dead;

	if (!ask_get(page, "/status", &status))
		return;
	dead = number_at(page, status.json, "/outbox/dead");
	if (!is_at(page, status.json, "healthy"))
		html(page,
		     "<p class=\"problem\" role=\"alert\"><a "
		     "href=\"/console/system\">%s</a></p>\n",
		     text_at(page, status.json, "status"));
	if (dead > 0) {
		html(page, "<p class=\"problem\"><a "
			   "href=\"/console/automations/outbox\">");
		show_count(page, dead);
		html(page, " deliveries</a> of automations could not be "
			   "made.</p>\n");
	}
	if (is_at(page, status.json, "healthy") && dead <= 0)
		html(page, "<p class=\"well\">All is well.</p>\n");
}

/* --- what came
 * ---------------------------------------------------------------- */

static void
write_kinds(struct page *page, const struct sg_json *kinds)
{
	double most = 1;

	for (size_t i = 0; i < page->host->json_count(kinds); i++) {
		double n = number_at(page, page->host->json_at(kinds, i), "n");

		most = n > most ? n : most;
	}
	html(page, "<table id=\"signals\"><caption>What happened in the "
		   "last day</caption><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(kinds); i++) {
		const struct sg_json *kind = page->host->json_at(kinds, i);
		double n = number_at(page, kind, "n");

		html(page, "<tr><th scope=\"row\">%s</th><td class=\"n\">",
		     text_at(page, kind, "name"));
		show_count(page, n);
		html(page, "</td><td>");
		show_meter(page, n, most, text_of(page, "%f", n));
		html(page, "</td></tr>\n");
	}
	html(page, "</tbody></table>\n");
	if (page->host->json_count(kinds) == 0)
		html(page, "<p class=\"quiet\">Nothing yet.</p>\n");
}

static void
write_movers(struct page *page, const struct sg_json *movers)
{
	html(page, "<table id=\"moved\"><caption>Whom it moved most"
		   "</caption><tbody>\n");
	for (size_t i = 0; i < page->host->json_count(movers); i++) {
		const struct sg_json *one = page->host->json_at(movers, i);
		const char *key = text_at(page, one, "key");
		const char *module = text_at(page, one, "module");

		html(page,
		     "<tr><th scope=\"row\"><a "
		     "href=\"/console/contacts/%u?module=%u\">%s</a></th>"
		     "<td class=\"n\">",
		     key, module, key);
		show_given(page, number_at(page, one, "points"));
		html(page,
		     "</td><td><a href=\"/console/contacts/%u/why/%u?"
		     "module=%u\">why</a></td></tr>\n",
		     key, text_at(page, one, "score"), module);
	}
	html(page, "</tbody></table>\n");
}

static void
write_today(struct page *page)
{
	struct sg_told told;

	if (!ask_get(page, "/recent", &told)) {
		page_trouble(page, &told);
		return;
	}
	html(page, "<section>\n");
	write_kinds(page, json_of(page, told.json, "signals"));
	html(page, "</section>\n<section>\n");
	write_movers(page, json_of(page, told.json, "movers"));
	html(page, "</section>\n");
}

static void
write_hits(struct page *page)
{
	const struct sg_json *total;
	struct sg_told told;

	if (!ask_get(page, "/verdicts?by=reason&since=1d", &told))
		return;
	total = json_of(page, told.json, "total");
	html(page, "<section><h2>Opens and clicks of a day</h2>\n<p>");
	show_count(page, number_at(page, total, "hits"));
	html(page, " hits, ");
	show_count(page, number_at(page, total, "human"));
	html(page, " of people, ");
	show_count(page, number_at(page, total, "proxy"));
	html(page, " of proxies, ");
	show_count(page, number_at(page, total, "machine"));
	html(page, " of machines. <a href=\"/console/verdicts\">Why</a></p>"
		   "</section>\n");
}

/* --- the top
 * -------------------------------------------------------------------- */

static void
write_top(struct page *page)
{
	const struct sg_json *items;
	struct sg_told told;

	if (!ask_get(page, text_of(page, "/scores/lead/top?n=%d", TOP), &told))
		return;
	items = items_of(page, &told);
	html(page, "<section>\n<table id=\"top\"><caption>At the top</caption>"
		   "<tbody>\n");
	for (size_t i = 0; i < page->host->json_count(items); i++) {
		const struct sg_json *item = page->host->json_at(items, i);
		const char *key = text_at(page, item, "email");

		html(page,
		     "<tr><th scope=\"row\"><a href=\"/console/contacts/%u\">"
		     "%s</a></th><td class=\"n\">",
		     key, key);
		show_points(page, number_at(page, item, "score"));
		html(page, "</td><td>");
		show_meter(page, number_at(page, item, "percent"), 100,
			   text_of(page, "%s percent",
				   text_at(page, item, "percent")));
		html(page, "</td></tr>\n");
	}
	html(page, "</tbody></table></section>\n");
}

enum sg_status
start_page(struct page *page)
{
	page_begin(page, "Today");
	write_wrong(page);
	html(page, "<div class=\"columns\">\n");
	write_today(page);
	write_top(page);
	write_hits(page);
	html(page, "</div>\n");
	return page_end(page, 200);
}
